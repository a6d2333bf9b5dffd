"""The checks that aeon runs on its own classifiers."""

from typing import ClassVar

import pytest

pytest.importorskip("aeon", reason="aeon is not installed: see the extra `peers`")

from aeon.classification.base import BaseClassifier
from aeon.testing.estimator_checking import parametrize_with_checks

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

pytestmark = pytest.mark.slow
SMALL = {"dense_units": None, "epochs": 2, "remainder": "pad"}


class Adapted(BaseClassifier):
    """A classifier of ours that takes (n_windows, n_channels, n_timesteps), as aeon has it."""

    _tags: ClassVar = {"capability:multivariate": True}
    kind = None
    sizes: ClassVar = {}

    def __init__(self, random_state=None):
        self.random_state = random_state
        super().__init__()

    def _fit(self, X, y):
        clf = self.kind(**self.sizes, **SMALL, random_state=self.random_state)
        self.classifier_ = clf.fit(X.transpose(0, 2, 1), y)
        return self

    def _predict(self, X):
        return self.classifier_.predict(X.transpose(0, 2, 1))

    def _predict_proba(self, X):
        return self.classifier_.predict_proba(X.transpose(0, 2, 1))


class AdaptedLSTM(Adapted):
    kind, sizes = LSTMClassifier, {"units": 4, "n_steps": 2}


class AdaptedCNNLSTM(Adapted):
    kind, sizes = (
        CNNLSTMClassifier,
        {"filters": 4, "units": 4, "kernel_size": 1, "pool_size": 1, "n_steps": 2},
    )


class AdaptedConvLSTM(Adapted):
    kind, sizes = ConvLSTMClassifier, {"filters": 4, "kernel_size": 1, "n_steps": 2}


@parametrize_with_checks([AdaptedLSTM, AdaptedCNNLSTM, AdaptedConvLSTM])
def test_checks(check):
    check()
