"""What holds for all displays: readable in grey, in given axes, without matplotlib."""

from __future__ import annotations

import re
import sys
from inspect import signature
from itertools import pairwise
from pathlib import Path

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
from sklearn_har.inspection._channels import group_channels
from sklearn_har.inspection._style import line_style, time_unit_of

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


def test_no_private_module_of_another_package_is_imported():
    shared = ("inspection", "utils")
    for path in Path(inspection.__file__).parent.glob("*.py"):
        for module in re.findall(
            r"^\s*from sklearn_har\.(\w+)\._\w+ import", path.read_text(), re.M
        ):
            assert module in shared, f"{path.name} imports private names of {module}"


def test_neighbouring_lines_differ_in_grey_and_in_kind(grey):
    styles = [line_style(i) for i in range(28)]
    for one, other in pairwise(styles[:3]):
        assert abs(grey(one["color"]) - grey(other["color"])) > 0.15
        assert one["linestyle"] != other["linestyle"]
    assert len({(style["color"], style["linestyle"]) for style in styles}) == 28


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
    groups = group_channels(names, [""] * len(names))
    assert [(group.title, group.axes) for group in groups] == expected
    assert sorted(i for group in groups for i in group.channels) == list(range(len(names)))


def test_channels_of_different_units_do_not_share_a_panel():
    groups = group_channels(["x", "y"], ["g", "m"])
    assert [group.label for group in groups] == ["value (g)", "value (m)"]


def test_a_unit_of_time_that_is_none_is_refused():
    assert time_unit_of("auto", 1e3) == "min"
    with pytest.raises(ValueError, match=r"time_unit must be one of .* got 'ms'"):
        time_unit_of("ms", 1.0)
