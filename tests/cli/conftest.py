"""Small stand-ins for the networks and the data, and a model trained on files."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Bunch

import sklearn_har.datasets
from sklearn_har import neural_network, recipes
from trained_files import make_frames, train

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
    for name in ("LSTM", "CNNLSTM", "ConvLSTM"):
        monkeypatch.setattr(neural_network, f"{name}Classifier", SmallClassifier)
    for name in ("lstm", "cnn_lstm", "conv_lstm"):
        monkeypatch.setattr(recipes, f"make_{name}", SmallClassifier)
    monkeypatch.setattr(sklearn_har.datasets, "make_har_windows", small_windows)
    return SimpleNamespace(names=NAMES, classifier=SmallClassifier, windows=small_windows)


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A folder of files for four subjects, one table of them, and a fifth subject for tests."""
    root = tmp_path_factory.mktemp("data")
    *training, (_, test) = make_frames()
    for subject, frame in training:
        for activity, part in frame.groupby("activity"):
            path = root / "folder" / f"s{subject}" / activity / "1.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            part.drop(columns="activity").to_csv(path, index=False)
    table = pd.concat([frame.assign(person=subject) for subject, frame in training])
    table.to_csv(root / "table.csv", index=False)
    test.to_csv(root / "labelled.csv", index=False)
    # Other columns than those of the training: text, and numbers with missing values.
    extra = test.rename(columns={"activity": "note"}).assign(battery=np.nan)
    extra.to_csv(root / "next.csv", index=False)
    return root


@pytest.fixture(scope="session")
def model(data):
    """The file of a small model that was trained on the folder."""
    path = data / "model.skops"
    assert train(data, "--save", path, "--window", "1.28", "--rate", "25") == 0
    return path
