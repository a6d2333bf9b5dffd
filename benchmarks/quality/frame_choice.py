"""Settings of `make_cnn_lstm` for windows in the frame of the body, compared.

Each setting is trained twice: on whole windows ("posture"), and on windows without their mean
("movement"), which tell nothing of how a person holds the trunk and err on other windows. Their
probabilities are multiplied ("product") or averaged ("mean"). By cross-validation over the training
subjects (`cv`, three folds), which chooses, or on the official split (`official`), which chooses
nothing. The frame comes from the unlabelled movement of the person tested. Run it as

    python benchmarks/quality/frame_choice.py cv --archive "UCI HAR Dataset.zip"

What is in `frame_choice.json` is not trained again; `--table` prints what is there. `--workers`
trains so many settings at a time, each on one core. `--whole` trains on whole windows alone.
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
from accuracy import rounded_figures
from body_frame import PLAIN, views

from sklearn_har.augmentation import GravityRotation

# {part: {setting: {seed: {view: figures}}}}
KEPT = Kept(__file__)
PARTS = ("cv", "official")
VIEWS = ("posture", "movement", "product", "mean")
SMALL = {"filters": (32, 32, 64), "units": 32}
SETTINGS: dict[str, dict[str, Any]] = {
    "recipe": {},
    "plain": PLAIN,
    "small": SMALL,
    "small plain": {**SMALL, **PLAIN},
    "10 epochs": {"epochs": 10},
    "small 10 epochs": {**SMALL, "epochs": 10},
    "plain 0 degrees": {**PLAIN, "augmentation": None},
    "plain 4 degrees": {**PLAIN, "augmentation": GravityRotation(4)},
    "plain 8 degrees": {**PLAIN, "augmentation": GravityRotation(8)},
    "plain 10 epochs": {**PLAIN, "epochs": 10},
    "plain, dropout": {**PLAIN, "conv_dropout": 0.1},
    "plain, batches": {**PLAIN, "batch_size": 256},
}


def seen_as(view: str, windows: Any) -> Any:
    """Return whole windows, or windows without their mean."""
    return windows if view == "posture" else windows - windows.mean(axis=1, keepdims=True)


def probabilities(
    setting: str, seed: int, n_views: int, X: Any, y: Any, tested: Any
) -> tuple[Any, list[float]]:
    """Train on the views and return the probabilities of each, and the seconds it took."""
    from sklearn_har.recipes import make_cnn_lstm

    found, seconds = [], []
    for i, view in enumerate(VIEWS[:n_views]):
        start = time.perf_counter()
        model = make_cnn_lstm(random_state=10 * seed + i, **SETTINGS[setting])
        model.fit(seen_as(view, X), y)
        seconds.append(time.perf_counter() - start)
        found.append(model.predict_proba(seen_as(view, tested)))
    return np.array(found), seconds


def run(part: str, setting: str, seed: int, n_views: int, archive: str | None) -> str:
    """Do one job, keep its figures and return a line about it."""
    from sklearn.model_selection import GroupKFold

    from sklearn_har.datasets import fetch_uci_har

    har = fetch_uci_har(archive=archive)
    X = views(har.data, har.recording)["body"]
    if part == "cv":
        tested = har
        found, seconds = np.zeros((n_views, len(X), 6)), np.zeros(n_views)
        for fitted, held_out in GroupKFold(3).split(X, har.target, har.subject):
            shares, spent = probabilities(
                setting, seed, n_views, X[fitted], har.target[fitted], X[held_out]
            )
            found[:, held_out] = shares
            seconds += spent
    else:
        tested = fetch_uci_har(subset="test", archive=archive)
        shown = views(tested.data, tested.recording)["body"]
        found, seconds = probabilities(setting, seed, n_views, X, har.target, shown)
    together, spent = [*found], [*seconds]
    if n_views == 2:
        together += [np.log(found).sum(axis=0), found.sum(axis=0)]
        spent += 2 * [sum(seconds)]
    entry: dict[str, Any] = {}
    for view, scores, took in zip(VIEWS[: len(together)], together, spent, strict=True):
        right = scores.argmax(axis=1) == tested.target
        entry[view] = {
            **rounded_figures(right, tested.subject),
            "seconds": round(float(took), 1),
        }
    KEPT.keep(entry, part, setting, str(seed))
    shown_as = ", ".join(f"{view} {100 * entry[view]['accuracy']:.2f}" for view in entry)
    return f"{part}, {setting} #{seed} ({sum(seconds):.0f} s): {shown_as}"


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the table."""
    lines = [f"{'':10}{'':18}{'':10}{'accuracy':>14}  n  worst subject  seconds"]
    for part in PARTS:
        for setting, by_seed in kept.get(part, {}).items():
            for view in VIEWS:
                runs = [entry[view] for entry in by_seed.values() if view in entry]
                if not runs:
                    continue
                lines.append(
                    f"{part:10}{setting:18}{view:10}"
                    f"{mean_and_deviation(run['accuracy'] for run in runs)} {len(runs):2} "
                    f"{worst_subject([run['by_subject'] for run in runs])} "
                    f"{np.mean([run['seconds'] for run in runs]):8.0f}"
                )
    return lines


def main() -> None:
    """Train what was asked for and is not there yet."""
    options = parser(__doc__, runs=None)
    options.add_argument("parts", nargs="*", metavar="PART", help="cv, official (default: cv)")
    options.add_argument("--settings", nargs="*", choices=list(SETTINGS), default=list(SETTINGS))
    options.add_argument("--seeds", type=int, default=1, help="trainings of each (default: 1)")
    options.add_argument("--whole", action="store_true", help="train on whole windows alone")
    options.add_argument("--workers", type=int, default=1, help="settings at a time (default: 1)")
    options.add_argument("--table", action="store_true", help="print what is there and stop")
    args = options.parse_args()
    if set(args.parts) - set(PARTS):
        options.error(f"PART must be one of {', '.join(PARTS)}")
    n_views = 1 if args.whole else 2
    jobs = [
        (part, setting, seed)
        for seed in range(0 if args.table else args.seeds)
        for part in args.parts or PARTS[:1]
        for setting in args.settings
        if str(seed) not in KEPT.load().get(part, {}).get(setting, {})
    ]
    run_jobs(run, [(*job, n_views, args.archive) for job in jobs], args.workers)
    report("frame_choice", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
