"""A preparation as numbers: what a program without scipy needs to compute the same."""

import json

import numpy as np
import pytest
from scipy.signal import sosfilt

from sklearn_har.preparation import Preparation, preparation_coefficients

NAMES = ("gyro_x", "gyro_y", "gyro_z", "acc_x", "acc_y", "acc_z", "pressure")
USUAL = (*NAMES[3:6], *NAMES[:3])


@pytest.fixture
def preparation():
    return Preparation(acceleration=NAMES[3:6], angular_velocity=NAMES[:3], other=["pressure"])


def test_channels_are_in_the_order_of_the_filters(preparation):
    numbers = preparation_coefficients(preparation, NAMES)
    assert numbers["channel_names"] == [*NAMES[3:6], *NAMES[:3], "pressure"]
    assert (numbers["n_acceleration"], numbers["n_angular_velocity"]) == (3, 3)
    names = preparation.stream(NAMES, 50.0).channel_names
    assert tuple(numbers["window"]["channel_names"]) == names


def test_numbers_alone_give_the_signals(preparation):
    """By filters from the numbers, without a word of the preparation."""
    numbers = json.loads(json.dumps(preparation_coefficients(preparation, NAMES)))
    rng = np.random.default_rng(0)
    samples = np.cumsum(rng.normal(size=(400, 7)), axis=0)
    time = np.arange(400) / 50.0

    def filtered(values, name):
        sos, zi = (np.array(numbers[name][key]) for key in ("sos", "zi"))
        return sosfilt(sos, values, axis=0, zi=zi[:, :, np.newaxis] * values[0])[0]

    values = samples[:, [NAMES.index(name) for name in numbers["channel_names"]]]
    padded = np.concatenate([values[:1], values, values[-1:]])
    quiet = filtered(np.median([padded[:-2], padded[1:-1], padded[2:]], axis=0), "noise")
    total, turning = quiet[:, :3], quiet[:, 3:6]
    body = total - filtered(total, "gravity")
    signals = [total, body, turning - filtered(turning, "drift"), quiet[:, 6:]]
    _, windows = preparation.stream(NAMES, 50.0).push(time, samples)
    step, length = numbers["window"]["step"], numbers["window"]["n_timesteps"]
    expected = np.concatenate(signals, axis=1)[step : step + length]
    np.testing.assert_allclose(windows[1], expected, rtol=1e-6, atol=1e-5)


def test_steps_that_are_left_out_are_none():
    bare = Preparation(noise_cutoff=None, gravity_cutoff=None, drift_cutoff=None, max_gap=0.5)
    numbers = preparation_coefficients(bare, USUAL)
    assert [numbers[name] for name in ("noise", "gravity", "drift", "frame")] == [None] * 4
    assert numbers["max_gap"] == 0.5


@pytest.mark.parametrize(
    ("rate", "max_rate", "factors"),
    [
        (50.0, 240.0, "2345"),
        (50.0, 50.0, ""),
        (50.0, 52.0, ""),
        (50.0, 60.0, "2"),
        (100.0, 9.0, ""),
    ],
)
def test_there_is_a_filter_for_each_factor(rate, max_rate, factors):
    numbers = preparation_coefficients(Preparation(rate), USUAL, max_rate=max_rate)
    assert list(numbers["grid"]["anti_aliasing"]) == list(factors)


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({"acceleration": ["nothing"]}, {}, "nothing"),
        ({"frame": "body", "acceleration": (3, 4)}, {}, "frame must be 'device' unless"),
        ({"frame": "body", "sampling_rate": 5.0, "noise_cutoff": None}, {}, "below 8 Hz"),
        ({}, {"max_rate": 0.0}, "max_rate must be"),
    ],
)
def test_what_is_wrong_is_said(changes, options, message):
    preparation = Preparation(**{"acceleration": (3, 4, 5), "angular_velocity": (), **changes})
    with pytest.raises(ValueError, match=message):
        preparation_coefficients(preparation, NAMES, **options)
