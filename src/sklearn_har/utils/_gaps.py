"""Gaps between samples, and the parts of a recording between them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_har.utils._numbers import check_real

__all__ = ["gap_limit", "gaps", "parts_between", "parts_between_gaps"]

# A step of more than this many typical ones is a gap, unless told otherwise.
_DEFAULT_GAP = 5.0


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


def parts_between_gaps(recording: Any, max_gap: float | None) -> list[slice]:
    """Return the parts between breaks and gaps, as slices of the samples."""
    found = gaps(recording.time, recording.sampling_rate, max_gap)
    return parts_between(np.concatenate([recording.breaks, found]), len(recording))


def parts_between(breaks: NDArray[np.int64], n_samples: int) -> list[slice]:
    """Return the parts between breaks, as slices of the samples."""
    edges = np.unique(np.concatenate([[0], breaks, [n_samples]])).tolist()
    return [slice(*edge) for edge in pairwise(edges)]
