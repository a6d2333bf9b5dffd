"""Layers that compute the same as those of the networks, in operations of the converters.

tf2onnx writes an invalid file for TensorFlow's fused LSTM, LiteRT has no arcsinh, and its loop over
few steps is slow.
"""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from sklearn_har.exceptions import ExportError
from sklearn_har.neural_network._input_layers import ChannelScaling
from sklearn_har.neural_network._layers import FastConvLSTM, FastLSTM
from sklearn_har.utils._errors import one_line

# A convolutional LSTM with at most this many steps is unrolled. As a loop it takes 11 to 24 ms.
_MAX_CONVOLVED_STEPS = 64


def arcsinh(x: Any) -> Any:
    """Compute arcsinh without its operation, which LiteRT lacks.

    Both signs are computed separately: a difference of large numbers would lose digits.
    """

    def of_positive(y: Any) -> Any:
        return ops.log(y + ops.sqrt(ops.square(y) + 1.0))

    return of_positive(ops.relu(x)) - of_positive(ops.relu(-x))


@keras.saving.register_keras_serializable(package="sklearn_har")
class PortableLSTM(FastLSTM):
    """LSTM as a loop of Keras, or unrolled over a few steps.

    The converter to ONNX recognises the loop and makes one operator of it. LiteRT runs a loop step
    by step, which is slower than the unrolled form for at most `max_written_out` steps.
    """

    def __init__(self, units: int, max_written_out: int = 0, **kwargs: Any) -> None:
        super().__init__(units, **{**kwargs, "use_cudnn": False})
        self.max_written_out = max_written_out
        # The number of steps of the loop in the last call; 0 without a loop.
        self.n_loop_steps = 0

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        usual = (
            mask is None
            and self.use_bias
            and not self.return_state
            and not self.stateful
            and self.activation is keras.activations.tanh
            and self.recurrent_activation is keras.activations.sigmoid
        )
        n_steps = sequences.shape[1]
        if usual and n_steps <= self.max_written_out:
            return self._written_out(sequences, n_steps)
        self.n_loop_steps = n_steps
        if mask is not None:
            return self._run_masked(sequences, mask)
        return layers.LSTM.call(self, sequences)

    def _run_masked(self, sequences: Any, mask: Any) -> Any:
        """Run over the unmasked steps, moved to the front, without a mask in the loop.

        All moves are products with matrices of zeros and ones.
        """
        n_steps = sequences.shape[1]
        counts = _as_number(mask)
        if self.go_backwards:
            sequences, counts = ops.flip(sequences, axis=1), ops.flip(counts, axis=1)
        # The number of unmasked steps up to each one, which is also its new position.
        read = ops.cumsum(counts, axis=1)
        places = ops.arange(1, n_steps + 1, dtype="float32")
        # Positions begin at 1, so that masked steps are moved nowhere.
        moves = _as_number(ops.equal((read * counts)[:, None, :], places[:, None]))
        outputs = layers.RNN(self.cell, return_sequences=True).call(ops.matmul(moves, sequences))
        if not self.return_sequences:
            is_last = _as_number(ops.equal(read[:, -1:, None], places))
            return ops.squeeze(ops.matmul(is_last, outputs), axis=1)
        # A masked step repeats the previous output.
        if self.zero_output_for_mask:
            read = read * counts
        return ops.matmul(_as_number(ops.equal(read[:, :, None], places)), outputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "max_written_out": self.max_written_out}


def _as_number(condition: Any) -> Any:
    return ops.cast(condition, "float32")


@keras.saving.register_keras_serializable(package="sklearn_har")
class PortableConvLSTM(FastConvLSTM):
    """Convolutional LSTM, unrolled over its steps, with one convolution for all gates."""

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        cell = self.cell
        n_steps = sequences.shape[1]
        if (
            mask is not None
            or n_steps > _MAX_CONVOLVED_STEPS
            or self.return_state
            or self.stateful
            or cell.data_format != "channels_last"
        ):
            return layers.ConvLSTM2D.call(self, sequences, mask=mask)
        flat = ops.reshape(sequences, (-1, *sequences.shape[2:]))
        projected = ops.conv(
            flat,
            cell.kernel,
            strides=cell.strides,
            padding=cell.padding,
            data_format="channels_last",
            dilation_rate=cell.dilation_rate,
        )
        if self.use_bias:
            projected = ops.add(projected, cell.bias)
        steps = ops.unstack(ops.reshape(projected, (-1, n_steps, *projected.shape[1:])), axis=1)

        def with_state(gates: Any, hidden: Any) -> Any:
            return gates + ops.conv(
                hidden, cell.recurrent_kernel, padding="same", data_format="channels_last"
            )

        steps = reversed(steps) if self.go_backwards else steps
        return self._run(steps, with_state, lambda gates: ops.split(gates, 4, axis=-1))


@keras.saving.register_keras_serializable(package="sklearn_har")
class PortableChannelScaling(ChannelScaling):
    """Scaling of channels without the operation arcsinh.

    With `exact`, the statistics are not rounded, as in `ExactConstant`.
    """

    arcsinh = staticmethod(arcsinh)

    def __init__(self, scaling: str, exact: bool = False, **kwargs: Any) -> None:
        super().__init__(scaling, **kwargs)
        self.exact = exact

    def statistic(self, variable: Any, windows: Any) -> Any:
        """Return a statistic in the form that the computation uses."""
        return _undo_rounding(variable, windows) if self.exact else variable

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "exact": self.exact}


class ExactConstant(layers.Layer):
    """Numbers that a converter does not round to 16 bits.

    With "float16" the converter of LiteRT rounds all real constants. A scaler may subtract numbers
    a thousand times as large as the result, which would then have a large error.
    """

    def __init__(self, values: Any) -> None:
        super().__init__()
        self.values = np.asarray(values, dtype=np.float32)

    def call(self, windows: Any) -> Any:
        return _undo_rounding(self.values, windows)


def _undo_rounding(values: Any, windows: Any) -> Any:
    import tensorflow as tf

    # Integers are not rounded. Adding a zero that depends on the windows keeps the converter from
    # folding them into real constants again.
    zero = tf.cast(tf.nn.relu(-tf.abs(windows[0, 0, 0])), tf.int32)
    return tf.bitcast(tf.bitcast(tf.convert_to_tensor(values), tf.int32) + zero, tf.float32)


_PORTABLE = {
    cls.__name__: replacement
    for replacement, classes in (
        (PortableLSTM, (FastLSTM, layers.LSTM)),
        (PortableConvLSTM, (FastConvLSTM, layers.ConvLSTM2D)),
        (PortableChannelScaling, (ChannelScaling,)),
    )
    for cls in classes
}


def make_portable(
    model: keras.Model, *, max_written_out: int, exact: bool = False, name: str = "n"
) -> keras.Model:
    """Copy a network, with its weights, to single precision and layers that converters support.

    `max_written_out` is as in `PortableLSTM`, and `exact` as in `PortableChannelScaling`. A short
    `name` keeps files small: each tensor of a LiteRT file is named after its layers.
    """
    try:
        options: dict[type, dict[str, Any]] = {
            PortableLSTM: {"max_written_out": max_written_out},
            PortableChannelScaling: {"exact": exact},
        }
        copy = model.__class__.from_config(_portable_config(model.get_config(), options))
        copy.set_weights(model.get_weights())
        for i, layer in enumerate(inner_layers(copy)):
            layer.name = str(i) if i else name
    except (TypeError, ValueError, NotImplementedError) as error:
        raise ExportError(
            f"The network cannot be exported: Keras cannot copy it ({one_line(error)}). Register "
            "your own layers by keras.saving.register_keras_serializable and give them get_config."
        ) from error
    return copy


def inner_layers(layer: Any) -> Iterator[Any]:
    """Yield a layer or model, then all layers inside it."""
    yield layer
    wrapped = (getattr(layer, name, None) for name in ("layer", "forward_layer", "backward_layer"))
    for part in (*getattr(layer, "layers", ()), *wrapped):
        if isinstance(part, layers.Layer):
            yield from inner_layers(part)


def _portable_config(config: Any, options: dict[type, dict[str, Any]]) -> Any:
    """Return the configuration of a network with other classes of layers, in single precision."""
    if isinstance(config, list | tuple):
        return type(config)(_portable_config(part, options) for part in config)
    if not isinstance(config, dict):
        return config
    changed: dict[str, Any] = {
        key: "float32" if key == "dtype" else _portable_config(value, options)
        for key, value in config.items()
    }
    replacement = _PORTABLE.get(str(config.get("class_name")))
    # A layer of the user may have the same name.
    package = str(config.get("module")).partition(".")[0]
    if replacement is not None and package in ("keras", "sklearn_har"):
        changed |= {
            "module": replacement.__module__,
            "class_name": replacement.__name__,
            "registered_name": f"sklearn_har>{replacement.__name__}",
        }
        changed["config"] = {**changed["config"], **options.get(replacement, {})}
    return changed
