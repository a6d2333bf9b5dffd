"""Augmentations that vary the movement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sklearn_har.augmentation._base import (
    Augmentation,
    channels_of,
    check_size,
    gravity_and_movement,
    join,
    normal,
)


@dataclass(frozen=True)
class AmplitudeScaling(Augmentation):
    """Make the movement of each window stronger or weaker, without changing gravity.

    Parameters
    ----------
    spread : float, default=0.1
        Standard deviation of the logarithm of the factor, which is log-normal. With 0.1, two thirds
        of the windows change by less than 10 per cent.
    layout : "auto" or tuple of str, default="auto"
        The meaning of each three channels, as for :class:`GravityRotation`. Without "body_acc", the
        mean of `total_acc` over the window is its gravity.

    See Also
    --------
    CadenceScaling : Change the speed of the movement.

    Examples
    --------
    >>> from sklearn_har.augmentation import AmplitudeScaling
    >>> AmplitudeScaling(spread=0.2)
    AmplitudeScaling(spread=0.2, layout='auto')
    """

    spread: float = 0.1
    layout: str | tuple[str, ...] = "auto"

    def check(self, n_timesteps: int, n_channels: int) -> None:
        check_size(self, spread=self.spread)
        channels_of(self, self.layout, n_channels)

    def apply(self, windows: Any, seed: Any) -> Any:
        from keras import ops

        where = channels_of(self, self.layout, windows.shape[-1])
        factor = ops.exp(normal(windows, (1, 1), self.spread, seed))
        if "total_acc" not in where:
            return ops.multiply(windows, factor)
        _, movement = gravity_and_movement(windows, where)
        place = where["total_acc"]
        return join(
            [
                ops.multiply(windows[..., : place.start], factor),
                ops.add(windows[..., place], ops.multiply(movement, factor - 1)),
                ops.multiply(windows[..., place.stop :], factor),
            ]
        )


@dataclass(frozen=True)
class CadenceScaling(Augmentation):
    """Make the movement of each window faster or slower about its middle.

    Parameters
    ----------
    spread : float, default=0.1
        Standard deviation of the logarithm of the speed, which is log-normal. Values between
        samples are interpolated. A faster window ends early and is continued by its mirror image.

    See Also
    --------
    AmplitudeScaling : Change the strength of the movement.

    References
    ----------
    .. [1] Um, T. T., et al. (2017). Data augmentation of wearable sensor data for Parkinson's
       disease monitoring using convolutional neural networks. ICMI. :doi:`10.1145/3136755.3136817`

    Examples
    --------
    >>> from sklearn_har.augmentation import CadenceScaling
    >>> CadenceScaling(spread=0.05)
    CadenceScaling(spread=0.05)
    """

    spread: float = 0.1

    def check(self, n_timesteps: int, n_channels: int) -> None:
        check_size(self, spread=self.spread)
        if n_timesteps < 2:
            raise ValueError(
                f"CadenceScaling needs windows of at least 2 time steps, got {n_timesteps}."
            )

    def apply(self, windows: Any, seed: Any) -> Any:
        from keras import ops

        last = windows.shape[1] - 1
        speed = ops.exp(normal(windows, (1,), self.spread, seed))
        middle = last / 2
        offsets = ops.cast(ops.arange(last + 1), windows.dtype) - middle
        position = middle + speed * offsets
        # Mirrored repeatedly at both ends: a triangle wave.
        position = ops.abs(ops.mod(position + last, 2.0 * last) - last)
        before = ops.clip(ops.floor(position), 0, last - 1)
        weight = ops.expand_dims(position - before, -1)
        index = ops.expand_dims(ops.cast(before, "int32"), -1)
        left = ops.take_along_axis(windows, index, axis=1)
        right = ops.take_along_axis(windows, index + 1, axis=1)
        return left + weight * (right - left)
