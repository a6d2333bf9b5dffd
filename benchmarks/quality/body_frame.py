"""Accuracy on UCI HAR with and without the frame of the body.

The recipe `make_cnn_lstm` is trained on windows in the axes of the phone ("device"), on windows in
the frame of the body ("body"), on both, told by a channel which of them it reads ("both", as
`ActivityRecognizer` trains), and on windows that are turned at random, the usual remedy ("turned").
"both, plain" is "both" without batch normalisation, without dropout between the convolutions and
with gravity turned by 8 degrees. Each is tested on windows in the frame, on the same windows as if
the frame were not known, and, on the official split, on recordings that are turned at random. By
cross-validation over the training subjects (`cv`), which chooses, or on the official split
(`official`), which chooses nothing. The frame comes from the unlabelled movement of the person
tested. Run it as

    python benchmarks/quality/body_frame.py cv official --archive "UCI HAR Dataset.zip"

What is in `body_frame.json` is not trained again; `--table` prints what is there. `--workers`
trains so many networks at a time.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, mean_and_deviation, report, worst_subject
from accuracy import rounded_figures

KEPT = Kept(__file__)
SEEDS = {"cv": 3, "official": 5}
PLAIN = {"batch_normalization": False, "conv_dropout": 0.0}
# The one recording of UCI HAR in which nobody walks, 78 windows of subject 10.
WITHOUT_WALKING = 20
#: What the recipe is trained on.
ROWS = {
    "device": ("device",),
    "body": ("body",),
    "both": ("body", "unknown"),
    "both, plain": ("body", "unknown"),
    "turned": ("device",),
}


def turned(windows: Any, recording: Any, seed: int) -> Any:
    """Turn the phone of each recording at random."""
    from scipy.spatial.transform import Rotation

    out = np.array(windows)
    for number in np.unique(recording):
        rotation = Rotation.random(random_state=1000 * seed + int(number)).as_matrix()
        mine = recording == number
        triads = out[mine].reshape(-1, out.shape[1], out.shape[2] // 3, 3)
        out[mine] = (triads @ rotation.T).reshape(out[mine].shape)
    return out


def views(windows: Any, recording: Any) -> dict[str, Any]:
    """Return windows in the axes of the phone, in the frame, and told that it is not known."""
    from sklearn_har.preparation import align_windows

    with warnings.catch_warnings():
        # One recording of UCI HAR is a fragment in which nobody walks.
        warnings.filterwarnings("ignore", "the frame of the body is not known")
        body = align_windows(windows, recording)
    unknown = np.concatenate([windows, np.zeros_like(windows[:, :, :1])], axis=2)
    return {"device": windows, "body": body, "unknown": unknown}


def train(row: str, seed: int, known: dict[str, Any], y: Any, tests: dict[str, Any]) -> Any:
    """Train a network and return its probabilities for all windows to be tested, and the time."""
    from sklearn_har.augmentation import DeviceRotation, GravityRotation
    from sklearn_har.recipes import make_cnn_lstm

    params: dict[str, Any] = {}
    if row == "turned":
        params["augmentation"] = [DeviceRotation(180), GravityRotation(15)]
    if row == "both, plain":
        # The setting that `frame_choice.py` found by cross-validation.
        params = {**PLAIN, "augmentation": GravityRotation(8)}
    parts = ROWS[row]
    X = np.concatenate([known[part] for part in parts])
    start = time.perf_counter()
    model = make_cnn_lstm(random_state=seed, **params).fit(X, np.tile(y, len(parts)))
    seconds = time.perf_counter() - start
    n_channels = X.shape[2]
    return {
        name: model.predict_proba(windows)
        for name, windows in tests.items()
        if windows.shape[2] == n_channels
    }, seconds


def cross_validate(row: str, seed: int, har: Any) -> tuple[dict[str, Any], float]:
    """Return probabilities for the training subjects, each tested by a network without them."""
    from sklearn.model_selection import GroupKFold

    known = views(har.data, har.recording)
    found: dict[str, Any] = {}
    total = 0.0
    for fitted, held_out in GroupKFold(3).split(har.data, har.target, har.subject):
        tests = {name: windows[held_out] for name, windows in known.items()}
        training = {name: windows[fitted] for name, windows in known.items()}
        probabilities, seconds = train(row, seed, training, har.target[fitted], tests)
        total += seconds
        for name, values in probabilities.items():
            out = found.setdefault(name, np.zeros((len(har.target), values.shape[1])))
            out[held_out] = values
    return found, total


def official(row: str, seed: int, har: Any, test: Any) -> tuple[dict[str, Any], float]:
    """Return probabilities for the test subjects."""
    tests = views(test.data, test.recording)
    other = views(turned(test.data, test.recording, seed), test.recording)
    tests |= {f"{name}, turned": other[name] for name in ("device", "body")}
    return train(row, seed, views(har.data, har.recording), har.target, tests)


def run(part: str, row: str, seed: int, archive: str | None) -> dict[str, Any]:
    """Do one job and keep its accuracies by subject."""
    from sklearn_har.datasets import fetch_uci_har

    har = fetch_uci_har(archive=archive)
    if part == "cv":
        tested = har
        found, seconds = cross_validate(row, seed, har)
    else:
        tested = fetch_uci_har(subset="test", archive=archive)
        found, seconds = official(row, seed, har, tested)
    import keras

    entry: dict[str, Any] = {"backend": keras.backend.backend(), "seconds": round(seconds, 1)}
    for name, probabilities in found.items():
        right = probabilities.argmax(axis=1) == tested.target
        known = tested.recording != WITHOUT_WALKING
        entry[name] = {
            **rounded_figures(right, tested.subject),
            "known": round(float(right[known].mean()), 5),
        }
    KEPT.keep(entry, part, row, str(seed))
    return entry


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the table."""
    entries = [
        entry for rows in kept.values() for seeds in rows.values() for entry in seeds.values()
    ]
    lines = [
        f"Trained with Keras on {', '.join(sorted({entry['backend'] for entry in entries}))}",
        "",
        f"{'':10}{'trained on':12}{'tested on':16}{'accuracy':>14} {'frame known':>14}  n  "
        "worst subject",
    ]
    for part, rows in kept.items():
        for row, by_seed in rows.items():
            runs = list(by_seed.values())
            for name in (n for n in runs[0] if n not in ("backend", "seconds")):
                of_all, of_known = (
                    mean_and_deviation([entry[name][share] for entry in runs])
                    for share in ("accuracy", "known")
                )
                worst = worst_subject([entry[name]["by_subject"] for entry in runs])
                lines.append(f"{part:10}{row:12}{name:16}{of_all} {of_known} {len(runs):2} {worst}")
    return lines


def main() -> None:
    """Train what was asked for and is not there yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="cv, official (default: both)")
    parser.add_argument("--rows", nargs="*", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--archive", help="local copy of UCI HAR; by default it is downloaded")
    parser.add_argument("--workers", type=int, default=1, help="trainings at a time (default: 1)")
    parser.add_argument("--table", action="store_true", help="print what is there and stop")
    parser.add_argument("--save", action="store_true", help="write the table to results/")
    args = parser.parse_args()
    if set(args.parts) - set(SEEDS):
        parser.error(f"PART must be one of {', '.join(SEEDS)}")
    if not args.table:
        jobs = [
            (part, row, seed)
            for part in args.parts or SEEDS
            for seed in range(SEEDS[part])
            for row in args.rows
            if str(seed) not in KEPT.load().get(part, {}).get(row, {})
        ]
        with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
            found = [pool.submit(run, *job, args.archive) for job in jobs]
            for job, future in zip(jobs, found, strict=True):
                print(
                    *job, {k: v for k, v in future.result().items() if k == "seconds"}, flush=True
                )
    report("body_frame", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
