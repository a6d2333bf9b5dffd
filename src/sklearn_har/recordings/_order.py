"""Put rows in order of time, and repair, leave out or refuse the others.

Sorting in pandas mixes the rows of a clock that restarts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sklearn_har.recordings._spreading import spread
from sklearn_har.recordings._ticks import (
    blocks_of_stamps,
    restarts,
    typical_pause,
    typical_step,
    unwrap,
)
from sklearn_har.utils._samples import is_increasing
from sklearn_har.utils._text import first_few

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Disorder = Literal["raise", "sort", "drop"]

# At most this share of rows may be left out because their time is unknown.
_FEW = 0.2
# With a larger share of late rows, a file counts as one of several clocks.
_MANY = 0.2
_NONE_TO_SPEAK_OF = 10
# This many backward steps suffice to recognise a kind of file.
_EXAMINED = 200


@dataclass(frozen=True)
class Order:
    """Rows to keep in order of time, their times, and notes."""

    rows: Rows
    seconds: Floats
    breaks: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Whether the times are those of the table, row by row.
    plain: bool = True


def in_order(
    seconds: Floats,
    name: str,
    on_disorder: Disorder,
    *,
    kept: Rows | None = None,
    period: float | None = None,
    dated: bool = False,
) -> Order:
    """Return rows in order of time, and their times in s.

    `name` is the column of the times, and `kept` are the rows to order. `period` is the length of
    the counter if it is known, such as a day. `dated` times are dates, and no date occurs twice.
    """
    kept = np.arange(len(seconds)) if kept is None else kept
    own = seconds if len(kept) == len(seconds) else seconds[kept]
    if is_increasing(own) and blocks_of_stamps(own) is None:
        return Order(kept, own)
    times, wraps = seconds.copy(), np.empty(0, dtype=np.int64)
    if not dated:
        times[kept], wraps = unwrap(seconds[kept], period=period)
    notes = []
    if len(wraps):
        what = "passes midnight" if period == 86_400.0 else "wraps around like a counter"
        notes.append(
            f"The clock {what} before row {first_few(kept[wraps])}; the times go on from there."
        )
    starts = restarts(times[kept])
    begins, stretches = kept[starts], np.split(kept, starts)
    in_blocks = any(blocks_of_stamps(np.sort(times[rows])) is not None for rows in stretches)
    parts = [_stretch(times, rows, name, on_disorder, in_blocks) for rows in stretches]
    if in_blocks:
        parts = _spread(parts, name)
    if len(parts) > 1 and dated:
        parts = _by_date(parts, name, begins)
        notes.append(
            f"The dates run back at row {first_few(begins)}, where other recordings begin. They "
            "are in order of their dates."
        )
    elif len(parts) > 1:
        parts = _after_one_another(parts)
        notes.append(
            f"The clock restarts at row {first_few(begins)}. A break is kept there, and the "
            "time goes on by one step, because the time between is not known. If another subject "
            "or session begins there, read_recordings(..., session=) reads one recording for each."
        )
    joined = Order(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.seconds for part in parts]),
        np.cumsum([len(part.rows) for part in parts])[:-1].tolist(),
        notes + [note for part in parts for note in part.notes],
        plain=not len(wraps) and len(parts) == 1 and parts[0].plain,
    )
    if not len(joined.rows):
        raise ValueError(f"Column {name!r} gives no time to any row. {' '.join(joined.notes)}")
    return joined


def find_repair(seconds: Floats, *, period: float | None = None, dated: bool = False) -> str | None:
    """Return what must be repaired in a clock; None if nothing."""
    times, wraps = seconds, np.empty(0, dtype=np.int64)
    if not dated:
        times, wraps = unwrap(seconds, period=period)
    if len(wraps):
        return "the clock wraps around like a counter"
    if len(restarts(times)):
        return "the clock restarts"
    if blocks_of_stamps(times) is not None:
        return "several rows have one stamp, or came in one packet"
    return None


def _stretch(times: Floats, rows: Rows, name: str, on_disorder: Disorder, in_blocks: bool) -> Order:
    """Put the rows between two starts of a clock in order."""
    own = times[rows]
    notes: list[str] = []
    late = np.flatnonzero(np.diff(own) < 0) + 1
    if len(late):
        kept, note = _rows_to_keep(own, late, rows, name, on_disorder)
        rows, own = rows[kept], own[kept]
        notes += note
    if not in_blocks:
        twice = np.flatnonzero(np.diff(own) == 0) + 1
        if len(twice):
            if on_disorder == "raise":
                raise ValueError(
                    f"{_disorder(own, rows, name)} If these rows repeat samples, pass "
                    "on_disorder='drop' to leave them out; they are counted."
                )
            notes.append(
                f"{len(twice)} of {len(own)} samples are left out: they have the time of the "
                f"sample before, the first in row {rows[twice[0]]}."
            )
            rows, own = np.delete(rows, twice), np.delete(own, twice)
    return Order(rows, own, notes=notes)


def _spread(parts: list[Order], name: str) -> list[Order]:
    """Spread the times of rows in blocks, and leave out rows whose time is unknown."""
    firsts = [blocks_of_stamps(part.seconds) for part in parts]
    empty = np.empty(0, dtype=np.int64)
    times = spread(
        [
            (part.seconds, empty if first is None else first)
            for part, first in zip(parts, firsts, strict=True)
        ]
    )
    for placed, first in zip(times[:-1], firsts[:-1], strict=True):
        if first is not None:
            # What preceded the new start of the clock may have divided the last block.
            placed[first[-1] :] = np.nan
    known = [~np.isnan(placed) for placed in times]
    unknown = np.concatenate([part.rows[~k] for part, k in zip(parts, known, strict=True)])
    n_rows = sum(len(part.rows) for part in parts)
    shares = any((np.diff(part.seconds) == 0).any() for part in parts)
    what = "have the stamp of the row before" if shares else "came in packets"
    if len(unknown) > _FEW * n_rows:
        raise ValueError(
            f"Column {name!r} does not give the time of each row: rows {what}, and "
            f"{len(unknown)} of {n_rows} cannot be placed (the first: row {unknown[0]}). If the "
            "samples have one rate without gaps, read them with time=None and sampling_rate=. "
            "Otherwise leave such rows out."
        )
    steps = [np.diff(t[k]) for t, k in zip(times, known, strict=True)]
    rate = 1.0 / np.median(np.concatenate(steps))
    note = f"The rows {what} in column {name!r}: their times are spread, at about {rate:.4g} Hz."
    if len(unknown):
        note += (
            f" {len(unknown)} of {n_rows} samples are left out, because a gap may lie between them "
            f"(the first: row {unknown[0]})."
        )
    spread_out = [
        Order(part.rows[k], t[k], notes=part.notes, plain=False)
        for part, t, k in zip(parts, times, known, strict=True)
        if k.any()
    ]
    spread_out[0].notes.append(note)
    return spread_out


def _rows_to_keep(
    own: Floats, late: Rows, rows: Rows, name: str, on_disorder: Disorder
) -> tuple[Rows, list[str]]:
    """Return the positions of rows to keep among rows out of order, and notes."""
    if on_disorder == "drop":
        latest = np.maximum.accumulate(own)
        kept = np.concatenate([[0], np.flatnonzero(own[1:] >= latest[:-1]) + 1])
        n_left = len(own) - len(kept)
        if n_left > max(_NONE_TO_SPEAK_OF, _MANY * len(own)):
            raise ValueError(
                f"Column {name!r} is not one clock: on_disorder='drop' would leave out {n_left} of "
                f"{len(own)} samples. {_SEVERAL}"
            )
        return kept, [f"{n_left} of {len(own)} samples are left out, because they come late."]
    order = np.argsort(own, kind="stable")
    mixed = _mixes(own, late)
    if on_disorder == "sort" and not mixed:
        return order, [f"{len(late)} steps back in time are removed by sorting the samples."]
    got = _disorder(own, rows, name)
    if mixed:
        raise ValueError(f"{got} In order of time, rows of several clocks would mix. {_SEVERAL}")
    raise ValueError(
        f"{got} Pass on_disorder='sort' to order the samples by time; a warning counts what it "
        "leaves out."
    )


def _disorder(own: Floats, rows: Rows, name: str) -> str:
    wrong = np.flatnonzero(np.diff(own) <= 0) + 1
    n_equal = int((np.diff(own) == 0).sum())
    shown = first_few(f"row {rows[i]}: {own[i - 1]:.9g} then {own[i]:.9g}" for i in wrong)
    return (
        f"Column {name!r} must increase from row to row, got {n_equal} repeated and "
        f"{len(wrong) - n_equal} backward steps (in s: {shown})."
    )


_SEVERAL = (
    "If the rows are of several subjects, sessions or sensors, read_recordings(..., subject=) or "
    "session= with the column that tells them apart reads one recording for each."
)


def _mixes(own: Floats, late: Rows) -> bool:
    """Return whether sorting would mix rows of different clocks.

    Rows that come late fill a gap: it has no rows yet, and none is missing beside them.
    """
    if len(late) > max(_NONE_TO_SPEAK_OF, _MANY * len(own)):
        return True
    limit = 5.0 * typical_pause(own)
    n_late = n_wrong = 0
    for i in late[:_EXAMINED]:
        before, after = own[:i], own[i:]
        end = int(np.argmax(after > before.max())) if after.max() > before.max() else len(after)
        low, high = float(after[:end].min()), float(after[:end].max())
        there = int(((before >= low) & (before <= high)).sum())
        earlier, later = before[before < low], before[before > high]
        begins = end <= _NONE_TO_SPEAK_OF if not len(earlier) else low - earlier.max() <= limit
        fills = begins and (not len(later) or later.min() - high <= limit)
        n_late += end
        n_wrong += there if fills else end
    return n_wrong > max(1, 0.1 * n_late)


def _by_date(parts: list[Order], name: str, begins: Rows) -> list[Order]:
    """Return consecutive recordings in the order of their dates."""
    ordered = sorted(parts, key=lambda part: float(part.seconds[0]))
    for before, after in pairwise(ordered):
        if after.seconds[0] <= before.seconds[-1]:
            raise ValueError(
                f"Column {name!r} must increase from row to row, but its dates run back at row "
                f"{first_few(begins)}, into a time that has rows already. {_SEVERAL}"
            )
    return ordered


def _after_one_another(parts: list[Order]) -> list[Order]:
    moved = parts[:1]
    for part in parts[1:]:
        step = typical_step(part.seconds) or typical_step(moved[-1].seconds)
        shift = moved[-1].seconds[-1] + step - part.seconds[0]
        moved.append(Order(part.rows, part.seconds + shift, notes=part.notes, plain=False))
    return moved
