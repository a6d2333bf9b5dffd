"""The checks that imbalanced-learn runs on its own classifiers."""

import pytest

pytest.importorskip("imblearn", reason="imbalanced-learn is not installed: see the extra `test`")

from imblearn.utils.estimator_checks import parametrize_with_checks

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

LEARN = {
    "dense_units": None,
    "dropout": 0.0,
    "epochs": 60,
    "scaling": "standard",
    "optimizer__learning_rate": 0.05,
    "random_state": 0,
}
CONVOLUTION = {"filters": 8, "kernel_size": 1, "n_steps": 1}
OTHER_WORDS = {
    "check_classifier_on_multilabel_or_multioutput_targets": (
        "asks for the words of imbalanced-learn; the error is a ValueError in words of ours"
    )
}


# A check sends iris as a frame, which is no window of signals, as the warning says.
@pytest.mark.filterwarnings("ignore:X is a frame with the columns sepal length:UserWarning")
@parametrize_with_checks(
    [
        LSTMClassifier(units=8, **LEARN),
        CNNLSTMClassifier(units=8, pool_size=1, **CONVOLUTION, **LEARN),
        ConvLSTMClassifier(**CONVOLUTION, **LEARN),
    ],
    expected_failed_checks=lambda estimator: OTHER_WORDS,
)
def test_checks(estimator, check):
    check(estimator)
