"""What is said about values that look wrong, however the channels are named."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import inspect_file, read_recording

N = 600
HEADERS = [
    ["Acceleration x (m/s^2)", "Acceleration y (m/s^2)", "Acceleration z (m/s^2)"],
    ["ACCELEROMETER X (m/s²)", "ACCELEROMETER Y (m/s²)", "ACCELEROMETER Z (m/s²)"],
    ["S_40AC_Accel_LN_X_CAL", "S_40AC_Accel_LN_Y_CAL", "S_40AC_Accel_LN_Z_CAL"],
    ["x-axis (g)", "y-axis (g)", "z-axis (g)"],
    ["gFx", "gFy", "gFz"],
    ["accX", "accY", "accZ"],
    ["z", "y", "x"],
    ["-3", "11", "60"],
]


def vectors(gravity=1.0, n=N):
    """A device that a walking person wears, in g."""
    t = np.arange(n) / 50.0
    noise = np.random.default_rng(0).normal(scale=0.03, size=(n, 3))
    moving = 0.3 * np.sin(2 * np.pi * 1.8 * t)[:, np.newaxis] * [0.2, 0.1, 1.0]
    return moving + noise + np.array([0.1, -0.2, 0.97]) * gravity


def said(values, names, n=N, **options):
    """Return all that is said about a recording with these values."""
    frame = pd.DataFrame(values, columns=names)
    frame.insert(0, "time", np.arange(len(frame)) / 50.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read_recording(frame, **options)
    return "\n".join(str(warning.message) for warning in caught)


@pytest.mark.parametrize("names", HEADERS)
@pytest.mark.parametrize(
    ("factor", "units", "words"),
    [
        (9.80665, "g", "look like m/s2: if so, pass units='m/s2'"),
        (1000.0, "g", "look like mg"),
        (64.0, "g", "raw counts of 1/64 g: divide them by 64"),
        (256.0, "g", "raw counts of 1/256 g"),
        (16384.0, "g", "raw counts of 1/16384 g: divide them by 16384"),
        (20000.0 / 7, "g", "raw counts|no sensor on a body"),
        (1.0, "m/s2", "after the conversion from m/s2.*were in g before"),
        (1.0, "mg", "after the conversion from mg.*were in g before"),
    ],
)
def test_lengths_that_no_sensor_gives(names, factor, units, words):
    assert re.search(words, said(vectors() * factor, names, channels=names, units=units))


@pytest.mark.parametrize("names", HEADERS)
def test_nothing_is_said_about_what_is_right(names):
    assert said(vectors(), names, channels=names, units="g") == ""
    assert said(vectors() * 9.80665, names, channels=names, units="m/s2") == ""


@pytest.mark.parametrize("names", [["ax", "ay", "az"], ["acc_x", "acc_y", "acc_z"]])
def test_without_units(names):
    assert "look like m/s2" in said(vectors() * 9.80665, names)
    assert said(vectors(), names) == ""
    other = ["mag_x", "mag_y", "mag_z"]
    assert said(vectors() * 50.0, other) == ""


@pytest.mark.parametrize("units", ["g", "m/s2"])
@pytest.mark.parametrize("names", HEADERS)
def test_gravity_is_missing(names, units):
    factor = {"g": 1.0, "m/s2": 9.80665}[units]
    told = said(vectors(gravity=0.0) * factor, names, channels=names, units=units)
    assert "gravity is missing" in told
    assert "units='g'" not in told


def test_a_device_without_gravity_that_lies_still():
    still = np.random.default_rng(0).normal(0.001, 0.002, (N, 3))
    assert "gravity is missing" in said(still, ["x", "y", "z"], units="m/s2")


def test_linear_acceleration_has_no_gravity():
    names = ["user_acc_x", "user_acc_y", "user_acc_z"]
    assert said(vectors(gravity=0.0), names, units="g") == ""
    assert "look like m/s2" in said(vectors(gravity=0.0) * 30.0, names, units="g")


def test_exact_zeros_and_frozen_values():
    values = vectors()
    values[100:120] = 0.0
    assert "exactly zero in 3% of the samples" in said(values, ["ax", "ay", "az"], units="g")
    values = vectors()
    values[200:500] = values[200]
    assert "keep one value for seconds, in 50%" in said(values, ["ax", "ay", "az"], units="g")
    # Coarse values of a device that lies still repeat themselves.
    coarse = np.round(vectors() * 0 + [0.1, -0.2, 0.97] + 0.008 * np.sin(np.arange(N))[:, None], 2)
    assert said(coarse, ["ax", "ay", "az"], units="g") == ""


def test_a_rate_that_changes():
    frame = pd.DataFrame(vectors(), columns=["ax", "ay", "az"])
    frame["time"] = np.cumsum(np.where(np.arange(N) < 450, 0.02, 0.04))
    with pytest.warns(RecordingWarning, match="rate changes: 50, 50, 50, 25 Hz in the four"):
        read_recording(frame, units="g")


def test_columns_that_are_no_channels():
    frame = pd.DataFrame(vectors(), columns=["ax", "ay", "az"])
    frame.insert(0, "time", np.arange(N) / 50.0)
    extra = {
        "Unnamed: 0": np.arange(N),
        "seconds_elapsed": 0.03 + np.arange(N) / 50.0,
        "PacketCounter": np.arange(N) % 256,
        "Unnamed: 9": np.nan,
    }
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        recording = read_recording(frame.assign(**extra))
    assert recording.channel_names == ("ax", "ay", "az")
    messages = "\n".join(str(warning.message) for warning in caught)
    assert "['Unnamed: 9'] have no value and are left out" in messages
    assert "['Unnamed: 0', 'seconds_elapsed', 'PacketCounter'] only increase" in messages
    named = read_recording(frame.assign(**extra), channels=["ax", "seconds_elapsed"])
    assert named.channel_names == ("ax", "seconds_elapsed")


def test_axes_in_another_order():
    told = said(vectors()[:, ::-1], ["z", "y", "x"])
    assert "keep the order of the file" in told
    assert "pass channels=['x', 'y', 'z']" in told


@pytest.mark.parametrize(
    ("name", "unit", "kind"),
    [
        ("Acceleration x (m/s^2)", "m/s2", "acceleration"),
        ("GYROSCOPE Z (rad/s)", "rad/s", "angular velocity"),
        ("Gyro Y [°/s]", "deg/s", "angular velocity"),
        ("Accel X [m/(s^2)]", "m/s2", "acceleration"),
        ("acceleration_x_mg", "mg", "acceleration"),
        ("LINEAR ACCELERATION X (m/s²)", "m/s2", "linear acceleration"),
        ("userAcceleration.y", None, "linear acceleration"),
        ("GRAVITY X (m/s²)", "m/s2", "gravity"),
        ("MAGNETIC FIELD X (μT)", "other", "other"),
        ("wx", None, "angular velocity"),
        ("light", None, "other"),
    ],
)
def test_names_tell_units_and_kinds(tmp_path, name, unit, kind):
    frame = pd.DataFrame({"time": np.arange(N) / 50.0, name: vectors()[:, 0]})
    frame.to_csv(tmp_path / "r.csv", index=False)
    found = inspect_file(tmp_path / "r.csv").columns.set_index("name").loc[name]
    assert found["kind"] == kind
    assert found["unit"] == unit or (unit is None and pd.isna(found["unit"]))


def test_three_accelerations_without_axes_in_their_names_are_a_sensor():
    names = ["c3", "c1", "c2"]
    assert "look like m/s2" in said(9.8 * vectors(), names, units="g")
    assert said(9.8 * vectors(), names, units={"c3": "g", "c1": "g"}) == ""


def test_sensors_in_other_units_may_have_any_length():
    assert said(30.0 * vectors(), ["x (uT)", "y (uT)", "z (uT)"]) == ""


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        (np.arange(50), True),
        (np.arange(500) % 256, True),
        (np.arange(50) / 7, True),
        (np.sin(np.arange(50)), False),
        (np.zeros(50), False),
        (np.arange(5), True),
        (np.arange(5) / 7, False),
        (np.arange(1), False),
    ],
)
@pytest.mark.filterwarnings("ignore::sklearn_har.exceptions.RecordingWarning")
def test_counters_are_no_channels(values, counts):
    n = len(values)
    frame = pd.DataFrame(vectors(n=n), columns=["ax", "ay", "az"])
    frame = frame.assign(time=np.arange(n) / 50.0, extra=values)
    recording = read_recording(frame, sampling_rate=50.0)
    assert recording.channel_names == ("ax", "ay", "az", *(() if counts else ("extra",)))


def test_long_recordings_are_judged_by_stretches():
    """Of a million samples a quarter is looked at, from the beginning to the end."""
    n = 1_000_000
    samples = np.random.default_rng(0).normal([0.0, 0.0, 9.8], 0.1, size=(n, 3))
    samples[600_000:620_000] = 0.0
    table = pd.DataFrame(samples, columns=["ax", "ay", "az"]).assign(time=np.arange(n) / 50.0)
    with pytest.warns(RecordingWarning) as caught:
        read_recording(table, units="g")
    told = " ".join(str(warning.message) for warning in caught)
    assert "m/s2" in told
    assert "exactly zero in 2%" in told
    table.loc[n - 10 :, "az"] = 9.0
    table["ax"] = 1.0
    with pytest.warns(RecordingWarning) as caught:
        read_recording(table)
    assert any("['ax'] have one value" in str(warning.message) for warning in caught)
