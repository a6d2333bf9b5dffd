"""Recognise files of known loggers and data sets for `format=`."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sklearn_har.recordings._cleaning import without_text
from sklearn_har.recordings._clock import clock_in_parts, with_clock
from sklearn_har.recordings._files import PARQUET, kind_of, path_of, raw_table_of, table_of
from sklearn_har.recordings._guessing import PART_OF_CLOCK, Column, columns_of, guess_options
from sklearn_har.recordings._loggers import BINARY, FORMATS, Format, read_binary
from sklearn_har.recordings._recording import Recording
from sklearn_har.recordings._rows import first_bytes, open_bytes
from sklearn_har.recordings._sniffing import TextLayout, check_encoding, guess_encoding, sniff_text
from sklearn_har.recordings._tables import ENOUGH_ROWS, Layout, TableReader
from sklearn_har.utils._validation import did_you_mean

# The first match is read: with gravity before without.
_ACCELERATION = (
    r"total ?acceleration|raw ?data|acc(elerometer|eleration)? ?(with|incl)\w*.*",
    r"acc|acceleration|accelerometer",
    r"linear ?(acceleration|accelerometer)|.*acc(eleration|elerometer)?( without g)?",
)
_ANGULAR_VELOCITY = (r"gyro|gyroscope|rotation ?rate|.*gyr\w*",)


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
    if path is not None and _holds_many(path):
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
    recording = _recording_of_archive(path, read, given.get("sampling_rate"))
    if len(told) > 1:
        told.append("the sensors are merged")
    return Recognised(recording, None, {}, told, is_loaded=True, problems=problems)


def _holds_many(path: Path) -> bool:
    """Return whether a file is an archive of several tables."""
    if path.suffix.lower() != ".zip":
        return False
    with zipfile.ZipFile(path) as archive:
        return len([name for name in archive.namelist() if not name.endswith("/")]) > 1


def _recording_of_archive(
    path: Path, read: Callable[[Path], Recording], sampling_rate: float | None
) -> Recording:
    """Return the accelerometer and the gyroscope of an archive, merged."""
    # Imported here, because preparation imports this package.
    from sklearn_har.preparation import merge_recordings

    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        names = {
            Path(name).stem.lower(): name for name in archive.namelist() if "meta/" not in name
        }
        chosen = [_first(names, patterns) for patterns in (_ACCELERATION, _ANGULAR_VELOCITY)]
        members = [names[stem] for stem in chosen if stem is not None]
        if chosen[0] is None:
            raise ValueError(
                f"{path}: must hold a file of an accelerometer, got {sorted(names.values())}. "
                "Unpack it, and use read_recordings with a pattern such as '{sensor}.csv'."
            )
        parts = []
        for member in members:
            # The name of a member must not become a path to write to.
            extracted = Path(folder, Path(member).name)
            extracted.write_bytes(archive.read(member))
            part = read(extracted)
            if len(members) > 1:
                prefix = Path(member).stem
                names_ = [f"{prefix}_{name}" for name in part.channel_names]
                part = replace(part, channel_names=tuple(names_))
            parts.append(part)
    rate = max(part.sampling_rate for part in parts) if sampling_rate is None else sampling_rate
    merged = parts[0] if len(parts) == 1 else merge_recordings(parts, rate)
    return replace(merged, facts={"file": str(path)})


def _first(names: dict[str, str], patterns: tuple[str, ...]) -> str | None:
    csv = [stem for stem in names if Path(names[stem]).suffix.lower() in (".csv", ".txt", ".tsv")]
    return next((s for p in patterns for s in csv if re.fullmatch(p, s)), None)


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
