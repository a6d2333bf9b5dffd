"""Label the samples of a recording by a table of intervals."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.recordings._ticks import PER_SECOND, unit_by_size
from sklearn_har.utils._intervals import OVERLAP_TOLERANCE, Intervals, labels_at
from sklearn_har.utils._validation import check_choice, did_you_mean
from sklearn_har.utils._warnings import warn_of_recording

Floats = NDArray[np.float64]
Overlap = Literal["later", "earlier", "shorter", "unlabelled", "raise"]


def labels_of_intervals(
    table: pd.DataFrame,
    time: Floats,
    origin: datetime | None,
    *,
    activity: str,
    start: str,
    end: str | None,
    overlap: Overlap,
    unlabelled: Hashable,
) -> NDArray[Any]:
    """Return the label of each sample; `origin` is the date at which `time` is 0."""
    check_choice(overlap, "overlap", ("later", "earlier", "shorter", "unlabelled", "raise"))
    _check_columns(table, {"activity": activity, "start": start, "end": end})
    names = table[activity]
    starts, ends = _seconds(table, start, end, origin)
    kept, ends, problems = _usable(names, starts, ends, time, end)
    intervals, overlapping = _without_overlap(kept, starts, ends, overlap)
    if overlapping:
        what = "overlap an earlier one" + ("" if overlap == "raise" else f" (overlap={overlap!r})")
        problems.append((what, overlapping))
    _report(problems, names, starts, ends, time, overlap)
    known = names.iloc[kept]
    values = _as_array(known.tolist(), from_floats=known.dtype.kind == "f")
    if unlabelled is None and values.dtype.kind in "iu" and len(values):
        unlabelled = -1
    row_of = np.full(len(table), -1)
    row_of[kept] = np.arange(len(kept))
    return labels_at(
        Intervals(values[row_of[intervals.activity]], intervals.start, intervals.end),
        time,
        unlabelled,
        "labels",
    )


def _check_columns(table: pd.DataFrame, arguments: dict[str, str | None]) -> None:
    columns = list(map(str, table.columns))
    wrong = [
        f"{argument}={column!r}{did_you_mean(str(column), columns)}"
        for argument, column in arguments.items()
        if column not in table.columns and (argument, column) != ("end", None)
    ]
    if wrong:
        raise ValueError(
            f"activity, start and end must name columns of labels, got {', '.join(wrong)}; the "
            f"columns are {columns}."
        )


def _seconds(
    table: pd.DataFrame, start: str, end: str | None, origin: datetime | None
) -> tuple[Floats, Floats]:
    """Return starts and ends on the clock of the recording; NaN if they are missing."""
    columns = [start] if end is None else [start, end]
    read = [_numbers_or_dates(table[column], column) for column in columns]
    dated = [column for column, (_, dates) in zip(columns, read, strict=True) if dates is True]
    counted = [column for column, (_, dates) in zip(columns, read, strict=True) if dates is False]
    if dated and counted:
        raise ValueError(
            f"labels must hold seconds or dates in both columns, got dates in {dated[0]!r} and "
            f"numbers in {counted[0]!r}."
        )
    seconds = [
        _since(values, column, origin) if dates else _to_seconds(values, origin)
        for column, (values, dates) in zip(columns, read, strict=True)
    ]
    return seconds[0], seconds[1] if end is not None else np.full(len(table), np.nan)


def _to_seconds(values: Any, origin: datetime | None) -> Floats:
    """Return numbers as seconds on the clock of the recording; large ones count from 1970."""
    seconds = np.asarray(values, dtype=np.float64)
    unit = unit_by_size(seconds[np.isfinite(seconds)], sampled=False)
    if unit is None or origin is None or origin.tzinfo is None:
        return seconds
    return seconds / PER_SECOND[unit] - origin.timestamp()


def _numbers_or_dates(values: pd.Series[Any], column: str) -> tuple[Any, bool | None]:
    """Return numbers or timestamps, and whether they are dates; None if all are missing."""
    if values.isna().all():
        return np.full(len(values), np.nan), None
    if pd.api.types.is_timedelta64_dtype(values):
        return values.dt.total_seconds().to_numpy(), False
    if not pd.api.types.is_datetime64_any_dtype(values):
        try:
            return pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan), False
        except (ValueError, TypeError):
            pass
    dates = []
    for row, value in enumerate(values):
        try:
            # Rows may have different offsets, which pandas refuses for a whole column.
            form = "ISO8601" if isinstance(value, str) else None
            dates.append(pd.NaT if pd.isna(value) else pd.to_datetime(value, format=form))
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"labels must hold seconds or dates in the column {column!r}, got {value!r} in row "
                f"{row}. Write dates as '2024-05-31 14:05:00', or convert them by "
                "pandas.to_datetime with a format."
            ) from error
    return dates, True


def _since(dates: list[Any], column: str, origin: datetime | None) -> Floats:
    if origin is None:
        raise ValueError(
            f"labels hold dates in the column {column!r}, but the recording does not say at which "
            "date its time is 0. Give it a start by dataclasses.replace(recording, start=...), "
            "which is 1970-01-01 for times since then, or give the intervals in seconds."
        )
    known = [date for date in dates if date is not pd.NaT]
    aware = [date.tzinfo is not None for date in known]
    if any(one != (origin.tzinfo is not None) for one in aware):
        with_zone, without = ("labels", "start") if any(aware) else ("start", "labels")
        raise ValueError(
            f"labels and the start of the recording must both have a time zone, or neither; got a "
            f"zone in {with_zone} only: {column!r} holds {known[0]}, start is {origin}. Add one to "
            f"the {without} by tz_localize."
        )
    zero = pd.Timestamp(origin)
    return np.array(
        [np.nan if date is pd.NaT else (date - zero).total_seconds() for date in dates], dtype=float
    )


# What is wrong, and the rows.
_Problem = tuple[str, list[int]]


def _usable(
    names: pd.Series[Any], starts: Floats, ends: Floats, time: Floats, end: str | None
) -> tuple[NDArray[np.int64], Floats, list[_Problem]]:
    """Return the rows that label samples, their ends with missing ones filled in, and problems."""
    no_name = names.isna().to_numpy()
    no_start = np.isnan(starts)
    rows = np.flatnonzero(~no_name & ~no_start)
    no_end = np.isnan(ends) & ~no_name & ~no_start
    # Events are not intervals and do not end an open interval.
    following = np.unique(starts[rows][~(ends[rows] <= starts[rows])])
    ends = ends.copy()
    next_start = np.searchsorted(following, starts[no_end], side="right")
    ends[no_end] = np.append(following, np.inf)[next_start]
    backward, event = ends < starts, ends == starts
    outside = (ends > starts) & ((ends <= time[0]) | (starts > time[-1]))
    first, after = (np.searchsorted(time, at, side="left") for at in (starts, ends))
    between = (ends > starts) & ~outside & (first == after)
    left_out = {
        "have no activity and are left out": no_name,
        "have no start and are left out": no_start & ~no_name,
        "end before they start and are left out": backward & ~no_name,
        "are events of zero length and are left out": event & ~no_name,
        "lie outside the recording and are left out": outside & ~no_name,
        "lie between two samples and are left out": between & ~no_name,
    }
    bad = np.logical_or.reduce(list(left_out.values()))
    problems = [(what, np.flatnonzero(row).tolist()) for what, row in left_out.items()]
    if end is not None:
        open_ended = np.flatnonzero(no_end & ~bad).tolist()
        problems.append(("have no end and last until the next interval starts", open_ended))
    return np.flatnonzero(~bad), ends, [problem for problem in problems if problem[1]]


def _without_overlap(
    rows: NDArray[np.int64], starts: Floats, ends: Floats, overlap: Overlap
) -> tuple[Intervals, list[int]]:
    """Return intervals without overlap (with the row as activity), and rows that overlapped."""
    rows = rows[np.argsort(starts[rows], kind="stable")]
    start, end = starts[rows], ends[rows].copy()
    # An end that rounding puts after the next start is not an overlap.
    rounded = (end[:-1] > start[1:]) & (end[:-1] <= start[1:] + OVERLAP_TOLERANCE)
    rounded &= start[1:] > start[:-1]
    end[:-1][rounded] = start[1:][rounded]
    reach = np.maximum.accumulate(end)
    overlapping = rows[1:][start[1:] < reach[:-1]].tolist()
    edges = np.unique(np.concatenate([start, end]))
    first, after = np.searchsorted(edges, start), np.searchsorted(edges, end)
    # Intervals written later overwrite earlier ones: a rule is an order of writing.
    order: Callable[[int], Any] = {
        "earlier": lambda i: -i,
        "shorter": lambda i: (start[i] - end[i], i),
    }.get(overlap, lambda i: i)
    owner = np.full(max(len(edges) - 1, 0), -1)
    for i in sorted(range(len(rows)), key=order):
        owner[first[i] : after[i]] = rows[i]
    if overlap == "unlabelled":
        change = np.zeros(len(edges), dtype=np.int64)
        np.add.at(change, first, 1)
        np.add.at(change, after, -1)
        owner[np.cumsum(change)[:-1] > 1] = -1
    held = owner >= 0
    return Intervals(owner[held], edges[:-1][held], edges[1:][held]), sorted(overlapping)


def _report(
    problems: list[_Problem],
    names: pd.Series[Any],
    starts: Floats,
    ends: Floats,
    time: Floats,
    overlap: Overlap,
) -> None:
    """Report all problems in one warning, or in one error with ``overlap="raise"``."""
    if not len(names):
        problems = [("are in the table: all samples are unlabelled", [])]
    if not problems:
        return

    def shown(row: int) -> str:
        return f"row {row}: {names.iloc[row]!r} from {starts[row]:g} to {ends[row]:g} s"

    if overlap == "raise":
        every = [f"{len(rows)} {what} ({'; '.join(map(shown, rows))})" for what, rows in problems]
        raise ValueError(
            f"labels must hold intervals without problems where overlap='raise', got of "
            f"{len(names)} intervals: {', '.join(every)}."
        )
    told = [
        f"{len(rows)} {what}" + (f" (first {shown(rows[0])})" if rows else "")
        for what, rows in problems
    ]
    outside = any("outside" in what for what, _ in problems)
    span = f" The recording lasts from {time[0]:g} to {time[-1]:g} s." * outside
    warn_of_recording(f"Of {len(names)} intervals: {', '.join(told)}.{span}")


def _as_array(activities: list[Any], *, from_floats: bool) -> NDArray[Any]:
    """Return activities as an array of their type, or of objects if they have several."""
    if from_floats and all(float(name).is_integer() for name in activities):
        # A missing integer makes pandas convert the others to floats.
        activities = [int(name) for name in activities]
    if {type(name) for name in activities} in ({str}, {int}, {bool}, {float}):
        return np.array(activities)
    array = np.empty(len(activities), dtype=object)
    array[:] = activities
    return array
