"""Predicted and true activities over time, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sklearn_har.inspection._style import (
    DARK,
    LIGHT_BAR,
    LONGEST_NAME,
    SECONDS,
    TimeUnit,
    axes_or_new,
    finish_rows,
    legend_above,
    row_inches,
    row_lines,
    time_unit_of,
    wrapped,
)
from sklearn_har.timeline import labels_to_timeline, make_timeline
from sklearn_har.timeline._intervals import timeline_of_windows
from sklearn_har.utils._intervals import Intervals, check_timeline
from sklearn_har.utils._window_probabilities import WindowProbabilities, check_classes

__all__ = ["PredictionTimelineDisplay"]

_PREDICTED_STYLE = {"facecolor": DARK, "edgecolor": DARK}
# The two bars of an activity, as parts of the height of its row.
_BAR = 0.36


class PredictionTimelineDisplay:
    """Predicted and true activities over time.

    Each activity has a row, with a light bar for when it happened and a dark one below for when it
    was predicted. The row tells the activity, so that the picture needs neither colours nor a key
    of as many patterns as there are activities.

    It is recommended to use :meth:`from_estimator` or :meth:`from_predictions` to make one, or to
    pass timelines. All parameters are stored as attributes.

    Parameters
    ----------
    predicted : DataFrame
        Predicted timeline with the columns ``activity``, ``start`` and ``end`` in s.
    true : DataFrame, default=None
        True timeline of the same recording. Without it only predictions are shown.
    activities : array-like of shape (n_activities,), default=None
        The rows from top to bottom; by default those that occur, in the order in which they begin.

    Attributes
    ----------
    activities_ : list
        The rows from top to bottom.
    ax_ : matplotlib Axes
        Axes with the bars.
    figure_ : matplotlib Figure
        Figure containing the bars.
    predicted_bars_ : list of matplotlib collections
        The bars of the predictions, one collection a row.
    true_bars_ : list of matplotlib collections or None
        The bars of the truth, one collection a row; None without `true`.

    See Also
    --------
    sklearn_har.timeline.make_timeline : Timelines from probabilities of windows.
    sklearn_har.timeline.timeline_scores : How well two timelines agree.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_har.inspection import PredictionTimelineDisplay
    >>> columns = ["activity", "start", "end"]
    >>> true = pd.DataFrame([["sit", 0.0, 10.0], ["walk", 10.0, 20.0]], columns=columns)
    >>> predicted = pd.DataFrame([["sit", 0.0, 11.0], ["walk", 11.0, 20.0]], columns=columns)
    >>> display = PredictionTimelineDisplay(predicted, true=true).plot()
    >>> display.activities_, display.ax_.get_xlabel()
    (['sit', 'walk'], 'Time (s)')
    """

    def __init__(
        self,
        predicted: pd.DataFrame,
        *,
        true: pd.DataFrame | None = None,
        activities: ArrayLike | None = None,
    ) -> None:
        self.predicted = predicted
        self.true = true
        self.activities = activities

    def plot(
        self,
        ax: Any = None,
        *,
        time_unit: TimeUnit = "auto",
        true_kwargs: Mapping[str, Any] | None = None,
        predicted_kwargs: Mapping[str, Any] | None = None,
    ) -> PredictionTimelineDisplay:
        """Plot the bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on; by default a new figure, as high as the number of activities asks for.
        time_unit : {"auto", "s", "min", "h"}, default="auto"
            Unit of the axis; by default s up to 5 min, then min, and h from 3 h on.
        true_kwargs : dict, default=None
            Keywords for the true bars, passed to ``Axes.broken_barh``.
        predicted_kwargs : dict, default=None
            Keywords for the predicted bars, passed to ``Axes.broken_barh``.

        Returns
        -------
        PredictionTimelineDisplay
            This object, with the artists.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is no interval to show, or `activities` leaves one out that occurs.
        """
        predicted = check_timeline(self.predicted, "predicted")
        true = None if self.true is None else check_timeline(self.true, "true")
        timelines = [timeline for timeline in (true, predicted) if timeline is not None]
        rows = rows_of(timelines, self.activities)
        ends = np.concatenate([timeline.end for timeline in timelines])
        starts = np.concatenate([timeline.start for timeline in timelines])
        unit = time_unit_of(time_unit, float(ends.max() - starts.min()))
        scale = SECONDS[unit]
        ax = axes_or_new(ax, figure_size(rows), type(self).__name__)
        # One bar of full height in the place of two halves when there is nothing to compare with.
        height = 2 * _BAR if true is None else _BAR
        self.true_bars_ = None
        if true is not None:
            style = {**LIGHT_BAR, "label": "true", **(true_kwargs or {})}
            self.true_bars_ = bars_of_rows(ax, true, rows, -_BAR, height, scale, style)
        style = {**_PREDICTED_STYLE, "label": "predicted", **(predicted_kwargs or {})}
        offset = -_BAR if true is None else 0.0
        self.predicted_bars_ = bars_of_rows(ax, predicted, rows, offset, height, scale, style)

        finish_rows(ax, [wrapped(name, LONGEST_NAME) for name in rows])
        row_lines(ax, len(rows))
        ax.set_xlim(starts.min() / scale, ends.max() / scale)
        ax.set_xlabel(f"Time ({unit})")
        if true is not None:
            legend_above(ax)
        self.activities_ = rows
        self.ax_ = ax
        self.figure_ = ax.figure
        return self

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike | Mapping[str, Any],
        y: ArrayLike | None = None,
        *,
        start_time: ArrayLike | None = None,
        window_length: float | None = None,
        target_names: Sequence[str] | None = None,
        timeline_params: Mapping[str, Any] | None = None,
        activities: ArrayLike | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> PredictionTimelineDisplay:
        """Predict the windows of one recording and plot the timeline.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier of windows with ``predict_proba``, or a pipeline that ends in one.
        X : array-like of shape (n_windows, n_timesteps, n_channels) or Windows
            The windows of one recording, in the order of time. Windows that segmentation returned
            bring their times and labels along.
        y : array-like of shape (n_windows,), default=None
            Their true activities. What is not among the classes of the estimator, such as -1 for
            unlabelled windows, is left blank.
        start_time : array-like of shape (n_windows,), default=None
            Start of each window of an array, in s.
        window_length : float, default=None
            Length of a window of an array, in s.
        target_names : sequence of str, default=None
            Names to show in the place of ``estimator.classes_``, in their order.
        timeline_params : dict, default=None
            Further parameters of :func:`~sklearn_har.timeline.make_timeline`, such as
            ``{"min_duration": 2.0}``.
        activities : array-like of shape (n_activities,), default=None
            The rows from top to bottom.
        ax : matplotlib Axes, default=None
            Axes to plot on.
        **plot_params : dict
            Further parameters of :meth:`plot`.

        Returns
        -------
        PredictionTimelineDisplay
            The display, plotted.

        Raises
        ------
        TypeError, ValueError
            If the estimator gives no probabilities, or lengths disagree.
        """
        if not hasattr(estimator, "predict_proba"):
            raise TypeError(
                "estimator must have predict_proba, got "
                f"{type(estimator).__name__}. Use from_predictions for labels."
            )
        times: Any = start_time
        if isinstance(X, Mapping):
            y = X["target"] if y is None else y
            X, times = X["data"], X
        probabilities = estimator.predict_proba(X)
        classes = np.asarray(estimator.classes_)
        names = check_classes(classes if target_names is None else target_names, len(classes))
        predicted = make_timeline(
            probabilities, times, window_length, names, **(timeline_params or {})
        )
        true = None
        if y is not None:
            labels = np.asarray(y)
            windows = WindowProbabilities.check(probabilities, times, window_length)
            if labels.shape != (len(windows.values),):
                raise ValueError(
                    f"y must have one activity for each of the {len(windows.values)} windows, got "
                    f"shape {labels.shape}."
                )
            position = {label: i for i, label in enumerate(classes.tolist())}
            codes = np.array([position.get(label, -1) for label in labels.tolist()])
            true = timeline_of_windows(names[codes], windows, codes >= 0)
        return cls(predicted, true=true, activities=activities).plot(ax, **plot_params)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike | None,
        y_pred: ArrayLike,
        *,
        time: ArrayLike,
        unlabelled: Any = -1,
        activities: ArrayLike | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> PredictionTimelineDisplay:
        """Plot labels of the samples of one recording.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,) or None
            True activity of each sample.
        y_pred : array-like of shape (n_samples,)
            Predicted activity of each sample.
        time : array-like of shape (n_samples,)
            Time of each sample in s, increasing.
        unlabelled : int or str, default=-1
            The value that means that no activity is known; left blank.
        activities : array-like of shape (n_activities,), default=None
            The rows from top to bottom.
        ax : matplotlib Axes, default=None
            Axes to plot on.
        **plot_params : dict
            Further parameters of :meth:`plot`.

        Returns
        -------
        PredictionTimelineDisplay
            The display, plotted.
        """
        predicted = labels_to_timeline(y_pred, time, unlabelled=unlabelled)
        true = None
        if y_true is not None:
            true = labels_to_timeline(y_true, time, unlabelled=unlabelled)
        return cls(predicted, true=true, activities=activities).plot(ax, **plot_params)


def figure_size(activities: Sequence[Any]) -> tuple[float, float]:
    """Return inches: a timeline is wide, and its rows are as high as their names."""
    labels = [wrapped(name, LONGEST_NAME) for name in activities]
    return 10.0, 1.3 + row_inches(labels, 0.4) * len(labels)


def rows_of(timelines: list[Intervals], activities: ArrayLike | None) -> list[Any]:
    """Return the activities of timelines in the order in which they begin, or the order given."""
    found = [
        (start, order, name)
        for order, timeline in enumerate(timelines)
        for name, start in zip(timeline.activity.tolist(), timeline.start.tolist(), strict=True)
    ]
    if not found:
        raise ValueError("there must be at least one interval to show, got empty timelines.")
    occurring = list(dict.fromkeys(name for _, _, name in sorted(found, key=lambda f: f[:2])))
    if activities is None:
        return occurring
    rows: list[Any] = np.asarray(activities).tolist()
    missing = [name for name in occurring if name not in rows]
    if missing:
        raise ValueError(f"activities must name all that occur, got {rows}: {missing} missing.")
    return rows


def bars_of_rows(
    ax: Any,
    timeline: Intervals,
    rows: list[Any],
    offset: float,
    height: float,
    scale: float,
    style: dict[str, Any],
) -> list[Any]:
    """Draw the intervals of each activity in its row."""
    bars = []
    for row, name in enumerate(rows):
        chosen = timeline.activity == name
        start, end = timeline.start[chosen] / scale, timeline.end[chosen] / scale
        spans = list(zip(start.tolist(), (end - start).tolist(), strict=True))
        # The edge has a width in points, so that an interval of a second shows in an hour.
        options = {"linewidth": 0.8, **style, "label": style["label"] if row == 0 else None}
        bars.append(ax.broken_barh(spans, (row + offset, height), **options))
    return bars
