"""Checks of several recordings that are given as one argument."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sklearn_har.recordings._recording import Recording

__all__ = ["check_recordings", "name_of_recording"]


def check_recordings(recordings: Any, *, pieces: bool = False) -> list[Any]:
    """Return a sequence of recordings as a list, or say what it accepts.

    With ``pieces=True`` an entry may also be an iterable of consecutive pieces of a recording.
    """
    name = "recordings"
    if isinstance(recordings, Recording):
        raise TypeError(f"{name} must be a sequence of Recording, got one: pass [recording].")
    accepted = (
        f"{name} must be a sequence of Recording, as read_recordings returns it, got "
        f"{{}}. Recording(samples, sampling_rate=50.0) makes one of an array."
    )
    if isinstance(recordings, str) or not isinstance(recordings, Iterable):
        raise TypeError(accepted.format(type(recordings).__name__))
    listed = list(recordings)
    if not listed:
        raise ValueError(f"{name} must hold at least one recording, got none.")
    for i, recording in enumerate(listed):
        whole = isinstance(recording, Recording)
        if not whole and not (pieces and _may_hold_pieces(recording)):
            raise TypeError(accepted.format(f"{type(recording).__name__} as {name}[{i}]"))
    return listed


def _may_hold_pieces(entry: Any) -> bool:
    # Arrays and texts can be iterated over as well.
    return (
        isinstance(entry, Iterable) and not hasattr(entry, "dtype") and not isinstance(entry, str)
    )


def name_of_recording(recording: Any, number: int) -> str:
    """Name a recording in a message: its position, and its file where it is known."""
    file = recording.facts.get("file") if isinstance(recording, Recording) else None
    return f"recordings[{number}]" + (f" ({file})" if file else "")
