"""Compute the signals of a classifier from measured samples, part by part."""

import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sklearn_har.preparation._stages import (
    GridResampler,
    MedianOfThree,
    Samples,
    low_pass,
)
from sklearn_har.preparation._state import Stateful
from sklearn_har.utils._channels import columns_of
from sklearn_har.utils._numbers import check_rate

# Channels given by position are checked by these words in their names.
_NAMED = {
    "acceleration": re.compile("gyr|rotation|angular|mag(?!nitude)", re.IGNORECASE),
    "angular_velocity": re.compile(r"acc(?!uracy)|mag(?!nitude)", re.IGNORECASE),
}
# The filter orders of UCI HAR: see remove_noise.
_NOISE_ORDER, _GRAVITY_ORDER, _DRIFT_ORDER = 10, 3, 2


class SignalStage(Stateful):
    """Resampling, noise filter, and removal of gravity and drift as one stage.

    `channel_names` and `input_rate` describe the samples; the other parameters are those of
    `Preparation`.
    """

    _optional = ("_next",)

    def __init__(
        self,
        channel_names: Sequence[str],
        *,
        input_rate: float,
        sampling_rate: float,
        acceleration: Sequence[int | str],
        angular_velocity: Sequence[int | str],
        other: Sequence[int | str] | Literal["rest"],
        noise_cutoff: float | None,
        gravity_cutoff: float | None,
        drift_cutoff: float | None,
    ) -> None:
        rate = check_rate(sampling_rate)
        _check_kind("acceleration", acceleration, channel_names)
        _check_kind("angular_velocity", angular_velocity, channel_names)
        acc = columns_of(acceleration, "acceleration", channel_names)
        gyro = columns_of(angular_velocity, "angular_velocity", channel_names)
        if isinstance(other, str) and other == "rest":
            rest = [i for i in range(len(channel_names)) if i not in {*acc, *gyro}]
        else:
            rest = columns_of(other, "other", channel_names)
        self._columns = acc + gyro + rest
        if not self._columns:
            raise ValueError(
                "acceleration, angular_velocity or other must name a channel, got none."
            )
        if len(set(self._columns)) < len(self._columns):
            raise ValueError(
                "acceleration, angular_velocity and other must name each channel once, got "
                f"{acceleration!r}, {angular_velocity!r} and {other!r}."
            )
        self._acceleration = slice(0, len(acc))
        self._turning = slice(len(acc), len(acc) + len(gyro))
        names = [channel_names[i] for i in acc]
        bodies = [name.replace("total", "body", 1) for name in names]
        if set(bodies) & set(names):
            bodies = [f"body_{name}" for name in names]
        self.grid = GridResampler(rate, input_rate)
        self._median = None if noise_cutoff is None else MedianOfThree()
        self._noise = self._gravity = self._drift = None
        if noise_cutoff is not None:
            self._noise = low_pass(noise_cutoff, rate, _NOISE_ORDER, "noise_cutoff")
        if gravity_cutoff is not None and acc:
            self._gravity = low_pass(gravity_cutoff, rate, _GRAVITY_ORDER, "gravity_cutoff")
            names += bodies
        if drift_cutoff is not None and gyro:
            self._drift = low_pass(drift_cutoff, rate, _DRIFT_ORDER, "drift_cutoff")
        #: The number of vectors in the axes of the device, which come first.
        self.n_triads = (len(names) + len(gyro)) // 3
        #: Accelerations, body accelerations, angular velocities and other channels.
        self.channel_names = (*names, *(channel_names[i] for i in gyro + rest))
        self._next: int | None = None

    @property
    def look_ahead(self) -> int:
        """The number of later grid points that must be known before a signal is complete."""
        return 0 if self._median is None else 1

    def push(self, time: NDArray[np.float64], samples: NDArray[Any]) -> tuple[int, Samples]:
        """Return the number of the first new grid point, and the signals from there on."""
        first, values = self.grid.push(time, samples[:, self._columns].astype(np.float64))
        return self._filter(first, values)

    def finish(self) -> tuple[int, Samples] | None:
        rest = self.grid.finish()
        if rest is None:
            return None
        signals = self._filter(*rest, last=True)
        for stage in (self._noise, self._gravity, self._drift):
            if stage is not None:
                stage.finish()
        self._next = None
        return signals

    def _filter(self, first: int, values: Samples, *, last: bool = False) -> tuple[int, Samples]:
        if self._next is None:
            self._next = first
        if self._median is not None:
            known = self._median.push(values)
            rest = self._median.finish() if last else None
            values = known if rest is None else np.concatenate([known, rest])
        if self._noise is not None:
            values = self._noise.push(values)
        total, turning = values[:, self._acceleration], values[:, self._turning]
        signals = [total]
        if self._gravity is not None:
            signals.append(total - self._gravity.push(total))
        if self._drift is not None:
            turning = turning - self._drift.push(turning)
        # The median delays by a sample, so its output has other numbers than its input. A part has
        # no gaps.
        first = self._next
        self._next += len(values)
        return first, np.concatenate([*signals, turning, values[:, self._turning.stop :]], axis=1)

    def _parts(self) -> dict[str, Any]:
        return {
            "resampler": self.grid,
            "median": self._median,
            "noise": self._noise,
            "gravity": self._gravity,
            "drift": self._drift,
        }


def _check_kind(argument: str, given: Sequence[int | str], channel_names: Sequence[str]) -> None:
    """Raise a ValueError if channels given by position have names of another kind."""
    if all(isinstance(channel, str) for channel in given):
        return
    names = [channel_names[i] for i in columns_of(given, argument, channel_names)]
    wrong = [name for name in names if _NAMED[argument].search(name)]
    if wrong:
        raise ValueError(
            f"{argument}={tuple(given)} takes the channels {names}, but the names {wrong} say "
            "otherwise: give the channels by name, such as Preparation(acceleration=[...], "
            f"angular_velocity=[...]); the channels are {list(channel_names)}."
        )
