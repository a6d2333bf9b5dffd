"""Acceleration and gravity that were kept apart."""

import numpy as np
import pytest

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import merge_recordings
from sklearn_har.recordings import Recording, add_gravity

N = 300
MOVING = np.random.default_rng(0).normal(scale=0.2, size=(N, 3))
DOWN = np.array([0.0, 0.6, -0.8])
AXES = "xyz"


def sensor(name, samples, rate=50.0):
    names = [f"{name}_{axis}" for axis in AXES]
    return Recording(samples, sampling_rate=rate, channel_names=names, subject="anna")


@pytest.mark.parametrize(("platform", "sign"), [("ios", -1.0), ("android", 1.0)])
def test_the_sum_is_what_a_sensor_on_android_measures(platform, sign):
    both = merge_recordings([sensor("user", MOVING), sensor("gravity", np.tile(DOWN, (N, 1)))])
    whole = add_gravity(
        both,
        [f"user_{axis}" for axis in AXES],
        [f"gravity_{axis}" for axis in AXES],
        platform=platform,
    )
    np.testing.assert_allclose(whole.samples, sign * (MOVING + DOWN))
    assert whole.channel_names == ("user_x", "user_y", "user_z")
    assert whole.subject == "anna"
    np.testing.assert_array_equal(both.samples[:, :3], MOVING)


def test_gravity_of_another_unit():
    both = merge_recordings([sensor("a", MOVING), sensor("g", np.tile(9.8 * DOWN, (N, 1)))])
    with pytest.warns(RecordingWarning, match=r"typical length of 9\.8 g: its unit may be wrong"):
        add_gravity(both, [0, 1, 2], [3, 4, 5], platform="ios")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"platform": "iphone"}, r"platform must be one of \['android', 'ios'\]"),
        ({"gravity": ["g_x"]}, "one channel for each of acceleration"),
        ({"gravity": ["a_x", "a_y", "a_z"]}, "and none of them"),
        ({"gravity": ["g_x", "g_y", "g_w"]}, "gravity must name channels, got 'g_w'"),
    ],
)
def test_what_does_not_fit(arguments, message):
    both = merge_recordings([sensor("a", MOVING), sensor("g", np.tile(DOWN, (N, 1)))])
    given = {
        "acceleration": ["a_x", "a_y", "a_z"],
        "gravity": ["g_x", "g_y", "g_z"],
        "platform": "ios",
    }
    with pytest.raises(ValueError, match=message):
        add_gravity(both, **(given | arguments))
