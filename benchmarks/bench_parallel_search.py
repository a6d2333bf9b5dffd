"""How much faster is a grid search with two workers?

GridSearchCV with eight fits (two settings, four folds by subject) of a CNN-LSTM on UCI HAR, by one
process with all cores and by two workers with one core each. The workers are started anew for each
run, so that loading TensorFlow in them counts. Scores must agree. Run it as

    python benchmarks/bench_parallel_search.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from typing import Any

import numpy as np
from _measure import in_turn, parser, report, table


def main() -> None:
    """Measure both ways in turn."""
    options = parser(__doc__, runs=5)
    options.add_argument("--epochs", type=int, default=6)
    options.add_argument("--windows", type=int, default=3676, help="training windows used")
    args = options.parse_args()

    from joblib.externals.loky import get_reusable_executor
    from sklearn.model_selection import GridSearchCV, GroupKFold

    from sklearn_har import CNNLSTMClassifier
    from sklearn_har.datasets import fetch_uci_har

    har = fetch_uci_har(archive=args.archive)
    chosen = np.linspace(0, len(har.data) - 1, args.windows).astype(int)
    X, y, groups = har.data[chosen], har.target[chosen], har.subject[chosen]
    scores: dict[int, Any] = {}

    def search(n_jobs: int) -> None:
        grid = GridSearchCV(
            CNNLSTMClassifier(epochs=args.epochs, random_state=0),
            {"optimizer__learning_rate": [1e-3, 3e-3]},
            cv=GroupKFold(4),
            n_jobs=n_jobs,
            refit=False,
        ).fit(X, y, groups=groups)
        scores[n_jobs] = grid.cv_results_["mean_test_score"]
        get_reusable_executor().shutdown(wait=True)

    # TensorFlow is loaded before the clock starts, in this process.
    CNNLSTMClassifier(epochs=1).fit(X[:64], y[:64])
    times = in_turn(
        {"two workers": lambda: search(2), "one process": lambda: search(1)}, args.runs, warm_up=0
    )
    lines = [
        f"GridSearchCV, 8 fits of {args.epochs} epochs on about {len(X) * 3 // 4} windows",
        "",
        *table(times, "two workers"),
        "",
        f"mean accuracy of the two settings: {scores[2].round(3)} and {scores[1].round(3)}; they",
        "differ by rounding alone, which training on one thread or two makes different.",
    ]
    report("parallel_search", lines, save=args.save, packages=("scikit-learn", "joblib", "keras"))


if __name__ == "__main__":
    main()
