"""Accuracy on UCI HAR of single windows, and of windows in the light of their recording.

Each row is a classifier of windows; "frame" rows read windows in the frame of the body, the others
windows in the axes of the phone. "two views" is the mean of the probabilities of two networks, one
of which reads windows without their mean, which tell nothing of posture. Ridge gives MiniRocket no
probabilities: the softmax of its decision function stands for them.

Each is scored four times: by its windows "alone"; after `revise_by_posture` ("posture"); by the
most probable sequence, which knows how long activities last and nothing of their order
("sequence"); and by both. All but the windows alone use the unlabelled movement of the person
tested, and so does the frame. Windows of a recording are taken for consecutive: UCI HAR leaves out
those between activities.

By cross-validation over the training subjects (`cv`, three folds), which chooses, or on the
official split (`official`), which chooses nothing. Run it as

    python benchmarks/quality/over_recordings.py cv official --archive "UCI HAR Dataset.zip"

What is in `over_recordings.json` is not trained again; `--table` prints what is there. `--workers`
trains so many at a time, each on one core. MiniRocket needs `pip install aeon`.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, mean_and_deviation, parser, report, run_jobs, worst_subject
from accuracy import channels_first, rounded_figures
from body_frame import views

# {part: {row: {seed: {decision: figures}}}}
KEPT = Kept(__file__)
PARTS = {"cv": 3, "official": 5}
DECISIONS = ("alone", "posture", "sequence", "both")
#: The rows that each job gives.
JOBS = {
    "make_cnn_lstm": ("make_cnn_lstm",),
    "make_light_cnn_lstm": ("make_light_cnn_lstm",),
    "frame": ("frame, make_light_cnn_lstm", "frame, two views"),
    "MiniRocket": ("frame, MiniRocket",),
}
STEP, LENGTH = 1.28, 2.56


def without_mean(windows: Any) -> Any:
    """Return windows less their mean; whether the frame is known stays."""
    moved = windows - windows.mean(axis=1, keepdims=True)
    moved[..., 9:] = windows[..., 9:]
    return moved


def minirocket(seed: int) -> Any:
    """Make aeon's `MiniRocketClassifier` of its parts, for the decision function of the ridge."""
    from aeon.transformations.collection.convolution_based import MiniRocket
    from sklearn.linear_model import RidgeClassifierCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    return make_pipeline(
        FunctionTransformer(channels_first),
        MiniRocket(random_state=seed),
        StandardScaler(with_mean=False),
        RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)),
    )


def train(job: str, seed: int, known: dict[str, Any], y: Any, tested: dict[str, Any]) -> Any:
    """Train for a job; return probabilities of each of its rows, and the seconds they took."""
    from sklearn_har import recipes

    start = time.perf_counter()
    if job == "MiniRocket":
        from scipy.special import softmax

        model = minirocket(seed).fit(known["body"], y)
        found = [softmax(model.decision_function(tested["body"]), axis=1)]
        return found, [time.perf_counter() - start]
    if job != "frame":
        model = getattr(recipes, job)(random_state=seed).fit(known["device"], y)
        return [model.predict_proba(tested["device"])], [time.perf_counter() - start]
    # As `ActivityRecognizer` trains: on windows in the frame, and as if it were not known.
    X, labels = np.concatenate([known["body"], known["unknown"]]), np.tile(y, 2)
    model = recipes.make_light_cnn_lstm(random_state=seed).fit(X, labels)
    seconds = time.perf_counter() - start
    one = model.predict_proba(tested["body"])
    model = recipes.make_light_cnn_lstm(random_state=100 + seed, augmentation=None)
    model.fit(without_mean(known["body"]), y)
    other = model.predict_proba(without_mean(tested["body"]))
    return [one, (one + other) / 2], [seconds, time.perf_counter() - start]


def decided(probabilities: Any, posture: Any, recording: Any) -> dict[str, Any]:
    """Return the classes that each decision gives."""
    from sklearn_har.timeline import decode_activities, revise_by_posture

    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
    revised = revise_by_posture(probabilities, posture, recording)
    found = {"alone": probabilities.argmax(axis=1), "posture": revised.argmax(axis=1)}
    for name, values in (("sequence", probabilities), ("both", revised)):
        found[name] = np.zeros(len(values), dtype=int)
        for number in np.unique(recording):
            mine = np.flatnonzero(recording == number)
            found[name][mine] = decode_activities(values[mine], STEP * np.arange(len(mine)), LENGTH)
    return found


def run(part: str, job: str, seed: int, archive: str | None) -> str:
    """Do one job, keep its figures and return a line about it."""
    from sklearn.model_selection import GroupKFold

    from sklearn_har.datasets import fetch_uci_har

    har = fetch_uci_har(archive=archive)
    known = views(har.data, har.recording)
    if part == "cv":
        tested, shown = har, known
        found = np.zeros((len(JOBS[job]), len(har.target), 6))
        seconds = np.zeros(len(found))
        for fitted, held_out in GroupKFold(3).split(har.data, har.target, har.subject):
            training, testing = (
                {name: windows[rows] for name, windows in known.items()}
                for rows in (fitted, held_out)
            )
            shares, spent = train(job, seed, training, har.target[fitted], testing)
            found[:, held_out] = shares
            seconds += spent
    else:
        tested = fetch_uci_har(subset="test", archive=archive)
        shown = views(tested.data, tested.recording)
        found, seconds = train(job, seed, known, har.target, shown)
    line = f"{part}, #{seed}:"
    for row, probabilities, took in zip(JOBS[job], found, seconds, strict=True):
        windows = shown["body" if row.startswith("frame") else "device"]
        posture = windows[..., :3].mean(axis=1)
        entry: dict[str, Any] = {"seconds": round(float(took), 1)}
        for decision, classes in decided(probabilities, posture, tested.recording).items():
            entry[decision] = rounded_figures(classes == tested.target, tested.subject)
        KEPT.keep(entry, part, row, str(seed))
        figures = ", ".join(f"{name} {100 * entry[name]['accuracy']:.2f}" for name in DECISIONS)
        line += f" {row}: {figures} ({took:.0f} s);"
    return line


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the table."""
    lines = [f"{'':10}{'':28}{'':10}{'accuracy':>14}  n  worst subject"]
    for part in PARTS:
        for row, by_seed in kept.get(part, {}).items():
            for decision in DECISIONS:
                runs = [entry[decision] for entry in by_seed.values()]
                lines.append(
                    f"{part:10}{row:28}{decision:10}"
                    f"{mean_and_deviation(run['accuracy'] for run in runs)} {len(runs):2} "
                    f"{worst_subject([run['by_subject'] for run in runs])}"
                )
    return lines


def main() -> None:
    """Train what was asked for and is not there yet."""
    options = parser(__doc__, runs=None)
    options.add_argument("parts", nargs="*", metavar="PART", help="cv, official (default: both)")
    options.add_argument("--jobs", nargs="*", choices=list(JOBS), default=list(JOBS))
    options.add_argument("--workers", type=int, default=1, help="jobs at a time (default: 1)")
    options.add_argument("--table", action="store_true", help="print what is there and stop")
    args = options.parse_args()
    if set(args.parts) - set(PARTS):
        options.error(f"PART must be one of {', '.join(PARTS)}")
    kept = KEPT.load()
    jobs = [
        (part, job, seed)
        for job in ([] if args.table else args.jobs)
        for part in args.parts or PARTS
        for seed in range(PARTS[part])
        if str(seed) not in kept.get(part, {}).get(JOBS[job][-1], {})
    ]
    run_jobs(run, [(*job, args.archive) for job in jobs], args.workers)
    report("over_recordings", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
