"""Checks of the samples of one recording: their values, times, breaks and channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.utils._arrays import refuse_masked
from sklearn_har.utils._numbers import check_real

__all__ = [
    "check_breaks",
    "check_increasing",
    "check_names",
    "check_recording",
    "gap_limit",
    "gaps",
]

# A step of more than this many typical ones is a gap, unless told otherwise.
_DEFAULT_GAP = 5.0


def check_recording(recording: ArrayLike, name: str = "recording") -> NDArray[Any]:
    refuse_masked(recording, name)
    samples = np.asarray(recording)
    if samples.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {samples.dtype}.")
    if samples.ndim == 1:
        samples = samples[:, np.newaxis]
    if samples.ndim != 2 or samples.shape[1] == 0:
        raise ValueError(
            f"{name} must have shape (n_samples, n_channels) or (n_samples,), got {samples.shape}."
        )
    return samples


def check_breaks(breaks: ArrayLike, n_samples: int, name: str) -> NDArray[np.int64]:
    positions = np.asarray(breaks)
    if positions.size == 0:
        return np.empty(0, dtype=np.int64)
    if (
        positions.ndim != 1
        or positions.dtype.kind not in "iu"
        or positions.min() < 0
        or positions.max() > n_samples
    ):
        raise ValueError(
            f"{name} must be a list of sample numbers from 0 to {n_samples}, got {breaks!r}."
        )
    return np.sort(positions).astype(np.int64)


def check_increasing(
    time: NDArray[Any], name: str, of: str, remedy: str = ""
) -> NDArray[np.float64]:
    """Return the times of samples or windows (`of`) as floats, or say where they do not increase.

    All digits are told: of seconds since 1970 the last ones matter.
    """
    seconds = time.astype(np.float64)
    if not np.isfinite(seconds).all():
        raise ValueError(f"{name} must be finite, got {seconds[~np.isfinite(seconds)][0]}.")
    late = np.flatnonzero(np.diff(seconds) <= 0.0) + 1
    if len(late):
        i = late[0]
        more = f", the first of {len(late)} such places" if len(late) > 1 else ""
        raise ValueError(
            f"{name} must increase strictly from {of} to {of} (in s), got "
            f"{seconds[i]} after {seconds[i - 1]} at {of} {i}{more}.{remedy}"
        )
    return seconds


def check_names(names: Sequence[str] | None, n_channels: int) -> tuple[str, ...]:
    """Return one name for each channel, or say what `channel_names` accepts."""
    if names is None:
        return tuple(f"channel_{i}" for i in range(n_channels))
    listed = tuple(names)
    if isinstance(names, str) or not all(isinstance(name, str) for name in listed):
        raise TypeError(f"channel_names must be a sequence of str, got {names!r}.")
    if len(listed) != n_channels or len(set(listed)) != n_channels:
        raise ValueError(
            f"channel_names must name each of the {n_channels} channels once, got {list(listed)}."
        )
    return listed


def gaps(
    time: NDArray[np.float64], sampling_rate: float, max_gap: float | None
) -> NDArray[np.int64]:
    """Return the samples that come more than `max_gap` seconds after the one before them."""
    limit = gap_limit(sampling_rate, max_gap)
    return np.flatnonzero(np.diff(time) > limit) + 1


def gap_limit(sampling_rate: float, max_gap: float | None) -> float:
    """Return the longest step in s that is no gap."""
    if max_gap is None:
        return _DEFAULT_GAP / sampling_rate
    return check_real(max_gap, "max_gap", minimum=0.0, exclude_minimum=True, unit="s")
