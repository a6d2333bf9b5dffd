"""How recurrent layers are written, as those of `_layers`."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from keras import activations, layers

from sklearn_har.export._network import activate, array_of, check_image, layer, refuse
from sklearn_har.export._writer import Value, Writer

# Up to so many steps, a recurrent layer is written out. The graphs stay small, and the operations
# are those of any network, which all formats can quantise.
_MAX_STEPS = 64


@layer(layers.LSTM)
def _lstm(writer: Writer, operation: Any, x: Value) -> Value:
    y = _aligned_lstm(writer, operation, x)
    # Keras gives what a backward layer read in the order of its reading.
    return writer.reverse(y) if operation.go_backwards and operation.return_sequences else y


def _aligned_lstm(writer: Writer, operation: Any, x: Value) -> Value:
    used = [activations.serialize(operation.activation)]
    used.append(activations.serialize(operation.recurrent_activation))
    if used != ["tanh", "sigmoid"]:
        raise refuse(operation, f"its activations are {used}, not tanh and sigmoid")
    if operation.return_state or operation.stateful:
        raise refuse(operation, "it keeps or returns its state")
    units = operation.units
    bias = array_of(operation.cell.bias) if operation.use_bias else np.zeros(4 * units)
    return writer.lstm(
        x,
        array_of(operation.cell.kernel),
        array_of(operation.cell.recurrent_kernel),
        bias,
        backwards=operation.go_backwards,
        sequences=operation.return_sequences,
    )


@layer(layers.Bidirectional)
def _bidirectional(writer: Writer, operation: Any, x: Value) -> Value:
    both = [operation.forward_layer, operation.backward_layer]
    if not all(isinstance(part, layers.LSTM) for part in both):
        raise refuse(operation, f"it wraps {type(both[0]).__name__}, not an LSTM")
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
    raise refuse(operation, f"its merge_mode is {operation.merge_mode!r}")


@layer(layers.ConvLSTM2D)
def _conv_lstm2d(writer: Writer, operation: Any, x: Value) -> Value:
    cell = operation.cell
    n_steps, *image = x.shape
    check_image(operation, groups=False)
    if operation.return_state or operation.stateful:
        raise refuse(operation, "it keeps or returns its state")
    if n_steps > _MAX_STEPS:
        raise refuse(operation, f"it has {n_steps} steps, more than {_MAX_STEPS}")
    kernel, recurrent_kernel = array_of(cell.kernel), array_of(cell.recurrent_kernel)
    # All gates by one convolution, and the inputs of all steps at once.
    folded = writer.reshape(x, tuple(image))
    gates = writer.conv2d(
        folded,
        kernel,
        array_of(cell.bias) if operation.use_bias else None,
        strides=tuple(cell.strides),
        padding=cell.padding,
        dilation=tuple(cell.dilation_rate),
    )
    by_step = writer.split(writer.reshape(gates, (n_steps, prod(gates.shape))), n_steps, 0)

    def gate(v: Value) -> Value:
        return activate(writer, operation, operation.recurrent_activation, v)

    hidden = carry = None
    outputs = []
    for step in reversed(by_step) if operation.go_backwards else by_step:
        z = writer.reshape(step, gates.shape)
        if hidden is not None:
            z = writer.binary(
                "add", z, writer.conv2d(hidden, recurrent_kernel, None, padding="same")
            )
        i, f, candidate, o = writer.split(z, 4, -1)
        new = writer.binary(
            "multiply", gate(i), activate(writer, operation, operation.activation, candidate)
        )
        # The first step has nothing to forget, and nobody would read its gate.
        if carry is not None:
            new = writer.binary("add", new, writer.binary("multiply", gate(f), carry))
        carry = new
        hidden = writer.binary(
            "multiply", gate(o), activate(writer, operation, operation.activation, carry)
        )
        outputs.append(hidden)
    if not operation.return_sequences:
        return outputs[-1]
    rows = [writer.reshape(output, (1, *output.shape)) for output in outputs]
    return writer.concatenate(rows, 0)
