"""The picture of a timeline, read from its artists."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_har.inspection import PredictionTimelineDisplay
from sklearn_har.segmentation import segment_recording
from sklearn_har.timeline import make_timeline


def _timeline(*rows):
    return pd.DataFrame(rows, columns=["activity", "start", "end"])


TRUE = _timeline(("sit", 0.0, 10.0), ("walk_up", 10.0, 20.0), ("sit", 24.0, 30.0))
PREDICTED = _timeline(("lie", 0.0, 2.0), ("sit", 2.0, 11.0), ("walk_up", 11.0, 30.0))


def _spans(bars):
    """Left and right edges and the top of each bar of a row."""
    boxes = [path.get_extents() for path in bars.get_paths()]
    return [(round(box.x0, 9), round(box.x1, 9)) for box in boxes], {
        (round(box.y0, 9), round(box.y1, 9)) for box in boxes
    }


def test_each_interval_is_a_bar_in_the_row_of_its_activity():
    display = PredictionTimelineDisplay(PREDICTED, true=TRUE)
    assert display.plot() is display
    # By start, and what is true goes first: "sit" and "lie" both begin at 0.
    assert display.activities_ == ["sit", "lie", "walk_up"]
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["sit", "lie", "walk up"]
    true = [_spans(bars)[0] for bars in display.true_bars_]
    predicted = [_spans(bars)[0] for bars in display.predicted_bars_]
    assert true == [[(0.0, 10.0), (24.0, 30.0)], [], [(10.0, 20.0)]]
    assert predicted == [[(2.0, 11.0)], [(0.0, 2.0)], [(11.0, 30.0)]]
    # True above, predicted below, and neither reaches into another row.
    (_, above), (_, below) = _spans(display.true_bars_[2]), _spans(display.predicted_bars_[2])
    assert above == {(1.64, 2.0)}
    assert below == {(2.0, 2.36)}
    assert display.ax_.get_ylim() == (2.5, -0.5)
    assert display.ax_.get_xlim() == (0.0, 30.0)
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["true", "predicted"]
    assert display.figure_ is display.ax_.figure


def test_true_and_predicted_differ_in_grey():
    display = PredictionTimelineDisplay(PREDICTED, true=TRUE).plot()
    colours = [
        bars[0].get_facecolor()[0, :3] for bars in (display.true_bars_, display.predicted_bars_)
    ]
    luminance = [float(np.dot(colour, [0.2126, 0.7152, 0.0722])) for colour in colours]
    assert luminance[0] - luminance[1] > 0.3


def test_without_truth_there_is_one_bar_a_row_and_no_legend():
    display = PredictionTimelineDisplay(PREDICTED).plot()
    assert display.true_bars_ is None
    assert display.ax_.get_legend() is None
    assert _spans(display.predicted_bars_[0])[1] == {(-0.36, 0.36)}


@pytest.mark.parametrize(
    ("end", "time_unit", "label", "right"),
    [
        (300.0, "auto", "Time (s)", 300.0),
        (301.0, "auto", "Time (min)", 301 / 60),
        (4 * 3600.0, "auto", "Time (h)", 4.0),
        (90.0, "min", "Time (min)", 1.5),
    ],
)
def test_the_axis_has_a_unit(end, time_unit, label, right):
    display = PredictionTimelineDisplay(_timeline(("sit", 0.0, end))).plot(time_unit=time_unit)
    assert display.ax_.get_xlabel() == label
    assert display.ax_.get_xlim() == pytest.approx((0.0, right))
    assert _spans(display.predicted_bars_[0])[0] == [(0.0, pytest.approx(right))]


def test_rows_style_and_axes_may_be_given(plt):
    _, ax = plt.subplots()
    display = PredictionTimelineDisplay(
        PREDICTED, true=TRUE, activities=["run", "sit", "lie", "walk_up"]
    )
    display.plot(ax, true_kwargs={"hatch": "//"}, predicted_kwargs={"facecolor": "black"})
    assert display.ax_ is ax
    assert display.activities_ == ["run", "sit", "lie", "walk_up"]
    assert display.true_bars_[1].get_hatch() == "//"
    assert display.predicted_bars_[1].get_facecolor()[0].tolist() == [0.0, 0.0, 0.0, 1.0]
    # The legend survives a first row without bars.
    assert len(ax.get_legend().get_texts()) == 2


def test_from_predictions_merges_the_labels_of_samples():
    time = np.arange(6) / 2.0
    display = PredictionTimelineDisplay.from_predictions(
        [0, 0, 1, 1, -1, -1], [0, 0, 0, 1, 1, 1], time=time, time_unit="s"
    )
    assert [_spans(bars)[0] for bars in display.true_bars_] == [[(0.0, 1.0)], [(1.0, 2.0)]]
    assert [_spans(bars)[0] for bars in display.predicted_bars_] == [[(0.0, 1.5)], [(1.5, 3.0)]]
    alone = PredictionTimelineDisplay.from_predictions(None, [0, 0, 1], time=time[:3])
    assert alone.true_bars_ is None


@pytest.fixture
def windows():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 0], 8)
    X = rng.normal(size=(24, 20, 3)) + 3.0 * y[:, None, None]
    return X, y


def _model(classifier):
    flatten = FunctionTransformer(lambda X: X.reshape(len(X), -1))
    return make_pipeline(flatten, classifier)


def test_from_estimator_is_make_timeline_of_its_probabilities(windows):
    X, y = windows
    model = _model(LogisticRegression()).fit(X, y)
    unlabelled = np.where(np.arange(24) < 2, -1, y)
    start = np.arange(24) * 1.0
    display = PredictionTimelineDisplay.from_estimator(
        model,
        X,
        unlabelled,
        start_time=start,
        window_length=2.0,
        target_names=["rest", "walk"],
        timeline_params={"smoothing": None, "min_duration": 3.0},
    )
    expected = make_timeline(
        model.predict_proba(X), start, 2.0, ["rest", "walk"], smoothing=None, min_duration=3.0
    )
    pd.testing.assert_frame_equal(display.predicted, expected)
    # The first two windows are not known, and the cell of the third begins at 2.5 s.
    assert display.true["activity"].tolist() == ["rest", "walk", "rest"]
    assert display.true["start"].tolist() == [2.5, 8.5, 16.5]
    assert display.true["end"].tolist() == [8.5, 16.5, 25.0]
    alone = PredictionTimelineDisplay.from_estimator(model, X, start_time=start, window_length=2.0)
    assert alone.true is None
    assert alone.activities_ == [0, 1]


def test_windows_that_know_their_times_and_labels(windows):
    X, y = windows
    model = _model(LogisticRegression()).fit(X, y)
    recording = np.concatenate([X[0], *X[1:]])
    labels = np.repeat(y, 20)
    cut = segment_recording(recording, labels, window=20, overlap=0.0, sampling_rate=10.0)
    by_windows = PredictionTimelineDisplay.from_estimator(model, cut)
    by_arrays = PredictionTimelineDisplay.from_estimator(
        model, X, y, start_time=np.arange(24) * 2.0, window_length=2.0
    )
    pd.testing.assert_frame_equal(by_windows.predicted, by_arrays.predicted)
    pd.testing.assert_frame_equal(by_windows.true, by_arrays.true)
    other = PredictionTimelineDisplay.from_estimator(model, cut, np.zeros(24, int))
    assert other.true["activity"].tolist() == [0]
    unlabelled = segment_recording(recording, window=20, overlap=0.0, sampling_rate=10.0)
    assert PredictionTimelineDisplay.from_estimator(model, unlabelled).true is None


def test_what_is_wrong_is_said(windows):
    X, y = windows
    start = np.arange(24.0)
    with pytest.raises(TypeError, match="estimator must have predict_proba"):
        PredictionTimelineDisplay.from_estimator(
            _model(RidgeClassifier()).fit(X, y), X, start_time=start, window_length=2.0
        )
    model = _model(LogisticRegression()).fit(X, y)
    with pytest.raises(ValueError, match="y must have one activity for each of the 24 windows"):
        PredictionTimelineDisplay.from_estimator(
            model, X, y[1:], start_time=start, window_length=2.0
        )
    with pytest.raises(ValueError, match=r"time_unit must be one of .*got 'days'"):
        PredictionTimelineDisplay(PREDICTED).plot(time_unit="days")
    with pytest.raises(ValueError, match=r"activities must name all .*\['lie', 'walk_up'\] miss"):
        PredictionTimelineDisplay(PREDICTED, activities=["sit"]).plot()
    with pytest.raises(ValueError, match="at least one interval to show"):
        PredictionTimelineDisplay(_timeline()).plot()


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"needs matplotlib, .*'sklearn-har\[plot\]'"):
        PredictionTimelineDisplay(PREDICTED).plot()
