"""Parse dates and times of day in any common format.

pandas, dateutil and dateparser choose for each date alone whether the day or the month comes first,
and give a time of day a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ticks = NDArray[np.int64]

_SECOND = 1_000_000_000
_DAY = 86_400 * _SECOND
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_DATE = (
    r"(?:(?P<year>\d{4})(?P<dash>[-/.:])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})"
    r"|(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<last>\d{4}|\d{2})"
    r"|(?:[A-Za-z]{3,9},? +)?(?P<day_of>\d{1,2})[- /.]+(?P<name>[A-Za-z]{3,9})[- /.,]+"
    r"(?P<year_of>\d{4})"
    r"|(?:[A-Za-z]{3},? +)?(?P<first_name>[A-Za-z]{3,9})\.? +(?P<then_day>\d{1,2}),? +"
    r"(?P<then_year>\d{4})"
    r"|(?P<digits>\d{8}))"
)
_TIME = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{1,2})"
    r"(?:[:.](?P<second>\d{1,2})(?:[.,:](?P<part>\d{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_ZONE = r"(?: ?(?:Z|UTC|GMT))?(?: ?(?P<sign>[+-])(?P<off_hours>\d{2}):?(?P<off_minutes>\d{2})?)?"
_FORM = re.compile(rf"^\s*{_DATE}(?:[T_ ,-]+{_TIME})?(?P<zone>{_ZONE})\s*(?:\(.*\))?\s*$")
_WITHOUT_MARKS = re.compile(r"^\s*(\d{8})[T_ -](\d{2})(\d{2})(\d{2})")
# This many values show what a column holds.
_A_FEW = 50
_TIME_OF_DAY = re.compile(rf"^\s*{_TIME}\s*$")


@dataclass(frozen=True)
class Dates:
    """Dates in ns since 1970 in UTC, or local without a zone; or ns since midnight."""

    ticks: Ticks
    #: The zone of the first date; None without zones.
    zone: tzinfo | None = None
    #: Whether the first of two numbers is the day; None if the text leaves no choice.
    day_first: bool | None = None
    #: Whether the text holds only the time of day.
    of_day: bool = False


def is_date(text: pd.Series[Any]) -> bool:
    """Return whether the first values are dates without a time."""
    fields = _first_values(text).str.extract(_FORM)
    return bool(fields["zone"].notna().all() and fields["hour"].isna().all())


def is_time_of_day(text: pd.Series[Any]) -> bool:
    """Return whether the first values are times of day without a date."""
    values = _first_values(text)
    return bool(values.str.match(_TIME_OF_DAY).all() and values.str.contains(":").all())


def _first_values(text: pd.Series[Any]) -> pd.Series[Any]:
    return text.iloc[:_A_FEW].astype(str)


def parse_dates(text: pd.Series[Any], name: str, day_first: bool | None) -> Dates:
    """Parse a column of dates or times of day."""
    iso = _iso(text, name)
    if iso is not None:
        return iso
    # For example 20240531_140500, without marks in the time.
    column = text.astype(str).str.replace(_WITHOUT_MARKS, r"\1 \2:\3:\4", regex=True)
    if bool(column.str.match(_TIME_OF_DAY).all()):
        fields = column.str.extract(_TIME_OF_DAY)
        return Dates(_since_midnight(fields, name), of_day=True)
    fields = column.str.extract(_FORM)
    wrong = np.flatnonzero(
        fields[["year", "one", "day_of", "first_name", "digits"]].isna().all(axis=1)
    )
    if len(wrong):
        raise ValueError(
            f"Column {name!r} holds neither numbers nor dates that are known: got "
            f"{column.iloc[wrong[0]]!r} in row {wrong[0]}. Write dates as '2024-05-31 "
            "14:05:00.250', or convert them by pandas.to_datetime(..., format=...)."
        )
    days, decided = _days(fields, column, name, day_first)
    ticks = days * _DAY + _since_midnight(fields, name)
    zoned = (fields["zone"].fillna("") != "").to_numpy()
    if zoned.any() != zoned.all():
        raise ValueError(
            f"Column {name!r} must hold dates with a time zone in all rows, or in none of them."
        )
    minutes = _int(fields["off_hours"]) * 60 + _int(fields["off_minutes"])
    offset = np.where(fields["sign"] == "-", -1, 1) * minutes * 60 * _SECOND
    zone = None
    if zoned.all():
        zone = pd.Timestamp(0, tz="UTC").tz_convert(int(offset[0]) // _SECOND).tzinfo
    return Dates(ticks - offset, zone, decided)


def _iso(text: pd.Series[Any], name: str) -> Dates | None:
    """Return dates in the format that pandas reads fast; None for another format."""
    if not pd.api.types.is_datetime64_any_dtype(text):
        first = str(text.iloc[0]) if len(text) else ""
        if not re.match(r"\d{4}-\d\d-\d\d", first):
            return None
        try:
            dates = pd.to_datetime(text, format="ISO8601")
        except (ValueError, TypeError):
            try:
                # Rows may have different offsets.
                dates = pd.to_datetime(text, format="ISO8601", utc=True)
            except (ValueError, TypeError):
                return None
            zoned = text.astype(str).str.contains(r"(?:Z|[+-]\d\d:?(?:\d\d)?)\s*$", regex=True)
            if not zoned.all():
                return None
        if not pd.api.types.is_datetime64_any_dtype(dates):
            return None
    else:
        dates = text
    zone = dates.dt.tz
    utc = dates if zone is None else dates.dt.tz_convert("UTC").dt.tz_localize(None)
    try:
        ticks = utc.dt.as_unit("ns").to_numpy().astype(np.int64)
    except pd.errors.OutOfBoundsDatetime as error:
        # NumPy would let the nanoseconds overflow and change the order of the samples.
        raise _beyond(name, f"{dates.min()} to {dates.max()}") from error
    return Dates(ticks, zone)


def _beyond(name: str, got: str) -> ValueError:
    return ValueError(
        f"Column {name!r} must hold dates from {pd.Timestamp.min:%Y} to {pd.Timestamp.max:%Y}, got "
        f"{got}."
    )


def _first_of(*columns: pd.Series[Any]) -> Ticks:
    """Return the first present number of each row."""
    values = pd.to_numeric(columns[0])
    for other in columns[1:]:
        values = values.fillna(pd.to_numeric(other))
    return _int(values)


def _int(values: pd.Series[Any]) -> Ticks:
    return pd.to_numeric(values).fillna(0).to_numpy().astype(np.int64)


def _since_midnight(fields: pd.DataFrame, name: str) -> Ticks:
    hour, minute, second = (_int(fields[unit]) for unit in ("hour", "minute", "second"))
    half = fields["half"].str.lower().to_numpy()
    twelve = fields["half"].notna().to_numpy()
    hour = np.where(twelve, hour % 12 + 12 * (half == "p"), hour)
    wrong = np.flatnonzero((hour > 24) | (minute > 59) | (second > 60))
    if len(wrong):
        row = wrong[0]
        raise ValueError(
            f"Column {name!r} must hold times up to 23:59:59, got {hour[row]}:{minute[row]:02d}:"
            f"{second[row]:02d} in row {row}."
        )
    part = _int(fields["part"].str.ljust(9, "0"))
    ticks: Ticks = ((hour * 60 + minute) * 60 + second) * _SECOND + part
    return ticks


def _days(
    fields: pd.DataFrame, column: pd.Series[Any], name: str, day_first: bool | None
) -> tuple[Ticks, bool | None]:
    """Return days since 1970, and whether the day is the first of two numbers."""
    digits, named = fields["digits"], fields["name"].fillna(fields["first_name"])
    year = _first_of(fields["year"], fields["year_of"], fields["then_year"], digits.str[:4])
    month = _first_of(fields["month"], named.str[:3].str.lower().map(_MONTHS), digits.str[4:6])
    day = _first_of(fields["day"], fields["day_of"], fields["then_day"], digits.str[6:])
    two = fields["one"].notna().to_numpy()
    if not two.any():
        return _since_1970(year, month, day, column, name), None
    one, other, last = (_int(fields[field]) for field in ("one", "two", "last"))
    year = np.where(two, np.where(last < 100, last + 2000, last), year)
    by_order = {
        first: (year, np.where(two, second_is, month), np.where(two, first_is, day))
        for first, first_is, second_is in ((True, one, other), (False, other, one))
    }
    if day_first is None:
        day_first = _is_day_first(fields, one, other, by_order)
    if day_first is None:
        example = str(column[two].iloc[0]).strip()
        raise ValueError(
            f"Column {name!r} holds dates such as {example!r}, and nothing in the file says which "
            "number is the day: pass day_first=True or day_first=False."
        )
    return _since_1970(*by_order[day_first], column, name), day_first


def _is_day_first(
    fields: pd.DataFrame, one: Ticks, other: Ticks, by_order: dict[bool, tuple[Ticks, Ticks, Ticks]]
) -> bool | None:
    """Return whether the day comes first, by numbers above 12 or dates that increase daily."""
    if (one > 12).any():
        return True
    if (other > 12).any():
        return False
    if (fields["mark"] == ".").any():
        # Countries that write points put the day first.
        return True
    if (one == other).all():
        return True
    jumps = {}
    for first, (year, month, day) in by_order.items():
        days = np.unique((year * 12 + month) * 31 + day)
        jumps[first] = int(np.diff(days).max()) if len(days) > 1 else 0
    if max(jumps.values()) < 20:
        return None
    steady = [first for first, jump in jumps.items() if jump < 7]
    return steady[0] if len(steady) == 1 else None


def _since_1970(year: Ticks, month: Ticks, day: Ticks, column: pd.Series[Any], name: str) -> Ticks:
    wrong = np.flatnonzero((month < 1) | (month > 12) | (day < 1) | (day > 31))
    if len(wrong) or (year < 1678).any() or (year > 2261).any():
        row = wrong[0] if len(wrong) else int(np.argmax((year < 1678) | (year > 2261)))
        raise _beyond(name, f"{column.iloc[row]} in row {row}")
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days: Ticks = months.astype("datetime64[D]").astype(np.int64) + day - 1
    return days
