"""Windows described by random kernels."""

from __future__ import annotations

import numpy as np
import pytest

from sklearn_har.datasets import make_har_windows
from sklearn_har.preprocessing import RandomKernels


@pytest.fixture(scope="module")
def windows():
    return make_har_windows(n_subjects=2, n_windows_per_activity=3, random_state=0).data


def share_above(kernels, kernel, threshold, window):
    """Compute a feature by a loop over the places of a kernel."""
    weights, dilation = kernels.kernels_[kernel], kernels.dilations_[kernel]
    # Within the kernels of one dilation, every second one goes beyond the ends.
    of_dilation = np.flatnonzero(kernels.dilations_ == dilation)
    beyond = 0
    reach = dilation * (weights.shape[1] - 1)
    if np.flatnonzero(of_dilation == kernel)[0] % 2:
        beyond = (reach + 3) // 4 * 2
    padded = np.pad(window, ((beyond, beyond), (0, 0)))
    found = [
        sum(
            (weights[:, tap] * padded[start + tap * dilation]).sum()
            for tap in range(weights.shape[1])
        )
        for start in range(0, len(padded) - reach, 2)
    ]
    return np.mean(np.array(found) > kernels.thresholds_[kernel, threshold])


def test_features_are_what_their_names_say(windows):
    kernels = RandomKernels(n_kernels=40, n_thresholds=2, random_state=0).fit(windows)
    found = kernels.transform(windows)
    names = kernels.get_feature_names_out().tolist()
    assert found.shape == (len(windows), 80)
    for kernel in range(40):
        column = names.index(f"kernel {kernel} above threshold 1")
        for i in (0, 20):
            # A result at the threshold itself may fall on either side by rounding.
            n_places = 64
            assert found[i, column] == pytest.approx(
                share_above(kernels, kernel, 1, windows[i]), abs=1.5 / n_places
            )


def test_more_places_than_a_byte_counts():
    X = np.random.default_rng(0).normal(size=(3, 1200, 2)).astype(np.float32)
    kernels = RandomKernels(n_kernels=4, n_thresholds=1, random_state=0).fit(X)
    expected = [[share_above(kernels, i, 0, window) for i in range(4)] for window in X]
    np.testing.assert_allclose(kernels.transform(X), expected, atol=1e-2)


def test_weights_of_a_kernel_sum_to_zero_and_dilations_reach_through_the_window(windows):
    kernels = RandomKernels(n_kernels=90, random_state=0).fit(windows)
    np.testing.assert_allclose(kernels.kernels_.sum(axis=2), 0.0, atol=1e-4)
    assert kernels.kernels_.any(axis=(1, 2)).all()
    assert kernels.dilations_.min() == 1
    assert kernels.dilations_.max() == 15


def test_every_second_kernel_sees_the_posture(windows):
    """Levels alone, without movement, are told apart only where a kernel meets zeros."""
    kernels = RandomKernels(n_kernels=90, random_state=0).fit(windows)
    still = np.repeat(windows.mean(axis=1, keepdims=True), 128, axis=1)
    differ = np.ptp(kernels.transform(still), axis=0) > 0.0
    assert 0.1 < differ.mean() <= 0.5


@pytest.mark.parametrize("shape", [(5, 1, 1), (5, 2, 3), (5, 7, 1), (5, 45, 2), (5, 128, 6)])
def test_windows_of_any_shape_have_named_shares(shape):
    X = np.random.default_rng(0).normal(size=shape)
    X[0] = 0.0
    table = RandomKernels(30, random_state=0).set_output(transform="pandas").fit_transform(X)
    assert table.shape == (5, 120)
    assert table.columns.is_unique
    assert ((table >= 0.0) & (table <= 1.0)).to_numpy().all()


def test_few_kernels_and_seeds(windows):
    one = RandomKernels(1, 1, random_state=0).fit_transform(windows)
    assert one.shape == (len(windows), 1)
    first, same, other = (
        RandomKernels(20, random_state=seed).fit_transform(windows) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_a_channel_that_stands_still_has_no_effect(windows):
    still = windows.copy()
    still[..., 4] = 0.0
    assert np.isfinite(RandomKernels(20, random_state=0).fit_transform(still)).all()


@pytest.mark.parametrize("params", [{"n_kernels": 0}, {"n_thresholds": 1.5}])
def test_wrong_parameters_are_named(windows, params):
    with pytest.raises(ValueError, match=next(iter(params))):
        RandomKernels(**params).fit(windows)
