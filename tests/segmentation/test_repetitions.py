"""Counting of repetitions: known rates, simulated gait of known cadence, rest and noise."""

from __future__ import annotations

import numpy as np
import pytest

from sklearn_har.datasets import make_har_recordings
from sklearn_har.segmentation import count_repetitions

RATE = 50.0


@pytest.mark.parametrize("frequency", [0.6, 1.0, 1.7, 2.4, 3.3])
@pytest.mark.parametrize("seconds", [4.0, 10.0, 60.0])
@pytest.mark.parametrize("sampling_rate", [20.0, 50.0, 100.0])
def test_a_sine_is_counted_wherever_it_begins(frequency, seconds, sampling_rate):
    t = np.arange(round(seconds * sampling_rate)) / sampling_rate
    for phase in (0.0, 2.0, 4.0):
        found = count_repetitions(np.sin(2 * np.pi * frequency * t + phase), sampling_rate)
        assert found.count == pytest.approx(seconds * frequency, abs=1.2)
        assert found.rate == pytest.approx(frequency, rel=0.05)
        # The filters end with the signal, which a short one feels.
        assert found.confidence > (0.95 if seconds == 60.0 else 0.7)


def test_times_are_those_of_the_peaks():
    t = np.arange(500) / RATE
    found = count_repetitions(5.0 - np.cos(2 * np.pi * 1.0 * t), RATE)
    assert found.count == len(found.peak_times) == 10
    np.testing.assert_allclose(found.peak_times, np.arange(10) + 0.5, atol=0.1)


def test_sharp_repetitions_with_overtones_count_once():
    t = np.arange(1000) / RATE
    jolts = np.exp(20.0 * (np.cos(2 * np.pi * 0.8 * t - 1.0) - 1.0))
    found = count_repetitions(jolts, RATE)
    assert found.count == 16
    assert found.rate == pytest.approx(0.8, rel=0.02)


def test_a_drifting_rate_is_counted_through():
    t = np.arange(3000) / RATE
    phase = 1.4 * t + 0.6 * t**2 / 60 / 2  # from 1.4 to 2.0 Hz within a minute
    found = count_repetitions(np.sin(2 * np.pi * phase), RATE, min_confidence=0.0)
    assert found.count == pytest.approx(phase[-1], abs=1.5)
    assert found.rate == pytest.approx(phase[-1] / 60.0, rel=0.02)


def test_the_norm_does_not_depend_on_how_the_device_is_worn():
    rng = np.random.default_rng(0)
    t = np.arange(600) / RATE
    upright = np.stack(
        [1 + 0.3 * np.sin(2 * np.pi * 1.8 * t), 0.1 * np.cos(5.6 * t), 0 * t], axis=1
    )
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    one, other = count_repetitions(upright, RATE), count_repetitions(upright @ rotation, RATE)
    assert one.count == other.count == 22 or abs(one.count - 21.6) <= 1
    assert other.rate == pytest.approx(one.rate)


def _walk(cadence, rng, seconds=15.0):
    """Return accelerations up and sideways of a walking person in g, and the number of steps."""
    times = -2.0 + np.cumsum(rng.normal(1.0, 0.03, size=round((seconds + 4.0) * cadence)) / cadence)
    t = np.arange(round(seconds * RATE)) / RATE
    # One leg strikes the ground harder than the other, and the trunk sways with the stride.
    strengths = 0.5 * np.where(np.arange(len(times)) % 2, rng.uniform(0.6, 1.0), 1.0)
    strikes = np.exp(-(((t[:, np.newaxis] - times) / 0.06) ** 2)) @ strengths
    sway = 0.15 * np.sin(np.pi * np.interp(t, times, np.arange(len(times))))
    samples = np.stack([1.0 + strikes - strikes.mean(), sway], axis=1)
    n_steps = np.count_nonzero((times >= 0.0) & (times < seconds))
    return samples + rng.normal(scale=0.03, size=samples.shape), n_steps


@pytest.mark.parametrize("cadence", [1.5, 1.8, 2.2])
def test_steps_of_uneven_length_and_strength_are_counted(cadence):
    rng = np.random.RandomState(0)
    errors = []
    for _ in range(20):
        samples, n_steps = _walk(cadence, rng)
        errors.append(count_repetitions(samples, RATE).count - n_steps)
    # A step may be cut at either end.
    assert np.median(np.abs(errors)) < 0.8
    assert np.mean(np.abs(errors) < 2) >= 0.95


def test_rest_and_long_noise_do_not_repeat():
    still = 0
    for recording in make_har_recordings(10, seconds_per_activity=20.0, random_state=1).recordings:
        for activity in ("sitting", "standing", "laying"):
            bout = recording.samples[recording.labels == activity]
            found = count_repetitions(bout[:, :3], RATE)
            still += found.count == 0 and np.isnan(found.rate)
    assert still >= 29
    noise = count_repetitions(np.random.RandomState(1).normal(size=3000), RATE)
    assert (noise.count, len(noise.peak_times)) == (0, 0)
    assert np.isnan(noise.rate)
    assert noise.confidence < 0.4


@pytest.mark.parametrize("signal", [np.zeros(300), np.full(300, 1e6), np.ones((300, 3))])
def test_a_constant_does_not_repeat(signal):
    found = count_repetitions(signal, RATE)
    assert (found.count, found.confidence) == (0, 0.0)


def test_no_period_within_the_rates():
    t = np.arange(1000) / RATE
    found = count_repetitions(np.sin(2 * np.pi * 0.2 * t), RATE, min_rate=1.0, max_rate=3.0)
    assert found.count == 0


def test_strides_by_narrower_rates():
    t = np.arange(1000) / RATE
    gait = np.sin(2 * np.pi * 1.8 * t) + 0.5 * np.sin(2 * np.pi * 0.9 * t)
    steps, strides = count_repetitions(gait, RATE), count_repetitions(gait, RATE, max_rate=1.3)
    assert steps.count == 36
    assert strides.count == 18


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"signal": [1.0, np.nan] * 100}, ValueError, "signal must be finite"),
        ({"signal": np.zeros((2, 3, 4))}, ValueError, "signal must have shape"),
        ({"signal": np.zeros(29)}, ValueError, r"two periods of max_rate=3\.5 Hz, 30 samples"),
        ({"sampling_rate": 0.0}, ValueError, "sampling_rate must be"),
        ({"min_rate": 0.0}, ValueError, "min_rate must be"),
        ({"max_rate": 0.4}, ValueError, "max_rate must be .*above min_rate"),
        ({"max_rate": 25.0}, ValueError, "below half the sampling rate"),
        ({"max_rate": "fast"}, TypeError, "max_rate must be"),
        ({"min_confidence": -0.1}, ValueError, "min_confidence must be"),
    ],
)
def test_what_is_wrong_is_said(change, error, message):
    with pytest.raises(error, match=message):
        count_repetitions(**{"signal": np.zeros(200), "sampling_rate": RATE, **change})
