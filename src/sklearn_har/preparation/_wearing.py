"""Follow the directions of the body, and notice when a device is worn in a new way."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_har.preparation._gait import Directions, directions_of, level_walking, may_walk
from sklearn_har.preparation._stages import State

Floats = NDArray[np.float64]

# In degrees: if gravity while walking, or the direction of level walking, differs by more, the
# device was repositioned. Bodies lean by up to 30 degrees on stairs.
_OTHER_UP, _OTHER_FORWARD = 40.0, 60.0
# Windows of gait in memory: six minutes of walking with half overlap.
_MEMORY = 300
# The directions are estimated again after this many windows of gait.
_EVERY = 4


class Wearing:
    """Follow the directions of the body, window after window.

    Windows of gait that contradict the known directions are set aside. Once they suffice for
    directions of their own, and these differ, the device was repositioned. Another forward with the
    same up counts only after the device may have been in the hand, because long stairs downwards
    look alike. The memory in use does not grow.
    """

    def __init__(self) -> None:
        self._rows = np.empty((0, 12))
        self._other = np.empty((0, 12))
        self._count = 0
        self._handled = False
        self.directions = directions_of(self._rows)

    @property
    def n_contradicting(self) -> int:
        """The number of windows set aside."""
        return len(self._other)

    def interrupt(self) -> None:
        self._handled = True

    def push(self, row: Floats) -> bool:
        """Take the next window and return whether the device is worn in a new way.

        If so, this window and those set aside belong to the new position.
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
        """Return whether a window agrees; None if it does not show the known directions."""
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
        state = {
            "rows": self._rows,
            "other": self._other,
            "count": np.array([self._count, self._handled]),
            "agreement": np.array(known.agreement),
        }
        vectors = {"up": known.up, "forward": known.forward}
        return state | {name: vector for name, vector in vectors.items() if vector is not None}

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._rows, self._other = state["rows"], state["other"]
        self._count, self._handled = int(state["count"][0]), bool(state["count"][1])
        vectors = state.get("up"), state.get("forward")
        self.directions = Directions(*vectors, float(state["agreement"]))


def _degrees(one: Floats, other: Floats) -> float:
    return float(np.degrees(np.arccos(np.clip(one @ other, -1.0, 1.0))))
