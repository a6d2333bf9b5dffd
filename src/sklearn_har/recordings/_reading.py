"""From a file or a table to a recording."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.recordings._clock import TimeUnit, in_order, to_seconds
from sklearn_har.recordings._plausibility import warn_of_oddities
from sklearn_har.recordings._recording import Recording, gaps, typical_rate
from sklearn_har.recordings._units import UNITS, convert
from sklearn_har.utils._numbers import check_rate
from sklearn_har.utils._validation import did_you_mean

__all__ = ["channel_columns", "numbers", "read_recording", "unknown_column"]

_TEXT = {".csv", ".tsv", ".txt"}
_PARQUET = {".parquet", ".pq"}
_COMPRESSED = {".gz", ".bz2", ".xz", ".zip", ".zst"}


def read_recording(
    source: str | os.PathLike[str] | pd.DataFrame | Any,
    *,
    time: str | None = "time",
    time_unit: TimeUnit | None = None,
    sampling_rate: float | None = None,
    channels: Sequence[str] | Mapping[str, str] | None = None,
    units: str | Mapping[str, str] | None = None,
    labels: str | None = None,
    max_gap: float | None = None,
    on_disorder: Literal["raise", "sort", "drop"] = "raise",
    on_missing: Literal["raise", "drop"] = "raise",
    read_options: Mapping[str, Any] | None = None,
) -> Recording:
    """Read a recording from a CSV file, a Parquet file or a table, and check it.

    What cannot be right is an error that says where, and which argument remedies it. What may be
    right but looks wrong, such as accelerations in m/s2 where g are declared, is a warning.

    Parameters
    ----------
    source : str, path-like, file-like or DataFrame
        A table with one row for each sample: a CSV file (".csv", ".txt", ".tsv", also compressed,
        or an open file), a Parquet file (".parquet", needs pyarrow), or a DataFrame, which is not
        changed.
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
    max_gap : float, default=None
        In s: a longer step between samples is an interruption, kept in `breaks`. None for five
        sampling intervals.
    on_disorder : {"raise", "sort", "drop"}, default="raise"
        What to do with times that are not later than the one before: raise an error; "sort" the
        samples by time and keep the first of several at the same time; "drop" every sample that is
        not later than all before it.
    on_missing : {"raise", "drop"}, default="raise"
        What to do with samples in which a channel is missing or infinite: raise an error, or
        "drop" them, which leaves a longer step behind.
    read_options : mapping of str to object, default=None
        Passed to :func:`pandas.read_csv` or :func:`pandas.read_parquet`, such as
        ``{"sep": ";", "decimal": ","}``.

    Returns
    -------
    recording : Recording
        Accelerations in g and angular velocities in rad/s where units were given, `time` in s. For
        dates it counts from the first sample, whose date is `start`; numbers keep their zero.

    Raises
    ------
    ValueError
        If a column does not exist or holds no numbers, times are missing or out of order, values
        are missing, or a unit is not known.
    ImportError
        If a Parquet file is to be read and pyarrow is not installed.
    OSError
        If a file cannot be read.

    Warns
    -----
    RecordingWarning
        If there are gaps, channels that never change, or values or times of a size that speaks for
        another unit.

    See Also
    --------
    sklearn_har.preparation.resample_recording : Bring a recording to another rate.
    sklearn_har.preparation.merge_recordings : Join sensors with different clocks.

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
    _check_choice("on_disorder", on_disorder, ("raise", "sort", "drop"))
    _check_choice("on_missing", on_missing, ("raise", "drop"))
    frame = _table(source, dict(read_options or {}))
    if time is not None and time not in frame.columns and time == frame.index.name:
        frame = frame.reset_index()
    for argument, column in (("time", time), ("labels", labels)):
        if column is not None and column not in frame.columns:
            remedy = " Pass time=None and sampling_rate= if there are no times." * (
                argument == "time"
            )
            raise ValueError(unknown_column(argument, column, frame) + remedy)
    if len(frame) == 0:
        raise ValueError("source must hold at least one sample, got a table without rows.")
    names = channel_columns(frame, channels, {time, labels})
    samples = np.column_stack([numbers(frame, column) for column in names])
    kept = _without_missing(samples, list(names), on_missing)
    stamps = None
    if time is not None:
        stamps = to_seconds(frame[time], time, time_unit)
        kept = kept[in_order(stamps.ticks[kept], time, on_disorder)]
    if len(kept) == 0:
        raise ValueError("source must hold at least one whole sample, got none.")
    by_channel = _units_by_column(units, names)
    samples = convert(samples[kept], [by_channel.get(column) for column in names])

    if stamps is None:
        if sampling_rate is None:
            raise ValueError("sampling_rate must be given where time is None.")
        rate = check_rate(sampling_rate)
        # Dropped samples leave their places empty.
        seconds, start = kept / rate, None
    else:
        seconds, start = stamps.seconds(kept)
        rate = typical_rate(seconds) if sampling_rate is None else check_rate(sampling_rate)
    recording = Recording(
        samples,
        seconds,
        sampling_rate=rate,
        channel_names=list(names.values()),
        breaks=gaps(seconds, rate, max_gap),
        start=start,
        labels=None if labels is None else frame[labels].to_numpy()[kept],
    )
    warn_of_oddities(
        recording,
        {names[column]: unit for column, unit in by_channel.items()},
        guessed_seconds=stamps is not None and stamps.guessed,
    )
    return recording


def _check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(
            f"{name} must be one of {choices}, got {value!r}{did_you_mean(str(value), choices)}."
        )


def _table(source: Any, options: dict[str, Any]) -> pd.DataFrame:
    if isinstance(source, pd.DataFrame):
        if options:
            raise ValueError(
                f"read_options are for files, got {sorted(options)} with a DataFrame as source."
            )
        frame: pd.DataFrame = source
        return frame
    if hasattr(source, "read"):
        return _csv(source, options)
    try:
        path = Path(source).expanduser()
    except TypeError:
        raise TypeError(
            f"source must be a path, an open file or a DataFrame, got {type(source).__name__}. "
            "Recording takes arrays."
        ) from None
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    kind = suffixes[-1] if suffixes else ""
    if kind in _PARQUET:
        if find_spec("pyarrow") is None:
            raise ImportError(
                f"Reading {path.name!r} needs pyarrow: pip install 'sklearn-har[parquet]', or save "
                "the table as CSV."
            )
        return pd.read_parquet(path, **options)
    if kind in _TEXT:
        return _csv(path, ({"sep": "\t"} if kind == ".tsv" else {}) | options)
    raise ValueError(
        f"source must be a file of one of the kinds {sorted(_TEXT | _PARQUET)}, got {path.name!r}. "
        "Read other files with pandas and pass the DataFrame."
    )


def _csv(source: Any, options: dict[str, Any]) -> pd.DataFrame:
    frame = pd.read_csv(source, **options)
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"read_options must read the whole table at once, got {options}.")
    return frame


def unknown_column(argument: str, column: Any, frame: pd.DataFrame) -> str:
    columns = list(map(str, frame.columns))
    return (
        f"{argument} must name a column, got {column!r}{did_you_mean(str(column), columns)}; the "
        f"columns are {columns}."
    )


def channel_columns(
    frame: pd.DataFrame,
    channels: Sequence[str] | Mapping[str, str] | None,
    others: set[str | None],
) -> dict[str, str]:
    """Map the columns that are channels to the names of the channels."""
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ValueError(f"source must name each column once, got {twice!r} twice.")
    if channels is None:
        found = [
            column
            for column in frame.columns
            if column not in others and pd.api.types.is_numeric_dtype(frame[column])
        ]
        if not found:
            raise ValueError(
                f"source must have a column of numbers, got {list(map(str, frame.columns))}. Pass "
                "read_options= if numbers were read as text."
            )
        return {column: str(column) for column in found}
    if isinstance(channels, str) or len(channels) == 0:
        raise ValueError(f"channels must be a list of columns or a mapping, got {channels!r}.")
    names = (
        dict(channels) if isinstance(channels, Mapping) else {column: column for column in channels}
    )
    for column in names:
        if column not in frame.columns:
            raise ValueError(unknown_column("channels", column, frame))
    return names


def numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    values = frame[column]
    try:
        return pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
    except (ValueError, TypeError) as error:
        raise ValueError(f"Column {column!r} must hold numbers: {error}.") from error


def _without_missing(
    samples: NDArray[np.float64], columns: list[str], on_missing: str
) -> NDArray[np.int64]:
    missing = ~np.isfinite(samples)
    rows = np.flatnonzero(missing.any(axis=1))
    if len(rows) and on_missing == "raise":
        counts = {c: int(n) for c, n in zip(columns, missing.sum(axis=0), strict=True) if n}
        raise ValueError(
            f"{len(rows)} of {len(samples)} samples have a missing or infinite value, the first in "
            f"row {rows[0]}; by column: {counts}. Pass on_missing='drop' to leave these samples "
            "out. If two sensors take turns in the rows, read each with its own channels= and join "
            "them by merge_recordings."
        )
    return np.setdiff1d(np.arange(len(samples)), rows)


def _units_by_column(
    units: str | Mapping[str, str] | None, names: Mapping[str, str]
) -> dict[str, str]:
    if units is None:
        return {}
    by_column = dict.fromkeys(names, units) if isinstance(units, str) else dict(units)
    for column, unit in by_column.items():
        if column not in names:
            raise ValueError(
                f"units must name channels, got {column!r}{did_you_mean(str(column), names)}; the "
                f"columns of the channels are {list(names)}."
            )
        if unit not in UNITS:
            raise ValueError(
                f"units must be of {list(UNITS)}, got {unit!r} for {column!r}"
                f"{did_you_mean(str(unit), UNITS)}."
            )
    return by_column
