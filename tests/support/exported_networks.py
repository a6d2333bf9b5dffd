"""What each kind of network and each format is exported by, for the tests of exported files."""

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from sklearn_har.export import to_litert, to_onnx
from sklearn_har.recipes import make_cnn_lstm, make_conv_lstm, make_lstm

WRITERS = {"onnx": to_onnx, "tflite": to_litert}
NETWORKS = {
    "lstm": LSTMClassifier(units=6, dense_units=5),
    "lstm of two layers": LSTMClassifier(units=6, n_layers=2, dense_units=5),
    "lstm both ways": LSTMClassifier(units=6, n_layers=2, bidirectional=True, dense_units=5),
    "lstm over subsequences": LSTMClassifier(units=6, n_steps=4, dense_units=5),
    "lstm over subsequences both ways": LSTMClassifier(
        units=6, n_steps=8, n_layers=2, bidirectional=True, dense_units=5
    ),
    "lstm in double precision": LSTMClassifier(units=6, dense_units=5, dtype="float64"),
    "cnn-lstm": CNNLSTMClassifier(filters=5, units=6, dense_units=5),
    "cnn-lstm, one convolution": CNNLSTMClassifier(
        n_steps=2, filters=5, kernel_size=5, n_conv_layers=1, pool_size=3, units=6, dense_units=5
    ),
    "cnn-lstm, one step": CNNLSTMClassifier(n_steps=1, filters=5, units=6, dense_units=5),
    "conv-lstm": ConvLSTMClassifier(filters=4, dense_units=5),
    "conv-lstm of two layers": ConvLSTMClassifier(filters=4, n_layers=2, dense_units=5),
    "conv-lstm, even kernel": ConvLSTMClassifier(filters=4, kernel_size=2, dense_units=5),
    "recipe of the lstm": make_lstm(units=6, n_steps=4),
    "recipe of the cnn-lstm": make_cnn_lstm(filters=(4, 5, 6), units=20),
    "recipe of the conv-lstm": make_conv_lstm(filters=4, conv_filters=5),
    "standardised inside": LSTMClassifier(units=6, n_steps=4, dense_units=5, scaling="standard"),
    "companded inside": LSTMClassifier(units=6, n_steps=4, dense_units=5, scaling="companding"),
    "lstm, 7 steps of 5 with zeros": LSTMClassifier(
        units=6, n_steps=7, dense_units=5, remainder="pad"
    ),
    "conv-lstm, 3 steps with zeros": ConvLSTMClassifier(
        n_steps=3, filters=4, n_conv_layers=1, conv_filters=4, dense_units=5, remainder="pad"
    ),
    "conv-lstm, one step": ConvLSTMClassifier(n_steps=1, filters=4, dense_units=5),
}
