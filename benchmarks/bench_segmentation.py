"""Time to prepare and to cut the whole of HAPT.

Against a plain Python loop, which must give the same windows and labels. Run it as

    python benchmarks/bench_segmentation.py --archive "HAPT Data Set.zip"
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from _measure import in_turn, parser, report, table

from sklearn_har.datasets import fetch_hapt
from sklearn_har.preparation import Preparation
from sklearn_har.segmentation import segment_recording, segment_recordings

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


def peak_mb(call: Callable[[], Any]) -> float:
    """Return the peak of the memory that a call takes, in MB."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak


def main() -> None:
    """Measure all ways in turn, and their memory one by one."""
    options = parser(__doc__, dataset="HAPT")
    options.add_argument("--data-home", help="folder of the cache")
    args = options.parse_args()

    hapt = fetch_hapt(archive=args.archive, data_home=args.data_home)
    # Arrays, so that the loop and segment_recordings get the same.
    recordings, labels = [recording.samples for recording in hapt.recordings], hapt.labels
    n_samples = sum(map(len, recordings))

    def cut() -> Any:
        return segment_recordings(
            recordings, labels, hapt.subject, window=WINDOW, sampling_rate=hapt.sampling_rate
        )

    def views() -> Any:
        return [segment_recording(recording, window=WINDOW).data for recording in recordings]

    def prepare() -> Any:
        return Preparation().transform(hapt.recordings)

    ways = {
        "segment_recordings": cut,
        "a Python loop": lambda: loop(recordings, labels),
        "segment_recording, unlabelled (views)": views,
        "Preparation.transform (all filters)": prepare,
    }
    ours, (windows, target) = cut(), loop(recordings, labels)
    np.testing.assert_array_equal(ours.data, windows)
    np.testing.assert_array_equal(ours.target, target)
    times = in_turn(ways, args.runs)
    report(
        "segmentation",
        [
            f"HAPT: {len(recordings)} recordings, {n_samples} samples of 6 channels "
            f"({n_samples * 24 / 1e6:.0f} MB),",
            f"into {len(ours.data)} windows ({ours.data.nbytes / 1e6:.0f} MB), equal to those of "
            "the loop",
            "",
            *table(times, "segment_recordings", unit="ms"),
            "",
            "Peak of new memory in MB",
            "",
            *(f"{name:38}{peak_mb(call):7.1f}" for name, call in ways.items()),
        ],
        save=args.save,
        packages=("numpy", "scipy", "pandas", "scikit-learn"),
    )


if __name__ == "__main__":
    main()
