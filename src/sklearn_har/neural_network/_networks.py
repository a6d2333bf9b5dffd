"""The three architectures as pure functions: shapes and sizes in, an uncompiled Keras model out.

Every network reads whole windows of shape (n_windows, n_timesteps, n_channels) and cuts them into
subsequences itself, so that an exported model needs nothing around it. All random numbers come from
`seed`: two models built with one seed are equal, whatever was drawn before and elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import layers

from sklearn_har.neural_network._layers import FastConvLSTM, FastLSTM

__all__ = ["build_cnn_lstm", "build_conv_lstm", "build_lstm"]


def _seeds(seed: int | None) -> Iterator[int]:
    """Yield one independent seed after the other, so that no two layers start alike."""
    children = np.random.SeedSequence(seed)
    while True:
        yield int(children.spawn(1)[0].generate_state(1)[0] % 2**31)


def _initializers(seeds: Iterator[int], *, recurrent: bool = False) -> dict[str, Any]:
    """Return Keras' own initial distributions, seeded."""
    seeded: dict[str, Any] = {
        "kernel_initializer": keras.initializers.GlorotUniform(seed=next(seeds))
    }
    if recurrent:
        seeded["recurrent_initializer"] = keras.initializers.Orthogonal(seed=next(seeds))
        # Of the dropout inside the cell, which is not used. Without it Keras would draw a seed from
        # the global generator of `random`.
        seeded["seed"] = 0
    return seeded


def _lstm_stack(
    x: Any,
    seeds: Iterator[int],
    *,
    units: int,
    n_layers: int,
    bidirectional: bool,
    fast: bool,
    dtype: str,
) -> Any:
    """Stack LSTM layers; all but the last one pass their whole sequence on."""
    layer_class = FastLSTM if fast else layers.LSTM

    def lstm(sequences: bool, backwards: bool = False) -> Any:
        return layer_class(
            units,
            return_sequences=sequences,
            go_backwards=backwards,
            dtype=dtype,
            **_initializers(seeds, recurrent=True),
        )

    for i in range(n_layers):
        sequences = i < n_layers - 1
        layer = lstm(sequences)
        if bidirectional:
            # Two explicit layers: a cloned one would repeat the seeds and start with equal weights.
            layer = layers.Bidirectional(
                layer, backward_layer=lstm(sequences, backwards=True), dtype=dtype
            )
        x = layer(x)
    return x


def _head(x: Any, seeds: Iterator[int], *, dense_units: int, n_classes: int, dtype: str) -> Any:
    x = layers.Dense(dense_units, activation="relu", dtype=dtype, **_initializers(seeds))(x)
    return layers.Dense(n_classes, activation="softmax", dtype=dtype, **_initializers(seeds))(x)


def build_lstm(
    input_shape: tuple[int, int],
    n_classes: int,
    *,
    n_steps: int | None = None,
    mask_value: float | None = None,
    units: int = 100,
    n_layers: int = 1,
    bidirectional: bool = False,
    dropout: float = 0.5,
    dense_units: int = 100,
    dtype: str = "float32",
    fast: bool = True,
    seed: int | None = None,
) -> keras.Model:
    """Build the LSTM network.

    Parameters
    ----------
    input_shape : tuple of int
        (n_timesteps, n_channels).
    n_classes : int
        Number of activities.
    n_steps : int or None
        With a number, each of `n_steps` LSTM steps reads one subsequence, flattened.
    mask_value : float or None
        With a number, time steps whose channels all have this value are skipped.
    units, n_layers, bidirectional, dropout, dense_units
        As in `LSTMClassifier`.
    dtype : str
        Precision of the network.
    fast : bool
        Whether to use the recurrent layers of `_layers`; False takes Keras' own, which are slower,
        have the same weights and give the same results up to rounding.
    seed : int or None
        Seed of the initial weights and of the dropout.

    Returns
    -------
    keras.Model
        Uncompiled, from (n_windows, n_timesteps, n_channels) to (n_windows, n_classes).
    """
    seeds = _seeds(seed)
    x = inputs = layers.Input(input_shape, name="windows", dtype=dtype)
    if mask_value is not None:
        x = layers.Masking(mask_value, dtype=dtype)(x)
    if n_steps is not None:
        x = layers.Reshape((n_steps, -1), dtype=dtype)(x)
    x = _lstm_stack(
        x,
        seeds,
        units=units,
        n_layers=n_layers,
        bidirectional=bidirectional,
        fast=fast,
        dtype=dtype,
    )
    x = layers.Dropout(dropout, seed=next(seeds), dtype=dtype)(x)
    return keras.Model(
        inputs, _head(x, seeds, dense_units=dense_units, n_classes=n_classes, dtype=dtype)
    )


def build_cnn_lstm(
    input_shape: tuple[int, int],
    n_classes: int,
    *,
    n_steps: int = 4,
    filters: int = 64,
    kernel_size: int = 3,
    n_conv_layers: int = 2,
    conv_dropout: float = 0.5,
    pool_size: int = 2,
    units: int = 100,
    n_layers: int = 1,
    bidirectional: bool = False,
    dropout: float = 0.5,
    dense_units: int = 100,
    dtype: str = "float32",
    fast: bool = True,
    seed: int | None = None,
) -> keras.Model:
    """Build the CNN-LSTM network.

    The published form wraps one-dimensional convolutions into `TimeDistributed`, which loops over
    the subsequences. A two-dimensional convolution whose kernel has one row does the same sums for
    all subsequences at once.

    Parameters
    ----------
    input_shape : tuple of int
        (n_timesteps, n_channels).
    n_classes : int
        Number of activities.
    n_steps, filters, kernel_size, n_conv_layers, conv_dropout, pool_size, units, n_layers, \
bidirectional, dropout, dense_units
        As in `CNNLSTMClassifier`.
    dtype : str
        Precision of the network.
    fast : bool
        Whether to use the recurrent layers of `_layers`; False takes Keras' own, which are slower,
        have the same weights and give the same results up to rounding.
    seed : int or None
        Seed of the initial weights and of the dropout.

    Returns
    -------
    keras.Model
        Uncompiled, from (n_windows, n_timesteps, n_channels) to (n_windows, n_classes).
    """
    seeds = _seeds(seed)
    n_timesteps, n_channels = input_shape
    x = inputs = layers.Input(input_shape, name="windows", dtype=dtype)
    x = layers.Reshape((n_steps, n_timesteps // n_steps, n_channels), dtype=dtype)(x)
    for _ in range(n_conv_layers):
        x = layers.Conv2D(
            filters,
            (1, kernel_size),
            activation="relu",
            data_format="channels_last",
            dtype=dtype,
            **_initializers(seeds),
        )(x)
    x = layers.Dropout(conv_dropout, seed=next(seeds), dtype=dtype)(x)
    x = layers.MaxPooling2D((1, pool_size), data_format="channels_last", dtype=dtype)(x)
    x = layers.Reshape((n_steps, -1), dtype=dtype)(x)
    x = _lstm_stack(
        x,
        seeds,
        units=units,
        n_layers=n_layers,
        bidirectional=bidirectional,
        fast=fast,
        dtype=dtype,
    )
    x = layers.Dropout(dropout, seed=next(seeds), dtype=dtype)(x)
    return keras.Model(
        inputs, _head(x, seeds, dense_units=dense_units, n_classes=n_classes, dtype=dtype)
    )


def build_conv_lstm(
    input_shape: tuple[int, int],
    n_classes: int,
    *,
    n_steps: int = 4,
    filters: int = 64,
    kernel_size: int = 3,
    n_layers: int = 1,
    dropout: float = 0.5,
    dense_units: int = 100,
    dtype: str = "float32",
    fast: bool = True,
    seed: int | None = None,
) -> keras.Model:
    """Build the ConvLSTM network.

    Parameters
    ----------
    input_shape : tuple of int
        (n_timesteps, n_channels).
    n_classes : int
        Number of activities.
    n_steps, filters, kernel_size, n_layers, dropout, dense_units
        As in `ConvLSTMClassifier`.
    dtype : str
        Precision of the network.
    fast : bool
        Whether to use the recurrent layers of `_layers`; False takes Keras' own, which are slower,
        have the same weights and give the same results up to rounding.
    seed : int or None
        Seed of the initial weights and of the dropout.

    Returns
    -------
    keras.Model
        Uncompiled, from (n_windows, n_timesteps, n_channels) to (n_windows, n_classes).
    """
    seeds = _seeds(seed)
    n_timesteps, n_channels = input_shape
    x = inputs = layers.Input(input_shape, name="windows", dtype=dtype)
    x = layers.Reshape((n_steps, 1, n_timesteps // n_steps, n_channels), dtype=dtype)(x)
    for i in range(n_layers):
        x = (FastConvLSTM if fast else layers.ConvLSTM2D)(
            filters,
            (1, kernel_size),
            activation="relu",
            recurrent_activation="sigmoid",
            return_sequences=i < n_layers - 1,
            data_format="channels_last",
            dtype=dtype,
            **_initializers(seeds, recurrent=True),
        )(x)
    x = layers.Dropout(dropout, seed=next(seeds), dtype=dtype)(x)
    x = layers.Flatten(dtype=dtype)(x)
    return keras.Model(
        inputs, _head(x, seeds, dense_units=dense_units, n_classes=n_classes, dtype=dtype)
    )
