"""Pictures of recordings and of windows, read from the artists."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from sklearn_har.inspection import ActivityWindowsDisplay, RecordingDisplay
from sklearn_har.preparation import Preparation
from sklearn_har.recordings import Recording
from sklearn_har.segmentation import segment_recording

NAMES = ["total_acc_x", "total_acc_y", "body_gyro_x", "pulse"]


def _spans(bars):
    boxes = [path.get_extents() for path in bars.get_paths()]
    return [(round(box.x0, 9), round(box.x1, 9)) for box in boxes]


@pytest.fixture
def recording():
    """Ten seconds at 10 Hz: unlabelled, standing, walking; interrupted after 6 s."""
    labels = np.repeat([-1, 1, 0], [20, 30, 50])
    samples = np.arange(400.0).reshape(100, 4)
    time = np.arange(100) / 10.0
    time[60:] += 2.0
    return Recording(samples, time, channel_names=NAMES, labels=labels, sampling_rate=10.0)


def test_each_sensor_is_a_panel_with_its_unit(recording, legend):
    display = RecordingDisplay.from_recording(recording)
    labels = [ax.get_ylabel() for ax in display.axes_[1:]]
    assert labels == ["total acc (g)", "body gyro (rad/s)", "pulse"]
    assert display.ax_ is display.axes_[1]
    assert legend(display.ax_) == ["x", "y"]
    assert display.axes_[3].get_legend() is None  # its label says it
    assert display.axes_[-1].get_xlabel() == "Time (s)"
    assert display.axes_[0].get_xlim() == display.axes_[-1].get_xlim() == (0.0, 11.9)
    assert len(display.lines_) == 4
    x, y = display.lines_[1].get_data()
    np.testing.assert_array_equal(y[np.isfinite(y)], recording.samples[:, 1])
    np.testing.assert_array_equal(x[np.isfinite(x)], recording.time)
    # Nothing is drawn over the interruption.
    assert np.isnan(y[60])


def test_labels_are_bars_above_and_bands_behind(recording, row_names):
    display = RecordingDisplay.from_recording(recording, target_names=["walking_fast", "standing"])
    assert display.activities_ == ["standing", "walking_fast"]
    assert row_names(display.axes_[0]) == ["standing", "walking fast"]
    assert [_spans(bars) for bars in display.activity_bars_] == [
        [(2.0, 5.0)],
        [(5.0, 6.0), (8.0, 12.0)],
    ]
    assert len(display.bands_) == 3
    assert [_spans(bands) for bands in display.bands_] == [[(2.0, 5.0), (8.0, 12.0)]] * 3
    # The bands fill the panel and move no limit.
    assert display.bands_[0].get_transform() == display.ax_.get_xaxis_transform()
    assert display.ax_.get_ylim()[1] > 390.0


def test_windows_that_overlap_do_not_hide_each_other(recording, row_names):
    windows = segment_recording(recording, window=2.0, overlap=0.5)
    display = RecordingDisplay.from_recording(recording, windows=windows)
    assert row_names(display.axes_[0])[-1] == "windows"
    spans = sorted(span for bars in display.window_bars_ for span in _spans(bars))
    np.testing.assert_allclose([start for start, _ in spans], windows.start_time)
    np.testing.assert_allclose(np.diff(spans).ravel(), 2.0)
    assert len(display.window_bars_) == 2
    for bars in display.window_bars_:
        edges = _spans(bars)
        assert all(end <= start for (_, end), (start, _) in pairwise(edges))


def test_windows_one_after_the_other_need_one_level():
    time = np.arange(10.0)
    display = RecordingDisplay(time[:, None], time, windows=[[4, 8], [0, 4]]).plot()
    assert [_spans(bars) for bars in display.window_bars_] == [[(0.0, 4.0), (4.0, 8.0)]]
    assert display.activities_ == display.bands_ == []


def test_an_array_without_labels(legend):
    samples = np.ones((601, 2))
    display = RecordingDisplay.from_recording(samples, sampling_rate=1.0)
    assert len(display.axes_) == 1
    assert display.activity_bars_ == display.window_bars_ == []
    assert display.ax_.get_xlabel() == "Time (min)"
    assert display.ax_.get_xlim() == (0.0, 10.0)
    assert legend(display.ax_) == ["0", "1"]
    # NumPy arrays of one channel, and of one sample, are recordings too.
    assert len(RecordingDisplay.from_recording(np.ones(5), sampling_rate=1.0).lines_) == 1
    assert RecordingDisplay([[1.0]], [3.0]).plot().ax_.get_xlim() == (2.5, 3.5)


def test_a_part_and_some_channels(recording):
    display = RecordingDisplay.from_recording(
        recording, channels=["pulse", 0], time_range=(4.0, 5.5), time_unit="s"
    )
    assert [ax.get_ylabel() for ax in display.axes_[1:]] == ["pulse", "total acc (g)"]
    assert display.ax_.get_xlim() == (4.0, 5.5)
    # The samples inside, and one at each side, so that lines reach the edges.
    assert len(display.lines_[0].get_xdata()) == 1 + 18
    np.testing.assert_array_equal(display.lines_[0].get_ydata()[:2], recording.samples[39:41, 3])
    assert display.activities_ == [1, 0]
    assert display.plot(time_range=(0.0, 1.0)).activities_ == []


def test_style_and_units_may_be_given(recording):
    display = RecordingDisplay.from_recording(
        recording,
        units=["m/s2", "m/s2", "deg/s", "1/min"],
        line_kwargs={"linewidth": 3.0},
        activity_kwargs={"facecolor": "black"},
        band_kwargs={"facecolor": "yellow"},
    )
    assert [ax.get_ylabel() for ax in display.axes_[1:]] == [
        "total acc (m/s2)",
        "body gyro (deg/s)",
        "pulse (1/min)",
    ]
    assert display.lines_[0].get_linewidth() == 3.0
    assert display.activity_bars_[0].get_facecolor()[0].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert display.bands_[0].get_facecolor()[0].tolist() == [1.0, 1.0, 0.0, 1.0]


def test_what_is_wrong_with_a_recording_is_said(recording):
    plot = RecordingDisplay.from_recording
    with pytest.raises(ValueError, match=r"sampling_rate describes .* got a Recording"):
        plot(recording, sampling_rate=10.0)
    with pytest.raises(ValueError, match="sampling_rate must be given"):
        plot(recording.samples)
    with pytest.raises(
        ValueError, match=r"target_names must name each .* to 0, got labels \[0, 1\]"
    ):
        plot(recording, target_names=["walking"])
    with pytest.raises(TypeError, match="windows must be what segment_recording returned, got lis"):
        plot(recording, windows=[])
    array = segment_recording(recording.samples, window=20)
    with pytest.raises(ValueError, match="pass sampling_rate to segment_recording"):
        plot(recording, windows=array)
    with pytest.raises(ValueError, match=r"time_range must be .* 0 s to 11.9 s, got \(6.5, 7.5\)"):
        plot(recording, time_range=(6.5, 7.5))
    with pytest.raises(ValueError, match="channels must be names or positions out of"):
        plot(recording, channels=["total_acc"])
    with pytest.raises(ValueError, match="units must have one unit for each of the 4 channels"):
        plot(recording, units=["g"])
    with pytest.raises(ValueError, match=r"shape \(n_windows, 2\), got shape \(2,\)"):
        RecordingDisplay(np.ones((3, 1)), [0, 1, 2], windows=[0, 1]).plot()
    with pytest.raises(
        ValueError, match="windows must end after they start, got one from 1 s to 0"
    ):
        RecordingDisplay(np.ones((3, 1)), [0, 1, 2], windows=[[1, 0]]).plot()
    with pytest.raises(TypeError, match="timeline must be a DataFrame"):
        RecordingDisplay(np.ones((3, 1)), [0, 1, 2], timeline=[("sit", 0, 1)]).plot()


# Windows ------------------------------------------------------------------------------------------


@pytest.fixture
def windows():
    """Three activities of which the fourth window each is in the middle."""
    y = np.repeat([0, 1, 2], 7)
    amplitude = np.tile(2.0 ** np.arange(-3, 4), 3) * (1.0 + y)
    wave = np.sin(np.arange(20) / 3.0)
    return amplitude[:, None, None] * wave[None, :, None] * np.ones(4), y


def test_each_activity_is_a_row_and_each_sensor_a_column(windows):
    X, y = windows
    display = ActivityWindowsDisplay.from_windows(
        X,
        y,
        sampling_rate=10.0,
        channel_names=NAMES,
        target_names=["sit", "go_down_the_stairs", "c"],
    )
    assert display.axes_.shape == (3, 3)
    assert [ax.get_ylabel() for ax in display.axes_[:, 0]] == ["sit", "go down the\nstairs", "c"]
    titles = [ax.get_legend().get_title().get_text() for ax in display.axes_[0]]
    assert titles == ["total acc (g)", "body gyro (rad/s)", "pulse"]
    assert {ax.get_xlabel() for ax in display.axes_[-1]} == {"Time (s)"}
    assert display.windows_.tolist() == [[3], [10], [17]]
    assert display.lines_.shape == (3, 4)
    x, values = display.lines_[1, 2].get_data()
    np.testing.assert_array_equal(values[:-1], X[10, :, 2])
    np.testing.assert_allclose(x[:-1], np.arange(20) / 10.0)
    # One scale a column, so that activities can be compared.
    assert display.axes_[0, 1].get_ylim() == display.axes_[2, 1].get_ylim()


def test_several_windows_follow_each_other(windows):
    X, y = windows
    display = ActivityWindowsDisplay.from_windows(
        X, y, sampling_rate=10.0, n_windows=3, channels=[0]
    )
    assert sorted(display.windows_[0].tolist()) == [2, 3, 4]
    assert display.windows_[0, 0] == 3
    assert display.axes_.shape == (3, 1)
    assert display.ax_.get_xlim() == (0.0, 6.0)
    _, values = display.lines_[0, 0].get_data()
    assert np.flatnonzero(np.isnan(values)).tolist() == [20, 41, 62]
    assert [line.get_xdata()[0] for line in display.ax_.lines[1:]] == [2.0, 4.0]


def test_windows_that_know_their_rate_channels_and_labels(windows):
    X, y = windows
    recording = Recording(
        X.reshape(-1, 4), sampling_rate=10.0, channel_names=NAMES, labels=np.repeat(y, 20)
    )
    cut = segment_recording(recording, window=20, overlap=0.0)
    display = ActivityWindowsDisplay.from_windows(cut)
    expected = ActivityWindowsDisplay.from_windows(X, y, sampling_rate=10.0, channel_names=NAMES)
    np.testing.assert_array_equal(display.windows_, expected.windows_)
    assert display.sampling_rate == 10.0
    titles = [ax.get_legend().get_title().get_text() for ax in display.axes_[0]]
    assert titles == [ax.get_legend().get_title().get_text() for ax in expected.axes_[0]]
    # Arguments come first.
    other = ActivityWindowsDisplay.from_windows(cut, np.zeros(len(y)), sampling_rate=5.0)
    assert other.sampling_rate == 5.0
    assert other.axes_.shape[0] == 1


def test_windows_of_a_prepared_recording_keep_their_length():
    recording = Recording(np.zeros((1000, 3)), sampling_rate=100.0)
    windows = Preparation.from_preset("accelerometer").windows([recording])
    display = RecordingDisplay.from_recording(recording, windows=windows)
    np.testing.assert_allclose(display.windows[:2], [[0.0, 2.56], [1.28, 3.84]])


def test_an_array_of_windows_needs_a_rate(windows):
    with pytest.raises(TypeError, match="sampling_rate must be given in Hz with an array"):
        ActivityWindowsDisplay.from_windows(*windows)


def test_one_activity_and_channels_that_do_not_move():
    display = ActivityWindowsDisplay.from_windows(
        np.ones((2, 8, 1)), ["sit", "sit"], sampling_rate=4.0, line_kwargs={"color": "red"}
    )
    assert display.axes_.shape == (1, 1)
    assert display.lines_[0, 0].get_color() == "red"
    assert display.activities_ == ["sit"]
    assert ActivityWindowsDisplay(np.ones((1, 1, 8, 1)), ["a"], sampling_rate=4.0).windows_ is None


def test_lines_of_a_panel_differ_in_grey_and_in_kind(windows, grey):
    X, y = windows
    lines = ActivityWindowsDisplay.from_windows(
        X[:, :, :3], y, sampling_rate=10.0, channel_names=["x", "y", "z"]
    ).lines_[0]
    lightness = sorted(grey(line.get_color()) for line in lines)
    assert min(np.diff(lightness)) > 0.15
    assert len({str(line.get_linestyle()) + str(line._dash_pattern) for line in lines}) == 3


def test_what_is_wrong_with_windows_is_said(windows):
    X, y = windows
    plot = ActivityWindowsDisplay.from_windows
    with pytest.raises(ValueError, match=r"X must be windows of shape .* got shape \(21, 20\)"):
        plot(X[:, :, 0], y, sampling_rate=10.0)
    with pytest.raises(ValueError, match="one activity for each of the 21 windows"):
        plot(X, y[1:], sampling_rate=10.0)
    with pytest.raises(
        ValueError, match="number of windows of each activity, got 8 and 7 windows of"
    ):
        plot(X, y, sampling_rate=10.0, n_windows=8)
    with pytest.raises(ValueError, match="one name for each of the 3 activities"):
        plot(X, y, sampling_rate=10.0, target_names=["a"])
    with pytest.raises(ValueError, match="sampling_rate must be a finite number above 0"):
        plot(X, y, sampling_rate=0.0)
    with pytest.raises(TypeError, match="channel_names must be a sequence of str"):
        plot(X, y, sampling_rate=1.0, channel_names="abcd")
    with pytest.raises(ValueError, match=r"windows must be of shape .* got shape \(21, 20, 4\)"):
        ActivityWindowsDisplay(X, ["a"], sampling_rate=1.0).plot()
    with pytest.raises(ValueError, match="activities must name each of the 1 activities"):
        ActivityWindowsDisplay(X[None], ["a", "b"], sampling_rate=1.0).plot()


def test_a_timeline_of_the_user(row_names):
    timeline = pd.DataFrame(
        [["b", 1.0, 2.0], ["a", 0.0, 1.0]], columns=["activity", "start", "end"]
    )
    display = RecordingDisplay(np.ones((3, 1)), [0.0, 1.0, 2.0], timeline=timeline).plot()
    assert row_names(display.axes_[0]) == ["a", "b"]


def test_windows_of_one_activity_take_the_names_of_all():
    X = np.random.default_rng(0).normal(size=(4, 8, 3))
    display = ActivityWindowsDisplay.from_windows(
        X, np.full(4, 2), sampling_rate=10.0, target_names=["sit", "stand", "walk"]
    )
    assert display.activities_ == ["walk"]
