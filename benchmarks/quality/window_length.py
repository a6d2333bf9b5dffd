"""Search of the window length on HAPT, tested on subjects outside the training set.

A grid search over `preparation__window` of an `ActivityRecognizer` on the recordings of the first
ten training subjects, twelve activities, folds by subject. The subjects of the official test set
take no part. Run it as

    python benchmarks/quality/window_length.py --archive "HAPT Data Set.zip"
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path.insert(0, str(Path(__file__).parent.parent))

import warnings

import numpy as np
from _measure import mean_and_deviation, parser, report
from sklearn.model_selection import GridSearchCV, GroupKFold

from sklearn_har import ActivityRecognizer
from sklearn_har.datasets import fetch_hapt
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recipes import make_cnn_lstm
from sklearn_har.recognition import recording_scorer

WINDOWS = [1.28, 2.56, 5.12]
N_SUBJECTS = 10
SCORES = ("accuracy", "macro_f1", "event_f1")


def main() -> None:
    """Search, and print mean and deviation over the folds."""
    options = parser(__doc__, runs=None, dataset="HAPT")
    options.add_argument("--folds", type=int, default=5, help="folds by subject")
    options.add_argument("--jobs", type=int, default=2, help="trainings at a time")
    args = options.parse_args()
    hapt = fetch_hapt(subset="train", archive=args.archive)
    chosen = np.unique(hapt.subject)[:N_SUBJECTS]
    recordings = [r for r in hapt.recordings if r.subject in chosen]
    # Transitions are shorter than the longest windows, which is part of the question.
    warnings.filterwarnings("ignore", "no window was given", RecordingWarning)
    warnings.filterwarnings("ignore", ".*not trained on", RecordingWarning)
    search = GridSearchCV(
        ActivityRecognizer(make_cnn_lstm(random_state=0)),
        {"preparation__window": WINDOWS},
        scoring=recording_scorer(*SCORES),
        refit=False,
        cv=GroupKFold(args.folds),
        n_jobs=args.jobs,
        error_score="raise",
    )
    search.fit(recordings, groups=[r.subject for r in recordings])
    found = search.cv_results_
    lines = [
        f"HAPT, {len(recordings)} recordings of {len(chosen)} training subjects, make_cnn_lstm,",
        f"Viterbi, {args.folds} folds by subject;",
        "per cent, mean (deviation) over the folds",
        "",
        f"{'window (s)':>10}" + "".join(f"{name:>16}" for name in SCORES),
    ]
    for i, window in enumerate(WINDOWS):
        scores = [
            [found[f"split{fold}_test_{name}"][i] for fold in range(args.folds)] for name in SCORES
        ]
        columns = "".join(f"{mean_and_deviation(values):>16}" for values in scores)
        lines.append(f"{window:10.2f}{columns}")
    report("window_length", lines, save=args.save)


if __name__ == "__main__":
    main()
