"""Acceleration and gravity that were kept apart."""

import warnings

import numpy as np
import pandas as pd
import pytest

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import merge_recordings
from sklearn_har.recordings import LineReader, Recording, add_gravity, read_recording

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


class TestColumnsOfOneFile:
    GRAVITY = {f"user_{axis}": f"gravity_{axis}" for axis in AXES}  # noqa: RUF012
    SUM = -(MOVING + DOWN)

    def table(self, scale=9.80665):
        names = ["t", *self.GRAVITY, *self.GRAVITY.values()]
        columns = np.c_[np.arange(N) / 50.0, scale * MOVING, scale * np.tile(DOWN, (N, 1))]
        return pd.DataFrame(columns, columns=names)

    @pytest.mark.parametrize(
        "options",
        [
            {"channels": list(GRAVITY), "units": "m/s2"},
            {"channels": {"user_x": "x", "user_y": "y", "user_z": "z"}, "units": "m/s2"},
            {"units": dict.fromkeys(GRAVITY, "m/s2")},
            {"units": dict.fromkeys(GRAVITY, "m/s2"), "format": "auto"},
        ],
    )
    def test_the_sum_is_read(self, options):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "format='auto'", RecordingWarning)
            found = read_recording(
                self.table(), time="t", gravity=self.GRAVITY, platform="ios", **options
            )
        np.testing.assert_allclose(found.samples, self.SUM)
        assert [name[-1] for name in found.channel_names] == list(AXES)

    def test_in_pieces_and_line_by_line(self):
        options = {"time": "t", "channels": list(self.GRAVITY), "platform": "ios"}
        options |= {"gravity": self.GRAVITY, "units": dict.fromkeys(self.GRAVITY, "m/s2")}
        pieces = list(read_recording(self.table(), chunksize=70, **options))
        np.testing.assert_allclose(np.vstack([piece.samples for piece in pieces]), self.SUM)
        reader = LineReader(**options)
        lines = [reader.push(self.table().to_csv(index=False).encode()), reader.finish()]
        samples = np.vstack([found[1] for found in lines if found is not None])
        np.testing.assert_allclose(samples, self.SUM)
        assert reader.channel_names == list(self.GRAVITY)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"platform": None}, "platform must be given with gravity"),
            ({"gravity": None}, "platform='ios' is for gravity: pass gravity="),
            ({"gravity": ["gravity_x"]}, "gravity must map columns with acceleration to columns"),
            ({"gravity": {"user_x": "gravty_x"}}, "did you mean 'gravity_x'"),
            ({"gravity": {"gravity_x": "user_x"}}, "columns of channels to columns, got 'gravity"),
            ({"platform": "iphone"}, r"platform must be one of \['android', 'ios'\]"),
        ],
    )
    def test_what_does_not_fit(self, arguments, message):
        given = {"gravity": self.GRAVITY, "platform": "ios"} | arguments
        with pytest.raises(ValueError, match=message):
            read_recording(self.table(), time="t", channels=list(self.GRAVITY), **given)


def test_gravity_of_another_unit():
    both = merge_recordings([sensor("a", MOVING), sensor("g", np.tile(9.8 * DOWN, (N, 1)))])
    with pytest.warns(RecordingWarning, match=r"magnitude of 9\.8 g: its unit may be wrong"):
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
