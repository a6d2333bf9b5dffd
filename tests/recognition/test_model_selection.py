"""Cross-validation, searches and scores of a recognizer."""

import pickle

import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    LeaveOneGroupOut,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)

from sklearn_har import ActivityRecognizer
from sklearn_har.evaluation import repeated_evaluation
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation
from sklearn_har.recognition import recording_scorer
from sklearn_har.timeline import (
    timeline_scores,
)
from tiny_recognizers import network, trees


class TestModelSelection:
    def test_cross_validation_by_subject(self, recordings, subjects):
        scores = cross_val_score(
            trees(), recordings, groups=subjects, cv=LeaveOneGroupOut(), error_score="raise"
        )
        assert scores.shape == (6,)
        assert ((scores > 0.2) & (scores <= 1.0)).all()
        again = trees().fit(recordings[1:]).score(recordings[:1])
        assert scores[0] == again

    def test_several_scores_at_once(self, recordings, subjects):
        found = cross_validate(
            trees(), recordings, groups=subjects, cv=GroupKFold(2), error_score="raise",
            scoring=recording_scorer("accuracy", "macro_f1", "event_f1"),
        )  # fmt: skip
        named = {"f1": recording_scorer("macro_f1")}
        single = cross_validate(
            trees(), recordings, groups=subjects, cv=GroupKFold(2), scoring=named
        )
        assert_array_equal(found["test_macro_f1"], single["test_f1"])
        assert len(found["test_event_f1"]) == 2

    def test_a_search_over_windows_and_classifier(self, recordings, subjects):
        search = GridSearchCV(
            trees(),
            {
                "preparation__window": [1.28, 2.56],
                "preparation__overlap": [0.0, 0.5],
                "estimator__n_estimators": [5],
            },
            cv=GroupKFold(2),
            error_score="raise",
        )
        search.fit(recordings, groups=subjects)
        assert len(search.cv_results_["params"]) == 4
        best = search.best_estimator_
        assert best.preparation_.window == search.best_params_["preparation__window"]
        assert best.estimator_.n_estimators == 5
        assert len(search.predict(recordings[:1])[0]) == len(recordings[0])

    def test_a_search_over_a_network(self, recordings, subjects):
        search = GridSearchCV(
            ActivityRecognizer(network()), {"estimator__units": [2, 3]}, cv=GroupKFold(2),
            error_score="raise",
        )  # fmt: skip
        search.fit(recordings[:4], groups=subjects[:4])
        assert search.best_estimator_.estimator_.units in (2, 3)

    def test_two_processes(self, recordings, subjects):
        alone, together = (
            cross_val_score(
                trees(), recordings[:4], groups=subjects[:4], cv=GroupKFold(2), n_jobs=n
            )
            for n in (1, 2)
        )
        assert_array_equal(alone, together)

    def test_predictions_of_all_folds(self, recordings, subjects):
        with pytest.raises(ValueError, match="inhomogeneous"):
            # scikit-learn joins what the folds predict into one array; recordings differ in length.
            cross_val_predict(trees(), recordings, groups=subjects, cv=GroupKFold(2))

    def test_repeated_evaluation(self, recordings, subjects):
        result = repeated_evaluation(
            trees(), recordings, cv=3, groups=subjects, n_repeats=2, random_state=0
        )
        assert result.scores.shape == (2,)
        assert result.classes.tolist() == sorted(
            ["walking", "walking_upstairs", "walking_downstairs", "sitting", "standing", "laying"]
        )
        labelled = sum(
            sum(label is not None for label in recording.labels) for recording in recordings
        )
        assert result.confusion_matrix.sum() == 2 * labelled
        assert set(result.per_subject["subject"]) == set(subjects)
        split = repeated_evaluation(
            trees(), recordings[:4], X_test=recordings[4:], groups=subjects[:4],
            groups_test=subjects[4:], n_repeats=2, random_state=0,
        )  # fmt: skip
        model = clone(trees()).set_params(estimator__random_state=int(split.seeds[0]))
        assert split.scores[0] == model.fit(recordings[:4]).score(recordings[4:])

    def test_parameters_of_what_is_not_set(self):
        recognizer = ActivityRecognizer().set_params(preparation__window=1.28, estimator__epochs=3)
        assert recognizer.preparation == Preparation(window=1.28)
        assert recognizer.estimator.epochs == 3
        named = ActivityRecognizer(preparation="accelerometer")
        named.set_params(preparation__overlap=0.0)
        assert named.preparation == Preparation(angular_velocity=(), overlap=0.0)


class TestScores:
    def test_share_of_labelled_time(self, fitted, recordings):
        true = [r.timeline() for r in recordings[4:]]
        expected = timeline_scores(true, fitted.timelines(recordings[4:]))
        assert fitted.score(recordings[4:]) == expected.accuracy
        assert fitted.scores(recordings[4:]).event_f1 == expected.event_f1
        scorer = recording_scorer("event_f1")
        assert scorer(fitted, recordings[4:]) == expected.event_f1
        assert pickle.loads(pickle.dumps(scorer))(fitted, recordings[4:]) == expected.event_f1

    def test_labels_can_be_given(self, fitted, recordings):
        predicted = fitted.predict(recordings[4:])
        assert fitted.score(recordings[4:], predicted) == pytest.approx(1.0, abs=1e-3)

    def test_activities_that_it_does_not_know_are_told(self, fitted, recordings):
        y = [["cycling"] * 100 + ["sitting"] * (len(r) - 100) for r in recordings[4:]]
        with pytest.warns(RecordingWarning, match=r"4.0 s have activities .* wrong: cycling"):
            score = fitted.score(recordings[4:], y)
        assert 0.0 <= score < 1.0

    @pytest.mark.parametrize(
        ("names", "message"),
        [((), "at least one"), (("f1",), "must be one of.*got 'f1'"), (("acuracy",), "accuracy")],
    )
    def test_unknown_names_are_refused(self, names, message):
        with pytest.raises(ValueError, match=message):
            recording_scorer(*names)
