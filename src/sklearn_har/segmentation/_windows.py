"""Windows of segmentation, with their length, rate, channels and origin."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import Bunch


class Windows(Bunch):
    """Windows of equal length and their description.

    :func:`segment_recording`, :func:`segment_recordings` and
    :meth:`~sklearn_har.preparation.Preparation.windows` return it. It is a
    :class:`~sklearn.utils.Bunch`: a dictionary whose entries are also attributes. You can pass it
    whole to :func:`~sklearn_har.timeline.make_timeline` and to the displays.

    Parameters
    ----------
    **fields
        The attributes.

    Attributes
    ----------
    data : ndarray of shape (n_windows, n_timesteps, n_channels)
        The windows.
    target : ndarray of shape (n_windows,) or None
        Their labels; None without labels.
    subject : ndarray of shape (n_windows,) or None
        The subject of each window; None if unknown.
    recording : ndarray of int64 of shape (n_windows,)
        Position of the recording of each window.
    start : ndarray of int64 of shape (n_windows,)
        The first sample of each window in its recording.
    start_time : ndarray of float64 of shape (n_windows,) or None
        The time of that sample in s: the recording's `time`, or seconds from the first sample of an
        array. None without a sampling rate.
    window_length : float or None
        Length of a window, in s.
    sampling_rate : float or None
        In Hz.
    channel_names : tuple of str or None
        The channels; None for arrays.

    See Also
    --------
    segment_recordings : Cut recordings into windows.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.segmentation import segment_recording
    >>> segment_recording(np.zeros((500, 6)), window=2.0, sampling_rate=50.0)
    Windows(9 windows of 100 time steps x 6 channels, 50 Hz, 2 s)
    """

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)

    def __repr__(self) -> str:
        n_windows, n_timesteps, n_channels = np.shape(self["data"])
        facts = [f"{n_windows} windows of {n_timesteps} time steps x {n_channels} channels"]
        if self.get("sampling_rate") is not None:
            facts += [f"{self['sampling_rate']:g} Hz", f"{self['window_length']:g} s"]
        if self.get("subject") is not None:
            n_subjects = len(np.unique(self["subject"]))
            facts.append(f"{n_subjects} subject{'s' * (n_subjects != 1)}")
        return f"Windows({', '.join(facts)})"
