"""Train the model that comes with the package, and measure it on subjects who are left out.

MotionSense: a phone in the trousers' pocket, six activities, 24 subjects. Each trial is one
activity, and nobody walks while sitting. So that the model meets sitting in the frame of the body
as well, the trials of a subject are joined to one long recording, with an interruption between
them. Where the phone was put in another way round, the frame is found anew.

    python benchmarks/quality/pocket_model.py --archive MotionSense.zip --folds
    python benchmarks/quality/pocket_model.py --archive MotionSense.zip --write

The first command trains without a quarter of the subjects at a time, tests on these, on joined
recordings and on single trials, and keeps the figures in `pocket_model.json`. The second trains on
all subjects and writes the files to `src/sklearn_har/recognition/pretrained/`, with these figures.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import json
import sys
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, report

from sklearn_har import ActivityRecognizer
from sklearn_har.datasets import fetch_hapt, fetch_motion_sense, make_har_recordings
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation
from sklearn_har.recipes import make_cnn_lstm
from sklearn_har.recordings import Recording

KEPT = Kept(__file__)
PRETRAINED = Path(__file__).parents[2] / "src" / "sklearn_har" / "recognition" / "pretrained"
N_FOLDS = 4
SIX = [f"{kind}_{axis}" for kind in ("total_acc", "body_gyro") for axis in "xyz"]
# In s, between trials.
PAUSE = 10.0
#: A small body, so that the files stay small: the recipe has 155,000 weights, this one 41,000.
SETTINGS: dict[str, Any] = {"filters": (32, 32, 64), "units": 32, "epochs": 10}


def joined(trials: list[Recording]) -> Recording:
    """Join the trials of a subject in order of their number."""
    times, end = [], 0.0
    for trial in trials:
        times.append(trial.time + end)
        end += trial.time[-1] + PAUSE
    return Recording(
        np.concatenate([trial.samples for trial in trials]),
        np.concatenate(times),
        sampling_rate=trials[0].sampling_rate,
        channel_names=trials[0].channel_names,
        breaks=np.cumsum([len(trial) for trial in trials])[:-1],
        labels=np.concatenate([trial.labels for trial in trials]),
        subject=trials[0].subject,
    )


def recognizer(seed: int = 0) -> ActivityRecognizer:
    """Make the recognizer, not fitted."""
    return ActivityRecognizer(
        make_cnn_lstm(random_state=seed, **SETTINGS), Preparation(frame="body")
    )


def accuracy(fitted: ActivityRecognizer, recordings: list[Recording]) -> float:
    """Return the share of windows that are right, without smoothing."""
    right = n = 0
    for recording, decisions in zip(recordings, fitted.decisions(recordings), strict=True):
        middle = np.array([(d.start + d.end) / 2 for d in decisions])
        at = np.searchsorted(recording.time, middle).clip(0, len(recording) - 1)
        right += int(np.sum(recording.labels[at] == np.array([d.activity for d in decisions])))
        n += len(decisions)
    return right / n


def measure(by_subject: dict[int, list[Recording]]) -> None:
    """Leave out a quarter of the subjects at a time."""
    subjects = sorted(by_subject)
    for fold in range(N_FOLDS):
        held_out = subjects[fold::N_FOLDS]
        if all(str(subject) in KEPT.load() for subject in held_out):
            continue
        fitted = recognizer().fit([joined(by_subject[s]) for s in subjects if s not in held_out])
        for subject in held_out:
            trials = by_subject[subject]
            entry = {
                "joined": round(accuracy(fitted, [joined(trials)]), 4),
                "trials": round(accuracy(fitted, trials), 4),
                "timeline": round(fitted.score([joined(trials)]), 4),
            }
            KEPT.keep(entry, str(subject))
            print(subject, entry, flush=True)


def figures() -> dict[str, Any]:
    """Return mean and worst of the subjects left out."""
    kept = KEPT.load()
    return {
        name: {
            "mean": round(float(np.mean([entry[name] for entry in kept.values()])), 4),
            "worst": round(min(entry[name] for entry in kept.values()), 4),
        }
        for name in ("joined", "trials", "timeline")
    }


def write(by_subject: dict[int, list[Recording]]) -> None:
    """Train on all subjects and write the files."""
    from sklearn_har.export import to_onnx

    fitted = recognizer().fit([joined(trials) for trials in by_subject.values()])
    PRETRAINED.mkdir(exist_ok=True)
    print(to_onnx(fitted, PRETRAINED / "pocket.onnx"))
    weights = fitted.estimator_.model_.get_weights()
    np.savez_compressed(PRETRAINED / "pocket.npz", **{f"w{i:02}": w for i, w in enumerate(weights)})
    described = {
        **fitted.describe(),
        "activities": fitted.classes_.tolist(),
        "settings": SETTINGS,
        "accuracy": figures(),
    }
    text = json.dumps(described, sort_keys=True) + "\n"
    (PRETRAINED / "pocket.json").write_text(text, encoding="utf-8")


def on_table(seed: int, minutes: float = 5.0) -> Recording:
    """Simulate a phone that lies on a table: gravity and the noise of a phone's sensors."""
    rng = np.random.default_rng(seed)
    up = rng.normal(size=3)
    still = np.concatenate([up / np.linalg.norm(up), np.zeros(3)])
    noise = rng.normal(size=(int(3000 * minutes), 6)) * ([0.002] * 3 + [0.002] * 3)
    return Recording(still + noise, sampling_rate=50.0, channel_names=SIX, labels="on a table")


def on_wrist(worn: Recording, seed: int) -> Recording:
    """Simulate a watch: the arm of a simulated trunk swings with each stride, or lies on a lap."""
    rng = np.random.default_rng(seed)
    walks = np.char.startswith(worn.labels.astype(str), "walking")
    # Radians at 0.9 strides a second, 0.6 m below the shoulder, about the axis to the right.
    pace, arm = 2 * np.pi * 0.9, 0.6 / 9.81
    swing = 0.45 * np.sin(pace * worn.time) * walks
    speed = 0.45 * pace * np.cos(pace * worn.time) * walks
    acceleration = worn.samples[:, :3] + arm * np.stack(
        [speed**2, np.zeros_like(speed), -(pace**2) * swing], axis=1
    )
    turned = Rotation.from_rotvec(np.outer(swing + np.where(walks, 0.0, np.pi / 2), [0, 1, 0]))
    measured = np.concatenate(
        [
            turned.apply(acceleration, inverse=True),
            turned.apply(worn.samples[:, 3:], inverse=True) + np.outer(speed, [0, 1, 0]),
        ],
        axis=1,
    )
    strapped = Rotation.random(random_state=rng)
    measured = np.hstack([strapped.apply(triad) for triad in np.split(measured, 2, axis=1)])
    return Recording(measured, worn.time, sampling_rate=50.0, channel_names=SIX, labels=worn.labels)


def elsewhere(name: str, recordings: list[Recording]) -> str:
    """Test the model that comes with the package where no pocket is; return a line about it."""
    from sklearn_har.recognition import load_pretrained

    pretrained = load_pretrained()
    accuracies, n_warned, said = [], 0, Counter[str]()
    for recording in recordings:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", RecordingWarning)
            predicted = pretrained.predict([recording])[0]
        said.update(predicted.astype(str))
        known = np.isin(recording.labels.astype(str), pretrained.classes_)
        if known.any():
            accuracies.append(np.mean(predicted[known] == recording.labels[known]))
        n_warned += any("unlike the training" in str(warning.message) for warning in caught)
    right = (
        f"{100 * np.mean(accuracies):6.1f} {100 * min(accuracies):6.1f}" if accuracies else " " * 13
    )
    often = [f"{activity} {100 * n / said.total():.0f}" for activity, n in said.most_common(3)]
    return (
        f"{name:30} {right}  unlike the training: {n_warned} of {len(recordings)}; "
        f"says {', '.join(often)}"
    )


def main() -> None:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--archive", help="local copy of MotionSense; by default it is downloaded")
    parser.add_argument("--folds", action="store_true", help="measure on subjects left out")
    parser.add_argument("--write", action="store_true", help="train on all and write the files")
    parser.add_argument(
        "--hapt", help="local copy of HAPT: test the model in other places than the pocket"
    )
    parser.add_argument("--save", action="store_true", help="write the table to results/")
    args = parser.parse_args()
    if args.folds or args.write:
        by_subject = defaultdict(list)
        for recording in fetch_motion_sense(archive=args.archive).recordings:
            by_subject[recording.subject].append(recording)
        for trials in by_subject.values():
            trials.sort(key=lambda trial: trial.facts["trial"])
        with warnings.catch_warnings():
            # Most single trials have no frame.
            warnings.simplefilter("ignore", RecordingWarning)
            if args.folds:
                measure(by_subject)
            if args.write:
                write(by_subject)
    lines = [f"{'subjects left out, per cent':30} {'mean':>6} {'worst':>6}"]
    for name, found in figures().items():
        lines.append(f"{name:30} {100 * found['mean']:6.1f} {100 * found['worst']:6.1f}")
    if args.hapt:
        worn = make_har_recordings(n_subjects=20, random_state=0).recordings
        for place, recordings in {
            "waist, HAPT": fetch_hapt(archive=args.hapt).recordings,
            "watch, simulated": [on_wrist(recording, i) for i, recording in enumerate(worn)],
            "table, simulated": [on_table(i) for i in range(20)],
        }.items():
            lines.append(elsewhere(place, recordings))
    report("pocket_model", lines, save=args.save)


if __name__ == "__main__":
    main()
