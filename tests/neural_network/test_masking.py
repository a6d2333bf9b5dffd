"""Windows of unequal length: the padding is skipped."""

import numpy as np
import pytest

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from sklearn_har.segmentation import pad_windows
from untrained import untrained


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_window_and_its_padded_self_give_the_same_output(bidirectional):
    sizes = {"units": 4, "n_layers": 2, "bidirectional": bidirectional, "dense_units": 5}
    X = np.random.default_rng(0).normal(size=(6, 10, 3)).astype(np.float32)
    plain = untrained(LSTMClassifier, (10, 3), 3, **sizes)
    masked = untrained(LSTMClassifier, (25, 3), 3, mask_value=-9.0, **sizes)
    masked.set_weights(plain.get_weights())
    padded = pad_windows(list(X), n_timesteps=25, value=-9.0)
    expected = plain.predict(X, verbose=0)
    np.testing.assert_allclose(masked.predict(padded, verbose=0), expected, rtol=1e-5, atol=1e-7)
    # Without the mask the padding is read.
    unmasked = untrained(LSTMClassifier, (25, 3), 3, **sizes)
    unmasked.set_weights(plain.get_weights())
    assert np.abs(unmasked.predict(padded, verbose=0) - expected).max() > 1e-3


def test_training_on_windows_of_unequal_length():
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    windows = [rng.normal(loc=label, scale=0.2, size=(rng.integers(4, 12), 2)) for label in y]
    params = {"units": 6, "epochs": 25, "random_state": 0, "optimizer__learning_rate": 0.02}
    X = pad_windows(windows, n_timesteps=12)
    clf = LSTMClassifier(mask_value=0.0, **params).fit(X, y)
    assert clf.score(X, y) > 0.9
    # What stands in the padding cannot matter, because nothing reads it: one window, two lengths.
    twice = pad_windows([windows[0][:5], windows[0][:5]], n_timesteps=12)
    proba = clf.predict_proba(twice)
    np.testing.assert_allclose(proba[0], proba[1], rtol=1e-5)


def test_refused_where_it_cannot_work(windows):
    for cls in (CNNLSTMClassifier, ConvLSTMClassifier):
        with pytest.raises(TypeError, match=r"use LSTMClassifier\(mask_value="):
            cls(mask_value=0.0)
    with pytest.raises(ValueError, match=r"mask_value=0.0 needs n_steps=None, got n_steps=4"):
        LSTMClassifier(mask_value=0.0, n_steps=4).fit(*windows)
