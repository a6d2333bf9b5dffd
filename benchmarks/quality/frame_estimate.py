r"""Error and cost of the estimate of the body's frame.

- Recordings of HAPT: the angle between the frame of the whole recording, found without labels, and
  the one found in the samples that are labelled as walking alone.
- Simulated recordings, whose phones are worn any way round: the angle between the frame found and
  the truth, by the seconds of walking and stairs that there are.
- Trials of MotionSense, one activity each in a trouser pocket: in how many what is known.
- The time for an hour of samples at 50 Hz, in a file and live.

Run it as

    python benchmarks/quality/frame_estimate.py --hapt "HAPT Data Set.zip" \
        --motion-sense MotionSense.zip
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import report

from sklearn_har.datasets import fetch_hapt, fetch_motion_sense, make_har_recordings
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import BodyFrame, Preparation, estimate_body_frame
from sklearn_har.recordings import Recording

GAIT = "walking", "walking_upstairs", "walking_downstairs"
SECONDS = 10.0, 20.0, 40.0, 80.0


def angle(one: Any, other: Any) -> float:
    """Return the angle between unit vectors in degrees."""
    return float(np.degrees(np.arccos(np.clip(one @ other, -1.0, 1.0))))


def only(recording: Recording, activities: Sequence[str]) -> Recording:
    """Return the samples of activities, joined."""
    assert recording.labels is not None
    there = np.isin(recording.labels.astype(str), activities)
    return Recording(
        recording.samples[there],
        sampling_rate=recording.sampling_rate,
        channel_names=recording.channel_names,
    )


def errors(found: list[tuple[BodyFrame, Any, Any]]) -> str:
    """Return median and largest error of up and forward, and how often forward is known."""
    known = [entry for entry in found if entry[0].forward is not None]
    line = f"{len(known):3} of {len(found):3}"
    if not known:
        return line
    ups = [angle(frame.up, up) for frame, up, _ in known]
    forwards = [angle(frame.forward, forward) for frame, _, forward in known]
    near = sum(error <= 30.0 for error in forwards)
    return (
        f"{line} {np.median(ups):8.1f} {max(ups):6.1f} {np.median(forwards):9.1f} "
        f"{max(forwards):6.1f} {near:11}"
    )


def of_hapt(archive: str | None) -> str:
    """Compare the frames of whole recordings with those of labelled walking."""
    found = []
    for recording in fetch_hapt(archive=archive).recordings:
        if "walking" not in recording.labels:
            continue
        walking = estimate_body_frame(only(recording, ["walking"]))
        if walking.known == "body":
            found.append((estimate_body_frame(recording), walking.up, walking.forward))
    return f"{'HAPT, against labelled walking':38} {errors(found)}"


def of_simulation(seconds: float) -> str:
    """Compare the frames of simulated recordings with the truth."""
    made = make_har_recordings(
        n_subjects=100, seconds_per_activity=seconds, orientation="any", random_state=0
    )
    found = [
        (estimate_body_frame(recording), rotation[0], rotation[1])
        for recording, rotation in zip(made.recordings, made.rotation, strict=True)
    ]
    return f"{f'simulated, 3 x {seconds:g} s of walking and stairs':38} {errors(found)}"


def of_motion_sense(archive: str | None) -> list[str]:
    """Count what is known in trials of one activity."""
    counts: Counter[tuple[str, str]] = Counter()
    for recording in fetch_motion_sense(archive=archive).recordings:
        counts[str(recording.labels[0]), estimate_body_frame(recording).known] += 1
    activities = sorted({activity for activity, _ in counts})
    lines = [f"{'MotionSense, trials':20} {'body':>6} {'up':>6} {'none':>6}"]
    for activity in activities:
        numbers = [counts[activity, known] for known in ("body", "up", "none")]
        lines.append(f"{activity:20} " + " ".join(f"{n:6}" for n in numbers))
    return lines


def of_time() -> list[str]:
    """Time an hour of walking, sitting and standing, in a file and live."""
    made = make_har_recordings(n_subjects=1, seconds_per_activity=600.0, random_state=0)
    hour = replace(made.recordings[0], labels=None)
    pieces = [slice(i, i + 25) for i in range(0, len(hour), 25)]
    rows = []
    for name, preparation in (
        ("device", Preparation()),
        ("body", Preparation(frame="body")),
    ):
        whole, live = [], []
        for _ in range(5):
            start = time.perf_counter()
            preparation.transform([hour])
            whole.append(time.perf_counter() - start)
            stream = preparation.stream(hour.channel_names, 50.0)
            start = time.perf_counter()
            for piece in pieces:
                stream.push(hour.time[piece], hour.samples[piece])
            live.append((time.perf_counter() - start) / hour.duration)
        rows.append(f"{name:20} {np.median(whole):10.2f} s {100 * np.median(live):12.3f} %")
    return [f"{'':20} {'file of 1 h':>12} {'core, live':>14}", *rows]


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hapt", help="local copy of HAPT; by default it is downloaded")
    parser.add_argument("--motion-sense", help="local copy of MotionSense; likewise")
    parser.add_argument("--save", action="store_true", help="write the table to results/")
    args = parser.parse_args()
    with warnings.catch_warnings():
        # Two recordings of HAPT end with a phone that is taken off, which is said.
        warnings.simplefilter("ignore", RecordingWarning)
        lines = [
            f"{'':38} {'known':>10} {'up, degrees':>15} {'forward, degrees':>16} {'within 30':>11}",
            f"{'':38} {'':>10} {'median':>8} {'worst':>6} {'median':>9} {'worst':>6}",
            of_hapt(args.hapt),
            *(of_simulation(seconds) for seconds in SECONDS),
            "",
            *of_motion_sense(args.motion_sense),
            "",
            *of_time(),
        ]
    report("frame_estimate", lines, save=args.save, packages=("numpy", "scipy"))


if __name__ == "__main__":
    main()
