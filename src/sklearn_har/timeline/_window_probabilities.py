"""Check the input of a timeline: probabilities of windows and their times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.utils._numbers import check_real
from sklearn_har.utils._probabilities import check_probabilities
from sklearn_har.utils._samples import check_increasing

Floats = NDArray[np.float64]

# In windows: start times are sums of floats, so windows closer than this touch.
_TOUCHING = 1e-6


@dataclass(frozen=True)
class WindowProbabilities:
    """Probabilities of the windows of one recording, in order of time.

    Window ``i`` covers the time from ``cell_start[i]`` to ``cell_end[i]``. Cells of overlapping
    windows meet halfway between their centres, so they do not overlap. ``after_gap[i]`` is True if
    no window covers the time before the cell.
    """

    values: Floats
    start_time: Floats
    window_length: float
    cell_start: Floats
    cell_end: Floats
    after_gap: NDArray[np.bool_]

    @classmethod
    def check(
        cls, probabilities: ArrayLike, start_time: Any, window_length: float | None
    ) -> WindowProbabilities:
        """Check the arguments of the user, and divide the time among the windows."""
        values = check_probabilities(probabilities, "probabilities")
        start_time, window_length = _times(start_time, window_length)
        start = _check_start_time(start_time, len(values))
        length = check_real(
            window_length, "window_length", minimum=0.0, exclude_minimum=True, unit="s"
        )
        steps = np.diff(start)
        apart = steps > length * (1.0 + _TOUCHING)
        # Two windows share their overlap equally; windows that are apart keep their own ends.
        middle = start[1:] + (length - np.minimum(steps, length)) / 2.0
        cell_start = np.concatenate([start[:1], middle])
        cell_end = np.concatenate([np.where(apart, start[:-1] + length, middle), [0.0]])
        cell_end[-1] = start[-1] + length
        empty = np.flatnonzero(cell_end <= cell_start)
        if len(empty):
            raise ValueError(
                "window_length and the steps of start_time must be long enough for the times to "
                f"differ in double precision, got window_length={length} s and window {empty[0]}, "
                f"which starts at {start[empty[0]]} s and has no time of its own. Count the time "
                "from the start of the recording."
            )
        return cls(values, start, length, cell_start, cell_end, np.concatenate([[False], apart]))

    @property
    def n_classes(self) -> int:
        return int(self.values.shape[1])

    @property
    def durations(self) -> Floats:
        """Return the durations of the cells, in s."""
        return self.cell_end - self.cell_start


def _times(start_time: Any, window_length: Any) -> tuple[Any, float]:
    """Return start times and the length of a window, also from windows of segmentation."""
    if not isinstance(start_time, Mapping):
        if window_length is None:
            raise TypeError(
                "window_length must be given in s with an array of start times. Windows passed as "
                "start_time have their own."
            )
        return start_time, window_length
    if window_length is not None:
        raise ValueError(
            f"window_length must be None with windows, which have their own, got {window_length!r}."
        )
    if start_time.get("start_time") is None or start_time.get("window_length") is None:
        raise ValueError(
            "start_time must be an array in s, or windows with start_time and window_length, got "
            f"{sorted(start_time)}: pass sampling_rate to segment_recording."
        )
    n_recordings = len(np.unique(start_time.get("recording", [])))
    if n_recordings > 1:
        raise ValueError(
            f"start_time must be windows of one recording, got those of {n_recordings}: "
            "make_timelines makes a timeline for each."
        )
    return start_time["start_time"], start_time["window_length"]


def check_classes(classes: ArrayLike | None, n_classes: int) -> NDArray[Any]:
    if classes is None:
        return np.arange(n_classes, dtype=np.int64)
    labels = np.asarray(classes)
    if labels.shape != (n_classes,):
        raise ValueError(
            f"classes must name each of the {n_classes} columns of probabilities, in order "
            f"(the classes_ of the classifier), got shape {labels.shape}."
        )
    if len(set(labels.tolist())) != n_classes:
        raise ValueError(f"classes must differ from each other, got {labels.tolist()}.")
    return labels


def _check_start_time(start_time: ArrayLike, n_windows: int) -> Floats:
    start = np.asarray(start_time)
    if start.dtype.kind not in "iuf" or start.shape != (n_windows,):
        raise ValueError(
            f"start_time must hold the start of each of the {n_windows} windows in s, got shape "
            f"{start.shape} and dtype {start.dtype}."
        )
    remedy = " Make one timeline for each recording."
    return check_increasing(start, "start_time", "window", remedy)
