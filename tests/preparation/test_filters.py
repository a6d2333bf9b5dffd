"""The filters of UCI HAR: noise and gravity."""

import numpy as np
import pytest
from scipy.signal import butter, lfilter, lfilter_zi, medfilt, sosfilt, sosfilt_zi

from sklearn_har.preparation import remove_noise, separate_gravity


def noisy(n=300, n_channels=3):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, n_channels)) + [0.0, 1.0, -2.0][:n_channels]


@pytest.mark.parametrize(("cutoff", "order"), [(20.0, 10), (20.0, 3), (8.0, 1)])
def test_it_is_a_median_and_a_butterworth_filter_of_scipy(cutoff, order):
    x = noisy()
    median = medfilt(np.concatenate([x[:1], x, x[-1:]]), (3, 1))[1:-1]
    sos = butter(order, cutoff, fs=50.0, output="sos")
    steady = sosfilt_zi(sos)[:, :, np.newaxis] * median[0]
    expected, _ = sosfilt(sos, median, axis=0, zi=steady)
    np.testing.assert_allclose(remove_noise(x, cutoff=cutoff, order=order), expected, atol=1e-12)


@pytest.mark.parametrize(("frequency", "passes"), [(1.0, 1.0), (5.0, 0.95), (10.0, 0.85)])
def test_what_passes(frequency, passes):
    # At 10 Hz the median of three takes off a part, the filter nothing.
    t = np.arange(1000) / 50.0
    filtered = remove_noise(np.sin(2 * np.pi * frequency * t + 0.3))[200:]
    assert np.abs(filtered).max() == pytest.approx(passes, abs=0.1)


def test_precision_rank_and_input_are_kept():
    x = noisy().astype(np.float32)
    before = x.copy()
    filtered = remove_noise(x)
    assert filtered.dtype == np.float32
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(remove_noise(x[:, 1]), filtered[:, 1])
    assert remove_noise(np.arange(10)).dtype == np.float64


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_samples_at_rest_stay_at_rest(n):
    np.testing.assert_allclose(remove_noise(np.full((n, 2), 1.5)), 1.5)


def test_the_past_does_not_depend_on_the_future():
    x = noisy()
    # The median looks one sample ahead.
    np.testing.assert_array_equal(remove_noise(x)[:199], remove_noise(x[:200])[:199])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"samples": np.zeros((0, 3))}, "samples must hold at least one sample"),
        ({"samples": np.zeros((2, 3, 4))}, "Filter before cutting windows"),
        ({"samples": ["a"]}, "samples must hold real numbers"),
        (
            {"samples": [1.0, np.nan]},
            "samples must be finite, got NaN or .* later ones. Interpolate it",
        ),
        ({"cutoff": 25.0}, "cutoff must be .* below 25 .*got 25.0"),
        ({"cutoff": 0}, "cutoff must be a finite number above 0"),
        ({"order": 0}, "order must be an integer of at least 1"),
        ({"sampling_rate": -1}, "sampling_rate must be a finite number above 0"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        remove_noise(**{"samples": noisy(), **arguments})


# ------------------------------------------------------------------------------ separate_gravity


def test_gravity_and_body_add_up_and_keep_the_dtype():
    total = np.random.RandomState(0).normal([1.0, 0.0, 0.0], 0.3, (2000, 3))
    for dtype in (np.float32, np.float64):
        gravity, body = separate_gravity(total.astype(dtype))
        assert gravity.dtype == body.dtype == dtype
        np.testing.assert_allclose(gravity + body, total, atol=1e-6)


def test_a_device_at_rest_has_no_body_acceleration():
    # Also at the start: a filter that starts from zero would rise to 1 g over seconds.
    total = np.tile([0.6, 0.0, -0.8], (300, 1))
    gravity, body = separate_gravity(total)
    np.testing.assert_allclose(gravity, total, atol=1e-9)
    np.testing.assert_allclose(body, 0.0, atol=1e-9)


def test_gravity_is_the_causal_third_order_butterworth_filter():
    total = np.random.RandomState(0).rand(400) + 1.0
    b, a = butter(3, 0.3 / 25.0)
    expected, _ = lfilter(b, a, total, zi=lfilter_zi(b, a) * total[0])
    gravity, _ = separate_gravity(total, 50.0)
    np.testing.assert_allclose(gravity, expected, atol=1e-6)
    # Causal: what comes later changes nothing that was.
    early, _ = separate_gravity(total[:250], 50.0)
    np.testing.assert_allclose(early, gravity[:250], atol=1e-12)


@pytest.mark.parametrize("sampling_rate", [20.0, 50.0, 100.0])
def test_half_of_the_power_passes_at_the_cutoff(sampling_rate):
    t = np.arange(int(200 * sampling_rate)) / sampling_rate
    for frequency, passed in ((0.02, 1.0), (0.5, 0.5), (5.0, 0.0)):
        gravity, _ = separate_gravity(np.sin(2 * np.pi * frequency * t), sampling_rate, cutoff=0.5)
        settled = gravity[len(gravity) // 2 :]
        assert 2 * np.mean(settled**2) == pytest.approx(passed, abs=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"acceleration": np.zeros((0, 3))}, "at least one sample"),
        ({"acceleration": np.zeros((2, 128, 3))}, "before cutting windows"),
        ({"acceleration": [1.0, np.nan]}, "^acceleration must be finite"),
        ({"acceleration": ["a"]}, "real numbers"),
        ({"cutoff": 25.0}, r"cutoff must be .*below 25.*half the sampling rate"),
        ({"cutoff": 0.0}, "cutoff must be"),
        ({"order": 0}, "order must be an integer of at least 1"),
        ({"sampling_rate": -50.0}, "sampling_rate must be"),
    ],
)
def test_separate_gravity_says_what_is_wrong(change, message):
    with pytest.raises(ValueError, match=message):
        separate_gravity(**{"acceleration": np.ones((100, 3)), **change})
