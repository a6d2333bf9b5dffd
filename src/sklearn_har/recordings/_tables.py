"""Convert tables of samples, whole or in consecutive pieces, to recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.recordings._clock import Stamps, TimeUnit, to_seconds
from sklearn_har.recordings._columns import (
    channel_columns,
    default_channels,
    dividing_column,
    only_value,
    samples_of,
    units_by_column,
    unknown_column,
    without_missing,
)
from sklearn_har.recordings._gravity import (
    Platform,
    add_gravity,
    check_gravity,
    units_with_gravity,
    with_gravity_columns,
)
from sklearn_har.recordings._guessing import alternating_sensors
from sklearn_har.recordings._kinds import convert
from sklearn_har.recordings._order import Disorder, Order, find_repair, in_order
from sklearn_har.recordings._plausibility import oddities
from sklearn_har.recordings._recording import Recording, typical_rate
from sklearn_har.recordings._ticks import unwrap
from sklearn_har.utils._gaps import gap_limit, gaps
from sklearn_har.utils._numbers import check_rate
from sklearn_har.utils._samples import is_increasing
from sklearn_har.utils._text import first_few
from sklearn_har.utils._validation import check_choice

# In Hz: the rate of most models. A step that is short at this rate is not a gap.
_USUAL_GRID = 50.0
# This many rows determine a clock.
ENOUGH_ROWS = 1000


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The meaning of the columns of a table: the parameters of `read_recording`."""

    time: str | None = "time"
    time_unit: TimeUnit | None = None
    sampling_rate: float | None = None
    channels: Sequence[str] | Mapping[str, str] | None = None
    units: str | Mapping[str, str] | None = None
    labels: str | None = None
    subject: str | None = None
    max_gap: float | None = None
    day_first: bool | None = None
    on_disorder: Disorder = "raise"
    on_missing: Literal["raise", "drop"] = "raise"
    gravity: Mapping[str, str] | None = None
    platform: Platform | None = None

    def __post_init__(self) -> None:
        check_choice(self.on_disorder, "on_disorder", ("raise", "sort", "drop"))
        check_choice(self.on_missing, "on_missing", ("raise", "drop"))
        if self.day_first not in (True, False, None):
            raise ValueError(f"day_first must be True, False or None, got {self.day_first!r}.")
        check_gravity(self.gravity, self.platform)


def changed_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that differ from their defaults: the choices of the user."""
    return {name: value for name, value in options.items() if value is not getattr(Layout, name)}


class TableReader:
    """Read one table, whole or in consecutive pieces.

    The first piece determines the channels, the zero of the clock and the sampling rate. Nobody
    else changes `owned` tables, so samples may share their memory.
    """

    def __init__(
        self,
        layout: Layout,
        facts: Mapping[str, Any],
        other_columns: frozenset[str] = frozenset(),
        prefix: str = "",
        *,
        owned: bool = False,
    ) -> None:
        #: Whether the last piece came after a gap.
        self.after_gap = False
        #: The number of samples left out because of their times.
        self.n_left_out = 0
        self._prefix, self._owned = prefix, owned
        self._layout, self._facts = layout, facts
        self._others = {layout.time, layout.labels, layout.subject, *other_columns}
        self._names: dict[str, str] | None = None
        self._units: dict[str, str] = {}
        self._rate: float | None = None
        self._n_rows = 0
        self._whole = True
        self._day_first = layout.day_first
        self._unit = layout.time_unit
        self._origin: tuple[Any, float] | None = None
        self._start: datetime | None = None
        self._ticks: NDArray[Any] = np.empty(0)
        self._latest: Any = None
        self._last_time: float | None = None
        self._notes: list[str] = []
        self._subject: tuple[Any] | None = None

    def oddities(self, recording: Recording) -> dict[str, list[str]]:
        """Return what looks wrong in a recording of this reader, and what was repaired."""
        return {"clock": self._notes} | oddities(
            recording, self._units, {name: column for column, name in (self._names or {}).items()}
        )

    def read(self, frame: pd.DataFrame) -> Recording:
        """Read a whole table."""
        recording = self.read_piece(frame)
        if recording is None:
            raise ValueError("source must hold at least one whole sample, got none.")
        return recording

    def look(self, frame: pd.DataFrame) -> None:
        """Determine channels, rate and clock from the first rows of a table in pieces."""
        layout = self._layout
        self._whole = False
        frame = self._with_time(frame)
        self._check_columns(frame)
        self._names = self._channels(frame)
        if layout.time is None:
            return
        stamps = to_seconds(frame[layout.time], layout.time, layout.time_unit, self._day_first)
        self._day_first = stamps.day_first if self._day_first is None else self._day_first
        self._unit = stamps.unit
        self._notes += stamps.notes
        seconds = stamps.since(stamps.ticks[0]) if stamps.dated else stamps.absolute()
        self._refuse_several(seconds, np.arange(len(frame)), frame, stamps)
        self._watch(stamps, np.arange(len(frame)))
        self._ticks = self._ticks[:0]

    def read_piece(self, frame: pd.DataFrame) -> Recording | None:
        """Read the next piece of a table; None if all its samples are left out."""
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
        frame = self._with_time(frame)
        self._check_columns(frame)
        names = self._names = self._channels(frame)
        by_column = units_with_gravity(units_by_column(layout.units, names), layout.gravity)
        self._units = {names[column]: unit for column, unit in by_column.items()}
        samples = samples_of(frame, list(names), owned=self._owned)
        kept = without_missing(samples, list(names), layout.on_missing)
        stamps, order = None, Order(kept, np.empty(0))
        if layout.time is not None:
            stamps = to_seconds(frame[layout.time], layout.time, self._unit, self._day_first)
            self._day_first = stamps.day_first if self._day_first is None else self._day_first
            order = self._in_order(stamps, kept, frame)
        kept = order.rows
        subject = None if layout.subject is None else self._only_subject(frame[layout.subject])
        first_row, self._n_rows = self._n_rows, self._n_rows + len(frame)
        if len(kept) == 0:
            return None
        seconds = self._seconds(stamps, order, first_row)
        if self._rate is None:
            rate = layout.sampling_rate
            self._rate = typical_rate(seconds) if rate is None else check_rate(rate)
        limit = gap_limit(self._rate, layout.max_gap, _USUAL_GRID)
        self.after_gap = self._last_time is not None and seconds[0] - self._last_time > limit
        self._last_time = float(seconds[-1])
        # Copying all samples would need as much memory as the table.
        if len(kept) < len(samples) or not is_increasing(kept):
            samples = samples[kept]
        recording = Recording(
            convert(samples, [by_column.get(column) for column in names]),
            seconds,
            sampling_rate=self._rate,
            channel_names=list(names.values()),
            breaks=[*order.breaks, *gaps(seconds, limit)],
            max_gap=limit,
            start=self._start,
            labels=None if layout.labels is None else frame[layout.labels].to_numpy()[kept],
            subject=subject,
            facts=self._facts,
        )
        if layout.gravity is None or layout.platform is None:
            return recording
        return add_gravity(
            recording,
            [names[column] for column in layout.gravity],
            [names[column] for column in layout.gravity.values()],
            platform=layout.platform,
        )

    def _with_time(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the index as a column if it holds the times."""
        time = self._layout.time
        if time is None or time in frame.columns or frame.index.name != time:
            return frame
        return frame.reset_index()

    def _channels(self, frame: pd.DataFrame) -> dict[str, str]:
        if self._names is not None:
            return channel_columns(frame, self._names, self._others)
        names = channel_columns(frame, self._layout.channels, self._others)
        if self._layout.channels is None:
            units = self._layout.units
            named = units if isinstance(units, Mapping) else ()
            names, notes = default_channels(frame, self._others, named)
            self._notes += notes
        unused = [column for column in frame.columns if column not in self._others]
        mixed = alternating_sensors(frame[unused])
        self._notes += [] if mixed is None else [mixed]
        names = with_gravity_columns(names, self._layout.gravity, frame.columns)
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

    def _in_order(self, stamps: Stamps, kept: NDArray[np.int64], frame: pd.DataFrame) -> Order:
        """Return the rows to keep, in order of time, and their times."""
        name, remedy = str(self._layout.time), self._layout.on_disorder
        if not len(kept):
            return Order(kept, np.empty(0))
        n_whole = len(kept)
        if not self._whole:
            self._watch(stamps, kept)
            kept = self._after_the_last(stamps.ticks, kept, name)
            if not len(kept):
                self.n_left_out += n_whole
                return Order(kept, np.empty(0))
        seconds = stamps.since(stamps.ticks[0]) if stamps.dated else stamps.absolute()
        self._refuse_several(seconds, kept, frame, stamps)
        order = in_order(seconds, name, remedy, kept=kept, period=stamps.period, dated=stamps.dated)
        self.n_left_out += n_whole - len(order.rows)
        if self._whole:
            self._notes += [*stamps.notes, *order.notes]
        self._latest = stamps.ticks[order.rows[-1]]
        return order

    def _refuse_several(
        self,
        seconds: NDArray[np.float64],
        kept: NDArray[np.int64],
        frame: pd.DataFrame,
        stamps: Stamps,
    ) -> None:
        """Raise an error for rows of several clocks that a column distinguishes."""
        times = seconds if len(kept) == len(seconds) else seconds[kept]
        if is_increasing(times):
            return
        if not stamps.dated:
            times, _ = unwrap(times, period=stamps.period)
        if is_increasing(times):
            return
        others = self._others | set(self._layout.channels or ())
        found = dividing_column(frame.iloc[kept], times, others)
        if found is not None:
            column, values = found
            raise ValueError(
                f"Column {self._layout.time!r} must increase from row to row, and does so only "
                f"within each value of column {column!r} ({first_few(map(repr, values))}). If "
                "these are subjects, sessions or sensors, read_recordings(..., "
                f"subject={column!r}) or session={column!r} reads one recording for each."
            )

    def _watch(self, stamps: Stamps, kept: NDArray[np.int64]) -> None:
        """Raise an error for a clock that only a whole table can repair."""
        ticks = np.concatenate([self._ticks, stamps.ticks[kept]])
        self._ticks = ticks[-ENOUGH_ROWS:]
        seconds = (ticks - ticks[0]) / stamps.per_second
        if not stamps.dated:
            seconds += float(ticks[0]) / stamps.per_second
        reason = find_repair(seconds, period=stamps.period, dated=stamps.dated)
        if reason is not None:
            raise ValueError(
                f"Column {self._layout.time!r} cannot be read in pieces: {reason}. Read the table "
                "without chunksize, which repairs the clock."
            )

    def _after_the_last(
        self, ticks: NDArray[Any], kept: NDArray[np.int64], name: str
    ) -> NDArray[np.int64]:
        """Return the rows later than the last piece."""
        if self._latest is None:
            return kept
        late = ticks[kept] <= self._latest
        remedy = self._layout.on_disorder
        if late.any() and remedy != "drop":
            refused = (
                " on_disorder='sort' orders samples only within a piece: read the table "
                "without chunksize, or pass 'drop' to leave them out."
                if remedy == "sort"
                else " Pass on_disorder='drop' to leave them out."
            )
            raise ValueError(
                f"Column {name!r} must increase from piece to piece, got {int(late.sum())} "
                f"samples not later than the piece before, which ends at {self._latest} "
                f"(the first: {ticks[kept][late][0]}).{refused}"
            )
        early: NDArray[np.int64] = kept[~late]
        return early

    def _seconds(self, stamps: Stamps | None, order: Order, first_row: int) -> NDArray[np.float64]:
        if stamps is None:
            if self._layout.sampling_rate is None:
                raise ValueError(
                    "sampling_rate must be given where time is None. If a column holds the times, "
                    "pass its name as time=."
                )
            # Samples left out leave their places empty.
            return (first_row + order.rows) / check_rate(self._layout.sampling_rate)
        first = int(order.rows[0])
        if self._origin is None:
            zero, self._start = stamps.zero(first)
            self._origin = stamps.ticks[first], zero
        if not stamps.dated:
            return order.seconds
        origin, zero = self._origin
        if order.plain:
            same = zero and stamps.kind == "since 1970"
            times = stamps.absolute() if same else stamps.since(origin)
            kept: NDArray[np.float64] = times[order.rows]
            return kept
        moved: NDArray[np.float64] = order.seconds - order.seconds[0] + zero
        return moved

    def _only_subject(self, values: pd.Series[Any]) -> Any:
        name = str(self._layout.subject)
        where = f"{self._facts['file']}: " if "file" in self._facts else ""
        found = only_value(values, name, where)
        if self._subject is not None and found != self._subject[0]:
            # The message is the same as for one piece with both subjects.
            only_value(pd.Series([self._subject[0], found], dtype=object), name, where)
        self._subject = (found,)
        return found
