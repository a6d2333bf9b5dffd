"""Memory of training on 20 times UCI HAR.

147,040 windows (678 MB) in a file. One epoch of a small LSTM with scaling inside the network, each
way in a process of its own: from an array in memory, from a memory-mapped one, by `partial_fit`
over chunks of the file and over the blocks of a Dask array. What counts is the memory that a
process has of its own ("private"): pages of a mapped file are the operating system's, which takes
them back when they are needed elsewhere; "with file" is the sum of both at its peak. Run it as

    python benchmarks/bench_larger_than_memory.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from _measure import parser, report, uci_har

TIMES = 20
CHUNK = 7352
MB = 1e6


def private_mb() -> float:
    """Return the memory of this process that is not of a file, in MB."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024 / MB
    raise RuntimeError("The kernel does not tell RssAnon.")


class Peak:
    """The highest private memory while a block runs, looked at every 10 ms."""

    def __enter__(self) -> Peak:
        self.mb = private_mb()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(0.01):
            self.mb = max(self.mb, private_mb())

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self._thread.join()


def write(folder: Path, archive: str | None) -> None:
    """Write the windows again and again, with a little noise, so that no two are equal."""
    X, y = uci_har(archive)
    rng = np.random.default_rng(0)
    file = np.lib.format.open_memmap(
        folder / "X.npy", mode="w+", dtype=np.float32, shape=(TIMES * len(X), *X.shape[1:])
    )
    for i in range(TIMES):
        noise = rng.normal(scale=1e-3, size=X.shape).astype(np.float32)
        file[i * len(X) : (i + 1) * len(X)] = X + noise
    file.flush()
    np.save(folder / "y.npy", np.tile(y, TIMES))


def dask_array(path: Path) -> Any:
    """Return an array whose blocks are read when they are asked for.

    Not by `dask.array.from_array`, which copies a memory-mapped array into memory first.
    """
    import dask
    import dask.array

    file = np.load(path, mmap_mode="r")
    shape, dtype = file.shape, file.dtype

    @dask.delayed
    def block(start: int) -> np.ndarray:
        return np.array(np.load(path, mmap_mode="r")[start : start + CHUNK])

    return dask.array.concatenate(
        [
            dask.array.from_delayed(block(start), (CHUNK, *shape[1:]), dtype)
            for start in range(0, shape[0], CHUNK)
        ]
    )


def train(way: str, folder: Path) -> dict[str, float]:
    """Train in this process and return what it took."""
    from sklearn_har import LSTMClassifier

    y = np.load(folder / "y.npy")
    clf = LSTMClassifier(
        n_steps=16, units=32, dense_units=None, epochs=1, scaling="both", random_state=0
    )
    few = np.load(folder / "X.npy", mmap_mode="r")[:CHUNK:8]
    # Libraries are loaded, and a network is traced, before anything is measured.
    LSTMClassifier(n_steps=16, units=32, epochs=1, scaling="both").fit(few, y[:CHUNK:8])
    before = private_mb()
    with Peak() as peak:
        start = time.perf_counter()
        if way == "fit, array in memory":
            clf.fit(np.load(folder / "X.npy"), y)
        elif way == "fit, memory-mapped":
            clf.fit(np.load(folder / "X.npy", mmap_mode="r"), y)
        elif way == "fit, memory-mapped, early stopping":
            clf.set_params(early_stopping=True).fit(np.load(folder / "X.npy", mmap_mode="r"), y)
        elif way == "partial_fit, chunks of the file":
            X = np.load(folder / "X.npy", mmap_mode="r")
            for i in range(0, len(X), CHUNK):
                clf.partial_fit(X[i : i + CHUNK], y[i : i + CHUNK])
        elif way == "partial_fit, blocks of Dask":
            for i, block in enumerate(dask_array(folder / "X.npy").blocks):
                clf.partial_fit(block, y[i * CHUNK : (i + 1) * CHUNK])
        seconds = time.perf_counter() - start
    result: dict[str, Any] = {
        "before": before,
        "peak": peak.mb,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB,
        "seconds": seconds,
    }
    if way != "nothing":
        result["accuracy"] = clf.score(few, y[:CHUNK:8])
    return result


WAYS = (
    "nothing",
    "fit, array in memory",
    "fit, memory-mapped",
    "fit, memory-mapped, early stopping",
    "partial_fit, chunks of the file",
    "partial_fit, blocks of Dask",
)


def main() -> None:
    """Measure each way in a process of its own."""
    options = parser(__doc__, runs=None)
    options.add_argument("--folder", help="where to write the file; by default a temporary folder")
    options.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.inside:
        print(json.dumps(train(args.inside[0], Path(args.inside[1]))))
        return
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name)
        write(folder, args.archive)
        size = (folder / "X.npy").stat().st_size / MB
        lines = [
            f"One epoch on {TIMES} times UCI HAR, a file of {size:.0f} MB; MB of one process",
            "",
            f"{'':36} before    peak    more  with file  seconds  accuracy",
        ]
        for way in WAYS:
            done = subprocess.run(
                [sys.executable, __file__, "--inside", way, name],
                capture_output=True,
                text=True,
                check=True,
            )
            seen = json.loads(done.stdout.strip().splitlines()[-1])
            accuracy = f"{seen['accuracy']:9.3f}" if "accuracy" in seen else ""
            lines.append(
                f"{way:36} {seen['before']:6.0f}  {seen['peak']:6.0f}  "
                f"{seen['peak'] - seen['before']:6.0f}  {seen['rss']:9.0f}  {seen['seconds']:7.1f}"
                f"  {accuracy}"
            )
    lines += [
        "",
        "before, peak, more: private memory; with file: resident memory at its peak.",
    ]
    report("larger_than_memory", lines, save=args.save)


if __name__ == "__main__":
    main()
