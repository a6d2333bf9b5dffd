"""`evaluate_recordings`, and names of activities for classifiers that know numbers."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut

from sklearn_har import ActivityRecognizer
from sklearn_har.datasets import make_har_recordings
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation
from sklearn_har.recognition import evaluate_recordings
from sklearn_har.timeline import timeline_scores


@pytest.fixture(scope="module")
def recordings():
    return make_har_recordings(4, seconds_per_activity=8.0, random_state=0).recordings


def _recognizer():
    return ActivityRecognizer(LogisticRegression(max_iter=50, tol=0.1), window_layout="flat")


def test_a_fitted_recognizer_is_scored_by_subject(recordings):
    recognizer = _recognizer().fit(recordings[:2])
    evaluation = evaluate_recordings(recognizer, recordings[2:])
    assert evaluation.n_folds is None
    scores = recognizer.scores(recordings[2:])
    assert evaluation.scores.accuracy == scores.accuracy
    table = evaluation.per_subject.set_index("subject")
    assert table["accuracy"].is_monotonic_increasing
    for recording in recordings[2:]:
        row = table.loc[recording.subject]
        assert row["accuracy"] == recognizer.score([recording])
        true = recording.timeline()
        assert row["seconds"] == pytest.approx((true["end"] - true["start"]).sum())
    assert json.loads(json.dumps(evaluation.to_dict()))["accuracy"] == scores.accuracy


def test_cross_validation_predicts_each_subject_by_the_others(recordings):
    evaluation = evaluate_recordings(_recognizer(), recordings, cv=LeaveOneGroupOut())
    assert evaluation.n_folds == 4
    expected = [
        _recognizer().fit([r for r in recordings if r is not one]).timelines([one])[0]
        for one in recordings
    ]
    for timeline, other in zip(evaluation.timelines, expected, strict=True):
        assert timeline.equals(other)
    true = [recording.timeline() for recording in recordings]
    assert evaluation.scores.accuracy == timeline_scores(true, expected).accuracy
    assert max(map(len, evaluation.report().splitlines())) <= 80


def test_an_integer_needs_subjects(recordings):
    unknown = [replace(recording, subject=None) for recording in recordings]
    with pytest.raises(ValueError, match="groups must give the subject of each recording"):
        evaluate_recordings(_recognizer(), unknown, cv=2)
    with pytest.raises(ValueError, match="groups must have one entry for each of the 4"):
        evaluate_recordings(_recognizer(), recordings, groups=[1], cv=2)
    evaluation = evaluate_recordings(_recognizer(), unknown, groups=[1, 1, 2, 2], cv=2)
    assert sorted(evaluation.per_subject["subject"]) == [1, 2]
    assert evaluate_recordings(_recognizer().fit(recordings), unknown).per_subject is None


@pytest.fixture(scope="module")
def classifier(recordings):
    """A classifier of windows that knows its activities as numbers."""
    windows = Preparation().windows(recordings)
    y = np.unique(windows.target, return_inverse=True)[1]
    X = windows.data.reshape(len(windows.data), -1)
    return LogisticRegression(max_iter=50, tol=0.1).fit(X, y)


class TestActivityNames:
    def test_they_become_the_classes(self, classifier, recordings):
        names = [f"activity {i}" for i in range(6)]
        plain = ActivityRecognizer.from_classifier(classifier, window_layout="flat")
        named = ActivityRecognizer.from_classifier(
            classifier, window_layout="flat", activity_names=names
        )
        for one, other in zip(
            plain.timelines(recordings)[0]["activity"],
            named.timelines(recordings)[0]["activity"],
            strict=True,
        ):
            assert other == names[one]
        assert {d.activity for d in named.decisions(recordings[:1])[0]} <= set(names)
        # Channels that nobody named are the six of a phone.
        stream = named.stream()
        found = stream.push(recordings[0].samples) + stream.finish()
        assert [d.activity for d in found] == [
            d.activity for d in named.decisions(recordings[:1])[0]
        ]

    @pytest.mark.parametrize("names", [["a"], ["a"] * 6, "abcdef"])
    def test_wrong_names_are_refused(self, classifier, names):
        with pytest.raises(ValueError, match="activity_names must name each of the 6 classes"):
            ActivityRecognizer.from_classifier(
                classifier, window_layout="flat", activity_names=names
            )


def test_times_of_another_unit_are_refused(recordings):
    slow = replace(recordings[0], time=recordings[0].time * 1000.0, sampling_rate=0.05)
    with pytest.raises(ValueError, match=r"0\.05 Hz is too slow for windows at 50 Hz"):
        _recognizer().fit([slow])
    recognizer = _recognizer().fit(recordings[1:])
    with pytest.raises(ValueError, match="time_unit='ms'"):
        recognizer.timelines([slow])


def test_unknown_activities_are_said(recordings):
    labels = np.where(np.equal(recordings[0].labels, "sitting"), "resting", recordings[0].labels)
    recognizer = _recognizer().fit(recordings[1:])
    with pytest.warns(RecordingWarning, match="resting"):
        evaluate_recordings(recognizer, [replace(recordings[0], labels=labels)])
