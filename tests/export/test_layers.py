"""A file computes what Keras computes, also for layers that the three networks do not have."""

import keras
import numpy as np
import pytest
from keras import layers

from sklearn_har.exceptions import ExportError
from sklearn_har.export._classifier import open_runtime

# Classifiers have few of the layers; the functions convert any Keras model.
from sklearn_har.export._converting import convert_to_litert, convert_to_onnx
from sklearn_har.export._portable import arcsinh, make_portable

N_TIMESTEPS, N_CHANNELS = 20, 3
X = np.random.default_rng(0).normal(size=(5, N_TIMESTEPS, N_CHANNELS)).astype(np.float32)
FORMATS = ["ONNX", "LiteRT"]

# Each is applied to windows of shape (n_windows, 20, 3).
STACKS = {
    "conv1d": lambda: [layers.Conv1D(4, 3)],
    "conv1d, same, strides": lambda: [layers.Conv1D(4, 4, strides=3, padding="same")],
    "conv1d, same, dilation": lambda: [layers.Conv1D(4, 3, dilation_rate=2, padding="same")],
    "conv1d, causal": lambda: [layers.Conv1D(4, 3, dilation_rate=4, padding="causal")],
    "conv1d over the window": lambda: [layers.Conv1D(4, N_TIMESTEPS, use_bias=False)],
    "stack of conv1d": lambda: [
        layers.Conv1D(4, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv1D(5, 3, activation="tanh"),
        layers.MaxPooling1D(2),
        layers.GlobalAveragePooling1D(),
        layers.Dense(4, activation="softmax"),
    ],
    "depthwise": lambda: [layers.DepthwiseConv1D(3, depth_multiplier=2)],
    "separable": lambda: [layers.SeparableConv1D(4, 3, padding="same", activation="relu")],
    "conv2d": lambda: [
        layers.Reshape((4, 5, 3)),
        layers.Conv2D(4, (2, 3), strides=(1, 2), padding="same"),
        layers.BatchNormalization(scale=False),
        layers.Activation("relu"),
        layers.Conv2D(2, (2, 1)),
        layers.AveragePooling2D((2, 1)),
        layers.Flatten(),
    ],
    "max pool, same": lambda: [layers.MaxPooling1D(3, padding="same")],
    "average pool, same": lambda: [layers.AveragePooling1D(3, strides=2, padding="same")],
    "global max": lambda: [layers.GlobalMaxPooling1D(keepdims=True)],
    "global pools of images": lambda: [layers.Reshape((4, 5, 3)), layers.GlobalMaxPooling2D()],
    "batch normalization": lambda: [layers.BatchNormalization(center=False)],
    "layer normalization": lambda: [layers.LayerNormalization()],
    "dense over steps": lambda: [layers.Dense(4, activation="softplus")],
    "dense without bias": lambda: [layers.Flatten(), layers.Dense(4, use_bias=False)],
    "permute": lambda: [layers.Permute((2, 1))],
    "repeat": lambda: [layers.Flatten(), layers.Dense(3), layers.RepeatVector(4)],
    "padding": lambda: [layers.ZeroPadding1D((2, 1))],
    "rescaling": lambda: [layers.Rescaling([0.5, 2.0, 1.0], offset=0.1)],
    "leaky": lambda: [layers.LeakyReLU(0.2)],
    "elu": lambda: [layers.ELU()],
    "softmax": lambda: [layers.Softmax()],
    "regularised": lambda: [
        layers.GaussianNoise(0.5),
        layers.SpatialDropout1D(0.5),
        layers.AlphaDropout(0.5),
    ],
    "gru": lambda: [layers.GRU(4)],
    "lstm": lambda: [layers.LSTM(4)],
    "lstm with another activation": lambda: [layers.LSTM(4, activation="relu")],
    "lstm backwards": lambda: [layers.LSTM(4, go_backwards=True)],
    "lstm backwards, all steps": lambda: [layers.LSTM(4, go_backwards=True, return_sequences=True)],
    "lstm without bias": lambda: [layers.LSTM(4, use_bias=False, return_sequences=True)],
    "short lstm backwards, all steps": lambda: [
        layers.MaxPooling1D(2),
        layers.LSTM(4, go_backwards=True, return_sequences=True),
    ],
    "sum of both ways": lambda: [layers.Bidirectional(layers.LSTM(4), merge_mode="sum")],
    "mean of both ways": lambda: [
        layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode="ave")
    ],
    "convolutional lstm, all steps": lambda: [
        layers.Reshape((5, 2, 2, 3)),
        layers.ConvLSTM2D(2, (2, 2), padding="same", return_sequences=True, go_backwards=True),
    ],
    "convolutional lstm without bias": lambda: [
        layers.Reshape((5, 2, 2, 3)),
        layers.ConvLSTM2D(2, (1, 2), strides=(1, 2), padding="same", use_bias=False),
    ],
    "product of both ways": lambda: [layers.Bidirectional(layers.LSTM(4), merge_mode="mul")],
    "a model in a model": lambda: [
        keras.Sequential([layers.Input((N_TIMESTEPS, N_CHANNELS)), layers.Conv1D(4, 3)])
    ],
    **{
        name: lambda name=name: [layers.Dense(4, activation=name)]
        for name in ("relu", "relu6", "sigmoid", "tanh", "elu", "silu", "exponential", "linear")
    },
}


def shaken(model):
    """Give weights, moving means and variances that matter."""
    rng = np.random.default_rng(1)
    for variable in model.variables:
        if "seed" not in variable.path:
            values = rng.normal(scale=0.7, size=variable.shape)
            variable.assign(np.abs(values) + 0.1 if "variance" in variable.path else values)
    return model


def converted(model, runtime, quantize=None):
    """Return what the file of a model gives for `X`; LiteRT gets the first window alone."""
    if runtime == "ONNX":
        portable = make_portable(model, max_written_out=0)
        content = convert_to_onnx(portable, None, "{}", quantize=quantize is not None)
        return open_runtime(content, 1).run(X)
    portable = make_portable(model, max_written_out=10)
    return open_runtime(convert_to_litert(portable, 1, "{}", quantize=quantize), 1).run(X[:1])


@pytest.mark.parametrize("runtime", FORMATS)
@pytest.mark.parametrize("name", STACKS)
def test_a_stack_of_layers(name, runtime):
    model = shaken(keras.Sequential([layers.Input((N_TIMESTEPS, N_CHANNELS)), *STACKS[name]()]))
    found = converted(model, runtime)
    expected = model(X, training=False).numpy()
    assert np.ptp(expected) > 1e-3
    np.testing.assert_allclose(found, expected[: len(found)], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("runtime", FORMATS)
def test_branches(runtime):
    x = inputs = layers.Input((N_TIMESTEPS, N_CHANNELS))
    x = layers.Conv1D(4, 3, padding="same")(x)
    side = layers.Conv1D(4, 5, padding="same", activation="relu")(x)
    both = layers.Concatenate()([layers.Add()([x, side]), layers.Multiply()([x, side])])
    # The output of a layer that only one of its readers rectifies.
    out = layers.Concatenate(axis=1)([both, layers.Concatenate()([side, layers.ReLU()(x)])])
    model = shaken(keras.Model(inputs, out))
    found = converted(model, runtime)
    np.testing.assert_allclose(found, model(X).numpy()[: len(found)], rtol=1e-4, atol=1e-5)


@keras.saving.register_keras_serializable(package="tests")
class Halved(layers.Layer):
    def call(self, x):
        return x / 2


@keras.saving.register_keras_serializable(package="tests")
class Unheard(layers.Layer):
    def call(self, x):
        return keras.ops.i0(x)


class Configured(layers.Layer):
    def __init__(self, size):
        super().__init__()
        self.size = size

    def call(self, x):
        return x / self.size


@pytest.mark.parametrize("runtime", FORMATS)
def test_layers_of_ones_own(runtime):
    stack = [Halved(), layers.Dense(3)]
    model = shaken(keras.Sequential([layers.Input((N_TIMESTEPS, N_CHANNELS)), *stack]))
    found = converted(model, runtime)
    np.testing.assert_allclose(found, model(X).numpy()[: len(found)], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("runtime", FORMATS)
@pytest.mark.parametrize(
    ("made", "match"),
    [
        (Unheard, "cannot be exported: the converter fails"),
        (lambda: Configured(2), "Keras cannot copy it .*register_keras_serializable"),
    ],
)
def test_a_layer_that_no_converter_knows(made, match, runtime):
    model = keras.Sequential([layers.Input((N_TIMESTEPS, N_CHANNELS)), made()])
    with pytest.raises(ExportError, match=match):
        converted(model, runtime)


def test_what_keras_compiles_is_not_for_onnx():
    stack = [layers.Conv1D(6, 3, groups=3)]
    model = shaken(keras.Sequential([layers.Input((N_TIMESTEPS, N_CHANNELS)), *stack]))
    found = converted(model, "LiteRT")
    np.testing.assert_allclose(found, model(X).numpy()[:1], rtol=1e-4, atol=1e-5)
    with pytest.raises(ExportError, match="the converter fails"):
        converted(model, "ONNX")


def test_numpy_is_left_as_it_was():
    model = keras.Sequential([layers.Input((N_TIMESTEPS, N_CHANNELS)), layers.Dense(2)])
    for _ in range(2):
        converted(model, "ONNX")
        assert "object" not in vars(np)


@pytest.mark.parametrize("quantize", ["float16", "dynamic"])
def test_narrow_weights_are_those_of_the_network_up_to_rounding(quantize):
    stack = [layers.Conv1D(32, 3, activation="relu"), layers.LSTM(24), layers.Dense(60)]
    model = keras.Sequential([layers.Input((N_TIMESTEPS, N_CHANNELS)), *stack])
    found = converted(model, "LiteRT", quantize)
    expected = model(X[:1]).numpy()
    difference = np.abs(found - expected).max() / np.ptp(expected)
    assert 0 < difference < {"float16": 0.002, "dynamic": 0.05}[quantize]


def test_numbers_that_arcsinh_is_asked_for():
    x = np.concatenate([-np.logspace(-6, 6, 100), [0.0], np.logspace(-6, 6, 100)])
    found = keras.ops.convert_to_numpy(arcsinh(keras.ops.convert_to_tensor(x, "float32")))
    np.testing.assert_allclose(found, np.arcsinh(x), rtol=1e-5, atol=1e-6)
