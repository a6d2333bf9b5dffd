"""Peak memory of one training.

Two epochs on the 7352 windows of UCI HAR, each in a process of its own, which loads the same data:
the classifier against plain Keras. The peak is that of the operating system, libraries included;
the first line is what the process needs with everything imported and the data loaded. Run it as

    python benchmarks/bench_peak_memory.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import resource
import statistics
import subprocess
import sys

from _measure import parser, report, uci_har
from _rivals import MODELS, PlainKeras, classifiers


def train(way: str, name: str, archive: str | None) -> float:
    """Train in this process and return its peak in MB."""
    # Imported in each process, also where nothing is trained.
    classes = classifiers()
    X, y = uci_har(archive)
    if way == "sklearn-har":
        classes[name](epochs=2, random_state=0).fit(X, y)
    elif way == "plain Keras":
        PlainKeras(name, epochs=2).fit(X, y)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> None:
    """Measure each way in processes of its own, in turn."""
    options = parser(__doc__, runs=5)
    options.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.inside:
        print(train(*args.inside, args.archive))
        return
    cases = [("nothing trained", "lstm")]
    cases += [(way, name) for name in MODELS for way in ("sklearn-har", "plain Keras")]
    peaks: dict[tuple[str, str], list[float]] = {case: [] for case in cases}
    for _ in range(args.runs):
        for case in cases:
            command = [sys.executable, __file__, "--inside", *case]
            command += ["--archive", args.archive] if args.archive else []
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            peaks[case].append(float(done.stdout.strip().splitlines()[-1]))
    lines = ["Peak memory of a process in MB", "", f"{'':30} median    from      to"]
    for (way, name), values in peaks.items():
        label = way if way == "nothing trained" else f"{name}, {way}"
        lines.append(
            f"{label:30} {statistics.median(values):6.0f}  {min(values):6.0f}  {max(values):6.0f}"
        )
    report("peak_memory", lines, save=args.save)


if __name__ == "__main__":
    main()
