"""Counts of a movement that is repeated: steps, strokes, squats."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import butter, correlate, find_peaks, sosfiltfilt
from sklearn.utils import Bunch

from sklearn_har.utils._numbers import check_rate, check_real
from sklearn_har.utils._samples import check_recording

__all__ = ["count_repetitions"]

Floats = NDArray[np.float64]

# Left and right differ, so that a stride resembles the next one more than a step does. The shortest
# lag that is this good, compared to the best one, is the period: then the repetitions hold at least
# 70 % of the power, and what two of them do not have in common the rest. On level walking of HAPT
# everything from 0.3 to 0.5 gives the same steps; at 0.7 every fifth walk is counted in strides.
_GOOD_ENOUGH = 0.4
# Between two repetitions lies at least this part of a period.
_MIN_DISTANCE = 0.6
# A repetition swings by at least this many times the standard deviation of the signal.
_MIN_SWING = 0.5
# The periods that an interval must hold before its autocorrelation means anything.
_MIN_PERIODS = 2.0


def count_repetitions(
    signal: ArrayLike,
    sampling_rate: float,
    *,
    min_rate: float = 0.5,
    max_rate: float = 3.5,
    min_confidence: float = 0.4,
) -> Bunch:
    """Count how often a movement is repeated within a stretch of one activity.

    The autocorrelation of the signal tells its period [1]_; then the peaks of the signal that are
    at least 0.6 of it apart are counted, so that a rate which drifts does no harm.

    Parameters
    ----------
    signal : array-like of shape (n_samples,) or (n_samples, n_axes)
        One stretch of one activity without breaks. Of several axes the Euclidean norm is taken,
        which does not depend on how the device is worn: of the total acceleration in g it is, but
        for small terms, the vertical one, which repeats with each step. Do not take the norm of
        body acceleration: without gravity it peaks at both turning points of a swing.
    sampling_rate : float
        In Hz.
    min_rate, max_rate : float, default=0.5, 3.5
        Lowest and highest rate of repetition to look for, in Hz. The default is that of steps and
        of most exercises; narrow it where the rate is roughly known.
    min_confidence : float, default=0.4
        Below this confidence nothing repeats itself: `count` is 0 and `rate` NaN.

    Returns
    -------
    repetitions : Bunch
        With the fields

        count : int
            Number of repetitions.
        rate : float
            Their mean rate in Hz, from the first to the last. NaN if nothing repeats itself.
        confidence : float
            Autocorrelation of the signal at a lag of one period, from 0 (noise) to 1 (each
            repetition is as the one before).
        peak_times : ndarray of float64 of shape (count,)
            Time of each repetition in s from the first sample.

    See Also
    --------
    sklearn_har.timeline.make_timeline : Which activity there was from when to when.

    Notes
    -----
    A walk has two periods, the step and the stride of two steps. The norm of the acceleration of
    the trunk repeats, more or less, with the step, a sideways axis with the stride. A shorter
    period is taken in place of a longer one that fits better if it makes up 70 % of the power below
    `max_rate`. For strides narrow the rates to theirs.

    The start and the end of a stretch may cut a repetition, so that a count is only certain to
    about 1.

    On HAPT the default confidence is reached by all stretches of level walking, by 96 % of those on
    stairs, and by one in twelve at rest, where people breathe and sway. In the short noise looks
    periodic by chance: white noise of 10 s passes once in a hundred times, of 5 s once in ten.

    References
    ----------
    .. [1] Moe-Nilssen, Helbostad, "Estimation of gait cycle characteristics by trunk
       accelerometry", Journal of Biomechanics 37 (2004), 121-126,
       :doi:`10.1016/S0021-9290(03)00233-1`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.segmentation import count_repetitions
    >>> t = np.arange(500) / 50.0  # ten seconds
    >>> steps = count_repetitions(1.0 + 0.3 * np.sin(2 * np.pi * 1.8 * t), sampling_rate=50.0)
    >>> steps.count, f"{steps.rate:.2f} Hz"
    (18, '1.80 Hz')
    """
    rate = check_rate(sampling_rate)
    slowest = check_real(
        min_rate, "min_rate", minimum=0.0, exclude_minimum=True, below=rate / 2, unit="Hz"
    )
    fastest = check_real(
        max_rate,
        "max_rate",
        minimum=slowest,
        exclude_minimum=True,
        below=rate / 2,
        unit="Hz, above min_rate and below half the sampling rate",
    )
    threshold = check_real(min_confidence, "min_confidence", minimum=0.0)
    samples = check_recording(signal, "signal").astype(np.float64)
    if not np.isfinite(samples).all():
        raise ValueError(
            "signal must be finite, got NaN or infinity. Interpolate what is missing, or count the "
            "parts before and after it separately."
        )
    needed = int(np.ceil(_MIN_PERIODS * rate / fastest)) + 1
    if len(samples) < needed:
        raise ValueError(
            f"signal must hold at least two periods of max_rate={fastest:g} Hz, {needed} samples "
            f"at {rate:g} Hz, got {len(samples)}."
        )
    course = samples[:, 0] if samples.shape[1] == 1 else np.linalg.norm(samples, axis=1)
    # Jolts and overtones above the highest rate are no repetitions of their own.
    course = _filter(_filter(course - course.mean(), slowest / 2, None, rate), None, fastest, rate)
    lag, confidence = _period(course, rate / fastest, rate / slowest)
    if lag is None or confidence < threshold:
        return Bunch(count=0, rate=np.nan, confidence=confidence, peak_times=np.empty(0))
    # Overtones make several peaks of one repetition; the fundamental has one.
    smooth = _filter(course, None, 1.5 * rate / lag, rate)
    peaks, _ = find_peaks(
        smooth, distance=max(_MIN_DISTANCE * lag, 1.0), prominence=_MIN_SWING * smooth.std()
    )
    # The mean over the stretch, of which the autocorrelation knows the most frequent one only.
    found = rate * (len(peaks) - 1) / (peaks[-1] - peaks[0]) if len(peaks) > 1 else rate / lag
    return Bunch(
        count=len(peaks), rate=float(found), confidence=confidence, peak_times=peaks / rate
    )


def _filter(course: Floats, low: float | None, high: float | None, rate: float) -> Floats:
    """Butterworth filter without lag: above `low`, or below `high`, in Hz."""
    edge, kind = (low, "highpass") if high is None else (min(high, 0.45 * rate), "lowpass")
    sos = butter(2, edge, kind, fs=rate, output="sos")
    # As long as the filter remembers, yet never longer than the signal.
    pad = min(round(1.5 * rate / edge), len(course) - 1)  # type: ignore[operator]
    return np.asarray(sosfiltfilt(sos, course, padlen=pad))


def _period(course: Floats, shortest: float, longest: float) -> tuple[float | None, float]:
    """Lag of the period in samples, None if there is none, and the autocorrelation there."""
    n_samples = len(course)
    power = float(course @ course)
    # What is left of a constant after the filter is rounding.
    if power <= n_samples * np.finfo(np.float64).eps ** 2:
        return None, 0.0
    full = correlate(course, course, mode="full", method="fft")[n_samples - 1 :]
    # At large lags few products are left, and their mean says little.
    top = min(int(np.ceil(longest)) + 2, int(n_samples / _MIN_PERIODS) + 2, n_samples - 1)
    # By the power of the whole: by that of the parts that overlap, a rest beside one jolt would
    # seem to repeat itself.
    similar = full[:top] / power * n_samples / (n_samples - np.arange(top))
    peaks, _ = find_peaks(similar)
    peaks = peaks[(peaks >= shortest - 0.5) & (peaks <= longest + 0.5)]
    if not len(peaks):
        return None, 0.0
    heights = similar[peaks]
    best = int(peaks[np.argmax(heights >= _GOOD_ENOUGH * heights.max())])
    before, at, after = similar[best - 1 : best + 2]
    # The parabola through three samples: the period is no whole number of them.
    shift = 0.5 * (before - after) / (before - 2.0 * at + after)
    return best + shift, float(np.clip(at, 0.0, 1.0))
