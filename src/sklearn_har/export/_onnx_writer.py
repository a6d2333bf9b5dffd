"""Write graphs as ONNX, by hand: a few dozen nodes, of operators that every runtime has.

Convolutions of ONNX have their channels in front. A tensor that is known in that order stays so
until something asks for the usual one, so that stacked convolutions are not transposed in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from sklearn_har._version import __version__
from sklearn_har.export._quantization import quantize_products
from sklearn_har.export._writer import Array, Operand, Value, Writer, same_padding, sizes_left
from sklearn_har.utils._optional import import_optional

__all__ = ["METADATA_KEY", "OnnxWriter"]

METADATA_KEY = "sklearn_har"

# Versions of the operators and of the file: those that runtimes of the last years read.
_OPSET, _IR_VERSION = 17, 8
_BINARY = {"add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div"}
_POOL = {"max": "MaxPool", "average": "AveragePool"}
_FUNCTIONS = {
    "abs": "Abs",
    "elu": "Elu",
    "exp": "Exp",
    "leaky_relu": "LeakyRelu",
    "log": "Log",
    "relu": "Relu",
    "sigmoid": "Sigmoid",
    "softmax": "Softmax",
    "sqrt": "Sqrt",
    "tanh": "Tanh",
}
# These do the same in every order of the axes.
_ORDERLESS = frozenset(_FUNCTIONS) - {"softmax"}
# The gates of Keras stand in the order input, forget, candidate, output.
_GATES = (0, 3, 1, 2)


class _Key:
    """The names of a tensor: with the channels behind and, of images, with them in front."""

    def __init__(self, last: str | None, first: str | None = None) -> None:
        self.last, self.first = last, first


class OnnxWriter(Writer):
    """Collects nodes of ONNX.

    Parameters
    ----------
    batch_size : int or None
        Number of windows; None leaves it open.
    quantize : bool
        Whether to multiply integers.
    """

    format = "ONNX"

    def __init__(self, batch_size: int | None, *, quantize: bool = False) -> None:
        self._onnx = import_optional("onnx", extra="onnx", needed_by="to_onnx")
        self._quantize = quantize
        self._batch: int | str = "n_windows" if batch_size is None else batch_size
        self._nodes: list[Any] = []
        self._constants: dict[tuple[Any, ...], str] = {}
        self._initializers: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def input(self, shape: tuple[int, ...]) -> Value:
        self._inputs.append(self._info("windows", shape))
        return Value(_Key("windows"), shape)

    def output(self, x: Value) -> None:
        self._node("Identity", [self._last(x)], output="probabilities")
        self._outputs.append(self._info("probabilities", x.shape))

    def to_bytes(self, metadata: str) -> bytes:
        helper = self._onnx.helper
        graph = helper.make_graph(
            self._nodes, "sklearn_har", self._inputs, self._outputs, self._initializers
        )
        model = helper.make_model(
            graph,
            producer_name="sklearn-har",
            producer_version=__version__,
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
        )
        if self._quantize:
            model = quantize_products(model)
        helper.set_model_props(model, {METADATA_KEY: metadata})
        self._onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString())

    def binary(
        self, kind: Literal["add", "subtract", "multiply", "divide"], x: Value, y: Operand
    ) -> Value:
        name = _BINARY[kind]
        if x.key.last is None:
            if isinstance(y, Value) and y.key.first is not None:
                return Value(_Key(None, self._node(name, [x.key.first, y.key.first])), x.shape)
            if not isinstance(y, Value) and y.ndim == 1:
                other = self._constant(y.reshape(-1, 1, 1))
                return Value(_Key(None, self._node(name, [x.key.first, other])), x.shape)
        other = self._last(y) if isinstance(y, Value) else self._constant(y)
        return Value(_Key(self._node(name, [self._last(x), other])), x.shape, x.lengths)

    def function(self, name: str, x: Value, **params: Any) -> Value:
        if name in _ORDERLESS and x.key.last is None:
            first = self._node(_FUNCTIONS[name], [x.key.first], **params)
            return Value(_Key(None, first), x.shape, x.lengths)
        if name == "softmax":
            params["axis"] = -1
        return Value(
            _Key(self._node(_FUNCTIONS[name], [self._last(x)], **params)), x.shape, x.lengths
        )

    def dense(self, x: Value, kernel: Array, bias: Array | None) -> Value:
        if len(x.shape) == 1:
            inputs = [self._last(x), self._constant(kernel)]
            if bias is not None:
                inputs.append(self._constant(bias))
            return Value(_Key(self._node("Gemm", inputs)), (kernel.shape[1],))
        y = self._node("MatMul", [self._last(x), self._constant(kernel)])
        if bias is not None:
            y = self._node("Add", [y, self._constant(bias)])
        return Value(_Key(y), (*x.shape[:-1], kernel.shape[1]), x.lengths)

    def conv2d(
        self,
        x: Value,
        kernel: Array,
        bias: Array | None,
        *,
        strides: tuple[int, int] = (1, 1),
        padding: str = "valid",
        dilation: tuple[int, int] = (1, 1),
    ) -> Value:
        filters = np.transpose(kernel, (3, 2, 0, 1))
        return self._convolve(x, filters, bias, strides, padding, dilation, group=1)

    def depthwise_conv2d(
        self,
        x: Value,
        kernel: Array,
        bias: Array | None,
        *,
        strides: tuple[int, int] = (1, 1),
        padding: str = "valid",
        dilation: tuple[int, int] = (1, 1),
    ) -> Value:
        rows, columns, n_in, multiplier = kernel.shape
        filters = np.transpose(kernel, (2, 3, 0, 1)).reshape(n_in * multiplier, 1, rows, columns)
        return self._convolve(x, filters, bias, strides, padding, dilation, group=n_in)

    def _convolve(
        self,
        x: Value,
        filters: Array,
        bias: Array | None,
        strides: tuple[int, int],
        padding: str,
        dilation: tuple[int, int],
        *,
        group: int,
    ) -> Value:
        inputs = [self._first(x), self._constant(filters)]
        if bias is not None:
            inputs.append(self._constant(bias))
        size = filters.shape[2:]
        y = self._node(
            "Conv",
            inputs,
            kernel_shape=list(size),
            strides=list(strides),
            dilations=list(dilation),
            group=group,
            pads=_pads(x, size, strides, padding, dilation),
        )
        return Value(
            _Key(None, y), (*sizes_left(x, size, strides, padding, dilation), len(filters))
        )

    def pool2d(
        self,
        kind: Literal["max", "average"],
        x: Value,
        size: tuple[int, int],
        strides: tuple[int, int],
        padding: str,
    ) -> Value:
        y = self._node(
            _POOL[kind],
            [self._first(x)],
            kernel_shape=list(size),
            strides=list(strides),
            pads=_pads(x, size, strides, padding, (1, 1)),
        )
        return Value(_Key(None, y), (*sizes_left(x, size, strides, padding, (1, 1)), x.shape[-1]))

    def reduce(self, kind: Literal["max", "mean"], x: Value, axes: Sequence[int]) -> Value:
        name = {"max": "ReduceMax", "mean": "ReduceMean"}[kind]
        y = self._node(name, [self._last(x)], axes=[axis + 1 for axis in axes], keepdims=0)
        return Value(_Key(y), tuple(n for i, n in enumerate(x.shape) if i not in axes))

    def reshape(self, x: Value, shape: tuple[int, ...]) -> Value:
        if shape == x.shape:
            return x
        target = np.array([-1, *shape], dtype=np.int64)
        return Value(_Key(self._node("Reshape", [self._last(x), self._constant(target)])), shape)

    def transpose(self, x: Value, order: Sequence[int]) -> Value:
        y = self._node("Transpose", [self._last(x)], perm=[0, *(axis + 1 for axis in order)])
        return Value(_Key(y), tuple(x.shape[axis] for axis in order))

    def concatenate(self, values: Sequence[Value], axis: int) -> Value:
        axis %= len(values[0].shape)
        y = self._node("Concat", [self._last(value) for value in values], axis=axis + 1)
        shape = list(values[0].shape)
        shape[axis] = sum(value.shape[axis] for value in values)
        return Value(_Key(y), tuple(shape), values[0].lengths)

    def split(self, x: Value, n: int, axis: int) -> list[Value]:
        axis %= len(x.shape)
        shape = list(x.shape)
        shape[axis] //= n
        if axis == len(x.shape) - 1 == 2 and x.key.last is None:
            names = self._nodes_of("Split", [x.key.first], n, axis=1)
            return [Value(_Key(None, name), tuple(shape)) for name in names]
        names = self._nodes_of("Split", [self._last(x)], n, axis=axis + 1)
        return [Value(_Key(name), tuple(shape)) for name in names]

    def pad(self, x: Value, before: int, behind: int) -> Value:
        if not before and not behind:
            return x
        rest = [0] * (len(x.shape) - 1)
        pads = self._constant(np.array([0, before, *rest, 0, behind, *rest], dtype=np.int64))
        y = self._node("Pad", [self._last(x), pads])
        return Value(_Key(y), (x.shape[0] + before + behind, *x.shape[1:]))

    def reverse(self, x: Value) -> Value:
        # From the last step to before the first one, whatever the length.
        ends = [[-1], [np.iinfo(np.int64).min], [1], [-1]]
        constants = [self._constant(np.array(end, dtype=np.int64)) for end in ends]
        return Value(_Key(self._node("Slice", [self._last(x), *constants])), x.shape, x.lengths)

    def lstm(
        self,
        x: Value,
        kernel: Array,
        recurrent_kernel: Array,
        bias: Array,
        *,
        backwards: bool,
        sequences: bool,
    ) -> Value:
        units = len(recurrent_kernel)

        def by_gate(weights: Array) -> Array:
            gates = np.split(weights, 4, axis=-1)
            return np.concatenate([gates[i] for i in _GATES], axis=-1).T[np.newaxis]

        both = np.concatenate([by_gate(bias), np.zeros((1, 4 * units), bias.dtype)], axis=1)
        steps_first = self._node("Transpose", [self._last(x)], perm=[1, 0, 2])
        weights = [by_gate(kernel), by_gate(recurrent_kernel), both]
        inputs = [steps_first, *map(self._constant, weights)]
        if x.lengths is not None:
            inputs.append(x.lengths.key.last)
        every, last = self._nodes_of(
            "LSTM", inputs, 2, hidden_size=units, direction="reverse" if backwards else "forward"
        )
        if not sequences:
            axis = self._constant(np.array([0], dtype=np.int64))
            return Value(_Key(self._node("Squeeze", [last, axis])), (units,))
        axis = self._constant(np.array([1], dtype=np.int64))
        every = self._node("Squeeze", [every, axis])
        every = self._node("Transpose", [every], perm=[1, 0, 2])
        return Value(_Key(every), (x.shape[0], units), x.lengths)

    def compact(self, x: Value, mask_value: float) -> Value:
        n_steps = x.shape[0]
        differs = self._node(
            "Not", [self._node("Equal", [self._last(x), self._constant(_float(mask_value))])]
        )
        counts = self._node("Cast", [differs], to=self._onnx.TensorProto.FLOAT)
        kept = self._node("ReduceMax", [counts], axes=[2], keepdims=0)
        lengths = self._node(
            "Cast",
            [self._node("ReduceSum", [kept, self._constant(np.array([1]))], keepdims=0)],
            to=self._onnx.TensorProto.INT32,
        )
        # The place of a step in the new order: its number, and beyond all others if it is masked.
        masked = self._node("Sub", [self._constant(_float(1)), kept])
        number = self._constant(np.arange(n_steps, dtype=np.float32)[np.newaxis])
        place = self._node(
            "Add", [self._node("Mul", [masked, self._constant(_float(n_steps))]), number]
        )
        _, order = self._nodes_of(
            "TopK", [place, self._constant(np.array([n_steps]))], 2, largest=0, sorted=1
        )
        order = self._node("Unsqueeze", [order, self._constant(np.array([2]))])
        shape = self._node("Shape", [self._last(x)])
        order = self._node("Expand", [order, shape])
        sorted_ = self._node("GatherElements", [self._last(x), order], axis=1)
        return Value(_Key(sorted_), x.shape, Value(_Key(lengths), ()))

    def _last(self, x: Value) -> str:
        """Return the name of the tensor with its channels behind."""
        key = x.key
        if key.last is None:
            key.last = self._node("Transpose", [key.first], perm=[0, 2, 3, 1])
        return str(key.last)

    def _first(self, x: Value) -> str:
        """Return the name of the tensor with its channels in front."""
        key = x.key
        if key.first is None:
            key.first = self._node("Transpose", [self._last(x)], perm=[0, 3, 1, 2])
        return str(key.first)

    def _info(self, name: str, shape: tuple[int, ...]) -> Any:
        return self._onnx.helper.make_tensor_value_info(
            name, self._onnx.TensorProto.FLOAT, [self._batch, *shape]
        )

    def _constant(self, array: Array) -> str:
        values = np.asarray(array)
        if values.dtype.kind == "f":
            values = values.astype(np.float32)
        values = np.ascontiguousarray(values)
        key = (values.shape, values.dtype.str, values.tobytes())
        if key not in self._constants:
            name = f"constant_{len(self._constants)}"
            self._constants[key] = name
            self._initializers.append(self._onnx.numpy_helper.from_array(values, name))
        return self._constants[key]

    def _node(self, kind: str, inputs: list[str], *, output: str | None = None, **how: Any) -> str:
        return self._nodes_of(kind, inputs, 1, output=output, **how)[0]

    def _nodes_of(
        self, kind: str, inputs: list[str], n: int, *, output: str | None = None, **how: Any
    ) -> list[str]:
        name = f"{kind.lower()}_{len(self._nodes)}"
        names = [output] if output else [f"{name}_{i}" for i in range(n)]
        self._nodes.append(self._onnx.helper.make_node(kind, inputs, names, name=name, **how))
        return names


def _float(value: float) -> Array:
    return np.array([value], dtype=np.float32)


def _pads(
    x: Value,
    size: Sequence[int],
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int],
) -> list[int]:
    if padding == "valid":
        return [0, 0, 0, 0]
    both = [
        same_padding(length, n, stride, step)
        for length, n, stride, step in zip(x.shape[:2], size, strides, dilation, strict=True)
    ]
    return [both[0][0], both[1][0], both[0][1], both[1][1]]
