"""Recordings in, labels and timelines out: the recognizer as an estimator of scikit-learn."""

import itertools
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import ActivityRecognizer
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation
from sklearn_har.recognition import StreamingRecognizer
from sklearn_har.recordings import Recording
from sklearn_har.timeline import (
    make_timeline,
    revise_by_posture,
    timeline_to_labels,
)
from tiny_recognizers import NAMES, network, trees, with_names


def ahead_of(recording, seconds):
    """Say of each sample whether its activity began less than so many seconds before."""
    began = np.r_[True, recording.labels[1:] != recording.labels[:-1]]
    return recording.time - np.maximum.accumulate(np.where(began, recording.time, 0.0)) < seconds


class TestFit:
    def test_the_classifier_reads_the_windows_of_the_preparation(self, recordings):
        class Witness(LinearDiscriminantAnalysis):
            def fit(self, X, y):
                Witness.seen = X, y
                return super().fit(X.reshape(len(X), -1)[:, ::50], y)

        preparation = Preparation(window=1.28, overlap=0.25)
        recognizer = ActivityRecognizer(Witness(), preparation).fit(recordings[:2])
        windows = preparation.windows(recordings[:2])
        assert_array_equal(Witness.seen[0], windows.data)
        assert_array_equal(Witness.seen[1], windows.target)
        assert recognizer.n_windows_ == len(windows.data)
        assert recognizer.window_channel_names_ == windows.channel_names
        assert recognizer.channel_names_in_ == recordings[0].channel_names
        assert recognizer.preparation_ == preparation
        assert recognizer.preparation_ is not preparation

    def test_the_parameters_stay_as_they_were(self, recordings):
        estimator, preparation = ExtraTreesClassifier(2), Preparation()
        recognizer = ActivityRecognizer(estimator, preparation, window_layout="flat")
        recognizer.fit(recordings[:2])
        assert recognizer.estimator is estimator
        assert not hasattr(estimator, "classes_")
        assert recognizer.preparation is preparation

    @pytest.mark.parametrize("form", ["arrays", "codes", "one label", "intervals"])
    def test_labels_can_be_given(self, recordings, form):
        some = [replace(r, labels=None) for r in recordings[:2]]
        codes = [np.where(np.arange(len(r)) < len(r) // 2, 3, 5) for r in some]
        y = {
            "arrays": [np.array(["a", "b"])[(c == 5).astype(int)] for c in codes],
            "codes": codes,
            "one label": ["a", "b"],
            "intervals": [pd.DataFrame({"activity": ["a", "b"], "start": [0, 20], "end": [20, 40]})]
            * 2,
        }[form]
        expected = [3, 5] if form == "codes" else ["a", "b"]
        assert trees().fit(some, y).classes_.tolist() == expected

    def test_other_libraries_read_windows_their_way(self, recordings):
        class ChannelsFirst(ClassifierMixin, BaseEstimator):
            """As aeon's classifiers: (n_cases, n_channels, n_timepoints)."""

            def fit(self, X, y):
                assert X.shape[1:] == (9, 128)
                self.classes_ = np.unique(y)
                return self

            def predict(self, X):
                return self.classes_[self.predict_proba(X).argmax(axis=1)]

            def predict_proba(self, X):
                assert X.shape[1:] == (9, 128)
                return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))

        recognizer = ActivityRecognizer(ChannelsFirst(), window_layout="channels-first")
        assert len(recognizer.fit(recordings[:1]).timelines(recordings[1:2])) == 1

    def test_subjects_are_groups_of_the_validation_split(self, recordings):
        seen = {}

        class Grouped(LinearDiscriminantAnalysis):
            def fit(self, X, y, groups=None):
                seen["groups"] = groups
                return super().fit(X[:, ::100], y)

            def predict_proba(self, X):
                return super().predict_proba(X[:, ::100])

        recognizer = ActivityRecognizer(Grouped(), window_layout="flat")
        recognizer.fit(recordings[:3])
        assert set(seen["groups"]) == {1, 2, 3}
        recognizer.fit(recordings[:3], groups=["x", "y", "x"])
        assert set(seen["groups"]) == {"x", "y"}
        in_pipeline = make_pipeline(StandardScaler(), Grouped())
        ActivityRecognizer(in_pipeline, window_layout="flat").fit(recordings[:3])
        assert set(seen["groups"]) == {1, 2, 3}
        with config_context(enable_metadata_routing=True):
            seen.clear()
            routed = ActivityRecognizer(
                make_pipeline(StandardScaler(), Grouped().set_fit_request(groups=True)),
                window_layout="flat",
            )
            routed.fit(recordings[:3])
            assert set(seen["groups"]) == {1, 2, 3}

    def test_early_stopping_holds_whole_subjects_out(self, recordings):
        classifier = network(early_stopping=True, validation_fraction=0.4, epochs=2)
        recognizer = ActivityRecognizer(classifier).fit(recordings[:3])
        assert "val_loss" in recognizer.estimator_.history_

    def test_channels_in_another_order_are_put_in_order_and_said(self, recordings):
        ordered = [with_names(r, NAMES) for r in recordings[:3]]
        turned = [2, 1, 0, 5, 4, 3]
        moved = [*ordered[:2], with_names(ordered[2], [NAMES[i] for i in turned], turned)]
        with pytest.warns(RecordingWarning, match="1 of 3 recordings have their channels in"):
            one = trees().fit(moved)
        two = trees().fit(ordered)
        assert_array_equal(
            np.concatenate(one.predict(ordered)), np.concatenate(two.predict(ordered))
        )
        assert one.channel_names_in_ == NAMES

    def test_partial_fit_goes_on(self, recordings):
        sgd = SGDClassifier(loss="log_loss", random_state=0)
        recognizer = ActivityRecognizer(sgd, window_layout="flat")
        recognizer.partial_fit(recordings[:2])
        before = recognizer.estimator_.coef_.copy()
        assert recognizer.partial_fit(recordings[2:4]) is recognizer
        assert not np.array_equal(before, recognizer.estimator_.coef_)
        assert not hasattr(trees(), "partial_fit")

    def test_activities_that_come_later_are_known_from_the_first_call(self, recordings):
        early = replace(
            recordings[0],
            labels=np.where(recordings[0].labels == "laying", None, recordings[0].labels),
        )
        recognizer = ActivityRecognizer(network(), expected_duration="training", posture_weight=0.3)
        everything = sorted(set(recordings[0].labels) - {None})
        recognizer.partial_fit([early], classes=everything)
        learnt = recognizer.training_facts_["activities"]
        assert [len(values) for values in learnt.values()] == [6, 6, 6]
        # Laying is the first class, and rare so far.
        assert 0.0 < learnt["class_prior"][0] < min(learnt["class_prior"][1:])
        assert len(recognizer.timelines(recordings[4:5])[0])

    def test_partial_fit_keeps_channels_and_windows_of_the_first_call(self, recordings):
        named = [with_names(r, NAMES) for r in recordings]
        sgd = SGDClassifier(loss="log_loss", random_state=0)
        one, two = (ActivityRecognizer(sgd, window_layout="flat") for _ in range(2))
        turned = [5, 4, 3, 2, 1, 0]
        moved = with_names(named[1], [NAMES[i] for i in turned], turned)
        one.partial_fit(named[:1]).set_params(preparation__window=1.28)
        with pytest.warns(RecordingWarning, match="1 of 1 recordings .* in another order"):
            one.partial_fit([moved])
        two.partial_fit(named[:1]).partial_fit(named[1:2])
        assert_array_equal(one.estimator_.coef_, two.estimator_.coef_)
        assert one.channel_names_in_ == NAMES

    def test_a_training_that_fails_changes_nothing(self, fitted, recordings):
        recognizer = pickle.loads(pickle.dumps(fitted))
        recognizer.set_params(preparation__window=1.28, estimator__n_estimators=-1)
        with pytest.raises(ValueError, match="n_estimators"):
            recognizer.fit(recordings[:1])
        assert recognizer.preparation_ == fitted.preparation_
        assert_array_equal(
            recognizer.predict(recordings[4:5])[0], fitted.predict(recordings[4:5])[0]
        )

    def test_warnings_point_at_the_call(self, fitted, recordings):
        metres = replace(recordings[4], samples=recordings[4].samples * 9.81)
        for call in (fitted.timelines, fitted.predict, fitted.decisions, fitted.predict_proba):
            with pytest.warns(RecordingWarning) as caught:
                call([metres])
            assert caught[0].filename == __file__

    def test_calibration_by_subject(self, recordings):
        calibrated = CalibratedClassifierCV(ExtraTreesClassifier(5), cv=2)
        recognizer = ActivityRecognizer(calibrated, window_layout="flat").fit(recordings[:3])
        assert_allclose(recognizer.predict_proba(recordings[3:4])[0].sum(axis=1), 1.0)


class TestPrediction:
    def test_the_timeline_is_that_of_the_windows(self, fitted, recordings):
        (timeline,) = fitted.timelines(recordings[4:5])
        windows = fitted.preparation_.windows([replace(recordings[4], labels=None)])
        probabilities = fitted.estimator_.predict_proba(windows.data.reshape(len(windows.data), -1))
        prior = fitted.training_facts_["activities"]["class_prior"]
        expected = make_timeline(probabilities, windows, classes=fitted.classes_, class_prior=prior)
        # The last window stands for the rest of the recording as well.
        end = recordings[4].time[-1] + 0.02
        assert end - 1.3 < expected["end"].iloc[-1] < end
        expected.loc[expected.index[-1], "end"] = end
        pd.testing.assert_frame_equal(timeline, expected)

    def test_every_sample_has_the_label_of_its_interval(self, fitted, recordings):
        predicted = fitted.predict(recordings[4:])
        for recording, timeline, labels in zip(
            recordings[4:], fitted.timelines(recordings[4:]), predicted, strict=True
        ):
            assert labels.shape == (len(recording),)
            assert_array_equal(labels, timeline_to_labels(timeline, recording.time))

    def test_samples_of_another_rate_are_labelled_as_given(self, fitted, recordings):
        (half,) = [
            Recording(
                recordings[4].samples[::2],
                recordings[4].time[::2],
                channel_names=recordings[4].channel_names,
            )
        ]
        with pytest.warns(RecordingWarning, match=r"it has 25 Hz, and the training recordings"):
            (labels,) = fitted.predict([half])
        assert len(labels) == len(half)

    @pytest.mark.parametrize("smoothing", ["viterbi", "posterior", None])
    def test_probabilities_of_samples(self, recordings, smoothing):
        recognizer = trees(smoothing=smoothing).fit(recordings[:4])
        (probabilities,) = recognizer.predict_proba(recordings[4:5])
        (labels,) = recognizer.predict(recordings[4:5])
        assert probabilities.shape == (len(recordings[4]), 6)
        assert_allclose(probabilities.sum(axis=1), 1.0)
        if smoothing != "viterbi":
            assert_array_equal(recognizer.classes_[probabilities.argmax(axis=1)], labels)

    @pytest.mark.parametrize("frame", ["device", "body"])
    def test_the_postures_of_the_recording_count(self, recordings, frame):
        recognizer = trees(
            preparation=Preparation(frame=frame), smoothing=None, posture_weight=0.3
        ).fit(recordings[:4])
        of_windows = np.array([d.probabilities for d in recognizer.decisions(recordings[4:5])[0]])
        unlabelled = replace(recordings[4], labels=None)
        windows = recognizer.preparation_.windows([unlabelled]).data
        in_frame = windows[..., -1].any(axis=1) & (frame == "body")
        spread = recognizer.training_facts_["activities"]["posture_spread"]
        expected = revise_by_posture(
            of_windows, windows[..., :3].mean(axis=1), in_frame, spread=spread
        )
        assert np.abs(expected - of_windows).max() > 0.05
        (of_samples,) = recognizer.predict_proba(recordings[4:5])
        assert_allclose(
            np.unique(of_samples.round(9), axis=0), np.unique(expected.round(9), axis=0), atol=1e-6
        )
        (timeline,) = recognizer.timelines(recordings[4:5])
        assert_array_equal(
            recognizer.predict(recordings[4:5])[0], recognizer.classes_[of_samples.argmax(axis=1)]
        )
        assert timeline["probability"].between(0.0, 1.0).all()

    def test_smoothing_knows_the_frequencies_and_durations_of_the_training(self, recordings):
        # Walking has all of its 10 s and the others 4 s of 10.
        walking = [
            replace(r, labels=np.where((r.labels == "walking") | ahead_of(r, 4.0), r.labels, None))
            for r in recordings[:4]
        ]
        recognizer = trees(expected_duration="training").fit(walking)
        learnt = recognizer.training_facts_["activities"]
        position = recognizer.classes_.tolist().index("walking")
        others = np.delete(np.arange(6), position)
        assert (
            learnt["class_prior"][position] > 1.5 * np.array(learnt["class_prior"])[others]
        ).all()
        assert_allclose(np.array(learnt["duration"])[others], 4.0, atol=0.1)
        assert learnt["duration"][position] > 8.0
        whole = replace(recordings[4], labels=None)
        windows = recognizer.preparation_.windows([whole])
        expected = make_timeline(
            recognizer.estimator_.predict_proba(windows.data.reshape(len(windows.data), -1)),
            windows,
            classes=recognizer.classes_,
            expected_duration=learnt["duration"],
            class_prior=learnt["class_prior"],
        )
        (timeline,) = recognizer.timelines([whole])
        assert_array_equal(timeline["activity"], expected["activity"])
        assert_allclose(timeline["probability"], expected["probability"])

    def test_weighted_classes_are_equally_frequent(self, recordings):
        recognizer = trees()
        recognizer.set_params(estimator__class_weight="balanced").fit(recordings[:2])
        prior = recognizer.training_facts_["activities"]["class_prior"]
        assert_allclose(prior, 1 / 6, atol=1e-4)

    def test_postures_need_accelerations(self, recordings):
        recognizer = trees(
            preparation=Preparation(acceleration=(), angular_velocity=(3, 4, 5)),
            posture_weight=0.3,
        ).fit(recordings[:2])
        with pytest.raises(ValueError, match="posture_weight must be 0 where the preparation has"):
            recognizer.timelines(recordings[4:5])

    def test_gaps_are_told(self, fitted, recordings):
        samples, time = recordings[4].samples[:1000], recordings[4].time[:1000]
        # A part of one second alone, which no window fits into.
        time = np.concatenate([time[:500], time[500:550] + 10, time[550:] + 20])
        broken = Recording(
            samples, time, channel_names=recordings[4].channel_names, facts={"file": "a.csv"}
        )
        with pytest.warns(
            RecordingWarning,
            match=r"1.00 s of 20.00 s have no prediction.*1 of 1 recordings.*\(a.csv\)",
        ):
            (labels,) = fitted.predict([broken])
        assert [label is None for label in labels] == [False] * 500 + [True] * 50 + [False] * 450
        with pytest.warns(RecordingWarning):
            (probabilities,) = fitted.predict_proba([broken])
        assert_array_equal(np.isnan(probabilities).any(axis=1), [label is None for label in labels])
        with pytest.warns(RecordingWarning):
            (timeline,) = fitted.timelines([broken])
        assert not ((timeline["start"] < 20.0) & (timeline["end"] > 10.02)).any()

    def test_codes_stay_codes_where_nothing_is_predicted(self, recordings):
        coded = [
            replace(r, labels=np.where(np.arange(len(r)) % 1000 < 500, 0, 1)) for r in recordings
        ]
        recognizer = trees().fit(coded[:2])
        short = replace(coded[2], samples=coded[2].samples[:100], time=coded[2].time[:100],
                        labels=None)  # fmt: skip
        with pytest.warns(RecordingWarning, match="have no prediction"):
            (labels,) = recognizer.predict([short])
        assert labels.tolist() == [-1] * 100
        with pytest.warns(RecordingWarning, match="have no prediction"):
            assert len(recognizer.timelines([short])[0]) == 0

    def test_merging_of_short_and_doubtful_intervals(self, recordings):
        recognizer = trees(smoothing=None).fit(recordings[:4])
        many = len(recognizer.timelines(recordings[4:5])[0])
        recognizer.set_params(min_duration=8.0)
        few = recognizer.timelines(recordings[4:5])[0]
        assert len(few) < many
        assert (few["end"] - few["start"]).min() >= 8.0 - 1e-6
        recognizer.set_params(min_duration=0.0, min_probability=0.95)
        assert (recognizer.timelines(recordings[4:5])[0]["probability"] >= 0.95).all()

    def test_a_recording_in_pieces_is_one_recording(self, fitted, recordings):
        whole = recordings[4]
        edges = [0, 700, 701, 1500, len(whole)]
        pieces = (
            Recording(
                whole.samples[a:b],
                whole.time[a:b],
                sampling_rate=50.0,
                channel_names=whole.channel_names,
            )
            for a, b in itertools.pairwise(edges)
        )
        (timeline,) = fitted.timelines([pieces])
        pd.testing.assert_frame_equal(timeline, fitted.timelines([whole])[0])

    def test_channels_are_found_by_name(self, recordings):
        named = [with_names(r, NAMES) for r in recordings]
        recognizer = trees().fit(named[:3])
        turned = [5, 4, 3, 2, 1, 0]
        other = with_names(named[4], [NAMES[i] for i in turned], turned)
        assert_array_equal(recognizer.predict([other])[0], recognizer.predict([named[4]])[0])
        more = replace(
            named[4],
            samples=np.column_stack([np.ones(len(named[4])), named[4].samples]),
            channel_names=["light", *NAMES],
        )
        assert_array_equal(recognizer.predict([more])[0], recognizer.predict([named[4]])[0])
        unnamed = replace(named[4], channel_names=None)
        with pytest.warns(RecordingWarning, match="they are taken in their order"):
            found = recognizer.predict([unnamed])
        assert_array_equal(found[0], recognizer.predict([named[4]])[0])
        lacking = with_names(named[4], NAMES[:5], slice(0, 5))
        with pytest.raises(ValueError, match=r"recordings\[0\]: .*\['gyro_z'\] are missing"):
            recognizer.predict([lacking])

    def test_units_are_compared_with_the_training(self, fitted, recordings):
        metres = replace(recordings[4], samples=recordings[4].samples * 9.81)
        with pytest.warns(RecordingWarning) as caught:
            fitted.predict([recordings[5], metres, metres])
        (warning,) = caught
        assert str(warning.message).startswith(
            "2 of 3 recordings, the first of them recordings[1]: its accelerations have a typical "
            "magnitude of 9."
        )


class TestStream:
    # Parts may be shorter than a window.
    @pytest.mark.filterwarnings("ignore:.* have no prediction")
    @settings(max_examples=40)
    @given(st.data())
    def test_it_decides_as_for_the_whole_recording(self, fitted, recordings, data):
        recording = recordings[5]
        n = data.draw(st.integers(200, len(recording)))
        cuts = data.draw(st.lists(st.integers(0, n), max_size=8))
        gap = data.draw(st.sampled_from([0.0, 0.05, 3.0]))
        saved = data.draw(st.integers(0, 9))
        time = recording.time[:n].copy()
        time[n // 2 :] += gap
        part = Recording(
            recording.samples[:n], time, sampling_rate=50.0, channel_names=recording.channel_names
        )
        recognizer = pickle.loads(pickle.dumps(fitted))
        stream, found = recognizer.stream(), []
        edges = np.unique([0, *cuts, n])
        for i, (a, b) in enumerate(itertools.pairwise(edges)):
            if i == saved:
                resumed = recognizer.stream()
                resumed.set_state(stream.get_state())
                stream = resumed
            found += stream.push(part.samples[a:b], part.time[a:b])
        found += stream.finish()
        (expected,) = fitted.decisions([part])
        assert [(d.start, d.end, d.activity) for d in found] == [
            (d.start, d.end, d.activity) for d in expected
        ]
        for one, other in zip(found, expected, strict=True):
            assert_array_equal(one.probabilities, other.probabilities)

    def test_it_takes_the_channels_of_the_training_in_any_order(self, recordings):
        named = [with_names(r, NAMES) for r in recordings]
        recognizer = trees().fit(named[:3])
        stream = recognizer.stream(channel_names=NAMES[::-1])
        found = stream.push(named[4].samples[:, ::-1], named[4].time) + stream.finish()
        assert [d.activity for d in found] == [
            d.activity for d in recognizer.decisions([named[4]])[0]
        ]
        assert recognizer.stream().channel_names == NAMES

    def test_a_recognizer_brings_its_preparation(self, fitted):
        with pytest.raises(ValueError, match="preparation must be None for an ActivityRecognizer"):
            StreamingRecognizer(fitted, Preparation())
        assert StreamingRecognizer(fitted).preparation == fitted.preparation_
        with pytest.raises(NotFittedError):
            StreamingRecognizer(trees())
