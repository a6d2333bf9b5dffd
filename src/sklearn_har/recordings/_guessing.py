"""Guess the columns of a table from their names, units and values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.recordings._kinds import ACCELERATION, ANGULAR_VELOCITY, axis_in, kind_in, unit_in
from sklearn_har.recordings._loggers import Format
from sklearn_har.recordings._ticks import (
    FASTEST,
    PER_SECOND,
    likely_unit,
    typical_step,
    unit_by_size,
)

# The range of the median magnitude of gravity by unit, at rest or in use.
_GRAVITY = {
    "g": (0.8, 1.25),
    "m/s2": (8.0, 12.0),
    "mg": (800.0, 1250.0),
    "mm/s2": (9_600.0, 10_100.0),
    "ug": (8e5, 1.25e6),
}
_SCALARS = {
    "label": r"(activity|label|class)(es)?([ _]?(id|name|label))?|gt|ground_?truth|annotation",
    "subject": r"(user|subject|participant|person|volunteer)([ _]?id)?",
    "counter": r"index|idx|row|#|id|seq\w*|(sample|packet|frame)?[ _]?(counter|number|no|count)|"
    r"unnamed: \d+|loggingsample\w*|sampletimefine",
    "sensor": r"sensor|(sensor[ _]?)?(type|id|name)",
    "time": r".*(time|date|epoc|stamp|zeit|elapsed|yyyy|hh:mm|时间|時間|время).*|ts?|tiempo|temps|"
    r"시간|tempo|tijd|tid|czas|t[_ ]?(min|[mun]?s)|(time_?)?(s|ms|us|ns|sec|secs|"
    r"seconds|millis|micros|milliseconds|microseconds)|min(ute)?s|hours|hrs",
}
_TIME_UNITS = {
    "s": r"s(ec(ond)?s?)?",
    "ms": r"m(illi)?s(ec(ond)?s?)?|millis",
    "us": r"[uµμ]s(ecs?)?|micros(ec(ond)?s?)?",  # noqa: RUF001
    "ns": r"n(ano)?s(ec(ond)?s?)?|nanos",
    "min": r"min(ute)?s?",
    "h": r"h(ou)?rs?|h",
}
# The share of rows at which sensors that take turns change at least.
_RARE = 0.01
#: The kind of columns that are one clock together.
PART_OF_CLOCK = "part of the clock"
_ALLOWED: dict[str, Mapping[str, float]] = {
    "acceleration": ACCELERATION,
    "linear acceleration": ACCELERATION,
    "gravity": ACCELERATION,
    "angular velocity": ANGULAR_VELOCITY,
}
# The meaning of the letter before an axis, as in "ax" and "Gy".
_LETTERS = {"a": "acceleration", "g": "angular velocity", "w": "angular velocity", "m": "other"}


@dataclass(frozen=True)
class Column:
    """A column of a table and its guessed meaning."""

    name: str
    kind: str
    unit: str | None = None
    axis: str | None = None
    stem: str = ""


@dataclass
class Guess:
    """Arguments of `read_recording`, and the phrases that explain them.

    `refusal` is the reason why the table must not be read as it is.
    """

    options: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    refusal: str | None = None


def columns_of(
    frame: pd.DataFrame, units: Sequence[str] = (), kinds: Mapping[str, str] | None = None
) -> list[Column]:
    """Return the guessed columns; `kinds` maps patterns of names to kinds."""
    below = [*units, *[""] * (frame.shape[1] - len(units))]
    return [
        _column(
            str(name), frame.iloc[:, i], unit_in(f"({below[i]})") if below[i] else None, kinds or {}
        )
        for i, name in enumerate(frame.columns)
    ]


def _column(
    name: str, values: pd.Series[Any], unit: str | None, kinds: Mapping[str, str]
) -> Column:
    if values.isna().all():
        return Column(name, "empty")
    told = next((kind for pattern, kind in kinds.items() if re.fullmatch(pattern, name)), None)
    scalar = next((kind for kind in _SCALARS if names_a(kind, name)), None)
    is_number = pd.api.types.is_numeric_dtype(values)
    if (
        scalar == "time"
        or pd.api.types.is_datetime64_any_dtype(values)
        or re.search(r"[(\[]([mun\u00b5]?s)[)\]]\s*$", name)
    ):
        return Column(name, "time", time_unit_in(name))
    axis = axis_in(name)
    if told is None and (scalar is not None or axis is None or not is_number):
        return Column(name, scalar or ("other" if is_number else "text"))
    stem, letter = axis or ("", None)
    unit = unit or unit_in(name)
    kind = told or kind_in(name) or _LETTERS.get(re.split(r"[_ ]", stem.lower())[0])
    if kind is None:
        fitting = [k for k, units in _ALLOWED.items() if unit in units]
        kind = fitting[0] if fitting else "vector"
    return Column(name, kind, unit, letter, stem)


def names_a(kind: str, name: str) -> bool:
    """Return whether a name is one of a label, a subject, a counter, a sensor or a time."""
    base = re.sub(r"\s*[(\[].*[)\]]\s*$|\s+in\s+\w+\s*$", "", name).lower().strip()
    return re.fullmatch(_SCALARS[kind], base) is not None


def time_unit_in(name: str) -> str | None:
    """Return the unit of times in a name, as in "Time (s)", "elapsed_ms" or "micros"."""
    words = re.search(r"(?:.*[(\[]|.*\bin\s|.*[ _]|)([^\W_]+)[)\]\s]*$", name.lower())
    text = "" if words is None else words[1]
    return next((u for u, spelling in _TIME_UNITS.items() if re.fullmatch(spelling, text)), None)


def guess_options(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    given: Mapping[str, Any],
    place: str,
    known: Format,
) -> Guess:
    """Return how to read a table, from its first rows.

    `given` are arguments of the user, `place` is the name of the file, which often names the
    sensor, and `known` holds the properties of the logger.
    """
    guess = Guess()
    clock = _guess_clock(frame, columns, given, guess)
    for kind, argument in (("label", "labels"), ("subject", "subject")):
        named = [column.name for column in columns if column.kind == kind]
        if argument not in given and len(named) == 1:
            guess.options[argument] = named[0]
            guess.told.append(f"{argument} {named[0]!r}")
    chosen = _guess_channels(frame, columns, given, place, known, guess)
    used = {clock, *chosen, *(given.get("gravity") or {}).values()}
    used |= {{**guess.options, **given}.get(name) for name in ("labels", "subject")}
    used |= {column.name for column in columns if column.kind == PART_OF_CLOCK}
    others = [column.name for column in columns if column.name not in used]
    guess.refusal = guess.refusal or alternating_sensors(frame[others])
    if others and "channels" not in given:
        more = f" and {len(others) - 6} more" if len(others) > 6 else ""
        guess.told.append(f"left out {others[:6]}{more}")
    return guess


def alternating_sensors(frame: pd.DataFrame) -> str | None:
    """Return why rows must not be read together: they belong to several sensors by a number."""
    for name, values in frame.items():
        if not (names_a("sensor", str(name)) and pd.api.types.is_numeric_dtype(values)):
            continue
        n_changes = int((values.to_numpy()[1:] != values.to_numpy()[:-1]).sum())
        # A sensor that follows another in the file changes once, and activities change rarely.
        if values.nunique() <= 20 and n_changes > max(values.nunique(), _RARE * len(values)):
            return (
                f"Column {name!r} alternates between {values.unique().tolist()[:6]}: the rows "
                "belong to several sensors. Keep the rows of one sensor by pandas, and pass the "
                f"DataFrame. Or read all of them by read_recordings(..., sensor={name!r})."
            )
    return None


def _guess_clock(
    frame: pd.DataFrame, columns: Sequence[Column], given: Mapping[str, Any], guess: Guess
) -> str | None:
    clocks = [column for column in columns if column.kind == "time"]
    if "time" in given:
        clocks = [column for column in columns if column.name == given["time"]]
    if not clocks:
        if "time" not in given:
            guess.options["time"] = None
            guess.told.append("no times")
        return None
    clock = max(clocks, key=lambda column: (*_steadiness(frame[column.name]),))
    guess.options["time"] = clock.name
    unit = clock.unit if clock.unit in PER_SECOND else None
    numeric = pd.api.types.is_numeric_dtype(frame[clock.name])
    if numeric and "time_unit" not in given:
        ticks = frame[clock.name].dropna().to_numpy()
        unit = unit_by_size(ticks) or unit or likely_unit(ticks)
        if unit is not None:
            guess.options["time_unit"] = unit
        step = typical_step(ticks) / PER_SECOND[unit or "s"]
        if unit is None and (clock.unit in ("min", "h") or 0.0 < step < 1.0 / FASTEST):
            guess.refusal = (
                f"Column {clock.name!r} has steps of {step:.3g}, which are not those of a sensor "
                "in s. It may count minutes, hours or days: convert it to s, or pass time_unit='s' "
                "if it counts s."
            )
    shown = given.get("time_unit") or unit or "s, which nothing tells"
    guess.told.insert(0, f"time {clock.name!r} {f'in {shown}' if numeric else 'as dates'}")
    return clock.name


def _steadiness(values: pd.Series[Any]) -> tuple[float, bool]:
    """Return the share of forward steps, rounded, and whether the column counts as a clock does."""
    numeric = pd.api.types.is_numeric_dtype(values)
    ticks = values if numeric else values.astype(str)
    forward = (ticks.to_numpy()[1:] > ticks.to_numpy()[:-1]).mean() if len(values) > 1 else 0.0
    return round(float(forward), 1), numeric


def _guess_channels(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    given: Mapping[str, Any],
    place: str,
    known: Format,
    guess: Guess,
) -> list[str]:
    by_name = {column.name: column for column in columns}
    if "channels" in given:
        chosen = [by_name[name] for name in given["channels"] if name in by_name]
        sensors = [(column.kind, [column]) for column in chosen]
    else:
        sensors = _sensors(frame, columns)
        chosen = [column for _, group in sensors for column in group]
        if not chosen:
            guess.refusal = (
                "source must have columns of numbers besides the times, got "
                f"{[column.name for column in columns]}."
            )
        guess.options["channels"] = [column.name for column in chosen]
    decided = given.get("units")
    units: dict[str, str] = {}
    for kind, group in sensors:
        kind, unit = _kind_and_unit(frame, kind, group, place, known)
        if isinstance(decided, str) and (decided in _ALLOWED.get(kind, {decided})):
            unit = decided
        names = [column.name for column in group]
        if unit is not None:
            units |= dict.fromkeys(names, unit)
        if "channels" not in given:
            unknown = " in an unknown unit, as they are" * (
                kind in (*_ALLOWED, "vector", "channels")
            )
            guess.told.append(f"{kind} {names}{f' in {unit}' if unit else unknown}")
    if not isinstance(decided, str | None):
        units |= decided
    if units:
        guess.options["units"] = units
    return [column.name for column in chosen]


def _sensors(frame: pd.DataFrame, columns: Sequence[Column]) -> list[tuple[str, list[Column]]]:
    """Choose the first accelerometer and the first gyroscope; without them, all numbers."""
    groups: dict[tuple[str, str], dict[str, Column]] = {}
    for column in columns:
        if column.axis is not None:
            groups.setdefault((column.kind, column.stem), {}).setdefault(column.axis, column)
    whole = [(kind, [g[a] for a in "xyz"]) for (kind, _), g in groups.items() if len(g) == 3]
    chosen = []
    for kinds in (("acceleration", "linear acceleration"), ("angular velocity",)):
        found = next((sensor for kind in kinds for sensor in whole if sensor[0] == kind), None)
        chosen += [found] if found else []
    unnamed = [sensor for sensor in whole if sensor[0] == "vector"]
    if not chosen:
        chosen = unnamed
    elif chosen[0][0] == "angular velocity":
        chosen = [sensor for sensor in unnamed if _unit_by_length(frame, sensor[1])][:1] + chosen
    rest = [c for c in columns if c.kind in ("other", "vector", "counter", *_ALLOWED)]
    rest = [c for c in rest if c.kind != "counter"] or rest
    return chosen or ([("channels", rest)] if rest else [])


def _kind_and_unit(
    frame: pd.DataFrame, kind: str, group: Sequence[Column], place: str, known: Format
) -> tuple[str, str | None]:
    """Return the kind and the unit of a sensor."""
    if kind == "vector":
        told = [k for pattern, k in known.kinds.items() if re.fullmatch(pattern, place)]
        kind = told[0] if told else kind_in(place) or kind
    if group[0].unit in _ALLOWED.get(kind, {}):
        return kind, group[0].unit
    # The magnitude does not tell cm/s2 from mg.
    is_open = len(group) == 3 and group[0].unit != "other"
    if is_open and kind in ("vector", "acceleration", "linear acceleration"):
        fitting = _unit_by_length(frame, group)
        if fitting is not None:
            return "acceleration", fitting
    return kind, known.units.get(kind)


def _unit_by_length(frame: pd.DataFrame, group: Sequence[Column]) -> str | None:
    """Return the unit in which three channels have the magnitude of gravity."""
    vectors: NDArray[np.float64] = frame[[column.name for column in group]].to_numpy(np.float64)
    lengths = np.linalg.norm(vectors, axis=1)
    lengths = lengths[np.isfinite(lengths)]
    length = float(np.median(lengths)) if len(lengths) else 0.0
    return next((unit for unit, (low, high) in _GRAVITY.items() if low < length < high), None)
