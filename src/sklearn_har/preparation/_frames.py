"""Find the frame of the body, and rotate signals into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sklearn_har.preparation._gait import (
    Directions,
    Wearing,
    directions_of,
    gait_rows,
    may_walk,
    rotation_onto,
)
from sklearn_har.preparation._signals import SignalStage
from sklearn_har.preparation._stages import Samples, WindowBuffer
from sklearn_har.preparation._state import Stateful
from sklearn_har.utils._numbers import check_rate

Floats = NDArray[np.float64]
Level = Literal["upright", "body"]

# This channel is 1 for samples in the axes of the body and 0 for those in the device's.
_KNOWN = "frame_known"
# In s: the length of the windows in which gait is searched; they overlap by half.
_WINDOW = 2.56
# In degrees: a rotation that differs by less is not replaced, to avoid small steps in the signals.
_SAME = 5.0
# In Hz: lower rates do not contain the steps of running people.
_LOWEST_RATE = 8.0


@dataclass(frozen=True, eq=False)
class BodyFrame:
    """The axes of the body of the person who wears a device.

    Made by :func:`estimate_body_frame`.

    Parameters
    ----------
    rotation : ndarray of shape (3, 3)
        The directions up, forward and left, as rows in the axes of the device, so that
        ``rotation @ vector`` is in the axes of the body. With ``known="up"``, the second and third
        axes are horizontal in any direction; with ``known="none"``, it is the identity.
    known : {"none", "up", "body"}
        Which directions are known.
    agreement : float
        The agreement of windows of level walking about forward, from 0 to 1.
    walking : float
        Duration of the level walking used, in s.
    start, end : float
        The time span of this frame, in s; infinite at the ends of a recording.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.preparation import BodyFrame
    >>> frame = BodyFrame(np.eye(3), known="body", agreement=0.97, walking=60.0)
    >>> frame.up
    array([1., 0., 0.])
    """

    rotation: Floats = field(default_factory=lambda: np.eye(3))
    known: Literal["none", "up", "body"] = "none"
    agreement: float = 0.0
    walking: float = 0.0
    start: float = -np.inf
    end: float = np.inf

    @property
    def up(self) -> Floats | None:
        """Return the direction up in the axes of the device; None if it is unknown."""
        return None if self.known == "none" else self.rotation[0]

    @property
    def forward(self) -> Floats | None:
        """Return the direction forward in the axes of the device; None if it is unknown."""
        return self.rotation[1] if self.known == "body" else None


def rotation_into(level: Level, known: Directions | BodyFrame) -> Floats | None:
    """Return the rotation into the wanted frame; None if it is unknown."""
    if known.up is None or (level == "body" and known.forward is None):
        return None
    return rotation_onto(known.up, known.forward if level == "body" else None)


def turn(signals: Samples, rotation: Floats, n_triads: int) -> Samples:
    """Rotate signals (..., n_channels + 1) and set their last channel to 1."""
    turned = signals.copy()
    for j in range(0, 3 * n_triads, 3):
        x, y, z = (signals[..., j + i] for i in range(3))
        # Computed element by element: the rounding of a matrix product may depend on the number of
        # rows.
        for i, (a, b, c) in enumerate(rotation.tolist()):
            turned[..., j + i] = a * x + b * y + c * z
    turned[..., -1] = 1.0
    return turned


class FrameFinder:
    """Find the frames of a whole recording: one for each placement of the device."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._buffer = _buffer(rate)
        self._starts: list[NDArray[np.int64]] = []
        self._rows: list[Floats] = []
        self._interruptions: set[int] = set()

    def push(self, first: int, acceleration: Samples) -> None:
        """Take the accelerations from a grid point onwards."""
        starts, windows = self._buffer.push(first, acceleration)
        self._starts.append(starts)
        self._rows.append(gait_rows(windows, self._rate))

    def finish(self) -> None:
        self._buffer.finish()
        self._interruptions.add(sum(map(len, self._rows)))

    def frames(self, origin: float) -> list[BodyFrame]:
        """Return the frames in order of time; grid point 0 is at `origin`, in s."""
        rows = np.concatenate([np.empty((0, 12)), *self._rows])
        centre = np.concatenate([np.empty(0), *self._starts]) / self._rate + origin + _WINDOW / 2
        edges = [0, *self._changes(rows), len(rows)]
        frames = []
        for begin, end in pairwise(edges):
            found = directions_of(rows[begin:end])
            up = found.up
            frames.append(
                BodyFrame(
                    np.eye(3) if up is None else rotation_onto(up, found.forward),
                    found.known,
                    found.agreement,
                    found.n_walking * _WINDOW / 2,
                    -np.inf if begin == 0 else float(centre[begin - 1 : begin + 1].mean()),
                    np.inf if end == len(rows) else float(centre[end - 1 : end + 1].mean()),
                )
            )
        return frames

    def _changes(self, rows: Floats) -> list[int]:
        """Return the windows at which the device is worn in a new way."""
        wearing = Wearing()
        changes: list[int] = []
        agreed = contradicted = 0
        for i, row in enumerate(rows):
            if i in self._interruptions:
                wearing.interrupt()
            aside = wearing.n_contradicting
            if wearing.push(row):
                # Between the last step in the old position and the first one in the new, gravity
                # turns most while the device is in the hand.
                between = rows[agreed : contradicted + 1, :3]
                turned = (between[1:] * between[:-1]).sum(axis=1)
                changes.append(agreed + 1 + int(turned.argmin()))
                agreed = i
            elif wearing.n_contradicting > aside == 0:
                contradicted = i
            elif wearing.n_contradicting == 0 and may_walk(row[np.newaxis])[0]:
                agreed = i
        return changes


def _buffer(rate: float) -> WindowBuffer:
    length = round(_WINDOW * rate)
    return WindowBuffer(length, length // 2, 3)


class BodyAxes(Stateful):
    """Rotate `signals` into the axes of the body as soon as they are known.

    `frames` are those of the recording; None to find them while samples arrive.
    """

    _optional = ("_rotation",)

    def __init__(
        self, signals: SignalStage, level: Level, frames: Sequence[BodyFrame] | None = None
    ) -> None:
        self._signals = signals
        self.grid = signals.grid
        self._rate = check_frame_rate(signals.grid.rate)
        self._level = level
        self._frames = frames
        self._n_triads = signals.n_triads
        self._buffer = _buffer(self._rate)
        self._wearing = Wearing()
        self._rotation: Floats | None = None
        self.channel_names = (*signals.channel_names, _KNOWN)

    @property
    def look_ahead(self) -> int:
        """The number of later grid points that must be known before a signal is complete."""
        return self._signals.look_ahead

    def push(self, time: Floats, samples: NDArray[Any]) -> tuple[int, Samples]:
        return self._turn(*self._signals.push(time, samples))

    def finish(self) -> tuple[int, Samples] | None:
        rest = self._signals.finish()
        turned = None if rest is None else self._turn(*rest)
        self._buffer.finish()
        self._wearing.interrupt()
        return turned

    def _turn(self, first: int, signals: Samples) -> tuple[int, Samples]:
        turned = np.concatenate([signals, np.zeros((len(signals), 1))], axis=1)
        if self._frames is None:
            changes = self._found(first, signals)
        else:
            changes = self._rotations_by_sample(first, len(signals), self._frames)
        for i, (begin, rotation) in enumerate(changes):
            end = changes[i + 1][0] if i + 1 < len(changes) else len(turned)
            if rotation is not None:
                turned[begin:end] = turn(turned[begin:end], rotation, self._n_triads)
        return first, turned

    def _rotations_by_sample(
        self, first: int, n: int, frames: Sequence[BodyFrame]
    ) -> list[tuple[int, Floats | None]]:
        """Return the rotations and their first samples, from the frames of the recording."""
        assert self.grid.origin is not None
        starts = (np.array([f.start for f in frames]) - self.grid.origin) * self._rate - first
        begins = np.ceil(np.clip(starts, 0, n)).astype(int).tolist()
        rotations = [rotation_into(self._level, frame) for frame in frames]
        return list(zip(begins, rotations, strict=True))

    def _found(self, first: int, signals: Samples) -> list[tuple[int, Floats | None]]:
        """Return the rotations and their first samples, from the windows of gait so far."""
        changes = [(0, self._rotation)]
        starts, windows = self._buffer.push(first, signals[:, :3])
        rows = gait_rows(windows, self._rate)
        for i, row in enumerate(rows):
            self._wearing.push(row)
            rotation = rotation_into(self._level, self._wearing.directions)
            if not _same(rotation, self._rotation):
                self._rotation = rotation
                # The result of a window applies only to later samples.
                changes.append((int(starts[i]) + windows.shape[1] - first, rotation))
        return changes

    def _parts(self) -> dict[str, Any]:
        return {"signals": self._signals, "gait": self._buffer, "wearing": self._wearing}


def check_triad(name: str, channels: Sequence[int]) -> None:
    """Raise a ValueError unless there are three channels, the axes of a vector, or none."""
    if len(channels) != 3 and (channels or name == "acceleration"):
        raise ValueError(
            f"frame must be 'device' unless {name} names three axes, got {len(channels)} "
            "channel(s)."
        )


def check_frame_rate(rate: float) -> float:
    """Return the rate if it is high enough to contain steps."""
    checked = check_rate(rate)
    if checked < _LOWEST_RATE:
        raise ValueError(
            f"frame must be 'device' for a sampling_rate below {_LOWEST_RATE:g} Hz, at which steps "
            f"cannot be seen, got {checked:g} Hz."
        )
    return checked


def _same(one: Floats | None, other: Floats | None) -> bool:
    if one is None or other is None:
        return one is other
    cosine = (np.trace(one @ other.T) - 1.0) / 2.0
    return bool(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))) <= _SAME)
