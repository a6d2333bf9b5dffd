"""The fast layers give what Keras' own give, forwards and backwards, with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

# Classifiers choose the fast layers themselves; here both kinds are built and compared.
from sklearn_har.neural_network._cnn_lstm import CNNLSTM
from sklearn_har.neural_network._conv_lstm import ConvLSTM
from sklearn_har.neural_network._layers import FastBatchNormalization, FastConvLSTM, FastLSTM
from sklearn_har.neural_network._lstm import LSTM
from sklearn_har.neural_network._networks import build_network

ARCHITECTURES: dict[str, tuple[Callable[..., keras.Model], dict[str, Any]]] = {
    "LSTM, long": (LSTM, {}),
    "LSTM, short": (LSTM, {"n_steps": 8}),
    "LSTM, two layers, both ways": (LSTM, {"n_layers": 2, "bidirectional": True}),
    "LSTM, two short layers, both ways": (
        LSTM,
        {"n_layers": 2, "bidirectional": True, "n_steps": 8},
    ),
    "LSTM, mask": (LSTM, {"mask_value": 0.0}),
    "LSTM, one step": (LSTM, {"n_steps": 1}),
    "CNN-LSTM, one step": (CNNLSTM, {"filters": 5, "n_steps": 1}),
    "ConvLSTM, one step": (ConvLSTM, {"filters": 5, "n_steps": 1}),
    "CNN-LSTM": (CNNLSTM, {"filters": 5}),
    "CNN-LSTM, both ways": (CNNLSTM, {"filters": 5, "bidirectional": True}),
    "ConvLSTM": (ConvLSTM, {"filters": 5}),
    "ConvLSTM, two layers": (ConvLSTM, {"filters": 5, "n_layers": 2}),
    "LSTM, pooled": (LSTM, {"n_steps": 8, "pooling": "both", "scaling": "both"}),
    "CNN-LSTM, whole window": (
        CNNLSTM,
        {
            "n_steps": None,
            "filters": (4, 6),
            "kernel_size": (5, 3),
            "padding": "same",
            "pool_after": "each",
            "pooling": "both",
            "bidirectional": True,
            "dense_units": None,
        },
    ),
    "ConvLSTM, convolutions before": (
        ConvLSTM,
        {"filters": 5, "n_conv_layers": 1, "conv_filters": 4, "padding": "same", "pooling": "max"},
    ),
}


def _gradients(model: keras.Model, X: np.ndarray) -> list[np.ndarray]:
    tf = pytest.importorskip("tensorflow")
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(model(X, training=False) - 0.3))
    return [g.numpy() for g in tape.gradient(loss, model.trainable_variables)]


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_windows", [1, 7])
def test_same_probabilities_and_gradients_as_keras(name: str, dtype: str, n_windows: int) -> None:
    """With the fast paths off nothing changes, whatever the number of windows."""
    architecture, sizes = ARCHITECTURES[name]
    common = {"input_shape": (32, 3), "n_classes": 4, "dtype": dtype, "seed": 3, **sizes}
    if architecture is not ConvLSTM:
        common["units"] = 6
    fast, plain = (build_network(architecture, **common, fast=fast) for fast in (True, False))
    for model in (fast, plain):
        names = {type(layer) for layer in model._flatten_layers()}
        assert bool(names & {FastLSTM, FastConvLSTM}) == (model is fast)
    plain.set_weights(fast.get_weights())
    X = np.random.default_rng(0).normal(size=(n_windows, 32, 3)).astype(dtype)
    if sizes.get("mask_value") is not None:
        X[:, 20:] = 0.0

    tolerance = {"float32": 1e-5, "float64": 1e-12}[dtype]
    np.testing.assert_allclose(fast(X), plain(X), atol=tolerance)
    for one, other in zip(_gradients(fast, X), _gradients(plain, X), strict=True):
        # Relative to the largest: a sum over all steps is rounded like its largest parts.
        np.testing.assert_allclose(one, other, atol=tolerance * max(1.0, np.abs(other).max()))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_batch_normalization_learns_what_that_of_keras_learns(dtype: str) -> None:
    """Outputs, gradients and moving averages, in training and after it."""
    tf = pytest.importorskip("tensorflow")
    rng = np.random.default_rng(0)
    X = tf.constant(rng.normal(2.0, 3.0, size=(5, 1, 8, 4)).astype(dtype))
    target = tf.constant(rng.normal(size=X.shape).astype(dtype))
    results = []
    for cls in (FastBatchNormalization, keras.layers.BatchNormalization):
        layer = cls(momentum=0.8, dtype=dtype)
        layer.build(X.shape)
        layer.gamma.assign(np.linspace(0.5, 2, 4))
        with tf.GradientTape() as tape:
            tape.watch(X)
            outputs = layer(X, training=True)
            loss = tf.reduce_sum(tf.square(outputs - target))
        gradients = tape.gradient(loss, [X, layer.gamma.value, layer.beta.value])
        arrays = [outputs, *gradients, *layer.variables, layer(X, training=False)]
        results.append([keras.ops.convert_to_numpy(a) for a in arrays])
    for one, other in zip(*results, strict=True):
        atol = {"float32": 1e-5, "float64": 1e-12}[dtype]
        np.testing.assert_allclose(one, other, atol=atol * max(1.0, np.abs(other).max()))


@pytest.mark.parametrize(
    "layer",
    [FastLSTM(3, seed=0), FastConvLSTM(3, (1, 3), seed=0), FastBatchNormalization(momentum=0.9)],
)
def test_layers_survive_the_configuration_of_keras(layer: keras.Layer) -> None:
    """A network taken from `model_` can be written and read by Keras."""
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert type(copy) is type(layer)
    assert copy.get_config() == layer.get_config()


@pytest.mark.parametrize(
    "difference",
    [
        {"activation": "relu"},
        {"recurrent_activation": "hard_sigmoid"},
        {"use_bias": False},
        {"recurrent_dropout": 0.5},
    ],
)
@pytest.mark.parametrize("n_steps", [4, 20])
def test_an_lstm_of_another_kind_is_left_to_keras(difference: dict[str, Any], n_steps: int) -> None:
    """The fast paths know one cell; another one gets its own results, not theirs."""
    fast, plain = FastLSTM(5, seed=0, **difference), keras.layers.LSTM(5, seed=0, **difference)
    X = np.random.default_rng(0).normal(size=(3, n_steps, 2)).astype("float32")
    fast(X), plain(X)
    plain.set_weights(fast.get_weights())
    np.testing.assert_allclose(fast(X), plain(X), atol=1e-6)


def test_many_subsequences_are_left_to_keras() -> None:
    """A long loop is not written out: the graph would grow without bounds."""
    fast, plain = FastConvLSTM(2, (1, 3), seed=0), keras.layers.ConvLSTM2D(2, (1, 3), seed=0)
    X = np.random.default_rng(0).normal(size=(2, 17, 1, 6, 2)).astype("float32")
    fast(X), plain(X)
    plain.set_weights(fast.get_weights())
    np.testing.assert_allclose(fast(X), plain(X), atol=1e-6)
