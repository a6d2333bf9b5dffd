"""Follow how a device is worn: the directions of the body, and when they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_har.preparation._gait import Directions, directions_of, level_walking, may_walk
from sklearn_har.preparation._stages import State

__all__ = ["Wearing"]

Floats = NDArray[np.float64]

# In degrees: gravity that is farther from up while walking, or level walking in another direction,
# is that of a device that was put in anew. Bodies lean by up to 30 degrees on stairs.
_OTHER_UP, _OTHER_FORWARD = 40.0, 60.0
# Windows of gait that are kept: six minutes of walking with half overlap.
_MEMORY = 300
# After so many windows of gait the directions are estimated again.
_EVERY = 4


class Wearing:
    """The directions of the body, window after window.

    Windows of gait that contradict the directions known so far are set aside. As soon as they are
    many enough to give directions of their own, and these differ, the device was put in anew.
    Another forward with the same up counts only after the device may have been in the hand: long
    stairs downwards look alike. What is kept does not grow.

    Attributes
    ----------
    directions : Directions
        What is known now, of the device as it is worn now.
    n_contradicting : int
        Windows that are set aside.
    """

    def __init__(self) -> None:
        self._rows = np.empty((0, 12))
        self._other = np.empty((0, 12))
        self._count = 0
        self._handled = False
        self.directions = directions_of(self._rows)

    @property
    def n_contradicting(self) -> int:
        return len(self._other)

    def interrupt(self) -> None:
        """Note that the recording was interrupted."""
        self._handled = True

    def push(self, row: Floats) -> bool:
        """Take the next window; return whether the device turns out to be worn anew.

        The windows that were set aside, and this one, are then those of the new wearing.
        """
        up = self.directions.up
        if up is not None and _degrees(row[:3], up) > _OTHER_UP:
            self._handled = True
        if not may_walk(row[np.newaxis])[0]:
            return False
        agrees = self._agrees(row)
        if agrees is not False:
            self._rows = np.concatenate([self._rows, row[np.newaxis]])[-_MEMORY:]
            self._count += 1
            if agrees:
                self._other = self._other[:0]
                self._handled = False
            if self._count % _EVERY == 0:
                self.directions = directions_of(self._rows)
            return False
        self._other = np.concatenate([self._other, row[np.newaxis]])[-_MEMORY:]
        found = directions_of(self._other)
        if not self._differs(found):
            return False
        self._rows, self._other, self.directions = self._other, self._other[:0], found
        return True

    def _agrees(self, row: Floats) -> bool | None:
        """Return whether a window agrees; None where it says nothing about what is known."""
        known = self.directions
        if known.up is None:
            return None
        if _degrees(row[:3], known.up) > _OTHER_UP:
            return False
        if known.forward is None:
            return True
        direction = level_walking(row, known.up)
        if direction is None:
            return None
        if _degrees(direction, known.forward) <= _OTHER_FORWARD:
            return True
        return False if self._handled else None

    def _differs(self, found: Directions) -> bool:
        known = self.directions
        if found.up is None or known.up is None:
            return False
        if _degrees(found.up, known.up) > _OTHER_UP:
            return True
        return (
            found.forward is not None
            and known.forward is not None
            and _degrees(found.forward, known.forward) > _OTHER_FORWARD
        )

    def get_state(self) -> State:
        known = self.directions
        unit = {"up": known.up, "forward": known.forward}
        vectors = {name: vector for name, vector in unit.items() if vector is not None}
        return {
            "rows": self._rows,
            "other": self._other,
            "count": np.array([self._count, self._handled]),
            "agreement": np.array(known.agreement),
            **vectors,
        }

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._rows, self._other = state["rows"], state["other"]
        self._count, self._handled = int(state["count"][0]), bool(state["count"][1])
        self.directions = Directions(
            state.get("up"), state.get("forward"), float(state["agreement"])
        )


def _degrees(one: Floats, other: Floats) -> float:
    return float(np.degrees(np.arccos(np.clip(one @ other, -1.0, 1.0))))
