"""The tools of tslearn around the classifiers."""

import numpy as np
import pytest
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

pytest.importorskip("tslearn", reason="tslearn is not installed: see the extra `peers`")

from tslearn.preprocessing import TimeSeriesResampler, TimeSeriesScalerMeanVariance
from tslearn.utils import to_sklearn_dataset, to_time_series_dataset

from sklearn_har import LSTMClassifier
from sklearn_har.datasets import make_har_windows

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def har():
    return make_har_windows(n_subjects=2, n_windows_per_activity=5, random_state=0)


def small(**params):
    learn = {"epochs": 20, "optimizer__learning_rate": 0.02, "dense_units": None}
    return LSTMClassifier(units=8, n_steps=16, random_state=0, **learn, **params)


def test_scalers_and_data_sets(har):
    X = to_time_series_dataset(list(har.data))
    pipeline = make_pipeline(TimeSeriesScalerMeanVariance(), small())
    # What is left of a window tells whether somebody walks, and no posture.
    walks = np.array(["walk" in name.lower() for name in har.target_names])[har.target]
    assert cross_val_score(pipeline, X, walks, cv=2).mean() > 0.7
    fitted = pipeline.fit(X, walks)
    np.testing.assert_array_equal(fitted.predict(X), fitted.predict(har.data))


def test_its_tables_are_ours_channel_by_channel(har):
    table = to_sklearn_dataset(har.data)
    np.testing.assert_array_equal(table, har.data.reshape(len(har.data), -1))
    clf = small(n_channels=9).fit(table, har.target)
    np.testing.assert_array_equal(clf.predict(har.data), clf.predict(table))


def test_unequal_lengths_are_refused_until_they_are_resampled(har):
    X = to_time_series_dataset([w[: 128 - i % 3] for i, w in enumerate(har.data)])
    assert np.isnan(X).any()
    with pytest.raises(ValueError, match=r"contains NaN in 40 of 60 windows.*pad_windows"):
        small().fit(X, har.target)
    clf = make_pipeline(TimeSeriesResampler(sz=128), small()).fit(X, har.target)
    assert clf.predict(X).shape == (60,)
