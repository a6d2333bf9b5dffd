"""Speed of a grid search with two workers against one process.

GridSearchCV with eight fits (two settings, four folds by subject) of a CNN-LSTM on UCI HAR, by one
process with all cores and by two workers with one core each: workers that are started for the
search, so that loading TensorFlow in them counts, and workers that a search before has left
waiting. The table of fit times tells what is in it at best: a fit that takes a worker longer than
the one process, which has both cores for it. Run it as

    python benchmarks/bench_parallel_search.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from typing import Any

import numpy as np
from _measure import in_turn, parser, report, spread, table

WARM = "two workers, waiting"
COLD = "two workers, started anew"
ONE = "one process"


def main() -> None:
    """Measure the three ways in turn."""
    options = parser(__doc__, runs=5)
    options.add_argument("--epochs", type=int, default=4)
    options.add_argument("--windows", type=int, default=2400, help="training windows used")
    args = options.parse_args()

    from joblib.externals.loky import get_reusable_executor
    from sklearn.model_selection import GridSearchCV, GroupKFold

    from sklearn_har import CNNLSTMClassifier
    from sklearn_har.datasets import fetch_uci_har

    har = fetch_uci_har(archive=args.archive)
    chosen = np.linspace(0, len(har.data) - 1, args.windows).astype(int)
    X, y, groups = har.data[chosen], har.target[chosen], har.subject[chosen]
    scores: dict[str, Any] = {}
    fit_times: dict[str, list[float]] = {COLD: [], WARM: [], ONE: []}

    def search(way: str) -> None:
        grid = GridSearchCV(
            CNNLSTMClassifier(epochs=args.epochs, random_state=0),
            {"optimizer__learning_rate": [1e-3, 3e-3]},
            cv=GroupKFold(4),
            n_jobs=1 if way == ONE else 2,
            refit=False,
        ).fit(X, y, groups=groups)
        scores[way] = grid.cv_results_["mean_test_score"]
        fit_times[way].append(float(grid.cv_results_["mean_fit_time"].mean()))

    def search_and_stop_workers() -> None:
        search(ONE)
        get_reusable_executor().shutdown(wait=True)

    # TensorFlow is loaded before the clock starts, in this process.
    CNNLSTMClassifier(epochs=1).fit(X[:64], y[:64])
    # In this order the second search finds the workers of the first, and each round starts anew.
    times = in_turn(
        {COLD: lambda: search(COLD), WARM: lambda: search(WARM), ONE: search_and_stop_workers},
        args.runs,
        warm_up=0,
    )
    at_best = [2 * one / warm for one, warm in zip(fit_times[ONE], fit_times[WARM], strict=True)]
    lines = [
        f"GridSearchCV, 8 fits of {args.epochs} epochs on about {len(X) * 3 // 4} windows",
        "",
        *table(times, COLD),
        "",
        *table({WARM: times[WARM], ONE: times[ONE]}, WARM),
        "",
        "One fit, as the searches report it:",
        "",
        *table({WARM: fit_times[WARM], COLD: fit_times[COLD], ONE: fit_times[ONE]}, WARM),
        "",
        f"Two workers at best, 2 x one process / worker: {spread(at_best)}",
        "",
        f"mean accuracy of the two settings: {scores[WARM].round(3)} and {scores[ONE].round(3)};",
        "they differ by rounding alone, which training on one thread or two makes different.",
    ]
    report("parallel_search", lines, save=args.save, packages=("scikit-learn", "joblib", "keras"))


if __name__ == "__main__":
    main()
