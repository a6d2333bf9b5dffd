"""What the writers of all formats offer to the layers: a few operations on tensors.

A layer is told once, in these operations, by a function of `_layers` or `_transformers`; a format
is one subclass. Shapes leave out the first axis, the windows, whose number may be open.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

__all__ = [
    "FUNCTIONS",
    "Array",
    "Operand",
    "Value",
    "Writer",
    "pool_size",
    "same_padding",
    "sizes_left",
    "written_out_lstm",
]

Array = npt.NDArray[Any]

# What `Writer.function` knows. The names are those of Keras' activations where there is one.
FUNCTIONS = frozenset(
    {"abs", "elu", "exp", "leaky_relu", "log", "relu", "sigmoid", "softmax", "sqrt", "tanh"}
)


@dataclass(frozen=True, eq=False)
class Value:
    """A tensor of the graph.

    Parameters
    ----------
    key : object
        What the writer knows it by.
    shape : tuple of int
        Without the axis of the windows.
    lengths : Value or None
        For sequences with steps that do not count: how many steps of each window do. These stand
        first.
    """

    key: Any
    shape: tuple[int, ...]
    lengths: Value | None = None


Operand = Value | Array


def pool_size(length: int, size: int, stride: int, padding: str, dilation: int = 1) -> int:
    """Return how many positions a convolution or a pool leaves of `length`."""
    if padding == "same":
        return -(-length // stride)
    return (length - dilation * (size - 1) - 1) // stride + 1


class Writer(ABC):
    """Collects a graph from windows to probabilities and turns it into the bytes of a file."""

    format: str
    """The name of the format, for messages."""

    scale_first: bool = False
    """Whether channels are divided before they are centred.

    The result is rounded a little more; but where integers follow, one range for all channels fits
    them better, and the quantiser of LiteRT leaves divisions real.
    """

    @abstractmethod
    def input(self, shape: tuple[int, ...]) -> Value:
        """Return the windows, float32 of shape (n_windows, n_timesteps, n_channels)."""

    @abstractmethod
    def output(self, x: Value) -> None:
        """Name what the graph returns."""

    @abstractmethod
    def to_bytes(self, metadata: str) -> bytes:
        """Return the content of the file."""

    @abstractmethod
    def binary(
        self, kind: Literal["add", "subtract", "multiply", "divide"], x: Value, y: Operand
    ) -> Value:
        """Combine element by element; shapes broadcast to that of `x`."""

    @abstractmethod
    def function(self, name: str, x: Value, **params: Any) -> Value:
        """Apply one of `FUNCTIONS`; the softmax is over the last axis."""

    @abstractmethod
    def dense(self, x: Value, kernel: Array, bias: Array | None) -> Value:
        """Multiply the last axis by a kernel (n_in, n_out)."""

    @abstractmethod
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
        """Convolve (rows, columns, n_in) with a kernel (rows, columns, n_in, n_out)."""

    @abstractmethod
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
        """Convolve each channel by itself, with a kernel (rows, columns, n_in, multiplier)."""

    @abstractmethod
    def pool2d(
        self,
        kind: Literal["max", "average"],
        x: Value,
        size: tuple[int, int],
        strides: tuple[int, int],
        padding: str,
    ) -> Value:
        """Pool (rows, columns, n_channels)."""

    @abstractmethod
    def reduce(self, kind: Literal["max", "mean"], x: Value, axes: Sequence[int]) -> Value:
        """Take the largest or the mean over axes, which are counted without that of the windows."""

    @abstractmethod
    def reshape(self, x: Value, shape: tuple[int, ...]) -> Value:
        """Give another shape; where it holds another number of values, windows become more or less.

        So the steps of a sequence can be folded into the axis of the windows and back.
        """

    @abstractmethod
    def transpose(self, x: Value, order: Sequence[int]) -> Value:
        """Reorder the axes, which are counted without that of the windows."""

    @abstractmethod
    def concatenate(self, values: Sequence[Value], axis: int) -> Value:
        """Join along an axis, which is counted without that of the windows, or negative."""

    @abstractmethod
    def split(self, x: Value, n: int, axis: int) -> list[Value]:
        """Cut into `n` equal parts along an axis, counted as in `concatenate`."""

    @abstractmethod
    def pad(self, x: Value, before: int, behind: int) -> Value:
        """Add zeros before and behind along the first axis behind that of the windows."""

    @abstractmethod
    def reverse(self, x: Value) -> Value:
        """Reverse the first axis behind that of the windows: time."""

    @abstractmethod
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
        """Run an LSTM over (n_steps, n_features), with tanh and sigmoids.

        Kernels have the gates of Keras: input, forget, candidate, output. With `backwards` the last
        step is read first; the outputs of all steps, `sequences`, stand at the steps they belong
        to. Steps beyond `x.lengths` are left out.
        """

    @abstractmethod
    def compact(self, x: Value, mask_value: float) -> Value:
        """Move the steps that are not `mask_value` in all channels to the front, in their order."""

    def expand(self, x: Value) -> Value:
        """Put an axis of one row in front: what a one-dimensional convolution needs."""
        return self.reshape(x, (1, *x.shape))

    def clip(self, x: Value, low: float, high: float) -> Value:
        """Limit values to an interval, by rectifiers: every format has them."""
        above = self.function("relu", self.binary("subtract", x, _number(low)))
        below = self.function(
            "relu",
            self.binary("add", self.binary("multiply", above, _number(-1)), _number(high - low)),
        )
        return self.binary("add", self.binary("multiply", below, _number(-1)), _number(high))


def _number(value: float) -> Array:
    return np.array([value], dtype=np.float32)


def same_padding(length: int, size: int, stride: int, dilation: int) -> tuple[int, int]:
    """Return what padding "same" adds before and behind: the odd one behind, as in TensorFlow."""
    reach = dilation * (size - 1) + 1
    total = max((pool_size(length, size, stride, "same") - 1) * stride + reach - length, 0)
    return total // 2, total - total // 2


def sizes_left(
    x: Value, size: Sequence[int], strides: Sequence[int], padding: str, dilation: Sequence[int]
) -> tuple[int, int]:
    """Return rows and columns of what a convolution or a pool makes of an image."""
    rows, columns = (
        pool_size(length, n, stride, padding, step)
        for length, n, stride, step in zip(x.shape[:2], size, strides, dilation, strict=True)
    )
    return rows, columns


def written_out_lstm(
    writer: Writer,
    x: Value,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array,
    *,
    backwards: bool,
    sequences: bool,
) -> Value:
    """Do what `Writer.lstm` does, by one group of operations for each step."""
    n_steps, units = x.shape[0], len(recurrent_kernel)
    # The inputs of all steps by one product; and the first step starts from zero.
    by_step = writer.split(writer.dense(x, kernel, bias), n_steps, 0)
    hidden: Value | None = None
    carry: Value | None = None
    outputs = []
    for step in reversed(by_step) if backwards else by_step:
        gates = writer.reshape(step, (4 * units,))
        if hidden is not None:
            gates = writer.binary("add", gates, writer.dense(hidden, recurrent_kernel, None))
        i, f, candidate, o = writer.split(gates, 4, -1)
        carry = _new_carry(
            writer,
            writer.function("sigmoid", i),
            f,
            writer.function("tanh", candidate),
            carry,
        )
        hidden = writer.binary(
            "multiply", writer.function("sigmoid", o), writer.function("tanh", carry)
        )
        outputs.append(hidden)
    if not sequences:
        return outputs[-1]
    rows = [writer.expand(output) for output in outputs]
    return writer.concatenate(rows[::-1] if backwards else rows, 0)


def _new_carry(writer: Writer, i: Value, f: Value, candidate: Value, carry: Value | None) -> Value:
    new = writer.binary("multiply", i, candidate)
    if carry is None:
        # The first step has nothing to forget. LiteRT before 2.1 crashes on results nobody reads.
        return new
    kept = writer.binary("multiply", writer.function("sigmoid", f), carry)
    return writer.binary("add", new, kept)
