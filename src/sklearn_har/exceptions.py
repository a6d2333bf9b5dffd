"""The errors and warnings that are ours; everything else is a `ValueError` or a `TypeError`."""

from __future__ import annotations

__all__ = ["ArchiveError", "DownloadError", "ExportError", "ExportWarning", "RecordingWarning"]


class DownloadError(OSError):
    """A data set could not be downloaded and no usable copy is in the cache."""


class ArchiveError(ValueError):
    """A data set archive is not what it should be: altered, truncated, or not an archive at all."""


class RecordingWarning(UserWarning):
    """Something in a recording looks wrong, though it may be right."""


class ExportError(ValueError):
    """An estimator cannot be exported, or its file does not say what the estimator says."""


class ExportWarning(UserWarning):
    """An exported model differs from its estimator by more than rounding."""
