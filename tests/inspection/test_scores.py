"""Scores by subject and by model, and what channels are worth, read from the artists."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_har.evaluation import repeated_evaluation
from sklearn_har.inspection import (
    ChannelImportanceDisplay,
    RepeatedEvaluationDisplay,
    SubjectScoresDisplay,
    channel_importance,
)


def _values(container):
    """The marks of error bars and their bars."""
    marks, _, bars = container.lines
    spans = [[round(x, 9) for x, _ in segment] for bar in bars for segment in bar.get_segments()]
    return marks.get_xdata().tolist(), spans


@pytest.fixture
def evaluation():
    X, y = np.zeros((12, 1)), np.arange(12) % 2
    return lambda **options: repeated_evaluation(
        DummyClassifier(strategy="uniform", random_state=0),
        X,
        y,
        X_test=X,
        y_test=y,
        random_state=0,
        **{"n_repeats": 3, "groups_test": np.repeat([7, 8, 9], 4), **options},
    )


# By subject ---------------------------------------------------------------------------------------


def test_the_worst_subject_is_on_top(row_names, legend):
    display = SubjectScoresDisplay(
        ["Ann", "Bob", "Cid"], [0.9, 0.5, 0.7], spread=[0.1, 0.2, 0.0], n_windows=[10, 20, 30]
    ).plot()
    assert display.subjects_ == ["Bob", "Cid", "Ann"]
    assert row_names(display.ax_) == display.subjects_
    assert display.ax_.get_ylim() == (2.5, -0.5)
    marks, spans = _values(display.scores_)
    np.testing.assert_allclose(marks, [50.0, 70.0, 90.0])
    assert spans == [[30.0, 70.0], [70.0, 70.0], [80.0, 100.0]]
    np.testing.assert_allclose(display.mean_line_.get_xdata(), [70.0, 70.0])
    assert display.ax_.get_xlabel() == "Accuracy (%)"
    assert legend(display.ax_) == ["mean over subjects, 70 %", "subject: mean, standard deviation"]
    (side,) = display.ax_.child_axes
    assert [label.get_text() for label in side.get_yticklabels()] == ["20", "30", "10"]


def test_scores_of_another_kind_keep_their_scale(legend):
    display = SubjectScoresDisplay([1], [0.5], score_name="f1_macro").plot()
    assert display.ax_.get_xlabel() == "F1 macro"
    assert _values(display.scores_) == ([0.5], [])
    assert legend(display.ax_) == ["mean over subjects, 0.5", "subject"]


def test_an_accuracy_is_not_drawn_beyond_100():
    display = SubjectScoresDisplay([1], [1.0]).plot()
    assert 100.0 < display.ax_.get_xlim()[1] < 101.0
    half = SubjectScoresDisplay([1, 2], [0.2, 0.4]).plot()
    assert half.ax_.get_xlim()[1] < 50.0


def test_many_subjects_and_long_names_have_room():
    few, many = (
        SubjectScoresDisplay(np.arange(n), np.linspace(0, 1, n)).plot().figure_.get_figheight()
        for n in (3, 30)
    )
    assert many > few + 5.0
    long = SubjectScoresDisplay(
        ["somebody_whose_name_needs_three_lines_of_the_picture"] * 3, [0] * 3
    )
    assert "\n" in long.plot().ax_.get_yticklabels()[0].get_text()
    assert long.figure_.get_figheight() > few


def test_from_predictions_and_from_estimator_count_each_subject():
    X, y, groups = np.zeros((6, 1)), np.array([0, 0, 1, 0, 1, 1]), np.array([2, 2, 2, 1, 1, 1])
    model = DummyClassifier(strategy="constant", constant=0).fit(X, y)
    display = SubjectScoresDisplay.from_estimator(model, X, y, groups=groups)
    assert display.subjects_ == [1, 2]
    np.testing.assert_allclose(_values(display.scores_)[0], [100 / 3, 200 / 3])
    assert display.spread is None
    assert display.n_windows.tolist() == [3, 3]
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        SubjectScoresDisplay.from_predictions(y, y, groups=groups[1:])
    with pytest.raises(ValueError, match="groups must be one-dimensional"):
        SubjectScoresDisplay.from_predictions(y, y, groups=groups.reshape(2, 3))


def test_subjects_of_an_evaluation(evaluation):
    result = evaluation()
    display = SubjectScoresDisplay.from_evaluation(result)
    assert display.subjects_ == result.per_subject["subject"].tolist()
    marks, spans = _values(display.scores_)
    np.testing.assert_allclose(marks, 100 * result.per_subject["accuracy_mean"])
    np.testing.assert_allclose(
        np.diff(spans).ravel(), 200 * result.per_subject["accuracy_std"], atol=1e-6
    )
    # One training has no spread, and is not shown with one of 0.
    assert SubjectScoresDisplay.from_evaluation(evaluation(n_repeats=1)).spread is None
    with pytest.raises(ValueError, match="Pass groups with cv, or groups_test with X_test"):
        SubjectScoresDisplay.from_evaluation(evaluation(groups_test=None))
    with pytest.raises(TypeError, match="a result of repeated_evaluation, got list"):
        SubjectScoresDisplay.from_evaluation([])


def test_what_is_wrong_with_subjects_is_said():
    with pytest.raises(ValueError, match=r"at least one subject, got an array of shape \(0,\)"):
        SubjectScoresDisplay([], []).plot()
    with pytest.raises(ValueError, match="scores must have one finite number for each of the 2"):
        SubjectScoresDisplay([1, 2], [0.5]).plot()
    with pytest.raises(ValueError, match="spread must have one finite number"):
        SubjectScoresDisplay([1, 2], [0.5, 0.6], spread=[0.1, np.nan]).plot()
    with pytest.raises(ValueError, match="n_windows must have one finite number"):
        SubjectScoresDisplay([1, 2], [0.5, 0.6], n_windows=3).plot()


# By model -----------------------------------------------------------------------------------------


def test_each_model_is_a_box_with_its_repeats(row_names, legend, grey):
    scores = [[0.5, 0.6, 0.7, 0.8, 0.9], [0.9, 1.0]]
    display = RepeatedEvaluationDisplay(["a_b", "c"], scores).plot()
    assert row_names(display.ax_) == ["a b", "c"]
    assert display.ax_.get_xlabel() == "Accuracy (%)"
    np.testing.assert_allclose(display.means_.get_xdata(), [70.0, 95.0])
    np.testing.assert_allclose(
        display.repeats_.get_offsets(),
        [[50, 0], [60, 0], [70, 0], [80, 0], [90, 0], [90, 1], [100, 1]],
    )
    box = display.boxes_["boxes"][0].get_path().get_extents()
    np.testing.assert_allclose([box.x0, box.x1], [60.0, 80.0])
    np.testing.assert_allclose(display.boxes_["medians"][0].get_xdata(), [70.0, 70.0])
    assert legend(display.ax_) == ["quartiles", "repeat", "mean"]
    light = grey(display.boxes_["boxes"][0].get_facecolor())
    assert light - grey(display.means_.get_color()) > 0.4
    assert display.ax_.get_ylim() == (1.5, -0.5)


def test_from_evaluations(evaluation, row_names):
    one, other = evaluation(), evaluation(n_repeats=2)
    display = RepeatedEvaluationDisplay.from_evaluations({"one": one, "other": other})
    assert row_names(display.ax_) == ["one", "other"]
    np.testing.assert_allclose(display.means_.get_xdata(), [100 * one.mean, 100 * other.mean])
    alone = RepeatedEvaluationDisplay.from_evaluations(one)
    np.testing.assert_allclose(alone.means_.get_xdata(), [100 * one.mean])
    with pytest.raises(
        ValueError, match=r"by the same score, got scores \['accuracy', 'f1_macro'\]"
    ):
        RepeatedEvaluationDisplay.from_evaluations({"a": one, "b": evaluation(scoring="f1_macro")})
    with pytest.raises(ValueError, match="at least one, all by the same score, got none"):
        RepeatedEvaluationDisplay.from_evaluations({})
    with pytest.raises(TypeError, match="a dict of them, got list for 'b'"):
        RepeatedEvaluationDisplay.from_evaluations({"a": one, "b": [0.1]})


def test_what_is_wrong_with_models_is_said():
    with pytest.raises(ValueError, match="at least one name of a model"):
        RepeatedEvaluationDisplay([], []).plot()
    with pytest.raises(ValueError, match="each of the 2 models, got 1 entries"):
        RepeatedEvaluationDisplay(["a", "b"], [[1.0]]).plot()
    with pytest.raises(ValueError, match=r"at least one finite score .* got \[\] for 'b'"):
        RepeatedEvaluationDisplay(["a", "b"], [[1.0], []]).plot()


# By channel ---------------------------------------------------------------------------------------


def test_the_most_important_channel_is_on_top(row_names, legend):
    display = ChannelImportanceDisplay(
        [[0.0, -0.1], [0.2, 0.4]], ["acc_x", "acc_y"], baseline_score=0.9
    ).plot()
    assert display.channels_ == ["acc_y", "acc_x"]
    assert row_names(display.ax_) == ["acc y", "acc x"]
    marks, spans = _values(display.means_)
    np.testing.assert_allclose(marks, [30.0, -5.0])
    assert spans == [[20.0, 40.0], [-10.0, 0.0]]
    np.testing.assert_allclose(
        display.repeats_.get_offsets(), [[20, 0], [40, 0], [0, 1], [-10, 1]], atol=1e-9
    )
    assert (
        display.ax_.get_xlabel()
        == "Loss of accuracy (percentage points), from 90 % with all channels"
    )
    assert legend(display.ax_) == ["permutation", "mean, standard deviation"]
    other = ChannelImportanceDisplay([[0.5]], ["x"], score_name="f1_macro").plot()
    assert other.ax_.get_xlabel() == "Loss of f1 macro"
    assert _values(other.means_)[0] == [0.5]


def test_from_estimator_is_channel_importance_of_it():
    X = np.random.default_rng(0).normal(size=(30, 4, 2))
    y = X[:, 0, 1] > 0
    flatten = FunctionTransformer(lambda X: X.reshape(len(X), -1))
    model = make_pipeline(flatten, LogisticRegression()).fit(X, y)
    expected = channel_importance(model, X, y, n_repeats=3, random_state=0)
    display = ChannelImportanceDisplay.from_estimator(model, X, y, n_repeats=3, random_state=0)
    np.testing.assert_array_equal(display.importances, expected.importances)
    assert display.baseline_score == expected.baseline_score
    assert display.channels_[0] == "channel1"
    scored = ChannelImportanceDisplay.from_estimator(
        model, X, y, scoring="f1", channel_names=["a", "b"], n_repeats=1, random_state=0
    )
    assert scored.ax_.get_xlabel().startswith("Loss of f1, from ")
    assert sorted(scored.channels_) == ["a", "b"]


def test_what_is_wrong_with_channels_is_said():
    with pytest.raises(ValueError, match=r"importances must be finite and of shape"):
        ChannelImportanceDisplay([0.1, 0.2], ["a", "b"]).plot()
    with pytest.raises(ValueError, match="each of the 1 channels of importances"):
        ChannelImportanceDisplay([[0.1]], ["a", "b"]).plot()
