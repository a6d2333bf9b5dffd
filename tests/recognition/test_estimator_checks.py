"""scikit-learn's checks for estimators whose samples are recordings.

The checks send tables. Those of parameters, tags and cloning run on the estimators as they are. The
checks of fitting and prediction run on an adapter that makes a recording of each row of a table.
"""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, validate_data

from sklearn_har import ActivityRecognizer
from sklearn_har.preparation import Preparation
from sklearn_har.recordings import Recording

N_SAMPLES = 4


def of_rows(X, y=None):
    """Make a recording of each row: the row again and again, one sample a second."""
    labels = [None] * len(X) if y is None else np.asarray(y).tolist()
    return [
        Recording(np.tile(row, (N_SAMPLES, 1)), sampling_rate=1.0, labels=label)
        for row, label in zip(X, labels, strict=True)
    ]


class TableRecognizer(ActivityRecognizer):
    """Reads tables; validates them as any estimator of tables does."""

    def fit(self, X, y, groups=None):
        X, y = validate_data(self, X, y)
        return super().fit(of_rows(X, y), groups=groups)

    def predict(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return np.array([labels[0] for labels in super().predict(of_rows(X))])

    def predict_proba(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return np.array([rows[0] for rows in super().predict_proba(of_rows(X))])

    def score(self, X, y):
        return float(np.mean(self.predict(X) == y))


class TablePreparation(Preparation):
    """Prepares tables."""

    def fit(self, X, y=None):
        super().fit(of_rows(validate_data(self, X)))
        return self

    def transform(self, X):
        X = validate_data(self, X, reset=False)
        return np.array([recording.samples[-1] for recording in super().transform(of_rows(X))])


PLAIN = Preparation.from_preset("resample", sampling_rate=1.0, window=float(N_SAMPLES))


def recognizer(cls=ActivityRecognizer):
    return cls(LogisticRegression(), clone_of_plain(), window_layout="flat", smoothing=None)


def clone_of_plain(cls=Preparation):
    return cls(**PLAIN.get_params())


def name_of(check):
    return getattr(check, "func", check).__name__


# What runs on the estimators as they are.
WITHOUT_DATA = {
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_mixin_order",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
}


@pytest.mark.parametrize("check", sorted(WITHOUT_DATA))
@pytest.mark.parametrize("estimator", [recognizer(), Preparation()], ids=lambda e: type(e).__name__)
def test_checks_without_data(estimator, check):
    checks = [c for _, c in estimator_checks_generator(estimator) if name_of(c) == check]
    assert checks
    for run in checks:
        run(clone(estimator))


@parametrize_with_checks([recognizer(TableRecognizer), clone_of_plain(TablePreparation)])
def test_checks_of_tables_as_recordings(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", [recognizer(), Preparation()], ids=lambda e: type(e).__name__)
def test_a_table_in_the_place_of_recordings_is_refused(estimator):
    # What the other checks send: the reason that they need the adapter.
    with pytest.raises(TypeError, match=r"sequence of Recording.*got ndarray as recordings\[0\]"):
        estimator.fit(np.zeros((10, 3)), np.zeros(10))


def test_the_checks_have_not_vanished():
    for estimator in (recognizer(TableRecognizer), clone_of_plain(TablePreparation)):
        names = [name_of(check) for _, check in estimator_checks_generator(estimator)]
        assert len(names) >= 40
        assert set(names) >= WITHOUT_DATA
