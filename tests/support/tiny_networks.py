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


class ChannelsFirst:
    """One of the classifiers for the base classes of aeon and sktime, to stand before them.

    Their axes are (n_windows, n_channels, n_timesteps). A subclass names its `network`.
    """

    def __init__(self, epochs=2, random_state=None):
        self.epochs = epochs
        self.random_state = random_state
        super().__init__()

    def _fit(self, X, y):
        classifier = make_tiny(self.network, epochs=self.epochs, random_state=self.random_state)
        self.classifier_ = classifier.fit(X.transpose(0, 2, 1), y)
        return self

    def _predict(self, X):
        return self.classifier_.predict(X.transpose(0, 2, 1))

    def _predict_proba(self, X):
        return self.classifier_.predict_proba(X.transpose(0, 2, 1))
