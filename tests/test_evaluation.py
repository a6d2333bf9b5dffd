"""Repeated evaluation: seeds, splits, tables and the summary."""

import json
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, log_loss
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_har.evaluation import RepeatedEvaluation, repeated_evaluation


def _flatten(X):
    return X.reshape(len(X), -1)


@pytest.fixture
def windows():
    """Noisy windows (60, 8, 3) of three activities by five subjects, in no order."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], 20))
    subject = rng.permutation(np.repeat([1, 2, 3, 4, 5], 12))
    X = rng.normal(size=(60, 8, 3)) + y[:, None, None] * 0.3
    return X, y, subject


@pytest.fixture
def forest():
    return make_pipeline(
        FunctionTransformer(_flatten), RandomForestClassifier(n_estimators=3, max_depth=2)
    )


@pytest.fixture
def split(windows):
    X, y, subject = windows
    test = subject >= 4
    return {
        "X": X[~test],
        "y": y[~test],
        "X_test": X[test],
        "y_test": y[test],
        "groups_test": subject[test],
    }


class Replay(ClassifierMixin, BaseEstimator):
    """Predicts the first column of X, changed for one row in ``random_state % 4``."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        labels = X[:, 0].astype(int)
        wrong = self.random_state % 4
        labels[:wrong] = (labels[:wrong] + 1) % len(self.classes_)
        return labels


def test_scores_are_those_of_clones_trained_with_the_reported_seeds(split, forest):
    result = repeated_evaluation(forest, n_repeats=4, random_state=0, **split)

    assert isinstance(result, RepeatedEvaluation)
    for seed, score in zip(result.seeds.tolist(), result.scores, strict=True):
        forest.set_params(randomforestclassifier__random_state=seed)
        assert forest.fit(split["X"], split["y"]).score(split["X_test"], split["y_test"]) == score
    assert_array_equal(result.split_scores[:, 0], result.scores)
    assert result.mean == pytest.approx(np.mean(result.scores))
    assert result.std == pytest.approx(np.std(result.scores, ddof=0))
    assert result.std > 0


def test_estimator_is_neither_fitted_nor_changed(split, forest):
    before = repr(forest.get_params())
    repeated_evaluation(forest, n_repeats=1, random_state=0, **split)
    assert repr(forest.get_params()) == before
    assert not hasattr(forest[-1], "estimators_")


def test_seeds_are_distinct_integers_and_a_longer_run_repeats_a_shorter_one(split, forest):
    result = repeated_evaluation(forest, n_repeats=3, random_state=7, **split)
    longer = repeated_evaluation(forest, n_repeats=5, random_state=7, **split)
    assert len(set(longer.seeds.tolist())) == 5
    assert_array_equal(longer.seeds[:3], result.seeds)
    assert_array_equal(longer.scores[:3], result.scores)


def test_random_state_instance_goes_on_and_other_seeds_differ(split, forest):
    rng = np.random.RandomState(0)
    first = repeated_evaluation(forest, n_repeats=2, random_state=rng, **split)
    second = repeated_evaluation(forest, n_repeats=2, random_state=rng, **split)
    assert set(first.seeds.tolist()).isdisjoint(second.seeds.tolist())


def test_every_nested_random_state_is_seeded_whatever_it_was(windows):
    X, y, _ = windows

    seen = []

    class Recorder(Replay):
        def fit(self, X, y):
            seen.append(self.random_state)
            return super().fit(X, y)

    estimator = make_pipeline(FunctionTransformer(_flatten), Recorder(random_state=3))
    result = repeated_evaluation(estimator, X, y, X_test=X, y_test=y, n_repeats=2, random_state=0)
    assert seen == result.seeds.tolist()


def test_an_estimator_without_randomness_has_no_spread(split):
    estimator = make_pipeline(FunctionTransformer(_flatten), StandardScaler(), LogisticRegression())
    result = repeated_evaluation(estimator, n_repeats=2, **split)
    assert result.scores[0] == result.scores[1] > 1 / 3
    assert result.std == 0


def test_cross_validation_scores_as_scikit_learn_does(windows, forest):
    X, y, subject = windows
    cv = GroupKFold(n_splits=5)
    result = repeated_evaluation(forest, X, y, cv=cv, groups=subject, n_repeats=2, random_state=0)
    for seed, folds, score in zip(
        result.seeds.tolist(), result.split_scores, result.scores, strict=True
    ):
        forest.set_params(randomforestclassifier__random_state=seed)
        expected = cross_val_score(forest, X, y, cv=cv, groups=subject)
        assert_allclose(folds, expected)
        assert score == pytest.approx(expected.mean())
    # Each window is predicted once a repeat.
    assert result.confusion_matrix.sum() == 2 * len(y)
    assert result.per_class["support"].tolist() == [20, 20, 20]
    assert sorted(result.per_subject["subject"]) == [1, 2, 3, 4, 5]


def test_integer_cv_keeps_subjects_together_or_stratifies(windows, forest):
    X, y, subject = windows
    common = {"n_repeats": 1, "random_state": 0}
    grouped = repeated_evaluation(forest, X, y, cv=5, groups=subject, **common)
    expected = repeated_evaluation(forest, X, y, cv=GroupKFold(5), groups=subject, **common)
    assert_array_equal(grouped.split_scores, expected.split_scores)
    stratified = repeated_evaluation(forest, X, y, cv=4, **common)
    expected = repeated_evaluation(forest, X, y, cv=StratifiedKFold(4), **common)
    assert_array_equal(stratified.split_scores, expected.split_scores)
    assert stratified.per_subject is None


def test_a_shuffling_splitter_splits_all_repeats_alike(windows):
    X, y, _ = windows
    # Deterministic training: whatever differs between repeats would come from the splits.
    estimator = make_pipeline(FunctionTransformer(_flatten), LogisticRegression())
    result = repeated_evaluation(estimator, X, y, cv=KFold(3, shuffle=True), n_repeats=3)
    assert_array_equal(result.split_scores[0], result.split_scores[1])
    assert result.std == 0


def test_splits_may_come_from_an_iterable_and_overlap(windows, forest):
    X, y, subject = windows
    fold = (np.arange(30), np.arange(30, 60))
    result = repeated_evaluation(forest, X, y, cv=iter([fold, fold]), groups=subject, n_repeats=1)
    assert result.confusion_matrix.sum() == 60
    counts = result.per_subject.set_index("subject")["n_windows"].sort_index()
    assert counts.tolist() == (2 * np.bincount(subject[30:])[1:]).tolist()


def test_tables_agree_with_scikit_learn_and_with_each_other(split, forest):
    result = repeated_evaluation(forest, n_repeats=1, random_state=0, **split)
    forest.set_params(randomforestclassifier__random_state=int(result.seeds[0]))
    y_pred = forest.fit(split["X"], split["y"]).predict(split["X_test"])
    report = classification_report(split["y_test"], y_pred, output_dict=True, zero_division=0)
    for label in result.classes:
        expected, row = report[str(label)], result.per_class.loc[label]
        assert row["precision_mean"] == pytest.approx(expected["precision"])
        assert row["recall_mean"] == pytest.approx(expected["recall"])
        assert row["f1_mean"] == pytest.approx(expected["f1-score"])
        assert row["support"] == expected["support"]
        assert row[["precision_std", "recall_std", "f1_std"]].eq(0).all()
    subjects = result.per_subject
    weighted = np.average(subjects["accuracy_mean"], weights=subjects["n_windows"])
    assert weighted == pytest.approx(result.mean)


def test_tables_over_repeats_in_closed_form():
    y = np.array([0, 0, 1, 1])
    X = np.column_stack([y, y])
    result = repeated_evaluation(
        Replay(), X, y, X_test=X, y_test=y, groups_test=["b", "b", "a", "a"], n_repeats=6,
        random_state=0,
    )  # fmt: skip
    wrong = result.seeds % 4
    assert_allclose(result.scores, 1 - wrong / 4)
    of_a, of_b = np.clip(wrong - 2, 0, 2) / 2, np.minimum(wrong, 2) / 2
    # The first rows are the ones that go wrong, so "b" is the worse subject and stands first.
    assert result.per_subject["subject"].tolist() == ["b", "a"]
    assert result.per_subject["n_windows"].tolist() == [2, 2]
    assert_allclose(result.per_subject["accuracy_mean"], [1 - of_b.mean(), 1 - of_a.mean()])
    assert_allclose(result.per_subject["accuracy_std"], [of_b.std(), of_a.std()])
    assert_allclose(result.per_class["recall_mean"], [1 - of_b.mean(), 1 - of_a.mean()])
    assert_allclose(result.per_class["recall_std"], [of_b.std(), of_a.std()])
    errors_of_0, errors_of_1 = int(2 * of_b.sum()), int(2 * of_a.sum())
    assert_array_equal(
        result.confusion_matrix, [[12 - errors_of_0, errors_of_0], [errors_of_1, 12 - errors_of_1]]
    )


def test_class_that_is_never_predicted_counts_as_zero_without_a_warning(windows):
    X, y, _ = windows
    result = repeated_evaluation(DummyClassifier(), X, y, X_test=X, y_test=y, n_repeats=1)
    assert result.per_class["precision_mean"].tolist() == [pytest.approx(1 / 3), 0, 0]
    assert result.per_subject is None


@pytest.mark.parametrize(
    "relabel",
    [
        lambda y: np.array(["sit", "stand", "walk"])[y],
        lambda y: np.array(["sit", "stand", "walk"], dtype=object)[y],
        lambda y: y == 1,
    ],
    ids=["str", "object", "bool"],
)
def test_labels_of_other_types(split, forest, relabel):
    split |= {"y": relabel(split["y"]), "y_test": relabel(split["y_test"])}
    result = repeated_evaluation(forest, n_repeats=1, random_state=0, **split)
    assert result.classes.tolist() == np.unique(split["y"]).tolist()
    assert np.trace(result.confusion_matrix) / len(split["y_test"]) == result.scores[0]
    json.dumps(result.to_dict(), allow_nan=False)


def test_data_frames_and_lists_are_windows_too(windows):
    X, y, _ = windows
    X = X[:, 0]
    forest = RandomForestClassifier(n_estimators=3)
    common = {"cv": 3, "n_repeats": 1, "random_state": 0}
    expected = repeated_evaluation(forest, X, y, **common).scores
    frame = repeated_evaluation(forest, pd.DataFrame(X, index=y), pd.Series(y), **common)
    lists = repeated_evaluation(forest, X.tolist(), y.tolist(), **common)
    assert frame.scores == lists.scores == expected


def test_any_scorer_and_its_summary(split, forest):
    result = repeated_evaluation(
        forest, scoring="neg_log_loss", n_repeats=2, random_state=0, **split
    )
    forest.set_params(randomforestclassifier__random_state=int(result.seeds[1]))
    proba = forest.fit(split["X"], split["y"]).predict_proba(split["X_test"])
    assert result.scores[1] == pytest.approx(-log_loss(split["y_test"], proba))
    lines = str(result).splitlines()
    assert lines[0] == f">#1: {result.scores[0]:.4f}"
    assert lines[2] == f"neg_log_loss: {result.mean:.4f} (+/-{result.std:.4f})"


@pytest.mark.parametrize(
    ("scoring", "last_line"),
    [
        ("balanced_accuracy", "Balanced accuracy: 50.000% (1 repeat)"),
        ("f1_macro", "f1_macro: 0.3333 (1 repeat)"),
        (None, "score: 0.5000 (1 repeat)"),
    ],
)
def test_summary_names_the_score(scoring, last_line):
    X, y = np.zeros((4, 1)), [0, 0, 1, 1]
    result = repeated_evaluation(
        DummyClassifier(), X, y, X_test=X, y_test=y, n_repeats=1, scoring=scoring
    )
    assert str(result).splitlines()[-1] == last_line


def test_callable_scoring_is_called_with_the_trained_clone(split, forest):
    def n_trees(estimator, X, y):
        return len(estimator[-1].estimators_)

    result = repeated_evaluation(forest, scoring=n_trees, n_repeats=1, **split)
    assert result.scores.tolist() == [3.0]
    assert result.scoring == "n_trees"


def test_summary_is_the_one_that_people_know():
    # 1000 rows, of which seed % 4 go wrong.
    y = np.tile([0, 1], 500)
    X = y[:, None]
    result = repeated_evaluation(Replay(), X, y, X_test=X, y_test=y, n_repeats=3, random_state=0)
    wrong = result.seeds % 4
    scores = [f">#{i}: {value:.3f}" for i, value in enumerate(100 - wrong / 10, 1)]
    assert str(result) == "\n".join(
        [*scores, f"Accuracy: {100 - wrong.mean() / 10:.3f}% (+/-{wrong.std() / 10:.3f})"]
    )
    assert "accuracy" in repr(result)
    assert "\n" not in repr(result)


def test_progress_goes_to_stderr_and_only_when_asked(split, forest, capsys):
    repeated_evaluation(forest, n_repeats=2, **split)
    assert capsys.readouterr() == ("", "")
    result = repeated_evaluation(forest, n_repeats=2, verbose=1, **split)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == str(result).splitlines()[:2]


def test_jobs_change_nothing_but_the_time(windows, forest):
    X, y, subject = windows
    # The function that flattens is defined in a test module, which workers cannot import.
    X, forest = _flatten(X), forest[-1]
    common = {"cv": 2, "groups": subject, "n_repeats": 3, "random_state": 0}
    one = repeated_evaluation(forest, X, y, **common)
    two = repeated_evaluation(forest, X, y, n_jobs=2, **common)
    assert_array_equal(one.split_scores, two.split_scores)
    assert_array_equal(one.confusion_matrix, two.confusion_matrix)
    assert two.fit_times.shape == two.predict_times.shape == (3,)
    assert (two.fit_times > 0).all()
    assert (two.predict_times > 0).all()
    # Seconds that it took, not the time of a clock.
    assert (two.predict_times < 60).all()


def test_report_shows_all_tables_within_80_columns(split, forest):
    result = repeated_evaluation(forest, n_repeats=2, random_state=0, **split)
    names = ["walking", "walking upstairs with a heavy load", "laying"]
    report = result.report(target_names=names)
    assert report.startswith(str(result))
    for word in ("walking", "walking upstairs with...", "laying", "worst first", "of 2 repeats"):
        assert word in report
    assert max(map(len, report.splitlines())) <= 80
    for row in result.confusion_matrix:
        assert any(line.split()[-3:] == row.astype(str).tolist() for line in report.splitlines())
    without = repeated_evaluation(
        forest, n_repeats=1, **{key: split[key] for key in split if key != "groups_test"}
    ).report()
    assert "Per subject" not in without
    assert "of 1 repeat," in without


def test_report_word_for_word():
    X = np.array([0, 1, 0, 1, 0, 1])[:, np.newaxis]
    report = repeated_evaluation(
        DummyClassifier(strategy="constant", constant=1),
        X,
        X[:, 0],
        X_test=X,
        y_test=X[:, 0],
        groups_test=[7, 7, 7, 8, 8, 8],
        n_repeats=1,
        random_state=0,
    ).report()
    lines = [line.split() for line in report.splitlines()]
    assert ["precision", "recall", "f1", "windows"] in lines
    assert ["accuracy", "windows"] in lines
    # Without names the classes stand for themselves.
    rows = {line[0]: line[-1] for line in lines if line and line[0] in ("0", "1", "7", "8")}
    assert rows["0"] == rows["1"] == "3"
    assert ["a", "b"] in lines
    assert ["a", "0", "0", "3"] in lines
    assert ["b", "1", "0", "3"] in lines


def test_only_names_that_are_too_long_are_shortened():
    X = np.array([0, 1] * 3)[:, np.newaxis]
    result = repeated_evaluation(
        DummyClassifier(), X, X[:, 0], X_test=X, y_test=X[:, 0], n_repeats=1, random_state=0
    )
    report = result.report(target_names=["x" * 24, "y" * 25])
    assert "x" * 24 in report
    assert "y" * 21 + "..." in report
    assert "y" * 22 not in report


def test_report_of_many_classes_wraps():
    # Not more: from 21 classes on, scikit-learn 1.7 takes their list for a continuous target.
    y = np.repeat(np.arange(20), 3)
    X = y[:, None]
    report = repeated_evaluation(
        Replay(), X, y, X_test=X, y_test=y, n_repeats=1, random_state=0
    ).report(target_names=[f"activity number {i} of twenty" for i in range(20)])
    assert max(map(len, report.splitlines())) <= 80


def test_report_wants_one_name_for_each_class(split, forest):
    result = repeated_evaluation(forest, n_repeats=1, **split)
    with pytest.raises(ValueError, match=r"each of the 3 classes \[0, 1, 2\], got 2 names"):
        result.report(target_names=["a", "b"])


def test_to_dict_is_ready_for_json(split, forest):
    result = repeated_evaluation(forest, n_repeats=2, random_state=0, **split)
    content = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert content["scores"] == result.scores.tolist()
    assert content["n_repeats"] == 2
    assert content["mean"] == result.mean
    assert content["seeds"] == result.seeds.tolist()
    assert content["classes"] == [0, 1, 2]
    assert content["confusion_matrix"] == result.confusion_matrix.tolist()
    pd.testing.assert_frame_equal(
        pd.DataFrame(content["per_class"]).set_index("class"), result.per_class
    )
    pd.testing.assert_frame_equal(pd.DataFrame(content["per_subject"]), result.per_subject)


def test_to_dict_writes_none_for_what_is_not_finite(split, forest):
    result = repeated_evaluation(forest, n_repeats=1, scoring=lambda *_: float("nan"), **split)
    assert result.to_dict()["scores"] == [None]
    assert result.to_dict()["mean"] is None


def test_result_is_frozen(split, forest):
    result = repeated_evaluation(forest, n_repeats=1, **split)
    with pytest.raises(FrozenInstanceError):
        result.scores = None


def test_shared_subjects_are_warned_of(split, forest):
    clean = np.ones(len(split["y"]), dtype=int)
    repeated_evaluation(forest, n_repeats=1, groups=clean, **split)  # warnings are errors here
    with pytest.warns(UserWarning, match=r"1 subject\(s\) are in the training and .* \(4\)"):
        repeated_evaluation(forest, n_repeats=1, groups=clean * 4, **split)


def test_the_line_of_the_caller_is_named_with_shared_subjects(split, forest):
    with pytest.warns(UserWarning, match="are in the training") as warned:
        repeated_evaluation(forest, n_repeats=1, groups=np.full(len(split["y"]), 4), **split)
    assert warned[0].filename == __file__


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"X_test": None, "y_test": None, "groups_test": None}, ValueError, "X_test and y_test"),
        ({"y_test": None}, ValueError, "or cv, such as"),
        ({"X_test": None}, ValueError, "X_test and y_test"),
        ({"cv": 3}, ValueError, "cv and X_test, y_test, groups_test exclude each other"),
        ({"cv": 3, "X_test": None, "y_test": None}, ValueError, "groups_test exclude"),
        ({"n_repeats": 0}, ValueError, "n_repeats must be an integer of at least 1, got 0"),
        ({"n_repeats": 2.5}, TypeError, "n_repeats must be an integer"),
        ({"scoring": "acuracy"}, ValueError, "acuracy"),
        ({"scoring": ["accuracy", "f1"]}, TypeError, "one scorer.* got list"),
        ({"scoring": lambda *_: {"a": 1.0}}, TypeError, "one number, got dict"),
        ({"estimator": "forest"}, TypeError, "estimator"),
        ({"y": [0, 1]}, ValueError, "inconsistent numbers of samples"),
        ({"groups_test": [1]}, ValueError, "inconsistent numbers of samples"),
        ({"y": np.linspace(0, 1, 36)}, ValueError, "Unknown label type"),
        ({"y": np.ones((36, 2), dtype=int)}, ValueError, "y must be one-dimensional"),
        ({"y_test": np.repeat("walk", 24)}, ValueError, "Mix of label input types"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(split, forest, change, error, message):
    arguments = {"estimator": forest, "n_repeats": 1} | split | change
    with pytest.raises(error, match=message):
        repeated_evaluation(**arguments)


def test_failing_training_is_not_hidden(split, forest):
    forest.set_params(randomforestclassifier__n_estimators=-1)
    with pytest.raises(ValueError, match="n_estimators"):
        repeated_evaluation(forest, n_repeats=1, **split)
