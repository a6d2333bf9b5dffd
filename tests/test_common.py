"""scikit-learn's checks and our own, for every public estimator that discovery finds."""

from collections import Counter

import keras
import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from scikit_learn import older_than
from sklearn_har import CNNLSTMClassifier, SubsequenceReshaper
from sklearn_har.utils.discovery import all_estimators
from sklearn_har.utils.estimator_checks import parametrize_with_window_checks, window_checks


class Hasty(keras.optimizers.Adam):
    """Learns in a few steps. A class, because the names of the tests must not hold addresses."""

    def __init__(self, learning_rate=0.03, **kwargs):
        super().__init__(learning_rate, **kwargs)


# Small, and fit for windows of any length: scikit-learn sends tables of 1 to 20 columns. One batch
# an epoch and no dropout, because repeated windows must count exactly as weights do; in double
# precision, because they would differ by rounding otherwise.
LEARN = {
    "epochs": 40,
    "batch_size": 1000,
    "dropout": 0.0,
    "dense_units": 16,
    "dtype": "float64",
    "optimizer": Hasty,
    "random_state": 0,
}
FOR_TABLES = {
    "LSTMClassifier": {"units": 8, **LEARN},
    "CNNLSTMClassifier": {
        "n_steps": 1,
        "kernel_size": 1,
        "pool_size": 1,
        "conv_dropout": 0.0,
        "filters": 8,
        "units": 8,
        **LEARN,
    },
    "ConvLSTMClassifier": {"n_steps": 1, "kernel_size": 1, "filters": 8, **LEARN},
    "SubsequenceReshaper": {"n_steps": 1},
    "ChannelwiseTransformer": {"transformer": StandardScaler()},
    "CompandingTransformer": {},
    "WindowCentering": {},
    "RandomKernels": {"n_kernels": 20, "random_state": 0},
    "WindowFeatures": {},
    "WindowReshaper": {},
    "AugmentedClassifier": {"estimator": LogisticRegression()},
    "FrameAwareClassifier": {"estimator": LogisticRegression()},
    "OptunaSearchCV": {
        "estimator": LogisticRegression(),
        "param_distributions": {"C": [0.1, 1.0]},
        "n_iter": 2,
        "cv": 2,
        "error_score": "raise",
        "random_state": 0,
    },
}
SMALL = {"dense_units": 6, "epochs": 2, "batch_size": 8, "random_state": 0}
SMALL_CNN_LSTM = {"filters": 4, "units": 4, "kernel_size": 2, **SMALL}
FOR_WINDOWS = {
    "LSTMClassifier": {"units": 4, "n_steps": 4, **SMALL},
    "CNNLSTMClassifier": SMALL_CNN_LSTM,
    "ConvLSTMClassifier": {"filters": 4, **SMALL},
    "SubsequenceReshaper": {"n_steps": 4},
    "ChannelwiseTransformer": {"transformer": StandardScaler()},
    "CompandingTransformer": {},
    "WindowCentering": {},
    "RandomKernels": {"n_kernels": 20, "random_state": 0},
    "WindowFeatures": {},
    "WindowReshaper": {},
    "AugmentedClassifier": {"estimator": CNNLSTMClassifier(**SMALL_CNN_LSTM)},
    "FrameAwareClassifier": {"estimator": CNNLSTMClassifier(**SMALL_CNN_LSTM)},
}
# Their samples are recordings, not rows of an array, so that scikit-learn's checks do not apply;
# tests/recognition/test_estimator_checks.py has checks for them.
FOR_RECORDINGS = {"ActivityRecognizer", "Preparation"}
# What hands windows on to another estimator records no shapes and takes no weights of its own.
META = {"OptunaSearchCV"}
# scikeras writes `class KerasClassifier(BaseWrapper, ClassifierMixin)`, the base first. No order of
# bases puts a mixin before a class that inherits in the other order.
EXPECTED_FAILURES = {
    "check_mixin_order": "scikeras lists its mixin behind its base",
    "check_estimator_tags_renamed": "scikeras defines the _more_tags of scikit-learn before 1.6",
}
# At the least, whatever scikit-learn adds: a wrong tag would leave one check in place of sixty.
# Version 1.7 has one fewer for a search.
N_CHECKS = {"classifier": 54 if older_than("1.8") else 55, "transformer": 35}


def _instances(params):
    return [cls(**params[name]) for name, cls in all_estimators() if name in params]


def _expected_failures(estimator):
    return (
        {}
        if type(estimator).__name__ in META or not is_classifier(estimator)
        else EXPECTED_FAILURES
    )


def test_every_estimator_has_parameters_for_the_checks():
    names = {name for name, _ in all_estimators()}
    assert names - FOR_RECORDINGS == set(FOR_TABLES) == set(FOR_WINDOWS) | META
    assert names >= FOR_RECORDINGS


# A check sends infinite labels to a search, and scikit-learn's own splitter casts them.
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning:sklearn")
@parametrize_with_checks(_instances(FOR_TABLES), expected_failed_checks=_expected_failures)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", _instances(FOR_TABLES), ids=lambda e: type(e).__name__)
def test_the_checks_have_not_vanished(estimator):
    names = Counter(
        getattr(check, "func", check).__name__ for _, check in estimator_checks_generator(estimator)
    )
    kind = "classifier" if is_classifier(estimator) else "transformer"
    assert names.total() >= N_CHECKS[kind]
    assert get_tags(estimator).input_tags.two_d_array
    assert set(_expected_failures(estimator)) <= set(names)


@parametrize_with_window_checks(_instances(FOR_WINDOWS))
def test_window_checks(estimator, check):
    check(estimator)


class Leaky(SubsequenceReshaper):
    """Wrong in several ways, each of which a check has to find."""

    def fit(self, X, y=None):
        self.n_fits_ = getattr(self, "n_fits_", 0) + 1
        super().fit(X, y)

    def transform(self, X):
        self.seen_ = len(X)
        return super().transform(X) - np.mean(X)


def test_the_window_checks_find_what_is_wrong():
    failed = set()
    for estimator, check in window_checks(Leaky(n_steps=4)):
        try:
            check(estimator)
        except (AssertionError, AttributeError):
            failed.add(check.__name__)
    assert {
        "check_window_attributes",
        "check_window_subset_invariance",
        "check_window_state_unchanged_by_prediction",
        "check_window_round_trip",
    } <= failed
