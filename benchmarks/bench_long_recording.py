"""Time and memory from the file of a long recording to its timeline.

Simulated recordings at 50 Hz, six channels, repeated for a day (CSV) and a week (Parquet). Each
file is read, prepared, classified and smoothed in a process of its own, once as a whole and once in
pieces. The peak is that of the operating system, libraries included. "import" is the same process
without a file. Run it as

    python benchmarks/bench_long_recording.py
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from _measure import parser, report

RATE = 50.0
DAY = 24 * 3600.0
PIECE = 500_000


def write(path: Path, seconds: float) -> None:
    """Write a recording of this length, as CSV or Parquet by the ending of the file."""
    import pyarrow as pa
    import pyarrow.parquet

    from sklearn_har.datasets import make_har_recordings

    phone = make_har_recordings(n_subjects=1, seconds_per_activity=60.0, random_state=0)
    recording = phone.recordings[0]
    n_samples, done = round(seconds * RATE), 0
    writer: Any = None
    with path.open("w", encoding="utf-8") as file:
        while done < n_samples:
            samples = recording.samples[: n_samples - done].astype(np.float32)
            time_s = (done + np.arange(len(samples))) / RATE
            if path.suffix == ".parquet":
                columns = {
                    "time": time_s,
                    **dict(zip(recording.channel_names, samples.T, strict=True)),
                }
                batch = pa.table(columns)
                writer = writer or pa.parquet.ParquetWriter(path, batch.schema)
                writer.write_table(batch)
            else:
                if not done:
                    file.write(",".join(["time", *recording.channel_names]) + "\n")
                np.savetxt(file, np.column_stack([time_s, samples]), fmt="%.5f", delimiter=",")
            done += len(samples)
    if writer is not None:
        writer.close()


def recognise(model: Path, file: str, way: str) -> str:
    """Make the timeline of a file in this process; return seconds and peak in MB."""
    from sklearn_har.recordings import read_recording

    recognizer = pickle.loads(model.read_bytes())
    # The first windows pay for what TensorFlow prepares.
    recognizer.stream().push(np.zeros((300, 6)))
    start = time.perf_counter()
    if way != "import":
        options = {"chunksize": PIECE} if way == "in pieces" else {}
        (timeline,) = recognizer.timelines([read_recording(file, **options)])
        assert timeline["end"].iloc[-1] > 0.99 * DAY
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return f"{seconds} {peak}"


def main() -> None:
    """Measure each file and way in processes of its own, in turn."""
    options = parser(__doc__, runs=3, dataset=None)
    options.add_argument("--inside", nargs=3, help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.inside:
        model, file, way = args.inside
        print(recognise(Path(model), file, way))
        return
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(Path(folder), args.runs)
    report("long_recording", lines, save=args.save)


def measure(folder: Path, runs: int) -> list[str]:
    """Return the table."""
    from sklearn_har import ActivityRecognizer
    from sklearn_har.datasets import make_har_recordings
    from sklearn_har.recipes import make_cnn_lstm

    # Untrained as good as trained: the time of a prediction does not depend on the weights.
    training = make_har_recordings(n_subjects=2, random_state=0).recordings
    recognizer = ActivityRecognizer(make_cnn_lstm(epochs=1, min_updates=0, random_state=0))
    model = folder / "model.pickle"
    model.write_bytes(pickle.dumps(recognizer.fit(training)))
    day, week = folder / "day.csv", folder / "week.parquet"
    write(day, DAY)
    write(week, 7 * DAY)
    cases = [(day, "import"), (day, "whole"), (day, "in pieces"), (week, "in pieces")]
    found: dict[tuple[Path, str], list[tuple[float, float]]] = {case: [] for case in cases}
    for _ in range(runs):
        for file, way in cases:
            command = [sys.executable, __file__, "--inside", str(model), str(file), way]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds, peak = map(float, done.stdout.strip().splitlines()[-1].split())
            found[file, way].append((seconds, peak))
    lines = [
        "From the file to the timeline, by make_cnn_lstm: seconds and peak memory of the process",
        "",
        f"{'':26}{'seconds':>10}{'from':>8}{'to':>8}{'peak (MB)':>12}{'above import':>14}",
    ]
    imported = statistics.median(peak for _, peak in found[day, "import"])
    for (file, way), values in found.items():
        times, peaks = zip(*values, strict=True)
        peak = statistics.median(peaks)
        label = "import alone" if way == "import" else f"{file.name}, {way}"
        lines.append(
            f"{label:26}{statistics.median(times):10.1f}{min(times):8.1f}{max(times):8.1f}"
            f"{peak:12.0f}{peak - imported:14.0f}"
        )
    return lines


if __name__ == "__main__":
    main()
