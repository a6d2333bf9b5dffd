"""Samples in the lines of a CSV file that is still being written."""

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
from sklearn_har.recordings._order import repair_needed
from sklearn_har.recordings._plausibility import oddities, warn_of_oddities
from sklearn_har.recordings._recording import Recording, typical_rate
from sklearn_har.recordings._ticks import PER_SECOND
from sklearn_har.recordings._units import convert

__all__ = ["LineReader"]

# Samples by which the rate is measured and the units are judged.
_FIRST = 100
# Samples in which a clock is watched for what cannot be put right on the way.
_WATCHED = 1000


class LineReader:
    """Read samples from a CSV file that is still being written, piece by piece.

    Pass the bytes as they arrive, in pieces of any size, and pass the samples on to
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
        From the name of a column to its unit, as in :func:`read_recording`.

    Attributes
    ----------
    sampling_rate : float or None
        Measured on the first samples, in Hz; None until it is known.
    channel_names : list of str
        Known together with `sampling_rate`.

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
    ) -> None:
        self._time, self._time_unit = time, time_unit
        self._channels, self._units = channels, dict(units or {})
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._header: str | None = None
        self._origin: Any = None
        self._at = np.empty(0)
        self._held: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        self._n_lines = 0
        self._notes: list[str] = []
        self.sampling_rate: float | None = None
        self.channel_names: list[str] = []

    def push(self, piece: bytes) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Take the next bytes of the file.

        Parameters
        ----------
        piece : bytes
            The bytes that were written since the last call, UTF-8.

        Returns
        -------
        lines : tuple of (ndarray, ndarray), or None
            Times in s and samples in g and rad/s, of shape (n_samples,) and (n_samples,
            n_channels), of the lines that are complete; None if there are none yet.
        """
        *lines, self._text = (self._text + self._decoder.decode(piece)).split("\n")
        return self._take(lines)

    def finish(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """End the input.

        Returns
        -------
        lines : tuple of (ndarray, ndarray), or None
            The samples that were held back, and those of a last line without a line end; None if
            there are none.
        """
        lines, self._text = [self._text + self._decoder.decode(b"", final=True)], ""
        rest = self._take(lines)
        return self._release() if self.sampling_rate is None else rest

    def _take(self, lines: list[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        lines = [line for line in (line.rstrip("\r") for line in lines) if line.strip()]
        if self._header is None and lines:
            self._header, lines = lines[0], lines[1:]
        if not lines:
            return None
        parsed = self._parse(lines)
        self._n_lines += len(lines)
        if self.sampling_rate is not None:
            return parsed
        self._held.append(parsed)
        return self._release() if self._n_lines >= _FIRST else None

    def _parse(self, lines: list[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        try:
            frame = _table(self._header or "", lines)
        except (pd.errors.ParserError, csv.Error) as error:
            raise ValueError(
                f"Lines {self._n_lines + 2} to {self._n_lines + 1 + len(lines)} must be rows of a "
                f"table with the columns {self._header!r}: {error}."
            ) from error
        if self._time not in frame.columns:
            raise ValueError(unknown_column("time", self._time, frame))
        if not self.channel_names:
            # By the first row alone: the choice must not depend on what came together with it.
            first = frame.iloc[:1].infer_objects()
            if self._channels is None:
                first = first.apply(pd.to_numeric, errors="coerce").dropna(axis="columns")
            self.channel_names = list(channel_columns(first, self._channels, {self._time}))
        stamps = to_seconds(frame[self._time], self._time, self._time_unit)
        if self._origin is None:
            self._origin, self._time_unit = stamps.ticks[0], stamps.unit
            self._notes = list(stamps.notes) if stamps.kind == "since 1970" else []
        at = stamps.since(self._origin) if stamps.kind == "date" else stamps.absolute()
        self._watch(at, stamps)
        samples = np.column_stack([numbers(frame, column) for column in self.channel_names])
        return at, convert(samples, [self._units.get(name) for name in self.channel_names])

    def _watch(self, at: NDArray[np.float64], stamps: Stamps) -> None:
        """Refuse a clock that only a whole file can put right."""
        self._at = np.concatenate([self._at, at])[-_WATCHED:]
        reason = repair_needed(self._at, period=stamps.period, dated=stamps.dated)
        if reason is not None and len(self._at) >= _FIRST:
            raise ValueError(
                f"Column {self._time!r} cannot be followed: {reason}. read_recording puts it right "
                "when the file is complete."
            )

    def _release(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Measure the rate of what was held back, look at it, and give it."""
        if not self._held:
            return None
        at = np.concatenate([time for time, _ in self._held])
        samples = np.concatenate([values for _, values in self._held])
        self._held = []
        # What is missing or late is the recogniser's matter.
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


def _table(header: str, lines: list[str]) -> pd.DataFrame:
    """Read lines of CSV; rows with more values than the header are a `ParserError`.

    pandas takes the values too many for an index, or with ``index_col=False`` warns that some are
    lost. To catch the warning, the filters of the whole process would have to be changed, which
    other threads may be doing as well; so the values are counted before.
    """
    (columns,) = csv.reader([header])
    for values in csv.reader(lines):
        # Each row may end in a comma.
        if len(values) > len(columns) + (values[-1] == ""):
            raise pd.errors.ParserError(
                f"expected {len(columns)} values, got {len(values)} in {values}"
            )
    return pd.read_csv(io.StringIO("\n".join([header, *lines])), index_col=False)
