"""What holds for all displays: readable in grey, in given axes, without matplotlib."""

from __future__ import annotations

import io
import re
import sys
from inspect import signature
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from sklearn_har import inspection
from sklearn_har.inspection import (
    ActivityWindowsDisplay,
    ChannelImportanceDisplay,
    PredictionTimelineDisplay,
    RecordingDisplay,
    RepeatedEvaluationDisplay,
    SearchResultsDisplay,
    SubjectScoresDisplay,
    TrainingHistoryDisplay,
)

TIMELINE = pd.DataFrame([["sit", 0.0, 1.0]], columns=["activity", "start", "end"])
SIGNALS = np.arange(40.0).reshape(10, 4) % 7
NAMES = ["acc_x", "acc_y", "gyro_x", "gyro_y"]
ONE_OF_EACH = {
    "ActivityWindowsDisplay": ActivityWindowsDisplay(
        SIGNALS[None, None], ["sit"], sampling_rate=50.0, channel_names=NAMES
    ),
    "ChannelImportanceDisplay": ChannelImportanceDisplay([[0.1, 0.2], [0.0, 0.0]], NAMES[:2]),
    "PredictionTimelineDisplay": PredictionTimelineDisplay(TIMELINE),
    "RecordingDisplay": RecordingDisplay(
        SIGNALS, np.arange(10.0), channel_names=NAMES, timeline=TIMELINE
    ),
    "RepeatedEvaluationDisplay": RepeatedEvaluationDisplay(["a"], [[0.8, 0.9]]),
    "SearchResultsDisplay": SearchResultsDisplay(["a"], [[0.8, 0.9]]),
    "SubjectScoresDisplay": SubjectScoresDisplay([1, 2], [0.8, 0.9]),
    "TrainingHistoryDisplay": TrainingHistoryDisplay(
        [{"loss": [2.0, 1.0], "accuracy": [0.5, 0.6]}]
    ),
}
DISPLAYS = pytest.mark.parametrize("display", ONE_OF_EACH.values(), ids=ONE_OF_EACH)


def test_each_display_is_here():
    # The public names, which tests/test_public_api.py compares with those that discovery finds.
    assert set(ONE_OF_EACH) == {name for name in inspection.__all__ if name.endswith("Display")}


@DISPLAYS
def test_parameters_are_stored_and_plot_returns_the_display(display):
    for name in signature(type(display)).parameters:
        assert hasattr(display, name)
    assert not hasattr(display, "ax_")
    assert display.plot() is display
    assert display.figure_ is display.ax_.figure
    assert display.figure_.get_layout_engine() is not None
    # Every axis of numbers says what they are.
    lowest = getattr(display, "axes_", np.array([display.ax_])).ravel()[-1]
    assert lowest.get_xlabel()
    del display.ax_, display.figure_


@DISPLAYS
def test_axes_of_the_user_are_drawn_on(display, plt):
    figure, (left, _) = plt.subplots(1, 2)
    display.plot(left)
    assert display.figure_ is figure
    assert plt.get_fignums() == [figure.number]
    if display.ax_ is not left:  # several panels in its place, and inside of it
        assert not left.axison
        figure.canvas.draw()
        outer, inner = left.get_position(), display.ax_.get_position()
        assert outer.x0 - 1e-9 <= inner.x0 < inner.x1 <= outer.x1 + 1e-9
    del display.ax_, display.figure_


@DISPLAYS
def test_without_matplotlib_the_extra_is_named(display, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(
        ImportError, match=rf"{type(display).__name__}.plot needs matplotlib.*'sklearn-har\[plot\]'"
    ):
        display.plot()


def test_several_panels_need_a_place_or_as_many_axes(plt):
    display = ONE_OF_EACH["TrainingHistoryDisplay"]
    _, three = plt.subplots(1, 3)
    with pytest.raises(
        ValueError, match="array of the 2 Axes that TrainingHistoryDisplay needs, go"
    ):
        display.plot(three)
    display.plot(three[1:])
    assert display.axes_.tolist() == three[1:].tolist()
    free = plt.figure().add_axes((0.1, 0.1, 0.8, 0.8))
    with pytest.raises(ValueError, match=r"ax must be made by Figure\.subplots .* not in a grid"):
        display.plot(free)
    display.plot(free, metrics=["loss"])
    assert display.ax_ is free
    del display.ax_, display.figure_


@DISPLAYS
def test_each_method_that_plots_documents_what_it_returns(display):
    methods = [name for name in dir(display) if name == "plot" or name.startswith("from_")]
    for name in methods:
        doc = getattr(type(display), name).__doc__
        assert doc.count("Returns\n") == 1
        assert doc.count(type(display).__name__) >= 1


def test_neighbouring_lines_differ_in_grey_and_in_kind(grey):
    display = RecordingDisplay(np.tile(SIGNALS, 7), np.arange(10.0)).plot()
    for i, line in enumerate(display.lines_):
        line.set_gid(f"line{i}")
    # The key is higher than the picture.
    display.figure_.set_layout_engine("none")
    picture = io.StringIO()
    display.figure_.savefig(picture, format="svg")
    found = re.findall(
        r'<g id="line\d+">\s*<path[^>]*style="fill: none; (?:stroke-dasharray: ([^;]+);)?'
        r'[^"]*stroke: (#\w+)',
        picture.getvalue(),
    )
    assert len(found) == len(set(found)) == 28
    for (dashes, colour), (others, other) in pairwise(found[:3]):
        assert abs(grey(colour) - grey(other)) > 0.15
        assert dashes != others


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["total_acc_x", "total_acc_y"], [("total acc", ["x", "y"])]),
        (["ax", "ay", "gx"], [("a", ["x", "y"]), ("g", ["x"])]),
        (["x", "y", "z"], [("value", ["x", "y", "z"])]),
        (["channel_0", "channel_12"], [("channel", ["0", "12"])]),
        (["acc x", "pulse", "acc y"], [("acc", ["x", "y"]), ("pulse", ["pulse"])]),
        (["imu1", "imu2"], [("imu1", ["imu1"]), ("imu2", ["imu2"])]),
    ],
)
def test_channels_are_grouped_by_sensor(names, expected):
    display = RecordingDisplay(
        np.zeros((2, len(names))), [0.0, 1.0], channel_names=names, units=[""] * len(names)
    ).plot()
    shown = [(ax.get_ylabel(), [line.get_label() for line in ax.lines]) for ax in display.axes_]
    assert shown == expected


def test_channels_of_different_units_do_not_share_a_panel():
    display = RecordingDisplay(
        np.zeros((2, 2)), [0.0, 1.0], channel_names=["x", "y"], units=["g", "m"]
    ).plot()
    assert [ax.get_ylabel() for ax in display.axes_] == ["value (g)", "value (m)"]
