"""aeon's checks of a classifier, on ours behind aeon's base class."""

from typing import ClassVar

import pytest

pytest.importorskip("aeon", reason="aeon is not installed: pip install '.[peers]'")

from aeon.classification import BaseClassifier
from aeon.testing.estimator_checking import check_estimator, parametrize_with_checks

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from tiny_networks import ChannelsFirst

pytestmark = pytest.mark.slow


class _Adapter(ChannelsFirst, BaseClassifier):
    """One of our classifiers as a classifier of aeon."""

    _tags: ClassVar = {
        "X_inner_type": "numpy3D",
        "capability:multivariate": True,
        "algorithm_type": "deeplearning",
    }

    @classmethod
    def _get_test_params(cls, parameter_set="default"):
        return {"epochs": 2}


class AeonLSTM(_Adapter):
    network = LSTMClassifier


class AeonCNNLSTM(_Adapter):
    network = CNNLSTMClassifier


class AeonConvLSTM(_Adapter):
    network = ConvLSTMClassifier


@parametrize_with_checks([AeonLSTM, AeonCNNLSTM, AeonConvLSTM])
def test_checks_of_aeon(check):
    # A check returns a sentence where it does not apply.
    reason = check()
    assert reason is None or reason.startswith("No stored results for Aeon")


class Forgetful(AeonLSTM):
    """Wrong on purpose: prediction changes the estimator."""

    def _predict(self, X):
        self.n_predicted_ = len(X)
        return super()._predict(X)


def test_the_checks_find_a_fault():
    with pytest.raises(AssertionError, match="n_predicted_"):
        check_estimator(
            Forgetful, raise_exceptions=True, checks_to_run="check_non_state_changing_method"
        )
