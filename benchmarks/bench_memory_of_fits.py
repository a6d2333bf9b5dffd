"""Does the memory of a process grow with the number of fits in it?

Sixty fits of small CNN-LSTM networks, each in a fresh estimator: in one process, by plain Keras in
another one, and by two workers of joblib. What counts is the resident memory after the first fit
(all libraries loaded, first network traced) and after the last. Run it as

    python benchmarks/bench_memory_of_fits.py
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import json
import subprocess
import sys

import numpy as np
from _measure import parser, report, resident_mb

FITS = 60
MARKS = (1, 10, 20, 30, 40, 50, 60)


def data() -> tuple[np.ndarray, np.ndarray]:
    """Return 256 windows of noise: the size of the network is that of UCI HAR."""
    X = np.random.default_rng(0).normal(size=(256, 128, 9)).astype(np.float32)
    return X, np.arange(len(X)) % 6


def one_fit(seed: int) -> tuple[int, float]:
    """Fit and predict once with the package; return the process and its memory."""
    from sklearn_har import CNNLSTMClassifier

    X, y = data()
    CNNLSTMClassifier(epochs=1, random_state=seed).fit(X, y).predict(X)
    return os.getpid(), resident_mb()


def plain_keras() -> None:
    """The same with plain Keras, as in a loop over repeats."""
    from _rivals import PlainKeras

    X, y = data()
    PlainKeras("cnn-lstm", epochs=1).fit(X, y).predict(X)


def in_one_process(which: str) -> list[float]:
    """Return the memory at the marks."""
    seen = []
    for i in range(1, FITS + 1):
        plain_keras() if which == "plain Keras" else one_fit(i)
        if i in MARKS:
            seen.append(resident_mb())
    return seen


def in_two_workers() -> list[float]:
    """Return the sum over two workers at the marks."""
    from joblib import Parallel, delayed

    results = Parallel(n_jobs=2, batch_size=1)(delayed(one_fit)(i) for i in range(1, FITS + 1))
    latest: dict[int, float] = {}
    seen = []
    for i, (pid, memory) in enumerate(results, start=1):
        latest[pid] = memory
        # Both have fitted once at the second result.
        if i == 2 or i in MARKS[1:]:
            seen.append(sum(latest.values()))
    return seen


def main() -> None:
    """Measure each way in a process of its own."""
    options = parser(__doc__, runs=None, dataset=None)
    options.add_argument("--inside", help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.inside:
        ways = {"two workers": in_two_workers}
        print(json.dumps(ways.get(args.inside, lambda: in_one_process(args.inside))()))
        return
    lines = [
        f"Resident memory in MB over {FITS} fits; growth is that from the first fit on",
        "",
        f"{'after fit':12} " + " ".join(f"{mark:6}" for mark in MARKS) + "   growth",
    ]
    for way in ("sklearn-har", "two workers", "plain Keras"):
        done = subprocess.run(
            [sys.executable, __file__, "--inside", way],
            capture_output=True,
            text=True,
            check=True,
        )
        seen = json.loads(done.stdout.strip().splitlines()[-1])
        lines.append(
            f"{way:12} " + " ".join(f"{mb:6.0f}" for mb in seen) + f"   {seen[-1] - seen[0]:6.0f}"
        )
    report("memory_of_fits", lines, save=args.save)


if __name__ == "__main__":
    main()
