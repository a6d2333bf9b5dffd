"""The errors and warnings that are ours; everything else is a `ValueError` or a `TypeError`."""

from __future__ import annotations

__all__ = ["ArchiveError", "DownloadError", "RecordingWarning"]


class DownloadError(OSError):
    """A data set could not be downloaded and no usable copy is in the cache."""


class ArchiveError(ValueError):
    """A data set archive is not what it should be: altered, truncated, or not an archive at all."""


class RecordingWarning(UserWarning):
    """Something in a recording looks wrong, though it may be right."""
