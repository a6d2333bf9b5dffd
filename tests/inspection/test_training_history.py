"""The picture of trainings, read from its artists."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har.evaluation import repeated_evaluation
from sklearn_har.inspection import TrainingHistoryDisplay

HISTORY = {
    "loss": [2.0, 1.0, 0.5],
    "accuracy": [0.5, 0.7, 0.8],
    "val_loss": [2.5, 1.5, 1.0],
    "val_accuracy": [0.4, 0.6, 0.7],
}


class Learner(ClassifierMixin, BaseEstimator):
    """Trains for as many epochs as its seed says, and keeps the history."""

    def __init__(self, random_state=3):
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.history_ = {"loss": [1.0 / epoch for epoch in range(1, 2 + self.random_state % 3)]}
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.fixture
def data():
    return np.arange(16.0).reshape(8, 2), np.arange(8) % 2


def test_each_quantity_is_a_panel_with_training_and_validation(legend):
    display = TrainingHistoryDisplay([HISTORY]).plot()
    assert [ax.get_ylabel() for ax in display.axes_] == ["Loss", "Accuracy (%)"]
    assert [ax.get_xlabel() for ax in display.axes_] == ["Epoch", "Epoch"]
    assert list(display.lines_) == ["loss", "val_loss", "accuracy", "val_accuracy"]
    np.testing.assert_array_equal(display.lines_["val_loss"].get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(display.lines_["val_loss"].get_ydata(), [2.5, 1.5, 1.0])
    np.testing.assert_allclose(display.lines_["accuracy"].get_ydata(), [50.0, 70.0, 80.0])
    assert legend(display.ax_) == ["training", "validation"]
    assert display.bands_ == {}


def test_training_and_validation_differ_in_grey_and_in_kind(grey):
    lines = TrainingHistoryDisplay([HISTORY]).plot().lines_
    one, other = lines["loss"], lines["val_loss"]
    assert abs(grey(one.get_color()) - grey(other.get_color())) > 0.15
    assert one.get_linestyle() != other.get_linestyle()
    assert one.get_marker() != other.get_marker()


def test_several_trainings_are_their_mean_and_spread_while_they_run(legend):
    histories = [{"loss": [4.0, 2.0]}, {"loss": [2.0, 1.0, 0.5]}]
    display = TrainingHistoryDisplay(histories).plot()
    np.testing.assert_allclose(display.lines_["loss"].get_ydata(), [3.0, 1.5, 0.5])
    band = display.bands_["loss"].get_paths()[0].vertices
    spans = {x: (band[band[:, 0] == x, 1].min(), band[band[:, 0] == x, 1].max()) for x in (1, 2, 3)}
    assert spans == {1: (2.0, 4.0), 2: (1.0, 2.0), 3: (0.5, 0.5)}
    assert legend(display.ax_) == ["training (2)"]


def test_two_models_are_compared_on_the_same_axes(grey, legend):
    first = TrainingHistoryDisplay([HISTORY], name="LSTM").plot(metrics=["loss"])
    second = TrainingHistoryDisplay([HISTORY], name="ConvLSTM").plot(first.ax_, metrics=["loss"])
    assert second.ax_ is first.ax_
    colours = [line.get_color() for line in first.ax_.lines]
    assert len(set(colours)) == 4
    assert legend(first.ax_)[::2] == ["LSTM, training", "ConvLSTM, training"]


def test_marks_are_few_however_long_the_training():
    line = TrainingHistoryDisplay([{"loss": np.ones(200)}]).plot().lines_["loss"]
    assert len(np.arange(200)[:: line.get_markevery()]) <= 11
    one = TrainingHistoryDisplay([{"loss": [1.0]}]).plot()
    one.figure_.canvas.draw()
    low, high = one.ax_.get_xlim()
    assert [tick for tick in one.ax_.get_xticks() if low <= tick <= high] == [1.0]


def test_style_may_be_given():
    histories = [{"loss": [2.0]}, {"loss": [1.0]}]
    display = TrainingHistoryDisplay(histories)
    display.plot(line_kwargs={"color": "red", "marker": "x"}, band_kwargs={"alpha": 0.5})
    assert display.lines_["loss"].get_color() == "red"
    assert display.lines_["loss"].get_marker() == "x"
    assert display.bands_["loss"].get_alpha() == 0.5


def test_histories_are_found_wherever_classifiers_are(data):
    X, y = data
    alone = Learner(random_state=2).fit(X, y)
    pipeline = make_pipeline(StandardScaler(), Learner(random_state=2)).fit(X, y)
    search = GridSearchCV(pipeline, {"learner__random_state": [2]}, cv=2).fit(X, y)
    vote = VotingClassifier([("a", Learner(1)), ("b", pipeline)]).fit(X, y)
    for estimator, n_trainings in [(alone, 1), (pipeline, 1), (search, 1), (vote, 2)]:
        display = TrainingHistoryDisplay.from_estimator(estimator)
        assert len(display.histories) == n_trainings
        assert len(display.lines_["loss"].get_xdata()) == 3
    several = TrainingHistoryDisplay.from_estimator([alone, pipeline], name="both")
    assert len(several.histories) == 2
    assert several.name == "both"


def test_all_trainings_of_an_evaluation(data, legend):
    X, y = data
    result = repeated_evaluation(
        make_pipeline(StandardScaler(), Learner()), X, y, cv=2, n_repeats=3, random_state=0
    )
    display = TrainingHistoryDisplay.from_estimator(result, name="it")
    assert len(display.histories) == 6
    lengths = [len(history["loss"]) for history in display.histories]
    assert lengths == [1 + seed % 3 for seed in result.seeds for _ in range(2)]
    assert legend(display.ax_) == ["it, training (6)"]


def test_what_is_wrong_is_said(data):
    with pytest.raises(
        TypeError, match=r"estimator must be a fitted .* got Learner without a hist"
    ):
        TrainingHistoryDisplay.from_estimator(Learner())
    with pytest.raises(TypeError, match="got Learner without a history"):
        TrainingHistoryDisplay.from_estimator([Learner().fit(*data), Learner()])
    with pytest.raises(TypeError, match="got dict without a history"):
        TrainingHistoryDisplay.from_estimator({})
    with pytest.raises(TypeError, match=r"For one training pass \[history\]"):
        TrainingHistoryDisplay(HISTORY).plot()
    with pytest.raises(ValueError, match="at least one epoch of one training"):
        TrainingHistoryDisplay([{"loss": []}]).plot()
    with pytest.raises(
        ValueError, match=r"metrics must be out of \['loss', 'accuracy'\], got \['f1"
    ):
        TrainingHistoryDisplay([HISTORY]).plot(metrics=["f1"])


def test_an_evaluation_without_histories_is_refused(data):
    from sklearn.naive_bayes import GaussianNB

    result = repeated_evaluation(GaussianNB(), *data, cv=2, n_repeats=1)
    assert result.histories is None
    assert result.to_dict()["histories"] is None
    with pytest.raises(TypeError, match="got RepeatedEvaluation without a history"):
        TrainingHistoryDisplay.from_estimator(result)
