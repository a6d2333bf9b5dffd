"""Habits of Keras users: code with one meaning works, other code raises an error with a remedy."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_har import ConvLSTMClassifier
from sklearn_har.recipes import make_lstm


def one_hot(y):
    return np.eye(3)[y]


class TestArguments:
    @pytest.mark.parametrize(
        ("argument", "said"),
        [
            ({"epochs": 3}, r"Write LSTMClassifier\(epochs=3\) or set_params\(epochs=3\)"),
            ({"verbose": 0}, r"Write LSTMClassifier\(verbose=0\)"),
            (
                {"callbacks": [keras.callbacks.TerminateOnNaN()]},
                r"LSTMClassifier\(callbacks=\.\.\.",
            ),
            ({"validation_split": 0.2}, r"validation_fraction, .*groups=subject.*validation_data="),
            ({"shuffle": True}, "always shuffled"),
            ({"mask_value": 0.0}, r"Write LSTMClassifier\(mask_value=0\.0\)"),
            ({"steps_per_epoch": 5}, "an epoch is one pass over the windows"),
            ({"epohcs": 3}, r"did you mean 'epochs'\?.*it takes X, y, sample_weight, groups"),
        ],
    )
    def test_fit_says_where_an_argument_belongs(self, tiny_lstm, windows, argument, said):
        name = next(iter(argument))
        with pytest.raises(TypeError, match=rf"LSTMClassifier\.fit\(\) .* {name!r}.*{said}"):
            tiny_lstm().fit(*windows, **argument)

    def test_prediction_reads_windows_alone(self, tiny_lstm, windows):
        clf = tiny_lstm(epochs=1).fit(*windows)
        for method in (clf.predict, clf.predict_proba):
            with pytest.raises(
                TypeError, match=r"LSTMClassifier\.predict.* 'batch_size'.*batch size itself"
            ):
                method(windows[0], batch_size=5)

    def test_a_subclass_is_called_by_its_name(self, windows):
        class Mine(ConvLSTMClassifier):
            pass

        with pytest.raises(TypeError, match=r"^Mine\.fit\(\) takes no argument 'epochs'"):
            Mine().fit(*windows, epochs=1)


class TestForms:
    def test_activities_as_one_hot_rows(self, tiny_lstm, windows):
        X, y = windows
        for given, said in (
            (one_hot(y), r"y\.argmax\(axis=1\)"),
            (pd.get_dummies(pd.Series(y)), r"y\.idxmax\(axis=1\)"),
        ):
            with pytest.raises(ValueError, match=rf"y is one-hot, of shape \(60, 3\): .*{said}"):
                tiny_lstm().fit(X, given)

    def test_five_axes_as_convolutional_layers_have_them(self, windows):
        X, y = windows
        five = X.reshape(60, 4, 1, 8, 3)
        clf = ConvLSTMClassifier(filters=4, dense_units=None, epochs=1, random_state=0)
        again = clone(clf).fit(five, y)
        four = clf.fit(X.reshape(60, 4, 8, 3), y)
        for one in (four, again):
            np.testing.assert_array_equal(one.predict_proba(five), four.predict_proba(X))
        with pytest.raises(ValueError, match="5 dimensions"):
            clf.fit(X.reshape(60, 4, 2, 4, 3), y)

    def test_one_window_without_its_first_axis(self, tiny_lstm, windows):
        X, y = windows
        clf = tiny_lstm(epochs=1).fit(X, y)
        with pytest.raises(ValueError, match=r"needs an axis before it: X\[np\.newaxis\]"):
            clf.predict(X[0])
        assert clf.predict(X[0][np.newaxis]).shape == (1,)


class TestValidation:
    def test_history_has_the_scores_of_the_given_windows(self, tiny_lstm, windows):
        X, y = windows
        clf = tiny_lstm(dropout=0.0).fit(X[:40], y[:40], validation_data=(X[40:], y[40:]))
        assert clf.history_["val_accuracy"][-1] == pytest.approx(clf.score(X[40:], y[40:]))
        model = clf.model_
        loss = keras.losses.CategoricalCrossentropy()(one_hot(y[40:]), model(X[40:]))
        assert clf.history_["val_loss"][-1] == pytest.approx(float(loss), rel=1e-4)
        without = tiny_lstm(dropout=0.0).fit(X[:40], y[:40])
        np.testing.assert_array_equal(without.predict_proba(X), clf.predict_proba(X))

    def test_weights_count(self, tiny_lstm, windows):
        X, y = windows
        weight = np.r_[np.ones(10), np.zeros(10)]
        some = tiny_lstm().fit(X, y, validation_data=(X[:20], y[:20], weight)).history_["val_loss"]
        few = tiny_lstm().fit(X, y, validation_data=(X[:10], y[:10])).history_["val_loss"]
        np.testing.assert_allclose(np.array(some) * 2, few, rtol=1e-5)

    def test_early_stopping_watches_them(self, tiny_lstm, windows):
        X, y = windows
        clf = tiny_lstm(epochs=30, early_stopping=True, n_iter_no_change=1, tol=1.0)
        clf.fit(X, y, validation_data=(X[:12], y[:12]))
        assert clf.n_iter_ == 2
        # All of X is trained on.
        whole = tiny_lstm(epochs=1).fit(X, y)
        np.testing.assert_array_equal(clf.predict_proba(X), whole.predict_proba(X))

    def test_through_a_pipeline(self, tiny_lstm, windows):
        X, y = windows
        pipeline = make_pipeline(FunctionTransformer(), tiny_lstm())
        pipeline.fit(X, y, lstmclassifier__validation_data=(X[:9], y[:9]))
        assert len(pipeline[-1].history_["val_loss"]) == 2

    def test_what_does_not_fit_is_told(self, tiny_lstm, windows):
        X, y = windows
        for given, said in (
            (X, r"a tuple of windows and activities.*got ndarray\."),
            ((X,), r"got tuple of 1\."),
            ((X[:, :9], y), r"validation_data: X has windows of 9 time steps"),
            ((X, y + 5), r"validation_data: y has labels that are not in the classes: \[5, 6, 7\]"),
            ((X, y[1:]), "validation_data: Found input variables with inconsistent"),
        ):
            with pytest.raises(ValueError, match=said):
                tiny_lstm().fit(X, y, validation_data=given)


class TestLosses:
    @pytest.mark.parametrize(
        ("loss", "expected"),
        [
            ("categorical_focal_crossentropy", keras.losses.CategoricalFocalCrossentropy()),
            (keras.losses.KLDivergence, keras.losses.KLDivergence()),
            (keras.losses.CategoricalFocalCrossentropy(gamma=4.0),) * 2,
            ("mse", keras.losses.MeanSquaredError()),
            (lambda true, found: keras.ops.mean((true - found) ** 2, axis=-1), "mse"),
        ],
        ids=["name", "class", "instance", "short name", "function"],
    )
    def test_the_network_is_trained_by_it(self, tiny_lstm, windows, loss, expected):
        X, y = windows
        clf = tiny_lstm(loss=loss, epochs=1).fit(X, y, validation_data=(X, y))
        value = float(np.mean(keras.losses.get(expected)(one_hot(y), clf.predict_proba(X))))
        assert clf.history_["val_loss"] == [pytest.approx(value, rel=1e-4)]

    def test_parameters_are_routed_to_a_name(self, tiny_lstm, windows):
        X, y = windows
        clf = tiny_lstm(loss="categorical_focal_crossentropy", loss__gamma=4.0, epochs=1).fit(X, y)
        again = tiny_lstm(loss=keras.losses.CategoricalFocalCrossentropy(gamma=4.0), epochs=1)
        assert clf.history_ == again.fit(X, y).history_
        with pytest.raises(ValueError, match=r"takes no routed parameters.*'loss__gamma'"):
            again.set_params(loss__gamma=4.0).fit(X, y)

    def test_a_recipe_takes_one(self):
        loss = keras.losses.CategoricalFocalCrossentropy()
        assert "loss__label_smoothing" not in make_lstm(loss=loss).get_params()
        assert make_lstm().get_params()["loss__label_smoothing"] == 0.1
        assert "optimizer__learning_rate" not in make_lstm(optimizer="sgd").get_params()

    @pytest.mark.parametrize(
        ("loss", "said"),
        [
            ("sparse_categorical_crossentropy", "network is trained on one-hot"),
            (keras.losses.SparseCategoricalCrossentropy(), "network is trained on one-hot"),
            ("categorical_crossentropi", "did you mean 'categorical_crossentropy'"),
            (5, "'loss' parameter of LSTMClassifier must be"),
        ],
    )
    def test_what_is_none_is_told(self, tiny_lstm, windows, loss, said):
        with pytest.raises(ValueError, match=said):
            tiny_lstm(loss=loss).fit(*windows)


class TestMetrics:
    def test_history_has_them(self, tiny_lstm, windows):
        metrics = [keras.metrics.F1Score(average="macro"), "accuracy", keras.metrics.AUC]
        clf = tiny_lstm(metrics=metrics)
        for _ in range(2):
            clf.fit(*windows, validation_data=windows)
            names = ["loss", "accuracy", "f1_score", "auc"]
            assert clf.history_.keys() == {*names, *(f"val_{name}" for name in names)}
        f1 = keras.metrics.F1Score(average="macro")
        f1.update_state(one_hot(windows[1]), clf.predict_proba(windows[0]))
        assert clf.history_["val_f1_score"][-1] == pytest.approx(float(f1.result()), rel=1e-5)
        # The instance of the user is not what the network counts with.
        assert not metrics[0].variables

    def test_a_callback_can_watch_them(self, tiny_lstm, windows):
        stop = keras.callbacks.EarlyStopping(monitor="val_f1_score", mode="max", min_delta=2.0)
        clf = tiny_lstm(metrics=keras.metrics.F1Score(average="macro"), callbacks=stop, epochs=9)
        assert clf.fit(*windows, validation_data=windows).n_iter_ == 2

    @pytest.mark.parametrize(
        ("metrics", "error", "said"),
        [
            (
                "f1_score",
                ValueError,
                r"one number each, but f1_score gives \(3,\).*average='macro'",
            ),
            (["precison"], ValueError, "did you mean 'precision'"),
            ([5], TypeError, "metrics must be names, classes or instances.*got int"),
        ],
    )
    def test_what_is_none_is_told(self, tiny_lstm, windows, metrics, error, said):
        with pytest.raises(error, match=said):
            tiny_lstm(metrics=metrics).fit(*windows)


def test_strategies_of_distribution_are_refused(tiny_lstm, windows):
    clf = tiny_lstm(epochs=1).fit(*windows)
    for strategy in (tf.distribute.OneDeviceStrategy("/cpu:0"), tf.distribute.MirroredStrategy()):
        with strategy.scope():
            said = rf"scope of a {type(strategy).__name__}.*Leave `with strategy\.scope"
            with pytest.raises(RuntimeError, match=said):
                tiny_lstm().fit(*windows)
            with pytest.raises(RuntimeError, match=said):
                clf.partial_fit(*windows)
            # A network that was trained outside predicts.
            assert clf.predict(windows[0]).shape == (60,)
    with tf.device("/cpu:0"):
        clf.partial_fit(*windows)
