"""From a file or a table to a recording."""

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

__all__ = ["read_recording"]

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

    What cannot be right is an error that says where, and which argument remedies it. What may be
    right but looks wrong, such as accelerations in m/s2 where g are declared, is a warning.

    Parameters
    ----------
    source : str, path-like, file-like or DataFrame
        A table with one row for each sample: a text file (".csv", ".txt", ".tsv", ".dat", ".log",
        also compressed, or an open file), a Parquet file (".parquet", needs pyarrow), or a
        DataFrame, which is not changed. With `format`, also other files.
    time : str, default="time"
        Name of the column, or of the index, with the times. None if there is none and the samples
        are `sampling_rate` apart.
    time_unit : {"s", "ms", "us", "ns", "datetime"}, default=None
        What the times count. None for dates where they are dates or text, and seconds where they
        are numbers.
    sampling_rate : float, default=None
        In Hz. None for the typical rate of the times.
    channels : sequence of str or mapping of str to str, default=None
        Names of the columns that are channels, in the order wanted; a mapping gives them new
        names. None for all columns of numbers but those of `time` and `labels`.
    units : str or mapping of str to str, default=None
        The unit of all channels, or of each by the name of its column: "g", "mg" or "m/s2" for
        accelerations, which become g; "rad/s" or "deg/s" for angular velocities, which become
        rad/s. Channels without a unit are left as they are.
    labels : str, default=None
        Name of the column with the label of each sample.
    subject : str, default=None
        Name of the column with the subject, the same in all rows.
    max_gap : float, default=None
        In s: a longer step between samples is an interruption, kept in `breaks`. Resampling keeps
        to it unless it is told otherwise. None for five sampling intervals and at least 0.1 s, five
        steps of a grid of 50 Hz.
    day_first : bool, default=None
        Whether the day comes first in dates such as "07/05/2014". None to let the file decide: by
        numbers above 12, or by dates that go on day by day. If it does not, an error asks.
    on_disorder : {"raise", "sort", "drop"}, default="raise"
        What to do with samples that come late, and with times that repeat: raise an error; "sort"
        the samples by time and keep the first of several at the same time; "drop" every sample that
        is not later than all before it. A warning counts what is left out. See Notes for clocks
        that are put right.
    on_missing : {"raise", "drop"}, default="raise"
        What to do with samples in which a channel is missing or infinite: raise an error, or
        "drop" them, which leaves a longer step behind.
    read_options : mapping of str to object, default=None
        Passed to :func:`pandas.read_csv` or :func:`pandas.read_parquet`, such as
        ``{"sep": ";", "decimal": ","}``.
    format : str, default=None
        The logger that wrote the file, such as "phyphox": what it is known to write needs no
        argument. "auto" finds out what is in the file, and says what it assumes in one warning.
        Arguments that are given win. The user guide lists the formats (:ref:`formats`).
    gravity : mapping of str to str, default=None
        From the column of each acceleration without gravity to the column with gravity, where a
        logger keeps them apart: the channels get the sum, as :func:`add_gravity` makes it.
    platform : {"android", "ios"}, default=None
        Whose convention such columns have; must be given with `gravity`.
    chunksize : int, default=None
        Read the table in consecutive pieces of at most that many rows, for files larger than
        memory. See Notes.

    Returns
    -------
    recording : Recording or iterator of Recording
        Accelerations in g and angular velocities in rad/s where units were given, `time` in s. For
        dates it counts from the first sample, whose date is `start`; numbers keep their zero, which
        is `start` if they count from 1970. The path of a file is the fact "file". With `chunksize`,
        an iterator of the pieces.

    Raises
    ------
    ValueError
        If a column does not exist or holds no numbers, times are missing or out of order, values
        are missing, a unit is not known, or there are several subjects.
    ImportError
        If a Parquet file is to be read and pyarrow is not installed.
    OSError
        If a file cannot be read.

    Warns
    -----
    RecordingWarning
        If there are gaps, channels that never change, or values or times of a size that looks like
        another unit. If lines that are no rows of the table are left out, which are counted, or
        columns without any value. With ``format="auto"``, what is assumed.

    See Also
    --------
    read_recordings : Read many recordings from a folder or a table.
    inspect_file : Say what is in a file, and how to read it.
    sklearn_har.preparation.resample_recording : Bring a recording to another rate.
    sklearn_har.preparation.merge_recordings : Join sensors with different clocks.

    Notes
    -----
    A warning says what was put right in a clock. Numbers that can only be ms, us or ns since 1970
    are read as such. Rows that share a stamp, or that came in packets and were stamped on arrival,
    are spread over the time between stamps. A counter that begins anew and times of day that pass
    midnight go on. Where a clock starts anew, `breaks` has an interruption. Rows of which nobody
    can tell the time are left out and counted, or refused if they are many. Rows of several clocks
    are never put between one another.

    The pieces that `chunksize` gives are pieces of one recording. They share the channels, the zero
    of the clock and the sampling rate, which is measured on the first piece unless it is given.
    `breaks` marks the gaps within a piece; the times show a gap between two pieces. Warnings come
    with the first piece; one more at the end counts the gaps after it. A piece that does not begin
    after the end of the one before is an error. ``on_disorder="drop"`` leaves out its late samples;
    "sort" orders samples only within a piece. A clock that has to be put right is an error.

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
    given: dict[str, Any] = {
        "time": time,
        "time_unit": time_unit,
        "sampling_rate": sampling_rate,
        "channels": channels,
        "units": units,
        "labels": labels,
        "subject": subject,
        "max_gap": max_gap,
        "day_first": day_first,
        "on_disorder": on_disorder,
        "on_missing": on_missing,
        "gravity": gravity,
        "platform": platform,
    }
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
    reader = TableReader(Layout(**given), {} if path is None else {"file": str(path)})
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
        warn_of_recording(f"{len(told)} piece(s) after the first hold other lines: {told[0]}")
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
    """Give tables, after a look at as many of them as make the clock known."""
    first: list[pd.DataFrame] = []
    for table in tables:
        first.append(table)
        if sum(map(len, first)) >= ENOUGH_ROWS:
            break
    if first:
        reader.look(pd.concat(first))
    yield from first
    yield from tables
