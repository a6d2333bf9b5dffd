"""Judge a clock: its unit, wraps, restarts, and stamps that many rows share.

`numpy.unwrap` must know the length of the counter, and takes a long gap for a wrap.

All functions are pure. They take the stamps of rows in the order of the file and no options.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Unit = Literal["s", "ms", "us", "ns"]

PER_SECOND: dict[Unit, int] = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
# In s since 1970: loggers of movement exist since about 2000.
_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0
#: In Hz: times of no known unit with a higher rate may count minutes.
FASTEST = 1_100.0
# In Hz: the lowest rate of sensors, so that ns since the start do not count as ms since 1970.
_SLOWEST = 0.5
# In s: the lengths of counters that restart, of ms, us and s, and days.
_COUNTERS = sorted(
    {2.0**bits / unit for bits in (16, 24, 31, 32) for unit in (1, 1_000, 1_000_000)} | {86_400.0}
)
_SHORTEST_COUNTER = 60.0
# In typical steps: a longer step is not jitter.
_FEW = 5.0
# A clock with more restarts is not a clock.
_MOST_RESTARTS = 200
# In s: the largest step within a packet, also as a share of the step at the hidden rate.
_WITHIN_PACKET, _SHARE = 2.5e-3, 0.25
_LONGEST_PACKET, _MOST_ROWS = 3.0, 300
# Long recordings are judged by this many stretches of this many rows.
_N_STRETCHES, _STRETCH = 250, 1000
# Fewer rows do not show whether stamps repeat regularly.
_ROWS_FOR_BLOCKS = 20
# This share of rows may have the stamp of the previous row by accident.
_ACCIDENT = 0.2


def some_of(n_rows: int) -> Rows | slice:
    """Return stretches spread over many rows; all rows if there are few.

    To check every row would take as long as to read them.
    """
    if n_rows <= 2 * _N_STRETCHES * _STRETCH:
        return slice(None)
    firsts = np.linspace(0, n_rows - _STRETCH, _N_STRETCHES).astype(np.int64)
    rows: Rows = (firsts[:, np.newaxis] + np.arange(_STRETCH)).ravel()
    return rows


def _some_steps(times: NDArray[np.number]) -> NDArray[np.number]:
    rows = some_of(len(times) - 1)
    return np.diff(times) if isinstance(rows, slice) else times[rows + 1] - times[rows]


def typical_step(times: NDArray[np.number]) -> float:
    """Return the median of the forward steps; 0 without any."""
    steps = _some_steps(times)
    forward = steps[steps > 0]
    return float(np.median(forward)) if len(forward) else 0.0


def typical_pause(seconds: Floats) -> float:
    """Return the usual step between stamps, or between packets of rows."""
    firsts = blocks_of_stamps(seconds)
    return typical_step(seconds if firsts is None else seconds[firsts])


def unit_by_size(ticks: NDArray[np.number], *, sampled: bool = True) -> Unit | None:
    """Return the unit in which numbers count from 1970 to this century; None without one.

    `sampled` numbers are times of samples, which have short steps.
    """
    if not len(ticks):
        return None
    middle = float(np.median(ticks[some_of(len(ticks))]))
    for unit, per_second in PER_SECOND.items():
        if _EARLIEST * per_second <= middle <= _LATEST * per_second:
            step = typical_step(ticks) / per_second
            # Several rows may share a stamp; no sensor measures once a minute.
            slow = step > 1.0 / _SLOWEST
            return None if sampled and unit != "s" and slow else unit
    return None


def likely_unit(ticks: NDArray[np.number]) -> Unit | None:
    """Return the unit in which steps are those of a movement sensor; None if unknown."""
    step = typical_step(ticks)
    for unit, per_second in PER_SECOND.items():
        if step and 5.0 <= per_second / step <= 1_000.0:
            return unit
    return None


def unwrap(seconds: Floats, *, period: float | None = None) -> tuple[Floats, Rows]:
    """Return times that continue where a counter restarts, and the rows at which it does.

    `period` is the length of the counter if it is known; a step back by more than half of it is
    then a wrap. Otherwise a wrap needs a last value just below the end of a known counter and a
    first value just above its beginning.
    """
    before, after = seconds[:-1], seconds[1:]
    back = np.flatnonzero(after < before)
    before, after = before[back], after[back]
    lengths = np.zeros(len(back))
    if period is not None:
        lengths[before - after > period / 2] = period
    else:
        near = 3.0 * typical_pause(seconds)
        for length in _COUNTERS:
            if length <= max(200.0 * near, _SHORTEST_COUNTER):
                continue
            # Counters are signed or unsigned.
            for first in (0.0, -length / 2):
                ends = (before <= first + length) & (before >= first + length - near)
                begins = (after >= first) & (after <= first + near)
                lengths[ends & begins & (lengths == 0)] = length
    rows = back[lengths > 0] + 1
    added = np.zeros(len(seconds))
    added[rows] = lengths[lengths > 0]
    return seconds + np.cumsum(added), rows


def restarts(seconds: Floats) -> Rows:
    """Return the rows at which a clock restarts and goes on from there.

    Late rows are not a restart: after them, the clock jumps forward to where it was.
    """
    limit = _FEW * typical_pause(seconds)
    found: list[int] = []
    back = np.flatnonzero(np.diff(seconds) < -limit) + 1
    if len(back) > _MOST_RESTARTS:
        # Rows of several clocks alternate.
        return back[:0]
    for i in back:
        if found and i == found[-1]:
            continue
        reached = float(seconds[found[-1] if found else 0 : i].max())
        later = np.flatnonzero(seconds[i:] > reached)
        if len(later):
            at = int(later[0]) + i
            goes_on = seconds[at] - seconds[at - 1] <= limit or bool(
                (np.diff(seconds[i:at]) < -limit).any()
            )
        else:
            goes_on = len(seconds) - i >= 10
        if goes_on:
            found.append(int(i))
    return np.array(found, dtype=np.int64)


def blocks_of_stamps(seconds: Floats) -> Rows | None:
    """Return the first row of each block of rows that share a stamp; None if rows have their own.

    A block is a run of equal stamps, or a packet: rows stamped on arrival in short succession, with
    a pause before the next packet.
    """
    if len(seconds) <= _ROWS_FOR_BLOCKS:
        return None
    changes = seconds[1:] != seconds[:-1]
    if (~changes).mean() > _ACCIDENT:
        return np.concatenate([[0], np.flatnonzero(changes) + 1])
    # In packets of two rows, only every other step is within one.
    within = float(np.quantile(_some_steps(seconds), 0.4))
    if within > _WITHIN_PACKET:
        return None
    steps = np.diff(seconds)
    pauses = steps > max(_FEW * within, 1e-9)
    n_packets = int(pauses.sum()) + 1
    if n_packets < 5:
        return None
    firsts = np.concatenate([[0], np.flatnonzero(pauses) + 1])
    sizes, intervals = np.diff(firsts), np.diff(seconds[firsts])
    usual = float(np.median(intervals / sizes))
    regular = np.abs(intervals - sizes * usual) <= 0.5 * intervals
    if (
        np.median(sizes) > _MOST_ROWS
        or np.median(intervals) > _LONGEST_PACKET
        or within > _SHARE * usual
        or regular.mean() < 0.8
    ):
        return None
    return firsts
