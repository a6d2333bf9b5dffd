"""The checks that sktime runs on its own classifiers."""

from typing import ClassVar

import pytest

pytest.importorskip("sktime", reason="sktime is not installed: see the extra `peers`")

from sktime.classification.base import BaseClassifier
from sktime.utils.estimator_checks import check_estimator

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

pytestmark = pytest.mark.slow
SMALL = {"dense_units": None, "epochs": 2, "remainder": "pad"}
CONVOLUTION = {"filters": 4, "kernel_size": 1, "n_steps": 2}


class Adapted(BaseClassifier):
    """A classifier of ours that takes (n_windows, n_channels, n_timesteps), as sktime has it."""

    _tags: ClassVar = {
        "X_inner_mtype": "numpy3D",
        "capability:multivariate": True,
        "capability:predict_proba": True,
        "capability:random_state": True,
    }

    def __init__(self, kind="LSTM", random_state=None):
        self.kind = kind
        self.random_state = random_state
        super().__init__()

    def _fit(self, X, y):
        made = {
            "LSTM": LSTMClassifier(units=4, n_steps=2, **SMALL),
            "CNN-LSTM": CNNLSTMClassifier(units=4, pool_size=1, **CONVOLUTION, **SMALL),
            "ConvLSTM": ConvLSTMClassifier(**CONVOLUTION, **SMALL),
        }[self.kind]
        self.classifier_ = made.set_params(random_state=self.random_state)
        self.classifier_.fit(X.transpose(0, 2, 1), y)
        return self

    def _predict(self, X):
        return self.classifier_.predict(X.transpose(0, 2, 1))

    def _predict_proba(self, X):
        return self.classifier_.predict_proba(X.transpose(0, 2, 1))

    @classmethod
    def get_test_params(cls, parameter_set="default"):
        return [{"kind": kind, "random_state": 0} for kind in ("LSTM", "CNN-LSTM", "ConvLSTM")]


def test_checks():
    # The adapter is a class of tests: its docstring needs no example.
    results = check_estimator(
        Adapted,
        raise_exceptions=False,
        tests_to_exclude=["test_class_has_doctest_example"],
        verbose=False,
    )
    assert len(results) > 100
    failed = {name: result for name, result in results.items() if result != "PASSED"}
    assert failed == {}
