"""How a network of Keras is written: the walk over its layers, and the table of what writes them.

The table is filled by `_layers` and `_recurrent_layers`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import activations, layers

from sklearn_har.exceptions import ExportError
from sklearn_har.export._writer import Array, Value, Writer

__all__ = ["activate", "array_of", "bias_of", "check_image", "layer", "refuse", "write_network"]

Emitter = Callable[[Writer, Any, Any], Any]
_EMITTERS: dict[type, Emitter] = {}
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

    # Of a functional model, whose layers alone would leave out what `keras.ops` does.
    for operation in getattr(model, "operations", model.layers):
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
        raise refuse(
            unwritten[0].operation,
            f"it is none of {', '.join(sorted(cls.__name__ for cls in _EMITTERS))}, nor made from "
            "one",
        )
    return emitter(writer, operation, x)


class _Unwritten:
    """What an operation gives that no function is registered for."""

    def __init__(self, operation: Any) -> None:
        self.operation = operation


def refuse(operation: Any, what: str) -> ExportError:
    return ExportError(
        f"The layer {operation.name!r} of the network ({type(operation).__name__}) cannot be "
        f"exported: {what}."
    )


def array_of(weights: Any) -> Array:
    return np.array(weights.numpy())


def bias_of(operation: Any) -> Array | None:
    return None if operation.bias is None else array_of(operation.bias)


def check_image(operation: Any, *, groups: bool = True) -> None:
    if operation.data_format != "channels_last":
        raise refuse(operation, "its channels stand in front (data_format='channels_first')")
    if groups and operation.groups != 1:
        raise refuse(operation, f"it has {operation.groups} groups")


def activate(writer: Writer, operation: Any, function: Any, x: Value) -> Value:
    name = "linear" if function is None else activations.serialize(function)
    if not isinstance(name, str) or name not in _ACTIVATIONS:
        raise refuse(operation, f"its activation {name!r} is none of {sorted(_ACTIVATIONS)}")
    return _ACTIVATIONS[name](writer, x)


def _softplus(writer: Writer, x: Value) -> Value:
    # log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), which does not overflow.
    small = writer.function(
        "exp", writer.binary("multiply", writer.function("abs", x), np.array([-1.0]))
    )
    rest = writer.function("log", writer.binary("add", small, np.array([1.0])))
    return writer.binary("add", writer.function("relu", x), rest)


@layer(keras.Model)
def _model(writer: Writer, operation: Any, x: Value) -> Value:
    return write_network(writer, operation, x)
