"""Return a preparation as numbers, for programs in other languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.signal import sosfilt_zi

from sklearn_har.preparation import _frames, _gait, _resampling, _stages
from sklearn_har.preparation._preparation import Preparation
from sklearn_har.preparation._signals import SignalStage
from sklearn_har.utils._channels import check_names
from sklearn_har.utils._gaps import gap_limit
from sklearn_har.utils._numbers import check_rate


def preparation_coefficients(
    preparation: Preparation, channel_names: Sequence[str], *, max_rate: float = 240.0
) -> dict[str, Any]:
    """Return the coefficients with which a program in another language prepares samples.

    The result holds the coefficients of all filters, the window, and the thresholds of the search
    for the frame of the body. A program computes only the recursion over the samples and gets the
    windows of :meth:`Preparation.stream`. The page of :func:`~sklearn_har.export.to_web` is such a
    program.

    Parameters
    ----------
    preparation : Preparation
        How samples are prepared.
    channel_names : sequence of str
        The channels of the samples, in their order.
    max_rate : float, default=240.0
        The highest nominal rate of the samples, in Hz. Each whole factor of thinning up to it has
        an anti-aliasing filter of its own.

    Returns
    -------
    dict
        Numbers, texts, lists and dicts, fit for JSON:

        - ``sampling_rate`` in Hz, and ``least_rate`` in Hz, below which samples are refused;
        - ``max_gap`` in s, the longest step that is not an interruption. If it is None, the limit
          is ``gap_intervals`` sampling intervals of the samples or of the signals, whichever are
          longer;
        - ``channel_names``: the channels of the samples that are used, in the order of the filters.
          ``n_acceleration`` of them are accelerations in g, and the next ``n_angular_velocity``
          angular velocities in rad/s;
        - ``grid``: the interpolation, and ``anti_aliasing``, the filters by the factor of thinning;
        - ``noise``, ``gravity`` and ``drift``: each a filter or None. The noise filter is applied
          after the median of three samples. The outputs of the other two are subtracted;
        - ``window``: ``n_timesteps``, ``step`` and ``channel_names`` of the windows;
        - ``frame``: None, or the search for the frame of the body.

        A filter has second-order sections ``sos`` of shape (n_sections, 6) and ``zi`` of shape
        (n_sections, 2), the steady state for a signal of 1.

    Raises
    ------
    ValueError
        If a channel does not exist or a parameter is outside its range.

    See Also
    --------
    Preparation.to_dict : The parameters, from which Python makes the same preparation.

    Examples
    --------
    >>> from sklearn_har.preparation import Preparation, preparation_coefficients
    >>> names = ["acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"]
    >>> numbers = preparation_coefficients(Preparation(), names)
    >>> numbers["window"]["n_timesteps"], len(numbers["noise"]["sos"]), numbers["frame"]
    (128, 5, None)
    """
    names = check_names(channel_names, len(channel_names))
    rate = float(preparation.sampling_rate)
    highest = check_rate(max_rate, "max_rate")
    # This also checks all parameters and resolves the names of the channels.
    stream = preparation.stream(names, max(highest, rate))
    stage = preparation._signals(names, rate)
    most = _stages.GridResampler(rate, max(highest, rate)).factor
    return {
        "sampling_rate": rate,
        "max_gap": preparation.max_gap,
        # In sampling intervals, used if max_gap is None.
        "gap_intervals": gap_limit(1.0, None),
        "least_rate": rate / _resampling._MOST_UPSAMPLING,
        "channel_names": [names[i] for i in stage._columns],
        "n_acceleration": len(preparation.acceleration),
        "n_angular_velocity": len(preparation.angular_velocity),
        "grid": {
            "on_grid": _stages._ON_GRID,
            "same_rate": _stages._SAME_RATE,
            "longest_cubic": _stages._LONGEST_CUBIC,
            "anti_aliasing": {
                str(factor): _filter(_stages.GridResampler(rate, factor * rate)._sos)
                for factor in range(2, most + 1)
            },
        },
        **{
            name: None if low_pass is None else _filter(low_pass._sos)
            for name, low_pass in (
                ("noise", stage._noise),
                ("gravity", stage._gravity),
                ("drift", stage._drift),
            )
        },
        "window": {
            "n_timesteps": stream.n_timesteps,
            "step": stream.step,
            "channel_names": list(stream.channel_names),
        },
        "frame": None if preparation.frame == "device" else _frame(preparation, stage, rate),
    }


def _filter(sos: Any) -> dict[str, Any]:
    return {"sos": sos.tolist(), "zi": sosfilt_zi(sos).tolist()}


def _frame(preparation: Preparation, stage: SignalStage, rate: float) -> dict[str, Any]:
    length = round(_frames._WINDOW * rate)
    frequency = np.fft.rfftfreq(length, 1.0 / rate)
    low, high = _gait._STEPS
    return {
        "level": preparation.frame,
        "n_triads": stage.n_triads,
        "n_timesteps": length,
        "step": length // 2,
        "taper": np.hanning(length).tolist(),
        # Bins of the discrete Fourier transform of a window.
        "steps": np.flatnonzero((frequency > low) & (frequency < high)).tolist(),
        "moving": _gait._MOVING,
        "rhythm": _gait._RHYTHM,
        "quadrature": _gait._QUADRATURE,
        "steepest": _gait._STEEPEST,
        "gait_quadrature": _gait._GAIT_QUADRATURE,
        "gait_steepness": _gait._GAIT_STEEPNESS,
        "enough": _gait._ENOUGH,
        "axis_agrees": _gait._AXIS_AGREES,
        "sign_agrees": _gait._SIGN_AGREES,
        "other_up": _gait._OTHER_UP,
        "other_forward": _gait._OTHER_FORWARD,
        "memory": _gait._MEMORY,
        "every": _gait._EVERY,
        "same": _frames._SAME,
    }
