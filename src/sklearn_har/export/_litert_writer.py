"""Write graphs for LiteRT, of built-in operators and without resources or variables to be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from sklearn_har.exceptions import ExportError
from sklearn_har.export._litert_file import LiteRTFile
from sklearn_har.export._writer import Array, Operand, Value, Writer, sizes_left, written_out_lstm

__all__ = ["LiteRTWriter"]

_BINARY = {"add": "ADD", "subtract": "SUB", "multiply": "MUL", "divide": "DIV"}
_POOL = {"max": "MAX_POOL_2D", "average": "AVERAGE_POOL_2D"}
_FUNCTIONS = {
    "abs": "ABS",
    "elu": "ELU",
    "exp": "EXP",
    "leaky_relu": "LEAKY_RELU",
    "log": "LOG",
    "relu": "RELU",
    "sigmoid": "LOGISTIC",
    "softmax": "SOFTMAX",
    "sqrt": "SQRT",
    "tanh": "TANH",
}
# Up to this many steps an LSTM is written out, which is as fast as the fused operator.
_MAX_STEPS = 16
_MAX_INTEGER_STEPS = 256
# Below this many values a quantised array is not worth its rounding.
_WORTH_QUANTISING = 1024
# Far beyond what a sigmoid tells from 0.
_CLOSED = 200.0


class LiteRTWriter(Writer):
    """Collects operators of LiteRT.

    Parameters
    ----------
    batch_size : int or None
        Number of windows; None leaves it open: it is 1 until the input is resized.
    weights : {"float32", "float16", "int8"}
        How weights are stored. With "float16" they are widened when the model is loaded; with
        "int8" kernels multiply integers, for which they round their inputs.
    integer : bool
        Whether the graph is to be quantised as a whole, afterwards.
    """

    format = "LiteRT"

    def __init__(
        self,
        batch_size: int | None,
        weights: Literal["float32", "float16", "int8"] = "float32",
        *,
        integer: bool = False,
    ) -> None:
        self.file = LiteRTFile()
        self._schema = self.file.schema
        self._batch = -1 if batch_size is None else batch_size
        self._weights_as = weights
        self.scale_first = integer
        # By one group of operations for each step, products of integers are faster than the fused
        # operator, and the general quantiser knows what to do. Real ones are slower.
        self._max_steps = _MAX_INTEGER_STEPS if integer or weights == "int8" else _MAX_STEPS
        self._widened: dict[int, int] = {}

    def input(self, shape: tuple[int, ...]) -> Value:
        number = self.file.tensor((self._batch, *shape), "windows")
        self.file.graph.inputs = [number]
        return Value(number, shape)

    def output(self, x: Value) -> None:
        self.file.graph.tensors[x.key].name = "probabilities"
        self.file.graph.outputs = [x.key]

    def to_bytes(self, metadata: str) -> bytes:
        return self.file.to_bytes(metadata)

    def binary(
        self, kind: Literal["add", "subtract", "multiply", "divide"], x: Value, y: Operand
    ) -> Value:
        name = {"add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div"}[kind]
        other = y.key if isinstance(y, Value) else self.file.constant(np.asarray(y, np.float32))
        return self._emit(_BINARY[kind], [x.key, other], x.shape, f"{name}Options")

    def function(self, name: str, x: Value, **params: Any) -> Value:
        if name == "softmax":
            return self._emit("SOFTMAX", [x.key], x.shape, "SoftmaxOptions", beta=1.0)
        if name == "leaky_relu":
            return self._emit("LEAKY_RELU", [x.key], x.shape, "LeakyReluOptions", **params)
        return self._emit(_FUNCTIONS[name], [x.key], x.shape)

    def dense(self, x: Value, kernel: Array, bias: Array | None) -> Value:
        weights, hybrid = self._weights(kernel.T)
        inputs = [x.key, weights, -1 if bias is None else self.file.constant(bias)]
        return self._emit(
            "FULLY_CONNECTED",
            inputs,
            (*x.shape[:-1], kernel.shape[1]),
            "FullyConnectedOptions",
            hybrid=hybrid,
            keepNumDims=len(x.shape) > 1,
            asymmetricQuantizeInputs=hybrid,
        )

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
        n_out = kernel.shape[3]
        weights, hybrid = self._weights(np.transpose(kernel, (3, 0, 1, 2)), by_channel=True)
        return self._emit(
            "CONV_2D",
            [x.key, weights, self._bias(bias, n_out)],
            (*sizes_left(x, kernel.shape[:2], strides, padding, dilation), n_out),
            "Conv2DOptions",
            hybrid=hybrid,
            **self._sliding(strides, padding, dilation),
        )

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
        n_out = n_in * multiplier
        # Too few weights to be worth quantising.
        weights = self.file.constant(kernel.reshape(1, rows, columns, n_out))
        return self._emit(
            "DEPTHWISE_CONV_2D",
            [x.key, weights, self._bias(bias, n_out)],
            (*sizes_left(x, (rows, columns), strides, padding, dilation), n_out),
            "DepthwiseConv2DOptions",
            depthMultiplier=multiplier,
            **self._sliding(strides, padding, dilation),
        )

    def pool2d(
        self,
        kind: Literal["max", "average"],
        x: Value,
        size: tuple[int, int],
        strides: tuple[int, int],
        padding: str,
    ) -> Value:
        return self._emit(
            _POOL[kind],
            [x.key],
            (*sizes_left(x, size, strides, padding, (1, 1)), x.shape[-1]),
            "Pool2DOptions",
            filterHeight=size[0],
            filterWidth=size[1],
            strideH=strides[0],
            strideW=strides[1],
            padding=self._padding(padding),
        )

    def reduce(self, kind: Literal["max", "mean"], x: Value, axes: Sequence[int]) -> Value:
        numbers = self._integers([axis + 1 for axis in axes])
        shape = tuple(n for i, n in enumerate(x.shape) if i not in axes)
        name = {"max": "REDUCE_MAX", "mean": "MEAN"}[kind]
        return self._emit(name, [x.key, numbers], shape, "ReducerOptions", keepDims=False)

    def reshape(self, x: Value, shape: tuple[int, ...]) -> Value:
        if shape == x.shape:
            return x
        target = [-1, *shape]
        inputs = [x.key, self._integers(target)]
        return self._emit("RESHAPE", inputs, shape, "ReshapeOptions", newShape=target)

    def transpose(self, x: Value, order: Sequence[int]) -> Value:
        numbers = self._integers([0, *(axis + 1 for axis in order)])
        shape = tuple(x.shape[axis] for axis in order)
        return self._emit("TRANSPOSE", [x.key, numbers], shape, "TransposeOptions")

    def concatenate(self, values: Sequence[Value], axis: int) -> Value:
        axis %= len(values[0].shape)
        shape = list(values[0].shape)
        shape[axis] = sum(value.shape[axis] for value in values)
        keys = [value.key for value in values]
        return self._emit(
            "CONCATENATION", keys, tuple(shape), "ConcatenationOptions", axis=axis + 1
        )

    def split(self, x: Value, n: int, axis: int) -> list[Value]:
        if n == 1:
            return [x]
        axis %= len(x.shape)
        shape = list(x.shape)
        shape[axis] //= n
        parts = [self._new(tuple(shape)) for _ in range(n)]
        options = self._schema.SplitOptionsT()
        options.numSplits = n
        inputs = [self.file.constant(np.array(axis + 1, dtype=np.int32)), x.key]
        self.file.operator("SPLIT", inputs, [part.key for part in parts], options)
        return parts

    def pad(self, x: Value, before: int, behind: int) -> Value:
        return self._pad(x, [(before, behind), *[(0, 0)] * (len(x.shape) - 1)])

    def reverse(self, x: Value) -> Value:
        return self._emit("REVERSE_V2", [x.key, self._integers([1])], x.shape, "ReverseV2Options")

    def compact(self, x: Value, mask_value: float) -> Value:
        raise ExportError(
            f"A network with mask_value={mask_value} cannot be exported for LiteRT, which has no "
            "LSTM that leaves out steps; to_onnx exports it."
        )

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
        if x.shape[0] <= self._max_steps:
            return written_out_lstm(
                self,
                x,
                kernel,
                recurrent_kernel,
                bias,
                backwards=backwards,
                sequences=sequences,
            )
        if backwards:
            x = self.reverse(x)
        y = self._fused_lstm(x, kernel, recurrent_kernel, bias)
        if not sequences:
            return self.reshape(self._slice(y, x.shape[0], 1), y.shape[1:])
        y = self._slice(y, 1, x.shape[0])
        return self.reverse(y) if backwards else y

    def _fused_lstm(self, x: Value, kernel: Array, recurrent: Array, bias: Array) -> Value:
        """Return the outputs of all steps, behind that of one more step in front.

        The operator keeps its state from one call to the next, and only some runtimes are told to
        clear it. So a step is put in front whose inputs close all gates: whatever the state was, it
        is zero behind this step. The step is told from the others by a channel of its own, with
        weights that are no larger than others, so that they can be quantised together.
        """
        n_steps, n_channels = x.shape
        units = len(recurrent)
        if self._batch < 0:
            raise ExportError(
                f"batch_size=None cannot be had for an LSTM over {n_steps} steps in LiteRT, whose "
                "operator fixes the number of windows: pass batch_size=1, or another number."
            )
        weight = float(np.abs(kernel).max()) or 1.0
        others = float(np.abs(recurrent).sum(axis=0).max() + np.abs(bias).max())
        closing = np.zeros((n_steps + 1, n_channels + 1), dtype=np.float32)
        closing[0, -1] = (_CLOSED + others) / weight
        x = self.binary("add", self._pad(x, [(1, 0), (0, 1)]), closing)
        row = np.full((1, 4 * units), -weight, dtype=np.float32)
        row[:, 2 * units : 3 * units] = 0.0  # the candidate, which the input gate keeps out
        kernel = np.concatenate([kernel, row])

        # The operator takes weights of one kind, so that none of them counts as too few.
        numbers = [
            self._weights(gate.T, worth=True)
            for weights in (kernel, recurrent)
            for gate in np.split(weights, 4, axis=-1)
        ]
        hybrid = numbers[0][1]
        biases = [self.file.constant(gate) for gate in np.split(bias, 4)]
        states = [
            self.file.tensor((self._batch, units), f"state_{i}", variable=True) for i in range(2)
        ]
        none = -1
        return self._emit(
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            [x.key, *(number for number, _ in numbers), *[none] * 3, *biases, *[none] * 2, *states]
            + [none] * 4,
            (n_steps + 1, units),
            "UnidirectionalSequenceLSTMOptions",
            hybrid=hybrid,
            fusedActivationFunction=self._schema.ActivationFunctionType.TANH,
            asymmetricQuantizeInputs=hybrid,
        )

    def _slice(self, x: Value, begin: int, size: int) -> Value:
        rest = x.shape[1:]
        starts = self._integers([0, begin, *[0] * len(rest)])
        sizes = self._integers([-1, size, *rest])
        return self._emit("SLICE", [x.key, starts, sizes], (size, *rest), "SliceOptions")

    def _pad(self, x: Value, widths: Sequence[tuple[int, int]]) -> Value:
        if not any(map(any, widths)):
            return x
        table = self.file.constant(np.array([(0, 0), *widths], dtype=np.int32))
        shape = tuple(n + sum(width) for n, width in zip(x.shape, widths, strict=True))
        return self._emit("PAD", [x.key, table], shape, "PadOptions")

    def _weights(
        self, array: Array, *, by_channel: bool = False, worth: bool = False
    ) -> tuple[int, bool]:
        """Store weights, outputs first, and tell whether they are integers."""
        values = np.asarray(array, dtype=np.float32)
        worth = worth or values.size >= _WORTH_QUANTISING
        if self._weights_as == "float32" or not worth:
            return self.file.constant(values), False
        if self._weights_as == "float16":
            narrow = self.file.constant(values.astype(np.float16))
            if narrow not in self._widened:
                wide = self.file.tensor(values.shape, f"weights_{narrow}")
                self.file.operator(
                    "DEQUANTIZE", [narrow], [wide], self._schema.DequantizeOptionsT()
                )
                self._widened[narrow] = wide
            return self._widened[narrow], False
        axes = tuple(range(1, values.ndim)) if by_channel else None
        largest = np.abs(values).max(axis=axes, keepdims=True)
        scale = np.where(largest > 0, largest, 1.0) / 127.0
        rounded = np.clip(np.round(values / scale), -127, 127).astype(np.int8)
        return self.file.constant(rounded, scale.ravel()), True

    def _bias(self, bias: Array | None, n: int) -> int:
        return self.file.constant(np.zeros(n, np.float32) if bias is None else bias)

    def _integers(self, values: Sequence[int]) -> int:
        return self.file.constant(np.array(values, dtype=np.int32))

    def _padding(self, padding: str) -> Any:
        return getattr(self._schema.Padding, padding.upper())

    def _sliding(
        self, strides: tuple[int, int], padding: str, dilation: tuple[int, int]
    ) -> dict[str, Any]:
        return {
            "strideH": strides[0],
            "strideW": strides[1],
            "dilationHFactor": dilation[0],
            "dilationWFactor": dilation[1],
            "padding": self._padding(padding),
        }

    def _new(self, shape: tuple[int, ...]) -> Value:
        number = len(self.file.graph.tensors)
        return Value(self.file.tensor((self._batch, *shape), f"tensor_{number}"), shape)

    def _emit(
        self,
        kind: str,
        inputs: Sequence[int],
        shape: tuple[int, ...],
        options: str | None = None,
        *,
        hybrid: bool = False,
        **fields: Any,
    ) -> Value:
        made = None
        if options is not None:
            made = getattr(self._schema, f"{options}T")()
            for name, value in fields.items():
                if not hasattr(made, name):
                    raise AttributeError(f"{options} has no field {name!r}")
                setattr(made, name, value)
        y = self._new(shape)
        self.file.operator(kind, inputs, [y.key], made, hybrid=hybrid)
        return y
