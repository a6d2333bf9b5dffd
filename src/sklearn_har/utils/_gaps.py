"""Find gaps between samples, and the parts of a recording between them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_har.utils._numbers import check_real

# In typical steps: a longer step is a gap by default.
_DEFAULT_GAP = 5.0
# Samples to prepare at once: twenty minutes at 50 Hz. This limits the memory, with enough windows
# for a classifier to be fast.
_BLOCK = 1 << 16


def gaps(time: NDArray[np.float64], limit: float) -> NDArray[np.int64]:
    """Return the samples that come more than `limit` seconds after the previous one."""
    return np.flatnonzero(np.diff(time) > limit) + 1


def gap_limit(sampling_rate: float, max_gap: float | None, grid: float | None = None) -> float:
    """Return the longest step in s that is not a gap; `grid` is the rate of the new grid.

    A gap of a few steps of that grid does not count.
    """
    if max_gap is None:
        return _DEFAULT_GAP / min(sampling_rate, grid or sampling_rate)
    return check_real(max_gap, "max_gap", minimum=0.0, exclude_minimum=True, unit="s")


def gap_limit_of(recording: Any, max_gap: float | None, grid: float | None = None) -> float:
    """Return the longest step in s of a recording that is not a gap.

    It is the limit that found its breaks, unless `max_gap` is given.
    """
    if max_gap is None and recording.max_gap is not None:
        return max(float(recording.max_gap), gap_limit(grid, None) if grid else 0.0)
    return gap_limit(recording.sampling_rate, max_gap, grid)


def parts_between_gaps(
    recording: Any, max_gap: float | None, grid: float | None = None
) -> list[slice]:
    """Return the parts between breaks and gaps, as slices of the samples.

    Breaks found by another limit are found again.
    """
    limit = gap_limit_of(recording, max_gap, grid)
    time, breaks = recording.time, recording.breaks
    if recording.max_gap is not None:
        breaks = np.setdiff1d(breaks, gaps(time, recording.max_gap))
    return parts_between(np.concatenate([breaks, gaps(time, limit)]), len(recording))


def parts_between(breaks: NDArray[np.int64], n_samples: int) -> list[slice]:
    """Return the parts between breaks, as slices of the samples."""
    edges = np.unique(np.concatenate([[0], breaks, [n_samples]])).tolist()
    return [slice(*edge) for edge in pairwise(edges)]


def blocks_of(part: slice) -> Iterator[slice]:
    """Yield a part of a recording in pieces for consecutive processing."""
    for start in range(part.start, part.stop, _BLOCK):
        yield slice(start, min(start + _BLOCK, part.stop))
