"""Cut recordings into windows, and count repetitions of a movement.

These functions change the number of samples, so call them before a pipeline: they cannot be steps
of one. A recording is an array of shape ``(n_samples, n_channels)``, or a
:class:`~sklearn_har.recordings.Recording` with its times and interruptions. Windows always have the
axes ``(n_windows, n_timesteps, n_channels)``.
"""

from sklearn_har.segmentation._cutting import pad_windows, segment_recording, segment_recordings
from sklearn_har.segmentation._repetitions import count_repetitions
from sklearn_har.segmentation._windows import Windows

__all__ = [
    "Windows",
    "count_repetitions",
    "pad_windows",
    "segment_recording",
    "segment_recordings",
]
