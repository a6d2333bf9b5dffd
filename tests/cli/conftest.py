"""A small stand-in for the networks and for the data, so that the command line answers fast."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Bunch

import sklearn_har.datasets
from sklearn_har.cli import _networks

NAMES = ["walking", "walking upstairs", "walking downstairs", "sitting", "standing", "laying"]


class SmallClassifier(ClassifierMixin, BaseEstimator):
    """Logistic regression on flattened windows with a few parameters of the networks."""

    def __init__(
        self, units=100, epochs=25, scaling=None, callbacks=None, random_state=None, verbose=0
    ):
        self.units = units
        self.scaling = scaling
        self.epochs = epochs
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose = verbose

    def initialize(self, X, y):
        n_weights = len(np.unique(y)) * (X[0].size + 1)
        self.model_ = SimpleNamespace(count_params=lambda: n_weights)
        return self

    def fit(self, X, y):
        if self.units == "interrupt":
            raise KeyboardInterrupt
        if self.units == "bug":
            raise KeyError("a mistake of ours")
        if not isinstance(self.units, int) or self.units < 1:
            raise ValueError(f"units must be an integer of at least 1,\n  got {self.units!r}")
        self.model_ = LogisticRegression(max_iter=self.epochs * 10, tol=0.1)
        self.scale_ = X.std(axis=(0, 1)) if self.scaling else 1.0
        self.model_.fit((X / self.scale_).reshape(len(X), -1), y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        return self.model_.predict((X / self.scale_).reshape(len(X), -1))


def small_windows(n_subjects=10, n_windows_per_activity=2, *, first_subject=1, random_state=None):
    """A few windows of 8 time steps and 3 channels of six activities, with as many a subject."""
    rng = np.random.RandomState(random_state)
    target = np.tile(np.repeat(np.arange(6), n_windows_per_activity), n_subjects)
    subject = np.repeat(
        np.arange(first_subject, first_subject + n_subjects), len(target) // n_subjects
    )
    return Bunch(
        data=(rng.normal(size=(len(target), 8, 3)) + target[:, None, None]).astype(np.float32),
        target=target,
        subject=subject,
        target_names=NAMES,
        sampling_rate=50.0,
    )


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(_networks, "load_classifier", lambda model, recipe=False: SmallClassifier)
    monkeypatch.setattr(sklearn_har.datasets, "make_har_windows", small_windows)
    return SimpleNamespace(names=NAMES, classifier=SmallClassifier, windows=small_windows)
