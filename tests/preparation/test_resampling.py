"""Recordings on a grid of times, and sensors joined on one."""

import itertools
import warnings
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation, merge_recordings, resample_recording
from sklearn_har.recordings import Recording, read_recording

RNG = np.random.default_rng(0)


def wave(time, frequency):
    return np.sin(2 * np.pi * frequency * time + 0.5)


def amplitude(samples, frequency, rate):
    """The amplitude of a frequency, by projection on a whole number of periods."""
    t = np.arange(len(samples)) / rate
    return 2 * np.abs(np.mean(samples * np.exp(-2j * np.pi * frequency * t)))


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("start", [0.0, 1_700_000_000.123])
def test_samples_on_the_grid_stay_as_they_are(causal, start):
    x = RNG.normal(size=(300, 2))
    source = Recording(x, start + np.arange(300) / 50.0)
    resampled = resample_recording(source, 50.0, causal=causal)
    np.testing.assert_array_equal(resampled.samples, x)
    np.testing.assert_allclose(resampled.time, source.time, rtol=0, atol=1e-6)
    assert resampled.sampling_rate == 50.0


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("rate", [75.0, 100.0, 128.0, 200.0, 400.0])
def test_what_would_alias_is_filtered_out(causal, rate):
    t = np.arange(int(rate * 20)) / rate
    for frequency in (31.0, 36.9):
        out = resample_recording(wave(t, frequency), original_rate=rate, causal=causal)
        alias = 50.0 - frequency
        # At 75 Hz there are two samples a period, whose interpolation is not that of a wave.
        limit = 2e-3 if rate > 75 else 0.02
        assert amplitude(out.samples[100:-100, 0], alias, 50.0) < limit
    out = resample_recording(wave(t, 2.0), original_rate=rate, causal=causal)
    assert amplitude(out.samples[100:900, 0], 2.0, 50.0) == pytest.approx(1.0, abs=2e-3)


def test_the_filter_delays_only_where_it_must():
    t = np.arange(2000) / 100.0
    walking = wave(t, 2.0)
    batch = resample_recording(walking, original_rate=100.0)
    np.testing.assert_allclose(batch.samples[50:-50, 0], walking[::2][50:-50], atol=1e-3)
    causal = resample_recording(walking, original_rate=100.0, causal=True)
    late = wave(batch.time - 0.0205, 2.0)
    np.testing.assert_allclose(causal.samples[50:-50, 0], late[50:-50], atol=5e-3)


def test_the_past_of_a_causal_resampling_does_not_depend_on_the_future():
    x = RNG.normal(size=(400, 1))
    x[:, 0] += 3.0
    whole = resample_recording(x, original_rate=120.0, causal=True)
    half = resample_recording(x[:200], original_rate=120.0, causal=True)
    n = len(half) - 2
    np.testing.assert_array_equal(whole.samples[:n], half.samples[:n])


@pytest.mark.parametrize(("jitter", "error"), [(0.0, 2e-3), (0.002, 5e-3), (0.008, 0.02)])
def test_irregular_times(jitter, error):
    t = np.sort(np.arange(1000) / 50.0 + RNG.uniform(-jitter, jitter, 1000))
    resampled = resample_recording(wave(t, 2.5), 50.0, time=t, original_rate=50.0)
    expected = wave(resampled.time, 2.5)
    assert np.abs(resampled.samples[:, 0] - expected)[2:-2].max() < error
    np.testing.assert_allclose(np.diff(resampled.time), 0.02)


def test_upsampling_goes_through_the_samples():
    t = np.arange(100) / 20.0
    resampled = resample_recording(wave(t, 1.0), 100.0, original_rate=20.0)
    np.testing.assert_array_equal(resampled.samples[::5, 0], wave(t, 1.0))
    assert np.abs(resampled.samples[:, 0] - wave(resampled.time, 1.0))[5:-5].max() < 5e-3
    assert len(resampled) == 496


def test_a_gap_stays_a_gap():
    t = np.arange(400) / 100.0
    keep = (t < 1.0) | (t >= 2.505)
    source = Recording(wave(t, 1.0)[keep], t[keep], labels=np.where(t < 2, "a", "b")[keep])
    resampled = resample_recording(source, 50.0)
    (position,) = resampled.breaks
    assert resampled.time[position - 1] == pytest.approx(0.98)
    # The grid goes on through the gap.
    assert resampled.time[position] == pytest.approx(2.52)
    assert resampled.labels[position - 1 : position + 1].tolist() == ["a", "b"]
    bridged = resample_recording(source, 50.0, max_gap=2.0)
    assert len(bridged.breaks) == 0
    assert len(bridged) == 200
    # Straight across: a cubic through a hole could swing beyond both sides.
    hole = bridged.samples[(bridged.time > 1.0) & (bridged.time < 2.5), 0]
    assert np.abs(np.diff(hole, 2)[10:-10]).max() < 1e-3


def test_breaks_without_gaps_are_heeded():
    x = np.repeat([0.0, 1.0], 100)
    source = Recording(x, sampling_rate=100.0, breaks=[100])
    resampled = resample_recording(source, 50.0)
    assert resampled.breaks.tolist() == [50]
    np.testing.assert_allclose(resampled.samples[:, 0], np.repeat([0.0, 1.0], 50), atol=1e-12)


def test_labels_are_those_of_the_nearest_samples():
    labels = np.repeat(["sitting", "walking"], [30, 70])
    resampled = resample_recording(np.zeros(100), 25.0, original_rate=50.0, labels=labels)
    assert resampled.labels.tolist() == ["sitting"] * 15 + ["walking"] * 35
    assert resample_recording(np.zeros(9), 25.0, original_rate=50.0).labels is None


def test_precision_names_and_start_are_kept():
    start = datetime(2024, 5, 1, tzinfo=UTC)
    x = np.zeros((90, 2), np.float32)
    source = Recording(x, sampling_rate=90.0, channel_names=["a", "b"], start=start)
    resampled = resample_recording(source, 50.0)
    assert resampled.samples.dtype == np.float32
    assert resampled.channel_names == ("a", "b")
    assert resampled.start == start


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_recordings_of_a_few_samples(n, causal):
    time = np.arange(n) / 200.0
    resampled = resample_recording(
        np.full(n, 2.0), 50.0, time=time, original_rate=200.0, causal=causal
    )
    np.testing.assert_allclose(resampled.samples, 2.0)
    assert len(resampled) == (n - 1) // 4 + 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sampling_rate": 0}, "sampling_rate must be a finite number above 0"),
        ({"original_rate": 10.0}, "original_rate describes the samples of an array"),
        ({"breaks": [3]}, "breaks describes the samples of an array"),
        ({"recording": np.zeros(3)}, "time or original_rate must be given"),
        ({"max_gap": -1.0}, "max_gap must be a finite number above 0"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        resample_recording(**{"recording": Recording(np.zeros(9), sampling_rate=50.0), **arguments})


@st.composite
def _chunked(draw):
    n = draw(st.integers(1, 80))
    steps = draw(st.lists(st.floats(0.2, 1.9), min_size=n, max_size=n))
    cuts = draw(st.lists(st.integers(0, n), max_size=8))
    input_rate = draw(st.sampled_from([20.0, 50.0, 52.0, 100.0, 133.0]))
    return np.cumsum(steps) / input_rate, np.unique([0, *cuts, n]), input_rate


@settings(max_examples=150)
@given(_chunked())
def test_pieces_of_any_length_give_the_same_to_the_last_bit(case):
    time, cuts, input_rate = case
    x = np.random.RandomState(0).normal(size=(len(time), 2))
    whole = resample_recording(x, 50.0, time=time, original_rate=input_rate, causal=True)
    # A window of one sample each: windows show every sample of the grid.
    preparation = Preparation.from_preset("resample", window=0.02, overlap=0.0)
    stream = preparation.stream(["a", "b"], input_rate)
    pieces = [stream.push(time[low:high], x[low:high]) for low, high in itertools.pairwise(cuts)]
    starts, windows = map(np.concatenate, zip(*pieces, stream.finish(), strict=True))
    np.testing.assert_array_equal(windows[:, 0], whole.samples.astype(np.float32))
    np.testing.assert_array_equal(starts, whole.time)


class TestMerging:
    def sensors(self, **gyro):
        t_acc = np.arange(400) / 100.0
        t_gyro = 0.313 + np.cumsum(RNG.uniform(0.9, 1.1, 200)) / 52.0
        names = {"channel_names": [f"acc_{axis}" for axis in "xyz"]}
        acc = Recording(np.column_stack([wave(t_acc, f) for f in (1, 2, 3)]), t_acc, **names)
        gyro = {"channel_names": ["gyro_z"], **gyro}
        return acc, Recording(wave(t_gyro, 1.5), t_gyro, **gyro)

    def test_both_sensors_stand_on_one_grid(self):
        acc, gyro = self.sensors()
        merged = merge_recordings([acc, gyro], 50.0)
        assert merged.channel_names == ("acc_x", "acc_y", "acc_z", "gyro_z")
        assert merged.time[0] == gyro.time[0]
        assert merged.time[-1] <= min(acc.time[-1], gyro.time[-1])
        assert merged.time[-1] > min(acc.time[-1], gyro.time[-1]) - 0.021
        np.testing.assert_allclose(np.diff(merged.time), 0.02)
        expected = [wave(merged.time, f) for f in (1, 2, 3, 1.5)]
        error = np.abs(merged.samples - np.column_stack(expected))
        assert error[5:-10].max() < 0.02
        assert len(merged.breaks) == 0

    def test_one_sensor_is_as_if_resampled(self):
        acc, _ = self.sensors()
        alone, merged = resample_recording(acc, 50.0), merge_recordings([acc], 50.0)
        np.testing.assert_array_equal(alone.samples, merged.samples)
        np.testing.assert_array_equal(alone.time, merged.time)

    def test_a_gap_of_one_is_a_gap_of_all(self):
        acc, gyro = self.sensors()
        kept = (gyro.time < 2.0) | (gyro.time > 3.0)
        gyro = Recording(
            gyro.samples[kept], gyro.time[kept], channel_names=["g"], sampling_rate=52.0
        )
        merged = merge_recordings([acc, gyro], 50.0)
        (position,) = merged.breaks
        assert 1.95 < merged.time[position - 1] < 2.0
        assert 3.0 < merged.time[position] < 3.05

    def test_a_single_point_of_the_grid_that_is_missing_is_a_gap(self):
        one = Recording(np.arange(100.0), sampling_rate=50.0, channel_names=["a"])
        # No sample between 0.995 s and 1.025 s, around the point of the grid at 1 s.
        time = np.concatenate([np.arange(0, 1.0, 0.005), np.arange(1.025, 2.0, 0.005)])
        two = Recording(np.zeros(len(time)), time, channel_names=["b"])
        merged = merge_recordings([one, two], 50.0, max_gap=0.021)
        missing = np.setdiff1d(np.round(np.arange(0, 1.97, 0.02), 6), np.round(merged.time, 6))
        assert missing.tolist() in ([1.0], [1.0, 1.02])
        assert merged.breaks.tolist() == [50]

    def test_the_rate_is_the_one_that_was_asked_for(self):
        start = 1.7e9
        one = Recording(np.arange(3.0), start + np.arange(3) / 50.0, channel_names=["a"])
        assert merge_recordings([one], 30.0).sampling_rate == 30.0

    def test_dates_with_and_without_a_time_zone(self):
        one = Recording(
            np.zeros(9), sampling_rate=9, channel_names=["a"], start=datetime(2024, 5, 1)
        )
        two = Recording(
            np.zeros(9),
            sampling_rate=9,
            channel_names=["b"],
            start=datetime(2024, 5, 1, tzinfo=UTC),
        )
        with pytest.raises(ValueError, match="a start with a time zone, or all without; got"):
            merge_recordings([one, two])

    def test_a_break_without_a_gap_is_kept(self):
        acc, gyro = self.sensors()
        acc = Recording(acc.samples, acc.time, channel_names=acc.channel_names, breaks=[200])
        merged = merge_recordings([acc, gyro], 50.0)
        (position,) = merged.breaks
        assert merged.time[position - 1] < 2.0 <= merged.time[position] + 1e-9

    def test_dates_say_how_the_clocks_lie(self):
        start = datetime(2024, 5, 1, tzinfo=UTC)
        one = Recording(np.arange(100.0), sampling_rate=50.0, channel_names=["a"], start=start)
        two = Recording(
            np.arange(100.0),
            sampling_rate=50.0,
            channel_names=["b"],
            start=start + timedelta(seconds=0.5),
        )
        merged = merge_recordings([one, two], 50.0)
        assert merged.start == start
        assert merged.time[0] == 0.5
        np.testing.assert_allclose(merged.samples[:, 0] - merged.samples[:, 1], 25.0)

    def test_labels_of_the_first_that_has_any(self):
        acc, gyro = self.sensors(labels=np.where(np.arange(200) < 100, 0, 1))
        merged = merge_recordings([acc, gyro], 50.0)
        change = gyro.time[100]
        assert (merged.labels[merged.time > change] == 1).all()
        assert (merged.labels[merged.time < gyro.time[99]] == 0).all()

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"channel_names": ["acc_x"]}, ValueError, r"\['acc_x'\] more than once"),
            ({"start": datetime(2024, 5, 1)}, ValueError, "all have a date as start"),
        ],
    )
    def test_sensors_that_do_not_go_together(self, change, error, message):
        with pytest.raises(error, match=message):
            merge_recordings(self.sensors(**change))

    def test_clocks_that_do_not_overlap(self):
        one = Recording(np.zeros(50), sampling_rate=50.0, channel_names=["a"])
        two = Recording(np.zeros(50), 100 + np.arange(50) / 50, channel_names=["b"])
        with pytest.raises(ValueError, match=r"overlap in time, got \['0 to 0.98 s', '100 to"):
            merge_recordings([one, two])

    @pytest.mark.parametrize("recordings", [[], [np.zeros(3)]])
    def test_arrays_are_refused(self, recordings):
        with pytest.raises(TypeError, match="a sequence of at least one Recording"):
            merge_recordings(recordings)


class TestGaps:
    """One max_gap is enough, and a grid does not see a gap of a few of its steps."""

    def bursts(self):
        """420 Hz on average, with pauses of 13 ms, and one real gap of a second."""
        rng = np.random.default_rng(0)
        steps = rng.uniform(0.5, 1.5, 4000) / 420.0
        steps[::200] = 0.013
        steps[2000] = 1.0
        frame = pd.DataFrame({"time": np.cumsum(steps), "x": rng.normal(size=4000)})
        return frame.round(6)

    def read(self, **options):
        with warnings.catch_warnings(action="ignore", category=RecordingWarning):
            return read_recording(self.bursts(), channels=["x"], **options)

    def test_pauses_shorter_than_a_step_of_the_grid_are_no_gaps(self):
        recording = self.read()
        assert recording.breaks.tolist() == [2000]
        assert len(resample_recording(recording, 50.0).breaks) == 1

    @pytest.mark.parametrize(("reading", "resampling"), [(2.0, None), (None, 2.0), (2.0, 2.0)])
    def test_one_max_gap_is_enough(self, reading, resampling):
        recording = self.read(max_gap=reading)
        assert len(resample_recording(recording, 50.0, max_gap=resampling).breaks) == 0
        preparation = Preparation(
            acceleration=(), angular_velocity=(), other="rest", max_gap=resampling
        )
        assert len(preparation.transform([recording])[0].breaks) == 0

    def test_a_coarse_grid_does_not_see_short_gaps(self):
        time = np.arange(400) / 50.0
        time[200:] += 0.15
        recording = Recording(np.sin(time), time)
        assert len(resample_recording(recording, 50.0).breaks) == 1
        assert len(resample_recording(recording, 20.0).breaks) == 0

    def test_breaks_of_ones_own_stay(self):
        recording = Recording(np.zeros(400), sampling_rate=50.0, breaks=[200])
        assert len(resample_recording(recording, 50.0, max_gap=9.0).breaks) == 1


class TestSlowRecordings:
    def test_most_samples_of_a_grid_are_not_invented(self):
        slow = Recording(np.sin(np.arange(40.0)), sampling_rate=2.0, channel_names=["a"])
        for resample in (
            lambda: resample_recording(slow, 50.0),
            lambda: merge_recordings([slow], 50.0),
            lambda: Preparation(acceleration=(), angular_velocity=(), other="rest").transform(
                [slow]
            ),
        ):
            with pytest.raises(ValueError, match=r"far above the 2 Hz.*allow_upsampling=True"):
                resample()
        assert len(resample_recording(slow, 50.0, allow_upsampling=True)) == 976

    def test_a_slow_sensor_beside_fast_ones(self):
        slow = Recording(np.arange(8.0), sampling_rate=1.0, channel_names=["pressure"])
        fast = Recording(np.zeros(400), sampling_rate=50.0, channel_names=["a"])
        assert merge_recordings([fast, slow], 50.0).samples.shape[1] == 2
