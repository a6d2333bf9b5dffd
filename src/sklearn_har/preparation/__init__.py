"""Prepare recordings: one grid of times, filters, gravity; for whole recordings and for streams."""

from sklearn_har.preparation._filters import remove_noise, separate_gravity
from sklearn_har.preparation._preparing import prepare_recording
from sklearn_har.preparation._resampling import merge_recordings, resample_recording

__all__ = [
    "merge_recordings",
    "prepare_recording",
    "remove_noise",
    "resample_recording",
    "separate_gravity",
]
