"""Augmentations that rotate the device."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_har.augmentation._base import (
    Augmentation,
    channels_of,
    check_size,
    gravity_and_movement,
    join,
    normal,
)
from sklearn_har.utils._layouts import some_windows

# The share of the mean over a window in the power of accelerations. It is 0.94 in UCI HAR, 0.75
# with jogging in MotionSense, and 0.01 to 0.11 in channels without gravity.
_GRAVITY = 0.2


@dataclass(frozen=True)
class GravityRotation(Augmentation):
    """Rotate the direction of gravity in each window by a random angle about a random axis.

    Networks rely on the direction of gravity in the axes of the device, because it separates
    postures. But half of it comes from habits of the subject and the position of the device, so
    networks trained with a varied direction recognise new subjects better. The movement itself,
    `body_acc` and the gyroscope, stays unchanged: `total_acc` becomes `body_acc + R (total_acc -
    body_acc)` with one rotation `R` per window.

    Parameters
    ----------
    degrees : float, default=15.0
        Standard deviation of the normally distributed angle, in degrees.
    layout : "auto" or tuple of str, default="auto"
        The meaning of each three channels: "total_acc", "body_acc", "body_gyro" or "other". "auto"
        takes 9 channels as these three in this order, 6 as "total_acc" and "body_gyro", and 3 as
        "total_acc". Without "body_acc", the mean of `total_acc` over the window is its gravity.
    required : bool, default=True
        Whether a classifier refuses windows that this augmentation cannot read. If False, it skips
        the augmentation with a warning, also for windows without gravity.

    Warns
    -----
    UserWarning
        If `layout` is "auto" and the first three channels hold no gravity, while a classifier is
        fitted.

    See Also
    --------
    DeviceRotation : Rotate all channels together.
    sklearn_har.preparation.separate_gravity : Compute `body_acc` from `total_acc`.

    References
    ----------
    .. [1] Um, T. T., et al. (2017). Data augmentation of wearable sensor data for Parkinson's
       disease monitoring using convolutional neural networks. ICMI. :doi:`10.1145/3136755.3136817`
       (rotations of the whole signal).

    Examples
    --------
    >>> from sklearn_har import LSTMClassifier
    >>> from sklearn_har.augmentation import GravityRotation
    >>> LSTMClassifier(n_steps=16, augmentation=GravityRotation(degrees=10))
    LSTMClassifier(augmentation=GravityRotation(degrees=10, layout='auto'),
                   n_steps=16)
    """

    degrees: float = 15.0
    layout: str | tuple[str, ...] = "auto"
    required: bool = field(default=True, repr=False)

    def check(self, n_timesteps: int, n_channels: int) -> None:
        check_size(self, degrees=self.degrees)
        if "total_acc" not in channels_of(self, self.layout, n_channels):
            raise ValueError(
                f"GravityRotation needs a triad 'total_acc', the only one with gravity; got "
                f"layout={self.layout!r}."
            )

    def reason_against(self, windows: NDArray[Any]) -> str | None:
        if self.layout != "auto":
            return None
        samples = some_windows(windows)[..., :3].astype(np.float64)
        if (samples.mean(axis=1) ** 2).sum(axis=-1).mean() >= _GRAVITY * (samples**2).mean() * 3:
            return None
        return (
            "the first three channels, read as accelerations with gravity, hold none. "
            "Name the channels, for example layout=('body_gyro',)."
        )

    def apply(self, windows: Any, seed: Any) -> Any:
        from keras import ops

        where = channels_of(self, self.layout, windows.shape[-1])
        gravity, _ = gravity_and_movement(windows, where)
        change = ops.subtract(_rotate(gravity, self.degrees, seed), gravity)
        place = where["total_acc"]
        turned = ops.add(windows[..., place], change)
        return join([windows[..., : place.start], turned, windows[..., place.stop :]])


@dataclass(frozen=True)
class DeviceRotation(Augmentation):
    """Rotate the device: all triads of a window by one random rotation.

    Parameters
    ----------
    degrees : float, default=10.0
        Standard deviation of the normally distributed angle, in degrees.

    See Also
    --------
    GravityRotation : Keep the movement unchanged, which gave better results on UCI HAR.

    References
    ----------
    .. [1] Um, T. T., et al. (2017). Data augmentation of wearable sensor data for Parkinson's
       disease monitoring using convolutional neural networks. ICMI. :doi:`10.1145/3136755.3136817`

    Examples
    --------
    >>> from sklearn_har.augmentation import DeviceRotation
    >>> DeviceRotation(degrees=20)
    DeviceRotation(degrees=20)
    """

    degrees: float = 10.0

    def check(self, n_timesteps: int, n_channels: int) -> None:
        check_size(self, degrees=self.degrees)
        if n_channels < 3 or n_channels % 3 > 1:
            raise ValueError(
                "DeviceRotation needs channels in triads of axes x, y, z, with at most one channel "
                f"after them, got windows of {n_channels} channel(s)."
            )

    def apply(self, windows: Any, seed: Any) -> Any:
        from keras import ops

        n_timesteps, n_channels = windows.shape[1:]
        # All triads below one another, so that one rotation per window applies to all.
        n_triads = n_channels // 3
        rows = ops.reshape(windows[..., : 3 * n_triads], (-1, n_timesteps * n_triads, 3))
        turned = ops.reshape(_rotate(rows, self.degrees, seed), (-1, n_timesteps, 3 * n_triads))
        return join([turned, windows[..., 3 * n_triads :]])


def _rotate(vectors: Any, degrees: float, seed: Any) -> Any:
    """Rotate the vectors (n_windows, n, 3) of each window, by Rodrigues' formula."""
    from keras import ops

    axis = normal(vectors, (1, 3), 1.0, seed)
    axis = ops.divide(axis, ops.norm(axis, axis=-1, keepdims=True) + 1e-12)
    angle = normal(vectors, (1, 1), math.radians(degrees), seed)
    cosine, sine = ops.cos(angle), ops.sin(angle)
    along = ops.sum(ops.multiply(axis, vectors), axis=-1, keepdims=True)
    x, y, z = ops.split(vectors, 3, axis=-1)
    a, b, c = ops.split(axis, 3, axis=-1)
    across = ops.concatenate([b * z - c * y, c * x - a * z, a * y - b * x], axis=-1)
    return cosine * vectors + sine * across + (1 - cosine) * along * axis
