"""Each layer is written as Keras computes it, also those that the three networks do not have."""

import keras
import numpy as np
import pytest
from keras import layers

from sklearn_har.exceptions import ExportError
from sklearn_har.export import _reading  # noqa: F401 - it fills the table of layers
from sklearn_har.export._litert_writer import LiteRTWriter
from sklearn_har.export._network import write_network
from sklearn_har.export._onnx_writer import OnnxWriter
from sklearn_har.export._runtimes import open_runtime

N_TIMESTEPS, N_CHANNELS = 20, 3
X = np.random.default_rng(0).normal(size=(5, N_TIMESTEPS, N_CHANNELS)).astype(np.float32)
WRITERS = {"ONNX": OnnxWriter, "LiteRT": LiteRTWriter}

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
    "lstm": lambda: [layers.LSTM(4)],
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


def written(model, writer):
    writer.output(write_network(writer, model, writer.input((N_TIMESTEPS, N_CHANNELS))))
    return open_runtime(writer.to_bytes("{}"), 1).run(X[: writer_size(writer)])


def writer_size(writer):
    return 5 if isinstance(writer, OnnxWriter) else 1


@pytest.mark.parametrize("runtime", WRITERS)
@pytest.mark.parametrize("name", STACKS)
def test_a_stack_of_layers(name, runtime):
    model = shaken(keras.Sequential([layers.Input((N_TIMESTEPS, N_CHANNELS)), *STACKS[name]()]))
    writer = WRITERS[runtime](None if runtime == "ONNX" else 1)
    found = written(model, writer)
    expected = model(X, training=False).numpy()
    assert np.ptp(expected) > 1e-3
    np.testing.assert_allclose(found, expected[: len(found)], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("runtime", WRITERS)
def test_branches(runtime):
    x = inputs = layers.Input((N_TIMESTEPS, N_CHANNELS))
    x = layers.Conv1D(4, 3, padding="same")(x)
    side = layers.Conv1D(4, 5, padding="same", activation="relu")(x)
    both = layers.Concatenate()([layers.Add()([x, side]), layers.Multiply()([x, side])])
    # The output of a layer that only one of its readers rectifies.
    out = layers.Concatenate(axis=1)([both, layers.Concatenate()([side, layers.ReLU()(x)])])
    model = shaken(keras.Model(inputs, out))
    found = written(model, WRITERS[runtime](None if runtime == "ONNX" else 1))
    np.testing.assert_allclose(found, model(X).numpy()[: len(found)], rtol=1e-4, atol=1e-5)


@keras.saving.register_keras_serializable(package="tests")
class Unheard(layers.Layer):
    def call(self, x):
        return keras.ops.sin(x)


@pytest.mark.parametrize(
    ("made", "match"),
    [
        (
            lambda: Unheard(name="odd"),
            r"'odd' of the network \(Unheard\) cannot be exported: it is",
        ),
        (lambda: layers.Dense(2, activation="mish"), "its activation 'mish' is none of"),
        (lambda: layers.LSTM(2, activation="relu"), r"its activations are \['relu', 'sigmoid'\]"),
        (lambda: layers.Bidirectional(layers.GRU(2)), "it wraps GRU, not an LSTM"),
        (lambda: layers.Bidirectional(layers.LSTM(2), merge_mode="mul"), "merge_mode is 'mul'"),
        (lambda: layers.GRU(2), r"\(GRU\) cannot be exported: it is none of Activation, "),
        (lambda: layers.ReLU(max_value=3.0), "it has max_value"),
        (lambda: layers.ELU(alpha=0.5), "its alpha is 0.5"),
        (lambda: layers.Softmax(axis=1), "it is over the axis 1"),
        (lambda: layers.BatchNormalization(axis=1), "it normalises the axis 1"),
        (lambda: layers.LayerNormalization(axis=1), r"it normalises the axes \[1\]"),
        (lambda: layers.Conv1D(3, 3, groups=3), "it has 3 groups"),
    ],
)
def test_what_is_not_known_is_named(made, match):
    model = keras.Sequential([layers.Input((N_TIMESTEPS, N_CHANNELS)), made()])
    with pytest.raises(ExportError, match=match):
        written(model, OnnxWriter(None))


@pytest.mark.parametrize("weights", ["float16", "int8"])
def test_narrow_weights_are_those_of_the_network_up_to_rounding(weights):
    stack = [layers.Conv1D(32, 3, activation="relu"), layers.LSTM(24), layers.Dense(60)]
    model = keras.Sequential([layers.Input((N_TIMESTEPS, N_CHANNELS)), *stack])
    found = written(model, LiteRTWriter(1, weights))
    expected = model(X[:1]).numpy()
    difference = np.abs(found - expected).max() / np.ptp(expected)
    assert 0 < difference < {"float16": 0.002, "int8": 0.05}[weights]
