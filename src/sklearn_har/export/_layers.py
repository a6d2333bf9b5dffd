"""How each layer of Keras is written: one function a layer, by the operations of a `Writer`.

A new layer needs one function under `@layer(Class)`; layers of its subclasses are written by it as
well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from keras import layers

from sklearn_har.export._network import (
    activate,
    array_of,
    bias_of,
    check_image,
    layer,
    refuse,
)
from sklearn_har.export._transformers import companded
from sklearn_har.export._writer import Array, Value, Writer
from sklearn_har.neural_network._input_layers import Augment, ChannelScaling

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
    Augment,
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
        raise refuse(operation, "it joins windows (axis=0)")
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
    return activate(writer, operation, operation.activation, x)


@layer(layers.ReLU)
def _relu(writer: Writer, operation: Any, x: Value) -> Value:
    if operation.max_value is not None or operation.negative_slope or operation.threshold:
        raise refuse(operation, "it has max_value, negative_slope or threshold")
    return writer.function("relu", x)


@layer(layers.LeakyReLU)
def _leaky_relu(writer: Writer, operation: Any, x: Value) -> Value:
    return writer.function("leaky_relu", x, alpha=float(operation.negative_slope))


@layer(layers.ELU)
def _elu(writer: Writer, operation: Any, x: Value) -> Value:
    if float(operation.alpha) != 1.0:
        raise refuse(operation, f"its alpha is {operation.alpha}, not 1")
    return writer.function("elu", x, alpha=1.0)


@layer(layers.Softmax)
def _softmax(writer: Writer, operation: Any, x: Value) -> Value:
    if operation.axis not in (-1, len(x.shape)):
        raise refuse(operation, f"it is over the axis {operation.axis}, not the last one")
    return writer.function("softmax", x)


@layer(layers.Rescaling)
def _rescaling(writer: Writer, operation: Any, x: Value) -> Value:
    scaled = writer.binary("multiply", x, np.atleast_1d(np.asarray(operation.scale)))
    return writer.binary("add", scaled, np.atleast_1d(np.asarray(operation.offset)))


@layer(layers.BatchNormalization)
def _batch_normalization(writer: Writer, operation: Any, x: Value) -> Value:
    if operation.axis not in (-1, len(x.shape)):
        raise refuse(operation, f"it normalises the axis {operation.axis}, not the last one")
    mean, variance = array_of(operation.moving_mean), array_of(operation.moving_variance)
    scale = 1.0 / np.sqrt(variance + operation.epsilon)
    if operation.scale:
        scale = scale * array_of(operation.gamma)
    offset = -mean * scale
    if operation.center:
        offset = offset + array_of(operation.beta)
    return writer.binary("add", writer.binary("multiply", x, scale), offset)


@layer(layers.LayerNormalization)
def _layer_normalization(writer: Writer, operation: Any, x: Value) -> Value:
    axes = operation.axis if isinstance(operation.axis, list | tuple) else [operation.axis]
    if list(axes) not in ([-1], [len(x.shape)]):
        raise refuse(operation, f"it normalises the axes {axes}, not the last one")
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
        y = writer.binary("multiply", y, array_of(operation.gamma))
    if getattr(operation, "beta", None) is not None:
        y = writer.binary("add", y, array_of(operation.beta))
    return y


@layer(ChannelScaling)
def _channel_scaling(writer: Writer, operation: Any, x: Value) -> Value:
    def standardised(y: Value, mean: Any, deviation: Any) -> Value:
        centred = writer.binary("subtract", y, array_of(mean))
        return writer.binary("divide", centred, array_of(deviation))

    parts = []
    if operation.linear:
        parts.append(standardised(x, operation.mean, operation.deviation))
    if operation.companding:
        y = companded(writer, x, array_of(operation.noise_floor))
        parts.append(standardised(y, operation.companded_mean, operation.companded_deviation))
    return writer.concatenate(parts, -1) if len(parts) > 1 else parts[0]


# Products and convolutions ------------------------------------------------------------------------


@layer(layers.Dense)
def _dense(writer: Writer, operation: Any, x: Value) -> Value:
    y = writer.dense(x, array_of(operation.kernel), bias_of(operation))
    return activate(writer, operation, operation.activation, y)


@layer(layers.Conv2D)
def _conv2d(writer: Writer, operation: Any, x: Value) -> Value:
    check_image(operation)
    y = writer.conv2d(
        x,
        array_of(operation.kernel),
        bias_of(operation),
        strides=tuple(operation.strides),
        padding=operation.padding,
        dilation=tuple(operation.dilation_rate),
    )
    return activate(writer, operation, operation.activation, y)


@layer(layers.Conv1D)
def _conv1d(writer: Writer, operation: Any, x: Value) -> Value:
    check_image(operation)
    y = _over_one_row(writer, operation, x, writer.conv2d, array_of(operation.kernel)[np.newaxis])
    return activate(writer, operation, operation.activation, y)


@layer(layers.DepthwiseConv1D)
def _depthwise_conv1d(writer: Writer, operation: Any, x: Value) -> Value:
    check_image(operation, groups=False)
    kernel = array_of(operation.kernel)[np.newaxis]
    y = _over_one_row(writer, operation, x, writer.depthwise_conv2d, kernel)
    return activate(writer, operation, operation.activation, y)


@layer(layers.SeparableConv1D)
def _separable_conv1d(writer: Writer, operation: Any, x: Value) -> Value:
    check_image(operation, groups=False)
    depthwise = array_of(operation.depthwise_kernel)[np.newaxis]
    y = _over_one_row(writer, operation, x, writer.depthwise_conv2d, depthwise, bias=False)
    y = writer.dense(y, array_of(operation.pointwise_kernel)[0], bias_of(operation))
    return activate(writer, operation, operation.activation, y)


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
        bias_of(operation) if bias else None,
        strides=(1, stride),
        padding=padding,
        dilation=(1, dilation),
    )
    return writer.reshape(y, y.shape[1:])


# Pools --------------------------------------------------------------------------------------------


@layer(layers.MaxPooling2D, layers.AveragePooling2D)
def _pool2d(writer: Writer, operation: Any, x: Value) -> Value:
    check_image(operation, groups=False)
    kind: Literal["max", "average"] = (
        "max" if isinstance(operation, layers.MaxPooling2D) else "average"
    )
    size, strides = tuple(operation.pool_size), tuple(operation.strides)
    return writer.pool2d(kind, x, size, strides, operation.padding)


@layer(layers.MaxPooling1D, layers.AveragePooling1D)
def _pool1d(writer: Writer, operation: Any, x: Value) -> Value:
    check_image(operation, groups=False)
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
    check_image(operation, groups=False)
    largest = isinstance(operation, layers.GlobalMaxPooling1D | layers.GlobalMaxPooling2D)
    y = writer.reduce("max" if largest else "mean", x, list(range(len(x.shape) - 1)))
    return writer.reshape(y, (*[1] * (len(x.shape) - 1), *y.shape)) if operation.keepdims else y
