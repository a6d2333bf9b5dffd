"""Time to the published accuracy (90.7 % on the official test windows).

The published way: the ConvLSTM in plain Keras, 25 epochs on raw windows. Ours: a documented
setting, channels standardised and a CNN-LSTM for a few epochs. How many is chosen by `--choose`,
which prints the accuracy after each epoch in three-fold cross-validation over the 21 training
subjects; the test subjects choose nothing. The clock runs from the windows in memory to the trained
model, tracing included. Run it as

    python benchmarks/bench_time_to_accuracy.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import statistics
import time
from typing import Any

from _measure import parser, report, uci_har
from _rivals import PlainKeras

PUBLISHED = 0.907
EPOCHS = 7  # the best in cross-validation


def setting(epochs: int, seed: int) -> Any:
    """Return the pipeline: what stands in the user guide."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from sklearn_har import CNNLSTMClassifier
    from sklearn_har.preprocessing import ChannelwiseTransformer

    return make_pipeline(
        ChannelwiseTransformer(StandardScaler()),
        CNNLSTMClassifier(epochs=epochs, random_state=seed),
    )


def choose(archive: str | None) -> None:
    """Print the accuracy after each epoch on held-out training subjects."""
    import numpy as np
    from sklearn.model_selection import GroupKFold

    from sklearn_har.datasets import fetch_uci_har

    har = fetch_uci_har(archive=archive)
    curves = []
    for fold, (train, test) in enumerate(GroupKFold(3).split(har.data, har.target, har.subject)):
        pipeline = setting(1, fold)
        scaled = pipeline[0].fit_transform(har.data[train]), pipeline[0].transform(har.data[test])
        curve = []
        for _ in range(10):
            pipeline[1].partial_fit(scaled[0], har.target[train])
            curve.append(pipeline[1].score(scaled[1], har.target[test]))
        curves.append(curve)
    for epoch, scores in enumerate(np.array(curves).T, start=1):
        print(f"after epoch {epoch:2}: {scores.mean():.4f} ({scores.std():.4f}) {scores.round(3)}")


def main() -> None:
    """Train ours with several seeds, the published one in between."""
    options = parser(__doc__, runs=5)
    options.add_argument("--published-runs", type=int, default=2)
    options.add_argument("--choose", action="store_true", help="print the curves and stop")
    args = options.parse_args()
    if args.choose:
        choose(args.archive)
        return
    X, y = uci_har(args.archive)
    X_test, y_test = uci_har(args.archive, "test")

    def timed(train: Any) -> tuple[float, float]:
        start = time.perf_counter()
        predict = train()
        seconds = time.perf_counter() - start
        return seconds, float((predict(X_test) == y_test).mean())

    ours, theirs = [], []
    for run in range(args.runs):
        ours.append(timed(lambda seed=run: setting(EPOCHS, seed).fit(X, y).predict))
        if run < args.published_runs:
            theirs.append(timed(lambda: PlainKeras("conv-lstm").fit(X, y).predict))
    lines = [f"{'':24}  {'seconds':>7}  {'from':>6}  {'to':>6}  {'accuracy':>12}  of each training"]
    for name, results in ((f"ours, {EPOCHS} epochs", ours), ("published, plain Keras", theirs)):
        if not results:
            continue
        seconds, accuracy = zip(*results, strict=True)
        spread = f" ({100 * statistics.stdev(accuracy):.2f})" if len(accuracy) > 1 else ""
        lines.append(
            f"{name:24}  {statistics.median(seconds):7.1f}  {min(seconds):6.1f}  "
            f"{max(seconds):6.1f}  {f'{100 * statistics.mean(accuracy):.2f}{spread}':>12}  "
            + " ".join(f"{100 * value:.2f}" for value in accuracy)
        )
    reached = statistics.mean(a for _, a in ours) >= PUBLISHED
    lines += ["", f"On average the published 90.7 is {'reached' if reached else 'NOT reached'}."]
    if theirs:
        faster = statistics.median(s for s, _ in theirs) / statistics.median(s for s, _ in ours)
        lines.append(f"It is {faster:.1f} times faster by the median.")
    report("time_to_accuracy", lines, save=args.save)


if __name__ == "__main__":
    main()
