"""From recordings to windows.

The functions here change the number of samples, so they stand before a pipeline and are never a
step of one. A recording is an array of shape ``(n_samples, n_channels)``, or a
:class:`~sklearn_har.recordings.Recording`, which has its times and interruptions with it; windows
always have the axes ``(n_windows, n_timesteps, n_channels)``.
"""

from sklearn_har.segmentation._cutting import pad_windows, segment_recording, segment_recordings
from sklearn_har.segmentation._filters import remove_noise, separate_gravity
from sklearn_har.segmentation._preparing import prepare_recording
from sklearn_har.segmentation._resampling import merge_recordings, resample_recording

__all__ = [
    "merge_recordings",
    "pad_windows",
    "prepare_recording",
    "remove_noise",
    "resample_recording",
    "segment_recording",
    "segment_recordings",
    "separate_gravity",
]
