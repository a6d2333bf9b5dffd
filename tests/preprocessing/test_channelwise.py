"""Scaling per channel: the statistics of the table of samples, the shape of the windows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    PowerTransformer,
    StandardScaler,
)
from sklearn.utils import get_tags

from sklearn_har.datasets import make_har_windows
from sklearn_har.preprocessing import ChannelwiseTransformer


@pytest.fixture
def windows():
    rng = np.random.default_rng(0)
    return rng.normal(loc=[0, 5, -3], scale=[1, 10, 0.1], size=(20, 16, 3))


def test_channels_are_standardised_over_windows_and_time(windows):
    scaled = ChannelwiseTransformer(StandardScaler()).fit_transform(windows)
    assert scaled.shape == windows.shape
    np.testing.assert_allclose(scaled.mean(axis=(0, 1)), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=(0, 1)), 1)
    expected = (windows - windows.mean(axis=(0, 1))) / windows.std(axis=(0, 1))
    np.testing.assert_allclose(scaled, expected)


@pytest.mark.parametrize("transformer", [StandardScaler(), MinMaxScaler(), PowerTransformer()])
def test_inverse_transform_restores_the_windows(windows, transformer):
    scaler = ChannelwiseTransformer(transformer).fit(windows)
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(windows)), windows)


def test_statistics_come_from_fit_alone(windows):
    scaler = ChannelwiseTransformer(MinMaxScaler()).fit(windows[:10])
    assert scaler.transform(windows[:10]).max() == pytest.approx(1)
    np.testing.assert_allclose(
        scaler.transformer_.data_max_, windows[:10].reshape(-1, 3).max(axis=0)
    )
    assert scaler.transform(windows * 2).max() > 1


def test_subsequences_and_single_channels_are_scaled_alike(windows):
    scaler = ChannelwiseTransformer(StandardScaler())
    as_windows = scaler.fit_transform(windows)
    as_subsequences = scaler.fit_transform(windows.reshape(20, 4, 4, 3))
    np.testing.assert_allclose(as_subsequences.reshape(windows.shape), as_windows)
    one = scaler.fit_transform(windows[:, :, 1])
    assert one.shape == (20, 16)
    np.testing.assert_allclose(one, as_windows[:, :, 1])


@pytest.mark.parametrize(
    ("names", "n_channels"), [(["x_000", "y_000", "x_001", "y_001"], 2), (["x_0", "x_1", "x_2"], 1)]
)
def test_names_of_columns_tell_the_channels_of_flat_windows(names, n_channels):
    frame = pd.DataFrame(np.eye(len(names)), columns=names)
    scaler = ChannelwiseTransformer(StandardScaler()).fit(frame)
    assert scaler.n_channels_in_ == n_channels


@pytest.mark.parametrize(
    "names",
    [
        ["x_000", "y_000", "x_001"],
        ["x_000", "x_001", "y_000", "y_002"],
        ["age", "height"],
    ],
)
def test_columns_of_other_names_are_taken_for_one_channel_and_that_is_said(names):
    frame = pd.DataFrame(np.eye(len(names)), columns=names)
    with pytest.warns(UserWarning, match="each of its .* rows is taken for a window"):
        scaler = ChannelwiseTransformer(StandardScaler()).fit(frame)
    assert scaler.n_channels_in_ == 1


def test_frames_of_the_fetchers_keep_their_channels():
    params = {"n_subjects": 2, "n_windows_per_activity": 2, "random_state": 0}
    frame, arrays = make_har_windows(**params, as_frame=True), make_har_windows(**params)
    scaler = ChannelwiseTransformer(StandardScaler()).fit(frame.data)
    assert scaler.transformer_.n_features_in_ == scaler.n_channels_in_ == 9
    np.testing.assert_allclose(
        scaler.transform(frame.data), scaler.fit(arrays.data).transform(arrays.data)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(windows, dtype):
    assert (
        ChannelwiseTransformer(StandardScaler()).fit_transform(windows.astype(dtype)).dtype == dtype
    )


def test_neither_the_transformer_nor_the_windows_are_touched(windows):
    inner, before = StandardScaler(), windows.copy()
    scaler = ChannelwiseTransformer(inner).fit(windows)
    scaler.transform(windows)
    assert not hasattr(inner, "mean_")
    np.testing.assert_array_equal(windows, before)
    assert clone(scaler).get_params()["transformer__with_mean"] is True


def test_inverse_transform_exists_where_the_transformer_has_it(windows):
    assert hasattr(ChannelwiseTransformer(StandardScaler()), "inverse_transform")
    assert not hasattr(ChannelwiseTransformer(OnlyForward()), "inverse_transform")


class OnlyForward(FunctionTransformer):
    inverse_transform = property(doc="Not there.")


def test_missing_values_pass_where_the_transformer_accepts_them(windows):
    windows[0, 0, 0] = np.nan
    scaled = ChannelwiseTransformer(StandardScaler()).fit_transform(windows)
    assert np.isnan(scaled).sum() == 1
    with pytest.raises(ValueError, match="NaN"):
        ChannelwiseTransformer(PCA()).fit(windows)


def test_feature_names(windows):
    scaler = ChannelwiseTransformer(StandardScaler()).fit(windows)
    assert list(scaler.get_feature_names_out()) == ["channel0", "channel1", "channel2"]
    assert list(scaler.get_feature_names_out(["x", "y", "z"])) == ["x", "y", "z"]
    # Windows as rows of a frame have a column for each channel at each time step.
    columns = [f"c{i}" for i in range(16 * 3)]
    assert list(scaler.get_feature_names_out(columns)) == columns
    with pytest.raises(ValueError, match=r"input_features .* 3 channel.* got 2 names"):
        scaler.get_feature_names_out(["x", "y"])


def test_feature_names_of_a_frame(windows):
    names = [f"{channel}_{t:02}" for t in range(16) for channel in ("ax", "ay", "az")]
    frame = pd.DataFrame(windows.reshape(len(windows), -1), columns=names)
    scaler = ChannelwiseTransformer(StandardScaler()).fit(frame)
    assert list(scaler.get_feature_names_out()) == names


def test_tags_say_what_goes_in_and_out():
    tags = get_tags(ChannelwiseTransformer(StandardScaler()))
    assert tags.input_tags.three_d_array
    assert tags.transformer_tags.preserves_dtype == ["float64", "float32"]


def test_set_output_is_not_offered(windows):
    assert not hasattr(ChannelwiseTransformer(StandardScaler()), "set_output")


def test_bad_input(windows):
    scaler = ChannelwiseTransformer(StandardScaler())
    with pytest.raises(NotFittedError):
        scaler.transform(windows)
    scaler.fit(windows)
    with pytest.raises(ValueError, match=r"2 channel\(s\).*fitted with 16 time steps and 3"):
        scaler.transform(windows[:, :, :2])
    with pytest.raises(ValueError, match="one column for each channel"):
        ChannelwiseTransformer(PCA(n_components=2)).fit(windows).transform(windows)
    with pytest.raises(ValueError, match="'transformer' parameter"):
        ChannelwiseTransformer("standard").fit(windows)
