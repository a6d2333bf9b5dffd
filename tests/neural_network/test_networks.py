"""The architectures: sizes, seeds, and equality with the layer stacks as they were published."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import layers

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from untrained import untrained

UCI_HAR = (128, 9), 6
build_lstm = partial(untrained, LSTMClassifier)
build_cnn_lstm = partial(untrained, CNNLSTMClassifier)
build_conv_lstm = partial(untrained, ConvLSTMClassifier)


def published_lstm():
    return keras.Sequential(
        [
            layers.Input((128, 9)),
            layers.LSTM(100),
            layers.Dropout(0.5),
            layers.Dense(100, activation="relu"),
            layers.Dense(6, activation="softmax"),
        ]
    )


def published_cnn_lstm():
    per_subsequence = layers.TimeDistributed
    return keras.Sequential(
        [
            layers.Input((4, 32, 9)),
            per_subsequence(layers.Conv1D(64, 3, activation="relu")),
            per_subsequence(layers.Conv1D(64, 3, activation="relu")),
            per_subsequence(layers.Dropout(0.5)),
            per_subsequence(layers.MaxPooling1D(2)),
            per_subsequence(layers.Flatten()),
            layers.LSTM(100),
            layers.Dropout(0.5),
            layers.Dense(100, activation="relu"),
            layers.Dense(6, activation="softmax"),
        ]
    )


def published_conv_lstm():
    return keras.Sequential(
        [
            layers.Input((4, 1, 32, 9)),
            layers.ConvLSTM2D(64, (1, 3), activation="relu"),
            layers.Dropout(0.5),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(6, activation="softmax"),
        ]
    )


def conv_lstm_in_one_dimension():
    return keras.Sequential(
        [
            layers.Input((4, 32, 9)),
            layers.ConvLSTM1D(64, 3, activation="relu"),
            layers.Dropout(0.5),
            layers.Flatten(),
            layers.Dense(100, activation="relu"),
            layers.Dense(6, activation="softmax"),
        ]
    )


@pytest.mark.parametrize(
    ("build", "published", "n_weights"),
    [
        (build_lstm, published_lstm, 54_706),
        (build_cnn_lstm, published_cnn_lstm, 423_650),
        (build_conv_lstm, published_conv_lstm, 249_026),
        (build_conv_lstm, conv_lstm_in_one_dimension, 249_026),
    ],
)
def test_outputs_equal_the_published_layers_with_the_same_weights(build, published, n_weights):
    ours, theirs = build(*UCI_HAR, random_state=0), published()
    assert ours.count_params() == theirs.count_params() == n_weights
    # Convolutions differ in the shape of the kernel alone: (3, 9, 64) and (1, 3, 9, 64).
    theirs.set_weights(
        [
            ours_.reshape(w.shape)
            for ours_, w in zip(ours.get_weights(), theirs.get_weights(), strict=True)
        ]
    )
    X = np.random.default_rng(0).normal(size=(5, 128, 9)).astype(np.float32)
    expected = theirs.predict(X.reshape(-1, *theirs.input_shape[1:]), verbose=0)
    np.testing.assert_allclose(ours.predict(X, verbose=0), expected, rtol=1e-5, atol=1e-6)
    assert np.ptp(expected) > 0.01


@pytest.mark.parametrize("build", [build_lstm, build_cnn_lstm, build_conv_lstm])
def test_initial_weights_follow_the_seed_alone(build):
    small = {"units": 4} if build is not build_conv_lstm else {"filters": 4}
    first = build((16, 2), 3, random_state=7, n_steps=4 if build is build_conv_lstm else 2, **small)
    keras.utils.set_random_seed(3)
    again = build((16, 2), 3, random_state=7, n_steps=4 if build is build_conv_lstm else 2, **small)
    other = build((16, 2), 3, random_state=8, n_steps=4 if build is build_conv_lstm else 2, **small)
    for a, b in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(
        (a != b).any() for a, b in zip(first.get_weights(), other.get_weights(), strict=True)
    )


def test_layers_do_not_start_alike():
    model = build_lstm(
        (8, 5), 3, units=5, n_layers=3, bidirectional=True, dense_units=5, random_state=0
    )
    weights = [w for w in model.get_weights() if w.ndim == 2]
    for i, a in enumerate(weights):
        for b in weights[:i]:
            if a.shape == b.shape:
                assert (a != b).any()


def test_stacked_and_bidirectional_layers_have_the_sizes_of_keras():
    model = build_lstm(
        (8, 5), 3, units=4, n_layers=2, bidirectional=True, dense_units=7, random_state=0
    )
    by_hand = keras.Sequential(
        [
            layers.Input((8, 5)),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.Bidirectional(layers.LSTM(4)),
            layers.Dropout(0.5),
            layers.Dense(7, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    assert model.count_params() == by_hand.count_params()
    by_hand.set_weights(model.get_weights())
    X = np.random.default_rng(0).normal(size=(4, 8, 5)).astype(np.float32)
    np.testing.assert_allclose(
        model.predict(X, verbose=0), by_hand.predict(X, verbose=0), rtol=1e-5, atol=1e-6
    )


def test_each_lstm_step_reads_one_flattened_subsequence():
    model = build_lstm((12, 2), 3, n_steps=4, units=5, dense_units=3, random_state=0)
    kernel = model.get_weights()[0]
    assert kernel.shape == (12 // 4 * 2, 4 * 5)


def test_stacked_conv_lstm_shortens_the_subsequences_by_each_layer():
    model = build_conv_lstm(
        (32, 2), 3, n_steps=2, filters=4, kernel_size=5, n_layers=2, dense_units=3, random_state=0
    )
    dense = model.layers[-2]
    assert dense.kernel.shape[0] == (16 - 2 * 4) * 4
