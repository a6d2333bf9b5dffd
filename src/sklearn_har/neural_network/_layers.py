"""Recurrent layers that compute the same as Keras' layers in less time on processors.

They inherit weights, initial values, configuration and names from Keras, so weights can be
exchanged; only the order of the sums differs. If a fast path does not apply, Keras does the work:
for a mask, a long sequence on another backend, or a graphics card with its own kernels.

Keras starts dozens of small operations for each time step on processors, and has no fused kernel
there.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import keras
from keras import layers, ops

# Up to this many steps, the loop over time is unrolled: graphs stay small, and one product projects
# the input of all steps.
MAX_UNROLLED = 16

# The fused kernel works on this many parts of the batch in parallel. The number is fixed, so that a
# seed gives the same sums for any number of cores.
PARTS = 2


@cache
def _fused_kernel_applies() -> bool:
    """Return whether to use TensorFlow's kernel; on a graphics card, Keras uses the vendor's."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return not tf.config.list_physical_devices("GPU")


def _left_to_keras(layer: Any, n_steps: int | None, initial_state: Any, mask: Any) -> bool:
    """Return whether neither fast path supports a layer or its input."""
    return bool(
        initial_state is not None
        or mask is not None
        or n_steps is None
        or n_steps == 1  # without its recurrent part, the recurrent kernel would have no gradient
        or layer.return_state
        or layer.stateful
        or layer.dropout
        or layer.recurrent_dropout
        or not layer.use_bias
    )


@keras.saving.register_keras_serializable(package="sklearn_har")
class FastLSTM(layers.LSTM):
    """LSTM layer with a loop in C++ for long sequences and an unrolled loop for short ones.

    Keras runs some twenty small operations for each time step and twice as many for the gradient,
    and most time goes into starting them. Here one TensorFlow operation computes all steps of one
    half of the batch while another core does the same with the other half.

    Input shape
    -----------
    (n_windows, n_steps, n_features).

    Output shape
    ------------
    (n_windows, units), or (n_windows, n_steps, units) with `return_sequences`.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        # Otherwise Keras 3.16 warns about each mask, and the next layer reads the padding.
        self.supports_masking = True

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        """Return the last output, or all outputs."""
        n_steps = sequences.shape[1]
        activations = (self.activation, self.recurrent_activation)
        if _left_to_keras(self, n_steps, initial_state, mask) or activations != (
            keras.activations.tanh,
            keras.activations.sigmoid,
        ):
            return super().call(
                sequences, initial_state=initial_state, mask=mask, training=training
            )
        if n_steps <= MAX_UNROLLED:
            return self._written_out(sequences, n_steps)
        if self.compute_dtype == "float32" and _fused_kernel_applies():
            return self._fused(sequences)
        return super().call(sequences, training=training)

    def _written_out(self, sequences: Any, n_steps: int) -> Any:
        cell = self.cell
        recurrent_kernel = ops.convert_to_tensor(cell.recurrent_kernel)
        # One product for all steps. The first step starts from zero and needs no recurrent part.
        projected = ops.unstack(
            ops.add(ops.matmul(sequences, cell.kernel), cell.bias), n_steps, axis=1
        )
        hidden: Any = None
        carry: Any = None
        outputs = []
        for gates in reversed(projected) if self.go_backwards else projected:
            if hidden is not None:
                gates = ops.add(gates, ops.matmul(hidden, recurrent_kernel))
            i, f, candidate, o = ops.split(gates, 4, axis=-1)
            new = ops.multiply(ops.sigmoid(i), ops.tanh(candidate))
            carry = new if carry is None else ops.add(new, ops.multiply(ops.sigmoid(f), carry))
            hidden = ops.multiply(ops.sigmoid(o), ops.tanh(carry))
            outputs.append(hidden)
        return ops.stack(outputs, axis=1) if self.return_sequences else hidden

    def _fused(self, sequences: Any) -> Any:
        import tensorflow as tf

        def in_order_of_kernel(gates: Any) -> Any:
            i, f, candidate, o = tf.split(gates, 4, axis=-1)
            return tf.concat([i, candidate, f, o], axis=-1)

        kernel = tf.convert_to_tensor(self.cell.kernel)
        if sequences.shape[2] % 2:
            # Odd numbers of windows and of features are slow, and the operation prints a warning
            # each time. An additional feature of zeros makes the number even.
            sequences = tf.pad(sequences, ((0, 0), (0, 0), (0, 1)))
            kernel = tf.pad(kernel, ((0, 1), (0, 0)))
        weights = in_order_of_kernel(tf.concat([kernel, self.cell.recurrent_kernel], 0))
        bias = in_order_of_kernel(tf.convert_to_tensor(self.cell.bias))
        unused = tf.zeros((self.units,))
        steps_first = tf.transpose(sequences, (1, 0, 2))
        if self.go_backwards:
            steps_first = tf.reverse(steps_first, [0])

        def run(part: Any) -> Any:
            start = tf.zeros((tf.shape(part)[1], self.units))
            # The second version of the operation has a gradient with mixed-up gates.
            hidden = tf.raw_ops.BlockLSTM(
                seq_len_max=tf.shape(part, out_type=tf.int64)[0],
                x=part,
                cs_prev=start,
                h_prev=start,
                w=weights,
                wci=unused,
                wcf=unused,
                wco=unused,
                b=bias,
                forget_bias=0.0,
                cell_clip=0.0,
                use_peephole=False,
            ).h
            return hidden if self.return_sequences else hidden[-1]

        n_windows = tf.shape(steps_first)[1]
        # No part may be empty, because the kernel leaves its gradient undefined.
        missing = tf.maximum(PARTS - n_windows, 0)
        steps_first = tf.pad(steps_first, ((0, 0), (0, missing), (0, 0)))
        n = n_windows + missing
        sizes = [n // PARTS] * (PARTS - 1)
        parts = tf.split(steps_first, [*sizes, n - (PARTS - 1) * (n // PARTS)], axis=1)
        if not self.return_sequences:
            return tf.concat([run(part) for part in parts], axis=0)[:n_windows]
        result = tf.concat([run(part) for part in parts], axis=1)[:, :n_windows]
        return tf.transpose(result, (1, 0, 2))


@keras.saving.register_keras_serializable(package="sklearn_har")
class FastConvLSTM(layers.ConvLSTM2D):
    """Convolutional LSTM layer with an unrolled loop over few subsequences.

    Keras convolves input and state with the kernel of each gate in each step. Here the inputs of
    all steps are convolved at once, and the first step, with a state of zero, convolves no state.

    Input shape
    -----------
    (n_windows, n_steps, rows, columns, n_features).

    Output shape
    ------------
    (n_windows, rows, columns, filters); with `return_sequences`, an axis of steps follows the
    first axis.
    """

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        """Return the last output, or all outputs."""
        n_steps = sequences.shape[1]
        cell = self.cell
        if (
            _left_to_keras(self, n_steps, initial_state, mask)
            or n_steps > MAX_UNROLLED
            or self.go_backwards
            or cell.data_format != "channels_last"
        ):
            return super().call(
                sequences, initial_state=initial_state, mask=mask, training=training
            )

        def by_gate(weights: Any) -> list[Any]:
            return list(ops.split(ops.convert_to_tensor(weights), 4, axis=-1))

        def convolve(x: Any, kernel: Any, padding: str, **kwargs: Any) -> Any:
            return ops.conv(x, kernel, padding=padding, data_format="channels_last", **kwargs)

        flat = ops.reshape(sequences, (-1, *sequences.shape[2:]))
        # By gate, then by step. Four small convolutions, because splitting a large result would
        # copy it.
        projected = []
        for kernel, bias in zip(by_gate(cell.kernel), by_gate(cell.bias), strict=True):
            gate = convolve(
                flat, kernel, cell.padding, strides=cell.strides, dilation_rate=cell.dilation_rate
            )
            gate = ops.reshape(ops.add(gate, bias), (-1, n_steps, *gate.shape[1:]))
            projected.append(ops.unstack(gate, n_steps, axis=1))

        recurrent_kernels = by_gate(cell.recurrent_kernel)

        def with_state(gates: Any, hidden: Any) -> Any:
            return [
                ops.add(gate, convolve(hidden, kernel, "same"))
                for gate, kernel in zip(gates, recurrent_kernels, strict=True)
            ]

        return self._run(zip(*projected, strict=True), with_state)

    def _run(self, steps: Iterable[Any], with_state: Any, split: Any = tuple) -> Any:
        """Return the outputs from gates that were convolved from the input of each step.

        `with_state` adds the contribution of the previous state, and `split` separates the gates.
        """
        hidden: Any = None
        carry: Any = None
        outputs = []
        for gates in steps:
            # The first state is zero, so nothing is convolved or forgotten.
            i, f, candidate, o = split(gates if hidden is None else with_state(gates, hidden))
            new = self.recurrent_activation(i) * self.activation(candidate)
            carry = new if carry is None else new + self.recurrent_activation(f) * carry
            hidden = self.recurrent_activation(o) * self.activation(carry)
            outputs.append(hidden)
        return ops.stack(outputs, axis=1) if self.return_sequences else hidden


@keras.saving.register_keras_serializable(package="sklearn_har")
class FastBatchNormalization(layers.BatchNormalization):
    """Batch normalisation by one operation of TensorFlow, if it is available.

    Keras computes mean, variance and scaling separately. Each passes over the whole batch, and
    again for the gradient.
    """

    def call(self, inputs: Any, training: bool = False, mask: Any = None) -> Any:
        """Return the normalised features."""
        if (
            not training
            or not self.trainable
            or mask is not None
            or inputs.dtype != "float32"
            or not _fused_kernel_applies()
        ):
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs,
            tf.convert_to_tensor(self.gamma),
            tf.convert_to_tensor(self.beta),
            epsilon=self.epsilon,
            is_training=True,
        )
        # The operation returns the variance of the sample, Keras stores that of the population.
        n = tf.cast(tf.size(inputs) // inputs.shape[-1], variance.dtype)
        variance = variance * (n - 1) / n
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1 - self.momentum))
        return outputs
