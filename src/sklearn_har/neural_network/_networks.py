"""Build networks from their sizes, with blocks that all of them share.

An :class:`Architecture` has sizes and computes features from windows; :func:`build_network` adds
the input and the classification. The models are uncompiled and use only registered layers and
`keras.ops`. The seeds of layers come from one sequence, so two models built with one seed are
equal, whatever random numbers were drawn elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, repeat
from numbers import Integral
from typing import Any, Literal, NamedTuple

import keras
import numpy as np
from keras import layers

from sklearn_har.augmentation import Augmentation
from sklearn_har.neural_network._input_layers import Augment, ChannelScaling
from sklearn_har.neural_network._layers import FastBatchNormalization, FastConvLSTM, FastLSTM
from sklearn_har.utils._validation import check_n_steps

Pooling = Literal["last", "average", "max", "both"]
PoolAfter = Literal["last", "each"]
Padding = Literal["valid", "same"]

# Keras' default of 0.99 forgets the initial value after hundreds of batches, too many for small
# data.
BATCH_NORM_MOMENTUM = 0.9

# Subsequences beyond the number of time steps would be zeros. Without this limit, an altered file
# could make windows of any size.
MAX_STEPS = 1024


def _seeds(seed: int | None) -> Iterator[int]:
    """Yield independent seeds, so that no two layers start with equal weights."""
    children = np.random.SeedSequence(seed)
    while True:
        yield int(children.spawn(1)[0].generate_state(1)[0] % 2**31)


class LayerFactory:
    """Make the layers of one network, with one precision and a seed for each.

    `fast` chooses the layers of `_layers`. Those of Keras are slower, with the same weights and the
    same results up to rounding. `shapes` are those of the arrays of a saved network; then only
    weights of these shapes are made.
    """

    def __init__(
        self,
        *,
        seed: int | None = None,
        dtype: str = "float32",
        fast: bool = True,
        shapes: Iterable[tuple[int, ...]] | None = None,
    ) -> None:
        self.seeds = _seeds(seed)
        self.dtype = dtype
        self.lstm = FastLSTM if fast else layers.LSTM
        self.conv_lstm = FastConvLSTM if fast else layers.ConvLSTM2D
        self.batch_normalization = FastBatchNormalization if fast else layers.BatchNormalization
        self._unused = None if shapes is None else Counter(shapes)

    def __call__(self, layer: Any, *args: Any, **kwargs: Any) -> Any:
        """Make a layer without a kernel."""
        return layer(*args, dtype=self.dtype, **kwargs)

    def with_kernel(self, layer: Any, shape: tuple[int, ...], *args: Any, **kwargs: Any) -> Any:
        """Make a layer with a kernel of a given shape."""
        self.expect(shape)
        kernel = keras.initializers.GlorotUniform(seed=next(self.seeds))
        return self(layer, *args, kernel_initializer=kernel, **kwargs)

    def recurrent(self, layer: Any, shape: tuple[int, ...], *args: Any, **kwargs: Any) -> Any:
        """Make a recurrent layer with a kernel of a given shape."""
        self.expect(shape)
        kernel = keras.initializers.GlorotUniform(seed=next(self.seeds))
        state = keras.initializers.Orthogonal(seed=next(self.seeds))
        # The seed belongs to a dropout inside the cell that is not used. Without it, Keras would
        # draw one from the global generator of `random`.
        initial = {"kernel_initializer": kernel, "recurrent_initializer": state, "seed": 0}
        return self(layer, *args, **initial, **kwargs)

    def dropout(self, rate: float) -> Any:
        """Make a dropout layer."""
        return self(layers.Dropout, rate, seed=next(self.seeds))

    def expect(self, shape: tuple[int, ...]) -> None:
        """Raise a ValueError before allocating an array that a saved network does not have.

        Each array exists once, so this also limits the number of layers.
        """
        if self._unused is None:
            return
        if not self._unused[shape]:
            raise ValueError(f"it needs an array of shape {shape}, which the file does not have")
        self._unused[shape] -= 1


class Architecture:
    """The sizes of a network, and its computation of features from windows.

    A subclass declares its sizes, including `dropout` and `dense_units`, as
    :func:`~sklearn_har.neural_network._parameters.with_parameters` reads them.
    """

    dropout: float
    dense_units: int | None

    def _check_sizes(self, n_timesteps: int, settings: Any) -> None:
        """Raise a ValueError if the sizes do not fit windows of `n_timesteps` time steps.

        `settings` has the training parameters of the classifier.
        """

    def _features(self, x: Any, make: LayerFactory) -> Any:
        """Return the features of windows (n_windows, n_timesteps, n_channels)."""
        raise NotImplementedError


def build_network(
    architecture: type[Architecture],
    input_shape: tuple[int, int],
    n_classes: int,
    *,
    scaling: str | None = None,
    augmentation: Sequence[Augmentation] = (),
    dtype: str = "float32",
    fast: bool = True,
    seed: int | None = None,
    shapes: Iterable[tuple[int, ...]] | None = None,
    **sizes: Any,
) -> keras.Model:
    """Build an uncompiled network from (n_timesteps, n_channels) to probabilities of activities.

    `scaling` and `augmentation` are parameters of the classifiers; `dtype`, `fast`, `seed` and
    `shapes` those of `LayerFactory`. An unknown size raises a TypeError.
    """
    network = architecture(**sizes)
    make = LayerFactory(seed=seed, dtype=dtype, fast=fast, shapes=shapes)
    x = inputs = make(layers.Input, input_shape, name="windows")
    if augmentation:
        # A separate sequence of seeds: the weights start as without augmentation.
        own = None if seed is None else next(_seeds(seed + 1))
        x = make(Augment, tuple(augmentation), seed=own)(x)
    if scaling is not None:
        make.expect(input_shape[-1:])
        x = make(ChannelScaling, scaling)(x)
    x = network._features(x, make)
    x = make.dropout(network.dropout)(x)
    if len(x.shape) > 2:
        x = make(layers.Flatten)(x)
    for size, activation in ((network.dense_units, "relu"), (n_classes, "softmax")):
        if size is not None:
            shape = x.shape[-1], size
            x = make.with_kernel(layers.Dense, shape, size, activation=activation)(x)
    return keras.Model(inputs, x)


def subsequence_length(n_timesteps: int, n_steps: int, remainder: str) -> int:
    """Return the number of time steps of a subsequence, including padding."""
    if remainder == "error":
        check_n_steps(
            n_steps, n_timesteps, remedy=" Or pass remainder='pad' to append zeros to the window."
        )
    return -(-n_timesteps // n_steps)


def fill_up(x: Any, n_steps: int, make: LayerFactory) -> Any:
    """Append zeros to (n_windows, n_timesteps, n_channels), so that n_steps divides the steps."""
    if n_steps > max(x.shape[1], MAX_STEPS):
        raise ValueError(
            f"n_steps={n_steps} is more than {MAX_STEPS} and more than the {x.shape[1]} time "
            "steps. Choose fewer n_steps."
        )
    if missing := -x.shape[1] % n_steps:
        x = make(layers.ZeroPadding1D, (0, missing), data_format="channels_last")(x)
    return x


def pool_steps(x: Any, pooling: str, make: LayerFactory) -> Any:
    """Pool the outputs (n_windows, n_steps, n_features) of all steps."""
    parts = []
    if pooling in ("average", "both"):
        parts.append(make(layers.GlobalAveragePooling1D, data_format="channels_last")(x))
    if pooling in ("max", "both"):
        parts.append(make(layers.GlobalMaxPooling1D, data_format="channels_last")(x))
    return make(layers.Concatenate)(parts) if len(parts) > 1 else parts[0]


def stack_lstm(x: Any, make: LayerFactory, sizes: Any) -> Any:
    """Stack LSTM layers, and reduce the last sequence to one vector per window.

    `sizes` is an architecture with `units`, `n_layers`, `bidirectional` and `pooling`.
    """
    for i in range(sizes.n_layers):
        sequences = i < sizes.n_layers - 1 or sizes.pooling != "last"
        forward, *backward = (
            make.recurrent(
                make.lstm,
                (x.shape[-1], 4 * sizes.units),
                sizes.units,
                return_sequences=sequences,
                go_backwards=backwards,
            )
            for backwards in (False, True)[: 1 + sizes.bidirectional]
        )
        layer = forward
        if backward:
            # Two explicit layers, because a cloned one would repeat the seeds and start with equal
            # weights.
            layer = make(layers.Bidirectional, forward, backward_layer=backward[0])
        # As in `FastLSTM`, also for layers of Keras.
        layer.supports_masking = True
        x = layer(x)
    return x if sizes.pooling == "last" else pool_steps(x, sizes.pooling, make)


class Convolutions(NamedTuple):
    """Convolutions along time, with max-pooling and dropout after each or only the last."""

    filters: int | Sequence[int]
    kernel_size: int | Sequence[int]
    n_layers: int
    padding: str
    batch_normalization: bool
    pool_size: int
    pool_after: str
    dropout: float

    def _sizes(self) -> Iterator[tuple[int, int]]:
        """Yield the number of filters and the length of the kernel of each convolution."""
        each = (
            s if isinstance(s, Sequence) else repeat(s) for s in (self.filters, self.kernel_size)
        )
        return islice(zip(*each, strict=False), self.n_layers)

    def length_after(self, length: int, *, what: str, prefix: str = "") -> int:
        """Return the number of time steps after the convolutions, or raise a ValueError.

        The message names `what` is convolved, and the parameters with their `prefix`.
        """
        for name in ("filters", "kernel_size"):
            value = getattr(self, name)
            sizes = value if isinstance(value, Sequence) else [value] * self.n_layers
            wrong = [size for size in sizes if not isinstance(size, Integral) or size < 1]
            if wrong or len(sizes) != self.n_layers:
                raise ValueError(
                    f"{prefix}{name} must be one positive integer or one for each of the "
                    f"n_conv_layers={self.n_layers} convolutions, got {value!r}."
                )
        for i, (_, size) in enumerate(self._sizes()):
            left = length - (size - 1 if self.padding == "valid" else 0)
            pooled = self.pool_after == "each" or i == self.n_layers - 1
            if left < (self.pool_size if pooled else 1):
                raise ValueError(
                    f"{prefix}kernel_size={self.kernel_size}, n_conv_layers={self.n_layers} and "
                    f"pool_size={self.pool_size} do not fit {what}: the convolutions leave "
                    f"{max(left, 0)} time steps to pool. Choose fewer n_steps, a shorter kernel or "
                    "a smaller pool."
                )
            length = left // self.pool_size if pooled else left
        return length

    def apply(self, x: Any, make: LayerFactory) -> Any:
        """Convolve and pool (n_windows, n_steps, length, n_features) along the third axis."""

        def pool(x: Any) -> Any:
            return make(layers.MaxPooling2D, (1, self.pool_size), data_format="channels_last")(x)

        each = self.pool_after == "each"
        for filters, size in self._sizes():
            x = make.with_kernel(
                layers.Conv2D,
                (1, size, x.shape[-1], filters),
                filters,
                (1, size),
                activation=None if self.batch_normalization else "relu",
                padding=self.padding,
                use_bias=not self.batch_normalization,
                data_format="channels_last",
            )(x)
            if each:
                # Before the normalisation, to reduce its work.
                x = pool(x)
            if self.batch_normalization:
                x = make(make.batch_normalization, momentum=BATCH_NORM_MOMENTUM)(x)
                x = make(layers.ReLU)(x)
            if each:
                x = make.dropout(self.dropout)(x)
        return x if each else pool(make.dropout(self.dropout)(x))
