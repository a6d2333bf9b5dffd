"""How each layer of Keras is written: one function a layer, by the operations of a `Writer`.

A new layer needs one function under `@layer(Class)`; its subclasses are written by it as well. An
operation of `keras.ops` in a network is written like a layer, by the name of its class.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, Literal

import keras
import numpy as np
from keras import activations, layers

from sklearn_har.exceptions import ExportError
from sklearn_har.export._writer import Array, Value, Writer

__all__ = ["write_network"]

Emitter = Callable[[Writer, Any, Any], Any]
_EMITTERS: dict[type, Emitter] = {}
# Up to so many steps, a recurrent layer is written out. The graphs stay small, and the operations
# are those of any network, which all formats can quantise.
_MAX_STEPS = 64

# By the name of the function of Keras: what it is for a writer.
_ACTIVATIONS: dict[str, Callable[[Writer, Value], Value]] = {
    "linear": lambda writer, x: x,
    "softplus": lambda writer, x: _softplus(writer, x),
    "swish": lambda writer, x: writer.binary("multiply", x, writer.function("sigmoid", x)),
    "silu": lambda writer, x: writer.binary("multiply", x, writer.function("sigmoid", x)),
    "relu6": lambda writer, x: writer.clip(x, 0.0, 6.0),
    "elu": lambda writer, x: writer.function("elu", x, alpha=1.0),
    "exponential": lambda writer, x: writer.function("exp", x),
    "relu": lambda writer, x: writer.function("relu", x),
    "sigmoid": lambda writer, x: writer.function("sigmoid", x),
    "softmax": lambda writer, x: writer.function("softmax", x),
    "tanh": lambda writer, x: writer.function("tanh", x),
}


def layer(*classes: type) -> Callable[[Emitter], Emitter]:
    """Register a function that writes layers of these classes."""

    def register(emitter: Emitter) -> Emitter:
        for cls in classes:
            _EMITTERS[cls] = emitter
        return emitter

    return register


def write_network(writer: Writer, model: keras.Model, x: Value) -> Value:
    """Write a functional or sequential model that is applied to `x`.

    Parameters
    ----------
    writer : Writer
        Receives the operations.
    model : keras.Model
        With one input and one output.
    x : Value
        What it is applied to.

    Returns
    -------
    Value
        The output of the model.

    Raises
    ------
    ExportError
        If a layer is not known, or has an option that is not.
    """
    known = {id(model.inputs[0]): x}

    def look_up(tensors: Any) -> Any:
        if isinstance(tensors, list | tuple):
            return [look_up(tensor) for tensor in tensors]
        return known[id(tensors)]

    for operation in model.operations:
        if isinstance(operation, layers.InputLayer):
            continue
        known[id(operation.output)] = _write(writer, operation, look_up(operation.input))
    output: Value = _write(writer, layers.Identity(), known[id(model.outputs[0])])
    return output


def _write(writer: Writer, operation: Any, x: Any) -> Any:
    emitter = next((_EMITTERS[cls] for cls in type(operation).__mro__ if cls in _EMITTERS), None)
    if isinstance(operation, layers.LSTM | layers.Bidirectional) and isinstance(x, list):
        x = x[0]  # behind it stands the mask, of which `x.lengths` tells
    unwritten = [v for v in (x if isinstance(x, list) else [x]) if isinstance(v, _Unwritten)]
    if emitter is None:
        # Not an error yet: Keras computes masks in operations of their own, which nothing reads.
        return unwritten[0] if unwritten else _Unwritten(operation)
    if unwritten:
        raise _refuse(
            unwritten[0].operation,
            f"it is none of {', '.join(sorted(cls.__name__ for cls in _EMITTERS))}, nor made from "
            "one",
        )
    return emitter(writer, operation, x)


class _Unwritten:
    """What an operation gives that no function is registered for."""

    def __init__(self, operation: Any) -> None:
        self.operation = operation


def _refuse(operation: Any, what: str) -> ExportError:
    return ExportError(
        f"The layer {operation.name!r} of the network ({type(operation).__name__}) cannot be "
        f"exported: {what}."
    )


def _array(weights: Any) -> Array:
    return np.array(weights.numpy())


def _bias(operation: Any) -> Array | None:
    return None if operation.bias is None else _array(operation.bias)


def _activate(writer: Writer, operation: Any, function: Any, x: Value) -> Value:
    name = "linear" if function is None else activations.serialize(function)
    if not isinstance(name, str) or name not in _ACTIVATIONS:
        raise _refuse(operation, f"its activation {name!r} is none of {sorted(_ACTIVATIONS)}")
    return _ACTIVATIONS[name](writer, x)


def _softplus(writer: Writer, x: Value) -> Value:
    # log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), which does not overflow.
    small = writer.function(
        "exp", writer.binary("multiply", writer.function("abs", x), np.array([-1.0]))
    )
    rest = writer.function("log", writer.binary("add", small, np.array([1.0])))
    return writer.binary("add", writer.function("relu", x), rest)


# What does nothing outside of training ------------------------------------------------------------


@layer(
    layers.Dropout,
    layers.SpatialDropout1D,
    layers.SpatialDropout2D,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.AlphaDropout,
    layers.ActivityRegularization,
    layers.Identity,
)
def _nothing(writer: Writer, operation: Any, x: Value) -> Value:
    return x


# Shapes -------------------------------------------------------------------------------------------


@layer(layers.Reshape, layers.Flatten)
def _reshape(writer: Writer, operation: Any, x: Value) -> Value:
    return writer.reshape(x, tuple(operation.output.shape[1:]))


@layer(layers.Permute)
def _permute(writer: Writer, operation: Any, x: Value) -> Value:
    return writer.transpose(x, [axis - 1 for axis in operation.dims])


@layer(layers.Concatenate)
def _concatenate(writer: Writer, operation: Any, x: list[Value]) -> Value:
    axis = operation.axis
    if axis == 0:
        raise _refuse(operation, "it joins windows (axis=0)")
    return writer.concatenate(x, axis - 1 if axis > 0 else axis)


@layer(layers.RepeatVector)
def _repeat(writer: Writer, operation: Any, x: Value) -> Value:
    row = writer.expand(x)
    return writer.concatenate([row] * operation.n, 0)


@layer(layers.ZeroPadding1D)
def _zero_padding(writer: Writer, operation: Any, x: Value) -> Value:
    return writer.pad(x, *operation.padding)


@layer(layers.Masking)
def _masking(writer: Writer, operation: Any, x: Value) -> Value:
    return writer.compact(x, float(operation.mask_value))


# Element by element -------------------------------------------------------------------------------


@layer(layers.Add)
def _add(writer: Writer, operation: Any, x: list[Value]) -> Value:
    total = x[0]
    for other in x[1:]:
        total = writer.binary("add", total, other)
    return total


@layer(layers.Multiply)
def _multiply(writer: Writer, operation: Any, x: list[Value]) -> Value:
    product = x[0]
    for other in x[1:]:
        product = writer.binary("multiply", product, other)
    return product


@layer(layers.Activation)
def _activation(writer: Writer, operation: Any, x: Value) -> Value:
    return _activate(writer, operation, operation.activation, x)


@layer(layers.ReLU)
def _relu(writer: Writer, operation: Any, x: Value) -> Value:
    if operation.max_value is not None or operation.negative_slope or operation.threshold:
        raise _refuse(operation, "it has max_value, negative_slope or threshold")
    return writer.function("relu", x)


@layer(layers.LeakyReLU)
def _leaky_relu(writer: Writer, operation: Any, x: Value) -> Value:
    return writer.function("leaky_relu", x, alpha=float(operation.negative_slope))


@layer(layers.ELU)
def _elu(writer: Writer, operation: Any, x: Value) -> Value:
    if float(operation.alpha) != 1.0:
        raise _refuse(operation, f"its alpha is {operation.alpha}, not 1")
    return writer.function("elu", x, alpha=1.0)


@layer(layers.Softmax)
def _softmax(writer: Writer, operation: Any, x: Value) -> Value:
    if operation.axis not in (-1, len(x.shape)):
        raise _refuse(operation, f"it is over the axis {operation.axis}, not the last one")
    return writer.function("softmax", x)


@layer(layers.Rescaling)
def _rescaling(writer: Writer, operation: Any, x: Value) -> Value:
    scaled = writer.binary("multiply", x, np.atleast_1d(np.asarray(operation.scale)))
    return writer.binary("add", scaled, np.atleast_1d(np.asarray(operation.offset)))


@layer(layers.BatchNormalization)
def _batch_normalization(writer: Writer, operation: Any, x: Value) -> Value:
    if operation.axis not in (-1, len(x.shape)):
        raise _refuse(operation, f"it normalises the axis {operation.axis}, not the last one")
    mean, variance = _array(operation.moving_mean), _array(operation.moving_variance)
    scale = 1.0 / np.sqrt(variance + operation.epsilon)
    if operation.scale:
        scale = scale * _array(operation.gamma)
    offset = -mean * scale
    if operation.center:
        offset = offset + _array(operation.beta)
    return writer.binary("add", writer.binary("multiply", x, scale), offset)


@layer(layers.LayerNormalization)
def _layer_normalization(writer: Writer, operation: Any, x: Value) -> Value:
    axes = operation.axis if isinstance(operation.axis, list | tuple) else [operation.axis]
    if list(axes) not in ([-1], [len(x.shape)]):
        raise _refuse(operation, f"it normalises the axes {axes}, not the last one")
    last = len(x.shape) - 1
    kept = (*x.shape[:-1], 1)
    mean = writer.reshape(writer.reduce("mean", x, [last]), kept)
    centred = writer.binary("subtract", x, mean)
    square = writer.binary("multiply", centred, centred)
    variance = writer.reshape(writer.reduce("mean", square, [last]), kept)
    deviation = writer.function(
        "sqrt", writer.binary("add", variance, np.array([operation.epsilon]))
    )
    y = writer.binary("divide", centred, deviation)
    if getattr(operation, "gamma", None) is not None:
        y = writer.binary("multiply", y, _array(operation.gamma))
    if getattr(operation, "beta", None) is not None:
        y = writer.binary("add", y, _array(operation.beta))
    return y


# Products and convolutions ------------------------------------------------------------------------


@layer(layers.Dense)
def _dense(writer: Writer, operation: Any, x: Value) -> Value:
    y = writer.dense(x, _array(operation.kernel), _bias(operation))
    return _activate(writer, operation, operation.activation, y)


def _check_image(operation: Any, *, groups: bool = True) -> None:
    if operation.data_format != "channels_last":
        raise _refuse(operation, "its channels stand in front (data_format='channels_first')")
    if groups and operation.groups != 1:
        raise _refuse(operation, f"it has {operation.groups} groups")


@layer(layers.Conv2D)
def _conv2d(writer: Writer, operation: Any, x: Value) -> Value:
    _check_image(operation)
    y = writer.conv2d(
        x,
        _array(operation.kernel),
        _bias(operation),
        strides=tuple(operation.strides),
        padding=operation.padding,
        dilation=tuple(operation.dilation_rate),
    )
    return _activate(writer, operation, operation.activation, y)


@layer(layers.Conv1D)
def _conv1d(writer: Writer, operation: Any, x: Value) -> Value:
    _check_image(operation)
    y = _over_one_row(writer, operation, x, writer.conv2d, _array(operation.kernel)[np.newaxis])
    return _activate(writer, operation, operation.activation, y)


@layer(layers.DepthwiseConv1D)
def _depthwise_conv1d(writer: Writer, operation: Any, x: Value) -> Value:
    _check_image(operation, groups=False)
    kernel = _array(operation.kernel)[np.newaxis]
    y = _over_one_row(writer, operation, x, writer.depthwise_conv2d, kernel)
    return _activate(writer, operation, operation.activation, y)


@layer(layers.SeparableConv1D)
def _separable_conv1d(writer: Writer, operation: Any, x: Value) -> Value:
    _check_image(operation, groups=False)
    depthwise = _array(operation.depthwise_kernel)[np.newaxis]
    y = _over_one_row(writer, operation, x, writer.depthwise_conv2d, depthwise, bias=False)
    y = writer.dense(y, _array(operation.pointwise_kernel)[0], _bias(operation))
    return _activate(writer, operation, operation.activation, y)


def _over_one_row(
    writer: Writer,
    operation: Any,
    x: Value,
    convolve: Callable[..., Value],
    kernel: Array,
    *,
    bias: bool = True,
) -> Value:
    """Convolve (n_steps, n_channels) as an image of one row."""
    stride = int(np.atleast_1d(operation.strides)[0])
    dilation = int(np.atleast_1d(operation.dilation_rate)[0])
    padding = operation.padding
    if padding == "causal":
        # Zeros in front, so that no output sees what comes after it.
        x = writer.pad(x, dilation * (kernel.shape[1] - 1), 0)
        padding = "valid"
    y = convolve(
        writer.expand(x),
        kernel,
        _bias(operation) if bias else None,
        strides=(1, stride),
        padding=padding,
        dilation=(1, dilation),
    )
    return writer.reshape(y, y.shape[1:])


# Pools --------------------------------------------------------------------------------------------


@layer(layers.MaxPooling2D, layers.AveragePooling2D)
def _pool2d(writer: Writer, operation: Any, x: Value) -> Value:
    _check_image(operation, groups=False)
    kind: Literal["max", "average"] = (
        "max" if isinstance(operation, layers.MaxPooling2D) else "average"
    )
    size, strides = tuple(operation.pool_size), tuple(operation.strides)
    return writer.pool2d(kind, x, size, strides, operation.padding)


@layer(layers.MaxPooling1D, layers.AveragePooling1D)
def _pool1d(writer: Writer, operation: Any, x: Value) -> Value:
    _check_image(operation, groups=False)
    kind: Literal["max", "average"] = (
        "max" if isinstance(operation, layers.MaxPooling1D) else "average"
    )
    size = (1, int(np.atleast_1d(operation.pool_size)[0]))
    strides = (1, int(np.atleast_1d(operation.strides)[0]))
    y = writer.pool2d(kind, writer.expand(x), size, strides, operation.padding)
    return writer.reshape(y, y.shape[1:])


@layer(
    layers.GlobalMaxPooling1D,
    layers.GlobalAveragePooling1D,
    layers.GlobalMaxPooling2D,
    layers.GlobalAveragePooling2D,
)
def _global_pool(writer: Writer, operation: Any, x: Value) -> Value:
    _check_image(operation, groups=False)
    largest = isinstance(operation, layers.GlobalMaxPooling1D | layers.GlobalMaxPooling2D)
    y = writer.reduce("max" if largest else "mean", x, list(range(len(x.shape) - 1)))
    return writer.reshape(y, (*[1] * (len(x.shape) - 1), *y.shape)) if operation.keepdims else y


# Recurrent layers ---------------------------------------------------------------------------------


@layer(layers.LSTM)
def _lstm(writer: Writer, operation: Any, x: Value) -> Value:
    y = _aligned_lstm(writer, operation, x)
    # Keras gives what a backward layer read in the order of its reading.
    return writer.reverse(y) if operation.go_backwards and operation.return_sequences else y


def _aligned_lstm(writer: Writer, operation: Any, x: Value) -> Value:
    used = [activations.serialize(operation.activation)]
    used.append(activations.serialize(operation.recurrent_activation))
    if used != ["tanh", "sigmoid"]:
        raise _refuse(operation, f"its activations are {used}, not tanh and sigmoid")
    if operation.return_state or operation.stateful:
        raise _refuse(operation, "it keeps or returns its state")
    units = operation.units
    bias = _array(operation.cell.bias) if operation.use_bias else np.zeros(4 * units)
    return writer.lstm(
        x,
        _array(operation.cell.kernel),
        _array(operation.cell.recurrent_kernel),
        bias,
        backwards=operation.go_backwards,
        sequences=operation.return_sequences,
    )


@layer(layers.Bidirectional)
def _bidirectional(writer: Writer, operation: Any, x: Value) -> Value:
    both = [operation.forward_layer, operation.backward_layer]
    if not all(isinstance(part, layers.LSTM) for part in both):
        raise _refuse(operation, f"it wraps {type(both[0]).__name__}, not an LSTM")
    # The backward outputs stand at the steps they belong to, in Keras as well.
    values = [_aligned_lstm(writer, part, x) for part in both]
    if operation.merge_mode == "concat":
        return writer.concatenate(values, -1)
    if operation.merge_mode in ("sum", "ave"):
        total = writer.binary("add", *values)
        return (
            total
            if operation.merge_mode == "sum"
            else writer.binary("multiply", total, np.array([0.5]))
        )
    raise _refuse(operation, f"its merge_mode is {operation.merge_mode!r}")


@layer(layers.ConvLSTM2D)
def _conv_lstm2d(writer: Writer, operation: Any, x: Value) -> Value:
    cell = operation.cell
    n_steps, *image = x.shape
    _check_image(operation, groups=False)
    if operation.return_state or operation.stateful:
        raise _refuse(operation, "it keeps or returns its state")
    if n_steps > _MAX_STEPS:
        raise _refuse(operation, f"it has {n_steps} steps, more than {_MAX_STEPS}")
    kernel, recurrent_kernel = _array(cell.kernel), _array(cell.recurrent_kernel)
    # All gates by one convolution, and the inputs of all steps at once.
    folded = writer.reshape(x, tuple(image))
    gates = writer.conv2d(
        folded,
        kernel,
        _array(cell.bias) if operation.use_bias else None,
        strides=tuple(cell.strides),
        padding=cell.padding,
        dilation=tuple(cell.dilation_rate),
    )
    by_step = writer.split(writer.reshape(gates, (n_steps, prod(gates.shape))), n_steps, 0)
    hidden = carry = None
    outputs = []
    for step in reversed(by_step) if operation.go_backwards else by_step:
        z = writer.reshape(step, gates.shape)
        if hidden is not None:
            z = writer.binary(
                "add", z, writer.conv2d(hidden, recurrent_kernel, None, padding="same")
            )
        i, f, candidate, o = writer.split(z, 4, -1)
        i, f, o = (
            _activate(writer, operation, operation.recurrent_activation, v) for v in (i, f, o)
        )
        new = writer.binary(
            "multiply", i, _activate(writer, operation, operation.activation, candidate)
        )
        carry = (
            new if carry is None else writer.binary("add", new, writer.binary("multiply", f, carry))
        )
        hidden = writer.binary(
            "multiply", o, _activate(writer, operation, operation.activation, carry)
        )
        outputs.append(hidden)
    if not operation.return_sequences:
        return outputs[-1]
    rows = [writer.reshape(output, (1, *output.shape)) for output in outputs]
    return writer.concatenate(rows, 0)


@layer(keras.Model)
def _model(writer: Writer, operation: Any, x: Value) -> Value:
    return write_network(writer, operation, x)
