"""Plot typical windows of each activity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.inspection._base import (
    Channels,
    Display,
    Kwargs,
    check_windows,
    draw_channels,
    shown_channels,
    unpack_windows,
    wrap_name,
)
from sklearn_har.utils._arrays import one_each
from sklearn_har.utils._numbers import check_integer, check_rate

# A longer name of an activity is wrapped at this many letters.
_NAME = 14
# Number of lines side by side in a legend.
_KEYS = 3
# In inches: the size of a panel.
_WIDTH, _HEIGHT = 2.8, 0.95


@dataclass(eq=False, repr=False)
class ActivityWindowsDisplay(Display):
    """Typical windows of each activity.

    Each activity has a row and each sensor a column, with the same scale in all panels of a sensor.
    Lines differ in colour and style. The plot shows real windows, because steps would cancel out in
    means.

    Use :meth:`from_windows` to create one. All parameters are stored as attributes.

    Parameters
    ----------
    windows : array-like of shape (n_activities, n_windows, n_timesteps, n_channels)
        The windows of each activity.
    activities : sequence of length n_activities
        The activities.
    sampling_rate : float
        In Hz.
    channel_names : sequence of str of length n_channels, default=None
        The names of the channels; those that differ only in the ending x, y or z are one sensor.
    units : sequence of str of length n_channels, default=None
        The unit of each channel. None for g if the name contains "acc", rad/s if it contains
        "gyro", and otherwise no unit.

    Attributes
    ----------
    activities_ : list
        The activities from top to bottom.
    windows_ : ndarray of shape (n_activities, n_windows) or None
        The positions in `X` of the windows, after :meth:`from_windows`.
    axes_ : ndarray of matplotlib Axes of shape (n_activities, n_sensors)
        All panels.
    lines_ : ndarray of matplotlib Line2D of shape (n_activities, n_shown_channels)
        The lines; several windows follow one another on a line.

    See Also
    --------
    RecordingDisplay : Plot a whole recording.

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.inspection import ActivityWindowsDisplay
    >>> har = make_har_windows(n_subjects=3, n_windows_per_activity=4, random_state=0)
    >>> display = ActivityWindowsDisplay.from_windows(har, target_names=har.target_names)
    >>> display.axes_.shape
    (6, 3)
    """

    windows: ArrayLike
    activities: Sequence[Any]
    _: KW_ONLY
    sampling_rate: float
    channel_names: Sequence[str] | None = None
    units: Sequence[str] | None = None

    windows_: NDArray[np.int64] | None = field(default=None, init=False)

    def plot(
        self, ax: Any = None, *, channels: Channels = None, line_kwargs: Kwargs = None
    ) -> Self:
        """Plot the windows.

        Parameters
        ----------
        ax : matplotlib Axes or array of them, default=None
            One for each panel, or one for the whole grid. None for a new figure, whose size depends
            on the number of activities and sensors.
        channels : sequence of str or int, default=None
            The channels to show, by name or position; None for all.
        line_kwargs : dict, default=None
            Keyword arguments of ``Axes.plot`` for the lines.
        """
        windows = np.asarray(self.windows)
        if windows.ndim != 4 or not windows.size:
            raise ValueError(
                "windows must be of shape (n_activities, n_windows, n_timesteps, n_channels), at "
                f"least one of each, got shape {windows.shape}."
            )
        if len(self.activities) != len(windows):
            raise ValueError(
                f"activities must name each of the {len(windows)} activities of windows, got "
                f"{list(self.activities)}."
            )
        rate = check_rate(self.sampling_rate)
        n_windows, n_timesteps, n_channels = windows.shape[1:]
        groups = shown_channels(channels, self.channel_names, self.units, n_channels)
        shape = (len(windows), len(groups))
        keys = max(-(-len(group.axes) // _KEYS) for group in groups)
        size = (1.6 + _WIDTH * shape[1], 1.0 + 0.25 * keys + _HEIGHT * shape[0])
        self.axes_ = axes = self._panels(ax, shape, size=size, sharey="col")
        length = n_timesteps / rate
        starts = np.arange(n_windows) * length
        time = np.arange(n_timesteps) / rate
        lines: list[list[Any]] = [[] for _ in windows]
        for row, own, row_lines in zip(axes, windows, lines, strict=True):
            pieces = [(time + start, window) for start, window in zip(starts, own, strict=True)]
            for panel, group in zip(row, groups, strict=True):
                row_lines += draw_channels(panel, pieces, group, 1.1, line_kwargs)
                for start in starts[1:]:
                    panel.axvline(start, color="0.35", linewidth=0.8)
                panel.set_xlim(0.0, n_windows * length)
        for panel, name in zip(axes[:, 0], self.activities, strict=True):
            panel.set_ylabel(wrap_name(name, _NAME), rotation=0.0, ha="right", va="center")
        for panel, group in zip(axes[0], groups, strict=True):
            panel.legend(
                title=group.label,
                loc="lower center",
                bbox_to_anchor=(0.5, 1.0),
                ncols=_KEYS,
                frameon=False,
                handlelength=2.6,
                columnspacing=1.2,
            )
        for panel in axes[-1]:
            panel.set_xlabel("Time (s)")
        self.activities_ = list(self.activities)
        self.lines_ = np.array(lines, dtype=object)
        return self

    @classmethod
    def from_windows(
        cls,
        X: ArrayLike | Mapping[str, Any],
        y: ArrayLike | None = None,
        *,
        sampling_rate: float | None = None,
        n_windows: int = 1,
        channel_names: Sequence[str] | None = None,
        units: Sequence[str] | None = None,
        target_names: Sequence[str] | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Choose typical windows of each activity and plot them.

        A typical window is one whose features are nearest to their medians over all windows of the
        activity. The features are the means of the channels and the logarithms of their standard
        deviations.

        Parameters
        ----------
        X : array-like of shape (n_all_windows, n_timesteps, n_channels) or Windows
            Windows to choose from. Windows from segmentation have their own labels, sampling rate
            and names of channels.
        y : array-like of shape (n_all_windows,), default=None
            Their activities; required for an array.
        sampling_rate : float, default=None
            In Hz; required for an array.
        n_windows : int, default=1
            Number of windows of each activity, plotted one after the other.
        channel_names, units : sequence of str of length n_channels, default=None
            As in :class:`ActivityWindowsDisplay`.
        target_names : sequence of str, default=None
            Names for the sorted labels in `y`, or for integers from 0.
        """
        X, y, sampling_rate, channel_names = unpack_windows(
            X, target=y, sampling_rate=sampling_rate, channel_names=channel_names
        )
        if sampling_rate is None:
            raise TypeError("sampling_rate must be given in Hz with an array of windows, got None.")
        windows = check_windows(X)
        labels = one_each(y, "y", "activity", len(windows))
        n_windows = check_integer(n_windows, "n_windows", minimum=1)
        activities, counts = np.unique(labels, return_counts=True)
        if counts.min() < n_windows:
            raise ValueError(
                f"n_windows must be at most the number of windows of each activity, got "
                f"{n_windows} and {counts.min()} windows of {activities[counts.argmin()]!r}."
            )
        names = activities.tolist() if target_names is None else list(target_names)
        if len(names) > len(activities) and activities.dtype.kind in "iu":
            # Some activities do not occur, so labels are positions in the names.
            names = [names[i] for i in activities if 0 <= i < len(names)]
        if len(names) != len(activities):
            raise ValueError(
                f"target_names must have one name for each of the {len(activities)} activities "
                f"{activities.tolist()}, got {list(target_names or ())}."
            )
        chosen = _typical(windows, labels, activities, n_windows)
        display = cls(
            windows[chosen],
            names,
            sampling_rate=sampling_rate,
            channel_names=channel_names,
            units=units,
        )
        display.windows_ = chosen
        return display.plot(ax, **plot_params)


def _typical(
    windows: NDArray[Any], labels: NDArray[Any], activities: NDArray[Any], n_windows: int
) -> NDArray[np.int64]:
    """Return the positions of typical windows, of shape (n_activities, n_windows)."""
    values = windows.astype(np.float64, copy=False)
    spread = values.std(axis=1)
    # A constant channel would have no logarithm.
    floor = 1e-6 * max(float(spread.max()), 1e-12)
    features = np.hstack([values.mean(axis=1), np.log(spread + floor)])
    scale = features.std(axis=0)
    features /= np.where(scale > 0.0, scale, 1.0)
    chosen = []
    for activity in activities:
        members = np.flatnonzero(labels == activity)
        own = features[members]
        distance = np.square(own - np.median(own, axis=0)).sum(axis=1)
        chosen.append(members[np.argsort(distance, kind="stable")[:n_windows]])
    return np.array(chosen)
