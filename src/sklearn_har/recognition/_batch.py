"""The activities in a recording that is there as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from sklearn_har.preparation import prepare_recording
from sklearn_har.recognition._decision import Decision, check_recogniser, decide
from sklearn_har.recordings import Recording
from sklearn_har.segmentation import segment_recording
from sklearn_har.utils._cutter import Cutter

__all__ = ["recognize_recording"]


def recognize_recording(
    estimator: Any,
    recording: Recording | ArrayLike,
    *,
    window: int | float = 128,
    overlap: float = 0.5,
    sampling_rate: float = 50.0,
    time: ArrayLike | None = None,
    original_rate: float | None = None,
    breaks: ArrayLike = (),
    acceleration: Sequence[int | str] = (0, 1, 2),
    angular_velocity: Sequence[int | str] = (3, 4, 5),
    noise_cutoff: float | None = 20.0,
    gravity_cutoff: float | None = 0.3,
    drift_cutoff: float | None = 0.1,
    max_gap: float | None = None,
) -> list[Decision]:
    """Recognise the activities in a recording as it was measured.

    The recording is prepared as by :func:`~sklearn_har.preparation.prepare_recording`, cut as by
    :func:`~sklearn_har.segmentation.segment_recording`, and the classifier is asked about each
    window. :class:`StreamingRecognizer` comes to the same decisions while the samples arrive.

    Parameters
    ----------
    estimator : classifier
        A fitted classifier or pipeline with `predict_proba` for windows of shape
        (n_windows, n_timesteps, n_channels), or an
        :class:`~sklearn_har.export.ExportedClassifier`.
    recording : Recording or array-like of shape (n_samples, n_channels)
        Accelerations in g, gravity included, and angular velocities in rad/s.
    window : int or float, default=128
        Length of a window in samples at `sampling_rate` (int) or in seconds (float).
    overlap : float, default=0.5
        Part of a window that the next one shares, in [0, 1).
    sampling_rate : float, default=50.0
        The rate of the windows that the classifier was trained on, in Hz.
    time, original_rate, breaks : default=None
        What describes the samples of an array, as in
        :func:`~sklearn_har.preparation.resample_recording`.
    acceleration, angular_velocity : sequence of int or str, default=(0, 1, 2) and (3, 4, 5)
        The channels of each kind, by position or name; () if there are none.
    noise_cutoff, gravity_cutoff, drift_cutoff : float, default=20.0, 0.3 and 0.1
        The filters of :func:`~sklearn_har.preparation.prepare_recording`, in Hz; None leaves one
        out.
    max_gap : float, default=None
        In s: a longer step is a break, which no window crosses. None for five sampling intervals.

    Returns
    -------
    decisions : list of Decision
        One for each window, in order of time; none if no part of the recording is as long as a
        window.

    Raises
    ------
    TypeError
        If `estimator` is no classifier with probabilities.
    ValueError
        If `estimator` was trained on windows of another shape, or a parameter is outside its range.

    See Also
    --------
    StreamingRecognizer : The same while the samples arrive.

    Notes
    -----
    A recording tells its own rate, which may be one that was measured. The decisions are those of a
    :class:`StreamingRecognizer` to the last bit of every window if its `original_rate` is the
    `sampling_rate` of the recording.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn_har.datasets import make_har_recordings, make_har_windows
    >>> from sklearn_har.recognition import recognize_recording
    >>> X, y = make_har_windows(n_subjects=1, random_state=0, return_X_y=True)
    >>> clf = DummyClassifier(strategy="prior").fit(X, y)
    >>> phone = make_har_recordings(n_subjects=1, seconds_per_activity=5.0, random_state=0)
    >>> decisions = recognize_recording(clf, phone.recordings[0], original_rate=50.0)
    >>> [(round(d.start, 2), round(d.end, 2)) for d in decisions[:2]]
    [(0.0, 2.56), (1.28, 3.84)]
    """
    cutter = Cutter(window, overlap, sampling_rate, "last", -1, "drop")
    prepared = prepare_recording(
        recording,
        sampling_rate=sampling_rate,
        time=time,
        original_rate=original_rate,
        breaks=breaks,
        acceleration=acceleration,
        angular_velocity=angular_velocity,
        noise_cutoff=noise_cutoff,
        gravity_cutoff=gravity_cutoff,
        drift_cutoff=drift_cutoff,
        max_gap=max_gap,
    )
    check_recogniser(
        estimator,
        cutter.length,
        prepared.samples.shape[1],
        sampling_rate=sampling_rate,
        channel_names=prepared.channel_names,
    )
    if len(prepared) < cutter.length:
        return []
    # Without labels: they would leave windows out.
    unlabelled = replace(prepared, labels=None)
    windows = segment_recording(unlabelled, window=cutter.length, overlap=overlap)
    seconds = cutter.length / prepared.sampling_rate
    return decide(estimator, windows.data, windows.start_time, seconds)
