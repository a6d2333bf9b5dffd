"""Windows as simple features, and windows without their mean."""

from __future__ import annotations

import numpy as np
import pytest

from sklearn_har.datasets import make_har_windows
from sklearn_har.preprocessing import WindowCentering, WindowFeatures


@pytest.fixture(scope="module")
def windows():
    return make_har_windows(n_subjects=2, n_windows_per_activity=3, random_state=0).data


@pytest.fixture(scope="module")
def told(windows):
    """Windows of which every second one tells that its frame is known."""
    known = np.arange(len(windows)) % 2
    channel = np.broadcast_to(known[:, None, None], (*windows.shape[:2], 1))
    return np.concatenate([windows, channel.astype(windows.dtype)], axis=2)


def named(X):
    """Return the features by name."""
    features = WindowFeatures().fit(X)
    values = features.transform(X)
    return dict(zip(features.get_feature_names_out(), values.T, strict=True))


def test_features_are_what_their_names_say(windows):
    windows = windows.astype(np.float64)
    found = named(windows)
    signal = windows[..., 1]
    length = np.linalg.norm(windows[..., 3:6], axis=2)
    np.testing.assert_allclose(found["mean of channel 1"], signal.mean(axis=1))
    np.testing.assert_allclose(found["50 % quantile of length 1"], np.median(length, axis=1))
    np.testing.assert_allclose(
        found["100 % quantile of change of channel 1"], np.diff(signal, axis=1).max(axis=1)
    )
    np.testing.assert_allclose(
        found["correlation of channels 0 and 1"],
        [np.corrcoef(window[:, 0], window[:, 1])[0, 1] for window in windows],
    )
    deviation = signal.std(axis=1)
    np.testing.assert_allclose(
        found["deviation of channel 1"], np.log(deviation / deviation.mean() + 0.03)
    )


def test_single_precision_is_enough(windows):
    assert windows.dtype == np.float32
    features = WindowFeatures().fit(windows)
    found = features.transform(windows)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, features.transform(windows.astype(np.float64)), atol=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_channel_that_stands_still_has_no_shape_by_rounding(dtype):
    X = np.random.default_rng(0).normal(size=(40, 100, 3)).astype(dtype)
    X[..., 0] = X[:, :1, 0]
    of_it = {name: values for name, values in named(X).items() if name.endswith("channel 0")}
    levels = ("mean of", *(f"{q}" for q in range(10)))
    shape = {name: values for name, values in of_it.items() if not name.startswith(levels)}
    assert len(shape) > 2 * 4
    for name, values in shape.items():
        assert np.ptp(values) == 0.0, name


def test_a_tone_is_in_one_band():
    t = np.arange(128) / 128
    tones = [np.sin(2 * np.pi * cycles * t) for cycles in (1, 60)]
    found = named(np.stack(tones)[..., np.newaxis])
    bands = np.array([values for name, values in found.items() if name.startswith("band")])
    assert bands.argmax(axis=0).tolist() == [0, len(bands) - 1]


@pytest.mark.parametrize("shape", [(5, 1, 1), (5, 2, 3), (5, 45, 2), (5, 128, 4), (5, 128, 6)])
def test_windows_of_any_shape_have_named_finite_features(shape):
    X = np.random.default_rng(0).normal(size=shape)
    X[0] = 0.0
    features = WindowFeatures().set_output(transform="pandas")
    table = features.fit_transform(X)
    assert table.shape[0] == 5
    assert table.columns.is_unique
    assert np.isfinite(table.to_numpy()).all()


def test_the_channel_that_tells_the_frame_is_the_last_feature(windows, told):
    features = WindowFeatures().fit(told)
    found = features.transform(told)
    assert features.tells_frame_
    assert features.get_feature_names_out()[-1] == "frame known"
    np.testing.assert_array_equal(found[:, -1], np.arange(len(windows)) % 2)
    np.testing.assert_allclose(found[:, :-1], WindowFeatures().fit_transform(windows))


def test_another_tenth_channel_is_a_channel(told):
    other = told.copy()
    other[..., -1] = 0.5
    assert not WindowFeatures().fit(other).tells_frame_
    assert not WindowCentering().fit(other).tells_frame_


def test_centring_leaves_the_movement_and_the_channel_of_the_frame(windows, told):
    centred = WindowCentering().fit_transform(told)
    assert centred.dtype == told.dtype
    np.testing.assert_allclose(centred[..., :9].mean(axis=1), 0.0, atol=1e-6)
    np.testing.assert_allclose(
        np.diff(centred[..., :9], axis=1), np.diff(windows, axis=1), atol=1e-6
    )
    np.testing.assert_array_equal(centred[..., 9], told[..., 9])
