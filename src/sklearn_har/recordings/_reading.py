"""Read one recording from a file or a table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypedDict, Unpack, overload

import pandas as pd

from sklearn_har.recordings._clock import TimeUnit
from sklearn_har.recordings._files import path_of, pieces_of, table_of
from sklearn_har.recordings._formats import recognise
from sklearn_har.recordings._gravity import Platform
from sklearn_har.recordings._plausibility import warn_of_oddities
from sklearn_har.recordings._recording import Recording
from sklearn_har.recordings._tables import ENOUGH_ROWS, Layout, TableReader, changed_options
from sklearn_har.utils._numbers import check_integer
from sklearn_har.utils._warnings import warn_of_recording

Source = str | os.PathLike[str] | pd.DataFrame | Any


class _Options(TypedDict, total=False):
    time: str | None
    time_unit: TimeUnit | None
    sampling_rate: float | None
    channels: Sequence[str] | Mapping[str, str] | None
    units: str | Mapping[str, str] | None
    labels: str | None
    subject: str | None
    max_gap: float | None
    day_first: bool | None
    on_disorder: Literal["raise", "sort", "drop"]
    on_missing: Literal["raise", "drop"]
    read_options: Mapping[str, Any] | None
    format: str | None
    gravity: Mapping[str, str] | None
    platform: Platform | None


@overload
def read_recording(
    source: Source, *, chunksize: None = None, **options: Unpack[_Options]
) -> Recording: ...


@overload
def read_recording(
    source: Source, *, chunksize: int, **options: Unpack[_Options]
) -> Iterator[Recording]: ...


def read_recording(
    source: Source,
    *,
    time: str | None = "time",
    time_unit: TimeUnit | None = None,
    sampling_rate: float | None = None,
    channels: Sequence[str] | Mapping[str, str] | None = None,
    units: str | Mapping[str, str] | None = None,
    labels: str | None = None,
    subject: str | None = None,
    max_gap: float | None = None,
    day_first: bool | None = None,
    on_disorder: Literal["raise", "sort", "drop"] = "raise",
    on_missing: Literal["raise", "drop"] = "raise",
    read_options: Mapping[str, Any] | None = None,
    format: str | None = None,
    gravity: Mapping[str, str] | None = None,
    platform: Platform | None = None,
    chunksize: int | None = None,
) -> Recording | Iterator[Recording]:
    """Read a recording from a CSV file, a Parquet file or a table, and check it.

    Errors name the place of a certain mistake and the argument that corrects it. Warnings report
    values that look wrong but may be right, such as accelerations in m/s2 declared as g.

    Parameters
    ----------
    source : str, path-like, file-like or DataFrame
        A table with one row for each sample: a text file (".csv", ".txt", ".tsv", ".dat", ".log",
        also compressed, or an open file), a Parquet file (".parquet", needs pyarrow), or a
        DataFrame, which stays unchanged. With `format`, other files too.
    time : str, default="time"
        Name of the column, or of the index, with the times. None if there are no times and samples
        are `sampling_rate` apart.
    time_unit : {"s", "ms", "us", "ns", "datetime"}, default=None
        The unit of the times. None for dates or text as dates, and for numbers as seconds.
    sampling_rate : float, default=None
        In Hz. None for the typical rate of the times.
    channels : sequence of str or mapping of str to str, default=None
        Names of the columns of channels, in the wanted order; a mapping renames them. None for all
        columns of numbers except `time` and `labels`.
    units : str or mapping of str to str, default=None
        The unit of all channels, or of each by the name of its column: "g", "mg", "ug", "m/s2",
        "cm/s2" or "mm/s2" for accelerations, converted to g; "rad/s", "mrad/s", "deg/s", "mdeg/s"
        or "rpm" for angular velocities, converted to rad/s. Channels without a unit stay unchanged.
    labels : str, default=None
        Name of the column with the label of each sample.
    subject : str, default=None
        Name of the column with the subject, the same in all rows.
    max_gap : float, default=None
        In s: a longer step between samples is an interruption, stored in `breaks`. Resampling uses
        the same limit by default. None for five sampling intervals and at least 0.1 s, which are
        five steps at 50 Hz.
    day_first : bool, default=None
        Whether the day comes first in dates such as "07/05/2014". None to infer it from numbers
        above 12 or from consecutive days; if neither decides, an error asks for it.
    on_disorder : {"raise", "sort", "drop"}, default="raise"
        What to do with late samples and repeated times: "raise" an error; "sort" the samples by
        time and keep the first of several at the same time; "drop" every sample that is not later
        than all before it. A warning counts the samples left out. Notes lists clocks that are
        repaired.
    on_missing : {"raise", "drop"}, default="raise"
        What to do with samples in which a channel is missing or infinite: "raise" an error, or
        "drop" them, which leaves a longer step.
    read_options : mapping of str to object, default=None
        Passed to :func:`pandas.read_csv` or :func:`pandas.read_parquet`, such as
        ``{"sep": ";", "decimal": ","}``.
    format : str, default=None
        The logger that wrote the file, such as "phyphox": its known properties need no arguments.
        "auto" recognises the file and lists its assumptions in one warning. Your arguments take
        precedence. The user guide lists the formats (:ref:`formats`).
    gravity : mapping of str to str, default=None
        If a logger stores gravity separately: the column of gravity for each column of
        acceleration without it. The channels get the sum, as in :func:`add_gravity`.
    platform : {"android", "ios"}, default=None
        The sign convention of gravity; required with `gravity`.
    chunksize : int, default=None
        Read the table in consecutive pieces of at most this many rows, for files larger than
        memory. See Notes.

    Returns
    -------
    recording : Recording or iterator of Recording
        Accelerations in g and angular velocities in rad/s for channels with units, `time` in s.
        Dates count from the first sample, whose date is `start`. Numbers keep their zero, which is
        `start` if they count from 1970. The path of a file is the fact "file". With `chunksize`, an
        iterator of the pieces.

    Raises
    ------
    ValueError
        If a column does not exist or holds no numbers, times are missing or out of order, values
        are missing, a unit is unknown, or there are several subjects.
    ImportError
        If pyarrow is not installed and the file is a Parquet file.
    OSError
        If a file cannot be read.

    Warns
    -----
    RecordingWarning
        If there are gaps, constant channels, or values or times that look like another unit. If
        lines that are not rows, which are counted, or empty columns are left out. With
        ``format="auto"``, to list the assumptions.

    See Also
    --------
    read_recordings : Read many recordings from a folder or a table.
    inspect_file : Show the contents of a file, and how to read it.
    sklearn_har.preparation.resample_recording : Change the rate of a recording.
    sklearn_har.preparation.merge_recordings : Merge sensors with different clocks.

    Notes
    -----
    Some clocks are repaired, with a warning:

    - Numbers that can only be ms, us or ns since 1970 are read as such.
    - Rows that share a stamp, or that came in packets and were stamped on arrival, are spread over
      the time between stamps.
    - Counters that restart and times of day that pass midnight are continued.
    - Where a clock restarts, `breaks` has an interruption.
    - Rows with an unknown time are left out and counted; many of them are an error.

    Rows of several clocks are never mixed.

    The pieces of `chunksize` belong to one recording. They share the channels, the zero of the
    clock and the sampling rate, which is measured on the first piece unless you pass it. `breaks`
    marks the gaps within a piece; times show a gap between two pieces. Warnings come with the first
    piece; one more at the end counts later gaps.

    A piece that does not begin after the end of the previous one is an error.
    ``on_disorder="drop"`` leaves out its late samples; "sort" orders samples only within a piece. A
    clock that needs repair is an error.

    Examples
    --------
    >>> import io
    >>> from sklearn_har.recordings import read_recording
    >>> file = io.StringIO(
    ...     "t,ax,ay,az\\n"
    ...     "0,9.7,0.3,0.5\\n"
    ...     "20,9.9,0.4,0.6\\n"
    ...     "40,9.8,0.2,0.4\\n"
    ... )
    >>> recording = read_recording(
    ...     file, time="t", time_unit="ms", channels=["ax", "ay", "az"], units="m/s2"
    ... )
    >>> recording
    Recording(3 samples, 3 channels, 50 Hz, 0.04 s)
    >>> recording.samples[0].round(2).tolist()  # in g
    [0.99, 0.03, 0.05]
    """
    given = {name: value for name, value in locals().items() if hasattr(Layout, name)}
    path = path_of(source)
    if format is not None:
        found = recognise(source, format, changed_options(given), read_options)
        if format == "auto":
            warn_of_recording(found.sentence)
        if isinstance(found.source, Recording):
            warn_of_oddities({"archive": found.problems})
            return found.source if chunksize is None else iter([found.source])
        source, read_options = found.source, found.options.pop("read_options", None)
        given |= found.options
    facts = {} if path is None else {"file": str(path)}
    reader = TableReader(Layout(**given), facts, owned=not isinstance(source, pd.DataFrame))
    options = dict(read_options or {})
    told: list[str] = []
    if chunksize is not None:
        n_rows = check_integer(chunksize, "chunksize", minimum=1)
        return _pieces(pieces_of(source, options, given, told, n_rows), reader, told)
    recording = reader.read(table_of(source, options, given, told))
    warn_of_oddities({"table": told, **reader.oddities(recording)})
    return recording


def _pieces(
    tables: Iterator[pd.DataFrame], reader: TableReader, told: list[str]
) -> Iterator[Recording]:
    n_pieces = n_gaps = 0
    for table in _looked_at(tables, reader):
        piece = reader.read_piece(table)
        if piece is None:
            continue
        n_pieces += 1
        if n_pieces == 1:
            warn_of_oddities({"table": told, **reader.oddities(piece)})
            told.clear()
        else:
            n_gaps += len(piece.breaks) + reader.after_gap
        yield piece
    if n_pieces == 0:
        raise ValueError("source must hold at least one whole sample, got none.")
    if told:
        warn_of_recording(f"{len(told)} piece(s) after the first hold odd lines: {told[0]}")
    if n_gaps:
        warn_of_recording(
            f"The pieces after the first have {n_gaps} gap(s) within them or before them."
        )
    if reader.n_left_out:
        warn_of_recording(
            f"{reader.n_left_out} samples are left out, because they come late or have the time of "
            "another sample."
        )


def _looked_at(tables: Iterator[pd.DataFrame], reader: TableReader) -> Iterator[pd.DataFrame]:
    """Yield tables, after using as many of them as determine the clock."""
    first: list[pd.DataFrame] = []
    for table in tables:
        first.append(table)
        if sum(map(len, first)) >= ENOUGH_ROWS:
            break
    if first:
        reader.look(pd.concat(first))
    yield from first
    yield from tables
