"""The class of recordings, and its subject and facts through resampling and merging."""

from dataclasses import replace

import numpy as np
import pytest

from sklearn_har.preparation import merge_recordings, resample_recording
from sklearn_har.recordings import Recording


class TestRecording:
    def test_times_follow_from_the_rate(self):
        recording = Recording(np.zeros((5, 2)), sampling_rate=20.0)
        np.testing.assert_array_equal(recording.time, np.arange(5) / 20.0)
        assert recording.channel_names == ("channel_0", "channel_1")
        assert recording.duration == 0.2
        assert len(recording) == 5

    def test_parts_lie_between_breaks(self):
        recording = Recording(np.zeros(10), sampling_rate=1.0, breaks=[7, 3, 3, 0, 10])
        assert recording.parts == [slice(0, 3), slice(3, 7), slice(7, 10)]
        assert Recording(np.zeros(3), sampling_rate=1.0).parts == [slice(0, 3)]

    def test_single_precision_is_kept(self):
        assert Recording(np.zeros(3, np.float32), sampling_rate=1.0).samples.dtype == np.float32
        assert Recording([1, 2, 3], sampling_rate=1.0).samples.dtype == np.float64

    def test_it_is_frozen(self):
        with pytest.raises(AttributeError):
            Recording(np.zeros(3), sampling_rate=1.0).start = None

    @pytest.mark.parametrize(
        ("label", "kind"), [("walking", "U"), (3, "i"), (True, "b"), (np.int8(3), "i")]
    )
    def test_one_label_holds_for_all_samples(self, label, kind):
        labels = Recording(np.zeros(3), sampling_rate=1.0, labels=label).labels
        assert labels.tolist() == [label] * 3
        assert labels.dtype.kind == kind

    def test_subject_and_facts(self):
        facts = {"trial": 3}
        recording = Recording(np.zeros(3), sampling_rate=1.0, subject=np.int64(7), facts=facts)
        facts["trial"] = 4
        assert (recording.subject, recording.facts) == (7, {"trial": 3})
        assert repr(recording).endswith("2 s, subject 7)")
        assert Recording(np.zeros(3), sampling_rate=1.0).facts == {}

    def test_replacing_a_part_keeps_the_rest(self):
        recording = Recording(
            np.zeros(3), sampling_rate=1.0, labels="sit", subject="s1", facts={"trial": 3}
        )
        unlabelled = replace(recording, labels=None)
        assert unlabelled.labels is None
        assert (unlabelled.subject, unlabelled.facts) == ("s1", {"trial": 3})
        assert unlabelled.facts is not recording.facts

    @pytest.mark.parametrize("step", [3, 17, 19])
    def test_the_rate_survives_losses_gaps_and_whole_milliseconds(self, step):
        time = np.round(np.arange(1000) / 52.0, 3)
        time[500:] += 30.0
        recording = Recording(np.zeros(1000 - step), np.delete(time, np.arange(step) * 50))
        assert recording.sampling_rate == pytest.approx(52.0, rel=2e-4)

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"samples": np.zeros((0, 3))}, ValueError, "at least one sample"),
            ({"samples": [[1.0, np.nan]]}, ValueError, "got nan in sample 0 of channel 1"),
            ({"samples": [1.0], "sampling_rate": None}, ValueError, "sampling_rate must be given"),
            ({"sampling_rate": 0}, ValueError, "sampling_rate must be a finite number above 0"),
            ({"time": [0.0]}, ValueError, "one number of seconds for each of the 3"),
            ({"time": ["a", "b", "c"]}, ValueError, "read_recording reads dates"),
            ({"time": [0.0, 2.0, 1.0]}, ValueError, "got 1.0 after 2.0 at sample 2"),
            ({"time": [0.0, np.inf, 1.0]}, ValueError, "time must be finite"),
            ({"channel_names": ["a", "b"]}, ValueError, "each of the 1 channels once"),
            ({"channel_names": "a"}, TypeError, "sequence of str"),
            ({"breaks": [4]}, ValueError, "breaks must be a list of sample numbers from 0 to 3"),
            ({"labels": [1]}, ValueError, "one label for each of the 3"),
            ({"start": "today"}, TypeError, "start must be a datetime"),
            ({"subject": ["a"]}, TypeError, "subject must be hashable"),
            ({"facts": ["a"]}, TypeError, "facts must be a mapping"),
            ({"facts": {1: "a"}}, TypeError, "facts must be a mapping"),
        ],
    )
    def test_what_cannot_be_right_is_refused(self, arguments, error, message):
        given = {"samples": [1.0, 2.0, 3.0], "sampling_rate": 50.0, **arguments}
        with pytest.raises(error, match=message):
            Recording(**given)


class TestTravelling:
    """Subject and facts go wherever the samples go."""

    def sensor(self, name, subject="s1", **facts):
        return Recording(
            np.arange(100.0), sampling_rate=50.0, channel_names=[name], subject=subject, facts=facts
        )

    def test_through_resampling(self):
        slow = resample_recording(self.sensor("a", trial=3), 25.0)
        assert (slow.subject, slow.facts) == ("s1", {"trial": 3})

    def test_through_merging(self):
        sensors = [
            self.sensor("a", trial=3, file="acc.csv"),
            self.sensor("b", None, device="phone", file="gyro.csv"),
        ]
        merged = merge_recordings(sensors)
        assert merged.subject == "s1"
        assert merged.facts == {"trial": 3, "file": ["acc.csv", "gyro.csv"], "device": "phone"}

    @pytest.mark.parametrize(
        ("other", "message"),
        [
            ({"subject": "s2"}, r"one subject, got sensors of the subjects \['s1', 's2'\]"),
            ({"trial": 4}, "agree in their facts, got trial=3 and trial=4"),
        ],
    )
    def test_sensors_of_different_recordings_are_not_merged(self, other, message):
        with pytest.raises(ValueError, match=message):
            merge_recordings([self.sensor("a", trial=3), self.sensor("b", **other)])
