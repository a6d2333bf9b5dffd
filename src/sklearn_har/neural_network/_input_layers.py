"""Layers for augmentation and scaling, between the windows and the network.

Both take windows in the units of the recording, so a trained network needs no further preparation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import layers, ops

from sklearn_har.augmentation import Augmentation
from sklearn_har.preprocessing import CompandingTransformer
from sklearn_har.utils._moments import mean_and_deviation


@keras.saving.register_keras_serializable(package="sklearn_har")
class Augment(layers.Layer):
    """Apply augmentations one after the other in training, and nothing in prediction."""

    def __init__(
        self, augmentations: tuple[Augmentation, ...], seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.augmentations = tuple(augmentations)
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, windows: Any, training: bool = False) -> Any:
        """Return the windows, changed in training."""
        if training:
            for augmentation in self.augmentations:
                windows = augmentation.apply(windows, self.generator)
        return windows

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of a layer that predicts equally.

        A Keras file is for prediction: it holds no augmentations, which may be of any class.
        """
        return {**super().get_config(), "augmentations": []}


@keras.saving.register_keras_serializable(package="sklearn_har")
class ChannelScaling(layers.Layer):
    """Scale channels by statistics of windows, which are not trained.

    "standard" subtracts the mean of each channel and divides by its deviation. "companding" does so
    after `arcsinh(x / noise_floor)`. "both" returns the two together, as twice as many channels.
    """

    # The copy for exported files computes arcsinh in another form.
    arcsinh = staticmethod(ops.arcsinh)

    def __init__(self, scaling: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scaling = scaling
        self.companding = scaling != "standard"
        self.linear = scaling != "companding"

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the variables of the statistics."""

        def statistic(name: str, initial: str) -> Any:
            return self.add_weight(
                shape=(input_shape[-1],), initializer=initial, trainable=False, name=name
            )

        if self.linear:
            self.mean = statistic("mean", "zeros")
            self.deviation = statistic("deviation", "ones")
        if self.companding:
            self.noise_floor = statistic("noise_floor", "ones")
            self.companded_mean = statistic("companded_mean", "zeros")
            self.companded_deviation = statistic("companded_deviation", "ones")

    def learn(self, windows: npt.NDArray[np.floating]) -> None:
        """Compute the statistics of windows (n_windows, n_timesteps, n_channels)."""
        if self.linear:
            _assign_mean_and_deviation(self.mean, self.deviation, windows)
        if self.companding:
            companding = CompandingTransformer().fit(windows)
            self.noise_floor.assign(companding.noise_floor_)
            _assign_mean_and_deviation(
                self.companded_mean, self.companded_deviation, windows, companding.transform
            )

    def statistic(self, variable: Any, windows: Any) -> Any:
        """Return a statistic in the form that the computation uses."""
        return variable

    def call(self, windows: Any) -> Any:
        """Return the scaled channels."""

        def standardised(x: Any, mean: Any, deviation: Any) -> Any:
            return (x - self.statistic(mean, windows)) / self.statistic(deviation, windows)

        parts = []
        if self.linear:
            parts.append(standardised(windows, self.mean, self.deviation))
        if self.companding:
            companded = self.arcsinh(windows / self.statistic(self.noise_floor, windows))
            parts.append(standardised(companded, self.companded_mean, self.companded_deviation))
        return ops.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of an equal layer."""
        return {**super().get_config(), "scaling": self.scaling}


def learn_scaling(model: keras.Model, windows: npt.NDArray[np.floating]) -> None:
    """Fit the scaling layers of a model to windows (n_windows, n_timesteps, n_channels)."""
    for layer in model.layers:
        if isinstance(layer, ChannelScaling):
            layer.learn(windows)


def _assign_mean_and_deviation(
    mean: Any,
    deviation: Any,
    windows: npt.NDArray[Any],
    function: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] | None = None,
) -> None:
    average, spread = mean_and_deviation(windows, function)
    mean.assign(average)
    deviation.assign(np.where(spread > 0, spread, 1.0))
