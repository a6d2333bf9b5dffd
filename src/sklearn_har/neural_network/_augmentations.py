"""The check of the parameter `augmentation` of the classifiers."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn_har.augmentation import Augmentation

__all__ = ["checked_augmentations"]


def checked_augmentations(
    given: Augmentation | Sequence[Augmentation] | None, n_timesteps: int, n_channels: int
) -> tuple[Augmentation, ...]:
    """Return what the parameter `augmentation` of a classifier names, fit for such windows."""
    if given is None:
        return ()
    augmentations = tuple(given) if isinstance(given, Sequence) else (given,)
    for augmentation in augmentations:
        if not isinstance(augmentation, Augmentation):
            raise TypeError(
                "augmentation must be one of sklearn_har.augmentation, or a list of them, got "
                f"{augmentation!r}."
            )
        augmentation.check(n_timesteps, n_channels)
    return augmentations
