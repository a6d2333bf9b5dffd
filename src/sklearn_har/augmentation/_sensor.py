"""Augmentations that imitate other sensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sklearn_har.augmentation._base import Augmentation, channels_of, check_size, join, normal


@dataclass(frozen=True)
class SensorNoise(Augmentation):
    """Add the noise and the bias of another sensor.

    The bias is constant per window and axis; the noise is new in each sample. Both are normally
    distributed. `total_acc` and `body_acc` get the same noise, because they come from one sensor.
    Only `total_acc` gets the bias, because the filter that removes gravity removes it too.

    Parameters
    ----------
    acceleration : float, default=0.005
        Standard deviation of the noise and the bias of accelerations, in the unit of the windows
        (g).
    gyroscope : float, default=0.01
        Standard deviation of the noise and the bias of angular velocities, in the unit of the
        windows (rad/s).
    layout : "auto" or tuple of str, default="auto"
        The meaning of each three channels, as for :class:`GravityRotation`. Triads named "other"
        stay unchanged.

    Examples
    --------
    >>> from sklearn_har.augmentation import SensorNoise
    >>> SensorNoise(acceleration=0.01)
    SensorNoise(acceleration=0.01, gyroscope=0.01, layout='auto')
    """

    acceleration: float = 0.005
    gyroscope: float = 0.01
    layout: str | tuple[str, ...] = "auto"

    def check(self, n_timesteps: int, n_channels: int) -> None:
        check_size(self, acceleration=self.acceleration, gyroscope=self.gyroscope)
        channels_of(self, self.layout, n_channels)

    def apply(self, windows: Any, seed: Any) -> Any:
        where = channels_of(self, self.layout, windows.shape[-1])
        each, once = (windows.shape[1], 3), (1, 3)
        noise = normal(windows, each, self.acceleration, seed)
        added = {
            "total_acc": noise + normal(windows, once, self.acceleration, seed),
            "body_acc": noise,
            "body_gyro": normal(windows, each, self.gyroscope, seed)
            + normal(windows, once, self.gyroscope, seed),
        }
        triads = {triad.start: name for name, triad in where.items()}
        parts = []
        for start in range(0, windows.shape[-1], 3):
            part = windows[..., start : start + 3]
            parts.append(part + added[triads[start]] if start in triads else part)
        return join(parts)
