"""Issue warnings that point to the line of the user."""

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from sklearn_har.exceptions import RecordingWarning

# Python 3.12 has `skip_file_prefixes` for this.
_PACKAGE = str(Path(__file__).parent.parent)


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Issue a warning from the first frame outside this package."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def warn_of_recording(message: str) -> None:
    """Issue a RecordingWarning from the first frame outside this package."""
    warn_user(message, RecordingWarning)


def warn_of_unknown_frames(names: Sequence[str], n_recordings: int) -> None:
    """Warn of recordings without a known frame."""
    if names:
        warn_of_recording(
            f"the frame of the body is not known in {len(names)} of {n_recordings} recordings, the "
            f"first of them {names[0]}: it needs 17 s of level walking. Signals without a frame "
            "stay in the axes of the device."
        )
