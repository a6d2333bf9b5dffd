"""Windows in all forms: arrays, subsequences, tables and frames mean the same."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har.datasets import make_har_windows
from sklearn_har.inspection import channel_importance
from sklearn_har.preparation import Preparation
from sklearn_har.preprocessing import WindowReshaper
from sklearn_har.recognition import StreamingRecognizer

CHANNELS = ("x", "y", "z")
SMOOTH = "its values are smooth"


def _names(n_timesteps):
    return [f"{channel}_{t:03d}" for t in range(n_timesteps) for channel in CHANNELS]


def _frame(X):
    return pd.DataFrame(X.reshape(len(X), -1), columns=_names(X.shape[1]))


def _by_channel(X):
    return _frame(X)[sorted(_names(X.shape[1]))]


def _two_levels(X, turned=False):
    pairs = [tuple(name.rsplit("_", 1)) for name in _names(X.shape[1])]
    levels = [(int(step), channel) if turned else (channel, int(step)) for channel, step in pairs]
    return pd.DataFrame(X.reshape(len(X), -1), columns=pd.MultiIndex.from_tuples(levels))


FORMS = {
    "windows": lambda X: X,
    "subsequences": lambda X: X.reshape(len(X), 4, -1, X.shape[2]),
    "table": lambda X: X.reshape(len(X), -1),
    "list": lambda X: X.tolist(),
    "frame": _frame,
    "channel by channel": _by_channel,
    "two levels": _two_levels,
    "two levels turned": lambda X: _two_levels(X, turned=True),
}
# scikit-learn warns of a table without names after a fit on names, and does not know these names.
NAMED = {"frame", "channel by channel"}


@pytest.fixture(scope="module")
def expected(windows):
    from sklearn_har import LSTMClassifier

    X, y = windows
    params = {"units": 6, "dense_units": 8, "n_steps": 4, "epochs": 2, "random_state": 0}
    return LSTMClassifier(**params).fit(X, y).predict_proba(X)


@pytest.mark.parametrize("fitted", FORMS)
def test_any_form_is_fitted_and_any_other_predicted(tiny_lstm, windows, expected, fitted):
    X, y = windows
    n_channels = 3 if fitted == "table" else None
    clf = tiny_lstm(n_channels=n_channels).fit(FORMS[fitted](X), y)
    assert (clf.n_timesteps_in_, clf.n_channels_in_, clf.n_features_in_) == (32, 3, 96)
    np.testing.assert_array_equal(clf.predict_proba(X), expected)
    for form, make in FORMS.items():
        if fitted in NAMED and form in {*NAMED, "two levels", "two levels turned", "table"}:
            continue
        np.testing.assert_array_equal(clf.predict_proba(make(X)), expected, err_msg=form)


@pytest.mark.parametrize("fitted", sorted(NAMED))
def test_names_are_compared_as_everywhere_in_scikit_learn(tiny_lstm, windows, expected, fitted):
    X, y = windows
    frame = FORMS[fitted](X)
    clf = tiny_lstm().fit(frame, y)
    np.testing.assert_array_equal(clf.predict_proba(frame), expected)
    with pytest.raises(ValueError, match="must be in the same order"):
        clf.predict_proba(frame[frame.columns[::-1]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        clf.predict_proba(_frame(X).to_numpy())


class TestAnotherWidth:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (
                lambda X: X[:, :, 0],
                "X has 32 features, .* 96 features .*: it was fitted with 32 ti",
            ),
            (
                lambda X: X[:, :16],
                r"16 time steps and 3 channel\(s\), but LSTMClassifier was fitte",
            ),
            (
                lambda X: X.transpose(0, 2, 1),
                r"3 time steps and 32 .* Pass X\.transpose\(0, 2, 1\)",
            ),
            (lambda X: X.reshape(60, 4, -1, 6), r"16 time steps and 6 channel\(s\)"),
        ],
    )
    def test_at_prediction(self, tiny_lstm, windows, change, message):
        X, y = windows
        clf = tiny_lstm().initialize(X, y)
        with pytest.raises(ValueError, match=message):
            clf.predict(change(X))

    def test_channels_that_do_not_divide_the_columns(self, tiny_lstm, windows):
        X, y = windows
        with pytest.raises(ValueError, match=r"n_channels must divide .* n_channels=5 and 96 c"):
            tiny_lstm(n_channels=5).fit(X.reshape(60, -1), y)
        with pytest.raises(ValueError, match="n_channels must be that of the windows, got n_chan"):
            tiny_lstm(n_channels=5).fit(X, y)


@pytest.fixture(scope="module")
def gait():
    """Windows as phones measure them: slow changes along time, none alike across channels."""
    found = make_har_windows(n_subjects=2, n_windows_per_activity=3, random_state=0)
    return found.data[:, ::4, [0, 1, 6]], found.target


class TestALostLayout:
    def test_a_scaler_forgets_the_names(self, tiny_lstm, gait):
        X, y = gait
        pipeline = make_pipeline(StandardScaler(), tiny_lstm())
        with pytest.warns(UserWarning, match=f"{SMOOTH}.*: pass n_channels=3, or windows of shape"):
            pipeline.fit(_frame(X), y)

    def test_what_is_advised_warns_no_more(self, tiny_lstm, gait):
        X, y = gait
        scaler = StandardScaler()
        clf = make_pipeline(scaler, tiny_lstm(n_channels=3)).fit(_frame(X), y)[-1]
        assert clf.n_channels_in_ == 3
        named = make_pipeline(StandardScaler().set_output(transform="pandas"), tiny_lstm())
        assert named.fit(_frame(X), y)[-1].n_channels_in_ == 3
        reshaped = make_pipeline(StandardScaler(), WindowReshaper(3), tiny_lstm())
        assert reshaped.fit(_frame(X), y)[-1].n_channels_in_ == 3

    def test_channels_first(self, tiny_lstm, gait):
        X, y = gait
        with pytest.warns(UserWarning, match=r"If so, pass X\.transpose\(0, 2, 1\)"):
            tiny_lstm(n_steps=None).fit(X.transpose(0, 2, 1), y)

    @pytest.mark.parametrize("period", [4.0, 7.0, 10.0, 32.0, None])
    def test_one_channel_is_one(self, tiny_lstm, windows, period):
        _, y = windows
        rng = np.random.default_rng(0)
        noise = rng.normal(size=(60, 96))
        phase = rng.uniform(0, 6.28, size=(60, 1))
        X = noise if period is None else np.sin(2 * np.pi * np.arange(96) / period + phase)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tiny_lstm().initialize(X, y)


def test_a_model_of_a_frame_recognises_a_stream_and_weighs_its_channels(tiny_lstm, windows):
    X, y = windows
    clf = tiny_lstm().fit(_frame(X), y)
    importance = channel_importance(clf, X, y, n_repeats=2, random_state=0)
    again = channel_importance(tiny_lstm().fit(X, y), X, y, n_repeats=2, random_state=0)
    np.testing.assert_array_equal(importance.importances, again.importances)
    stream = StreamingRecognizer(
        clf,
        Preparation.from_preset("resample", window=0.64),
        original_rate=50.0,
        channel_names=list(CHANNELS),
    )
    decisions = stream.push(X[:3].reshape(-1, 3)) + stream.finish()
    assert decisions


def test_the_probe_of_conformal_prediction(tiny_lstm, windows):
    mapie = pytest.importorskip("mapie.classification")
    X, y = windows
    # Which asks for as many columns as features, and tries zeros of that form.
    X = X.reshape(len(X), -1)
    clf = tiny_lstm(n_channels=3, epochs=60, dropout=0.0, optimizer__learning_rate=0.01).fit(X, y)
    conformal = mapie.SplitConformalClassifier(clf, confidence_level=0.9, prefit=True)
    labels, sets = conformal.conformalize(X, y).predict_set(X)
    np.testing.assert_array_equal(labels, clf.predict(X))
    assert sets.shape[:2] == (60, 3)
    assert sets[np.arange(60), y, 0].mean() >= 0.9
