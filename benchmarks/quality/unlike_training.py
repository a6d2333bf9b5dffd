r"""Does a recognizer say when a recording is unlike its training recordings?

Extra Trees on simple features are trained on one data set and asked about held-out subjects of it,
about the same with the phone turned at random or without gravity, and about another data set, where
activities that both have count. For each test recording: is it warned of, and is its accuracy low,
at least 10 points below the mean of the held-out subjects? Run it as

    python benchmarks/quality/unlike_training.py --hapt "HAPT Data Set.zip" \
        --motion-sense MotionSense.zip
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import report
from pocket_model import joined

from sklearn_har import ActivityRecognizer
from sklearn_har.datasets import fetch_hapt, fetch_motion_sense
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation, separate_gravity
from sklearn_har.recordings import Recording

ACTIVITIES = "walking", "walking_upstairs", "walking_downstairs", "sitting", "standing"
# In accuracy: what counts as low.
_LOW = 0.1


def features(windows: Any) -> Any:
    """Return level, strength and rhythm of each channel."""
    spectrum = np.abs(np.fft.rfft(windows - windows.mean(axis=1, keepdims=True), axis=1))[:, 1:25]
    bands = np.log1p(spectrum.reshape(len(windows), 8, 3, -1).mean(axis=2))
    parts = windows.mean(axis=1), np.log(windows.std(axis=1) + 1e-4)
    return np.concatenate([*parts, bands.reshape(len(windows), -1)], axis=1)


def common(recording: Recording) -> Recording:
    """Leave activities out that not both data sets have."""
    labels = recording.labels.astype(object)
    return replace(recording, labels=np.where(np.isin(labels, ACTIVITIES), labels, None))


def turned(recording: Recording, seed: int) -> Recording:
    """Turn the phone at random."""
    matrix = Rotation.random(random_state=seed).as_matrix()
    samples = (recording.samples.reshape(-1, 2, 3) @ matrix.T).reshape(len(recording), 6)
    return replace(recording, samples=samples)


def without_gravity(recording: Recording) -> Recording:
    """Leave the acceleration of the body."""
    samples = recording.samples.copy()
    samples[:, :3] = separate_gravity(samples[:, :3], sampling_rate=recording.sampling_rate)[1]
    return replace(recording, samples=samples)


def judged(fitted: ActivityRecognizer, recordings: list[Recording]) -> tuple[Any, Any]:
    """Return the accuracy of each recording, and its median distance."""
    timelines = fitted.timelines(recordings)
    accuracy, distance = [], []
    for recording, timeline in zip(recordings, timelines, strict=True):
        accuracy.append(fitted.score([recording]))
        lengths = (timeline["end"] - timeline["start"]).to_numpy()
        order = np.argsort(timeline["distance"])
        half = np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)
        distance.append(timeline["distance"].to_numpy()[order][half])
    return np.array(accuracy), np.array(distance)


def main() -> None:
    """Measure it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hapt", help="local copy of HAPT; by default it is downloaded")
    parser.add_argument("--motion-sense", help="local copy of MotionSense; likewise")
    parser.add_argument("--save", action="store_true", help="write the table to results/")
    args = parser.parse_args()
    hapt = fetch_hapt(archive=args.hapt).recordings
    by_subject = defaultdict(list)
    for recording in fetch_motion_sense(archive=args.motion_sense).recordings:
        by_subject[recording.subject].append(recording)
    pocket = [joined(trials) for trials in by_subject.values()]
    sets = {"HAPT": list(map(common, hapt)), "MotionSense": list(map(common, pocket))}
    lines = [
        f"{'trained on':12}{'frame':8}{'tested on':26}{'accuracy':>9}{'distance':>9}  "
        f"{'warned of low':>14} {'warned of high':>15}"
    ]
    for name, recordings in sets.items():
        held_out = [r for r in recordings if r.subject % 3 == 0]
        rest = [r for r in recordings if r.subject % 3 != 0]
        (other,) = (n for n in sets if n != name)
        cases = {
            "held-out subjects": held_out,
            "the same, turned": [turned(r, i) for i, r in enumerate(held_out)],
            "the same, no gravity": list(map(without_gravity, held_out)),
            f"all of {other}": sets[other],
        }
        for frame in ("device", "body"):
            trees = make_pipeline(
                FunctionTransformer(features), ExtraTreesClassifier(100, random_state=0)
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RecordingWarning)
                fitted = ActivityRecognizer(trees, Preparation(frame=frame)).fit(rest)
                found = {case: judged(fitted, listed) for case, listed in cases.items()}
            usual = found["held-out subjects"][0].mean()
            for case, (accuracy, distance) in found.items():
                low = accuracy < usual - _LOW
                warned = distance > 1.0
                lines.append(
                    f"{name:12}{frame:8}{case:26}{100 * accuracy.mean():9.1f}"
                    f"{np.median(distance):9.2f}  {f'{(warned & low).sum()} of {low.sum()}':>14} "
                    f"{f'{(warned & ~low).sum()} of {(~low).sum()}':>15}"
                )
                print(lines[-1], flush=True)
    report("unlike_training", lines, save=args.save, packages=("scikit-learn", "numpy"))


if __name__ == "__main__":
    main()
