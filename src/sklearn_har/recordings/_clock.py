"""Times of samples: what they count, and what to do where they do not increase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.utils._validation import did_you_mean

__all__ = ["Stamps", "TimeUnit", "in_order", "to_seconds"]

TimeUnit = Literal["s", "ms", "us", "ns", "datetime"]
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


@dataclass(frozen=True)
class Stamps:
    """Times as they were counted: whole ticks stay whole until the differences are taken."""

    ticks: NDArray[Any]
    per_second: int
    dates: pd.Series[pd.Timestamp] | None
    guessed: bool

    def seconds(self, rows: NDArray[np.int64], origin: Any) -> NDArray[np.float64]:
        """Return the times of `rows` in s; dates count from the tick `origin`."""
        ticks = self.ticks[rows]
        seconds: NDArray[np.float64]
        if self.dates is not None:
            seconds = (ticks - origin) / self.per_second
        elif ticks.dtype.kind in "iu":
            # A quotient of nanoseconds since 1970 would lose half of the microseconds.
            whole, rest = np.divmod(ticks, self.per_second)
            seconds = whole + rest / self.per_second
        else:
            seconds = ticks / self.per_second
        return seconds

    def date(self, row: int) -> datetime | None:
        """Return the date of a row, where dates are known."""
        return None if self.dates is None else self.dates.iloc[row].to_pydatetime(warn=False)


def to_seconds(column: pd.Series[Any], name: str, unit: TimeUnit | None) -> Stamps:
    """Read a column of times."""
    choices = (*_PER_SECOND, "datetime")
    if unit is not None and unit not in choices:
        raise ValueError(
            f"time_unit must be one of {choices} or None, got {unit!r}"
            f"{did_you_mean(str(unit), choices)}."
        )
    missing = np.flatnonzero(column.isna())
    if len(missing):
        raise ValueError(
            f"Column {name!r} must hold a time in every row, got none in {len(missing)} rows, the "
            f"first of them {missing[0]}. Leave these rows out."
        )
    numeric = pd.api.types.is_numeric_dtype(column)
    if not numeric and not pd.api.types.is_datetime64_any_dtype(column):
        try:
            column = pd.to_numeric(column) if unit != "datetime" else column
            numeric = unit != "datetime"
        except (ValueError, TypeError):
            pass
    if numeric:
        if unit == "datetime":
            raise ValueError(
                f"Column {name!r} holds numbers, which are no dates: time_unit must be one of "
                f"{tuple(_PER_SECOND)}."
            )
        ticks = column.to_numpy()
        if ticks.dtype.kind not in "iu":
            ticks = ticks.astype(np.float64)
        elif ticks.dtype.kind == "u" or ticks.dtype.itemsize < 8:
            # Differences of unsigned numbers never turn negative.
            ticks = ticks.astype(np.int64)
        if not np.isfinite(ticks).all():
            raise ValueError(f"Column {name!r} must hold finite times, got infinity.")
        return Stamps(ticks, _PER_SECOND[unit or "s"], None, guessed=unit is None)
    if unit not in (None, "datetime"):
        raise ValueError(
            f"Column {name!r} holds dates or text, got time_unit={unit!r}: leave it out, or pass "
            "time_unit='datetime'."
        )
    try:
        dates = pd.to_datetime(column)
    except pd.errors.OutOfBoundsDatetime as error:
        # pandas 2 reads text into nanoseconds at once.
        got = str(error).removeprefix("Out of bounds nanosecond timestamp: ")
        raise _beyond(name, got) from error
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"Column {name!r} holds neither numbers nor dates: {error}. Convert it by "
            "pandas.to_datetime with a format."
        ) from error
    utc = dates.dt.tz_convert("UTC").dt.tz_localize(None) if dates.dt.tz is not None else dates
    try:
        ticks = utc.dt.as_unit("ns").to_numpy().astype(np.int64)
    except pd.errors.OutOfBoundsDatetime as error:
        # NumPy would let the nanoseconds run over, and the order of the samples with them.
        raise _beyond(name, f"{dates.min()} to {dates.max()}") from error
    return Stamps(ticks, _PER_SECOND["ns"], dates, guessed=False)


def _beyond(name: str, got: str) -> ValueError:
    return ValueError(
        f"Column {name!r} must hold dates from {pd.Timestamp.min:%Y} to {pd.Timestamp.max:%Y}, got "
        f"{got}."
    )


def in_order(ticks: NDArray[Any], name: str, on_disorder: str) -> NDArray[np.int64]:
    """Return the positions in `ticks` of the samples to keep, in order of time."""
    late = np.flatnonzero(np.diff(ticks) <= 0) + 1
    if len(late) == 0:
        return np.arange(len(ticks))
    if on_disorder == "sort":
        order = np.argsort(ticks, kind="stable")
        return order[np.diff(ticks[order], prepend=ticks[order[0]] - 1) > 0]
    if on_disorder == "drop":
        latest = np.maximum.accumulate(ticks)
        return np.concatenate([[0], np.flatnonzero(ticks[1:] > latest[:-1]) + 1])
    n_equal = int((np.diff(ticks) == 0).sum())
    shown = ", ".join(f"row {i}: {ticks[i - 1]} then {ticks[i]}" for i in late[:3])
    raise ValueError(
        f"Column {name!r} must increase from row to row, got {n_equal} repeated and "
        f"{len(late) - n_equal} backward steps ({shown}{', ...' if len(late) > 3 else ''}). Pass "
        "on_disorder='sort' to order the samples by time, or 'drop' to leave out those that come "
        "late."
    )
