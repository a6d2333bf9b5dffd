"""Tables to windows and back, and the clients that need tables."""

import pickle

import numpy as np
import pytest
from sklearn.ensemble import BaggingClassifier
from sklearn.feature_selection import SelectPercentile, VarianceThreshold
from sklearn.inspection import permutation_importance
from sklearn.multiclass import OneVsOneClassifier
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import SelfTrainingClassifier

from sklearn_har import LSTMClassifier
from sklearn_har.datasets import make_har_windows
from sklearn_har.export import ExportedClassifier, to_litert
from sklearn_har.preprocessing import WindowReshaper

SMALL = {"units": 8, "n_steps": 16, "dense_units": None, "dropout": 0.0, "epochs": 15}


@pytest.fixture(scope="module")
def har():
    return make_har_windows(n_subjects=2, n_windows_per_activity=8, random_state=0, as_frame=True)


@pytest.fixture(scope="module")
def table(har):
    return har.data.to_numpy()


def pipeline(**params):
    clf = LSTMClassifier(**SMALL, optimizer__learning_rate=0.02, random_state=0, **params)
    return make_pipeline(WindowReshaper(n_channels=9), clf)


def test_rows_are_windows(har, table):
    windows = make_har_windows(n_subjects=2, n_windows_per_activity=8, random_state=0).data
    for X, n_channels in ((table, 9), (har.data, None), (windows, None)):
        reshaper = WindowReshaper(n_channels).fit(X)
        np.testing.assert_array_equal(reshaper.transform(X), windows)
        assert np.shares_memory(reshaper.transform(windows), windows)
        np.testing.assert_array_equal(reshaper.inverse_transform(windows), table)


def test_it_is_pickled(table):
    reshaper = pickle.loads(pickle.dumps(WindowReshaper(9).fit(table)))
    assert reshaper.transform(table).shape == (96, 128, 9)


def test_another_width_is_refused(table):
    reshaper = WindowReshaper(9).fit(table)
    with pytest.raises(ValueError, match=r"X has 1143 features, .* 128 x 9 values in a row"):
        reshaper.transform(table[:, 9:])
    with pytest.raises(ValueError, match="n_channels must divide"):
        WindowReshaper(7).fit(table)


def test_a_step_for_windows_is_exported_as_nothing(table, har, tmp_path):
    pytest.importorskip("ai_edge_litert")
    fitted = pipeline().fit(table, har.target)
    to_litert(fitted, tmp_path / "har.tflite", X=fitted[0].transform(table))
    exported = ExportedClassifier(tmp_path / "har.tflite")
    np.testing.assert_allclose(
        exported.predict_proba(table), fitted.predict_proba(table), atol=1e-5
    )


class TestClients:
    """Each learns the activities of the simulator through tables."""

    @pytest.mark.parametrize(
        "wrap",
        [
            lambda clf: OneVsOneClassifier(clf),
            lambda clf: BaggingClassifier(clf, n_estimators=2, random_state=0),
            lambda clf: SelfTrainingClassifier(clf, max_iter=1),
        ],
        ids=["one-vs-one", "bagging", "self-training"],
    )
    def test_meta_estimators(self, wrap, table, har):
        kept = har.target.to_numpy() < 3
        table, y = table[kept], har.target.to_numpy()[kept]
        labels = y.copy()
        if isinstance(wrap(None), SelfTrainingClassifier):
            labels[::4] = -1
        assert wrap(pipeline()).fit(table, labels).score(table, y) > 0.6

    def test_permutation_importance(self, table, har):
        fitted = pipeline().fit(table, har.target)
        found = permutation_importance(
            fitted, table, har.target, n_repeats=1, max_samples=0.1, random_state=0
        )
        assert found.importances_mean.shape == (1152,)

    def test_selection_of_whole_time_steps(self, table, har):
        # Every column varies, so that all are kept and the layout with them.
        clf = make_pipeline(VarianceThreshold(), *[step for _, step in pipeline().steps])
        assert clf.fit(table, har.target).score(table, har.target) > 0.6

    def test_selection_that_leaves_no_windows(self, table, har):
        clf = make_pipeline(SelectPercentile(percentile=33), pipeline())
        with pytest.raises(ValueError, match="n_channels must divide the number of columns"):
            clf.fit(table, har.target)

    def test_oversampling(self, table, har):
        over_sampling = pytest.importorskip("imblearn.over_sampling")
        kept = np.concatenate([np.flatnonzero(har.target > 0), np.flatnonzero(har.target == 0)[:6]])
        X, y = table[kept], har.target.to_numpy()[kept]
        from imblearn.pipeline import make_pipeline as make_sampling_pipeline

        sampler = over_sampling.SMOTE(k_neighbors=3, random_state=0)
        clf = make_sampling_pipeline(sampler, *[step for _, step in pipeline().steps]).fit(X, y)
        assert clf.score(table, har.target) > 0.6
