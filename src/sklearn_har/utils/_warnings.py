"""Warnings that point at the line of the user, however deep they arise."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

from sklearn_har.exceptions import RecordingWarning

__all__ = ["warn_of_recording"]

# Python 3.12 has `skip_file_prefixes` for this.
_PACKAGE = str(Path(__file__).parent.parent)


def warn_of_recording(message: str) -> None:
    """Issue a RecordingWarning from the first frame outside of this package."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, RecordingWarning, stacklevel=level)
