"""Weights, early stopping, going on, callbacks, optimizers."""

import gc
import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from sklearn_har import LSTMClassifier


class Recorder(keras.callbacks.Callback):
    """Notes what it is told."""

    def __init__(self, stop_after=None):
        super().__init__()
        self.stop_after = stop_after
        self.epochs, self.batches = [], 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append((epoch, dict(logs)))
        if epoch + 1 == self.stop_after:
            self.model.stop_training = True


def weights_of(clf):
    return clf.model_.get_weights()


def assert_equal_weights(a, b):
    for first, second in zip(weights_of(a), weights_of(b), strict=True):
        np.testing.assert_array_equal(first, second)


def test_training_equals_keras_fit_on_the_same_batches(windows):
    X, y = windows
    params = {"units": 4, "dense_units": 5, "n_steps": 4, "dropout": 0.0, "batch_size": 16}
    clf = LSTMClassifier(**params, epochs=3, random_state=0)
    plain = clone(clf).initialize(X, y).model_
    plain.compile("adam", "categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    clf.fit(X, y)
    # What `random_state` decides: the initial weights, and the order of the windows in each epoch.
    seed = np.random.RandomState(0).randint(np.iinfo(np.int32).max)
    for epoch in range(3):
        order = np.random.default_rng([seed, epoch + 1]).permutation(60)
        one_hot = np.eye(3, dtype=np.float32)[y[order]]
        theirs = plain.fit(X[order], one_hot, batch_size=16, shuffle=False, verbose=0)
        for key, values in theirs.history.items():
            np.testing.assert_allclose(clf.history_[key][epoch], values[0], rtol=1e-5)
    for ours, keras_ in zip(weights_of(clf), plain.get_weights(), strict=True):
        np.testing.assert_allclose(ours, keras_, rtol=1e-4, atol=1e-6)


def test_weights_equal_repetition(windows):
    X, y = windows
    weight = np.arange(60) // 3 % 3
    # One batch and no dropout: what is left is the weighted mean of the loss.
    params = {"units": 4, "n_steps": 4, "dropout": 0.0, "batch_size": 1000, "epochs": 5}
    weighted = LSTMClassifier(**params, random_state=0).fit(X, y[::-1], sample_weight=weight)
    again = np.repeat(np.arange(60), weight)
    repeated = LSTMClassifier(**params, random_state=0).fit(X[again], y[::-1][again])
    np.testing.assert_allclose(
        weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-3, atol=1e-5
    )
    plain = LSTMClassifier(**params, random_state=0).fit(X, y[::-1])
    assert np.abs(weighted.predict_proba(X) - plain.predict_proba(X)).max() > 1e-3


def test_only_the_ratio_of_weights_counts(tiny_lstm, windows):
    X, y = windows
    weight = np.linspace(1, 2, 60)
    a = tiny_lstm().fit(X, y, sample_weight=weight)
    b = tiny_lstm().fit(X, y, sample_weight=weight * 4)
    for first, second in zip(weights_of(a), weights_of(b), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-6)


def test_class_weight_is_sample_weight_by_label(tiny_lstm, windows):
    X, y = windows
    names = np.array(["sit", "stand", "walk"])[y]
    by_class = tiny_lstm(class_weight={"sit": 1, "stand": 3, "walk": 2}).fit(X, names)
    by_sample = tiny_lstm().fit(X, names, sample_weight=np.array([1.0, 3.0, 2.0])[y])
    assert_equal_weights(by_class, by_sample)


def test_balanced_class_weight(tiny_lstm, windows):
    X, y = windows
    y = np.where(np.arange(60) < 50, 0, 1)
    balanced = tiny_lstm(class_weight="balanced").fit(X, y)
    by_sample = tiny_lstm().fit(X, y, sample_weight=np.where(y == 0, 1.0, 5.0))
    for first, second in zip(weights_of(balanced), weights_of(by_sample), strict=True):
        np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-6)


def test_the_caller_s_weights_are_not_changed(tiny_lstm, windows):
    X, y = windows
    weight = np.full(60, 2.0)
    weight[:5] = 0
    expected = weight.copy()
    tiny_lstm(class_weight="balanced").fit(X, y, sample_weight=weight)
    np.testing.assert_array_equal(weight, expected)


def test_early_stopping_puts_the_best_weights_back(windows):
    X, y = windows
    weights = []

    class Weights(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            weights.append(self.model.get_weights())

    clf = LSTMClassifier(
        units=6,
        n_steps=4,
        epochs=40,
        early_stopping=True,
        validation_fraction=0.3,
        n_iter_no_change=3,
        tol=0.0,
        optimizer__learning_rate=0.05,
        callbacks=Weights(),
        random_state=0,
    ).fit(X, y)
    scores = clf.history_["val_accuracy"]
    best = scores.index(max(scores))
    assert clf.n_iter_ == len(scores) == len(weights) < 40
    assert best == len(scores) - 1 - 3
    for found, expected in zip(clf.model_.get_weights(), weights[best], strict=True):
        np.testing.assert_array_equal(found, expected)


def test_the_validation_windows_are_of_whole_subjects(tiny_lstm, windows, subject):
    # Each subject has one activity that nobody else has, and equal windows tell nothing about it.
    X = np.zeros_like(windows[0])
    params = {"early_stopping": True, "validation_fraction": 0.3, "epochs": 8}
    params["optimizer__learning_rate"] = 0.1
    by_subject = tiny_lstm(**params).fit(X, subject, groups=subject)
    by_window = tiny_lstm(**params).fit(X, subject)
    # The network learns the activities of the training windows, and predicts one of them.
    assert by_subject.history_["val_accuracy"][-1] == 0.0
    assert by_window.history_["val_accuracy"][-1] > 0.1


def test_groups_choose_the_validation_windows(tiny_lstm, windows, subject):
    X, y = windows
    params = {"early_stopping": True, "validation_fraction": 0.3}
    by_subject = tiny_lstm(**params).fit(X, y, groups=subject)
    by_window = tiny_lstm(**params).fit(X, y)
    assert by_subject.history_["val_loss"] != by_window.history_["val_loss"]


def test_warm_start_goes_on(tiny_lstm, windows):
    X, y = windows
    twice = tiny_lstm(warm_start=True, epochs=1).fit(X, y).fit(X, y)
    once = tiny_lstm(epochs=2).fit(X, y)
    assert_equal_weights(twice, once)
    assert twice.history_ == once.history_
    assert twice.n_iter_ == 2


def test_warm_start_refuses_other_labels_and_windows(tiny_lstm, windows):
    X, y = windows
    clf = tiny_lstm(warm_start=True, epochs=1).fit(X, y)
    with pytest.raises(ValueError, match=r"labels that are not in the classes: \[3\]"):
        clf.fit(X, y + 1)
    with pytest.raises(ValueError, match="fitted with 32 time steps"):
        clf.fit(X[:, :16], y)


def test_partial_fit_is_one_epoch_each(tiny_lstm, windows):
    X, y = windows
    parts = tiny_lstm()
    for _ in range(2):
        parts.partial_fit(X, y, classes=[0, 1, 2])
    assert_equal_weights(parts, tiny_lstm(epochs=2).fit(X, y))


def test_partial_fit_learns_of_classes_before_it_sees_them(tiny_lstm, windows):
    X, y = windows
    clf = tiny_lstm().partial_fit(X[y < 2], y[y < 2], classes=[0, 1, 2])
    assert clf.predict_proba(X).shape == (60, 3)
    clf.partial_fit(X[y == 2], y[y == 2])
    with pytest.raises(ValueError, match="not the same as at the first call"):
        clf.partial_fit(X, y, classes=[0, 1])
    with pytest.raises(ValueError, match=r"not in the classes: \[7\].*classes="):
        clf.partial_fit(X, np.where(y == 0, 7, y))


@pytest.mark.parametrize("loaded", [False, True], ids=["in memory", "loaded"])
def test_a_learning_rate_that_is_set_later_is_taken(tiny_lstm, windows, loaded):
    X, y = windows
    clf = tiny_lstm().fit(X, y)
    before = weights_of(clf)
    if loaded:
        clf = pickle.loads(pickle.dumps(clf))
    clf.set_params(optimizer__learning_rate=0.0).partial_fit(X, y)
    for first, second in zip(before, weights_of(clf), strict=True):
        np.testing.assert_array_equal(first, second)
    clf.set_params(optimizer__learning_rate=1e-3).partial_fit(X, y)
    assert not np.array_equal(before[0], weights_of(clf)[0])


def test_an_optimizer_that_is_made_again_goes_on(tiny_lstm, windows):
    X, y = windows
    straight = tiny_lstm(optimizer__learning_rate=0.01).fit(X, y).partial_fit(X, y)
    # The same number, written otherwise: the network is compiled again.
    again = tiny_lstm(optimizer__learning_rate=0.01).fit(X, y)
    again.set_params(optimizer__learning_rate=np.float64(0.01)).partial_fit(X, y)
    assert_equal_weights(straight, again)


def test_a_learning_rate_that_a_callback_changed_stays(tiny_lstm, windows):
    X, y = windows

    class Stop(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            self.model.optimizer.learning_rate = 0.0

    clf = tiny_lstm(callbacks=[Stop()]).fit(X, y)
    before = weights_of(clf)
    loaded = pickle.loads(pickle.dumps(clf.set_params(callbacks=None)))
    for one in (clf, loaded):
        one.partial_fit(X, y)
        for first, second in zip(before, weights_of(one), strict=True):
            np.testing.assert_array_equal(first, second)


def test_callbacks_see_what_keras_would_tell_them(tiny_lstm, windows):
    recorder = Recorder()
    clf = tiny_lstm(callbacks=[recorder], batch_size=16, epochs=3).fit(*windows)
    assert recorder.batches == 3 * 4
    assert [epoch for epoch, _ in recorder.epochs] == [0, 1, 2]
    assert [logs["loss"] for _, logs in recorder.epochs] == clf.history_["loss"]


def test_few_windows_are_passed_more_often(tiny_lstm, windows):
    X, y = windows
    # 60 windows are 4 batches of 16: 9 updates need 3 epochs.
    assert tiny_lstm(batch_size=16, min_updates=9).fit(X, y).n_iter_ == 3
    assert tiny_lstm(batch_size=16, min_updates=8).fit(X, y).n_iter_ == 2
    clf = tiny_lstm(batch_size=16, min_updates=9, schedule="cosine").fit(X, y)
    assert_equal_weights(clf, tiny_lstm(batch_size=16, epochs=3, schedule="cosine").fit(X, y))
    assert clf.partial_fit(X, y).n_iter_ == 4


def test_a_callback_can_stop_the_training(tiny_lstm, windows):
    assert tiny_lstm(callbacks=Recorder(stop_after=2), epochs=9).fit(*windows).n_iter_ == 2


def test_classes_of_callbacks_take_routed_parameters(tiny_lstm, windows):
    clf = tiny_lstm(callbacks=[Recorder], callbacks__0__stop_after=1, epochs=5)
    assert clf.fit(*windows).n_iter_ == 1
    named = tiny_lstm(callbacks={"stop": Recorder}, callbacks__stop__stop_after=3, epochs=5)
    assert named.fit(*windows).n_iter_ == 3
    # The class is made anew for each training.
    assert clf.fit(*windows).n_iter_ == 1


def test_callbacks_of_keras_work(tiny_lstm, windows):
    X, y = windows
    clf = tiny_lstm(
        callbacks=[
            keras.callbacks.ReduceLROnPlateau(
                monitor="loss", factor=0.5, patience=1, min_delta=100.0
            ),
            keras.callbacks.EarlyStopping(monitor="loss", patience=3, min_delta=100.0),
        ],
        epochs=10,
    ).fit(X, y)
    assert clf.n_iter_ == 4
    assert clf.history_["learning_rate"][-1] == pytest.approx(1e-3 / 4)


def test_a_callback_does_not_keep_the_network(tiny_lstm, windows):
    recorder = Recorder()
    tiny_lstm(callbacks=[recorder]).fit(*windows)
    assert recorder.model is None


@pytest.mark.parametrize(
    "optimizer",
    ["sgd", keras.optimizers.SGD, keras.optimizers.SGD(learning_rate=0.5)],
    ids=["name", "class", "instance"],
)
def test_optimizers(tiny_lstm, windows, optimizer):
    routed = (
        {}
        if isinstance(optimizer, keras.optimizers.Optimizer)
        else {"optimizer__learning_rate": 0.5}
    )
    clf = tiny_lstm(optimizer=optimizer, **routed).fit(*windows)
    used = clf.model_.optimizer
    assert isinstance(used, keras.optimizers.SGD)
    assert used is not optimizer
    assert float(used.learning_rate) == 0.5


def test_an_optimizer_instance_serves_many_trainings(tiny_lstm, windows):
    optimizer = keras.optimizers.Adam(learning_rate=0.01)
    first = tiny_lstm(optimizer=optimizer).fit(*windows)
    second = tiny_lstm(optimizer=optimizer).fit(*windows)
    assert_equal_weights(first, second)


def test_routed_parameters_are_parameters(tiny_lstm):
    clf = tiny_lstm(optimizer__learning_rate=0.01)
    assert clf.get_params()["optimizer__learning_rate"] == 0.01
    clf.set_params(optimizer__learning_rate=0.02, units=3)
    assert clf.get_params()["optimizer__learning_rate"] == 0.02
    assert "optimizer__learning_rate=0.02" in repr(clf)


def test_label_smoothing_reaches_the_loss(tiny_lstm, windows):
    plain = tiny_lstm(epochs=1, batch_size=60).fit(*windows)
    smooth = tiny_lstm(epochs=1, batch_size=60, loss__label_smoothing=0.3).fit(*windows)
    assert plain.history_["loss"] != smooth.history_["loss"]


def test_early_stopping_watches_a_single_epoch_too(tiny_lstm, windows):
    assert "val_loss" in tiny_lstm(early_stopping=True, epochs=1).fit(*windows).history_


class Failing(keras.callbacks.Callback):
    """Fails in the first epoch."""

    def on_epoch_end(self, epoch, logs=None):
        raise RuntimeError("disk full")


def test_an_estimator_whose_training_failed_is_not_fitted(tiny_lstm, windows):
    clf = tiny_lstm(callbacks=Failing())
    with pytest.raises(RuntimeError, match="disk full"):
        clf.fit(*windows)
    with pytest.raises(NotFittedError):
        clf.predict(windows[0])


def test_one_tracing_serves_many_chunks(windows):
    n_tracings = 0

    def loss(y_true, y_pred):
        nonlocal n_tracings
        n_tracings += 1
        return keras.losses.categorical_crossentropy(y_true, y_pred)

    X, y = windows
    clf = LSTMClassifier(units=3, dense_units=3, n_steps=4, loss=loss, random_state=0)
    counts = []
    for start in (0, 20, 40):
        clf.partial_fit(X[start : start + 20], y[start : start + 20], classes=[0, 1, 2])
        counts.append(n_tracings)
    assert counts[0] == counts[2] > 0
    # Another optimizer needs another step.
    clf.set_params(optimizer="sgd").fit(X, y)
    assert n_tracings > counts[0]


def test_finished_trainings_leave_no_graph_behind(windows):
    func_graph = pytest.importorskip("tensorflow.python.framework.func_graph")

    def graphs():
        gc.collect()
        return sum(isinstance(thing, func_graph.FuncGraph) for thing in gc.get_objects())

    X, y = windows

    def fit():
        clf = LSTMClassifier(units=3, dense_units=3, n_steps=4, epochs=1, random_state=0)
        clf.fit(X, y).predict(X)

    fit()
    before = graphs()
    fit()
    fit()
    assert graphs() <= before


def test_an_optimizer_around_another_one(tiny_lstm, windows):
    inner = keras.optimizers.Adam(0.01)
    clf = tiny_lstm(optimizer=keras.optimizers.LossScaleOptimizer(inner), schedule="cosine")
    clf.fit(*windows).partial_fit(*windows)
    assert isinstance(clf.model_.optimizer, keras.optimizers.LossScaleOptimizer)
    assert clf.n_iter_ == 3


def test_a_model_that_was_compiled_by_the_user_is_trained_as_it_was_compiled(tiny_lstm, windows):
    X, y = windows
    clf, expected = tiny_lstm(dropout=0.0).fit(X, y), tiny_lstm(dropout=0.0).fit(X, y)
    expected.set_params(optimizer="sgd", optimizer__learning_rate=0.5, loss="mse")
    clf.model_.compile(keras.optimizers.SGD(0.5), "mse", metrics=["accuracy"], jit_compile=False)
    for _ in range(2):
        clf.partial_fit(X, y)
        expected.partial_fit(X, y)
    assert_equal_weights(clf, expected)
    # Until a parameter is set.
    for one in (clf, expected):
        one.set_params(optimizer="adam", loss="categorical_crossentropy")
        one.set_params(optimizer__learning_rate=0.01).partial_fit(X, y)
    assert_equal_weights(clf, expected)
