"""Small networks with weights as far from zero as trained ones."""

import keras
import numpy as np
import pytest

# The files are written and read by libraries of extras.
pytest.importorskip("onnx", reason="onnx is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed")

N_TIMESTEPS, N_CHANNELS = 32, 3
CLASSES = np.array(["laying", "sitting", "walking"])


@pytest.fixture(scope="session")
def windows():
    """Windows (n_windows, n_timesteps, n_channels) of very different scales, and activities."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, N_TIMESTEPS, N_CHANNELS)) * [0.1, 1.0, 5.0] + [1.0, 0.0, -3.0]
    return X.astype(np.float32), CLASSES[np.arange(30) % 3]


@pytest.fixture
def untrained():
    """Give a function that builds the network of a classifier, with larger weights than at first.

    Sums of small weights would hide mistakes: their probabilities hardly differ from each other.
    """

    def build(classifier, X, y):
        classifier.set_params(random_state=0).initialize(X, y)
        model = classifier.model_
        rng = np.random.default_rng(1)
        for variable in model.trainable_variables:
            values = variable.numpy()
            variable.assign(values * 2 + rng.normal(scale=0.1, size=values.shape))
        for layer in model.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.moving_mean.assign(rng.normal(size=layer.moving_mean.shape))
                layer.moving_variance.assign(rng.uniform(0.5, 2.0, layer.moving_variance.shape))
        return classifier

    return build
