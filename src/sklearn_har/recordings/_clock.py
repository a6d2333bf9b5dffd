"""Convert times of samples to seconds, and find their unit and dates.

`pandas.to_datetime` takes numbers for nanoseconds unless their unit is given. It joins columns of
years to nanoseconds; it has no form for whole seconds with a fraction in another column, nor for
dates and times as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.recordings._dates import is_date, is_time_of_day, parse_dates
from sklearn_har.recordings._guessing import Column, time_unit_in
from sklearn_har.recordings._ticks import (
    FASTEST,
    PER_SECOND,
    Unit,
    likely_unit,
    typical_step,
    unit_by_size,
)
from sklearn_har.utils._samples import all_finite
from sklearn_har.utils._validation import check_choice

TimeUnit = Literal["s", "ms", "us", "ns", "datetime"]
# The names of columns that are one clock together.
_PARTS = {
    "year": r"y(ea)?rs?",
    "month": r"mon(th)?s?",
    "day": r"days?",
    "hour": r"h(ou)?rs?|h",
    "minute": r"min(ute)?s?|m",
    "second": r"s(ec(ond)?)?s?",
    "ms": r"ms(ec)?|milli(second)?s?",
    "us": r"[u\u00b5]s(ec)?|micro(second)?s?",
    "ns": r"ns(ec)?|nano(second)?s?",
}
_FRACTION = re.compile(r".*(m|u|\u00b5|n)s(ec)?|.*(milli|micro|nano|frac|subsec).*", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY, _HOUR = 86_400.0, 3_600 * 10**9
# Times keep their zero if their steps are this many times the resolution of a float in s.
_FINE = 8.0


@dataclass(frozen=True)
class Stamps:
    """Times in ticks, which stay integers until differences are taken."""

    ticks: NDArray[Any]
    per_second: int
    #: "number" counts from an arbitrary zero.
    kind: Literal["number", "since 1970", "date", "time of day"] = "number"
    zone: tzinfo | None = None
    #: Whether the day comes first in dates where the text leaves a choice.
    day_first: bool | None = None
    #: Sentences about assumptions.
    notes: tuple[str, ...] = ()

    @property
    def dated(self) -> bool:
        """Return whether the dates are known."""
        return self.kind in ("since 1970", "date")

    @property
    def unit(self) -> TimeUnit:
        """Return the unit that reads the rest of the column in the same way."""
        if self.kind in ("date", "time of day"):
            return "datetime"
        return next(unit for unit, n in PER_SECOND.items() if n == self.per_second)

    @property
    def period(self) -> float | None:
        """Return the length of the counter in s, if it is known."""
        return _DAY if self.kind == "time of day" else None

    def since(self, origin: Any) -> NDArray[np.float64]:
        """Return the times in s since the tick `origin`."""
        seconds: NDArray[np.float64] = (self.ticks - origin) / self.per_second
        return seconds

    def zero(self, row: int) -> tuple[float, datetime | None]:
        """Return the time of a row, and the date of time 0 if dates are known.

        Dates count from that row. Numbers keep their zero unless floats in s would lose their
        differences.
        """
        tick = self.ticks[row]
        if self.kind == "number" or self.kind == "time of day":
            return float(self._from_zero(tick)), None
        if self.kind == "since 1970":
            ordered = np.unique(self.ticks)
            least = float(np.diff(ordered).min()) if len(ordered) > 1 else np.inf
            seconds = float(self._from_zero(tick))
            if least / self.per_second > _FINE * np.spacing(seconds):
                return seconds, _EPOCH
            tick = int(tick) * (10**9 // self.per_second)
            return 0.0, pd.Timestamp(tick, tz="UTC").to_pydatetime(warn=False)
        date = pd.Timestamp(int(tick), tz=None if self.zone is None else "UTC")
        if self.zone is not None:
            date = date.tz_convert(self.zone)
        return 0.0, date.to_pydatetime(warn=False)

    def _from_zero(self, ticks: Any) -> Any:
        if self.ticks.dtype.kind in "iu":
            # Floats of nanoseconds since 1970 would lose half of the microseconds.
            whole, rest = np.divmod(ticks, self.per_second)
            return whole + rest / self.per_second
        return ticks / self.per_second

    def absolute(self) -> NDArray[np.float64]:
        """Return the times in s of all rows from zero."""
        seconds: NDArray[np.float64] = self._from_zero(self.ticks)
        return seconds


def to_seconds(
    column: pd.Series[Any], name: str, unit: TimeUnit | None, day_first: bool | None = None
) -> Stamps:
    """Convert a column of times."""
    if unit is not None:
        check_choice(unit, "time_unit", (*PER_SECOND, "datetime"))
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
    if not numeric:
        if unit not in (None, "datetime"):
            raise ValueError(
                f"Column {name!r} holds dates or text, got time_unit={unit!r}: leave it out, or "
                "pass time_unit='datetime'."
            )
        return _dates(column, name, day_first)
    if unit == "datetime":
        raise ValueError(
            f"Column {name!r} holds numbers, not dates: time_unit must be one of "
            f"{tuple(PER_SECOND)}."
        )
    ticks = column.to_numpy()
    if ticks.dtype.kind not in "iu":
        ticks = ticks.astype(np.float64, copy=False)
    elif ticks.dtype.kind == "u" or ticks.dtype.itemsize < 8:
        # Differences of unsigned integers are never negative.
        ticks = ticks.astype(np.int64)
    if not all_finite(ticks):
        raise ValueError(f"Column {name!r} must hold finite times, got infinity.")
    return _numbers(ticks, name, unit)


def _numbers(ticks: NDArray[Any], name: str, unit: TimeUnit | None) -> Stamps:
    by_size = unit_by_size(ticks)
    notes: tuple[str, ...] = ()
    if unit is not None:
        assert unit != "datetime"
        if by_size is not None and by_size != unit:
            year = 1970 + float(np.median(ticks)) / PER_SECOND[unit] / 31_557_600
            step = typical_step(ticks) / PER_SECOND[unit]
            if year > 2100 or step < 1e-6:
                what = f"of the year {year:.4g}" if year > 2100 else f"{step:.2g} s apart"
                raise ValueError(
                    f"time_unit={unit!r} makes the times in column {name!r} {what}. By their size "
                    f"they count {by_size} since 1970: pass time_unit={by_size!r}, or leave it out."
                )
    elif by_size is not None:
        unit = by_size
        if by_size != "s":
            notes = (
                f"The times in column {name!r} are read as {by_size} since 1970, by their size. "
                f"time_unit={by_size!r} confirms it.",
            )
    elif (step := typical_step(ticks)) and 1.0 / step > FASTEST:
        notes = (
            f"The times in column {name!r}, read as s, give a sampling rate of {1.0 / step:.4g} "
            "Hz. If they count minutes, hours or days, convert them to s; otherwise time_unit='s' "
            "confirms it.",
        )
    per_second = PER_SECOND[unit or "s"]
    kind: Literal["number", "since 1970"] = "since 1970" if by_size == (unit or "s") else "number"
    notes += rate_notes(ticks, name, unit or "s")
    return Stamps(ticks, per_second, kind, notes=notes)


def rate_notes(ticks: NDArray[Any], name: str, unit: Unit) -> tuple[str, ...]:
    """Return a note if no sensor has such a rate and another unit gives a usual one."""
    step, likely = typical_step(ticks), likely_unit(ticks)
    rate = PER_SECOND[unit] / step if step else 1.0
    if 1.0 <= rate <= 5_000.0 or likely in (None, unit):
        return ()
    return (
        f"The times in column {name!r}, read as {unit}, give a sampling rate of {rate:g} Hz. If "
        f"they count {likely}, pass time_unit={likely!r}.",
    )


def _dates(column: pd.Series[Any], name: str, day_first: bool | None) -> Stamps:
    dates = parse_dates(column, name, day_first)
    if dates.of_day:
        note = f"Column {name!r} holds times of day without a date: start is not known."
        return Stamps(dates.ticks, 10**9, "time of day", notes=(note,))
    ticks = dates.ticks
    notes: tuple[str, ...] = ()
    if dates.zone is None:
        ticks, notes = _without_repeated_hour(ticks, name)
    return Stamps(ticks, 10**9, "date", dates.zone, dates.day_first, notes)


def _without_repeated_hour(
    ticks: NDArray[np.int64], name: str
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Continue local times when clocks go back by an hour at the end of summer time."""
    back = np.flatnonzero(np.diff(ticks) < 0)
    step = typical_step(ticks)
    for i in back:
        date = pd.Timestamp(int(ticks[i]))
        ahead = int(ticks[i + 1] - ticks[i]) + _HOUR
        if date.weekday() == 6 and date.hour < 4 and 0 <= ahead <= 5 * step:
            ticks = ticks.copy()
            ticks[i + 1 :] += _HOUR
            return ticks, (
                f"The times in column {name!r} run back by an hour before row {i + 1}, as clocks "
                "do at the end of summer time; they go on from there.",
            )
    return ticks, ()


class Clock(NamedTuple):
    """A clock in several columns, and how to join them."""

    names: list[str]
    join: Callable[[pd.DataFrame], pd.Series[Any]]


def clock_in_parts(frame: pd.DataFrame, columns: Sequence[Column]) -> Clock | None:
    """Return the clock that several columns make together; None if there is none."""
    if not frame.columns.is_unique or len(frame) < 2:
        return None
    return _of_units(frame) or _of_date_and_time(frame) or _of_fraction(frame, columns)


def _numeric(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name])]


def _of_units(frame: pd.DataFrame) -> Clock | None:
    """Find columns of hours, minutes and seconds, and perhaps of dates and fractions."""
    named: dict[str, str] = {}
    for unit, words in _PARTS.items():
        for name in _numeric(frame):
            if re.fullmatch(words, str(name).strip().lower()) and unit not in named:
                named[unit] = name
    if not {"hour", "minute", "second"} <= set(named):
        return None
    dated = {"year", "month", "day"} <= set(named)
    if not dated:
        named = {unit: name for unit, name in named.items() if unit not in ("year", "month", "day")}

    def join(table: pd.DataFrame) -> pd.Series[Any]:
        fields = {unit: table[name] for unit, name in named.items()}
        # Without a date, seconds since midnight in ns.
        date = {} if dated else {"year": 1970, "month": 1, "day": 1}
        times = pd.to_datetime(pd.DataFrame({**date, **fields}, index=table.index))
        return times if dated else times.dt.as_unit("ns").astype(np.int64)

    return Clock(list(named.values()), join)


def _of_date_and_time(frame: pd.DataFrame) -> Clock | None:
    """Find a column of dates beside a column of times of day."""
    times = [name for name in frame.columns if is_time_of_day(frame[name])]
    if len(times) != 1:
        return None
    dates = [name for name in frame.columns if name != times[0] and is_date(frame[name])]
    if len(dates) != 1:
        return None

    def join(table: pd.DataFrame) -> pd.Series[Any]:
        return table[dates[0]].astype(str).str.strip() + " " + table[times[0]].astype(str)

    return Clock([dates[0], times[0]], join)


def _of_fraction(frame: pd.DataFrame, columns: Sequence[Column]) -> Clock | None:
    """Find whole seconds beside their fractions."""
    numeric = _numeric(frame)
    clocks = {column.name for column in columns if column.kind == "time"}
    for whole in numeric:
        if whole not in clocks and time_unit_in(str(whole)) != "s":
            continue
        for fraction in numeric:
            named = fraction != whole and _FRACTION.fullmatch(str(fraction))
            unit = time_unit_in(str(fraction))
            per_second = PER_SECOND.get(unit, 1)  # type: ignore[call-overload]
            if named and _fits(frame[whole], frame[fraction], per_second):
                return Clock([whole, fraction], _joining(whole, fraction, per_second))
    return None


def _joining(
    whole: str, fraction: str, per_second: int
) -> Callable[[pd.DataFrame], pd.Series[Any]]:
    def join(table: pd.DataFrame) -> pd.Series[Any]:
        nanoseconds = table[fraction] * (10**9 / per_second)
        return table[whole].astype(np.int64) * 10**9 + nanoseconds.round().astype(np.int64)

    return join


def _fits(whole: pd.Series[Any], fraction: pd.Series[Any], per_second: int) -> bool:
    """Return whether fractions start again with each whole second."""
    seconds, parts = whole.to_numpy(), fraction.to_numpy()
    if not (np.isfinite(seconds).all() and (seconds == np.floor(seconds)).all()):
        return False
    same = seconds[1:] == seconds[:-1]
    forward = parts[1:] > parts[:-1]
    inside = bool((parts >= 0).all() and (parts < per_second).all())
    return inside and same.mean() > 0.5 and forward[same].mean() > 0.9


def with_clock(frame: pd.DataFrame, clock: Clock) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return a table with its clock in one more column, and the arguments that read it."""
    times = clock.join(frame)
    name = "time" if "time" not in frame.columns else "joined time"
    unit = {"time_unit": "ns"} if pd.api.types.is_integer_dtype(times) else {}
    return frame.assign(**{name: times}), {"time": name, **unit}
