"""Describe errors and recordings in messages."""

from typing import Any


def one_line(error: BaseException) -> str:
    """Return an error in one line; without a message, return its name."""
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__


def name_of_recording(recording: Any, number: int) -> str:
    """Return the position of a recording, and its file if known."""
    file = getattr(recording, "facts", {}).get("file")
    if isinstance(file, list):
        file = ", ".join(map(str, file))
    return f"recordings[{number}]" + (f" ({file})" if file else "")
