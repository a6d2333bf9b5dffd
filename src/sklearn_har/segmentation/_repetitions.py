"""Count the repetitions of a movement, such as steps, strokes or squats.

`scipy.signal.find_peaks` finds peaks, not the period or whether there is one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import butter, correlate, find_peaks, sosfiltfilt
from sklearn.utils import Bunch

from sklearn_har.utils._numbers import check_rate, check_real
from sklearn_har.utils._samples import check_recording

Floats = NDArray[np.float64]

# Left and right differ, so a stride resembles the next one more than a step does. The period is the
# shortest lag that is this good compared to the best one; the repetitions then hold at least 70 %
# of the power. On level walking of HAPT, 0.3 to 0.5 give the same steps; at 0.7, every fifth walk
# is counted in strides.
_GOOD_ENOUGH = 0.4
# In periods: the shortest distance between two repetitions.
_MIN_DISTANCE = 0.6
# In standard deviations of the signal: the smallest swing of a repetition.
_MIN_SWING = 0.5
# The autocorrelation is meaningful only if an interval holds this many periods.
_MIN_PERIODS = 2.0


def count_repetitions(
    signal: ArrayLike,
    sampling_rate: float,
    *,
    min_rate: float = 0.5,
    max_rate: float = 3.5,
    min_confidence: float = 0.4,
) -> Bunch:
    """Count the repetitions of a movement within one activity.

    The autocorrelation of the signal gives its period [1]_. The function then counts the peaks that
    are at least 0.6 periods apart, so a slowly changing rate does no harm.

    Parameters
    ----------
    signal : array-like of shape (n_samples,) or (n_samples, n_axes)
        One activity without breaks. Several axes are reduced to their Euclidean norm, which does
        not depend on the orientation of the device. For total acceleration in g, the norm is nearly
        the vertical component, which repeats with each step. Do not use body acceleration: its norm
        peaks at both turning points of a swing.
    sampling_rate : float
        In Hz.
    min_rate, max_rate : float, default=0.5, 3.5
        The range of rates to look for, in Hz. The default covers steps and most exercises; narrow
        it if you roughly know the rate.
    min_confidence : float, default=0.4
        With a lower confidence there are no repetitions: `count` is 0 and `rate` NaN.

    Returns
    -------
    repetitions : Bunch
        The result, with the fields

        count : int
            Number of repetitions.
        rate : float
            Their mean rate in Hz, from the first to the last. NaN without repetitions.
        confidence : float
            Autocorrelation of the signal at a lag of one period, from 0 (noise) to 1 (identical
            repetitions).
        peak_times : ndarray of float64 of shape (count,)
            Time of each repetition, in s from the first sample.

    See Also
    --------
    sklearn_har.timeline.make_timeline : Find the intervals of each activity.

    Notes
    -----
    Walking has two periods, the step and the stride of two steps. The norm of the acceleration of
    the trunk repeats with the step, a sideways axis with the stride. A shorter period replaces a
    better one if it makes up 70 % of the power below `max_rate`. To count strides, narrow the
    rates.

    A repetition may be cut at the start or the end, so a count is accurate to about 1.

    On HAPT, the default confidence is reached by all level walking, by 96 % of stairs, and by one
    in twelve intervals at rest, where people breathe and sway. Short noise may look periodic by
    chance: white noise passes once in a hundred times with 10 s, and once in ten with 5 s.

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
    # Jolts and overtones above the highest rate are not repetitions.
    course = _filter(_filter(course - course.mean(), slowest / 2, None, rate), None, fastest, rate)
    lag, confidence = _period(course, rate / fastest, rate / slowest)
    if lag is None or confidence < threshold:
        return Bunch(count=0, rate=np.nan, confidence=confidence, peak_times=np.empty(0))
    # Overtones give several peaks per repetition; the fundamental gives one.
    smooth = _filter(course, None, 1.5 * rate / lag, rate)
    peaks, _ = find_peaks(
        smooth, distance=max(_MIN_DISTANCE * lag, 1.0), prominence=_MIN_SWING * smooth.std()
    )
    # The mean rate; the autocorrelation gives only the most frequent one.
    found = rate * (len(peaks) - 1) / (peaks[-1] - peaks[0]) if len(peaks) > 1 else rate / lag
    return Bunch(
        count=len(peaks), rate=float(found), confidence=confidence, peak_times=peaks / rate
    )


def _filter(course: Floats, low: float | None, high: float | None, rate: float) -> Floats:
    """Apply a Butterworth filter without lag: above `low` or below `high`, in Hz."""
    edge, kind = (low, "highpass") if high is None else (min(high, 0.45 * rate), "lowpass")
    sos = butter(2, edge, kind, fs=rate, output="sos")
    # As long as the memory of the filter, but not longer than the signal.
    pad = min(round(1.5 * rate / edge), len(course) - 1)  # type: ignore[operator]
    return np.asarray(sosfiltfilt(sos, course, padlen=pad))


def _period(course: Floats, shortest: float, longest: float) -> tuple[float | None, float]:
    """Return the period in samples, None without one, and the autocorrelation there."""
    n_samples = len(course)
    power = float(course @ course)
    # After the filter, a constant is only rounding.
    if power <= n_samples * np.finfo(np.float64).eps ** 2:
        return None, 0.0
    full = correlate(course, course, mode="full", method="fft")[n_samples - 1 :]
    # At large lags, the mean is over few products and unreliable.
    top = min(int(np.ceil(longest)) + 2, int(n_samples / _MIN_PERIODS) + 2, n_samples - 1)
    # Normalised by the power of the whole signal: with that of the overlap, rest beside one jolt
    # would look periodic.
    similar = full[:top] / power * n_samples / (n_samples - np.arange(top))
    peaks, _ = find_peaks(similar)
    peaks = peaks[(peaks >= shortest - 0.5) & (peaks <= longest + 0.5)]
    if not len(peaks):
        return None, 0.0
    heights = similar[peaks]
    best = int(peaks[np.argmax(heights >= _GOOD_ENOUGH * heights.max())])
    before, at, after = similar[best - 1 : best + 2]
    # A parabola through three samples: the period need not be a whole number of samples.
    shift = 0.5 * (before - after) / (before - 2.0 * at + after)
    return best + shift, float(np.clip(at, 0.0, 1.0))
