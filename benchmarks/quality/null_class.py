"""`ActivityRecognizer` on HAPT with a null class, as published comparisons score it.

The accelerometer alone, windows of 1 s that overlap by half, one of the 30 subjects left out at a
time. The 12 activities are classes, and unlabelled time is a 13th. Published macro-F1 scores of
this protocol are 0.65 to 0.72.

"windows" scores each window alone, as the publications do; "smoothed" scores all samples after
smoothing that knows how long activities last and how frequent they are, not their order. Macro-F1
is of all held-out subjects together ("pooled"), and the mean over the subjects. "axes" tells
whether the recordings are turned into the frame of the body, which like the smoothing uses the
unlabelled movement of the person tested. The classifier is one of the four whose mean `make_fast`
is. Run it as

    python benchmarks/quality/null_class.py --archive "HAPT Data Set.zip"

What is in `null_class.json` is not trained again; `--table` prints what is there.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import functools
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, mean_and_deviation, parser, report, run_jobs
from hapt_recognizer import NULL, recordings_of

# {frame: {subject: {"windows" or "smoothed": confusion matrix of the classes in order}}}
KEPT = Kept(__file__)
FRAMES = ("device", "body")
KINDS = ("windows", "smoothed")


@functools.cache
def recordings(archive: str | None) -> list[Any]:
    """Return the recordings of HAPT."""
    return recordings_of(archive)


def leave_out(frame: str, subject: str, archive: str | None) -> str:
    """Train without a subject, recognise the recordings of this one, and keep what was found."""
    from sklearn.metrics import confusion_matrix

    from sklearn_har import ActivityRecognizer
    from sklearn_har.preparation import Preparation
    from sklearn_har.recipes import make_fast

    everyone = recordings(archive)
    known = [r for r in everyone if str(r.subject) != subject]
    own = [r for r in everyone if str(r.subject) == subject]
    (_, linear), *_ = make_fast(random_state=0).estimators
    recognizer = ActivityRecognizer(
        linear,
        Preparation.from_preset("accelerometer", window=1.0, overlap=0.5, frame=frame),
        expected_duration="training",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # recordings without walking have no frame
        recognizer.fit(known)
        windows = recognizer.preparation_.windows(own)
        found = recognizer.estimator_.predict(windows.data)
        smoothed = recognizer.predict(own)
    true = np.concatenate([r.labels for r in own])
    classes = recognizer.classes_
    pairs = {"windows": (windows.target, found), "smoothed": (true, np.concatenate(smoothed))}
    matrices = {
        kind: confusion_matrix(*pair, labels=classes).tolist() for kind, pair in pairs.items()
    }
    KEPT.keep({**matrices, "classes": [str(name) for name in classes]}, frame, subject)
    score = macro_f1(np.array(matrices["windows"]))
    return f"{frame}, without subject {subject}: {score:.3f}"


def macro_f1(matrix: Any) -> float:
    """Return the mean F1 of the classes that occur."""
    both = matrix.sum(axis=0) + matrix.sum(axis=1)
    occurs = matrix.sum(axis=1) > 0
    return float(np.mean(2 * np.diagonal(matrix)[occurs] / both[occurs]))


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the table."""
    lines = [
        f"{'axes':8}{'':10}{'pooled':>8}{'over subjects':>16}{'accuracy':>10}{'null F1':>9}  n"
    ]
    for frame in FRAMES:
        for kind in KINDS if frame in kept else ():
            runs = [np.array(run[kind]) for run in kept[frame].values()]
            names = next(iter(kept[frame].values()))["classes"]
            total = np.sum(runs, axis=0)
            i = names.index(NULL)
            null = 2 * total[i, i] / (total[i].sum() + total[:, i].sum())
            shares = [macro_f1(run) for run in runs]
            lines.append(
                f"{frame:8}{kind:10}{macro_f1(total):8.3f}{mean_and_deviation(shares):>16}"
                f"{np.trace(total) / total.sum():10.3f}{null:9.3f} {len(runs):2}"
            )
    return lines


def missing(frames: list[str], archive: str | None) -> Iterator[tuple[str, str, str | None]]:
    """Yield what was not measured yet."""
    kept = KEPT.load()
    for frame in frames:
        for subject in sorted({str(r.subject) for r in recordings(archive)}, key=int):
            if subject not in kept.get(frame, {}):
                yield frame, subject, archive


def main() -> None:
    """Train what was asked for and is not there yet."""
    options = parser(__doc__, runs=None, dataset="HAPT")
    options.add_argument("--frames", nargs="*", choices=FRAMES, default=list(FRAMES))
    options.add_argument("--workers", type=int, default=1, help="trainings at a time (default: 1)")
    options.add_argument("--table", action="store_true", help="print what is there and stop")
    args = options.parse_args()
    if not args.table:
        run_jobs(leave_out, missing(args.frames, args.archive), args.workers)
    report("null_class", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
