"""Checks of several recordings that are given as one argument."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sklearn_har.recordings._recording import Recording

__all__ = ["check_recordings", "name_of_recording", "with_labels"]


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
    if isinstance(file, list):
        file = ", ".join(map(str, file))
    return f"recordings[{number}]" + (f" ({file})" if file else "")


def with_labels(recordings: list[Recording], y: Sequence[Any] | None) -> list[Recording]:
    """Return recordings that all have labels: their own, or those of `y`."""
    if y is not None:
        if len(y) != len(recordings):
            raise ValueError(
                f"y must have one entry for each of the {len(recordings)} recordings, got {len(y)}."
            )
        return [
            recording.with_labels(labels) for recording, labels in zip(recordings, y, strict=True)
        ]
    without = [i for i, recording in enumerate(recordings) if recording.labels is None]
    if without:
        named = ", ".join(name_of_recording(recordings[i], i) for i in without[:3])
        more = ", ..." if len(without) > 3 else ""
        raise ValueError(
            f"recordings must have labels, got none in {len(without)} of {len(recordings)}: "
            f"{named}{more}. Add them by recording.with_labels(...), or pass y."
        )
    return recordings
