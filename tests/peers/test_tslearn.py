"""tslearn's data, scalers and transformers with our classifiers, and its checks of a classifier.

tslearn's checks are no part of its wheel: they are scikit-learn's, with series of random walks in
place of tables. Those that it changes for series are asked here in the same way.
"""

import numpy as np
import pytest

pytest.importorskip("tslearn", reason="tslearn is not installed: pip install '.[peers]'")

from sklearn.base import clone
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import shuffle
from tslearn.generators import random_walk_blobs
from tslearn.neighbors import KNeighborsTimeSeriesClassifier
from tslearn.piecewise import PiecewiseAggregateApproximation
from tslearn.preprocessing import (
    TimeSeriesResampler,
    TimeSeriesScalerMeanVariance,
    TimeSeriesScalerMinMax,
)
from tslearn.utils import to_time_series_dataset, ts_size

from sklearn_har import LSTMClassifier
from sklearn_har.segmentation import pad_windows
from tiny_networks import FAST, TINY, make_tiny

pytestmark = pytest.mark.slow


@pytest.fixture(params=TINY, ids=lambda cls: cls.__name__)
def network(request):
    """A small classifier that learns in a second."""
    return make_tiny(request.param, **FAST)


@pytest.fixture(scope="module")
def walks():
    """45 series of 20 steps and 2 dimensions, of three kinds."""
    X, y = random_walk_blobs(
        n_ts_per_blob=15, sz=20, d=2, n_blobs=3, noise_level=0.025, random_state=1
    )
    X, y = shuffle(X, y, random_state=7)
    return TimeSeriesScalerMeanVariance().fit_transform(X), y


class TestChecks:
    @pytest.mark.parametrize("n_classes", [2, 3])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_training(self, walks, network, n_classes, dtype):
        kept = walks[1] < n_classes
        X, y = walks[0][kept].astype(dtype), walks[1][kept]
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            clone(network).fit(X, y[:-1])
        network.fit(X, y)
        from_lists = clone(network).fit(X.tolist(), y.tolist())
        np.testing.assert_array_equal(from_lists.predict_proba(X), network.predict_proba(X))
        assert network.score(X, y) > 0.83
        np.testing.assert_array_equal(network.classes_, np.unique(y))
        probabilities = network.predict_proba(X)
        np.testing.assert_array_equal(probabilities.argmax(axis=1), network.predict(X))
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
        np.testing.assert_allclose(
            network.predict_log_proba(X), np.log(probabilities), atol=1e-5, rtol=1e-5
        )
        for method in ("predict", "predict_proba"):
            with pytest.raises(ValueError, match="time steps"):
                getattr(network, method)(X.T)

    @pytest.mark.xfail(
        reason="tslearn counts the dimensions of a series, scikit-learn the values of a row: time "
        "steps times channels here",
        strict=True,
    )
    def test_number_of_features(self, walks, network):
        assert network.fit(*walks).n_features_in_ == walks[0].shape[-1]

    @pytest.mark.parametrize("method", ["predict", "predict_proba", "score", "partial_fit"])
    def test_another_number_of_dimensions(self, walks, network, method):
        X, y = walks
        network.fit(X, y)
        arguments = (X[:, :, :1], y) if method in ("score", "partial_fit") else (X[:, :, :1],)
        with pytest.raises(ValueError, match="1 channel"):
            getattr(network, method)(*arguments)


class TestData:
    def test_lists_of_series(self, network):
        X = to_time_series_dataset([[1, 2, 3, 4], [1, 2, 3, 5], [9, 8, 7, 6], [8, 7, 6, 5]])
        assert X.shape == (4, 4, 1)
        network.set_params(epochs=100).fit(X, [0, 0, 1, 1])
        np.testing.assert_array_equal(network.predict(X), [0, 0, 1, 1])

    def test_series_of_unequal_length_are_refused_with_the_remedy(self, network):
        X = to_time_series_dataset([[1, 2, 3, 4], [1, 2, 3], [9, 8, 7, 6, 5, 2], [8, 7, 6, 5, 3]])
        assert np.isnan(X).any()
        with pytest.raises(ValueError, match="NaN") as error:
            network.fit(X, [0, 0, 1, 1])
        assert "pad_windows" in str(error.value)

    def test_series_of_unequal_length_are_padded(self):
        X = to_time_series_dataset([[1, 2, 3, 4], [1, 2, 3], [9, 8, 7, 6, 5, 2], [8, 7, 6, 5, 3]])
        padded = pad_windows([series[: ts_size(series)] for series in X], value=-1.0)
        assert padded.shape == (4, 6, 1)
        clf = make_tiny(LSTMClassifier, mask_value=-1.0, **{**FAST, "epochs": 100})
        np.testing.assert_array_equal(clf.fit(padded, [0, 0, 1, 1]).predict(padded), [0, 0, 1, 1])

    def test_series_of_unequal_length_are_resampled(self, network):
        X = to_time_series_dataset([[1, 2, 3, 4], [1, 2, 3], [9, 8, 7, 6, 5, 2], [8, 7, 6, 5, 3]])
        clf = make_pipeline(TimeSeriesResampler(sz=6), network.set_params(epochs=100))
        np.testing.assert_array_equal(clf.fit(X, [0, 0, 1, 1]).predict(X), [0, 0, 1, 1])


class TestPipelines:
    @pytest.mark.parametrize(
        "step",
        [
            TimeSeriesScalerMeanVariance(),
            TimeSeriesScalerMinMax(),
            TimeSeriesResampler(sz=10),
            PiecewiseAggregateApproximation(n_segments=10),
        ],
        ids=lambda step: type(step).__name__,
    )
    def test_steps(self, walks, network, step):
        assert make_pipeline(step, network).fit(*walks).score(*walks) > 0.8

    @pytest.mark.parametrize(
        "cv", [KFold(2, shuffle=True, random_state=0), StratifiedKFold(2)], ids=["k", "stratified"]
    )
    def test_cross_validation(self, walks, network, cv):
        clf = make_pipeline(TimeSeriesScalerMeanVariance(), network)
        assert cross_val_score(clf, *walks, cv=cv, error_score="raise").min() > 0.6

    def test_search(self, walks):
        clf = make_pipeline(TimeSeriesResampler(), make_tiny(LSTMClassifier, **FAST))
        grid = {
            "timeseriesresampler__sz": [5, 20],
            "lstmclassifier__optimizer__learning_rate": [1e-7, 0.03],
        }
        search = GridSearchCV(clf, grid, cv=2, error_score="raise").fit(*walks)
        assert search.best_params_["lstmclassifier__optimizer__learning_rate"] == 0.03

    def test_a_vote_with_neighbours(self, walks, network):
        neighbours = KNeighborsTimeSeriesClassifier(n_neighbors=1, metric="euclidean")
        vote = VotingClassifier([("net", network), ("near", neighbours)], voting="soft")
        assert vote.fit(*walks).score(*walks) > 0.8
