"""Find times of rows that share stamps, by lines through the stamps of blocks.

pyxdf fits one mean line through the stamps of a part, in files of its format only. It corrects
neither rounded stamps nor a change of the rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

# Fewer blocks than this do not determine the rate.
_ENOUGH = 12
# The deviations of this many blocks are averaged, to detect a change of the rate.
_AVERAGED = 16
# The rate of a block comes from this many blocks around it.
_AROUND = 9
# Up to this many blocks the narrowest band is found exactly; for more, the mean is as good.
_EXACT = 200


class _Line(NamedTuple):
    """Times of rows, ``offset + step * row``, from a block onwards."""

    block: int
    step: float
    offset: float


def spread(stretches: Sequence[tuple[Floats, Rows]]) -> list[Floats]:
    """Return the time of each row from the stamps of blocks; NaN if it is unknown.

    Each stretch has the stamps of its rows, which do not decrease, and the first rows of its
    blocks. Rows have one rate, apart from gaps and lasting changes. The first row of a block was
    measured at its stamp. Rows of blocks that a gap may divide are unknown.
    """
    all_blocks = [_Blocks(*each) if len(each[1]) > 3 else None for each in stretches]
    chains = [
        (last - first, blocks, first, last)
        for blocks in all_blocks
        if blocks is not None
        for first, last in blocks.chains()
    ]
    n_intervals, blocks, first, last = max(chains, key=lambda c: c[0], default=(0, None, 0, 0))
    lines = blocks.lines(first, last) if blocks and n_intervals >= _ENOUGH - 1 else None
    return [
        np.full(len(seconds), np.nan)
        if lines is None or each is None
        else _place_rows(each, len(seconds), lines[0].step)
        for (seconds, _), each in zip(stretches, all_blocks, strict=True)
    ]


def _place_rows(blocks: _Blocks, n_rows: int, step: float) -> Floats:
    """Return the times of the rows of one stretch; `step` is that of the longest chain of all."""
    times = np.full(n_rows, np.nan)
    for first, last in blocks.chains():
        lines = blocks.lines(first, last, step)
        if lines is None:
            continue
        begin, end = blocks.rows_of(first, last)
        edges = [begin, *(int(blocks.firsts[line.block]) for line in lines[1:]), end]
        for line, start, stop in zip(lines, edges[:-1], edges[1:], strict=True):
            times[start:stop] = line.offset + line.step * np.arange(start, stop)
    placed = np.flatnonzero(~np.isnan(times))
    # Adjacent lines may cross where the rate changes.
    highest = np.maximum.accumulate(times[placed])
    times[placed[1:][times[placed[1:]] <= highest[:-1]]] = np.nan
    return times


class _Blocks:
    """Blocks of rows, and the intervals that agree with the number of rows before them."""

    def __init__(self, seconds: Floats, firsts: Rows) -> None:
        self.firsts, self.ends = firsts, np.append(firsts[1:], len(seconds))
        self.stamps = seconds[firsts]
        self.intervals, sizes = np.diff(self.stamps), (self.ends - firsts)[:-1]
        step = _local_step(self.intervals, sizes)
        excess = np.abs(self.intervals - step * sizes)
        self.grid = _is_grid(seconds, self.intervals)
        # A stamp is rounded by up to a step; that of a packet is late by its transmission time.
        late = 0.0 if self.grid else 4.0 * float(np.median(excess))
        self.regular = excess <= 1.25 * step + late

    def chains(self) -> list[tuple[int, int]]:
        """Return the first and the last block of each run of three or more without a gap."""
        regular = np.concatenate([[0], self.regular.astype(np.int8), [0]])
        edges = np.flatnonzero(np.diff(regular)).tolist()
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [(first, last) for first, last in pairs if last - first >= 2]

    def rows_of(self, first: int, last: int) -> tuple[int, int]:
        """Return the rows that a chain places: its own, with fewer or more at its ends."""
        begin, end = int(self.firsts[first]), int(self.ends[last])
        width = float(np.median(self.intervals))
        full = float(np.median(self.ends - self.firsts)) - 1
        if last < len(self.intervals):
            # On a grid, rows after a gap of more than a cell have their own stamp. A full block
            # before a gap would be a coincidence there; more likely the gap divides a packet.
            part = self.ends[last] - self.firsts[last] < full
            if not (self.grid and part and self.intervals[last] > 1.5 * width):
                end = int(self.firsts[last])
        # The previous block holds the rows measured after a gap, within one cell.
        alone = first == 1 or (first > 1 and self.intervals[first - 2] > 1.5 * width)
        if self.grid and alone and self.intervals[first - 1] < 1.5 * width:
            begin = int(self.firsts[first - 1])
        return begin, end

    def line(self, first: int, last: int, step: float) -> _Line:
        rests = self.stamps[first : last + 1] - step * self.firsts[first : last + 1]
        # No row precedes its stamp on a grid; packets are early and late.
        return _Line(first, step, float(rests.max() if self.grid else rests.mean()))

    def lines(self, first: int, last: int, known: float | None = None) -> list[_Line] | None:
        """Return lines through the stamps of a chain; None if none fits.

        The line has the `known` step if that fits.
        """
        begin, end = first, last
        if self.grid and last - first >= 2:
            # Next to a gap, a block may hold nearly as many rows as a full one.
            begin, end = first + 1, last - (last < len(self.intervals))
        if known is not None and (
            end - begin + 1 < _ENOUGH or self._deviation(begin, end, known) <= 0.25 * known
        ):
            return [self.line(begin, end, known)._replace(block=first)]
        lines = self._lines(begin, end)
        return lines and [lines[0]._replace(block=first), *lines[1:]]

    def _lines(self, first: int, last: int) -> list[_Line] | None:
        rows, stamps = self.firsts[first : last + 1], self.stamps[first : last + 1]
        step = _slope(rows.astype(np.float64), stamps)
        if step <= 0:
            return None
        away = self._deviation(first, last, step)
        if away <= 0.25 * step:
            return [self.line(first, last, step)]
        if len(rows) < 2 * _ENOUGH:
            return [self.line(first, last, step)] if away <= 0.5 * step else None
        # The rate changes, or rows are lost.
        cut = first + _best_cut(rows.astype(np.float64), stamps)
        before, after = self._lines(first, cut - 1), self._lines(cut, last)
        return None if before is None or after is None else [*before, *after]

    def _deviation(self, first: int, last: int, step: float) -> float:
        """Return the largest mean deviation of consecutive blocks from a line."""
        rests = self.stamps[first : last + 1] - step * self.firsts[first : last + 1]
        n = min(_AVERAGED, len(rests))
        means = np.convolve(rests - rests.mean(), np.full(n, 1.0 / n), mode="valid")
        return float(np.abs(means).max())


def _local_step(intervals: Floats, sizes: Rows) -> Floats:
    """Return the step between rows around each block, robust to single gaps."""
    each = pd.Series(intervals / sizes)
    middle: Floats = each.rolling(_AROUND, center=True, min_periods=1).median().to_numpy()
    return middle


def _is_grid(seconds: Floats, intervals: Floats) -> bool:
    """Return whether stamps are rounded down to a grid rather than times of arrival."""
    if not (np.diff(seconds) == 0).any():
        return False
    cells = intervals / np.median(intervals)
    return bool(np.allclose(cells, np.round(cells), atol=0.01, rtol=0.0))


def _best_cut(rows: Floats, stamps: Floats) -> int:
    """Return the block at which two lines fit best, one before it and one from it on."""
    before, after = _squares(rows, stamps), _squares(rows[::-1], stamps[::-1])[::-1]
    # Entry k of the first array has k + 1 blocks, and of the second those from k on.
    sums = before[_ENOUGH - 1 : -_ENOUGH] + after[_ENOUGH : len(rows) - _ENOUGH + 1]
    return _ENOUGH + int(np.argmin(sums))


def _squares(rows: Floats, stamps: Floats) -> Floats:
    """Return the sum of squares around the mean line of the first blocks, for each number."""
    n = np.arange(1, len(rows) + 1)
    x, y = rows - rows.mean(), stamps - stamps.mean()
    mean_x, mean_y = np.cumsum(x) / n, np.cumsum(y) / n
    xx = np.cumsum(x * x) - n * mean_x**2
    xy = np.cumsum(x * y) - n * mean_x * mean_y
    yy = np.cumsum(y * y) - n * mean_y**2
    squares: Floats = yy - xy**2 / np.maximum(xx, 1e-12)
    return squares


def _slope(rows: Floats, stamps: Floats) -> float:
    """Return the slope of the narrowest band that holds all stamps, or of their mean line."""
    x, y = rows - rows.mean(), stamps - stamps.mean()
    mean = float(x @ y / (x @ x))
    if len(x) > _EXACT:
        return mean
    # Scaled so that the mean line has the slope 1, because the solver's tolerances are absolute.
    x, y = x / x.max(), y / y.max()
    ones = np.ones_like(x)
    sides = np.vstack([np.column_stack([x, ones, -ones]), np.column_stack([-x, -ones, -ones])])
    found = linprog(
        [0.0, 0.0, 1.0],
        A_ub=sides,
        b_ub=np.concatenate([y, -y]),
        bounds=[(None, None), (None, None), (0.0, None)],
    )
    scale = (stamps - stamps.mean()).max() / (rows - rows.mean()).max()
    return float(found.x[0] * scale) if found.success else mean
