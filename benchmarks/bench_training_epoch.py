"""Time of one epoch of UCI HAR (7352 windows in batches of 64).

The classifier with its default parameters against the same network in plain Keras, as a tutorial
writes it, and in PyTorch where it has the layers. Each call trains one network for one more epoch;
tracing and compiling are over before the first counted one. Run it as

    python benchmarks/bench_training_epoch.py lstm --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from _measure import in_turn, parser, report, table, uci_har
from _rivals import MODELS, classifiers, keras_input, keras_model, torch_epoch, torch_model


def main() -> None:
    """Measure one architecture."""
    options = parser(__doc__, runs=5)
    options.add_argument("model", choices=MODELS)
    args = options.parse_args()

    import keras

    X, y = uci_har(args.archive)
    one_hot = keras.utils.to_categorical(y)
    ours = classifiers()[args.model](random_state=0)
    plain, subsequences = keras_model(args.model, X.shape[1:], 6), keras_input(args.model, X)
    rivals = {
        "sklearn-har": lambda: ours.partial_fit(X, y),
        "plain Keras": lambda: plain.fit(subsequences, one_hot, batch_size=64, verbose=0),
    }
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed and is left out.")
    else:
        if args.model != "conv-lstm":
            network = torch_model(args.model, X.shape[1:], 6)
            adam = torch.optim.Adam(network.parameters())
            tensors = torch.from_numpy(X), torch.from_numpy(y)
            rivals["PyTorch"] = lambda: torch_epoch(network, adam, *tensors)

    times = in_turn(rivals, args.runs)
    report(
        f"training_epoch_{args.model}",
        [
            f"One epoch of {args.model}, {len(X)} windows, batches of 64",
            "",
            *table(times, "sklearn-har"),
        ],
        save=args.save,
        packages=("keras", "tensorflow", "torch", "numpy"),
    )


if __name__ == "__main__":
    main()
