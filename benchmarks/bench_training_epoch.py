"""Time of one epoch of UCI HAR (7352 windows in batches of 64).

The classifier with its default parameters, or a recipe without scaling and augmentation, against
the same network in plain Keras, as a tutorial writes it, and in PyTorch where it has the layers.
Each call trains one network for one more epoch; tracing and compiling are over before the first
counted one. For recipes, the time of the products alone shows the limit. `--profile` shows which
operations of TensorFlow take our time. Run it as

    python benchmarks/bench_training_epoch.py lstm --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import statistics

from _measure import in_turn, operations_of, parser, report, table, uci_har
from _rivals import (
    MODELS,
    RECIPES,
    classifiers,
    keras_input,
    keras_model,
    recipes,
    seconds_of_products,
    torch_epoch,
    torch_model,
)


def main() -> None:
    """Measure one architecture."""
    options = parser(__doc__, runs=5)
    options.add_argument("model", choices=(*MODELS, *RECIPES))
    options.add_argument("--profile", action="store_true", help="show the operations of ours")
    args = options.parse_args()

    import keras

    X, y = uci_har(args.archive)
    one_hot = keras.utils.to_categorical(y)
    ours = (classifiers() | recipes())[args.model](random_state=0)
    plain, subsequences = keras_model(args.model, X.shape[1:], 6), keras_input(args.model, X)
    ours.partial_fit(X[:64], y[:64], classes=range(6))
    if ours.model_.count_params() != plain.count_params():
        raise AssertionError(f"{ours.model_.count_params()} weights, not {plain.count_params()}")
    rivals = {
        "sklearn-har": lambda: ours.partial_fit(X, y),
        "plain Keras": lambda: plain.fit(subsequences, one_hot, batch_size=64, verbose=0),
    }
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed and is left out.")
    else:
        if args.model not in ("conv-lstm", "make_conv_lstm"):
            network = torch_model(args.model, X.shape[1:], 6)
            adam = torch.optim.Adam(network.parameters())
            tensors = torch.from_numpy(X), torch.from_numpy(y)
            rivals["PyTorch"] = lambda: torch_epoch(network, adam, *tensors)

    times = in_turn(rivals, args.runs)
    products = []
    if args.model in RECIPES:
        seconds = seconds_of_products(ours.model_, len(X))
        taken = [each / seconds for each in times["sklearn-har"]]
        products = [
            "",
            f"The products alone take {seconds:.2f} s at the speed of one of 2048 x 2048; "
            f"sklearn-har takes {statistics.median(taken):.2f} times as long ({min(taken):.2f} to "
            f"{max(taken):.2f}).",
        ]
    packages = ("keras", "tensorflow", "torch", "numpy")
    report(
        f"training_epoch_{args.model}",
        [
            f"One epoch of {args.model}, {len(X)} windows, batches of 64",
            "",
            *table(times, "sklearn-har"),
            *products,
        ],
        save=args.save,
        packages=packages,
    )
    if args.profile:
        report(
            f"operations_{args.model}",
            [f"{'operation':36} {'share':>6}", *operations_of(lambda: ours.partial_fit(X, y))],
            save=args.save,
            packages=packages,
        )


if __name__ == "__main__":
    main()
