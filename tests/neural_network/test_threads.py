"""Threads: each fits its own estimator, and many ask one; the answers are those of one thread."""

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from sklearn_har.preparation import Preparation
from sklearn_har.preprocessing import ChannelwiseTransformer
from sklearn_har.recognition import StreamingRecognizer

SMALL = {"dense_units": 8, "epochs": 1, "batch_size": 32, "n_steps": 2, "random_state": 0}
UNFITTED = {
    "lstm": LSTMClassifier(units=6, **SMALL),
    "cnn-lstm": CNNLSTMClassifier(filters=4, n_conv_layers=1, units=6, scaling="standard", **SMALL),
    "conv-lstm": ConvLSTMClassifier(filters=4, early_stopping=True, **SMALL),
}


def at_once(*calls):
    """Make all calls at the same moment, each in a thread, and return what they returned."""
    barrier = threading.Barrier(len(calls))

    def call(function):
        barrier.wait()
        return function()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call, f) for f in calls]]


@pytest.fixture(scope="module")
def fitted(windows):
    """A function that gives an estimator of a kind that was fitted alone, once for all tests."""

    @cache
    def fit(name):
        return clone(UNFITTED[name]).fit(*windows)

    return fit


def assert_equal_networks(found, expected, X):
    for a, b in zip(found.model_.get_weights(), expected.model_.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert found.history_ == expected.history_
    np.testing.assert_array_equal(found.predict_proba(X), expected.predict_proba(X))


@pytest.mark.parametrize(
    "names",
    [
        ("lstm", "cnn-lstm"),
        pytest.param((*UNFITTED, *UNFITTED), marks=pytest.mark.slow, id="two of each kind"),
    ],
)
def test_estimators_fitted_at_once_are_those_fitted_in_turn(fitted, windows, names):
    in_turn = [fitted(name) for name in names]

    def build():
        # The remains of networks are collected after some new ones, while the others train.
        for _ in range(10):
            _ = LSTMClassifier(units=1, n_steps=2, dense_units=1).initialize(*windows).model_

    *found, _ = at_once(*(lambda clf=clf: clone(clf).fit(*windows) for clf in in_turn), build)
    for clf, expected in zip(found, in_turn, strict=True):
        assert_equal_networks(clf, expected, windows[0])


def test_predicting_while_another_thread_fits(fitted, windows):
    X, _ = windows
    asked, expected = fitted("cnn-lstm"), fitted("cnn-lstm").predict_proba(X)
    done = threading.Event()

    def fit():
        try:
            return clone(fitted("lstm")).fit(*windows)
        finally:
            done.set()

    def predict():
        answers = []
        while not (done.is_set() and answers):
            answers.append(asked.predict_proba(X))
        return answers

    clf, answers = at_once(fit, predict)
    assert_equal_networks(clf, fitted("lstm"), X)
    for found in answers:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "name",
    ["lstm", *(pytest.param(name, marks=pytest.mark.slow) for name in ("cnn-lstm", "conv-lstm"))],
)
def test_many_threads_ask_one_estimator(fitted, windows, name):
    X, _ = windows
    expected = fitted(name).predict_proba(X)
    # Loaded and not yet used: its network is built by the first thread that asks, and only once.
    loaded = pickle.loads(pickle.dumps(fitted(name)))
    answers = at_once(*(lambda i=i: loaded.predict_proba(X[i:]) for i in range(12)))
    for i, found in enumerate(answers):
        np.testing.assert_allclose(found, expected[i:], rtol=1e-5, atol=1e-6)
    models = at_once(*(lambda: loaded.model_ for _ in range(4)))
    assert all(model is models[0] for model in models)


def test_saving_while_others_predict(fitted, windows):
    X, _ = windows
    clf = fitted("lstm")
    expected = clf.predict_proba(X)
    saved, *answers = at_once(
        lambda: pickle.dumps(clf), *(lambda: clf.predict_proba(X) for _ in range(3))
    )
    for found in (*answers, pickle.loads(saved).predict_proba(X)):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.slow
def test_a_search_in_threads_is_the_search_in_turn(windows):
    search = GridSearchCV(
        make_pipeline(ChannelwiseTransformer(StandardScaler()), LSTMClassifier(units=4, **SMALL)),
        {"lstmclassifier__dense_units": [4, 8]},
        cv=2,
        refit=False,
    )
    in_turn = clone(search).fit(*windows)
    with joblib.parallel_config("threading", n_jobs=4):
        in_threads = clone(search).fit(*windows)
    for fold in ("split0_test_score", "split1_test_score"):
        np.testing.assert_array_equal(in_threads.cv_results_[fold], in_turn.cv_results_[fold])


def test_each_thread_has_its_stream_and_all_one_estimator(fitted, windows):
    rng = np.random.default_rng(0)
    streams = [rng.normal(size=(400, 3)) for _ in range(4)]

    def recognise(samples):
        preparation = Preparation(window=0.64, angular_velocity=(), gravity_cutoff=None)
        recognizer = StreamingRecognizer(
            fitted("cnn-lstm"), preparation, channel_names=["x", "y", "z"]
        )
        return [d for i in range(0, 400, 7) for d in recognizer.push(samples[i : i + 7])]

    in_turn = [recognise(samples) for samples in streams]
    in_threads = at_once(*(lambda s=samples: recognise(s) for samples in streams))
    for found, expected in zip(in_threads, in_turn, strict=True):
        assert len(expected) > 20
        assert [(d.start, d.activity) for d in found] == [(d.start, d.activity) for d in expected]
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one.probabilities, other.probabilities)
