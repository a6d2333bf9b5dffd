"""The logarithmic scale: its values, its learnt noise floor, its errors."""

import numpy as np
import pytest
from sklearn.utils import get_tags

from sklearn_har.preprocessing import CompandingTransformer


@pytest.fixture
def windows():
    """Half of the windows at rest with a noise of 0.01 and 0.1, half moving by 1 and 10."""
    rng = np.random.default_rng(0)
    size = np.where(np.arange(200) % 2, 1.0, 0.01)[:, None, None] * np.array([1.0, 10.0])
    return (rng.normal(size=(200, 128, 2)) * size).astype(np.float32)


def test_is_linear_below_the_floor_and_logarithmic_above():
    X = np.array([[[1e-4], [-1e-4], [100.0], [-100.0]]])
    result = CompandingTransformer(noise_floor=0.01).fit_transform(X).ravel()
    assert result[:2] == pytest.approx([0.01, -0.01], rel=1e-3)
    assert result[2:] == pytest.approx([np.log(2e4), -np.log(2e4)], rel=1e-6)


def test_learns_the_noise_of_windows_at_rest(windows):
    companding = CompandingTransformer().fit(windows)
    assert companding.noise_floor_ == pytest.approx([0.01, 0.1], rel=0.15)
    result = companding.transform(windows)
    assert result.dtype == windows.dtype
    # A hundred times the movement is no hundred times the signal any more.
    assert result[1::2].std() / result[::2].std() < 7


def test_does_not_depend_on_the_unit(windows):
    in_g = CompandingTransformer().fit_transform(windows)
    in_mg = CompandingTransformer().fit_transform(windows * 1000)
    np.testing.assert_allclose(in_g, in_mg, rtol=1e-4)


@pytest.mark.parametrize("floor", ["auto", 0.3, [0.1, 2.0]])
def test_can_be_undone(windows, floor):
    companding = CompandingTransformer(noise_floor=floor).fit(windows)
    back = companding.inverse_transform(companding.transform(windows))
    np.testing.assert_allclose(back, windows, rtol=1e-4, atol=1e-6)


def test_keeps_the_shape_of_subsequences_and_of_single_channels(windows):
    cut = windows.reshape(200, 4, 32, 2)
    result = CompandingTransformer().fit_transform(cut)
    np.testing.assert_array_equal(
        result.reshape(windows.shape), CompandingTransformer().fit_transform(windows)
    )
    flat = CompandingTransformer().fit_transform(windows[..., 0])
    np.testing.assert_allclose(
        flat, CompandingTransformer().fit_transform(windows[..., :1])[..., 0], rtol=1e-6
    )


def test_channels_without_noise_stay_finite():
    X = np.zeros((10, 16, 3))
    X[..., 1] = 9.81
    X[..., 2] = np.arange(10)[:, None]
    result = CompandingTransformer().fit(X).transform(X)
    assert np.isfinite(result).all()
    assert not result[..., 0].any()
    assert len(np.unique(result[..., 2])) == 10


def test_tags_say_what_goes_in_and_out():
    tags = get_tags(CompandingTransformer())
    assert tags.input_tags.three_d_array
    assert tags.transformer_tags.preserves_dtype == ["float64", "float32"]


@pytest.mark.parametrize(
    ("floor", "message"),
    [
        (
            "automatic",
            "'noise_floor' .* must be a str among {'auto'}, a float in .* Got 'automatic'",
        ),
        ([0.1], None),
        ([0.1, 0.2, 0.3], r"one for each of the 2 channel\(s\), got an array of shape \(3,\)"),
        ([0.1, 0.0], "must be positive and finite"),
        ([0.1, np.nan], "must be positive and finite"),
        (-1.0, "noise_floor"),
    ],
)
def test_says_what_a_noise_floor_is(windows, floor, message):
    if message is None:
        learnt = CompandingTransformer(floor).fit(windows).noise_floor_
        assert learnt == pytest.approx([0.1, 0.1])
        return
    with pytest.raises(ValueError, match=message):
        CompandingTransformer(noise_floor=floor).fit(windows)
