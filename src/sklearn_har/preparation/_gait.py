"""Find the directions of a walking person, and notice when a device is worn in a new way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sklearn_har.preparation._state import State

Floats = NDArray[np.float64]

# In Hz: the usual frequencies of steps.
_STEPS = 1.4, 2.6
# In s: a window must hold several steps.
SHORTEST = 2.0
# In g: while a person walks, the standard deviations of the three axes add up to more than this.
_MOVING = 0.3
# Steps have at least this share of the power of a walking person.
_RHYTHM = 0.12
# Level walking: the magnitude of the quadrature vector, which is 1 for an inverted pendulum, and
# the ratio of vertical to horizontal power. Downstairs is weaker and steeper.
_QUADRATURE, _STEEPEST = 0.75, 8.0
# Gait of any kind, stairs included.
_GAIT_QUADRATURE, _GAIT_STEEPNESS = 0.5, 4.0
# At least this many windows, about 17 s of walking with half overlap, must agree, and how well.
_ENOUGH = 12
_AXIS_AGREES, _SIGN_AGREES = 0.8, 0.5
# In degrees: if gravity while walking, or the direction of level walking, differs by more, the
# device was repositioned. Bodies lean by up to 30 degrees on stairs.
_OTHER_UP, _OTHER_FORWARD = 40.0, 60.0
# Windows of gait in memory: six minutes of walking with half overlap.
_MEMORY = 300
# The directions are estimated again after this many windows of gait.
_EVERY = 4


@dataclass(frozen=True)
class Directions:
    """The directions of the body, as far as they are known.

    `up` and `forward` are unit vectors in the axes of the device. `agreement` is that of the
    `n_walking` windows of level walking about forward, from 0 to 1.
    """

    up: Floats | None = None
    forward: Floats | None = None
    agreement: float = 0.0
    n_walking: int = 0

    @property
    def known(self) -> Literal["none", "up", "body"]:
        """Return which directions are known."""
        if self.up is None:
            return "none"
        return "up" if self.forward is None else "body"


def gait_rows(acceleration: NDArray[np.floating], sampling_rate: float) -> Floats:
    """Return features of gait, of shape (n_windows, 12), for windows (n_windows, n_timesteps, 3).

    The features come from the cross-spectrum of the three axes at the frequency of the steps. Its
    real part gives the power along each direction. Its imaginary part, an axial vector, gives the
    quadrature of horizontal and vertical acceleration.

    A row holds the direction of gravity, the axial vector, and the six different entries of the
    real part: xx, yy, zz, xy, xz, yz. If nobody walks in a window, all but gravity are zero. A row
    depends on its window alone, to the last bit.
    """
    windows = np.asarray(acceleration, dtype=np.float64)
    n_windows, n_timesteps, _ = windows.shape
    rows = np.zeros((n_windows, 12))
    if n_windows == 0:
        return rows
    gravity = windows.mean(axis=1)
    movement = windows - gravity[:, np.newaxis]
    spectrum = np.fft.rfft(movement * np.hanning(n_timesteps)[:, np.newaxis], axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).sum(axis=2)
    frequency = np.fft.rfftfreq(n_timesteps, 1.0 / sampling_rate)
    steps = np.flatnonzero((frequency > _STEPS[0]) & (frequency < _STEPS[1]))
    in_band, at_all = power[:, steps].sum(axis=1), power[:, 1:].sum(axis=1)
    length = np.linalg.norm(gravity, axis=1)
    rows[:, :3] = gravity / np.maximum(length, 1e-12)[:, np.newaxis]
    walks = (
        (movement.std(axis=1).sum(axis=1) > _MOVING) & (in_band > _RHYTHM * at_all) & (length > 0.0)
    )
    at_steps = spectrum[walks][:, steps]
    x, y, z = (at_steps[:, :, i] for i in range(3))
    pairs = [(x, x), (y, y), (z, z), (x, y), (x, z), (y, z)]
    cross = [(np.conj(one) * other).sum(axis=1) for one, other in pairs]
    axial = [cross[5].imag, -cross[4].imag, cross[3].imag]
    rows[walks, 3:] = np.column_stack([*axial, *(entry.real for entry in cross)])
    return rows


def may_walk(rows: Floats) -> NDArray[np.bool_]:
    """Return in which windows a person may walk."""
    return np.asarray(rows[:, 6:9].sum(axis=1) > 0.0)


def directions_of(rows: Floats) -> Directions:
    """Return the directions of the body that `gait_rows` of one position of the device agree on.

    Up is the median direction of gravity over windows of gait. Forward is where horizontal
    acceleration is in quadrature with vertical acceleration. Its axis comes from squares of complex
    numbers, so that downstairs, of the opposite sign, does no harm; their sum gives its sign.
    """
    rows = rows[may_walk(rows)]
    if len(rows) < _ENOUGH:
        return Directions()
    up = _median_direction(rows[:, :3])
    for _ in range(2):
        _, strength, steepness = _quadrature(rows, up)
        gait = (strength > _GAIT_QUADRATURE) | (steepness > _GAIT_STEEPNESS)
        if gait.sum() < _ENOUGH:
            return Directions()
        up = _median_direction(rows[gait, :3])
    quadrature, strength, steepness = _quadrature(rows, up)
    walking = gait & _is_level(strength, steepness)
    forward, agreement = _forward(quadrature[walking], up)
    return Directions(up, forward, agreement, int(walking.sum()))


def level_walking(row: Floats, up: Floats) -> Floats | None:
    """Return the unit vector forward of one window; None if it is not level walking."""
    quadrature, strength, steepness = _quadrature(row[np.newaxis], up)
    if not _is_level(strength, steepness)[0]:
        return None
    return np.asarray(quadrature[0] / strength[0])


def _is_level(strength: Floats, steepness: Floats) -> NDArray[np.bool_]:
    return (strength > _QUADRATURE) & (steepness < _STEEPEST)


def _median_direction(vectors: Floats) -> Floats:
    middle: Floats = np.median(vectors, axis=0)
    return middle / np.linalg.norm(middle)


def _quadrature(rows: Floats, up: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the quadrature vectors, their lengths, and vertical over horizontal power."""
    axial, real = rows[:, 3:6], rows[:, 6:]
    u = np.array([*up**2, 2 * up[0] * up[1], 2 * up[0] * up[2], 2 * up[1] * up[2]])
    vertical = np.maximum(real @ u, 1e-12)
    horizontal = np.maximum(real[:, :3].sum(axis=1) - vertical, 1e-12)
    vectors = axial @ _across(up) / np.sqrt(vertical * horizontal)[:, np.newaxis]
    return vectors, np.linalg.norm(vectors, axis=1), vertical / horizontal


def _forward(quadrature: Floats, up: Floats) -> tuple[Floats | None, float]:
    if len(quadrature) < _ENOUGH:
        return None, 0.0
    to_up = rotation_onto(up)
    a, b = to_up[1], to_up[2]
    plane = quadrature @ a + 1j * (quadrature @ b)
    squares, size = (plane**2).sum(), np.abs(plane).sum()
    axis = np.exp(0.5j * np.angle(squares))
    along = (plane * np.conj(axis)).real.sum()
    agreement = float(abs(along) / size)
    if abs(squares) < _AXIS_AGREES * (np.abs(plane) ** 2).sum() or agreement < _SIGN_AGREES:
        return None, agreement
    axis = axis * np.sign(along)
    return axis.real * a + axis.imag * b, agreement


def rotation_onto(up: Floats, forward: Floats | None = None) -> Floats:
    """Return the rotation of vectors into the axes of the body: rows up, forward and left.

    Without `forward`, it is the smallest rotation that maps `up` to the first axis.
    """
    if forward is not None:
        return np.stack([up, forward, np.cross(up, forward)])
    first = np.array([1.0, 0.0, 0.0])
    if up[0] < -1.0 + 1e-9:
        return np.diag([-1.0, -1.0, 1.0])
    skew = _across(np.cross(up, first))
    return np.asarray(np.eye(3) + skew + skew @ skew / (1.0 + up[0]))


def _across(v: Floats) -> Floats:
    """Return the matrix whose product ``w @ matrix`` is the cross product of w and v."""
    x, y, z = v.tolist()
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])


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
