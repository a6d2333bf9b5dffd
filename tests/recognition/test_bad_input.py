"""Recordings and parameters that a recognizer refuses."""

import pickle
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, RidgeClassifier

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import Recording
from tiny_recognizers import NAMES, trees, with_names


class TestBadInput:
    def test_recordings_without_labels_are_named(self, recordings):
        bare = [
            replace(r, labels=None, facts={"file": f"{i}.csv"}) for i, r in enumerate(recordings)
        ]
        with pytest.raises(
            ValueError, match=r"no.* in 5 of 6: recordings\[1\] \(1.csv\), .*, \.\.\..*with_labels"
        ):
            trees().fit([recordings[0], *bare[1:]])
        with pytest.raises(ValueError, match=r"y must have one entry for each of the 6 record.* 1"):
            trees().fit(bare, ["a"])

    def test_other_channels_are_named(self, recordings):
        other = with_names(recordings[1], NAMES)
        with pytest.raises(
            ValueError, match=r"recordings\[1\]: the channels must be those of the first"
        ):
            trees().fit([recordings[0], other])

    def test_a_missing_sensor_names_the_preset(self, recordings):
        acc = [with_names(r, NAMES[:3], slice(0, 3)) for r in recordings[:2]]
        with pytest.raises(ValueError, match=r"recordings\[0\]: .*preparation='accelerometer'"):
            trees().fit(acc)
        recognizer = trees(preparation="accelerometer").fit(acc)
        assert recognizer.window_channel_names_ == (
            *NAMES[:3], "body_acc_x", "body_acc_y", "body_acc_z",
        )  # fmt: skip

    def test_recordings_shorter_than_a_window_are_counted(self, recordings):
        def first(recording, n, file):
            return Recording(
                recording.samples[:n], sampling_rate=50.0, labels=recording.labels[:n],
                channel_names=recording.channel_names, subject=2, facts={"file": file},
            )  # fmt: skip

        short = [first(recordings[1], 100, "a.csv"), first(recordings[2], 50, "b.csv")]
        with pytest.warns(RecordingWarning, match="shorter than") as caught:
            trees().fit([recordings[0], *short])
        about_length = [str(w.message) for w in caught if "shorter than" in str(w.message)]
        assert len(about_length) == 1
        assert "a.csv" in about_length[0]
        assert "2 of 3" in about_length[0]

    def test_activities_that_no_window_was_given_are_told(self, recordings):
        labels = recordings[0].labels.copy()
        labels[3000:3030] = "jumping"
        with pytest.warns(RecordingWarning, match="label of 1 labelled activities: jumping"):
            trees().fit([replace(recordings[0], labels=labels)])

    def test_nothing_labelled(self, recordings):
        bare = [replace(r, labels=np.full(len(r), -1)) for r in recordings[:2]]
        with pytest.raises(ValueError, match="must have labelled windows, got none"):
            trees().fit(bare)

    @pytest.mark.parametrize(
        ("value", "error", "message"),
        [
            ([], ValueError, "at least one recording, got none"),
            (np.zeros((100, 6)), TypeError, "sequence of Recording"),
            ([np.zeros((100, 6))], TypeError, r"ndarray as recordings\[0\]"),
            ("recording.csv", TypeError, "sequence of Recording, as read_recordings"),
            (None, TypeError, "got NoneType"),
        ],
    )
    def test_what_is_no_recording_is_refused(self, fitted, value, error, message):
        for call in (trees().fit, fitted.predict, fitted.timelines, fitted.score):
            with pytest.raises(error, match=message):
                call(value)

    def test_one_recording_is_no_sequence(self, fitted, recordings):
        with pytest.raises(TypeError, match=r"pass \[recording\]"):
            fitted.predict(recordings[0])

    @pytest.mark.parametrize(
        ("params", "error", "message"),
        [
            ({"estimator": RidgeClassifier()}, TypeError, "with predict_proba"),
            ({"estimator": LogisticRegression}, TypeError, "classifier with predict_proba"),
            ({"preparation": "uci_har"}, ValueError, "did you mean 'uci-har'"),
            ({"preparation": 50.0}, TypeError, "preparation must be a Preparation"),
            ({"window_layout": "3d"}, ValueError, "window_layout must be one of"),
            ({"label_rule": "first"}, ValueError, "label_rule must be one of"),
        ],
    )
    def test_wrong_parameters_are_refused_in_fit(self, recordings, params, error, message):
        recognizer = trees().set_params(**params)
        with pytest.raises(error, match=message):
            recognizer.fit(recordings[:1])

    @pytest.mark.parametrize(
        ("params", "message"),
        [
            ({"smoothing": "median"}, "smoothing must be one of"),
            ({"min_duration": -1.0}, "min_duration must be"),
            ({"min_probability": 2.0}, "min_probability must be"),
            ({"posture_weight": -1.0}, "posture_weight must be"),
            ({"expected_duration": "learn"}, "expected_duration must be a number of seconds"),
        ],
    )
    def test_wrong_smoothing_is_refused(self, fitted, recordings, params, message):
        recognizer = pickle.loads(pickle.dumps(fitted)).set_params(**params)
        with pytest.raises(ValueError, match=message):
            recognizer.timelines(recordings[4:5])

    def test_not_fitted(self, recordings):
        for call in (trees().predict, trees().timelines, trees().score, trees().decisions):
            with pytest.raises(NotFittedError, match="call fit with recordings"):
                call(recordings)

    def test_no_warning_where_nothing_is_wrong(self, recordings):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            trees().fit(recordings[:4]).score(recordings[4:])
