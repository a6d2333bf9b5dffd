"""Time and memory of reading a large CSV file.

A file of simulated samples with a clock and six channels is read by pandas alone, by
`read_recording`, and by `read_recording` with `format="auto"` and in pieces, each in a process of
its own. The peak is that of the operating system; the libraries are loaded before, and what they
take is subtracted. Run it as

    python benchmarks/bench_read_csv.py --megabytes 1000
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from _measure import parser, report, resident_mb

RATE = 100.0
NAMES = ["time", "acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"]
WAYS = ("pandas", "read_recording", "format='auto'", "in pieces")
PIECE = 500_000


def write(path: Path, megabytes: float) -> None:
    """Write a file of this size: one block of lines again and again, with other times."""
    n_rows = 100_000
    values = np.random.default_rng(0).normal([0, 0, 1, 0, 0, 0], 0.3, size=(n_rows, 6))
    rows = [",".join(f"{value:.6f}" for value in row) for row in values]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(NAMES) + "\n")
        first = 0
        while file.tell() < megabytes * 1e6:
            file.writelines(f"{(first + i) / RATE:.3f},{row}\n" for i, row in enumerate(rows))
            first += n_rows


def read(path: Path, way: str) -> str:
    """Read a file in this process; return seconds, and the peak above the libraries in MB."""
    import pandas as pd

    from sklearn_har.recordings import read_recording

    before = resident_mb()
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        if way == "pandas":
            pd.read_csv(path)
        elif way == "in pieces":
            for _ in read_recording(path, chunksize=PIECE):
                pass
        else:
            read_recording(path, format="auto" if way == "format='auto'" else None)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return f"{seconds} {peak - before}"


def main() -> None:
    """Measure each way in processes of its own, in turn."""
    options = parser(__doc__, runs=3, dataset=None)
    options.add_argument("--megabytes", type=float, default=1000.0, help="size of the file")
    options.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.inside:
        print(read(Path(args.inside[0]), args.inside[1]))
        return
    found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.csv")
        write(path, args.megabytes)
        for _ in range(args.runs):
            for way in WAYS:
                command = [sys.executable, __file__, "--inside", str(path), way]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                seconds, peak = map(float, done.stdout.split())
                found[way].append((seconds, peak))
    lines = [
        f"Reading a CSV file of {args.megabytes:g} MB: medians, and ratios to pandas by round",
        "",
        f"{'':16}{'seconds':>10}{'ratio':>8}{'peak (MB)':>12}{'ratio':>8}",
    ]
    for way, values in found.items():
        rounds = list(zip(values, found["pandas"], strict=True))
        seconds, peak = (statistics.median(column) for column in zip(*values, strict=True))
        slower = statistics.median(own[0] / other[0] for own, other in rounds)
        larger = statistics.median(own[1] / other[1] for own, other in rounds)
        lines.append(f"{way:16}{seconds:10.2f}{slower:8.2f}{peak:12.0f}{larger:8.2f}")
    report("read_csv", lines, save=args.save, packages=("pandas", "numpy"))


if __name__ == "__main__":
    main()
