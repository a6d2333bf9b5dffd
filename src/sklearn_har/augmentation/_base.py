"""The base class of augmentations, and the kinds of channels.

Keras' random layers change images, but for noise and dropout, which are the same for all channels.
tsaug changes arrays before the training.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from sklearn_har.utils._warnings import warn_user

TRIADS = ("total_acc", "body_acc", "body_gyro", "other")

# By number of channels: the usual content of files of phones and watches, in the order of UCI HAR.
USUAL = {
    9: ("total_acc", "body_acc", "body_gyro"),
    6: ("total_acc", "body_gyro"),
    3: ("total_acc",),
}


@dataclass(frozen=True)
class Augmentation(ABC):
    """Base class of random changes of training windows.

    An augmentation is a comparable value that holds only settings, so you can use it in a grid of
    :class:`~sklearn.model_selection.GridSearchCV` and in a saved model. The classifiers apply it to
    each batch inside the compiled training step, never during prediction.

    A subclass is a frozen dataclass with a method `apply`, and optionally `check` and
    `reason_against`. If `required` is False, a classifier skips an augmentation that does not fit
    its windows, with a warning.

    See Also
    --------
    GravityRotation : Rotate only the direction of gravity.

    Examples
    --------
    An augmentation that plays windows backwards, each with a probability of one half:

    >>> from dataclasses import dataclass
    >>> from sklearn_har.augmentation import Augmentation
    >>> @dataclass(frozen=True)
    ... class TimeReversal(Augmentation):
    ...     def apply(self, windows, seed):
    ...         import keras
    ...         n_windows = keras.ops.shape(windows)[0]
    ...         coin = keras.random.uniform((n_windows, 1, 1), seed=seed)
    ...         return keras.ops.where(coin < 0.5, keras.ops.flip(windows, axis=1), windows)
    >>> TimeReversal()
    TimeReversal()
    """

    # Without a type annotation, it does not become a field of subclasses.
    required = True

    @abstractmethod
    def apply(self, windows: Any, seed: Any) -> Any:
        """Return the changed windows.

        Parameters
        ----------
        windows : tensor of shape (n_windows, n_timesteps, n_channels)
            A batch in the units of the recording, before any scaling. The number of windows is
            unknown at compile time; use `keras.ops.shape(windows)[0]`.
        seed : keras.random.SeedGenerator
            The source of all random numbers, so that training is reproducible.

        Returns
        -------
        tensor of the shape of `windows`
            The changed batch, computed by :mod:`keras.ops` alone.
        """

    def check(self, n_timesteps: int, n_channels: int) -> None:  # noqa: B027  # nothing to ask for
        """Raise a ValueError if windows of this shape cannot be changed.

        Parameters
        ----------
        n_timesteps, n_channels : int
            Shape of the windows.
        """

    def reason_against(self, windows: NDArray[Any]) -> str | None:
        """Return why these windows should not be changed; None if they may be.

        Parameters
        ----------
        windows : ndarray of shape (n_windows, n_timesteps, n_channels)
            All training windows.

        Returns
        -------
        str or None
            The end of a sentence.
        """
        return None


def check_augmentations(
    given: Augmentation | Sequence[Augmentation] | None, windows: NDArray[Any]
) -> tuple[Augmentation, ...]:
    """Return the augmentations of a parameter that fit such windows.

    Parameters
    ----------
    given : Augmentation, sequence of Augmentation or None
        The parameter `augmentation` of a classifier.
    windows : ndarray of shape (n_windows, n_timesteps, n_channels)
        Windows to train on.

    Returns
    -------
    tuple of Augmentation
        Without those that do not fit and are not `required`, of which a warning tells.

    Raises
    ------
    TypeError
        If something else was given.
    ValueError
        If a required augmentation does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.augmentation import SensorNoise, check_augmentations
    >>> check_augmentations(SensorNoise(), np.zeros((2, 128, 6)))
    (SensorNoise(...),)
    """
    if given is None:
        return ()
    kept = []
    for augmentation in given if isinstance(given, Sequence) else (given,):
        if not isinstance(augmentation, Augmentation):
            raise TypeError(
                "augmentation must be one of sklearn_har.augmentation, or a list of them, got "
                f"{augmentation!r}."
            )
        try:
            augmentation.check(*windows.shape[1:])
            reason = augmentation.reason_against(windows)
        except ValueError as error:
            if augmentation.required:
                raise
            reason = str(error)
        if reason is None or augmentation.required:
            kept.append(augmentation)
        if reason is not None:
            left_out = "" if augmentation.required else " is left out"
            warn_user(f"The augmentation {augmentation}{left_out}: {reason}")
    return tuple(kept)


def channels_of(
    augmentation: Augmentation, layout: str | tuple[str, ...], n_channels: int
) -> dict[str, slice]:
    """Return the position of each triad of channels by name.

    `layout` names each three channels, and messages name the augmentation. A remaining channel,
    `frame_known`, stays unchanged.
    """
    name = type(augmentation).__name__
    # The remaining channel tells whether the frame of the body is known, and has no axes.
    n_in_triads = n_channels - (n_channels % 3 == 1)
    if layout == "auto":
        if n_in_triads not in USUAL:
            raise ValueError(
                f"{name}(layout='auto') accepts windows of 9 channels {USUAL[9]}, of 6 {USUAL[6]} "
                f"and of 3 {USUAL[3]}, three axes each; got windows of {n_channels} channel(s). "
                "Name the channels, for example layout=('total_acc', 'other')."
            )
        layout = USUAL[n_in_triads]
    if (
        not isinstance(layout, tuple | list)
        or set(layout) - set(TRIADS)
        or any(layout.count(triad) > 1 for triad in TRIADS[:3])
    ):
        raise ValueError(
            f"{name}: layout must be 'auto' or a tuple that names each three channels, out of "
            f"{TRIADS}, none of the first three twice; got {layout!r}."
        )
    if 3 * len(layout) != n_in_triads:
        raise ValueError(
            f"{name}: layout={layout!r} names {3 * len(layout)} channels, three axes each, but "
            f"the windows have {n_channels}."
        )
    return {triad: slice(3 * i, 3 * i + 3) for i, triad in enumerate(layout) if triad != "other"}


def gravity_and_movement(windows: Any, where: dict[str, slice]) -> tuple[Any, Any]:
    """Split `total_acc` into gravity and movement; without `body_acc`, its mean is gravity."""
    from keras import ops

    total = windows[..., where["total_acc"]]
    if "body_acc" in where:
        movement = windows[..., where["body_acc"]]
        return ops.subtract(total, movement), movement
    gravity = ops.mean(total, axis=1, keepdims=True)
    return gravity, ops.subtract(total, gravity)


def normal(windows: Any, shape: tuple[int, ...], stddev: float, seed: Any) -> Any:
    """Draw normally distributed numbers of a shape for each window."""
    import keras

    shape = (keras.ops.shape(windows)[0], *shape)
    return keras.random.normal(shape, stddev=stddev, dtype=windows.dtype, seed=seed)


def join(parts: list[Any]) -> Any:
    """Join channels, of which some may be empty."""
    from keras import ops

    parts = [part for part in parts if part.shape[-1]]
    return ops.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]


def check_size(augmentation: Augmentation, **values: float) -> None:
    """Raise a ValueError unless all `values` are finite numbers of 0 or more."""
    for name, value in values.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value < float("inf"):
            raise ValueError(
                f"{type(augmentation).__name__}: {name} must be a finite number of 0 or more, got "
                f"{value!r}."
            )
