"""Windows in a file: the same model as from memory, and no copy of all of them."""

import tracemalloc

import numpy as np
import pytest

from sklearn_har import LSTMClassifier

# The size of a part is patched, and so is what TensorFlow does, which takes memory of its own.
from sklearn_har.neural_network import _training
from sklearn_har.neural_network._runtime import Network
from sklearn_har.preprocessing import CompandingTransformer
from sklearn_har.utils import _moments


@pytest.fixture
def small_parts(monkeypatch):
    """Look at the windows in parts of 40 kB, as is done by 80 MB with large files."""
    monkeypatch.setattr(_moments, "_VALUES", 10_000)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """2000 windows of 64 time steps and 9 channels, 4.6 MB in a file, with labels and subjects."""
    rng = np.random.default_rng(0)
    y = np.arange(2000) % 3
    X = (rng.normal(size=(2000, 64, 9)) + y[:, None, None]).astype(np.float32)
    path = tmp_path_factory.mktemp("windows") / "X.npy"
    np.save(path, X)
    return path, y, np.repeat(np.arange(20), 100)


def make(**params):
    small = {"units": 2, "n_steps": 4, "dense_units": None, "epochs": 1, "random_state": 0}
    return LSTMClassifier(**{**small, "scaling": "both", "early_stopping": True, **params})


def test_fitting_and_predicting_copy_no_more_than_a_part(file, small_parts, monkeypatch):
    path, y, subject = file
    X = np.load(path, mmap_mode="r")
    # What the network does with a batch is not looked at, and its tracing takes memory of its own.
    batches = []
    monkeypatch.setattr(
        Network, "_make_step", lambda *_: lambda batch: batches.append(len(batch[0])) or {}
    )
    monkeypatch.setattr(_training, "_metrics", lambda _: {"loss": 1.0, "accuracy": 0.5})
    monkeypatch.setattr(
        Network, "_make_forward", lambda _: lambda windows: np.zeros((len(windows), 3))
    )
    clf = make(batch_size=256)
    clf.fit(X[:300], y[:300], groups=subject[:300])  # what is allocated at the first use
    batches.clear()
    tracemalloc.start()
    try:
        clf.fit(X, y, groups=subject).predict(X)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(batches) == len(X)
    assert peak < 0.5 * X.nbytes


@pytest.mark.parametrize("scaling", ["standard", "both"])
def test_the_model_is_that_of_windows_in_memory(file, scaling):
    path, y, subject = file
    models = [
        make(scaling=scaling).fit(np.load(path, mmap_mode=mode)[::8], y[::8], groups=subject[::8])
        for mode in (None, "r")
    ]
    assert models[0].history_ == models[1].history_
    for a, b in zip(*(model.model_.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(a, b)


def test_chunks_of_a_file_one_after_the_other(file):
    path, y, _ = file
    X = np.load(path, mmap_mode="r")
    clf = make(units=8, optimizer__learning_rate=0.03)
    for _ in range(3):
        for start in range(0, 600, 200):
            chunk = np.s_[start : start + 200]
            clf.partial_fit(X[chunk], y[chunk], classes=[0, 1, 2])
    assert clf.n_iter_ == 9
    assert clf.score(X[600:800], y[600:800]) > 0.9


def test_statistics_are_those_of_numpy_in_one_part(file):
    X = np.load(file[0])
    mean, deviation = _moments.mean_and_deviation(X)
    np.testing.assert_array_equal(mean, X.mean(axis=(0, 1), dtype=np.float64))
    np.testing.assert_array_equal(deviation, X.std(axis=(0, 1), dtype=np.float64))


def test_statistics_of_many_parts(file, small_parts):
    X = np.load(file[0], mmap_mode="r")
    assert len(list(_moments.parts_of(X))) == 2000 // (10_000 // (64 * 9)) + 1
    # Far from zero, where the sum of the squares would cancel.
    mean, deviation = _moments.mean_and_deviation(X, lambda part: part + np.float32(1000))
    np.testing.assert_allclose(mean, 1000 + X.mean(axis=(0, 1), dtype=np.float64), rtol=1e-6)
    np.testing.assert_allclose(deviation, X.std(axis=(0, 1), dtype=np.float64), rtol=1e-4)


def test_the_noise_floor_is_the_same_in_parts(file, monkeypatch):
    X = np.load(file[0])
    whole = CompandingTransformer().fit(X).noise_floor_
    monkeypatch.setattr(_moments, "_VALUES", 10_000)
    np.testing.assert_array_equal(CompandingTransformer().fit(X).noise_floor_, whole)
