"""Each mistake gets an error that names the argument, what was received and the remedy."""

import keras
import numpy as np
import pandas as pd
import pytest

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_missing_and_infinite_values(tiny, windows, bad):
    X, y = windows
    broken = X.copy()
    broken[3, 5, 1] = bad
    with pytest.raises(ValueError, match=r"NaN|infinity"):
        tiny().fit(broken, y)
    clf = tiny().initialize(X, y)
    with pytest.raises(ValueError, match=r"NaN|infinity"):
        clf.predict(broken)


def test_wrong_rank(tiny, windows):
    X, y = windows
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array"):
        tiny().fit(X[:, 0, 0], y)
    with pytest.raises(ValueError, match=r"\(n_windows, n_timesteps, n_channels\).*5 dimensions"):
        tiny().fit(X[..., None, None], y)


def test_empty(tiny):
    with pytest.raises(ValueError, match="0 sample"):
        tiny().fit(np.empty((0, 32, 3)), np.empty(0))
    with pytest.raises(ValueError, match="0 feature"):
        tiny().fit(np.empty((5, 32, 0)), np.arange(5))


def test_one_class_only(tiny, windows):
    X, _ = windows
    with pytest.raises(ValueError, match=r"at least two classes.*got one class"):
        tiny().fit(X, np.zeros(60))


def test_labels_that_are_none(tiny, windows):
    X, y = windows
    with pytest.raises(ValueError, match="requires y to be passed"):
        tiny().fit(X, None)
    with pytest.raises(ValueError, match="Unknown label type"):
        tiny().fit(X, y + 0.5)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        tiny().fit(X, y[:-1])
    with pytest.raises(ValueError, match="NaN"):
        tiny().fit(X, np.where(y == 0, np.nan, y))


@pytest.mark.parametrize("cls", [LSTMClassifier, CNNLSTMClassifier, ConvLSTMClassifier])
def test_n_steps_that_does_not_divide(cls, windows):
    X, y = windows
    message = r"n_steps=5 .* 32 time steps.*\[1, 2, 4, 8, 16, 32\]\. Or pass remainder='pad'"
    with pytest.raises(ValueError, match=message):
        cls(n_steps=5).fit(X, y)


def test_kernel_longer_than_the_subsequence(windows):
    X, y = windows
    with pytest.raises(ValueError, match=r"kernel_size=9.*subsequences of 8 time steps"):
        ConvLSTMClassifier(kernel_size=9).fit(X, y)
    with pytest.raises(ValueError, match=r"n_layers=4 .*subsequences of 8 time steps"):
        ConvLSTMClassifier(n_layers=4).fit(X, y)
    with pytest.raises(ValueError, match=r"kernel_size=5.*subsequences of 8 time steps"):
        CNNLSTMClassifier(kernel_size=5).fit(X, y)
    with pytest.raises(ValueError, match=r"pool_size=5.*leave 4 time steps to pool"):
        CNNLSTMClassifier(pool_size=5).fit(X, y)


def test_misspelt_parameters(tiny_lstm):
    with pytest.raises(TypeError, match=r"unit is not a parameter.*did you mean 'units'\?"):
        LSTMClassifier(unit=64)
    with pytest.raises(ValueError, match=r"unit is not a parameter.*did you mean 'units'\?"):
        tiny_lstm().set_params(unit=64)
    with pytest.raises(TypeError, match=r"optimiser__learning_rate"):
        LSTMClassifier(optimiser__learning_rate=0.1)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("validation_split", r"early_stopping=True with validation_fraction.*groups=subject"),
        ("learning_rate", "optimizer__learning_rate"),
        ("steps_per_epoch", "one pass over the windows"),
    ],
)
def test_words_of_other_libraries_are_refused_with_ours(tiny_lstm, name, remedy):
    with pytest.raises(TypeError, match=remedy):
        LSTMClassifier(**{name: 0.1})
    with pytest.raises(ValueError, match=remedy):
        tiny_lstm().set_params(**{name: 0.1})


def test_misspelt_routed_parameters(tiny_lstm, windows):
    with pytest.raises(TypeError, match=r"not a parameter of Adam.*did you mean 'learning_rate'"):
        tiny_lstm(optimizer__learning_rat=0.1).fit(*windows)
    with pytest.raises(TypeError, match=r"did you mean 'label_smoothing'"):
        tiny_lstm(loss__label_smoothin=0.1).fit(*windows)
    with pytest.raises(ValueError, match=r"'adem'.*did you mean 'adam'"):
        tiny_lstm(optimizer="adem").fit(*windows)
    with pytest.raises(ValueError, match="takes no routed"):
        tiny_lstm(optimizer=keras.optimizers.SGD(), optimizer__momentum=0.9).fit(*windows)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"epochs": 0}, "'epochs' parameter"),
        ({"batch_size": -1}, "'batch_size' parameter"),
        ({"dropout": 1.0}, "'dropout' parameter"),
        ({"units": 2.5}, "'units' parameter"),
        ({"class_weight": "balance"}, "'class_weight' parameter"),
        ({"validation_fraction": 1.0}, "'validation_fraction' parameter"),
        ({"random_state": "zero"}, "'random_state' parameter"),
        ({"callbacks": 3}, "'callbacks' parameter"),
        # The message prints it, of which pandas warns.
        ({"epochs": pd.DataFrame(np.ones((2, 2), np.float16))}, "'epochs' parameter"),
    ],
)
def test_values_out_of_range(windows, params, message):
    with pytest.raises(ValueError, match=message):
        LSTMClassifier(**params).fit(*windows)


def test_other_windows_at_prediction_than_at_fit(tiny, windows):
    X, y = windows
    clf = tiny().initialize(X, y)
    with pytest.raises(ValueError, match=r"32 time steps and 2 channel.*fitted with 32 .* 3 ch"):
        clf.predict(X[:, :, :2])
    with pytest.raises(ValueError, match=r"16 time steps and 3 channel.*fitted with 32"):
        clf.predict(X[:, :16])
    with pytest.raises(ValueError, match=r"32 features, .* 96 .*fitted with 32 .* 3 ch"):
        clf.predict(X[:, :, 0])


def test_weights_that_cannot_be(tiny_lstm, windows):
    X, y = windows
    with pytest.raises(ValueError, match=r"must contain at least one non-zero|is zero for all"):
        tiny_lstm().fit(X, y, sample_weight=np.zeros(60))
    with pytest.raises(ValueError, match="is zero for all windows"):
        tiny_lstm(class_weight={0: 0, 1: 0, 2: 0}).fit(X, y)
    with pytest.raises(ValueError, match="Negative values"):
        tiny_lstm().fit(X, y, sample_weight=-np.ones(60))
    with pytest.raises(ValueError, match=r"sample_weight.shape == \(59,\)"):
        tiny_lstm().fit(X, y, sample_weight=np.ones(59))


def test_callbacks_that_are_none(tiny_lstm, windows):
    with pytest.raises(TypeError, match=r"callbacks must be .* got str"):
        tiny_lstm(callbacks=["early_stopping"]).fit(*windows)


def test_a_failed_fit_leaves_the_caller_s_arrays_alone(tiny, windows):
    X, y = windows[0].copy(), windows[1].copy()
    with pytest.raises(ValueError, match="n_steps"):
        tiny(n_steps=7).fit(X, y)
    np.testing.assert_array_equal(X, windows[0])
    np.testing.assert_array_equal(y, windows[1])


def test_missing_values_name_the_windows_and_the_remedies_for_windows(tiny_lstm, windows):
    X, y = windows
    broken = X.copy()
    broken[[3, 7], 5, 1] = np.nan
    with pytest.raises(ValueError, match=r"NaN in 2 of 60 windows.*X\[3\].*pad_windows") as caught:
        tiny_lstm().fit(broken, y)
    assert "HistGradientBoosting" not in str(caught.value)


def test_windows_of_unequal_length_are_for_pad_windows(tiny_lstm, windows):
    X, y = windows
    ragged = [window[: 20 + i % 5] for i, window in enumerate(X)]
    as_objects = np.empty(len(ragged), dtype=object)
    as_objects[:] = ragged
    for form in (ragged, as_objects):
        with pytest.raises(ValueError, match=r"one length, got 20 to 24 time steps.*pad_windows"):
            tiny_lstm().fit(form, y)


def test_windows_of_text_are_refused(tiny_lstm, windows):
    X, y = windows
    with pytest.raises(TypeError, match="X must hold numbers, got text"):
        tiny_lstm().fit(X.astype(str), y)


@pytest.mark.parametrize("container", [list, pd.Series])
def test_text_and_numbers_as_labels_are_told_apart(tiny_lstm, windows, container):
    X, y = windows
    mixed = container([int(label) if label else "walking" for label in y])
    with pytest.raises(TypeError, match="labels of one kind, got int and str"):
        tiny_lstm().fit(X, mixed)


def test_a_frame_of_samples_is_not_silently_taken_for_windows(tiny_lstm):
    samples = np.random.default_rng(0).normal(size=(60, 4))
    frame = pd.DataFrame(samples, columns=["acc_x", "acc_y", "acc_z", "pulse"])
    with pytest.warns(UserWarning, match=r"acc_x, acc_y, acc_z.*60 rows.*segment_recording"):
        tiny_lstm(n_steps=2).fit(frame, np.arange(60) % 2)
