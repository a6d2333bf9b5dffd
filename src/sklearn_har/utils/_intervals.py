"""Convert labels of samples to labelled intervals, and back."""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sklearn_har.utils._labels import (
    OnUnlabelled,
    append_unlabelled,
    check_on_unlabelled,
    encode_labels,
)

Floats = NDArray[np.float64]

# In s: ends written with few digits may reach into the next interval by this much.
OVERLAP_TOLERANCE = 1e-6


class Intervals(NamedTuple):
    """The activity, start and end (in s) of intervals, sorted by time and without overlap."""

    activity: NDArray[Any]
    start: Floats
    end: Floats


def row_at(intervals: Intervals, time: Floats) -> NDArray[np.int64]:
    """Return the row of the interval at each time; -1 without one."""
    if not len(intervals.start):
        return np.full(len(time), -1)
    row = np.searchsorted(intervals.start, time, side="right") - 1
    return np.where((row >= 0) & (time < intervals.end[row]), row, -1)


def labels_at(intervals: Intervals, time: Floats, unlabelled: Any, name: str) -> NDArray[Any]:
    """Return the activity at each time; `unlabelled` outside all intervals.

    An `unlabelled` of None gives an array of objects, which may mix None with other types.
    """
    if len(intervals.activity) == 0:
        return np.full(len(time), unlabelled)
    row = row_at(intervals, time)
    n_outside = int((row < 0).sum())
    if n_outside == 0:
        return intervals.activity[row]
    if unlabelled is None:
        labels = np.full(len(time), None, dtype=object)
        labels[row >= 0] = intervals.activity[row[row >= 0]]
        return labels
    left_out = f"{name} leaves {n_outside} samples out and"
    return append_unlabelled(intervals.activity, unlabelled, left_out)[row]


def merge_labels(
    labels: ArrayLike,
    time: Floats,
    *,
    period: float,
    max_gap: float,
    breaks: ArrayLike = (),
    unlabelled: Hashable = -1,
    on_unlabelled: OnUnlabelled = "drop",
) -> Intervals:
    """Merge the labels of samples into intervals.

    Each sample lasts until the next one. The last sample before a break, or before a step of more
    than `max_gap` seconds, lasts `period` seconds.
    """
    check_on_unlabelled(on_unlabelled)
    codes, classes = encode_labels(labels, len(time), "labels", unlabelled)
    apart = np.zeros(len(time) + 1, dtype=bool)
    apart[np.asarray(breaks, dtype=np.int64)] = True
    apart = apart[1:-1] | (np.diff(time) > max_gap)
    change = np.flatnonzero(apart | (codes[1:] != codes[:-1])) + 1
    first = np.concatenate([[0], change])
    last = np.concatenate([change, [len(codes)]]) - 1
    following = np.append(time[1:], np.inf)
    end = np.where(np.append(apart, True)[last], time[last] + period, following[last])
    # Samples may be dense before a gap that is hardly longer than a period.
    end = np.minimum(end, following[last])
    code, start = codes[first], time[first]
    if on_unlabelled == "keep":
        names = append_unlabelled(classes, unlabelled, "on_unlabelled='keep'")
        return Intervals(names[code], start, end)
    known = code >= 0
    return Intervals(classes[code[known]], start[known], end[known])


def check_timeline(timeline: Any, name: str) -> Intervals:
    if not isinstance(timeline, pd.DataFrame):
        raise TypeError(
            f"{name} must be a DataFrame with the columns activity, start and end, got "
            f"{type(timeline).__name__}. Make one by make_timeline or labels_to_timeline."
        )
    missing = [column for column in ("activity", "start", "end") if column not in timeline]
    if missing:
        raise ValueError(
            f"{name} must have the columns activity, start and end, got {list(timeline.columns)}: "
            f"{missing} missing."
        )
    activity = timeline["activity"].to_numpy()
    if activity.dtype.kind not in "OUS":
        activity = np.asarray(activity)
    elif len(activity):
        # As NumPy strings, whatever string type the frame has.
        activity = np.array(activity.tolist())
    start, end = (_seconds(timeline, column, name) for column in ("start", "end"))
    order = np.argsort(start, kind="stable")
    activity, start, end = activity[order], start[order], end[order]
    if (end <= start).any():
        row = int(np.argmax(end <= start))
        raise ValueError(
            f"{name} must have intervals that end after they start, got one from {start[row]:g} s "
            f"to {end[row]:g} s."
        )
    over = start[1:] < end[:-1] - OVERLAP_TOLERANCE
    if over.any():
        row = int(np.argmax(over))
        raise ValueError(
            f"{name} must have intervals that do not overlap, got one from {start[row]:g} s to "
            f"{end[row]:g} s and one from {start[row + 1]:g} s."
        )
    return Intervals(activity, start, np.minimum(end, np.append(start[1:], np.inf)))


def _seconds(timeline: pd.DataFrame, column: str, name: str) -> Floats:
    values = timeline[column].to_numpy()
    if not len(values):  # an empty file has no types
        return np.empty(0)
    if values.dtype.kind not in "iuf" or not np.isfinite(values).all():
        raise ValueError(
            f"{name}[{column!r}] must hold finite numbers, seconds, got dtype {values.dtype}"
            + (" with NaN or infinity." if values.dtype.kind == "f" else ".")
        )
    return values.astype(np.float64)
