"""Small networks and small windows: a training takes well under a second."""

import numpy as np
import pytest

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

TINY = {
    LSTMClassifier: {"units": 6, "dense_units": 8, "n_steps": 4},
    CNNLSTMClassifier: {"filters": 4, "units": 6, "dense_units": 8},
    ConvLSTMClassifier: {"filters": 4, "dense_units": 8},
}


@pytest.fixture(params=list(TINY), ids=lambda cls: cls.__name__)
def tiny(request):
    """A function that makes a small classifier of each class in turn."""

    def make(**params):
        return request.param(**{**TINY[request.param], "epochs": 2, "random_state": 0, **params})

    return make


@pytest.fixture
def tiny_lstm():
    """For what is the same in all classes, because it is done in their base."""

    def make(**params):
        return LSTMClassifier(**{**TINY[LSTMClassifier], "epochs": 2, "random_state": 0, **params})

    return make


@pytest.fixture(scope="session")
def windows():
    """60 windows of 32 time steps and 3 channels; the activity is the frequency."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    time = np.arange(32) / 32
    phase = rng.uniform(0, 2 * np.pi, size=(60, 1, 3))
    X = np.sin(2 * np.pi * (1 + 3 * y[:, None, None]) * time[:, None] + phase)
    X = (X + rng.normal(scale=0.1, size=X.shape)).astype(np.float32)
    X.setflags(write=False)
    y.setflags(write=False)
    return X, y


@pytest.fixture(scope="session")
def subject():
    """Six subjects of ten windows each, in the order of the windows."""
    return np.repeat(np.arange(6), 10)
