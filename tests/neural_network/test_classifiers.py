"""What all classifiers do: shapes, labels, defaults and prediction."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier, SubsequenceReshaper
from sklearn_har.datasets import make_har_windows


@pytest.mark.parametrize(
    ("cls", "epochs", "n_weights"),
    [
        (LSTMClassifier, 15, 54_706),
        (CNNLSTMClassifier, 25, 423_650),
        (ConvLSTMClassifier, 25, 249_026),
    ],
)
def test_defaults_are_as_published(cls, epochs, n_weights):
    params = cls().get_params()
    assert (params["epochs"], params["batch_size"], params["optimizer"]) == (epochs, 64, "adam")
    assert params["dropout"] == 0.5
    y = np.arange(12) % 6
    clf = cls(random_state=0).initialize(np.zeros((12, 128, 9)), y)
    assert clf.model_.count_params() == n_weights


def test_learns_to_tell_frequencies_apart(tiny, windows):
    X, y = windows
    clf = tiny(epochs=150, dropout=0.0, optimizer__learning_rate=0.01, batch_size=20).fit(X, y)
    assert clf.score(X, y) > 0.9
    assert clf.history_["loss"][-1] < clf.history_["loss"][0] / 2


def test_fitted_attributes(tiny, windows):
    X, y = windows
    clf = tiny(epochs=3).fit(X, y)
    assert (clf.n_timesteps_in_, clf.n_channels_in_, clf.n_features_in_) == (32, 3, 96)
    np.testing.assert_array_equal(clf.classes_, [0, 1, 2])
    assert set(clf.history_) == {"loss", "accuracy"}
    assert len(clf.history_["loss"]) == clf.n_iter_ == 3
    assert all(isinstance(value, float) for value in clf.history_["loss"])
    assert is_classifier(clf)


def test_probabilities_and_labels_agree(tiny, windows):
    X, y = windows
    clf = tiny().initialize(X, y)
    proba = clf.predict_proba(X)
    assert proba.shape == (60, 3)
    np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(clf.predict(X), clf.classes_[proba.argmax(axis=1)])
    np.testing.assert_allclose(np.exp(clf.predict_log_proba(X)), proba, rtol=1e-5)
    assert clf.score(X, y) == np.mean(clf.predict(X) == y)


@pytest.mark.parametrize(
    "names",
    [
        np.array(["walking", "sitting", "laying"]),
        np.array(["walking", "sitting", "laying"], dtype=object),
        np.array([10, -3, 7]),
        pd.Categorical(["walking", "sitting", "laying"]),
    ],
    ids=["str", "object", "int", "categorical"],
)
def test_labels_come_back_as_they_were_given(tiny, windows, names):
    X, y = windows
    labels = names[y]
    clf = tiny().initialize(X, labels)
    np.testing.assert_array_equal(clf.classes_, np.unique(np.asarray(labels)))
    assert set(clf.predict(X)) <= set(np.asarray(labels))
    # The names of the activities change nothing but the order of the classes.
    order = np.argsort(np.asarray(names))
    np.testing.assert_array_equal(clf.classes_, np.asarray(names)[order])


def test_boolean_labels_are_two_classes(tiny, windows):
    X, y = windows
    clf = tiny(epochs=1).fit(X, y == 0)
    assert clf.predict(X).dtype == bool
    assert clf.predict_proba(X).shape == (60, 2)


@pytest.mark.parametrize(("kind", "expected"), [("Int64", np.int64), ("boolean", np.bool_)])
def test_labels_of_pandas_own_types_keep_their_kind(tiny_lstm, windows, kind, expected):
    X, y = windows
    clf = tiny_lstm().fit(X, pd.Series(y % 2).astype(kind))
    assert clf.predict(X).dtype == clf.classes_.dtype == expected


def test_two_axes_are_single_channel_windows(tiny, windows):
    X, y = windows
    flat = tiny().initialize(X[:, :, 0], y)
    deep = tiny().initialize(X[:, :, :1], y)
    assert flat.n_channels_in_ == 1
    np.testing.assert_array_equal(flat.predict_proba(X[:, :, 0]), deep.predict_proba(X[:, :, :1]))


def test_subsequences_give_the_same_network_as_windows(tiny, windows):
    X, y = windows
    cut = tiny(n_steps=4).fit(X, y)
    given = make_pipeline(SubsequenceReshaper(n_steps=4), tiny(n_steps=4)).fit(X, y)
    np.testing.assert_array_equal(cut.predict_proba(X), given.predict_proba(X))
    # Fitted on subsequences, it still reads windows: both are the same signal.
    np.testing.assert_array_equal(cut.predict_proba(X), given[-1].predict_proba(X))


def test_a_remainder_is_filled_up_with_zeros(tiny, windows):
    X, y = windows
    filled = np.pad(X[:, :29], ((0, 0), (0, 3), (0, 0)))
    expected = tiny(n_steps=4).fit(filled, y).predict_proba(filled)
    given = tiny(n_steps=4, remainder="pad").fit(X[:, :29], y).predict_proba(X[:, :29])
    np.testing.assert_allclose(given, expected, atol=1e-6)


def test_a_remainder_is_filled_up_after_scaling(tiny, windows):
    X, y = windows
    shifted = X[:, :29] + np.float32(5)
    mean, deviation = shifted.mean(axis=(0, 1)), shifted.std(axis=(0, 1))
    filled = np.pad((shifted - mean) / deviation, ((0, 0), (0, 3), (0, 0)))
    expected = tiny(n_steps=4).fit(filled, y).predict_proba(filled)
    padding = tiny(n_steps=4, remainder="pad", scaling="standard")
    np.testing.assert_allclose(padding.fit(shifted, y).predict_proba(shifted), expected, atol=1e-4)


def test_a_cut_made_by_the_pipeline_replaces_n_steps(tiny, windows):
    X, y = windows
    cut = SubsequenceReshaper(n_steps=2).fit_transform(X)
    given = tiny(n_steps=4).initialize(cut, y)
    np.testing.assert_array_equal(
        given.predict_proba(cut), tiny(n_steps=2).initialize(X, y).predict_proba(X)
    )


def test_frames_of_the_fetchers_are_windows_with_channels():
    frame = make_har_windows(n_subjects=2, n_windows_per_activity=2, random_state=0, as_frame=True)
    arrays = make_har_windows(n_subjects=2, n_windows_per_activity=2, random_state=0)
    small = {"n_steps": 8, "units": 4, "epochs": 1, "random_state": 0}
    from_frame = LSTMClassifier(**small).fit(frame.data, frame.target)
    from_arrays = LSTMClassifier(**small).fit(arrays.data, arrays.target)
    assert (from_frame.n_timesteps_in_, from_frame.n_channels_in_) == (128, 9)
    assert list(from_frame.feature_names_in_) == arrays.feature_names
    np.testing.assert_array_equal(
        from_frame.predict_proba(frame.data), from_arrays.predict_proba(arrays.data)
    )


def test_sizes_reach_the_network(windows):
    X, y = windows
    clf = LSTMClassifier(units=5, n_layers=2, bidirectional=True, dense_units=7, n_steps=8)
    clf.initialize(X, y)
    names = [type(layer).__name__ for layer in clf.model_.layers]
    assert names.count("Bidirectional") == 2
    # Two directions of 4 gates: inputs (4 steps x 3 channels, then 2 x 5 units), state, bias.
    first = 2 * 4 * 5 * (12 + 5 + 1)
    second = 2 * 4 * 5 * (10 + 5 + 1)
    assert clf.model_.count_params() == first + second + (10 + 1) * 7 + (7 + 1) * 3


def test_clone_and_refit_start_anew(tiny, windows):
    X, y = windows
    clf = tiny().fit(X, y)
    expected = clf.predict_proba(X)
    np.testing.assert_array_equal(clone(clf).fit(X, y).predict_proba(X), expected)
    np.testing.assert_array_equal(clf.fit(X, y).predict_proba(X), expected)
    assert clf.n_iter_ == 2


def test_batches_of_prediction_do_not_matter(tiny, windows):
    X, y = windows
    clf = tiny().initialize(X, y)
    whole = clf.predict_proba(X)
    # More windows than a batch of the prediction holds.
    n_copies = 2000 // len(X)
    many = clf.predict_proba(np.tile(X, (n_copies, 1, 1)))
    np.testing.assert_allclose(many, np.tile(whole, (n_copies, 1)), rtol=1e-5, atol=1e-7)
    one_by_one = np.concatenate([clf.predict_proba(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_allclose(one_by_one, whole, rtol=1e-5, atol=1e-7)


def test_not_fitted(tiny, windows):
    X, _ = windows
    for method in ("predict", "predict_proba", "predict_log_proba"):
        with pytest.raises(NotFittedError):
            getattr(tiny(), method)(X)
    with pytest.raises(NotFittedError, match="call fit first"):
        _ = tiny().model_
    assert not hasattr(tiny(), "model_")


@pytest.mark.parametrize("name", ["feature_encoder", "initialized_", "scorer", "target_encoder"])
def test_what_scikeras_would_do_is_hidden(tiny_lstm, windows, name):
    clf = tiny_lstm().initialize(*windows)
    assert not hasattr(clf, name)
    assert name not in dir(clf)
    assert {"classes_", "fit", "model_", "units"} <= set(dir(clf))


def test_sizes_are_attributes_of_instances_alone(tiny):
    assert not hasattr(type(tiny()), "dropout")
    # Dask and others know a dataclass by its fields alone, whatever was fitted.
    assert not dataclasses.is_dataclass(tiny())


def test_a_subclass_may_have_a_constructor_of_its_own(windows):
    class Halved(LSTMClassifier):
        def __init__(self, half=2, *, epochs=1, **params):
            super().__init__(units=2 * half, epochs=epochs, **params)
            self.half = half

    clf = Halved(half=3, optimizer__learning_rate=0.01)
    assert clf.fit(*windows).n_iter_ == 1
    assert clf.get_params() == {"half": 3, "epochs": 1, "optimizer__learning_rate": 0.01}


def test_nothing_is_printed_or_written(tiny_lstm, windows, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, y = windows
    tiny_lstm().fit(X, y).predict(X)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
    assert list(tmp_path.iterdir()) == []


def test_verbose_may_be_auto_as_in_keras(tiny_lstm, windows, capsys):
    tiny_lstm(verbose="auto").fit(*windows)
    assert "Epoch 2/2" in capsys.readouterr().out


def test_verbose_prints_a_line_for_each_epoch(tiny_lstm, windows, capsys):
    tiny_lstm(verbose=2).fit(*windows)
    assert "Epoch 2/2" in capsys.readouterr().out
