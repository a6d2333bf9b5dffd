"""Plot the channels of a recording over time, with its labels and windows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sklearn_har.inspection._base import (
    DARK_BAR,
    LIGHT_BAR,
    SECONDS,
    Channels,
    Display,
    Kwargs,
    TimeUnit,
    draw_bars,
    draw_channels,
    legend_beside,
    name_rows,
    row_inches,
    row_lines,
    shown_channels,
    time_unit_of,
    with_defaults,
    wrap_name,
)
from sklearn_har.inspection._prediction_timeline import bars_of_rows, rows_of
from sklearn_har.recordings import Recording
from sklearn_har.timeline import labels_to_timeline
from sklearn_har.utils._gaps import gap_limit_of, gaps
from sklearn_har.utils._intervals import Intervals, check_timeline

_BAND_STYLE = {"facecolor": "0.93", "edgecolor": "none", "zorder": 0.2}
_BAR = 0.72
# Overlapping windows lie on different levels of their row, at most this many.
_MOST_LEVELS = 4
# In s: times that differ by less are equal, so that rounding causes no overlap.
_SAME_TIME = 1e-6
# In inches: the height of a row of the strip, and of a panel of signals.
_ROW, _PANEL = 0.24, 1.35


@dataclass(eq=False, repr=False)
class RecordingDisplay(Display):
    """The channels of a recording over time, with its labels and windows.

    Each sensor has a panel with a line for each axis. A strip above them has a row for each
    activity, with bars for its labels, and one for windows, where overlapping windows lie on
    different levels. In the panels, a light band marks every second interval of the labels. Lines
    differ in colour and style.

    Use :meth:`from_recording` to create one. All parameters are stored as attributes.

    Parameters
    ----------
    samples : array-like of shape (n_samples, n_channels)
        The measured values.
    time : array-like of shape (n_samples,)
        The times of the samples, in s, increasing.
    channel_names, units : sequence of str of length n_channels, default=None
        As in :class:`ActivityWindowsDisplay`.
    timeline : DataFrame, default=None
        The labels as intervals with the columns ``activity``, ``start`` and ``end`` in s.
    windows : array-like of shape (n_windows, 2), default=None
        Start and end of each window, in s.
    breaks : array-like of int, default=()
        Samples before which the recording was interrupted; lines do not cross them.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        All panels from top to bottom, the strip first if there is one.
    lines_ : list of matplotlib Line2D
        A line for each channel shown.
    activities_ : list
        The activities from top to bottom; empty without labels.
    activity_bars_ : list of matplotlib collections
        The bars of the activities, one collection per row.
    bands_ : list of matplotlib collections
        The bands of the labels, one collection per panel of signals; empty without labels.
    window_bars_ : list of matplotlib collections
        The bars of the windows, one collection per level; empty without windows.

    See Also
    --------
    sklearn_har.recordings.read_recording : Read a recording from a file.
    sklearn_har.segmentation.segment_recording : Cut a recording into windows.
    ActivityWindowsDisplay : Plot typical windows of each activity.

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_recordings
    >>> from sklearn_har.inspection import RecordingDisplay
    >>> har = make_har_recordings(n_subjects=1, seconds_per_activity=3.0, random_state=0)
    >>> display = RecordingDisplay.from_recording(har.recordings[0])
    >>> [ax.get_ylabel() for ax in display.axes_]
    ['', 'total acc (g)', 'body gyro (rad/s)']
    """

    samples: ArrayLike
    time: ArrayLike
    _: KW_ONLY
    channel_names: Sequence[str] | None = None
    units: Sequence[str] | None = None
    timeline: pd.DataFrame | None = None
    windows: ArrayLike | None = None
    breaks: ArrayLike = ()

    def plot(
        self,
        ax: Any = None,
        *,
        channels: Channels = None,
        time_range: tuple[float, float] | None = None,
        time_unit: TimeUnit = "auto",
        line_kwargs: Kwargs = None,
        activity_kwargs: Kwargs = None,
        band_kwargs: Kwargs = None,
        window_kwargs: Kwargs = None,
    ) -> Self:
        """Plot the signals.

        Parameters
        ----------
        ax, channels : optional
            As in :meth:`ActivityWindowsDisplay.plot`.
        time_range : tuple of (float, float), default=None
            Start and end of the time to show, in s; None for the whole recording.
        time_unit : {"auto", "s", "min", "h"}, default="auto"
            As in :meth:`PredictionTimelineDisplay.plot`.
        line_kwargs : dict, default=None
            Keyword arguments of ``Axes.plot`` for the signals.
        activity_kwargs, band_kwargs, window_kwargs : dict, default=None
            Keyword arguments of ``Axes.broken_barh`` for the bars of activities, the bands of
            labels and the bars of windows.
        """
        samples = np.asarray(self.samples)
        whole = Recording(
            samples,
            self.time,
            channel_names=self.channel_names,
            breaks=self.breaks,
            # A single sample has no rate and needs none.
            sampling_rate=1.0 if len(samples) == 1 else None,
        )
        n_channels = whole.samples.shape[1]
        groups = shown_channels(channels, whole.channel_names, self.units, n_channels)
        first, last = _check_range(time_range, whole)
        intervals = _within(self.timeline, first, last)
        windows = _check_windows(self.windows)
        windows = windows[(windows[:, 1] > first) & (windows[:, 0] < last)]
        self.activities_ = rows_of([intervals], None) if len(intervals.start) else []
        unit = time_unit_of(time_unit, last - first)
        scale = SECONDS[unit]

        labels = [wrap_name(name) for name in self.activities_] + ["windows"] * bool(len(windows))
        strip = [row_inches(labels, _ROW) * len(labels)] if labels else []
        heights = [*strip, *[_PANEL] * len(groups)]
        size = (10.0, 0.9 + sum(heights))
        axes = self._panels(ax, (len(heights), 1), size=size, height_ratios=heights)[:, 0]
        self.axes_ = axes
        signals = axes[len(strip) :]
        self.ax_ = signals[0]
        self.activity_bars_: list[Any] = []
        self.window_bars_: list[Any] = []
        self.bands_: list[Any] = []
        if strip:
            name_rows(axes[0], labels)
            row_lines(axes[0], len(labels))
        if self.activities_:
            style = with_defaults(activity_kwargs, DARK_BAR, label=None)
            place = (-_BAR / 2, _BAR)
            self.activity_bars_ = bars_of_rows(
                axes[0], intervals, self.activities_, place, scale, style
            )
            style = with_defaults(band_kwargs, _BAND_STYLE)
            start, end = intervals.start[::2] / scale, intervals.end[::2] / scale
            for panel in signals:
                across = {"transform": panel.get_xaxis_transform(), **style}
                self.bands_.append(draw_bars(panel, start, end, (0.0, 1.0), across))
        if len(windows):
            style = with_defaults(window_kwargs, LIGHT_BAR)
            self.window_bars_ = _stack(axes[0], windows / scale, len(self.activities_), style)
        pieces = [
            (whole.time[part] / scale, whole.samples[part])
            for part in _parts_between(whole, first, last)
        ]
        self.lines_ = []
        for panel, group in zip(signals, groups, strict=True):
            self.lines_ += draw_channels(panel, pieces, group, 0.9, line_kwargs)
            panel.set_ylabel(group.label)
            if group.axes != [group.title]:  # otherwise the label of the axis has the name
                legend_beside(panel)
        axes[-1].set_xlim(first / scale, last / scale)
        axes[-1].set_xlabel(f"Time ({unit})")
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
    ) -> Self:
        """Plot a recording.

        Parameters
        ----------
        recording : Recording or array-like of shape (n_samples, n_channels)
            The samples. An array needs `sampling_rate` and begins at 0 s.
        labels : array-like of shape (n_samples,), default=None
            The label of each sample. None for those of a Recording, if it has any.
        sampling_rate : float, default=None
            In Hz, for an array.
        channel_names, units : sequence of str of length n_channels, default=None
            As in :class:`ActivityWindowsDisplay`; a Recording has its own names.
        target_names : sequence of str, default=None
            Names for labels that are integers from 0.
        unlabelled : int or str, default=-1
            The label of samples without a known activity; they stay blank.
        windows : Windows, default=None
            The result of :func:`~sklearn_har.segmentation.segment_recording` for the recording, to
            show its windows.
        max_gap : float, default=None
            In s: longer steps are gaps, and no line crosses them. None for 5 times the usual step.
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
                timeline["activity"] = _name_labels(timeline["activity"].to_numpy(), target_names)
        found = gaps(whole.time, gap_limit_of(whole, max_gap))
        display = cls(
            whole.samples,
            whole.time,
            channel_names=whole.channel_names,
            units=units,
            timeline=timeline,
            windows=None if windows is None else _edges(windows, whole.sampling_rate),
            breaks=np.union1d(whole.breaks, found).tolist(),
        )
        return display.plot(ax, **plot_params)


def _check_range(
    time_range: tuple[float, float] | None, recording: Recording
) -> tuple[float, float]:
    start, end = float(recording.time[0]), float(recording.time[-1])
    if time_range is None:
        # A single sample has no duration: show one second around it.
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


def _name_labels(labels: NDArray[Any], target_names: Sequence[str]) -> NDArray[Any]:
    last = len(target_names) - 1
    if labels.dtype.kind not in "iu" or (
        len(labels) and not 0 <= labels.min() <= labels.max() <= last
    ):
        raise ValueError(
            f"target_names must name each label, which are then integers from 0 to {last}, got "
            f"labels {np.unique(labels).tolist()}."
        )
    return np.asarray(np.asarray(target_names, dtype=object)[labels])


def _stack(ax: Any, windows: NDArray[np.float64], row: int, style: dict[str, Any]) -> list[Any]:
    """Draw windows as bars on as many levels of a row as needed to keep them visible."""
    start, end = windows.T
    open_before = np.searchsorted(np.sort(end), start + _SAME_TIME, side="right")
    n_levels = min(int((np.arange(1, len(start) + 1) - open_before).max()), _MOST_LEVELS)
    height = _BAR / n_levels
    # Levels alternate, so that neighbours on a level are as far apart as possible.
    return [
        draw_bars(
            ax,
            start[level::n_levels],
            end[level::n_levels],
            (row - _BAR / 2 + level * height, 0.85 * height),
            style,
        )
        for level in range(n_levels)
    ]


def _parts_between(recording: Recording, first: float, last: float) -> list[slice]:
    """Return the uninterrupted parts of a time range, with one more sample at each end."""
    start = max(int(np.searchsorted(recording.time, first)) - 1, 0)
    stop = min(int(np.searchsorted(recording.time, last, side="right")) + 1, len(recording))
    inner = recording.breaks[(recording.breaks > start) & (recording.breaks < stop)].tolist()
    return [slice(*edge) for edge in pairwise([start, *inner, stop])]
