"""Any classifier, trained on changed copies of its windows too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklearn_har.augmentation import (
    Augmentation,
    AugmentedClassifier,
    DeviceRotation,
    GravityRotation,
    SensorNoise,
)
from sklearn_har.datasets import make_har_windows
from sklearn_har.preprocessing import WindowFeatures


@pytest.fixture(scope="module")
def windows():
    return make_har_windows(n_subjects=2, n_windows_per_activity=3, random_state=0)


@dataclass(frozen=True)
class Louder(Augmentation):
    def apply(self, windows, seed):
        return windows * 2.0


class Keeper(ClassifierMixin, BaseEstimator):
    """Keeps what it is trained on."""

    def fit(self, X, y, sample_weight=None, name=None):
        self.seen_ = X, y, sample_weight, name
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[:1], len(X))


def test_copies_follow_the_windows_with_their_labels_and_weights(windows):
    X, y = windows.data, windows.target
    weight = np.arange(len(X), dtype=float)
    clf = AugmentedClassifier(Keeper(), [Louder(), Louder()], n_copies=2)
    clf.fit(X, y, sample_weight=weight, name="kept")
    seen, labels, weights, name = clf.estimator_.seen_
    np.testing.assert_array_equal(seen, np.concatenate([X, 4 * X, 4 * X]))
    np.testing.assert_array_equal(labels, np.tile(y, 3))
    np.testing.assert_array_equal(weights, np.tile(weight, 3))
    assert name == "kept"
    assert seen.dtype == X.dtype
    assert clf.predict(X).shape == y.shape


def test_random_copies_differ_and_return_with_their_seed(windows):
    X, y = windows.data, windows.target
    first, same, other = (
        AugmentedClassifier(Keeper(), DeviceRotation(20), n_copies=2, random_state=seed)
        .fit(X, y)
        .estimator_.seen_[0]
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, same)
    _, copy, another = np.split(first, 3)
    assert not np.allclose(copy, another)
    assert not np.allclose(first, other)


def test_turned_copies_help_where_the_phone_is_turned():
    windows = make_har_windows(n_subjects=6, n_windows_per_activity=5, random_state=0)
    train = windows.subject <= 4
    X, y = windows.data, windows.target
    turned = np.asarray(DeviceRotation(40).apply(X[~train], seed=1))
    pipeline = make_pipeline(WindowFeatures(), LogisticRegression(max_iter=2000))
    plain = pipeline.fit(X[train], y[train]).score(turned, y[~train])
    clf = AugmentedClassifier(pipeline, DeviceRotation(40), n_copies=5, random_state=0)
    assert clf.fit(X[train], y[train]).score(turned, y[~train]) > plain


def test_without_augmentation_it_is_the_classifier(windows):
    X, y = windows.data, windows.target
    clf = AugmentedClassifier(Keeper()).fit(X, y)
    np.testing.assert_array_equal(clf.estimator_.seen_[0], X)


def test_what_the_classifier_cannot_is_not_offered(windows):
    assert not hasattr(AugmentedClassifier(RidgeClassifier()), "predict_proba")
    assert hasattr(AugmentedClassifier(RidgeClassifier()), "decision_function")
    assert not hasattr(AugmentedClassifier(Keeper()), "decision_function")
    clf = AugmentedClassifier(DummyClassifier()).fit(windows.data, windows.target)
    assert clf.predict_proba(windows.data).shape == (len(windows.data), 6)


def test_a_search_reaches_the_classifier_and_the_augmentation(windows):
    pipeline = make_pipeline(WindowFeatures(), LogisticRegression(max_iter=2000))
    search = GridSearchCV(
        AugmentedClassifier(pipeline, random_state=0),
        {
            "augmentation": [None, SensorNoise(0.01)],
            "estimator__logisticregression__C": [0.1, 1.0],
        },
        cv=2,
    )
    search.fit(windows.data, windows.target)
    assert len(search.cv_results_["params"]) == 4


def test_what_does_not_fit_is_named(windows):
    X, y = windows.data, windows.target
    movement = X - X.mean(axis=1, keepdims=True)
    with pytest.warns(UserWarning, match="is left out"):
        clf = AugmentedClassifier(Keeper(), GravityRotation(8, required=False)).fit(movement, y)
    assert len(clf.estimator_.seen_[0]) == len(X)
    with pytest.raises(ValueError, match="layout"):
        AugmentedClassifier(Keeper(), SensorNoise()).fit(X[..., :2], y)
    with pytest.raises(TypeError, match="augmentation"):
        AugmentedClassifier(Keeper(), ["noise"]).fit(X, y)
    for params in ({"n_copies": 0}, {"augmentation": "noise"}, {"estimator": 3}):
        with pytest.raises(ValueError, match=next(iter(params))):
            AugmentedClassifier(**{"estimator": Keeper(), **params}).fit(X, y)
