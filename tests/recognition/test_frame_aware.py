"""One classifier for windows in the frame of the body, one for others."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from sklearn_har.datasets import make_har_windows
from sklearn_har.preprocessing import WindowFeatures
from sklearn_har.recognition import FrameAwareClassifier


@pytest.fixture(scope="module")
def data():
    """Windows, whether the frame of each is known, both together, and labels."""
    windows = make_har_windows(n_subjects=4, n_windows_per_activity=4, random_state=0)
    known = np.arange(len(windows.data)) % 2 == 0
    # Other axes, so that one classifier cannot serve both.
    X = np.where(known[:, None, None], windows.data, -windows.data)
    channel = np.broadcast_to(known[:, None, None], (*X.shape[:2], 1))
    told = np.concatenate([X, channel.astype(X.dtype)], axis=2)
    return X, known, told, windows.target


def pipeline():
    return make_pipeline(WindowFeatures(), LogisticRegression(max_iter=2000))


def test_each_kind_has_a_classifier_of_its_own(data):
    X, known, told, y = data
    clf = FrameAwareClassifier(pipeline()).fit(told, y)
    assert clf.tells_frame_
    found = clf.predict_proba(told)
    for kind in (True, False):
        rows = known == kind
        alone = pipeline().fit(X[rows], y[rows])
        np.testing.assert_allclose(found[rows], alone.predict_proba(X[rows]))
        np.testing.assert_array_equal(clf.predict(told[rows]), alone.predict(X[rows]))


def test_windows_of_one_kind_have_one_classifier_for_both(data):
    X, known, told, y = data
    clf = FrameAwareClassifier(pipeline()).fit(told[known], y[known])
    assert list(clf.estimators_) == ["known"]
    np.testing.assert_array_equal(clf.predict(told), pipeline().fit(X[known], y[known]).predict(X))


def test_without_the_channel_it_is_the_classifier(data):
    X, _, _, y = data
    clf = FrameAwareClassifier(pipeline()).fit(X, y)
    assert not clf.tells_frame_
    np.testing.assert_array_equal(clf.predict_proba(X), pipeline().fit(X, y).predict_proba(X))


def test_a_class_that_one_kind_lacks_has_probability_zero_there(data):
    _, known, told, y = data
    kept = known | (y != 5)
    clf = FrameAwareClassifier(pipeline()).fit(told[kept], y[kept])
    found = clf.predict_proba(told)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-5)
    assert not found[~known, 5].any()
    assert found[known, 5].any()


def test_each_classifier_gets_the_weights_of_its_windows(data):
    X, known, told, y = data
    weight = np.random.default_rng(0).uniform(size=len(y))
    clf = FrameAwareClassifier(pipeline())
    found = clf.fit(told, y, logisticregression__sample_weight=weight).predict_proba(told)
    for kind in (True, False):
        rows = known == kind
        alone = pipeline().fit(X[rows], y[rows], logisticregression__sample_weight=weight[rows])
        np.testing.assert_allclose(found[rows], alone.predict_proba(X[rows]))


def test_probabilities_are_offered_if_the_classifier_has_them():
    assert not hasattr(FrameAwareClassifier(RidgeClassifier()), "predict_proba")
    assert hasattr(FrameAwareClassifier(KNeighborsClassifier()), "predict_proba")
    with pytest.raises(ValueError, match="estimator"):
        FrameAwareClassifier(3).fit(np.zeros((4, 8, 3)), [0, 1, 0, 1])
