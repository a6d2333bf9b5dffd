"""Timelines as frames: make one, and check one that a user gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.utils._intervals import OVERLAP_TOLERANCE, Intervals

__all__ = ["check_timeline", "timeline_frame"]

Floats = NDArray[np.float64]


def timeline_frame(
    activity: NDArray[Any], start: Floats, end: Floats, probability: Floats | None = None
) -> pd.DataFrame:
    columns: dict[str, Any] = {"activity": activity, "start": start, "end": end}
    if probability is not None:
        columns["probability"] = probability
    return pd.DataFrame(columns)


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
        # Names as numpy has them, whatever string type the frame chose.
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
