"""Cut recordings into windows, and stretches of one activity into repetitions.

The functions here change the number of samples, so they stand before a pipeline and are never a
step of one. A recording is an array of shape ``(n_samples, n_channels)``, or a
:class:`~sklearn_har.recordings.Recording`, which has its times and interruptions with it; windows
always have the axes ``(n_windows, n_timesteps, n_channels)``.
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
