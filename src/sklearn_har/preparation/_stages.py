"""Compute signals from samples, by the same code for whole recordings and for streams.

A stage takes the samples of one uninterrupted part in pieces of any length and returns the output
that is already certain. `finish` ends the part, returns the rest and prepares the stage for the
next part. The output does not depend on the pieces, to the last bit: every operation is either
elementwise or one recursion over the samples.
"""

import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.signal import butter, cheby2, sosfilt, sosfilt_zi, sosfiltfilt

from sklearn_har.preparation._state import Stateful
from sklearn_har.utils._numbers import check_integer, check_real

Samples = NDArray[np.float64]

# Times nearer to the grid than this share of its step count as on it, because clocks round.
_ON_GRID = 1e-3
# A recording faster by at most this share needs no anti-aliasing: only frequencies within 2.5 % of
# the Nyquist frequency would alias, and movement has no power there.
_SAME_RATE = 0.05
# In sampling intervals. Across a longer step samples are missing, and a cubic could overshoot.
_LONGEST_CUBIC = 2.5
# Higher orders of a Butterworth filter need memory and add nothing.
_STEEPEST = 100


class LowPass(Stateful):
    """A causal low-pass filter that starts in the steady state of its first sample."""

    _optional = ("_zi",)

    def __init__(self, sos: NDArray[np.float64]) -> None:
        self._sos = sos
        self._zi: Samples | None = None

    def push(self, samples: Samples) -> Samples:
        if len(samples) == 0:
            return samples
        if self._zi is None:
            zi = sosfilt_zi(self._sos)
            self._zi = zi.reshape(zi.shape + (1,) * (samples.ndim - 1)) * samples[0]
        filtered: Samples
        filtered, self._zi = sosfilt(self._sos, samples, axis=0, zi=self._zi)
        return filtered

    def finish(self) -> None:
        self._zi = None


def low_pass(cutoff: float, sampling_rate: float, order: int, name: str = "cutoff") -> LowPass:
    """Check the parameters and make a Butterworth low-pass filter."""
    edge = check_real(
        cutoff,
        name,
        minimum=0.0,
        exclude_minimum=True,
        below=sampling_rate / 2,
        unit="Hz, below half the sampling rate",
    )
    degree = check_integer(order, "order", minimum=1, maximum=_STEEPEST)
    return LowPass(butter(degree, edge, fs=sampling_rate, output="sos"))


class MedianOfThree(Stateful):
    """Replace each sample by the median of itself and its neighbours; the edge sample counts
    twice."""

    _optional = ("_last",)

    def __init__(self) -> None:
        self._last: Samples | None = None

    def push(self, samples: Samples) -> Samples:
        if len(samples) == 0:
            return samples
        before = samples[:1] if self._last is None else self._last
        known = np.concatenate([before, samples])
        self._last = known[-2:]
        return _median(known)

    def finish(self) -> Samples | None:
        last, self._last = self._last, None
        return None if last is None else _median(np.concatenate([last, last[-1:]]))


def _median(samples: Samples) -> Samples:
    before, here, after = samples[:-2], samples[1:-1], samples[2:]
    low, high = np.minimum(before, here), np.maximum(before, here)
    return np.maximum(low, np.minimum(high, after))


class Interpolator(Stateful):
    """Interpolate samples at any times to times ``origin + j / rate``.

    It uses cubic Hermite interpolation; the slope at a sample is that of the parabola through it
    and its two neighbours. It is exact for samples on the grid, and needs only two samples after a
    grid point.
    """

    _optional = ("origin", "_next", "_time", "_samples")

    def __init__(self, rate: float, input_rate: float, origin: float | None = None) -> None:
        self._rate = rate
        self._longest = _LONGEST_CUBIC / input_rate
        self.origin = origin
        self._next: int | None = None
        self._time: Samples | None = None
        self._samples: Samples | None = None

    def push(self, time: NDArray[np.float64], samples: Samples) -> tuple[int, Samples]:
        """Return the number of the first new grid point, and the samples from there on."""
        if self._time is not None and self._samples is not None:
            time = np.concatenate([self._time, time])
            samples = np.concatenate([self._samples, samples])
        if len(time) == 0:
            return 0, samples
        if self.origin is None:
            self.origin = float(time[0])
        if self._next is None:
            self._next = math.ceil(self._steps(time[0]) - _ON_GRID)
        # The last interval waits for the next sample, which determines the slope at its end.
        end = math.floor(self._steps(time[max(len(time) - 2, 0)]) + _ON_GRID)
        if abs(self._steps(time[-1]) - (end + 1)) <= _ON_GRID:
            end += 1
        values = self._at(time, samples, end)
        # Two samples bound the next interval; the sample before them determines the slope.
        self._time, self._samples = time[-3:], samples[-3:]
        return values

    def finish(self) -> tuple[int, Samples] | None:
        """Return the rest up to the last sample; None if nothing was pushed."""
        time, samples = self._time, self._samples
        values = None
        if time is not None and samples is not None:
            values = self._at(time, samples, math.floor(self._steps(time[-1]) + _ON_GRID))
        self._next = self._time = self._samples = None
        return values

    def _steps(self, time: float) -> float:
        assert self.origin is not None
        return float((time - self.origin) * self._rate)

    def _at(self, time: NDArray[np.float64], samples: Samples, end: int) -> tuple[int, Samples]:
        """Interpolate from the next grid point up to `end`."""
        assert self._next is not None
        assert self.origin is not None
        first = self._next
        self._next = max(first, end + 1)
        at = self.origin + np.arange(first, end + 1) / self._rate
        i = np.maximum(np.searchsorted(time, at + _ON_GRID / self._rate, side="right") - 1, 0)
        values = samples[i]
        between = np.flatnonzero((at - time[i] > _ON_GRID / self._rate) & (i < len(time) - 1))
        if len(between):
            values[between] = self._hermite(time, samples, i[between], at[between])
        return first, values

    def _hermite(
        self, time: Samples, samples: Samples, i: NDArray[np.intp], at: Samples
    ) -> Samples:
        width = np.diff(time)
        secant = np.diff(samples, axis=0) / width[:, np.newaxis]
        slope = np.concatenate([secant[:1], secant[-1:]])
        if len(width) > 1:
            before, after = width[:-1, np.newaxis], width[1:, np.newaxis]
            inner = (secant[:-1] * after + secant[1:] * before) / (before + after)
            slope = np.concatenate([secant[:1], inner, secant[-1:]])
        h = width[i][:, np.newaxis]
        u = (at - time[i])[:, np.newaxis] / h
        low, high = samples[i], samples[i + 1]
        bend = (1 - u) * (slope[i] * h - (high - low)) - u * (slope[i + 1] * h - (high - low))
        bend[width[i] > self._longest] = 0.0
        return low + u * (high - low) + u * (1 - u) * bend


class GridResampler(Stateful):
    """Resample samples at any times to times ``origin + k / rate``, without aliasing.

    It interpolates onto a grid that is finer by a whole factor, so that a filter of fixed
    coefficients applies, and thins the output by the factor.
    """

    def __init__(
        self, rate: float, input_rate: float, origin: float | None = None, zero_phase: bool = False
    ) -> None:
        self.rate = rate
        self.factor = max(1, math.ceil(input_rate / rate - _SAME_RATE))
        self._fine = Interpolator(self.factor * rate, input_rate, origin)
        self._zero_phase = zero_phase
        self._sos = None
        if self.factor > 1:
            # Flat to 0.4 times the new rate, and 60 dB down where it would alias into that band.
            self._sos = cheby2(8, 60.0, 0.6 * rate, fs=self.factor * rate, output="sos")
        self._filter = LowPass(self._sos) if self._sos is not None and not zero_phase else None

    @property
    def origin(self) -> float | None:
        return self._fine.origin

    def push(self, time: NDArray[np.float64], samples: Samples) -> tuple[int, Samples]:
        """Return the number of the first new grid point, and the samples from there on."""
        return self._thin(*self._fine.push(time, samples))

    def finish(self) -> tuple[int, Samples] | None:
        """Return the rest up to the last sample; None if nothing was pushed."""
        rest = self._fine.finish()
        thinned = None if rest is None else self._thin(*rest)
        if self._filter is not None:
            self._filter.finish()
        return thinned

    def whole(self, time: NDArray[np.float64], samples: Samples) -> tuple[int, Samples]:
        """Resample a part at once."""
        first, values = self._fine.push(time, samples)
        rest = self._fine.finish()
        if rest is not None:
            values = np.concatenate([values, rest[1]])
        if self._zero_phase and self._sos is not None and len(values) > 1:
            # The default padding of scipy, if there are enough samples.
            padding = min(3 * (2 * len(self._sos) + 1), len(values) - 1)
            values = sosfiltfilt(self._sos, values, axis=0, padlen=padding)
        thinned = self._thin(first, values)
        if self._filter is not None:
            self._filter.finish()
        return thinned

    def _thin(self, first: int, values: Samples) -> tuple[int, Samples]:
        if self._filter is not None:
            values = self._filter.push(values)
        k = -(-first // self.factor)
        return k, values[k * self.factor - first :: self.factor]

    def _parts(self) -> dict[str, Any]:
        return {"grid": self._fine, "alias": self._filter}


def nearest(time: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the positions in `time` nearest to `at`, the earlier of two equally near."""
    if len(time) == 1:
        return np.zeros(len(at), dtype=np.intp)
    return np.searchsorted((time[:-1] + time[1:]) / 2, at, side="left")


class WindowBuffer(Stateful):
    """Keep the signals that later windows need.

    Windows begin at every `step`-th sample since the beginning of the stream, as in
    `segment_recording`; none crosses the end of a part.
    """

    _kept = ("_signals", "_position")
    _optional = ("_ahead",)

    def __init__(self, length: int, step: int, n_channels: int) -> None:
        self._length = length
        self._step = step
        self._signals = np.empty((0, n_channels), dtype=np.float32)
        # Samples are counted from the beginning of the stream; the grid points may have gaps.
        self._position = 0
        self._ahead: int | None = None

    @property
    def due(self) -> int | None:
        """The grid point that completes the next window; None before a part begins."""
        if self._ahead is None:
            return None
        return self._ahead + self._next() + self._length - 1

    def _next(self) -> int:
        return -(-self._position // self._step) * self._step

    def push(
        self, first: int, signals: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the first grid points of the new windows, and these windows."""
        known = np.concatenate([self._signals, signals.astype(np.float32)])
        if len(signals) and self._ahead is None:
            self._ahead = first - self._position
        begin = self._next()
        offset = begin - self._position
        n_windows = max(0, (len(known) - offset - self._length) // self._step + 1)
        starts = begin + self._step * np.arange(n_windows, dtype=np.int64)
        windows = np.empty((0, self._length, known.shape[1]), dtype=np.float32)
        if n_windows:
            every = sliding_window_view(known[offset:], self._length, axis=0)
            windows = np.moveaxis(every[:: self._step][:n_windows], -1, 1).copy()
        # Drop samples that no later window needs.
        passed = min(len(known), offset + n_windows * self._step)
        self._position += passed
        # A copy: a slice would keep the whole array in memory.
        self._signals = known[passed:].copy()
        return starts + (self._ahead or 0), windows

    def finish(self) -> None:
        """End the part and drop its remaining samples."""
        self._position += len(self._signals)
        self._signals = self._signals[:0].copy()
        self._ahead = None
