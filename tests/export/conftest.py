"""Small networks with weights as far from zero as trained ones, and the page in a browser."""

import keras
import numpy as np
import pytest

from phone_browser import browser, notes, served
from sklearn_har.datasets import make_har_recordings
from sklearn_har.export import to_web
from sklearn_har.recognition import load_pretrained

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


@pytest.fixture(scope="session")
def page(tmp_path_factory):
    """The folder of the model that comes with the package."""
    folder = tmp_path_factory.mktemp("web") / "phone"
    try:
        to_web(load_pretrained(), folder)
    except OSError as error:
        pytest.skip(f"there is no onnxruntime-web: {error}")
    return folder


@pytest.fixture(scope="session")
def address(page):
    """The page of that model on a server."""
    with served(page) as at:
        yield at


@pytest.fixture
def phone(tmp_path):
    """A browser that has the size and the events of a phone's."""
    with browser(tmp_path / "profile") as driver:
        yield driver
        # What is wrong is said on the page, not in the console alone.
        severe = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
        assert severe == [] or notes(driver)


@pytest.fixture(scope="session")
def simulated():
    """Times in s and samples of a walk, as `replay` sends them."""
    recording = make_har_recordings(1, seconds_per_activity=30.0, random_state=5).recordings[0]
    return recording.time + 3.0, recording.samples.astype(np.float64)
