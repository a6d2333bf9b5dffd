"""The recurrent networks as classifiers. Importing this subpackage loads Keras."""

from sklearn_har.neural_network._cnn_lstm import CNNLSTMClassifier
from sklearn_har.neural_network._conv_lstm import ConvLSTMClassifier
from sklearn_har.neural_network._lstm import LSTMClassifier

__all__ = ["CNNLSTMClassifier", "ConvLSTMClassifier", "LSTMClassifier"]
