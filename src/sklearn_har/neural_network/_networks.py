"""The three architectures as pure functions: shapes and sizes in, an uncompiled Keras model out.

Every network reads whole windows of shape (n_windows, n_timesteps, n_channels) and cuts them into
subsequences itself, so that an exported model needs nothing around it. All random numbers come from
`seed`: two models built with one seed are equal, whatever was drawn before and elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from sklearn_har.augmentation import Augmentation
from sklearn_har.neural_network._input_layers import Augment, ChannelScaling
from sklearn_har.neural_network._layers import FastBatchNormalization, FastConvLSTM, FastLSTM

__all__ = ["build_cnn_lstm", "build_conv_lstm", "build_lstm", "per_layer"]

# Keras' own 0.99 forgets its first guess after hundreds of batches, which small data sets have not.
BATCH_NORM_MOMENTUM = 0.9


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


def _windows(
    input_shape: tuple[int, int],
    *,
    scaling: str | None,
    augmentation: Sequence[Augmentation],
    seed: int | None,
    dtype: str,
) -> tuple[Any, Any]:
    """Return the input, and the input changed in training and scaled."""
    x = inputs = layers.Input(input_shape, name="windows", dtype=dtype)
    if augmentation:
        # From a sequence of its own: the weights start as they do without augmentation.
        own = None if seed is None else next(_seeds(seed + 1))
        x = Augment(tuple(augmentation), seed=own, dtype=dtype)(x)
    if scaling is not None:
        x = ChannelScaling(scaling, dtype=dtype)(x)
    return inputs, x


def _conv_stack(
    x: Any,
    seeds: Iterator[int],
    *,
    filters: int | Sequence[int],
    kernel_size: int | Sequence[int],
    n_conv_layers: int,
    padding: str,
    batch_normalization: bool,
    pool_size: int,
    pool_after: str,
    dropout: float,
    fast: bool,
    dtype: str,
) -> Any:
    """Convolve and pool (n_windows, n_steps, length, n_features) along the third axis."""

    def pool(x: Any) -> Any:
        return layers.MaxPooling2D((1, pool_size), data_format="channels_last", dtype=dtype)(x)

    def drop(x: Any) -> Any:
        return layers.Dropout(dropout, seed=next(seeds), dtype=dtype)(x)

    each = pool_after == "each"
    for n_filters, size in zip(
        per_layer(filters, n_conv_layers), per_layer(kernel_size, n_conv_layers), strict=True
    ):
        x = layers.Conv2D(
            n_filters,
            (1, size),
            activation=None if batch_normalization else "relu",
            padding=padding,
            use_bias=not batch_normalization,
            data_format="channels_last",
            dtype=dtype,
            **_initializers(seeds),
        )(x)
        if each:
            # Before the normalisation, which then has less to do.
            x = pool(x)
        if batch_normalization:
            normalization = FastBatchNormalization if fast else layers.BatchNormalization
            x = normalization(momentum=BATCH_NORM_MOMENTUM, dtype=dtype)(x)
            x = layers.ReLU(dtype=dtype)(x)
        if each:
            x = drop(x)
    return x if each else pool(drop(x))


def _filled_up(x: Any, n_steps: int, dtype: str) -> Any:
    """Put zeros behind (n_windows, n_timesteps, n_channels), so that n_steps divides the steps."""
    if missing := -x.shape[1] % n_steps:
        x = layers.ZeroPadding1D((0, missing), data_format="channels_last", dtype=dtype)(x)
    return x


def per_layer(sizes: int | Sequence[int], n_layers: int) -> list[int]:
    """Return one size for each layer."""
    return list(sizes) if isinstance(sizes, Sequence) else [sizes] * n_layers


def _pooled(x: Any, pooling: str, dtype: str) -> Any:
    """Pool the outputs (n_windows, n_steps, n_features) of all steps."""
    parts = []
    if pooling in ("average", "both"):
        parts.append(layers.GlobalAveragePooling1D(data_format="channels_last", dtype=dtype)(x))
    if pooling in ("max", "both"):
        parts.append(layers.GlobalMaxPooling1D(data_format="channels_last", dtype=dtype)(x))
    return layers.Concatenate(dtype=dtype)(parts) if len(parts) > 1 else parts[0]


def _lstm_stack(
    x: Any,
    seeds: Iterator[int],
    *,
    units: int,
    n_layers: int,
    bidirectional: bool,
    pooling: str,
    fast: bool,
    dtype: str,
) -> Any:
    """Stack LSTM layers and reduce the last one's sequence to one vector a window."""
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
        sequences = i < n_layers - 1 or pooling != "last"
        layer = lstm(sequences)
        if bidirectional:
            # Two explicit layers: a cloned one would repeat the seeds and start with equal weights.
            layer = layers.Bidirectional(
                layer, backward_layer=lstm(sequences, backwards=True), dtype=dtype
            )
        # As in `FastLSTM`; layers of Keras as well.
        layer.supports_masking = True
        x = layer(x)
    return x if pooling == "last" else _pooled(x, pooling, dtype)


def _head(
    x: Any, seeds: Iterator[int], *, dense_units: int | None, n_classes: int, dtype: str
) -> Any:
    if dense_units is not None:
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
    pooling: str = "last",
    dropout: float = 0.5,
    dense_units: int | None = 100,
    scaling: str | None = None,
    augmentation: Sequence[Augmentation] = (),
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
    units, n_layers, bidirectional, pooling, dropout, dense_units
        As in `LSTMClassifier`.
    scaling, augmentation
        As in `LSTMClassifier`, the augmentations as a sequence.
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
    inputs, x = _windows(
        input_shape, scaling=scaling, augmentation=augmentation, seed=seed, dtype=dtype
    )
    if mask_value is not None:
        x = layers.Masking(mask_value, dtype=dtype)(x)
    if n_steps is not None:
        x = layers.Reshape((n_steps, -1), dtype=dtype)(_filled_up(x, n_steps, dtype))
    x = _lstm_stack(
        x,
        seeds,
        units=units,
        n_layers=n_layers,
        bidirectional=bidirectional,
        pooling=pooling,
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
    n_steps: int | None = 4,
    filters: int | Sequence[int] = 64,
    kernel_size: int | Sequence[int] = 3,
    n_conv_layers: int = 2,
    padding: str = "valid",
    batch_normalization: bool = False,
    conv_dropout: float = 0.5,
    pool_size: int = 2,
    pool_after: str = "last",
    units: int = 100,
    n_layers: int = 1,
    bidirectional: bool = False,
    pooling: str = "last",
    dropout: float = 0.5,
    dense_units: int | None = 100,
    scaling: str | None = None,
    augmentation: Sequence[Augmentation] = (),
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
    n_steps, filters, kernel_size, n_conv_layers, padding, batch_normalization, conv_dropout, \
pool_size, pool_after, units, n_layers, bidirectional, pooling, dropout, dense_units
        As in `CNNLSTMClassifier`.
    scaling, augmentation
        As in `CNNLSTMClassifier`, the augmentations as a sequence.
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
    inputs, x = _windows(
        input_shape, scaling=scaling, augmentation=augmentation, seed=seed, dtype=dtype
    )
    n_parts = n_steps or 1
    x = _filled_up(x, n_parts, dtype)
    x = layers.Reshape((n_parts, x.shape[1] // n_parts, x.shape[2]), dtype=dtype)(x)
    x = _conv_stack(
        x,
        seeds,
        filters=filters,
        kernel_size=kernel_size,
        n_conv_layers=n_conv_layers,
        padding=padding,
        batch_normalization=batch_normalization,
        pool_size=pool_size,
        pool_after=pool_after,
        dropout=conv_dropout,
        fast=fast,
        dtype=dtype,
    )
    # Without subsequences the LSTM reads what is left of the time steps.
    x = layers.Reshape((n_steps or x.shape[2], -1), dtype=dtype)(x)
    x = _lstm_stack(
        x,
        seeds,
        units=units,
        n_layers=n_layers,
        bidirectional=bidirectional,
        pooling=pooling,
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
    n_conv_layers: int = 0,
    conv_filters: int | Sequence[int] = 64,
    conv_kernel_size: int | Sequence[int] = 5,
    conv_dropout: float = 0.0,
    padding: str = "valid",
    batch_normalization: bool = False,
    pool_size: int = 2,
    pool_after: str = "each",
    pooling: str = "last",
    dropout: float = 0.5,
    dense_units: int | None = 100,
    scaling: str | None = None,
    augmentation: Sequence[Augmentation] = (),
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
    n_steps, filters, kernel_size, n_layers, n_conv_layers, conv_filters, conv_kernel_size, \
conv_dropout, padding, batch_normalization, pool_size, pool_after, pooling, dropout, dense_units
        As in `ConvLSTMClassifier`.
    scaling, augmentation
        As in `ConvLSTMClassifier`, the augmentations as a sequence.
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
    inputs, x = _windows(
        input_shape, scaling=scaling, augmentation=augmentation, seed=seed, dtype=dtype
    )
    if n_conv_layers:
        # Over the whole window, before it is cut: no subsequence loses its ends.
        x = layers.Reshape((1, *x.shape[1:]), dtype=dtype)(x)
        x = _conv_stack(
            x,
            seeds,
            filters=conv_filters,
            kernel_size=conv_kernel_size,
            n_conv_layers=n_conv_layers,
            padding="same",
            batch_normalization=batch_normalization,
            pool_size=pool_size,
            pool_after=pool_after,
            dropout=conv_dropout,
            fast=fast,
            dtype=dtype,
        )
        x = layers.Reshape(x.shape[2:], dtype=dtype)(x)
    x = _filled_up(x, n_steps, dtype)
    x = layers.Reshape((n_steps, 1, x.shape[1] // n_steps, x.shape[2]), dtype=dtype)(x)
    for i in range(n_layers):
        x = (FastConvLSTM if fast else layers.ConvLSTM2D)(
            filters,
            (1, kernel_size),
            activation="relu",
            recurrent_activation="sigmoid",
            padding=padding,
            return_sequences=i < n_layers - 1 or pooling != "last",
            data_format="channels_last",
            dtype=dtype,
            **_initializers(seeds, recurrent=True),
        )(x)
    if pooling != "last":
        # Over all subsequences and all their time steps.
        x = _pooled(layers.Reshape((-1, x.shape[-1]), dtype=dtype)(x), pooling, dtype)
    x = layers.Dropout(dropout, seed=next(seeds), dtype=dtype)(x)
    x = layers.Flatten(dtype=dtype)(x)
    return keras.Model(
        inputs, _head(x, seeds, dense_units=dense_units, n_classes=n_classes, dtype=dtype)
    )
