"""The object that holds what is done to a recording."""

import json
import pickle

import numpy as np
import pytest
from sklearn.base import clone

from sklearn_har.datasets import make_har_recordings
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation, check_preparation, prepare_recording
from sklearn_har.recordings import Recording
from sklearn_har.segmentation import segment_recording

ACC = ["acc_x", "acc_y", "acc_z"]
GYRO = ["gyro_x", "gyro_y", "gyro_z"]


@pytest.fixture(scope="module")
def recordings():
    return make_har_recordings(n_subjects=2, seconds_per_activity=4.0, random_state=0).recordings


def recording_of(channel_names, n_samples=300, **params):
    samples = np.random.default_rng(0).normal(size=(n_samples, len(channel_names)))
    return Recording(samples, sampling_rate=50.0, channel_names=channel_names, **params)


class TestParameters:
    def test_equal_parameters_make_equal_preparations(self):
        assert Preparation() == Preparation()
        assert Preparation() != Preparation(window=1.28)
        assert Preparation() != "uci-har"
        # The kind of a sequence or number does not matter.
        assert Preparation(acceleration=[0, 1, 2]) == Preparation(acceleration=np.arange(3))
        assert Preparation(50) == Preparation(np.float64(50.0))

    def test_it_has_no_hash_because_it_can_change(self):
        with pytest.raises(TypeError, match="unhashable"):
            hash(Preparation())

    def test_copies_are_equal(self):
        preparation = Preparation(window=5.12, acceleration=ACC, other="rest")
        for copy in (clone(preparation), pickle.loads(pickle.dumps(preparation))):
            assert copy is not preparation
            assert copy == preparation

    def test_parameters_can_be_set(self):
        preparation = Preparation().set_params(window=1.28, overlap=0.0)
        assert preparation == Preparation(window=1.28, overlap=0.0)
        assert preparation.n_timesteps == 64

    def test_repr_shows_what_differs_from_the_defaults(self):
        assert repr(Preparation()) == "Preparation()"
        assert repr(Preparation(window=5.12)) == "Preparation(window=5.12)"

    @pytest.mark.parametrize(
        "preparation",
        [
            Preparation(),
            Preparation(np.float32(25.0), window=np.float64(1.28), acceleration=np.arange(3)),
            Preparation(acceleration=ACC, angular_velocity=(), other="rest", max_gap=1.0),
        ],
    )
    def test_a_dictionary_for_json_makes_an_equal_one(self, preparation):
        text = json.dumps(preparation.to_dict())
        assert Preparation(**json.loads(text)) == preparation

    def test_there_is_nothing_to_fit(self):
        preparation = Preparation()
        recordings = [Recording(np.zeros((200, 6)), sampling_rate=50.0)]
        before = dict(vars(preparation))
        (prepared,) = preparation.transform(recordings)
        (again,) = preparation.fit_transform(recordings)
        assert vars(preparation) == before
        np.testing.assert_array_equal(prepared.samples, again.samples)
        with pytest.raises(TypeError, match="sequence of Recording"):
            preparation.fit(np.zeros((200, 6)))


class TestPresets:
    def test_the_default_is_uci_har(self):
        assert Preparation.from_preset() == Preparation.from_preset("uci-har") == Preparation()

    def test_accelerometer(self):
        preparation = Preparation.from_preset("accelerometer", window=1.28)
        assert preparation == Preparation(angular_velocity=(), window=1.28)
        (prepared,) = preparation.transform([recording_of(ACC)])
        assert prepared.channel_names == (*ACC, *(f"body_{name}" for name in ACC))

    def test_resample_takes_all_channels_as_they_are(self):
        recording = recording_of(["heart", *GYRO, *ACC])
        (prepared,) = Preparation.from_preset("resample").transform([recording])
        assert prepared.channel_names == recording.channel_names
        np.testing.assert_allclose(prepared.samples, recording.samples, atol=1e-6)

    @pytest.mark.parametrize(("rate", "cutoff"), [(25, None), (40.0, None), (41.0, 20.0), (50, 20)])
    def test_at_low_rates_there_is_no_noise_to_remove(self, rate, cutoff):
        preparation = Preparation.from_preset(sampling_rate=rate)
        assert preparation.noise_cutoff == cutoff
        preparation.transform([recording_of([*ACC, *GYRO])])

    def test_a_cutoff_that_is_given_stays(self):
        assert Preparation.from_preset(sampling_rate=25.0, noise_cutoff=10.0).noise_cutoff == 10.0

    def test_unknown_presets_are_refused(self):
        with pytest.raises(ValueError, match=r"must be one of .*did you mean 'accelerometer'"):
            Preparation.from_preset("acelerometer")

    def test_what_an_argument_accepts(self):
        preparation = Preparation(window=1.28)
        assert check_preparation(preparation) is preparation
        assert check_preparation(None) == Preparation()
        assert check_preparation("resample") == Preparation.from_preset("resample")
        for wrong in (2.56, {"window": 2.56}, Preparation):
            with pytest.raises(TypeError, match=r"must be a Preparation, one of .*, or None, got"):
                check_preparation(wrong)


class TestTransform:
    def test_it_is_prepare_recording_for_many(self, recordings):
        preparation = Preparation(gravity_cutoff=None)
        for one, other in zip(preparation.transform(recordings), recordings, strict=True):
            alone = prepare_recording(other, preparation)
            np.testing.assert_array_equal(one.samples, alone.samples)
            np.testing.assert_array_equal(one.labels, other.labels)
            assert (one.subject, one.channel_names) == (other.subject, alone.channel_names)

    def test_subject_and_facts_are_kept_at_another_rate(self):
        recording = recording_of(ACC, labels="sit", subject="s1", facts={"file": "a.csv"})
        preparation = Preparation.from_preset("accelerometer", sampling_rate=25.0)
        (prepared,) = preparation.transform([recording])
        assert prepared.sampling_rate == 25.0
        assert (prepared.subject, prepared.facts) == ("s1", {"file": "a.csv"})
        assert set(prepared.labels) == {"sit"}

    def test_other_channels_follow_and_have_no_body(self):
        recording = recording_of(["heart", *ACC, *GYRO, "mag_x"])
        named = {"acceleration": ACC, "angular_velocity": GYRO}
        body = [f"body_{name}" for name in ACC]
        for other, expected in (
            ((), []),
            (["mag_x"], ["mag_x"]),
            ([7, 0], ["mag_x", "heart"]),
            ("rest", ["heart", "mag_x"]),
        ):
            (prepared,) = Preparation(**named, other=other).transform([recording])
            assert list(prepared.channel_names) == [*ACC, *body, *GYRO, *expected]
        (plain,) = Preparation(**named).transform([recording])
        np.testing.assert_array_equal(prepared.samples[:, :9], plain.samples)
        # They are freed of noise, and keep their level.
        heart = prepared.samples[:, 9]
        assert 0.5 < heart.std() / recording.samples[:, 0].std() < 1.0

    def test_three_channels_with_the_default_name_the_preset(self):
        with pytest.raises(ValueError, match=r"recordings\[0\]: .*preparation='accelerometer'"):
            Preparation().transform([recording_of(ACC)])

    @pytest.mark.parametrize(
        ("params", "names", "message"),
        [
            (
                {},
                [*GYRO, *ACC],
                r"acceleration=\(0, 1, 2\) takes .* say otherwise",
            ),
            (
                {"acceleration": (3, 4, 5), "angular_velocity": (0, 1, 2)},
                [*ACC, *GYRO],
                "say otherwise",
            ),
            ({"angular_velocity": ()}, ["mag_x", "mag_y", "mag_z"], r"names \['mag_x', 'mag_y"),
            ({"angular_velocity": ["gyr_x"]}, [*ACC, *GYRO], "did you mean 'gyro_x'"),
            ({"other": ["heart"]}, [*ACC, *GYRO], "other must name channels, got 'heart'"),
            ({"other": "all"}, [*ACC, *GYRO], "other must be"),
            ({"other": [0]}, [*ACC, *GYRO], "must name each channel once"),
        ],
    )
    def test_wrong_channels_are_refused(self, params, names, message):
        with pytest.raises((ValueError, TypeError), match=message):
            Preparation(**params).transform([recording_of(names)])

    def test_channels_given_by_name_may_have_any_name(self):
        names = ["gyro_a", "gyro_b", "gyro_c"]
        preparation = Preparation(acceleration=names, angular_velocity=())
        assert preparation.transform([recording_of(names)])[0].samples.shape[1] == 6

    def test_the_recording_that_is_refused_is_named(self):
        good = recording_of([*ACC, *GYRO])
        bad = recording_of(ACC, facts={"file": "watch.csv"})
        with pytest.raises(ValueError, match=r"recordings\[1\] \(watch.csv\): angular_velocity"):
            Preparation().transform([good, bad])

    @pytest.mark.parametrize(
        ("given", "error", "message"),
        [
            (recording_of(ACC), TypeError, r"pass \[recording\]"),
            ([np.zeros((300, 6))], TypeError, r"got ndarray as recordings\[0\]"),
            ([], ValueError, "at least one recording"),
            ("phone.csv", TypeError, "as read_recordings returns it, got str"),
        ],
    )
    def test_anything_but_recordings_is_refused(self, given, error, message):
        with pytest.raises(error, match=message):
            Preparation().transform(given)


class TestWindows:
    def test_they_are_those_of_prepared_recordings(self, recordings):
        windows = Preparation(window=1.28, overlap=0.25).windows(recordings)
        expected = [
            segment_recording(prepare_recording(recording), window=64, overlap=0.25)
            for recording in recordings
        ]
        np.testing.assert_array_equal(windows.data, np.concatenate([w.data for w in expected]))
        np.testing.assert_array_equal(windows.target, np.concatenate([w.target for w in expected]))
        assert (windows.window_length, windows.sampling_rate) == (1.28, 50.0)
        assert windows.channel_names[3:6] == ("body_acc_x", "body_acc_y", "body_acc_z")
        assert set(windows.subject) == {1, 2}

    def test_they_are_those_of_the_stream(self, recordings):
        preparation = Preparation(overlap=0.75)
        recording = recordings[0]
        stream = preparation.stream(recording.channel_names, recording.sampling_rate)
        found = [stream.push(recording.time[i : i + 70], recording.samples[i : i + 70])
                 for i in range(0, len(recording), 70)]  # fmt: skip
        found.append(stream.finish())
        windows = preparation.windows([recording.with_labels("any")])
        np.testing.assert_array_equal(np.concatenate([w for _, w in found]), windows.data)
        np.testing.assert_array_equal(np.concatenate([s for s, _ in found]), windows.start_time)
        assert stream.channel_names == windows.channel_names
        assert (stream.n_timesteps, stream.window_length) == (128, 2.56)

    def test_labels_follow_the_rule(self, recordings):
        params = {"label_rule": "all-equal", "unlabelled": "walking", "on_unlabelled": "keep"}
        windows = Preparation().windows(recordings, **params)
        dropped = Preparation().windows(recordings, **{**params, "on_unlabelled": "drop"})
        assert 0 < len(dropped.data) < len(windows.data)
        assert "walking" not in set(dropped.target)

    def test_a_whole_number_that_looks_like_samples_warns(self):
        with pytest.warns(RecordingWarning, match=r"length of 128 s. If .* pass window=2.56"):
            assert Preparation(window=128).n_timesteps == 6400
        with pytest.warns(RecordingWarning, match="length of 128 s"):
            Preparation(window=128).stream([*ACC, *GYRO], 50.0)

    @pytest.mark.parametrize("window", [5, 31, 128.0])
    def test_other_numbers_of_seconds_do_not_warn(self, window):
        assert Preparation(window=window).n_timesteps == 50 * window

    def test_a_short_window_in_seconds_is_not_taken_for_samples(self):
        windows = Preparation(window=0.1).windows([recording_of([*ACC, *GYRO])])
        assert windows.data.shape[1] == 5

    @pytest.mark.parametrize(
        ("params", "error", "message"),
        [
            ({"window": "2.56"}, TypeError, "window must be a number of seconds, got '2.56'"),
            ({"window": True}, TypeError, "window must be a number of seconds, got True"),
            ({"window": 0.0}, ValueError, "window must be"),
            ({"window": 0.001}, ValueError, "at least one sample, got 0.001 s at 50 Hz"),
            ({"overlap": 1.0}, ValueError, "overlap must be"),
            ({"sampling_rate": 0.0}, ValueError, "sampling_rate must be"),
            ({"window": 10.0}, ValueError, "longest of the recordings has 300 samples"),
        ],
    )
    def test_wrong_cuts_are_refused(self, params, error, message):
        preparation = Preparation(**{"noise_cutoff": None, **params})
        with pytest.raises(error, match=message):
            preparation.windows([recording_of([*ACC, *GYRO])])
