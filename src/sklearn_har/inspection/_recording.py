"""The channels of a recording over time, with its labels and windows, as a picture."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sklearn_har.inspection._channels import (
    ChannelGroup,
    check_channels,
    choose_channels,
    group_channels,
)
from sklearn_har.inspection._prediction_timeline import bars_of_rows, rows_of
from sklearn_har.inspection._style import (
    DARK,
    LIGHT_BAR,
    LONGEST_NAME,
    SECONDS,
    TimeUnit,
    finish_rows,
    grid_lines,
    legend_beside,
    line_style,
    panels,
    row_inches,
    row_lines,
    time_unit_of,
    with_defaults,
    wrapped,
)
from sklearn_har.recordings import Recording
from sklearn_har.timeline import labels_to_timeline
from sklearn_har.utils._gaps import parts_between_gaps
from sklearn_har.utils._intervals import Intervals, check_timeline

__all__ = ["RecordingDisplay"]

_LABEL_STYLE = {"facecolor": DARK, "edgecolor": DARK}
_BAND_STYLE = {"facecolor": "0.93", "edgecolor": "none", "zorder": 0.2}
_BAR = 0.72
# Windows that overlap lie on different levels of their row, up to so many.
_MOST_LEVELS = 4
# In s: what ends when another begins does not overlap it, whatever floats make of the two times.
_SAME_TIME = 1e-6
# Inches of a row of the strip, and of a panel of signals.
_ROW, _PANEL = 0.24, 1.35


class RecordingDisplay:
    """The channels of a recording over time, with its labels and windows.

    Each sensor has a panel with a line for each of its axes. Above them is a strip with a row for
    each activity, whose bars say when it was labelled, and one for the windows that were cut from
    the recording; windows that overlap lie on different levels of it. In the panels every second
    interval of the labels has a light band. The row tells the activity, so that the picture needs
    no key of colours, and lines differ in colour and kind.

    It is recommended to use :meth:`from_recording` to make one. All parameters are stored as
    attributes.

    Parameters
    ----------
    samples : array-like of shape (n_samples, n_channels)
        The measured values.
    time : array-like of shape (n_samples,)
        When they were measured, in s, increasing.
    channel_names : sequence of str of length n_channels, default=None
        The names of the channels; what ends in x, y and z is one sensor.
    units : sequence of str of length n_channels, default=None
        The unit of each channel. By default g for channels with "acc" in their name, rad/s for
        those with "gyro", and none for others.
    timeline : DataFrame, default=None
        The labels as intervals with the columns ``activity``, ``start`` and ``end`` in s.
    windows : array-like of shape (n_windows, 2), default=None
        Start and end of each window, in s.
    breaks : array-like of int, default=()
        Samples before which the recording was interrupted; lines do not cross them.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The first panel of signals.
    axes_ : ndarray of matplotlib Axes
        All panels from top to bottom, the strip first if there is one.
    figure_ : matplotlib Figure
        Figure containing the panels.
    lines_ : list of matplotlib Line2D
        A line for each channel that is shown.
    activities_ : list
        The rows of activities from top to bottom; empty without labels.
    activity_bars_ : list of matplotlib collections
        The bars of the activities, one collection a row.
    bands_ : list of matplotlib collections
        The bands of the labels, one collection for each panel of signals; empty without labels.
    window_bars_ : list of matplotlib collections
        The bars of the windows, one collection for each level; empty without windows.

    See Also
    --------
    sklearn_har.recordings.read_recording : Recordings from files.
    sklearn_har.segmentation.segment_recording : Cut a recording into windows.
    ActivityWindowsDisplay : Typical windows of each activity.

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_recordings
    >>> from sklearn_har.inspection import RecordingDisplay
    >>> har = make_har_recordings(n_subjects=1, seconds_per_activity=3.0, random_state=0)
    >>> display = RecordingDisplay.from_recording(har.recordings[0])
    >>> [ax.get_ylabel() for ax in display.axes_]
    ['', 'total acc (g)', 'body gyro (rad/s)']
    """

    def __init__(
        self,
        samples: ArrayLike,
        time: ArrayLike,
        *,
        channel_names: Sequence[str] | None = None,
        units: Sequence[str] | None = None,
        timeline: pd.DataFrame | None = None,
        windows: ArrayLike | None = None,
        breaks: ArrayLike = (),
    ) -> None:
        self.samples = samples
        self.time = time
        self.channel_names = channel_names
        self.units = units
        self.timeline = timeline
        self.windows = windows
        self.breaks = breaks

    def plot(
        self,
        ax: Any = None,
        *,
        channels: Sequence[str | int] | str | int | None = None,
        time_range: tuple[float, float] | None = None,
        time_unit: TimeUnit = "auto",
        line_kwargs: Mapping[str, Any] | None = None,
        activity_kwargs: Mapping[str, Any] | None = None,
        band_kwargs: Mapping[str, Any] | None = None,
        window_kwargs: Mapping[str, Any] | None = None,
    ) -> RecordingDisplay:
        """Plot the signals.

        Parameters
        ----------
        ax : matplotlib Axes or array of them, default=None
            One for each panel, or one that all panels share the place of. By default a new figure,
            as high as the number of sensors and activities asks for.
        channels : sequence of str or int, default=None
            The channels to show, by name or position; by default all.
        time_range : tuple of (float, float), default=None
            Show the recording from the first to the second time, in s; by default all of it.
        time_unit : {"auto", "s", "min", "h"}, default="auto"
            Unit of the axis; by default s up to 5 min, then min, and h from 3 h on.
        line_kwargs : dict, default=None
            Keywords for the signals, passed to ``Axes.plot``.
        activity_kwargs : dict, default=None
            Keywords for the bars of the activities, passed to ``Axes.broken_barh``.
        band_kwargs : dict, default=None
            Keywords for the bands of the labels, passed to ``Axes.broken_barh``.
        window_kwargs : dict, default=None
            Keywords for the bars of the windows, passed to ``Axes.broken_barh``.

        Returns
        -------
        RecordingDisplay
            This object, with the artists.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If shapes do not agree, or there is nothing in the range of time.
        """
        samples = np.asarray(self.samples)
        whole = Recording(
            samples,
            self.time,
            channel_names=self.channel_names,
            breaks=self.breaks,
            # Of one sample no rate could be found, and none is needed.
            sampling_rate=1.0 if len(samples) == 1 else None,
        )
        names, units = check_channels(whole.channel_names, self.units, whole.samples.shape[1])
        chosen = choose_channels(channels, names)
        groups = group_channels([names[i] for i in chosen], [units[i] for i in chosen])
        first, last = _check_range(time_range, whole)
        intervals = _within(self.timeline, first, last)
        windows = _check_windows(self.windows)
        windows = windows[(windows[:, 1] > first) & (windows[:, 0] < last)]
        activities = [] if not len(intervals.start) else rows_of([intervals], None)
        unit = time_unit_of(time_unit, last - first)
        scale = SECONDS[unit]

        labels = [wrapped(name, LONGEST_NAME) for name in activities]
        labels += ["windows"] * bool(len(windows))
        strip = [row_inches(labels, _ROW) * len(labels)] if labels else []
        heights = [*strip, *[_PANEL] * len(groups)]
        axes = panels(
            ax,
            (len(heights), 1),
            size=(10.0, 0.9 + sum(heights)),
            display=type(self).__name__,
            height_ratios=heights,
        )[:, 0]
        self.activities_ = activities
        self.activity_bars_: list[Any] = []
        self.window_bars_: list[Any] = []
        if strip:
            style = with_defaults({**_LABEL_STYLE, "label": None}, activity_kwargs)
            self.activity_bars_ = bars_of_rows(
                axes[0], intervals, activities, -_BAR / 2, _BAR, scale, style
            )
            if len(windows):
                style = with_defaults(LIGHT_BAR, window_kwargs)
                self.window_bars_ = _stack(axes[0], windows / scale, len(activities), style)
            finish_rows(axes[0], labels)
            row_lines(axes[0], len(labels))
        signals = axes[len(strip) :]
        parts = _cut(whole, first, last)
        self.lines_ = [
            line
            for panel, group in zip(signals, groups, strict=True)
            for line in _draw(
                panel,
                whole,
                parts,
                group,
                [chosen[i] for i in group.channels],
                scale,
                line_kwargs,
            )
        ]
        self.bands_ = []
        if activities:
            style = with_defaults(_BAND_STYLE, band_kwargs)
            self.bands_ = [_band(panel, intervals, scale, style) for panel in signals]
        axes[-1].set_xlim(first / scale, last / scale)
        axes[-1].set_xlabel(f"Time ({unit})")
        self.axes_ = axes
        self.ax_ = signals[0]
        self.figure_ = axes[0].figure
        self.figure_.align_ylabels(list(signals))
        return self

    @classmethod
    def from_recording(
        cls,
        recording: Recording | ArrayLike,
        labels: ArrayLike | None = None,
        *,
        sampling_rate: float | None = None,
        channel_names: Sequence[str] | None = None,
        units: Sequence[str] | None = None,
        target_names: Sequence[str] | None = None,
        unlabelled: Hashable = -1,
        windows: Mapping[str, Any] | None = None,
        max_gap: float | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> RecordingDisplay:
        """Plot a recording.

        Parameters
        ----------
        recording : Recording or array-like of shape (n_samples, n_channels)
            The samples. An array needs `sampling_rate`, and begins at 0 s.
        labels : array-like of shape (n_samples,), default=None
            The label of each sample; by default those of a Recording, if it has any.
        sampling_rate : float, default=None
            In Hz, for an array.
        channel_names : sequence of str of length n_channels, default=None
            The names of the channels, for an array.
        units : sequence of str of length n_channels, default=None
            The unit of each channel. By default g for channels with "acc" in their name, rad/s for
            those with "gyro", and none for others.
        target_names : sequence of str, default=None
            Names to show in the place of labels that are integers from 0.
        unlabelled : int or str, default=-1
            The label that means that no activity is known; left blank.
        windows : Windows, default=None
            What :func:`~sklearn_har.segmentation.segment_recording` returned for the recording, to
            show where its windows are.
        max_gap : float, default=None
            Longer distances between samples, in s, are gaps that no line crosses. By default 5
            times the usual distance.
        ax : matplotlib Axes or array of them, default=None
            Where to plot.
        **plot_params : dict
            Further parameters of :meth:`plot`.

        Returns
        -------
        RecordingDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If `windows` is something else.
        ValueError
            If shapes do not agree, or what a Recording has itself is given once more.
        """
        if isinstance(recording, Recording):
            if sampling_rate is not None or channel_names is not None:
                name = "sampling_rate" if sampling_rate is not None else "channel_names"
                raise ValueError(
                    f"{name} describes the samples of an array, got a Recording, which has its own."
                )
            whole = recording
        else:
            whole = Recording(recording, sampling_rate=sampling_rate, channel_names=channel_names)
        labels = whole.labels if labels is None else labels
        timeline = None
        if labels is not None:
            timeline = labels_to_timeline(
                labels, whole.time, max_gap=max_gap, unlabelled=unlabelled
            )
            if target_names is not None:
                timeline["activity"] = _named(timeline["activity"].to_numpy(), target_names)
        parts = parts_between_gaps(whole, max_gap)
        display = cls(
            whole.samples,
            whole.time,
            channel_names=whole.channel_names,
            units=units,
            timeline=timeline,
            windows=None if windows is None else _edges(windows, whole.sampling_rate),
            breaks=[part.start for part in parts[1:]],
        )
        return display.plot(ax, **plot_params)


def _check_range(
    time_range: tuple[float, float] | None, recording: Recording
) -> tuple[float, float]:
    start, end = float(recording.time[0]), float(recording.time[-1])
    if time_range is None:
        # A sample has no length: of one, the axis shows a second.
        return (start, end) if end > start else (start - 0.5, start + 0.5)
    first, last = (float(limit) for limit in time_range)
    inside = (recording.time >= first) & (recording.time <= last)
    if not first < last or not inside.any():
        raise ValueError(
            "time_range must be two times in s, the first before the second, with samples between "
            f"them; the recording goes from {start:g} s to {end:g} s, got {time_range!r}."
        )
    return first, last


def _within(timeline: pd.DataFrame | None, first: float, last: float) -> Intervals:
    if timeline is None:
        return Intervals(np.empty(0), np.empty(0), np.empty(0))
    intervals = check_timeline(timeline, "timeline")
    kept = (intervals.end > first) & (intervals.start < last)
    return Intervals(*(column[kept] for column in intervals))


def _check_windows(windows: ArrayLike | None) -> NDArray[np.float64]:
    if windows is None:
        return np.empty((0, 2))
    edges = np.asarray(windows, dtype=float)
    if edges.ndim != 2 or edges.shape[1] != 2 or not np.isfinite(edges).all():
        raise ValueError(
            "windows must hold start and end of each window in s, shape (n_windows, 2), got shape "
            f"{edges.shape}."
        )
    if (edges[:, 1] <= edges[:, 0]).any():
        start, end = edges[np.argmax(edges[:, 1] <= edges[:, 0])]
        raise ValueError(
            f"windows must end after they start, got one from {start:g} s to {end:g} s."
        )
    return edges[np.argsort(edges[:, 0], kind="stable")]


def _edges(windows: Mapping[str, Any], sampling_rate: float) -> NDArray[np.float64]:
    wanted = ("data", "start_time")
    if not isinstance(windows, Mapping) or not all(key in windows for key in wanted):
        raise TypeError(
            f"windows must be what segment_recording returned, got {type(windows).__name__}. The "
            "constructor takes starts and ends."
        )
    if windows["start_time"] is None:
        raise ValueError(
            "windows must have start times, got none: pass sampling_rate to segment_recording."
        )
    start = np.asarray(windows["start_time"], dtype=float)
    length = windows.get("window_length")
    if length is None:
        length = windows["data"].shape[1] / sampling_rate
    return np.column_stack([start, start + length])


def _named(labels: NDArray[Any], target_names: Sequence[str]) -> NDArray[Any]:
    n_names = len(target_names)
    if labels.dtype.kind not in "iu" or (
        len(labels) and not 0 <= labels.min() <= labels.max() < n_names
    ):
        raise ValueError(
            f"target_names must name each label, which are then integers from 0 to {n_names - 1}, "
            f"got labels {np.unique(labels).tolist()}."
        )
    names: NDArray[Any] = np.asarray(target_names, dtype=object)[labels]
    return names


def _stack(ax: Any, windows: NDArray[np.float64], row: int, style: dict[str, Any]) -> list[Any]:
    """Draw windows as bars on as many levels of a row as they need, not to hide each other."""
    start, end = windows.T
    open_before = np.searchsorted(np.sort(end), start + _SAME_TIME, side="right")
    n_levels = min(int((np.arange(1, len(start) + 1) - open_before).max()), _MOST_LEVELS)
    height = _BAR / n_levels
    bars = []
    for level in range(n_levels):
        # In turn, so that neighbours on a level are as far apart as can be.
        spans = np.column_stack([start, end - start])[level::n_levels].tolist()
        bottom = row - _BAR / 2 + level * height
        bars.append(ax.broken_barh(spans, (bottom, 0.85 * height), **style))
    return bars


def _cut(recording: Recording, first: float, last: float) -> list[slice]:
    """Return the uninterrupted parts of a range of time, and a sample beyond each of its ends."""
    start = max(int(np.searchsorted(recording.time, first)) - 1, 0)
    stop = min(int(np.searchsorted(recording.time, last, side="right")) + 1, len(recording))
    inner = recording.breaks[(recording.breaks > start) & (recording.breaks < stop)].tolist()
    return [slice(*edge) for edge in pairwise([start, *inner, stop])]


def _draw(
    ax: Any,
    recording: Recording,
    parts: list[slice],
    group: ChannelGroup,
    channels: list[int],
    scale: float,
    line_kwargs: Mapping[str, Any] | None,
) -> list[Any]:
    lines = []
    for i, (channel, axis) in enumerate(zip(channels, group.axes, strict=True)):
        # NaN between parts: no line is drawn over an interruption.
        pieces = [
            np.append(values, np.nan)
            for part in parts
            for values in (recording.time[part] / scale, recording.samples[part, channel])
        ]
        style = {**line_style(i), "linewidth": 0.9, "label": axis}
        lines += ax.plot(
            np.concatenate(pieces[::2]),
            np.concatenate(pieces[1::2]),
            **with_defaults(style, line_kwargs),
        )
    ax.set_ylabel(group.label)
    grid_lines(ax, "both")
    if group.axes != [group.title]:  # else the label of the axis says it
        legend_beside(ax)
    return lines


def _band(ax: Any, intervals: Intervals, scale: float, style: dict[str, Any]) -> Any:
    start, end = intervals.start[::2] / scale, intervals.end[::2] / scale
    spans = list(zip(start.tolist(), (end - start).tolist(), strict=True))
    return ax.broken_barh(spans, (0.0, 1.0), transform=ax.get_xaxis_transform(), **style)
