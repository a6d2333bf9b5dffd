"""`ActivityRecognizer` on the recordings of HAPT: twelve activities, all labelled time.

The recognizer trains its default network. Its macro-F1 and accuracy by time come from timelines:
of windows alone; smoothed as if all activities were equally frequent and lasted 10 s ("10 s");
with the frequencies of the training windows ("frequencies"); with their durations as well
("durations"); and with the postures of the recording ("postures", `posture_weight=0.3`). No row
learns the order of the activities, which the protocol of HAPT fixes. Frame and postures use the
unlabelled movement of the person tested.

By cross-validation over the 21 training subjects of UCI HAR (`cv`, three folds), which chooses, or
on its 9 test subjects (`official`), which choose nothing. Run it as

    python benchmarks/quality/hapt_recognizer.py cv official --archive "HAPT Data Set.zip"

What is in `hapt_recognizer.json` is not trained again; `--table` prints what is there.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, parser, report
from accuracy import TEST_SUBJECTS

# {part: {frame: {seed: {row: [macro-F1, accuracy]}}}}
KEPT = Kept(__file__)
PARTS = ("cv", "official")
FRAMES = ("device", "body")
NULL = "unlabelled"
ROWS: dict[str, dict[str, Any]] = {
    "windows alone": {"smoothing": None},
    "10 s": {},
    "frequencies": {},
    "durations": {"expected_duration": "training"},
    "postures": {"expected_duration": "training", "posture_weight": 0.3},
}
# To recognise, a window begins each 0.64 s, for finer boundaries than in training.
OVERLAP = 0.75


def recordings_of(archive: str | None) -> list[Any]:
    """Return the recordings, labelled by names."""
    from sklearn_har.datasets import fetch_hapt

    hapt = fetch_hapt(archive=archive)
    names = np.array([*hapt.target_names, NULL])
    return [r.with_labels(names[y]) for r, y in zip(hapt.recordings, hapt.labels, strict=True)]


def timelines(fitted: Any, recordings: list[Any]) -> dict[str, list[Any]]:
    """Return the timelines of each row."""
    fitted.preparation_.set_params(overlap=OVERLAP)
    facts = fitted.training_facts_
    found = {}
    for row, params in ROWS.items():
        fitted.set_params(smoothing="viterbi", expected_duration=None, posture_weight=0.0)
        fitted.set_params(**params)
        # Without these facts all activities are equally frequent.
        known = {k: v for k, v in facts.items() if k != "activities" or row != "10 s"}
        fitted.training_facts_ = known
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # recordings without walking have no frame
            found[row] = fitted.timelines(recordings)
    return found


def run(part: str, frame: str, seed: int, archive: str | None) -> dict[str, list[float]]:
    """Train, recognise and score."""
    from sklearn.model_selection import GroupKFold

    from sklearn_har import ActivityRecognizer
    from sklearn_har.preparation import Preparation
    from sklearn_har.recipes import make_light_cnn_lstm
    from sklearn_har.timeline import timeline_scores

    recordings = recordings_of(archive)
    tested = np.isin([str(r.subject) for r in recordings], TEST_SUBJECTS)
    train = [r for r, of_test in zip(recordings, tested, strict=True) if not of_test]
    subjects = [r.subject for r in train]
    if part == "cv":
        folds = [
            ([train[i] for i in fitted], [train[i] for i in held_out])
            for fitted, held_out in GroupKFold(3).split(train, groups=subjects)
        ]
    else:
        folds = [(train, [r for r, of_test in zip(recordings, tested, strict=True) if of_test])]
    true: list[Any] = []
    predicted: dict[str, list[Any]] = {row: [] for row in ROWS}
    for fitted, held_out in folds:
        recognizer = ActivityRecognizer(
            make_light_cnn_lstm(random_state=seed), Preparation(frame=frame), unlabelled=NULL
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            recognizer.fit(fitted)
        true += [r.timeline(unlabelled=NULL) for r in held_out]
        for row, found in timelines(recognizer, held_out).items():
            predicted[row] += found
    scores = {row: timeline_scores(true, found) for row, found in predicted.items()}
    return {row: [round(s.macro_f1, 5), round(s.accuracy, 5)] for row, s in scores.items()}


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the table."""
    lines = [f"{'':10}{'frame':8}{'':16}{'macro-F1':>16}{'accuracy':>16}  n"]
    for part in PARTS:
        for frame, by_seed in kept.get(part, {}).items():
            for row in ROWS:
                values = 100 * np.array([entry[row] for entry in by_seed.values()])
                cells = [
                    f"{v.mean():.1f} ({v.std():.1f})" if len(v) > 1 else f"{v.mean():.1f}      "
                    for v in values.T
                ]
                lines.append(
                    f"{part:10}{frame:8}{row:16}{cells[0]:>16}{cells[1]:>16} {len(values):2}"
                )
    return lines


def main() -> None:
    """Train what was asked for and is not there yet."""
    options = parser(__doc__, runs=None, dataset="HAPT")
    options.add_argument("parts", nargs="*", metavar="PART", help="cv, official (default: both)")
    options.add_argument("--frames", nargs="*", choices=FRAMES, default=list(FRAMES))
    options.add_argument("--seeds", type=int, default=1, help="trainings of each (default: 1)")
    options.add_argument("--table", action="store_true", help="print what is there and stop")
    args = options.parse_args()
    if set(args.parts) - set(PARTS):
        options.error(f"PART must be one of {', '.join(PARTS)}")
    for seed in range(0 if args.table else args.seeds):
        for part in args.parts or PARTS:
            for frame in args.frames:
                if str(seed) in KEPT.load().get(part, {}).get(frame, {}):
                    continue
                entry = run(part, frame, seed, args.archive)
                KEPT.keep(entry, part, frame, str(seed))
                print(part, frame, f"#{seed}:", entry, flush=True)
    report("hapt_recognizer", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
