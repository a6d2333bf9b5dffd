"""Recognise files of known loggers and data sets for `format=`."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sklearn_har.recordings._archives import holds_many, recording_of_archive
from sklearn_har.recordings._binary import BINARY, read_binary
from sklearn_har.recordings._cleaning import without_text
from sklearn_har.recordings._clock_parts import clock_in_parts, with_clock
from sklearn_har.recordings._files import PARQUET, kind_of, path_of, raw_table_of, table_of
from sklearn_har.recordings._guessing import PART_OF_CLOCK, Column, columns_of, guess_options
from sklearn_har.recordings._loggers import (
    actigraph,
    edge_impulse,
    empatica,
    geneactiv,
    serial_monitor,
)
from sklearn_har.recordings._recording import Recording
from sklearn_har.recordings._rows import first_bytes, open_bytes
from sklearn_har.recordings._sniffing import TextLayout, check_encoding, guess_encoding, sniff_text
from sklearn_har.recordings._tables import ENOUGH_ROWS, Layout, TableReader
from sklearn_har.utils._validation import did_you_mean

_NUMBER = r"-?\d[\d.eE+-]*"


@dataclass(frozen=True)
class Format:
    """The known properties of the files of a logger.

    `mark` is a pattern for their first lines. `names` are the columns of files without names.
    `units` are given by kind, and `kinds` by patterns of names. `load` converts the text of a file
    to a table or to text of one.
    """

    title: str
    mark: str
    names: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    session: str | None = None
    load: Callable[[str], pd.DataFrame | str] | None = None


def _phone(acceleration: str = "m/s2", angular_velocity: str = "rad/s") -> dict[str, str]:
    return {
        "acceleration": acceleration,
        "linear acceleration": acceleration,
        "angular velocity": angular_velocity,
    }


def _pamap2() -> dict[str, Any]:
    names = ["time", "activity", "heart_rate"]
    for place in ("hand", "chest", "ankle"):
        sensors = ("acc", "acc6g", "gyro", "mag")
        names += [f"{place}_temperature", *(f"{place}_{s}_{a}" for s in sensors for a in "xyz")]
        names += [f"{place}_orientation_{i}" for i in range(4)]
    return {"names": tuple(names), "options": {"time_unit": "s", "on_missing": "drop"}}


def _mhealth() -> dict[str, Any]:
    names = [f"chest_acc_{a}" for a in "xyz"] + ["ecg_1", "ecg_2"]
    for place in ("ankle", "arm"):
        names += [f"{place}_{s}_{a}" for s in ("acc", "gyro", "mag") for a in "xyz"]
    channels = [name for name in names if "acc" in name or "gyro" in name]
    options = {"time": None, "sampling_rate": 50.0, "labels": "label", "channels": channels}
    return {"names": (*names, "label"), "options": options}


FORMATS = {
    "phyphox": Format("phyphox", r"\A\W*[^,;\t(]*\(s\)\"?[,;\t].*\((m/s\^?[2²]|rad/s)\)"),
    "sensor-logger": Format(
        "Sensor Logger",
        r"\bseconds_elapsed\b",
        units=_phone(),
        # On both platforms, unless the file name says "Total".
        kinds={"Accelerometer": "linear acceleration"},
        options={"time": "time", "time_unit": "ns"},
    ),
    "androsensor": Format("AndroSensor", r"ACCELEROMETER X.*Time since start in ms"),
    "physics-toolbox": Format(
        "Physics Toolbox",
        # Any table may have columns ax, ay and az: linear acceleration has its magnitude aT.
        r"(?m)^\W*time[,;]\s*(gFx|wx|ax[,;]\s*ay[,;]\s*az[,;]\s*(aT|wx|gFx))\b",
        units={**_phone(), "acceleration": "g"},
        kinds={"a[xyz]": "linear acceleration"},
    ),
    "empatica": Format(
        "Empatica E4",
        rf"\A\s*\d{{9,10}}\.\d+(,\s*\d{{9,10}}\.\d+){{2}}\s+{_NUMBER}(,\s*{_NUMBER}){{2}}\s",
        load=empatica,
    ),
    "shimmer": Format("Shimmer", r"Shimmer_\w+"),
    "metawear": Format("MetaWear", r"epoc \(ms\)"),
    "actigraph": Format("ActiGraph", r"Data File Created By ActiGraph", load=actigraph),
    "axivity": Format(
        "Axivity",
        rf"\A\s*\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(,\s*{_NUMBER}){{3}}|Accel-X \(g\)",
        names=("time", "x", "y", "z"),
        units=_phone("g", "deg/s"),
    ),
    "geneactiv": Format(
        "GENEActiv",
        r"Device Type,GENEA",
        names=("time", "x", "y", "z", "light", "button", "temperature"),
        units=_phone("g"),
        load=geneactiv,
    ),
    "xsens-dot": Format(
        "Xsens DOT",
        # Xsens MT Manager writes other units, after lines that begin with //.
        r"\A(?!//)[\s\S]*?\bSampleTimeFine\b",
        units=_phone("m/s2", "deg/s"),
        options={"time": "SampleTimeFine", "time_unit": "us"},
    ),
    "apple-watch": Format(
        "Apple Watch",
        r"loggingTime\(txt\)|sinceReboot\(s\)|userAcceleration\W?x|motionUserAccelerationX",
        units=_phone("g"),
    ),
    "wisdm": Format(
        "WISDM",
        rf"\A\s*\d+,[A-Za-z]+,\d+(,{_NUMBER}){{3}};",
        names=("user", "activity", "time", "x", "y", "z"),
        units=_phone(),
        options={"time_unit": "ns"},
    ),
    "pamap2": Format("PAMAP2", rf"\A({_NUMBER}|NaN)( +({_NUMBER}|NaN)){{53}} *\r?\n", **_pamap2(),
                     units=_phone()),
    "mhealth": Format("mHealth", rf"\A{_NUMBER}(\t{_NUMBER}){{23}}\t?\r?\n", **_mhealth(),
                      units=_phone("m/s2", "deg/s")),
    "hhar": Format(
        "HHAR",
        r"Arrival_Time,Creation_Time",
        units=_phone(),
        options={"time": "Creation_Time", "time_unit": "ns"},
        session="Device",
    ),
    "realworld": Format(
        "RealWorld", r"\battr_time,attr_x\b", units=_phone(), options={"time_unit": "ms"}
    ),
    "edge-impulse": Format(
        "Edge Impulse",
        r"\Atimestamp,\"?acc[XY]|\A\s*\{.*\"payload\"",
        units=_phone(),
        load=edge_impulse,
    ),
    "arduino": Format(
        "Arduino", r"(?m)^\d\d:\d\d:\d\d\.\d{3} -> |\A(\s*\w+\s*[:=]\s*-?[\d.]+[,;\s]+){3}",
        load=serial_monitor,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Recognised:
    """The contents of a source, and how to read it.

    `source` is a recording if the sensors of an archive were merged, and a table if the file was
    not one. `options` are arguments of `read_recording`. `refusal` is the reason why it must not be
    read.
    """

    source: Any
    format: str | None
    options: dict[str, Any]
    told: list[str]
    columns: list[Column] = field(default_factory=list)
    layout: TextLayout | None = None
    is_loaded: bool = False
    problems: list[str] = field(default_factory=list)
    refusal: str | None = None

    @property
    def session(self) -> str | None:
        """Return the column that separates the recordings of one subject."""
        known = None if self.format is None else FORMATS[self.format].session
        return known if known in [column.name for column in self.columns] else None

    @property
    def title(self) -> str:
        return "a table" if self.format is None else f"a file of {FORMATS[self.format].title}"

    @property
    def sentence(self) -> str:
        """Return the assumptions as one line."""
        title = "an archive" if isinstance(self.source, Recording) else self.title
        return f"format='auto' reads this as {title}: {'; '.join(self.told)}."

    @property
    def arguments(self) -> dict[str, Any]:
        """Return arguments of `read_recording` that read the same with few guesses."""
        if self.is_loaded or (self.layout is not None and "comment" in self.layout.options):
            return {"format": self.format or "auto"}
        return {name: value for name, value in self.options.items() if value not in (None, {})} | (
            {"time": None} if self.options.get("time", "") is None else {}
        )


def recognise(
    source: Any, name: str, given: Mapping[str, Any], read_options: Mapping[str, Any] | None = None
) -> Recognised:
    """Recognise a source that can be read; `given` and `read_options` are the user's choices."""
    found = recognise_any(source, name, given, read_options)
    if found.refusal is not None:
        raise ValueError(found.refusal)
    return found


def recognise_any(
    source: Any, name: str, given: Mapping[str, Any], read_options: Mapping[str, Any] | None = None
) -> Recognised:
    """Recognise a source, also if it must not be read."""
    if name != "auto" and name not in FORMATS:
        known = ["auto", *FORMATS]
        raise ValueError(
            f"format must be None or one of {known}, got {name!r}{did_you_mean(str(name), known)}."
        )
    path = path_of(source)
    source = source if path is None else path
    place = "" if path is None else path.name.partition(".")[0]
    if path is not None and holds_many(path):
        return _of_archive(path, name, given)
    if isinstance(source, pd.DataFrame):
        return _of_frame(source, source, None, given, place)
    if path is not None and path.suffix.lower() in BINARY:
        loaded = read_binary(path)
        return replace(_of_frame(loaded, loaded, None, given, place), is_loaded=True)
    if path is not None and path.suffix.lower() != ".json" and kind_of(path) in PARQUET:
        frame = table_of(path, dict(read_options or {}), {}, [])
        return _of_frame(frame, frame, None, given, place)
    return _of_text(source, name, given, dict(read_options or {}), place)


def _of_text(
    source: Any, name: str, given: Mapping[str, Any], read_options: dict[str, Any], place: str
) -> Recognised:
    head = first_bytes(source)
    if head is None:
        raise ValueError("format needs a source that can be read twice: save the stream first.")
    encoding = read_options.get("encoding") or guess_encoding(head)
    check_encoding(encoding)
    start = head.decode(encoding, errors="replace").lstrip("\ufeff")
    fitting = [key for key, one in FORMATS.items() if re.search(one.mark, start)]
    found = next(iter(fitting), None) if name == "auto" else name
    if fitting and found not in fitting:
        raise ValueError(
            f"format must be that of the file, got {name!r} for what looks like {fitting[0]!r}. "
            "format='auto' finds it out."
        )
    if found is None or FORMATS[found].load is None or found not in fitting:
        return _of_table(source, head, found, given, read_options, place)
    with open_bytes(source) as file:
        text = "" if file is None else file.read().decode(encoding, errors="replace")
    loaded = FORMATS[found].load(text)  # type: ignore[misc]
    if isinstance(loaded, pd.DataFrame):
        return replace(_of_frame(loaded, loaded, found, given, place), is_loaded=True)
    head = loaded[: 1 << 16].rpartition("\n")[0].encode()
    read_options.pop("encoding", None)
    table = _of_table(io.StringIO(loaded), head, found, given, read_options, place)
    return replace(table, is_loaded=True)


def _of_table(
    source: Any,
    head: bytes,
    found: str | None,
    given: Mapping[str, Any],
    read_options: Mapping[str, Any],
    place: str,
) -> Recognised:
    layout = sniff_text(head, read_options)
    names = () if found is None else FORMATS[found].names
    if "names" in layout.options and len(names) == len(layout.options["names"]):
        layout = sniff_text(head, {**layout.options, "names": list(names)})
    table = _of_frame(source, layout.frame, found, given, place, layout)
    if not table.is_loaded:
        table.options["read_options"] = layout.options
    return replace(table, told=layout.differences + table.told, layout=layout)


def _of_frame(
    source: Any,
    frame: pd.DataFrame,
    found: str | None,
    given: Mapping[str, Any],
    place: str,
    layout: TextLayout | None = None,
) -> Recognised:
    known = Format("", "") if found is None else FORMATS[found]
    units = () if layout is None else layout.units
    columns = columns_of(frame, units, known.kinds)
    # Another version of the logger may write other columns.
    fixed = {n: v for n, v in known.options.items() if n != "time" or v in {None, *frame.columns}}
    told: list[str] = []
    parts = None if "time" in {**fixed, **given} else clock_in_parts(frame, columns)
    is_loaded = parts is not None
    if is_loaded and layout is not None:
        # The first rows may be those of another clock.
        source = table_of(source, dict(layout.options), {}, told)
        parts = clock_in_parts(source, columns)
    if parts is not None:
        source, times = with_clock(source, parts)
        fixed |= times
        frame = source.iloc[:ENOUGH_ROWS]
        columns = [
            replace(column, kind=PART_OF_CLOCK) if column.name in parts.names else column
            for column in columns_of(frame, units, known.kinds)
        ]
        told.append(f"the clock joins {parts.names}")
    guess = guess_options(frame, columns, {**fixed, **given}, place, known)
    return Recognised(
        source,
        found,
        {**fixed, **given, **guess.options},
        told + guess.told,
        columns,
        is_loaded=is_loaded,
        refusal=guess.refusal,
    )


def _of_archive(path: Path, name: str, given: Mapping[str, Any]) -> Recognised:
    told: list[str] = []
    problems: list[str] = []

    def read(member: Path) -> Recording:
        found = recognise(member, "auto", own)
        recording, oddities = read_recognised(found)
        told.append(f"{member.name}: {found.title}, {'; '.join(found.told)}")
        problems.extend(f"{member.name}: {sentence}" for sentence in oddities)
        return recording

    own = {key: value for key, value in given.items() if key != "sampling_rate"}
    recording = recording_of_archive(path, read, given.get("sampling_rate"))
    if len(told) > 1:
        told.append("the sensors are merged")
    return Recognised(recording, None, {}, told, is_loaded=True, problems=problems)


def raw_table(found: Recognised) -> tuple[pd.DataFrame, list[str]]:
    """Return the unchanged table in a source, and notes about omitted lines."""
    told: list[str] = []
    return raw_table_of(found.source, dict(found.options.get("read_options", {})), told), told


def read_recognised(
    found: Recognised,
    facts: Mapping[str, Any] | None = None,
    raw: tuple[pd.DataFrame, list[str]] | None = None,
) -> tuple[Recording, list[str]]:
    """Return the recording in a source, and notes about what is left out or looks wrong.

    `raw` is the result of `raw_table`, if it was called.
    """
    if found.refusal is not None:
        raise ValueError(found.refusal)
    if isinstance(found.source, Recording):
        return found.source, found.problems
    frame, told = raw_table(found) if raw is None else raw
    problems, options = list(told), dict(found.options)
    decimal = options.pop("read_options", {}).get("decimal", ".")
    frame = without_text(frame, options, decimal, problems)
    reader = TableReader(Layout(**options), facts or {})
    recording = reader.read(frame)
    for sentences in reader.oddities(recording).values():
        problems += sentences
    return recording, problems
