"""Functions for recordings and windows: prepare them, and find the frame of the body."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.preparation._frames import BodyFrame, check_frame_rate, rotation_into, turn
from sklearn_har.preparation._gait import SHORTEST, directions_of, gait_rows
from sklearn_har.preparation._preparation import PRESETS, Preparation
from sklearn_har.preparation._resampling import as_recording
from sklearn_har.recordings import Recording
from sklearn_har.utils._arrays import one_each
from sklearn_har.utils._validation import check_choice
from sklearn_har.utils._warnings import warn_of_recording, warn_of_unknown_frames


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


def estimate_body_frame(
    recording: Recording, preparation: Preparation | str | None = None
) -> BodyFrame:
    """Find the directions up and forward of the person who wears a device, without labels.

    Both come from walking. Up is the direction of gravity. Forward is where horizontal
    acceleration is in quadrature with vertical acceleration at the frequency of the steps, as in an
    inverted pendulum. Only windows of level walking contribute to forward, so stairs, running,
    standing and sitting do no harm.

    Parameters
    ----------
    recording : Recording
        Raw, with three accelerations in g, including gravity. Angular velocities are not needed.
    preparation : Preparation or str, default=None
        Gives the channels of `acceleration` and the sampling rate. None for the first three
        channels at 50 Hz.

    Returns
    -------
    BodyFrame
        The frame of the whole recording. With less than 17 s of level walking, `known` is "up";
        with less than 17 s of gait, it is "none".

    Raises
    ------
    TypeError, ValueError
        If `recording` is not a Recording, or lacks three accelerations.

    Warns
    -----
    RecordingWarning
        If the device was repositioned during the recording. The frame with the most walking is
        returned, with its `start` and `end`. :meth:`Preparation.body_frames` returns all.

    See Also
    --------
    Preparation : With ``frame="body"``, signals are in this frame.
    align_windows : The same for windows.

    Notes
    -----
    The method uses the unlabelled movement of the person to be recognised. State this with any
    accuracy that you report.

    Walking downstairs has the opposite sign, so a recording of it alone may get a forward that
    points backwards. Few of its windows look like level walking: of 72 such trials in a trouser
    pocket (MotionSense), 8 got a frame and 52 "up" alone.

    References
    ----------
    .. [1] Mizell, D. (2003). Using gravity to estimate accelerometer orientation. ISWC, 252-253.
       :doi:`10.1109/ISWC.2003.1241424`
    .. [2] Kunze, K., Lukowicz, P., Partridge, K., & Begole, B. (2009). Which way am I facing:
       inferring horizontal device orientation from an accelerometer signal. ISWC, 149-150.
       :doi:`10.1109/ISWC.2009.33`

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.datasets import make_har_recordings
    >>> from sklearn_har.preparation import estimate_body_frame
    >>> recording = make_har_recordings(n_subjects=1, random_state=0).recordings[0]
    >>> frame = estimate_body_frame(recording)
    >>> frame.known
    'body'
    >>> f"x of the phone is {np.degrees(np.arccos(frame.up[0])):.0f} degrees from up"
    'x of the phone is 6 degrees from up'
    """
    if not isinstance(recording, Recording):
        raise TypeError(f"recording must be a Recording, got {recording!r:.80}.")
    frames = check_preparation(preparation).body_frames(recording)
    best = max(frames, key=lambda frame: (frame.known == "body", frame.walking))
    if len(frames) > 1:
        warn_of_recording(
            f"the device was repositioned {len(frames) - 1} time(s): the frame holds from "
            f"{best.start:.0f} to {best.end:.0f} s. Preparation.body_frames returns all frames."
        )
    return best


def align_windows(
    X: ArrayLike,
    recording: ArrayLike,
    *,
    sampling_rate: float = 50.0,
    frame: Literal["upright", "body"] = "body",
) -> NDArray[np.floating]:
    """Rotate windows into the frame of the body, recording by recording.

    Parameters
    ----------
    X : array-like of shape (n_windows, n_timesteps, n_channels)
        The first three channels are accelerations in g, including gravity. Each three channels are
        a vector in the same axes, such as the nine of UCI HAR; one or two remaining channels stay
        as they are.
    recording : array-like of shape (n_windows,)
        The recording of each window, in which the device is worn in one way: `recording` of
        :func:`~sklearn_har.datasets.fetch_uci_har`, for example.
    sampling_rate : float, default=50.0
        In Hz.
    frame : {"upright", "body"}, default="body"
        As in :class:`Preparation`.

    Returns
    -------
    aligned : ndarray of shape (n_windows, n_timesteps, n_channels + 1)
        The first axis is up, the second forward and the third left. The last channel is 1, or 0
        for windows that stay unchanged because the frame of their recording is unknown.

    Raises
    ------
    ValueError
        If shapes do not agree, windows are shorter than 2 s, or an argument is outside its range.

    Warns
    -----
    RecordingWarning
        If the frame of a recording is unknown.

    See Also
    --------
    estimate_body_frame : Find the frame of one recording.

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.preparation import align_windows
    >>> windows = make_har_windows(n_subjects=2, n_windows_per_activity=30, random_state=0)
    >>> align_windows(windows.data, windows.subject).shape
    (360, 128, 10)
    """
    windows = np.asarray(X)
    if windows.ndim != 3 or windows.shape[2] < 3:
        raise ValueError(
            "X must have shape (n_windows, n_timesteps, n_channels) with three accelerations "
            f"first, got shape {windows.shape}."
        )
    numbers = one_each(recording, "recording", "entry", len(windows))
    check_choice(frame, "frame", ("upright", "body"))
    rate = check_frame_rate(sampling_rate)
    if windows.shape[1] < SHORTEST * rate:
        raise ValueError(
            f"X must hold windows of at least {SHORTEST:g} s, which hold several steps, got "
            f"{windows.shape[1]} time steps at {rate:g} Hz."
        )
    dtype = np.result_type(windows, np.float32)
    flag = np.zeros((*windows.shape[:2], 1))
    aligned = np.concatenate([windows.astype(np.float64), flag], axis=2)
    unknown = []
    names, which = np.unique(numbers, return_inverse=True)
    for i, name in enumerate(names.tolist()):
        mine = which == i
        found = directions_of(gait_rows(aligned[mine][:, :, :3], rate))
        rotation = rotation_into(frame, found)
        if rotation is None:
            unknown.append(f"recording {name!r}")
        else:
            aligned[mine] = turn(aligned[mine], rotation, windows.shape[2] // 3)
    warn_of_unknown_frames(unknown, len(names))
    return aligned.astype(dtype)
