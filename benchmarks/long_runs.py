"""Does a process that works for long stay as it was: memory, threads, file handles, children?

Four runs, each in a process of its own. 500 fits in one process: small networks of the three kinds
in turn, each fitted, asked and thrown away, every fifth also pickled and loaded. 200 such fits in
two workers of joblib. A day of streaming: 24 hours of samples at 50 Hz in pieces of 0.2 s through
one recogniser, with samples that are missing or late and interruptions on the way, its state taken
and put into a new recogniser every hour.

The fourth grows, and shows why: 100 fits, each called from code that was compiled anew, as by a
cell of a notebook that is run again, or by a function of a script that joblib sends to its workers
with each job. It seems that TensorFlow remembers the code on whose behalf each operation was made.
Searches and repeated evaluations send functions of installed modules, by their names.

What counts is the last fifth of the run beside the second: in the first one libraries are still
being loaded and caches filled. Memory is the resident one. A run is flat if its memory grew by less
than 5 % and nothing else grew at all. Run it as

    python benchmarks/long_runs.py
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import json
import pickle
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from _measure import parser, report, resident_mb

FITS, FITS_IN_WORKERS, HOURS, FITS_FROM_NEW_CODE = 500, 200, 24, 100
RATE = 50.0
PIECE = 10
MAY_GROW = 0.05
COLUMNS = ("memory MB", "threads", "handles", "children")

Sample = tuple[float, int, int, int]


def usage() -> Sample:
    """Return memory in MB, threads, open file handles and child processes of this process."""
    tasks = list(Path("/proc/self/task").iterdir())
    children = sum(len((task / "children").read_text().split()) for task in tasks)
    # The listing itself holds one handle.
    return resident_mb(), len(tasks), len(list(Path("/proc/self/fd").iterdir())) - 1, children


def windows() -> tuple[np.ndarray, np.ndarray]:
    """Return 48 windows (n_windows, n_timesteps, n_channels) of noise in three activities."""
    X = np.random.default_rng(0).normal(size=(48, 32, 3)).astype(np.float32)
    return X, np.arange(len(X)) % 3


def one_fit(number: int) -> tuple[int, Sample]:
    """Fit, predict and forget; return the process and what it uses then."""
    from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

    X, y = windows()
    small: dict[str, Any] = {"epochs": 1, "dense_units": 8, "random_state": number}
    clf = [
        LSTMClassifier(units=6, **small),
        CNNLSTMClassifier(filters=4, units=6, **small),
        ConvLSTMClassifier(filters=4, early_stopping=True, validation_fraction=0.25, **small),
    ][number % 3]
    expected = clf.fit(X, y).predict_proba(X)
    if number % 5 == 0:
        loaded = pickle.loads(pickle.dumps(clf))
        np.testing.assert_array_equal(loaded.predict_proba(X), expected)
    return os.getpid(), usage()


def fits_in_one_process(n: int) -> dict[str, list[Sample]]:
    """Return what the process uses after each fit."""
    return {"one process": [one_fit(i)[1] for i in range(1, n + 1)]}


def fits_from_new_code(n: int) -> dict[str, list[Sample]]:
    """Return what the process uses after each fit that is called from code of its own."""
    seen = []
    for i in range(1, n + 1):
        equal = types.FunctionType(one_fit.__code__.replace(), globals())
        seen.append(equal(i)[1])
    return {"new code": seen}


def fits_in_workers(n: int) -> dict[str, list[Sample]]:
    """Return what each worker uses after each of its fits, and what their parent does."""
    from joblib import Parallel, delayed

    # By the name of this module: of a script, joblib would send the code with each job.
    from long_runs import one_fit

    seen: dict[str, list[Sample]] = {"parent": []}
    names: dict[int, str] = {}
    jobs = (delayed(one_fit)(i) for i in range(1, n + 1))
    for pid, sample in Parallel(n_jobs=2, batch_size=1, return_as="generator_unordered")(jobs):
        # A worker that was replaced would show as a third one.
        name = names.setdefault(pid, f"worker {len(names) + 1}")
        seen.setdefault(name, []).append(sample)
        seen["parent"].append(usage())
    return seen


def pieces(hours: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give times in s and samples (PIECE, 6), with the troubles that a phone has."""
    from sklearn_har.datasets import make_har_recordings

    phone = make_har_recordings(n_subjects=1, seconds_per_activity=60.0, random_state=0)
    samples = phone.recordings[0].samples.astype(np.float64)
    last = len(samples) - PIECE
    pause = 0.0
    for i in range(round(hours * 3600 * RATE / PIECE)):
        first = (i * PIECE) % last
        piece = samples[first : first + PIECE].copy()
        if i % 1000 == 999:
            piece[3, 1] = np.nan
        if i % 5000 == 4999:
            pause += 5.0
        at = (i * PIECE + np.arange(PIECE)) / RATE + pause
        if i % 3000 == 2999:
            at[5] = at[3]
        yield at, piece


def day_of_streaming(hours: int) -> dict[str, list[Sample]]:
    """Return what the process uses after every quarter of an hour of the stream."""
    from sklearn_har import CNNLSTMClassifier
    from sklearn_har.datasets import make_har_windows
    from sklearn_har.recognition import StreamingRecognizer

    X, y = make_har_windows(n_subjects=1, random_state=0, return_X_y=True)
    small: dict[str, Any] = {"filters": 4, "units": 6, "dense_units": 8}
    clf = CNNLSTMClassifier(epochs=1, random_state=0, **small).fit(X, y)
    recognizer = StreamingRecognizer(clf)
    per_hour = round(3600 * RATE / PIECE)
    n_decisions, seen = 0, []
    for i, (at, piece) in enumerate(pieces(hours), start=1):
        n_decisions += len(recognizer.push(piece, at))
        if i % per_hour == 0:
            state = recognizer.get_state()
            recognizer = StreamingRecognizer(clf)
            recognizer.set_state(state)
        if i % (per_hour // 4) == 0:
            seen.append(usage())
    n_decisions += len(recognizer.finish())
    n = hours * per_hour
    # Each piece of bad luck was met; a break costs one window and what begins a part.
    assert (recognizer.n_missing, recognizer.n_late) == (n // 1000, n // 3000)
    assert recognizer.n_breaks == n // 5000 + 1
    most = n * PIECE / 64
    assert 0.98 * most < n_decisions < most, (n_decisions, most)
    return {f"{n_decisions} decisions": seen}


def judged(seen: list[Sample]) -> tuple[list[str], bool]:
    """Return the cells of a line of the table and whether the run is flat."""
    values = np.array(seen)
    fifth = max(1, len(values) // 5)
    before, after = values[fifth : 2 * fifth], values[-fifth:]
    growth = float(np.median(after[:, 0]) / np.median(before[:, 0])) - 1
    steady = values[fifth:, 0]
    slope = float(np.polyfit(np.arange(len(steady)), steady, 1)[0]) * 1e3 if len(steady) > 1 else 0
    others = [(int(before[:, i].max()), int(after[:, i].max())) for i in (1, 2, 3)]
    flat = growth < MAY_GROW and all(late <= early for early, late in others)
    cells = [
        f"{values[0, 0]:.0f}",
        f"{np.median(before[:, 0]):.0f}",
        f"{np.median(after[:, 0]):.0f}",
        f"{100 * growth:+.1f} %",
        f"{slope:+.0f}",
        *(f"{early} to {late}" for early, late in others),
        "flat" if flat else "GROWS",
    ]
    return cells, flat


def main() -> None:
    """Run each in a process of its own, and judge it."""
    options = parser(__doc__, runs=None, dataset=None)
    options.add_argument("--scale", type=float, default=1.0, help="share of the whole, for a trial")
    options.add_argument("--inside", help=argparse.SUPPRESS)
    args = options.parse_args()
    runs = {
        f"{amount} {what}": (work, amount)
        for work, what, whole in (
            (fits_in_one_process, "fits", FITS),
            (fits_in_workers, "fits", FITS_IN_WORKERS),
            (day_of_streaming, "h of stream", HOURS),
            (fits_from_new_code, "fits of new code", FITS_FROM_NEW_CODE),
        )
        for amount in [max(1, round(args.scale * whole))]
    }
    if args.inside:
        work, amount = runs[args.inside]
        print(json.dumps(work(amount)))
        return
    head = ["", "first", "2nd fifth", "last fifth", "growth", "kB a step"]
    head += [*COLUMNS[1:], "verdict"]
    widths = (34, 7, 11, 12, 9, 11, 14, 14, 10, 8)
    rows, all_flat = [head], True
    for name, (work, _) in runs.items():
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, __file__, "--inside", name, "--scale", str(args.scale)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        minutes = (time.monotonic() - start) / 60
        for part, seen in json.loads(done.stdout.strip().splitlines()[-1]).items():
            cells, flat = judged(seen)
            rows.append([f"{name}, {part}", *cells])
            all_flat = all_flat and (flat or work is fits_from_new_code)
        print(f"{name}: {minutes:.0f} min", *rows[1:], sep="\n", file=sys.stderr, flush=True)
    lines = [
        "Resident memory in MB, threads, open files and child processes: the last fifth of each",
        "run beside the second. A step is a fit, or a quarter of an hour of the stream.",
        "",
        *("".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)).rstrip() for row in rows),
        "",
        "All runs but that of new code are flat." if all_flat else "Not all runs are flat.",
    ]
    report("long_runs", lines, save=args.save)


if __name__ == "__main__":
    main()
