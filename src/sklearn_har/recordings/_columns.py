"""Find the columns of channels, with their numbers and units."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.recordings._kinds import UNITS, counts_rows, kind_in, sensors_of
from sklearn_har.utils._samples import all_finite
from sklearn_har.utils._validation import did_you_mean


def unknown_column(argument: str, column: Any, frame: pd.DataFrame) -> str:
    columns = list(map(str, frame.columns))
    return (
        f"{argument} must name a column, got {column!r}{did_you_mean(str(column), columns)}; the "
        f"columns are {columns}."
    )


def channel_columns(
    frame: pd.DataFrame, channels: Sequence[str] | Mapping[str, str] | None, others: set[str | None]
) -> dict[str, str]:
    """Map the columns of channels to the names of the channels."""
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ValueError(f"source must name each column once, got {twice!r} twice.")
    if channels is None:
        return {column: str(column) for column in _numbers_of(frame, others)}
    if isinstance(channels, str) or len(channels) == 0:
        raise ValueError(f"channels must be a list of columns or a mapping, got {channels!r}.")
    names = (
        dict(channels) if isinstance(channels, Mapping) else {column: column for column in channels}
    )
    for column in names:
        if column not in frame.columns:
            raise ValueError(unknown_column("channels", column, frame))
    return names


def _numbers_of(frame: pd.DataFrame, others: set[str | None]) -> list[Any]:
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
    return found


def default_channels(
    frame: pd.DataFrame, others: set[str | None], named: Collection[Any]
) -> tuple[dict[str, str], list[str]]:
    """Return the default columns of channels, and notes about the others.

    Empty columns are left out, and so are clocks and counters unless they are `named`.
    """
    found = _numbers_of(frame, others)
    # Most columns have a first value: check whole columns only if it is missing.
    unlike = [c for c in found if c not in named and frame[c].iloc[:1].isna().all()]
    empty = [c for c in unlike if frame[c].isna().all()]
    counting = [
        c
        for c in found
        if c not in named
        and kind_in(str(c)) in (None, "other")
        and str(c).lower() not in ("x", "y", "z")
        and counts_rows(frame[c])
    ]
    left_out = {*empty, *counting} if len({*empty, *counting}) < len(found) else set()
    notes = []
    if empty and left_out:
        notes.append(f"The column(s) {empty} have no value and are left out.")
    if counting and left_out:
        notes.append(
            f"The column(s) {counting} only increase, as clocks and counters do, and are left out. "
            "Name the columns in channels if they are measured."
        )
    kept = [c for c in found if c not in left_out]
    for sensor in sensors_of(list(map(str, kept)), [None] * len(kept)):
        if sensor.columns != sorted(sensor.columns):
            order = [str(kept[i]) for i in sorted(sensor.columns)]
            wanted = [str(kept[i]) for i in sensor.columns]
            notes.append(
                f"The channels {order} keep the order of the file. Preparations read them as x, y "
                f"and z in this order: pass channels={wanted} to reorder them."
            )
    return {column: str(column) for column in kept}, notes


def numbers(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    values = frame[column]
    if values.dtype == np.float64:
        return values.to_numpy()
    try:
        return pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
    except (ValueError, TypeError) as error:
        raise ValueError(f"Column {column!r} must hold numbers: {error}.") from error


def samples_of(frame: pd.DataFrame, columns: Sequence[str], *, owned: bool) -> NDArray[np.float64]:
    """Return the numbers of columns with shape (n_rows, n_columns), channel by channel in memory.

    They share the memory of an `owned` table, which nobody else changes, if they are most of it.
    """
    if owned and 2 * len(columns) >= frame.shape[1]:
        chosen = frame[list(columns)]
        if (chosen.dtypes == np.float64).all():
            shared = chosen.to_numpy()
            # pandas protects its memory, because tables may share it.
            with suppress(ValueError):
                shared.flags.writeable = True
            if shared.flags.writeable and shared.flags.f_contiguous:
                return shared
    # Interleaving takes longer than all checks.
    return np.array([numbers(frame, column) for column in columns]).T


def without_missing(
    samples: NDArray[np.float64], columns: list[str], on_missing: str
) -> NDArray[np.int64]:
    if all_finite(samples):
        return np.arange(len(samples))
    missing = ~np.isfinite(samples)
    incomplete = missing.any(axis=1)
    rows = np.flatnonzero(incomplete)
    if len(rows) and on_missing == "raise":
        counts = {c: int(n) for c, n in zip(columns, missing.sum(axis=0), strict=True) if n}
        raise ValueError(
            f"{len(rows)} of {len(samples)} samples have a missing or infinite value, the first in "
            f"row {rows[0]}; by column: {counts}. Pass on_missing='drop' to leave these samples "
            "out. If two sensors take turns in the rows, read each with its own channels= and join "
            "them by merge_recordings."
        )
    return np.flatnonzero(~incomplete)


def units_by_column(
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


def dividing_column(
    frame: pd.DataFrame, times: NDArray[np.float64], others: set[Any]
) -> tuple[str, list[Any]] | None:
    """Return a column within whose values times increase, and its values; None without one.

    Such a column distinguishes subjects, sessions, devices or sensors with consecutive or mixed
    rows.
    """
    found: list[tuple[str, list[Any]]] = []
    for column in frame.columns:
        values = frame[column]
        if column in others or pd.api.types.is_float_dtype(values):
            continue
        codes, kinds = pd.factorize(values)
        if not 2 <= len(kinds) <= min(100, len(frame) / 5):
            continue
        order = np.argsort(codes, kind="stable")
        same = np.diff(codes[order]) == 0
        if (np.diff(times[order])[same] > 0).all():
            found.append((str(column), list(kinds)))
    return min(found, key=lambda each: len(each[1]), default=None)


def only_value(values: pd.Series[Any], name: str, where: str = "") -> Any:
    """Return the value that all rows of a column share; None if all are missing."""
    found = values.unique()
    if len(found) > 1:
        shown = [None if pd.isna(value) else value for value in found[:5].tolist()]
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise ValueError(
            f"{where}Column {name!r} must name one subject, got {len(found)}: {shown}{more}. "
            f"read_recordings(..., subject={name!r}) reads one recording for each."
        )
    return None if pd.isna(found[0]) else found.tolist()[0]
