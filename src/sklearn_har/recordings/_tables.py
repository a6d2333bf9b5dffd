"""Tables of samples, whole or in consecutive pieces, as recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.recordings._clock import Stamps, TimeUnit, in_order, to_seconds
from sklearn_har.recordings._columns import (
    channel_columns,
    numbers,
    only_value,
    units_by_column,
    unknown_column,
    without_missing,
)
from sklearn_har.recordings._plausibility import oddities
from sklearn_har.recordings._recording import Recording, typical_rate
from sklearn_har.recordings._units import convert
from sklearn_har.utils._gaps import gap_limit, gaps
from sklearn_har.utils._numbers import check_rate
from sklearn_har.utils._validation import did_you_mean

__all__ = ["Layout", "TableReader"]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the columns of a table mean; the parameters of `read_recording`."""

    time: str | None = "time"
    time_unit: TimeUnit | None = None
    sampling_rate: float | None = None
    channels: Sequence[str] | Mapping[str, str] | None = None
    units: str | Mapping[str, str] | None = None
    labels: str | None = None
    subject: str | None = None
    max_gap: float | None = None
    on_disorder: Literal["raise", "sort", "drop"] = "raise"
    on_missing: Literal["raise", "drop"] = "raise"

    def __post_init__(self) -> None:
        _check_choice("on_disorder", self.on_disorder, ("raise", "sort", "drop"))
        _check_choice("on_missing", self.on_missing, ("raise", "drop"))


class TableReader:
    """Read one table, whole or in consecutive pieces.

    The first piece decides on the channels, the zero of the clock and the sampling rate.

    Parameters
    ----------
    layout : Layout
        What the columns mean.
    facts : mapping
        Facts of the recording.
    other_columns : set of str
        Columns that are no channels, besides those of the layout.
    prefix : str
        What the names of channels begin with.

    Attributes
    ----------
    after_gap : bool
        Whether the last piece came after a gap.
    """

    def __init__(
        self,
        layout: Layout,
        facts: Mapping[str, Any],
        other_columns: frozenset[str] = frozenset(),
        prefix: str = "",
    ) -> None:
        self.after_gap = False
        self._prefix = prefix
        self._layout, self._facts = layout, facts
        self._others = {layout.time, layout.labels, layout.subject, *other_columns}
        self._names: dict[str, str] | None = None
        self._units: dict[str, str] = {}
        self._rate: float | None = None
        self._guessed = False
        self._n_rows = 0
        self._origin: Any = None
        self._start: datetime | None = None
        self._last_tick: Any = None
        self._last_time: float | None = None
        self._subject: tuple[Any] | None = None

    def oddities(self, recording: Recording) -> dict[str, list[str]]:
        """Return what looks wrong in a recording that was read here."""
        return oddities(recording, self._units, guessed_seconds=self._guessed)

    def read(self, frame: pd.DataFrame) -> Recording:
        """Read a whole table."""
        recording = self.read_piece(frame)
        if recording is None:
            raise ValueError("source must hold at least one whole sample, got none.")
        return recording

    def read_piece(self, frame: pd.DataFrame) -> Recording | None:
        """Read the next piece of a table; None if no sample of it is kept."""
        if not self._n_rows:
            return self._read(frame)
        try:
            return self._read(frame)
        except ValueError as error:
            raise ValueError(
                f"In the piece that begins with row {self._n_rows}: {error}"
            ) from error

    def _read(self, frame: pd.DataFrame) -> Recording | None:
        layout = self._layout
        if layout.time is not None and layout.time not in frame.columns:
            frame = frame.reset_index() if frame.index.name == layout.time else frame
        self._check_columns(frame)
        names = self._names = self._channels(frame)
        by_column = units_by_column(layout.units, names)
        self._units = {names[column]: unit for column, unit in by_column.items()}
        samples = np.column_stack([numbers(frame, column) for column in names])
        kept = without_missing(samples, list(names), layout.on_missing)
        stamps = None
        if layout.time is not None:
            stamps = to_seconds(frame[layout.time], layout.time, layout.time_unit)
            kept = self._in_order(stamps.ticks, kept, layout.time)
        subject = None if layout.subject is None else self._only_subject(frame[layout.subject])
        first_row, self._n_rows = self._n_rows, self._n_rows + len(frame)
        if len(kept) == 0:
            return None
        seconds = self._seconds(stamps, kept, first_row)
        if self._rate is None:
            rate = layout.sampling_rate
            self._rate = typical_rate(seconds) if rate is None else check_rate(rate)
        limit = gap_limit(self._rate, layout.max_gap)
        self.after_gap = self._last_time is not None and seconds[0] - self._last_time > limit
        self._last_time = float(seconds[-1])
        return Recording(
            convert(samples[kept], [by_column.get(column) for column in names]),
            seconds,
            sampling_rate=self._rate,
            channel_names=list(names.values()),
            breaks=gaps(seconds, self._rate, layout.max_gap),
            start=self._start,
            labels=None if layout.labels is None else frame[layout.labels].to_numpy()[kept],
            subject=subject,
            facts=self._facts,
        )

    def _channels(self, frame: pd.DataFrame) -> dict[str, str]:
        if self._names is not None:
            return channel_columns(frame, self._names, self._others)
        names = channel_columns(frame, self._layout.channels, self._others)
        return {column: f"{self._prefix}{name}" for column, name in names.items()}

    def _check_columns(self, frame: pd.DataFrame) -> None:
        for argument in ("time", "labels", "subject"):
            column = getattr(self._layout, argument)
            if column is not None and column not in frame.columns:
                remedy = " Pass time=None and sampling_rate= if there are no times." * (
                    argument == "time"
                )
                raise ValueError(unknown_column(argument, column, frame) + remedy)
        if len(frame) == 0:
            raise ValueError("source must hold at least one sample, got a table without rows.")

    def _in_order(
        self, ticks: NDArray[Any], kept: NDArray[np.int64], name: str
    ) -> NDArray[np.int64]:
        """Return the rows to keep, in order of time, of those that the piece keeps so far."""
        remedy = self._layout.on_disorder
        if self._last_tick is not None:
            late = ticks[kept] <= self._last_tick
            if late.any() and remedy != "drop":
                refused = (
                    " on_disorder='sort' orders samples only within a piece: read the table "
                    "without chunksize, or pass 'drop' to leave them out."
                    if remedy == "sort"
                    else " Pass on_disorder='drop' to leave them out."
                )
                raise ValueError(
                    f"Column {name!r} must increase from piece to piece, got {int(late.sum())} "
                    f"samples not later than the piece before, which ends at {self._last_tick} "
                    f"(the first: {ticks[kept][late][0]}).{refused}"
                )
            kept = kept[~late]
        if len(kept):
            kept = kept[in_order(ticks[kept], name, remedy)]
            self._last_tick = ticks[kept[-1]]
        return kept

    def _seconds(
        self, stamps: Stamps | None, kept: NDArray[np.int64], first_row: int
    ) -> NDArray[np.float64]:
        if stamps is None:
            if self._layout.sampling_rate is None:
                raise ValueError("sampling_rate must be given where time is None.")
            # Dropped samples leave their places empty.
            return (first_row + kept) / check_rate(self._layout.sampling_rate)
        if self._origin is None:
            self._origin = stamps.ticks[kept[0]]
            self._start = stamps.date(int(kept[0]))
        self._guessed = stamps.guessed
        return stamps.seconds(kept, self._origin)

    def _only_subject(self, values: pd.Series[Any]) -> Any:
        name = str(self._layout.subject)
        where = f"{self._facts['file']}: " if "file" in self._facts else ""
        found = only_value(values, name, where)
        if self._subject is not None and found != self._subject[0]:
            # The message is that of one piece with both.
            only_value(pd.Series([self._subject[0], found], dtype=object), name, where)
        self._subject = (found,)
        return found


def _check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(
            f"{name} must be one of {choices}, got {value!r}{did_you_mean(str(value), choices)}."
        )
