"""sktime's checks of a classifier, on ours behind sktime's base class."""

from typing import ClassVar

import pytest

pytest.importorskip("sktime", reason="sktime is not installed: pip install '.[peers]'")

from sktime.classification.base import BaseClassifier
from sktime.utils.estimator_checks import check_estimator, parametrize_with_checks

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from tiny_networks import ChannelsFirst

pytestmark = pytest.mark.slow


class _Adapter(ChannelsFirst, BaseClassifier):
    """One of our classifiers as a classifier of sktime."""

    _tags: ClassVar = {
        "X_inner_mtype": "numpy3D",
        "capability:multivariate": True,
        "capability:predict_proba": True,
        "capability:random_state": True,
        "authors": "the sklearn-har developers",
    }

    @classmethod
    def get_test_params(cls, parameter_set="default"):
        return [{"epochs": 1, "random_state": 0}, {"epochs": 2, "random_state": 0}]


class SktimeLSTM(_Adapter):
    """LSTMClassifier; one of sktime's checks demands an example.

    Examples
    --------
    >>> from sklearn_har import LSTMClassifier
    >>> LSTMClassifier(epochs=3).epochs
    3
    """

    network = LSTMClassifier


class SktimeCNNLSTM(_Adapter):
    """CNNLSTMClassifier; one of sktime's checks demands an example.

    Examples
    --------
    >>> from sklearn_har import CNNLSTMClassifier
    >>> CNNLSTMClassifier(epochs=3).epochs
    3
    """

    network = CNNLSTMClassifier


class SktimeConvLSTM(_Adapter):
    """ConvLSTMClassifier; one of sktime's checks demands an example.

    Examples
    --------
    >>> from sklearn_har import ConvLSTMClassifier
    >>> ConvLSTMClassifier(epochs=3).epochs
    3
    """

    network = ConvLSTMClassifier


def _run(estimator, check):
    results = check_estimator(estimator, tests_to_run=check, raise_exceptions=True, verbose=False)
    assert set(results.values()) <= {"PASSED"}


@parametrize_with_checks(
    [SktimeLSTM, SktimeCNNLSTM, SktimeConvLSTM], obj_varname="estimator", check_varname="check"
)
def test_checks_of_sktime(estimator, check):
    _run(estimator, check)


class Forgetful(SktimeLSTM):
    """Wrong on purpose: prediction changes the estimator."""

    def _predict(self, X):
        self.n_predicted_ = len(X)
        return super()._predict(X)


def test_the_checks_find_a_fault():
    with pytest.raises(AssertionError):
        _run(Forgetful, "test_non_state_changing_method_contract")
