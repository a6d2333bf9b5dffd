"""Compare settings of `make_fast` by cross-validation over the training subjects of UCI HAR.

All windows are in the frame of the body. Each row is a linear classifier of some features, trained
on the windows and, where degrees are named, on one copy with gravity turned by a random angle of
that root mean square. "four" is the mean of four, each with kernels and a copy of its own, as in
`make_fast`. MiniRocket of aeon, the rival, is trained with such a copy too. Run it as

    python benchmarks/quality/fast_choice.py --archive "UCI HAR Dataset.zip"

What is in `fast_choice.json` is not trained again; `--table` prints what is there. MiniRocket needs
`pip install aeon`.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, mean_and_deviation, parser, report, run_jobs, worst_subject
from accuracy import rounded_figures
from over_recordings import minirocket, windows_of

# {row: {seed: figures}}
KEPT = Kept(__file__)
SEEDS = 3
#: {row: (description of a window, degrees, classifiers)}
ROWS = {
    "features": ("features", 0, 1),
    "kernels": ("kernels", 0, 1),
    "features, 15 degrees": ("features", 15, 1),
    "kernels, 15 degrees": ("kernels", 15, 1),
    "both": ("both", 0, 1),
    "both, 8 degrees": ("both", 8, 1),
    "both, 15 degrees": ("both", 15, 1),
    "both, 22 degrees": ("both", 22, 1),
    "both, 30 degrees": ("both", 30, 1),
    "both, 22 degrees, 448 kernels": ("448 kernels", 22, 1),
    "both, 22 degrees, four": ("both", 22, 4),
    "MiniRocket": ("MiniRocket", 0, 1),
    "MiniRocket, 22 degrees": ("MiniRocket", 22, 1),
}


def described(description: str, seed: int) -> Any:
    """Make a pipeline of a description and a linear classifier."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import StandardScaler

    from sklearn_har.preprocessing import RandomKernels, WindowFeatures

    if description == "MiniRocket":
        return minirocket(seed)
    kernels = RandomKernels(448 if description.startswith("448") else 112, random_state=seed)
    parts = {"features": [WindowFeatures()], "kernels": [kernels]}
    return make_pipeline(
        make_union(*parts.get(description, [WindowFeatures(), kernels])),
        StandardScaler(),
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    )


def train(row: str, seed: int, archive: str | None) -> str:
    """Train in each fold, keep the accuracy, and return a line."""
    from sklearn_har.augmentation import AugmentedClassifier, GravityRotation

    har, shown, splits = windows_of("cv", archive)
    # Without the channel that tells the frame, which is the same in nearly all windows.
    X = shown["body"][..., :9]
    description, degrees, n = ROWS[row]
    right = np.zeros(len(X), dtype=bool)
    start = time.perf_counter()
    for fitted, tested in splits:
        total: Any = 0.0
        for i in range(n):
            clf = AugmentedClassifier(
                described(description, n * seed + i),
                GravityRotation(degrees=degrees) if degrees else None,
                random_state=n * seed + i,
            ).fit(X[fitted], har.target[fitted])
            answer = "predict_proba" if hasattr(clf, "predict_proba") else "decision_function"
            total = total + getattr(clf, answer)(X[tested])
        right[tested] = clf.classes_[total.argmax(axis=1)] == har.target[tested]
    KEPT.keep(rounded_figures(right, har.subject), row, str(seed))
    seconds = time.perf_counter() - start
    return f"{row}, #{seed}: {100 * right.mean():.2f} ({seconds:.0f} s)"


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the table."""
    lines = [f"{'':32}{'accuracy':>14}  n  worst subject"]
    for row in ROWS:
        if runs := list(kept.get(row, {}).values()):
            lines.append(
                f"{row:32}{mean_and_deviation(run['accuracy'] for run in runs)} {len(runs):2} "
                f"{worst_subject([run['by_subject'] for run in runs])}"
            )
    return lines


def missing(rows: list[str], archive: str | None) -> Iterator[tuple[str, int, str | None]]:
    """Yield what was not trained yet."""
    kept = KEPT.load()
    for seed in range(SEEDS):
        for row in rows:
            # Simple features draw nothing without copies.
            if str(seed) not in kept.get(row, {}) and (row != "features" or seed == 0):
                yield row, seed, archive


def main() -> None:
    """Train what was asked for and is not there yet."""
    options = parser(__doc__, runs=None)
    options.add_argument("--rows", nargs="*", choices=list(ROWS), default=list(ROWS))
    options.add_argument("--workers", type=int, default=1, help="trainings at a time (default: 1)")
    options.add_argument("--table", action="store_true", help="print what is there and stop")
    args = options.parse_args()
    if not args.table:
        run_jobs(train, missing(args.rows, args.archive), args.workers)
    report("fast_choice", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
