"""Measure what preparing and cutting the whole of HAPT takes, against a plain Python loop.

Run from the root of the repository, with the data set in the cache or as a local copy::

    python benchmarks/bench_segmentation.py --archive "HAPT Data Set.zip"
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from sklearn_har.datasets import fetch_hapt
from sklearn_har.segmentation import prepare_recording, segment_recording, segment_recordings

WINDOW, STEP = 128, 64


def loop(recordings: list[Any], labels: list[Any]) -> tuple[Any, Any]:
    """Cut as tutorials do: a Python loop over windows, a list, one array at the end."""
    windows, target = [], []
    for recording, label in zip(recordings, labels, strict=True):
        for start in range(0, len(recording) - WINDOW + 1, STEP):
            values, counts = np.unique(label[start : start + WINDOW], return_counts=True)
            # As segment_recording breaks ties: unlabelled loses.
            best = values[counts == counts.max()]
            winner = best[best >= 0][0] if (best >= 0).any() else -1
            if winner >= 0:
                windows.append(recording[start : start + WINDOW])
                target.append(winner)
    return np.array(windows), np.array(target)


def measure(call: Callable[[], Any], repeats: int) -> tuple[float, float, Any]:
    """Return the shortest time in s, the peak of new memory in MB, and what was returned."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - start)
    del result
    tracemalloc.start()
    result = call()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return min(times), peak, result


def main() -> None:
    """Print one line for each way, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", help="local copy of the data set")
    parser.add_argument("--data-home", help="folder of the cache")
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()

    start = time.perf_counter()
    hapt = fetch_hapt(archive=args.archive, data_home=args.data_home)
    recordings, labels = hapt.recordings, hapt.labels
    n_samples = sum(map(len, recordings))
    print(
        f"HAPT: {len(recordings)} recordings, {n_samples} samples of 6 channels "
        f"({n_samples * 24 / 1e6:.0f} MB), loaded in {time.perf_counter() - start:.2f} s"
    )

    def cut() -> Any:
        return segment_recordings(
            recordings, labels, hapt.subject, window=WINDOW, sampling_rate=hapt.sampling_rate
        )

    def views() -> Any:
        return [segment_recording(recording, window=WINDOW).data for recording in recordings]

    def prepare() -> Any:
        return [prepare_recording(recording, original_rate=50.0) for recording in recordings]

    rows = {
        "a Python loop": measure(lambda: loop(recordings, labels), max(1, args.repeats // 2)),
        "segment_recordings": measure(cut, args.repeats),
        "segment_recording, unlabelled (views)": measure(views, args.repeats),
        "prepare_recording (all filters)": measure(prepare, max(1, args.repeats // 2)),
    }
    windows, target = rows["a Python loop"][2]
    ours = rows["segment_recordings"][2]
    np.testing.assert_array_equal(ours.data, windows)
    np.testing.assert_array_equal(ours.target, target)

    print(f"{'':40}{'time':>12}{'peak memory':>14}")
    for name, (seconds, peak, _) in rows.items():
        print(f"{name:40}{seconds * 1e3:9.1f} ms{peak:11.1f} MB")
    print(
        f"windows: {len(ours.data)}, equal to those of the loop ({ours.data.nbytes / 1e6:.0f} MB)"
    )
    ratio = rows["a Python loop"][0] / rows["segment_recordings"][0]
    print(f"segment_recordings is {ratio:.1f} times as fast as the loop")


if __name__ == "__main__":
    main()
