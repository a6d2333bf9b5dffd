"""One seed, one result: in this process, in another, and whatever was drawn before."""

import random
import subprocess
import sys

import keras
import numpy as np
import tensorflow as tf

# TensorFlow offers a switch and no way to ask where it stands.
from tensorflow.python.framework.config import is_op_determinism_enabled

from sklearn_har import ConvLSTMClassifier

ANOTHER_PROCESS = """
import hashlib, sys
import numpy as np
import tensorflow as tf
from sklearn_har import ConvLSTMClassifier

tf.random.set_seed(int(sys.argv[1]))
tf.random.normal((int(sys.argv[1]),))
rng = np.random.default_rng(0)
X, y = rng.normal(size=(40, 16, 2)).astype("float32"), np.arange(40) % 3
clf = ConvLSTMClassifier(filters=4, n_steps=2, epochs=2, batch_size=16, random_state=3).fit(X, y)
print(hashlib.sha256(b"".join(w.tobytes() for w in clf.model_.get_weights())).hexdigest())
"""


def test_equal_weights_in_other_processes():
    hashes = {
        subprocess.run(
            [sys.executable, "-c", ANOTHER_PROCESS, seed],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert len(hashes) == 1
    assert len(hashes.pop()) == 64


def test_equal_weights_whatever_ran_before(tiny, windows):
    first = tiny().fit(*windows)
    keras.utils.set_random_seed(99)
    np.random.default_rng().normal(size=10)
    tiny(random_state=5, epochs=1).fit(*windows)
    second = tiny().fit(*windows)
    for a, b in zip(first.model_.get_weights(), second.model_.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_another_seed_differs(tiny, windows):
    X, y = windows
    first = tiny(random_state=0, epochs=1).fit(X, y)
    second = tiny(random_state=1, epochs=1).fit(X, y)
    assert (first.predict_proba(X) != second.predict_proba(X)).any()


def test_no_seed_differs_from_training_to_training(tiny_lstm, windows):
    X, y = windows
    first, second = (tiny_lstm(random_state=None, epochs=1).fit(X, y) for _ in range(2))
    assert (first.predict_proba(X) != second.predict_proba(X)).any()


def test_a_random_state_instance_is_used_as_in_scikit_learn(tiny_lstm, windows):
    X, y = windows
    a = tiny_lstm(random_state=np.random.RandomState(0), epochs=1).fit(X, y)
    b = tiny_lstm(random_state=0, epochs=1).fit(X, y)
    np.testing.assert_array_equal(a.predict_proba(X), b.predict_proba(X))


def test_global_generators_and_switches_are_left_alone(tiny, windows):
    def global_state():
        return (
            random.getstate(),
            np.random.get_state()[1].tolist(),  # noqa: NPY002
            is_op_determinism_enabled(),
            keras.config.floatx(),
        )

    def next_draw_of_tensorflow():
        tf.random.set_seed(4)
        tf.random.uniform(())
        return lambda: float(tf.random.uniform(()))

    before = global_state()
    draw = next_draw_of_tensorflow()
    expected = draw()
    draw = next_draw_of_tensorflow()
    tiny(early_stopping=True).fit(*windows)
    assert draw() == expected
    assert global_state() == before


def test_the_determinism_switch_is_not_needed():
    assert not is_op_determinism_enabled()
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 64, 9)).astype(np.float32), np.arange(200) % 6
    # Large enough for the operations to be split among threads.
    a, b = (ConvLSTMClassifier(epochs=1, random_state=0).fit(X, y) for _ in range(2))
    np.testing.assert_array_equal(a.predict_proba(X), b.predict_proba(X))
