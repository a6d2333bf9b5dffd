"""Windows to subsequences and back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from sklearn_har.preprocessing import SubsequenceReshaper


@given(
    n_windows=st.integers(1, 5),
    n_steps=st.integers(1, 6),
    length=st.integers(1, 7),
    n_channels=st.integers(1, 4),
)
def test_subsequences_follow_each_other_in_time(n_windows, n_steps, length, n_channels):
    shape = (n_windows, n_steps * length, n_channels)
    X = np.arange(np.prod(shape), dtype=float).reshape(shape)
    reshaper = SubsequenceReshaper(n_steps=n_steps).fit(X)
    cut = reshaper.transform(X)
    assert cut.shape == (n_windows, n_steps, length, n_channels)
    for i in range(n_steps):
        np.testing.assert_array_equal(cut[:, i], X[:, i * length : (i + 1) * length])
    np.testing.assert_array_equal(reshaper.inverse_transform(cut), X)


def test_two_axes_are_single_channel_windows():
    X = np.arange(24.0).reshape(2, 12)
    reshaper = SubsequenceReshaper(n_steps=3).fit(X)
    assert reshaper.transform(X).shape == (2, 3, 4, 1)
    np.testing.assert_array_equal(reshaper.inverse_transform(reshaper.transform(X)), X)


def test_nothing_is_copied():
    X = np.zeros((3, 8, 2), dtype=np.float32)
    cut = SubsequenceReshaper(n_steps=4).fit_transform(X)
    assert cut.dtype == np.float32
    assert np.shares_memory(cut, X)


def test_fitted_attributes():
    reshaper = SubsequenceReshaper(n_steps=2).fit(np.zeros((3, 8, 5)))
    assert (reshaper.n_timesteps_in_, reshaper.n_channels_in_, reshaper.n_features_in_) == (
        8,
        5,
        40,
    )


def test_n_steps_that_does_not_divide_lists_the_divisors():
    with pytest.raises(
        ValueError, match=r"n_steps=5 for windows of 128 time steps.*\[1, 2, 4, 8, 16, 32, 64, 128"
    ):
        SubsequenceReshaper(n_steps=5).fit(np.zeros((1, 128, 9)))


@pytest.mark.parametrize("n_steps", [0, -2, 2.0, "4", None])
def test_n_steps_that_is_no_number_of_steps(n_steps):
    with pytest.raises(ValueError, match="'n_steps' parameter"):
        SubsequenceReshaper(n_steps=n_steps).fit(np.zeros((1, 128, 9)))


def test_bad_input():
    X = np.zeros((3, 8, 5))
    with pytest.raises(NotFittedError):
        SubsequenceReshaper().transform(X)
    reshaper = SubsequenceReshaper().fit(X)
    with pytest.raises(ValueError, match="these are subsequences already"):
        reshaper.fit(reshaper.transform(X))
    with pytest.raises(ValueError, match="fitted with 8 time steps and 5"):
        SubsequenceReshaper().fit(X).transform(X[:, :, :4])
    with pytest.raises(ValueError, match=r"\(n_windows, 4, 2, 5\), got shape \(3, 8, 5\)"):
        SubsequenceReshaper().fit(X).inverse_transform(X)
    with pytest.raises(ValueError, match="NaN"):
        SubsequenceReshaper().fit(np.full_like(X, np.nan))


@pytest.mark.parametrize("columns", [list("abcdef"), ["acc_x", "acc_y", "acc_z", "g", "h", "i"]])
def test_a_frame_of_samples_is_no_frame_of_windows(columns):
    frame = pd.DataFrame(np.zeros((20, 6)), columns=columns)
    with pytest.warns(UserWarning, match=r"20 rows .* window of 6 time steps.*segment_recording"):
        SubsequenceReshaper(n_steps=2).fit(frame)


@pytest.mark.parametrize("columns", [None, [f"t{i}" for i in range(6)], list("012345")])
def test_numbered_columns_are_time_steps(columns):
    frame = pd.DataFrame(np.zeros((20, 6)), columns=columns)
    assert SubsequenceReshaper(n_steps=2).fit_transform(frame).shape == (20, 2, 3, 1)
