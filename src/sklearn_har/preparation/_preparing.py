"""Prepare one recording by a function, and check arguments that give a preparation."""

from __future__ import annotations

from numpy.typing import ArrayLike

from sklearn_har.preparation._preparation import PRESETS, Preparation
from sklearn_har.preparation._resampling import as_recording
from sklearn_har.recordings import Recording


def prepare_recording(
    recording: Recording | ArrayLike,
    preparation: Preparation | str | None = None,
    *,
    time: ArrayLike | None = None,
    original_rate: float | None = None,
    labels: ArrayLike | None = None,
    breaks: ArrayLike = (),
) -> Recording:
    """Prepare one recording, as :meth:`Preparation.transform` does.

    Parameters
    ----------
    recording : Recording or array-like of shape (n_samples, n_channels)
        Accelerations in g, including gravity, and angular velocities in rad/s. An array needs
        `time` or `original_rate`.
    preparation : Preparation or str, default=None
        The preparation, or the name of a preset; None for that of UCI HAR.
    time, original_rate, labels, breaks : default=None
        The description of an array, as in :func:`resample_recording`.

    Returns
    -------
    prepared : Recording
        The accelerations, body accelerations and angular velocities, in this order, as float32,
        with labels, breaks and times for :func:`~sklearn_har.segmentation.segment_recording`.

    Raises
    ------
    ValueError
        If a channel does not exist or a parameter is outside its range.

    See Also
    --------
    Preparation : The parameters, and many recordings at once.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.preparation import prepare_recording
    >>> prepared = prepare_recording(np.zeros((500, 6)), original_rate=100.0)
    >>> prepared.sampling_rate, prepared.samples.shape
    (50.0, (250, 9))
    """
    source = as_recording(recording, time, original_rate, labels, breaks)
    return check_preparation(preparation).transform([source])[0]


def check_preparation(preparation: Preparation | str | None) -> Preparation:
    """Return a preparation from an argument of that name.

    Parameters
    ----------
    preparation : Preparation, str or None
        A preparation, the name of a preset as in :meth:`Preparation.from_preset`, or None for the
        defaults.

    Returns
    -------
    Preparation
        The object given, or a new one.

    Raises
    ------
    TypeError, ValueError
        If it is none of these, or the preset does not exist.

    Examples
    --------
    >>> from sklearn_har.preparation import check_preparation
    >>> check_preparation("accelerometer")
    Preparation(angular_velocity=())
    """
    if preparation is None:
        return Preparation()
    if isinstance(preparation, str):
        return Preparation.from_preset(preparation)
    if not isinstance(preparation, Preparation):
        raise TypeError(
            f"preparation must be a Preparation, one of {sorted(PRESETS)}, or None, got "
            f"{preparation!r}."
        )
    return preparation
