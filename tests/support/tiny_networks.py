"""The three classifiers, small enough to be trained by hundreds of checks."""

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

_LEARN = {"dense_units": 6, "dropout": 0.0, "epochs": 2, "batch_size": 16, "random_state": 0}
# They accept windows of any length: no network is cut into steps that must divide it.
TINY = {
    LSTMClassifier: {"units": 4, **_LEARN},
    CNNLSTMClassifier: {
        "n_steps": 1,
        "kernel_size": 1,
        "pool_size": 1,
        "filters": 4,
        "units": 4,
        **_LEARN,
    },
    ConvLSTMClassifier: {"n_steps": 1, "kernel_size": 1, "filters": 4, **_LEARN},
}
# In so few steps of training they tell well separated activities apart.
FAST = {"epochs": 30, "optimizer__learning_rate": 0.03}


def make_tiny(cls, **params):
    """Return a small instance of a classifier, for windows of any length."""
    return cls(**{**TINY[cls], **params})
