"""All steps from a recording to the signals of UCI HAR."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_har.datasets import make_har_recordings
from sklearn_har.preparation import (
    Preparation,
    prepare_recording,
    remove_noise,
    resample_recording,
    separate_gravity,
)
from sklearn_har.recordings import Recording


@pytest.fixture(scope="module")
def phone():
    data = make_har_recordings(n_subjects=1, seconds_per_activity=5.0, random_state=0)
    return data.recordings[0].with_labels(data.labels[0])


def by_hand(samples):
    quiet = remove_noise(samples.astype(np.float64))
    _, body = separate_gravity(quiet[:, :3])
    _, gyro = separate_gravity(quiet[:, 3:], cutoff=0.1, order=2)
    return np.concatenate([quiet[:, :3], body, gyro], axis=1).astype(np.float32)


def test_it_is_the_public_filters_one_after_another(phone):
    prepared = prepare_recording(phone)
    np.testing.assert_array_equal(prepared.samples, by_hand(phone.samples))
    np.testing.assert_array_equal(prepared.labels, phone.labels)
    assert prepared.channel_names == (
        "total_acc_x", "total_acc_y", "total_acc_z", "body_acc_x", "body_acc_y", "body_acc_z",
        "body_gyro_x", "body_gyro_y", "body_gyro_z",
    )  # fmt: skip
    assert prepared.samples.dtype == np.float32


def test_after_a_break_the_filters_begin_anew(phone):
    broken = Recording(phone.samples, sampling_rate=50.0, breaks=[321])
    prepared = prepare_recording(broken)
    assert prepared.breaks.tolist() == [321]
    expected = [by_hand(phone.samples[:321]), by_hand(phone.samples[321:])]
    np.testing.assert_array_equal(prepared.samples, np.concatenate(expected))


def test_another_rate_is_resampled_first(phone):
    samples = np.repeat(phone.samples.astype(np.float64), 2, axis=0)
    prepared = prepare_recording(samples, original_rate=100.0)
    resampled = resample_recording(samples, 50.0, original_rate=100.0, causal=True)
    np.testing.assert_array_equal(prepared.samples, by_hand(resampled.samples))


def test_an_array_is_described_by_arguments(phone):
    labels = np.arange(len(phone)) // 100
    described = Recording(
        phone.samples, phone.time, channel_names=phone.channel_names, breaks=[300], labels=labels
    )
    by_recording = prepare_recording(described)
    by_array = prepare_recording(phone.samples, time=phone.time, breaks=[300], labels=labels)
    np.testing.assert_array_equal(by_array.samples, by_recording.samples)
    np.testing.assert_array_equal(by_array.labels, labels)
    assert by_array.breaks.tolist() == by_recording.breaks.tolist() == [300]


@pytest.mark.parametrize(("max_gap", "breaks"), [(None, [100]), (0.5, [100]), (1.5, [])])
def test_a_longer_step_than_max_gap_is_a_break(phone, max_gap, breaks):
    time = phone.time[:200] + np.where(np.arange(200) < 100, 7.0, 8.0)
    prepared = prepare_recording(phone.samples[:200], Preparation(max_gap=max_gap), time=time)
    assert prepared.breaks.tolist() == breaks
    # Times are those of the clock that was given.
    assert prepared.time[0] == 7.0


def test_steps_can_be_left_out(phone):
    plain = prepare_recording(
        phone, Preparation(noise_cutoff=None, gravity_cutoff=None, drift_cutoff=None)
    )
    np.testing.assert_array_equal(plain.samples, phone.samples)
    assert plain.channel_names == phone.channel_names


def test_channels_by_name_in_any_number(phone):
    prepared = prepare_recording(
        phone, Preparation(acceleration=["total_acc_z"], angular_velocity=(), noise_cutoff=None)
    )
    assert prepared.channel_names == ("total_acc_z", "body_acc_z")
    _, body = separate_gravity(phone.samples[:, 2].astype(np.float64))
    np.testing.assert_array_equal(prepared.samples[:, 1], body.astype(np.float32))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"acceleration": ["acc"]}, ValueError, "acceleration must name channels, got 'acc'"),
        ({"acceleration": "total_acc_x"}, TypeError, "acceleration must be a sequence"),
        (
            {"angular_velocity": (5, 6)},
            ValueError,
            r"below 6, got 6; the channels are .*Pass angular_velocity=\(\)",
        ),
        ({"angular_velocity": (4, 4)}, ValueError, "must name each channel once"),
        (
            {"acceleration": ["total_acc_x"], "angular_velocity": ["total_acc_x"]},
            ValueError,
            "must name each channel once",
        ),
        ({"acceleration": (), "angular_velocity": ()}, ValueError, "must name a channel, got none"),
        ({"sampling_rate": 30.0}, ValueError, "noise_cutoff must be .* below 15"),
        ({"gravity_cutoff": -1.0}, ValueError, "gravity_cutoff must be"),
        ({"drift_cutoff": 30.0}, ValueError, "drift_cutoff must be"),
    ],
)
def test_wrong_arguments_are_refused(phone, arguments, error, message):
    with pytest.raises(error, match=message):
        prepare_recording(phone, Preparation(**arguments))


def test_a_state_that_lacks_an_entry_is_refused(phone):
    def stream():
        return Preparation().stream(phone.channel_names, original_rate=phone.sampling_rate)

    filled = stream()
    filled.push(phone.time[:200], phone.samples[:200])
    state = filled.get_state()
    for name in ("end", "n_breaks", "windows_signals", "windows_position"):
        with pytest.raises(KeyError):
            stream().set_state({key: value for key, value in state.items() if key != name})


@settings(max_examples=60)
@given(st.lists(st.integers(0, 150), max_size=10), st.sampled_from([50.0, 100.0, 31.0]))
def test_pieces_of_any_length_give_the_same_to_the_last_bit(cuts, input_rate):
    x = np.random.RandomState(0).normal(size=(150, 6))
    time = np.arange(150) / input_rate

    def stream():
        # A window of one sample each: windows show every signal.
        return Preparation(window=0.02, overlap=0.0).stream(
            [f"c{i}" for i in range(6)], original_rate=input_rate
        )

    edges = np.unique([0, *cuts, 150])
    once = stream()
    whole = [once.push(time, x), once.finish()]
    resumed, pieces = stream(), []
    for low, high in itertools.pairwise(edges):
        # Stopped and resumed in between.
        state, resumed = resumed.get_state(), stream()
        resumed.set_state(state)
        pieces.append(resumed.push(time[low:high], x[low:high]))
    pieces.append(resumed.finish())
    for found, expected in zip(zip(*pieces, strict=True), zip(*whole, strict=True), strict=True):
        np.testing.assert_array_equal(np.concatenate(found), np.concatenate(expected))
    assert len(np.concatenate([start for start, _ in whole])) == int(time[-1] * 50.0 + 1e-3) + 1
