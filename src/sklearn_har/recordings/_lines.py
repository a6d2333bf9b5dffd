"""Read samples from a CSV file that is still being written.

`pandas.read_csv` ends at the end of the file, also with `chunksize`.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.recordings._clock import Stamps, TimeUnit, rate_notes, to_seconds
from sklearn_har.recordings._columns import channel_columns, numbers, unknown_column
from sklearn_har.recordings._gravity import (
    Platform,
    check_gravity,
    sums_with_gravity,
    units_with_gravity,
    with_gravity_columns,
)
from sklearn_har.recordings._kinds import convert
from sklearn_har.recordings._order import find_repair
from sklearn_har.recordings._plausibility import oddities, warn_of_oddities
from sklearn_har.recordings._recording import Recording, typical_rate
from sklearn_har.recordings._rows import fields_of
from sklearn_har.recordings._sniffing import DATE
from sklearn_har.recordings._ticks import PER_SECOND
from sklearn_har.utils._validation import did_you_mean

# The first samples determine the rate and the units.
_FIRST = 100
# During the first samples, the clock is checked for faults that only a whole file can repair.
_WATCHED = 1000


class LineReader:
    """Read samples from a CSV file that is still being written, piece by piece.

    Pass the bytes as they arrive, in pieces of any size, and the samples to
    :meth:`StreamingRecognizer.push <sklearn_har.recognition.StreamingRecognizer.push>`. The first
    samples are held back until their rate is known.

    Parameters
    ----------
    time : str, default="time"
        Name of the column with the times.
    time_unit : {"s", "ms", "us", "ns", "datetime"}, default=None
        Unit of the times, as in :func:`read_recording`.
    channels : sequence of str, default=None
        Names of the columns with the samples. None for the columns with a number in the first
        row.
    units : mapping of str to str, default=None
        The unit of each column by name, as in :func:`read_recording`.
    read_options : mapping of str to object, default=None
        The format of the text: "sep", "decimal" and "encoding" as for :func:`pandas.read_csv`, the
        number of lines to skip as "skiprows", and "names" for text without them.
    gravity : mapping of str to str, default=None
        The column of gravity for each acceleration without it, as in :func:`read_recording`.
    platform : {"android", "ios"}, default=None
        The sign convention of gravity.

    Attributes
    ----------
    sampling_rate : float or None
        The rate of the first samples, in Hz; None until it is known.
    channel_names : list of str
        The names of the channels, known together with `sampling_rate`.
    n_left_out : int
        Number of lines that are not rows of the table and were left out: messages of the device,
        broken lines, and repeated headers.

    See Also
    --------
    read_recording : Read a whole file.
    sklearn_har.recognition.StreamingRecognizer : Recognise activities in the samples.

    Examples
    --------
    >>> from sklearn_har.recordings import LineReader
    >>> reader = LineReader()
    >>> reader.push(b"time,x\\n0.0,0.5\\n0.5,1.0\\n1.0,")
    >>> reader.push(b"0.25\\n")
    >>> time, samples = reader.finish()
    >>> time.tolist(), samples.tolist(), reader.sampling_rate
    ([0.0, 0.5, 1.0], [[0.5], [1.0], [0.25]], 2.0)
    """

    def __init__(
        self,
        *,
        time: str = "time",
        time_unit: TimeUnit | None = None,
        channels: Sequence[str] | None = None,
        units: Mapping[str, str] | None = None,
        read_options: Mapping[str, Any] | None = None,
        gravity: Mapping[str, str] | None = None,
        platform: Platform | None = None,
    ) -> None:
        check_gravity(gravity, platform)
        self._gravity, self._platform = dict(gravity or {}), platform
        self._time, self._time_unit = time, time_unit
        self._channels, self._units = channels, dict(units or {})
        text: dict[str, Any] = {
            "sep": ",",
            "decimal": ".",
            "encoding": "utf-8-sig",
            "skiprows": 0,
            "names": None,
        }
        for name in set(read_options or {}) - {"header"}:
            if name not in text:
                raise ValueError(
                    f"read_options must be of {sorted(text)} for lines, got {name!r}"
                    f"{did_you_mean(name, text)}."
                )
        text |= read_options or {}
        self._separator: str | None = None if text["sep"] == r"\s+" else text["sep"]
        self._decimal: str = text["decimal"]
        self._n_skipped: int = text["skiprows"]
        # A line with transmission errors must not stop the reading.
        self._decoder = codecs.getincrementaldecoder(text["encoding"])(errors="replace")
        self._text = ""
        self._names: list[str] | None = text["names"] and list(text["names"])
        self._first_line: str | None = None
        self._first_odd: str | None = None
        self._has_dates = False
        self._origin: Any = None
        self._at = np.empty(0)
        self._columns_read: list[str] = []
        self._held: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        self._n_lines = 0
        self._notes: list[str] = []
        self._numeric: list[int] = []
        self.n_left_out = 0
        self.sampling_rate: float | None = None
        self.channel_names: list[str] = []

    def push(self, piece: bytes) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Take the next bytes of the file.

        Parameters
        ----------
        piece : bytes
            The bytes written since the last call, UTF-8.

        Returns
        -------
        lines : tuple of (ndarray, ndarray), or None
            Times in s and samples in g and rad/s of the complete lines, of shape (n_samples,) and
            (n_samples, n_channels); None if there are none yet.
        """
        *lines, self._text = (self._text + self._decoder.decode(piece)).split("\n")
        return self._take(lines)

    def finish(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """End the input.

        Returns
        -------
        lines : tuple of (ndarray, ndarray), or None
            The samples that were held back, and those of a last line without a line end; None
            without any.
        """
        lines, self._text = [self._text + self._decoder.decode(b"", final=True)], ""
        rest = self._take(lines)
        if not self._n_lines and self.n_left_out:
            self._refuse_other_text(0)
        return self._release() if self.sampling_rate is None else rest

    def _take(self, lines: list[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        lines = [line for line in (line.rstrip("\r") for line in lines) if line.strip()]
        skipped, self._n_skipped = self._n_skipped, max(self._n_skipped - len(lines), 0)
        rows = [row for line in lines[skipped:] if (row := self._row_of(line)) is not None]
        if not self._n_lines:
            self._refuse_other_text(_FIRST)
        if not rows:
            return None
        parsed = self._parse(rows)
        self._n_lines += len(rows)
        if self.sampling_rate is not None:
            return parsed
        self._held.append(parsed)
        return self._release() if self._n_lines >= _FIRST else None

    def _row_of(self, line: str) -> list[str] | None:
        """Return the values in a line; None for the header and for a line that is not a row."""
        try:
            values = [value.strip() for value in fields_of(line, self._separator)]
        except csv.Error:
            values = []
        if self._names is None:
            self._first_line = self._first_line or line
            if self._time in values:
                self._names = values[:-1] if values[-1] == "" else values
            elif _is_number(values[0] if values else "", self._decimal):
                raise ValueError(
                    unknown_column("time", self._time, pd.DataFrame(columns=self._columns()))
                )
            else:
                self._leave_out(line)
            return None
        if len(values) == len(self._names) + 1 and values[-1] == "":
            values = values[:-1]
        if len(values) == len(self._names) and values != self._names:
            # Missing values are empty strings.
            numeric = [_is_number(value or "0", self._decimal) for value in values]
            self._numeric = self._numeric or [i for i, is_one in enumerate(numeric) if is_one]
            if self._numeric and all(numeric[i] for i in self._numeric) and self._is_time(values):
                return values
        self._leave_out(line)
        return None

    def _is_time(self, values: list[str]) -> bool:
        at = (self._names or []).index(self._time) if self._time in (self._names or []) else None
        if at is None:
            return True
        if at in self._numeric:
            return bool(values[at]) and np.isfinite(_number(values[at], self._decimal))
        self._has_dates = self._has_dates or DATE.fullmatch(values[at]) is not None
        return not self._has_dates or DATE.fullmatch(values[at]) is not None

    def _columns(self) -> list[str]:
        return [name.strip() for name in fields_of(self._first_line or "", self._separator)]

    def _leave_out(self, line: str) -> None:
        self.n_left_out += 1
        self._first_odd = self._first_odd or line

    def _refuse_other_text(self, n_allowed: int) -> None:
        if self.n_left_out > n_allowed:
            columns = f" with the columns {self._names}" if self._names else ""
            raise ValueError(
                f"the input must be rows of a table{columns}, got {self.n_left_out} other lines, "
                f"the first of them {self._first_odd!r:.80}."
            )

    def _parse(self, rows: list[list[str]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        text = io.StringIO("\n".join("\t".join(row) for row in [self._names or [], *rows]))
        frame = pd.read_csv(text, sep="\t", decimal=self._decimal, quoting=csv.QUOTE_NONE)
        if self._time not in frame.columns:
            raise ValueError(unknown_column("time", self._time, frame))
        if not self.channel_names:
            # Only the first row counts, so that the choice does not depend on the size of the
            # piece.
            first = frame.iloc[:1].infer_objects()
            if self._channels is None:
                first = first.apply(pd.to_numeric, errors="coerce").dropna(axis="columns")
            names = channel_columns(first, self._channels, {self._time})
            self._columns_read = list(with_gravity_columns(names, self._gravity, first.columns))
            self._units = units_with_gravity(self._units, self._gravity)
            fallen = set(self._gravity.values())
            self.channel_names = [name for name in self._columns_read if name not in fallen]
        stamps = to_seconds(frame[self._time], self._time, self._time_unit)
        if self._origin is None:
            self._origin, self._time_unit = stamps.ticks[0], stamps.unit
            self._notes = list(stamps.notes) if stamps.kind == "since 1970" else []
        at = stamps.since(self._origin) if stamps.kind == "date" else stamps.absolute()
        self._watch(at, stamps)
        columns = self._columns_read
        samples = np.column_stack([numbers(frame, column) for column in columns])
        samples = convert(samples, [self._units.get(name) for name in columns])
        if self._platform is not None:
            moving = [columns.index(column) for column in self._gravity]
            falling = [columns.index(column) for column in self._gravity.values()]
            samples, _ = sums_with_gravity(samples, moving, falling, self._platform)
        return at, samples

    def _watch(self, at: NDArray[np.float64], stamps: Stamps) -> None:
        """Raise an error for a clock that only a whole file can repair."""
        self._at = np.concatenate([self._at, at])[-_WATCHED:]
        reason = find_repair(self._at, period=stamps.period, dated=stamps.dated)
        if reason is not None and len(self._at) >= _FIRST:
            raise ValueError(
                f"Column {self._time!r} cannot be followed: {reason}. read_recording repairs it "
                "when the file is complete."
            )

    def _release(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Measure the rate of the samples held back, check them, and return them."""
        if not self._held:
            return None
        at = np.concatenate([time for time, _ in self._held])
        samples = np.concatenate([values for _, values in self._held])
        self._held = []
        # The recognizer handles missing and late samples.
        whole = np.flatnonzero(np.isfinite(samples[:_FIRST]).all(axis=1))
        latest = np.maximum.accumulate(at[whole])
        whole = whole[np.diff(latest, prepend=-np.inf) > 0]
        if len(whole) < 2:
            raise ValueError(
                f"the input must hold at least two whole samples at different times, got "
                f"{len(whole)} among the first {min(len(at), _FIRST)} rows."
            )
        self.sampling_rate = typical_rate(at[whole])
        unit = self._time_unit
        if unit is not None and unit != "datetime":
            self._notes += rate_notes(at[whole] * PER_SECOND[unit], self._time, unit)
        look = Recording(
            samples[whole],
            at[whole],
            sampling_rate=self.sampling_rate,
            channel_names=self.channel_names,
        )
        warn_of_oddities({"clock": self._notes} | oddities(look, self._units))
        return at, samples


def _number(value: str, decimal: str) -> float:
    return float(value.replace(decimal, "."))


def _is_number(value: str, decimal: str) -> bool:
    try:
        _number(value, decimal)
    except ValueError:
        return False
    return True
