"""Windows, labels, samples and times of any shape, type and layout: taken as they are, or refused.

No network is trained here: the classifiers are asked up to where the training would begin.
"""

import contextlib
import pickle

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from sklearn_har.preparation import Preparation
from sklearn_har.preprocessing import (
    ChannelwiseTransformer,
    CompandingTransformer,
    SubsequenceReshaper,
    WindowCentering,
)
from sklearn_har.recognition import StreamingRecognizer

TRANSFORMERS = [
    SubsequenceReshaper(n_steps=2),
    ChannelwiseTransformer(StandardScaler()),
    ChannelwiseTransformer(MinMaxScaler()),
    CompandingTransformer(),
    WindowCentering(),
]
CLASSIFIERS = [LSTMClassifier, CNNLSTMClassifier, ConvLSTMClassifier]
# Often what fits, so that the checks behind the first one are reached as well.
SHAPES = st.one_of(
    st.sampled_from([(6, 8, 2), (6, 8, 3), (4, 8), (6, 2, 4, 2), (1, 8, 2), (0, 8, 2)]),
    npst.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=6),
)
DTYPES = st.one_of(st.just("f4"), st.just("f8"), st.sampled_from(["f2", "i2", "u1", ">f8", "O"]))


class ReadyToTrainError(Exception):
    """All checks were passed."""


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=lambda t: repr(t)[:40])
def test_windows_of_a_transformer(explore, draws, transformer):
    windows = draws.arrays(SHAPES, DTYPES)
    allowed = draws.refusals
    if isinstance(transformer, ChannelwiseTransformer):
        # What scikit-learn's scalers say of channels without a single number.
        allowed = (*allowed, RuntimeWarning)

    def check(first, second):
        before = pickle.dumps(first)
        with contextlib.suppress(*allowed):
            fitted = clone(transformer).fit(first)
            # What was taken at fit is taken at transform.
            out = fitted.transform(first)
            assert len(out) == np.shape(first)[0]
            assert out.size == np.size(first)
            assert fitted.n_channels_in_ >= 1
            other = fitted.transform(second)
            assert len(other) == np.shape(second)[0]
            assert other.size == np.size(second)
        assert pickle.dumps(first) == before, "the array of the caller was changed"

    explore(check, windows, windows)


@pytest.fixture
def unbuilt(monkeypatch):
    """A function that makes classifiers, which stop where their network would be built."""

    def stop(*args, **kwargs):
        raise ReadyToTrainError

    def make(cls, **params):
        monkeypatch.setattr(cls, "_make_network", stop)
        return cls(**params)

    return make


@pytest.mark.parametrize("cls", CLASSIFIERS)
def test_windows_labels_and_weights_of_a_classifier(explore, draws, unbuilt, cls):
    labels = draws.arrays(st.one_of(st.sampled_from([(6,), (4,), (6, 1)]), SHAPES))
    clf = unbuilt(cls)

    def check(X, y, sample_weight, groups):
        before = pickle.dumps((X, y))
        with contextlib.suppress(*draws.refusals, UserWarning, ReadyToTrainError):
            clf.fit(X, y, sample_weight=sample_weight, groups=groups)
        assert not hasattr(clf, "model_"), "an estimator whose training failed is not fitted"
        assert pickle.dumps((X, y)) == before, "an array of the caller was changed"

    windows = draws.arrays(SHAPES, DTYPES)
    good = st.sampled_from([np.arange(6) % 2, np.array(list("abcabc")), [True, False] * 3])
    explore(
        check,
        st.one_of(st.just(np.zeros((6, 8, 2))), windows),
        st.one_of(good, labels),
        st.one_of(st.none(), draws.anything()),
        st.one_of(st.none(), draws.anything()),
    )


@pytest.mark.parametrize("cls", CLASSIFIERS)
def test_parameters_of_a_classifier(explore, draws, unbuilt, cls):
    X, y = np.zeros((6, 8, 2)), np.arange(6) % 2
    names = sorted(set(cls().get_params()) - {"callbacks", "optimizer", "verbose"})

    def check(name, value, other, second):
        clf = unbuilt(cls)
        with contextlib.suppress(*draws.refusals, UserWarning, ReadyToTrainError):
            clf.set_params(**{name: value, other: second})
            assert clf.get_params()[other] is second, "parameters are stored as they are given"
            clf.fit(X, y)

    some, anything = st.sampled_from(names), draws.anything()
    explore(check, some, anything, some, anything)


@pytest.fixture(scope="module")
def untrained():
    X = np.random.default_rng(0).normal(size=(6, 8, 2))
    clf = LSTMClassifier(units=2, dense_units=2, n_steps=2, random_state=0)
    return clf.initialize(X, np.arange(6) % 3)


def test_windows_to_predict(explore, draws, untrained):
    def check(X):
        with contextlib.suppress(*draws.refusals):
            proba = untrained.predict_proba(X)
            assert proba.shape == (len(X), 3)
            np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-5)
            plain = np.array(X, dtype=np.float64, order="C").reshape(len(X), 8, 2)
            np.testing.assert_allclose(untrained.predict_proba(plain), proba, rtol=1e-5)

    shapes = st.one_of(st.sampled_from([(3, 8, 2), (3, 2, 4, 2), (1, 8, 2)]), SHAPES)
    explore(check, draws.arrays(shapes, DTYPES))


def test_samples_and_times_of_a_stream(explore, draws):
    clf = DummyClassifier(strategy="prior").fit(np.zeros((6, 4, 3)), np.arange(6) % 2)
    preparation = Preparation(window=0.08, angular_velocity=(), gravity_cutoff=None)

    def check(pieces, on_late):
        recognizer = StreamingRecognizer(
            clf, preparation, channel_names=["x", "y", "z"], on_late=on_late
        )
        for samples, time in pieces:
            before = recognizer.get_state()
            try:
                decisions = recognizer.push(samples, time)
            except draws.refusals:
                assert recognizer.get_state() == before, "a piece that is refused changes nothing"
            else:
                assert all(np.isfinite([d.start, d.end]).all() for d in decisions)
        recognizer.finish()

    shapes = st.one_of(st.sampled_from([(3,), (8, 3), (1, 3), (0, 3)]), SHAPES)
    times = st.one_of(
        st.none(),
        st.floats(0, 100),
        st.lists(st.floats(0, 1000), min_size=8, max_size=8).map(sorted),
        draws.anything(),
    )
    piece = st.tuples(draws.arrays(shapes), times)
    explore(check, st.lists(piece, max_size=5), st.sampled_from(["drop", "raise"]))


def test_states_of_a_stream(explore, draws):
    """A state that was altered is refused, or read as numbers."""
    clf = DummyClassifier(strategy="prior").fit(np.zeros((6, 16, 9)), np.arange(6) % 2)
    preparation = Preparation(window=0.32)
    filled = StreamingRecognizer(clf, preparation)
    filled.push(np.random.default_rng(0).normal(size=(40, 6)))
    state = filled.get_state()

    def check(position, piece, cut):
        altered = state[:position] + piece + state[position + (0 if cut else len(piece)) :]
        recognizer = StreamingRecognizer(clf, preparation)
        before = recognizer.get_state()
        try:
            recognizer.set_state(altered)
        except draws.refusals:
            assert recognizer.get_state() == before, "a state that is refused changes nothing"

    explore(check, st.integers(0, len(state)), st.binary(max_size=8), st.booleans())
