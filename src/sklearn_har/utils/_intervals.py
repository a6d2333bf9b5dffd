"""Labels of samples and labelled intervals: conversions for recordings and timelines."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.utils._labels import (
    OnUnlabelled,
    append_unlabelled,
    check_on_unlabelled,
    encode_labels,
)

__all__ = ["OVERLAP_TOLERANCE", "Intervals", "labels_at", "merge_labels", "row_at"]

Floats = NDArray[np.float64]

# Ends that were written to a file with few digits may reach into the next interval by this, in s.
OVERLAP_TOLERANCE = 1e-6


class Intervals(NamedTuple):
    """The activity, start and end (in s) of intervals, sorted by time and without overlap."""

    activity: NDArray[Any]
    start: Floats
    end: Floats


def row_at(intervals: Intervals, time: Floats) -> NDArray[np.int64]:
    """Return the row of the interval that holds each time, -1 where none does."""
    if not len(intervals.start):
        return np.full(len(time), -1)
    row = np.searchsorted(intervals.start, time, side="right") - 1
    return np.where((row >= 0) & (time < intervals.end[row]), row, -1)


def labels_at(intervals: Intervals, time: Floats, unlabelled: Any, name: str) -> NDArray[Any]:
    """Return the activity at each time, `unlabelled` where no interval holds it.

    An `unlabelled` of None gives an array of objects, which may mix None with anything.
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
