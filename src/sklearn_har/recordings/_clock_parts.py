"""Join a clock that a table spreads over columns, such as a date and a time of day.

`pandas.to_datetime` joins columns of years to nanoseconds; it has no form for whole seconds with a
fraction in another column, nor for dates and times as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sklearn_har.recordings._dates import is_date, is_time_of_day
from sklearn_har.recordings._guessing import Column, time_unit_in
from sklearn_har.recordings._ticks import PER_SECOND

_UNITS = {
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
    for unit, words in _UNITS.items():
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
