"""The package's own errors and warnings, besides `ValueError` and `TypeError`."""

from __future__ import annotations

__all__ = ["ArchiveError", "DownloadError", "ExportError", "ExportWarning", "RecordingWarning"]


class DownloadError(OSError):
    """A data set could not be downloaded, and the cache has no usable copy."""


class ArchiveError(ValueError):
    """A data set archive is altered, truncated, or not an archive."""


class RecordingWarning(UserWarning):
    """Something in a recording looks wrong but may be right."""


class ExportError(ValueError):
    """An estimator cannot be exported, or its file predicts something else."""


class ExportWarning(UserWarning):
    """An exported model differs from its estimator by more than rounding."""
