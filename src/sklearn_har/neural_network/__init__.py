"""Classifiers with recurrent networks. Importing this subpackage loads Keras."""

from sklearn_har.utils._workers import share_cores

# Before Keras is imported, because TensorFlow reads its number of threads only once.
share_cores()

from sklearn_har.neural_network._cnn_lstm import CNNLSTMClassifier  # noqa: E402
from sklearn_har.neural_network._conv_lstm import ConvLSTMClassifier  # noqa: E402
from sklearn_har.neural_network._lstm import LSTMClassifier  # noqa: E402
from sklearn_har.utils._public import name_classes_after  # noqa: E402

__all__ = ["CNNLSTMClassifier", "ConvLSTMClassifier", "LSTMClassifier"]

name_classes_after(__name__)
