"""Prepare recordings: one grid of times, filters, gravity; for whole recordings and for streams."""

from sklearn_har.preparation._filters import remove_noise, separate_gravity
from sklearn_har.preparation._preparation import Preparation, check_preparation
from sklearn_har.preparation._preparing import prepare_recording
from sklearn_har.preparation._resampling import merge_recordings, resample_recording
from sklearn_har.preparation._stream import WindowStream

__all__ = [
    "Preparation",
    "WindowStream",
    "check_preparation",
    "merge_recordings",
    "prepare_recording",
    "remove_noise",
    "resample_recording",
    "separate_gravity",
]
