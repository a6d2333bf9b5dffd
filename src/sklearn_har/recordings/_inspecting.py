"""Show the contents of a file, and the call that reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from sklearn_har.recordings._files import path_of
from sklearn_har.recordings._formats import (
    Recognised,
    raw_table,
    read_recognised,
    recognise_any,
)
from sklearn_har.recordings._loggers import FORMATS
from sklearn_har.recordings._recording import Recording
from sklearn_har.recordings._tables import Layout
from sklearn_har.utils._errors import one_line
from sklearn_har.utils._text import fact
from sklearn_har.utils._validation import did_you_mean

_LONGEST_NAME = 34


@dataclass(frozen=True, repr=False)
class FileReport:
    """The contents of a file, from :func:`inspect_file`.

    ``print(report)`` shows all of them.

    Parameters
    ----------
    file : str
        The path.
    format : str or None
        The probable logger, a name for ``read_recording(..., format=)``; None if no known logger
        writes such files.
    text : dict of str to object
        "encoding", "separator", "decimal" and "names": the number of the line with the names of the
        columns, or None. Empty for binary files.
    columns : DataFrame
        A row for each column, with "name", guessed "kind" and "unit", "minimum", "maximum" and the
        number of "missing" values.
    arguments : dict of str to object
        Arguments of :func:`read_recording` that read the file, including `read_options`.
    recording : Recording or None
        The recording in the file; None if the file cannot be read.
    problems : list of str
        What is left out or looks wrong, or why the file cannot be read.

    See Also
    --------
    inspect_file : Make a report.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_har.recordings import inspect_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "log.txt")
    ...     text = "boot ok\\nms;ax;ay;az\\n0;0,1;0,2;9,8\\n20;0,1;0,3;9,7\\n40;0,2;0,2;9,8\\n"
    ...     _ = path.write_text(text)
    ...     report = inspect_file(path)
    >>> report.text
    {'encoding': 'utf-8', 'separator': ';', 'decimal': ',', 'names': 2}
    >>> report.recording
    Recording(3 samples, 3 channels, 50 Hz, 0.04 s)
    """

    file: str
    format: str | None
    text: dict[str, Any]
    columns: pd.DataFrame
    arguments: dict[str, Any]
    recording: Recording | None
    problems: list[str]

    @property
    def call(self) -> str:
        """Return the statement that reads the file."""
        listed = "".join(f", {name}={value!r}" for name, value in self.arguments.items())
        return f"read_recording({self.file!r}{listed})"

    def __repr__(self) -> str:
        return f"FileReport({self.file!r}, format={self.format!r}, {self.recording!r})"

    def __str__(self) -> str:
        lines = [
            fact("file", self.file),
            fact("logger", "unknown" if self.format is None else FORMATS[self.format].title),
        ]
        if self.text:
            names = self.text["names"]
            lines.append(
                fact(
                    "text",
                    f"{self.text['encoding']}, separator {self.text['separator']!r}, decimal mark "
                    f"{self.text['decimal']!r}, "
                    + ("no names of columns" if names is None else f"names in line {names}"),
                )
            )
        if self.recording is not None:
            lines += _facts_of(self.recording)
        shown = self.columns.map(_format_value).to_string(index=False)
        lines += ["", *(line.rstrip() for line in shown.splitlines()), ""]
        return "\n".join([*lines, *(fact("note", problem) for problem in self.problems)])


def inspect_file(
    file: str | os.PathLike[str],
    *,
    format: str = "auto",
    read_options: Mapping[str, Any] | None = None,
    **options: Any,
) -> FileReport:
    """Show the contents of a file, and how to read it.

    Parameters
    ----------
    file : str or path-like
        A file of samples of any logger, as :func:`read_recording` takes it.
    format : str, default="auto"
        The logger, if you know it.
    read_options : mapping of str to object, default=None
        What you know of the text, as in :func:`read_recording`.
    **options : object
        Further known arguments of :func:`read_recording`, such as ``time="t"``. They are not
        checked against the file.

    Returns
    -------
    report : FileReport
        Separator, decimal mark, encoding, columns with guessed kind and unit, the probable logger,
        problems, and the arguments that read the file.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If files of this kind cannot be read, or an option has a wrong value.
    TypeError
        If an option does not exist.

    See Also
    --------
    read_recording : ``format="auto"`` reads a file as this function recognises it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_har.recordings import inspect_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "walk.csv")
    ...     header = '"Time (s)","Acceleration x (m/s^2)","Acceleration y (m/s^2)"'
    ...     _ = path.write_text(f"{header}\\n0.00,0.1,9.8\\n0.01,0.2,9.7\\n0.02,0.1,9.8\\n")
    ...     report = inspect_file(path)
    >>> report.format
    'phyphox'
    >>> report.columns[["name", "kind", "unit"]]
                         name          kind  unit
    0                Time (s)          time     s
    1  Acceleration x (m/s^2)  acceleration  m/s2
    2  Acceleration y (m/s^2)  acceleration  m/s2
    """
    known = {field.name for field in fields(Layout)}
    for name in options:
        if name not in known:
            raise TypeError(
                f"inspect_file() got an unexpected keyword argument {name!r}"
                f"{did_you_mean(name, known)}; the options are {sorted(known)}."
            )
    path = path_of(file)
    if path is None:
        raise TypeError(f"file must be a path, got {type(file).__name__}.")
    found = recognise_any(path, format, options, read_options)
    problems: list[str] = []
    recording, raw = None, None
    try:
        raw = None if isinstance(found.source, Recording) else raw_table(found)
        recording, problems = read_recognised(found, {"file": str(path)}, raw)
    except ValueError as error:
        problems.append(f"Not read: {one_line(error)}")
    return FileReport(
        file=str(path),
        format=found.format,
        text=_text(found),
        columns=_columns(found, None if raw is None else raw[0]),
        arguments=found.arguments,
        recording=recording,
        problems=problems,
    )


def _format_value(value: Any) -> str:
    if isinstance(value, str):
        half = _LONGEST_NAME // 2
        return value if len(value) <= _LONGEST_NAME else f"{value[: half - 3]}...{value[-half:]}"
    if value is None or pd.isna(value):
        return ""
    # Large numbers are times; show all their digits.
    is_large = isinstance(value, float) and abs(value) >= 1e6
    return (
        f"{value:.0f}" if is_large else f"{value:.6g}" if isinstance(value, float) else f"{value}"
    )


def _text(found: Recognised) -> dict[str, Any]:
    if found.layout is None:
        return {}
    options = found.layout.options
    return {
        "encoding": options.get("encoding", "utf-8"),
        "separator": options.get("sep", ","),
        "decimal": options.get("decimal", "."),
        "names": found.layout.names_line,
    }


def _columns(found: Recognised, frame: pd.DataFrame | None) -> pd.DataFrame:
    rows = []
    units = found.options.get("units") or {}
    for column in found.columns:
        guessed = units.get(column.name) if isinstance(units, Mapping) else None
        if column.name == found.options.get("time"):
            guessed = found.options.get("time_unit")
        values = None if frame is None or column.name not in frame else frame[column.name]
        ordered = values is not None and not pd.api.types.is_string_dtype(values)
        rows.append(
            {
                "name": column.name,
                "kind": column.kind,
                "unit": column.unit or (f"{guessed} (guessed)" if guessed else None),
                "minimum": values.min() if values is not None and ordered else None,
                "maximum": values.max() if values is not None and ordered else None,
                "missing": None if values is None else int(values.isna().sum()),
            }
        )
    return pd.DataFrame(rows, columns=["name", "kind", "unit", "minimum", "maximum", "missing"])


def _facts_of(recording: Recording) -> list[str]:
    start = "" if recording.start is None else f", from {recording.start:%Y-%m-%d %H:%M:%S}"
    gaps = len(recording.breaks)
    n_samples, rate = len(recording), recording.sampling_rate
    return [
        fact("samples", f"{n_samples} at {rate:.6g} Hz, {recording.duration:.2f} s{start}"),
        fact("gaps", str(gaps) if gaps else "none"),
        fact("channels", ", ".join(recording.channel_names)),
    ]
