"""Prepare recordings and live streams: resampling, filters, gravity, and windows."""

from sklearn_har.preparation._coefficients import preparation_coefficients
from sklearn_har.preparation._filters import remove_noise, separate_gravity
from sklearn_har.preparation._frames import BodyFrame
from sklearn_har.preparation._preparation import Preparation
from sklearn_har.preparation._preparing import (
    align_windows,
    check_preparation,
    estimate_body_frame,
    prepare_recording,
)
from sklearn_har.preparation._resampling import merge_recordings, resample_recording
from sklearn_har.preparation._stream import WindowStream
from sklearn_har.utils._public import name_classes_after

__all__ = [
    "BodyFrame",
    "Preparation",
    "WindowStream",
    "align_windows",
    "check_preparation",
    "estimate_body_frame",
    "merge_recordings",
    "preparation_coefficients",
    "prepare_recording",
    "remove_noise",
    "resample_recording",
    "separate_gravity",
]

name_classes_after(__name__)
