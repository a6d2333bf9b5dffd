"""Plot predicted and true activities over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sklearn_har.inspection._base import (
    DARK_BAR,
    LIGHT_BAR,
    SECONDS,
    Display,
    Kwargs,
    TimeUnit,
    draw_bars,
    legend_above,
    row_lines,
    time_unit_of,
    unpack_windows,
    with_defaults,
    wrap_name,
)
from sklearn_har.timeline import labels_to_timeline, make_timeline
from sklearn_har.utils._arrays import one_each
from sklearn_har.utils._intervals import Intervals, check_timeline

# The height of each of the two bars of an activity, relative to its row.
_BAR = 0.36


@dataclass(eq=False, repr=False)
class PredictionTimelineDisplay(Display):
    """Predicted and true activities over time.

    Each activity has a row, with a light bar for the ground truth and a dark bar below it for the
    prediction. No colours or legend entries for activities are needed.

    Use :meth:`from_estimator` or :meth:`from_predictions` to create one, or pass timelines. All
    parameters are stored as attributes.

    Parameters
    ----------
    predicted : DataFrame
        Predicted timeline with the columns ``activity``, ``start`` and ``end`` in s.
    true : DataFrame, default=None
        Ground truth of the same recording. None to show only predictions.
    activities : array-like of shape (n_activities,), default=None
        The rows from top to bottom. None for those that occur, in order of their first start.

    Attributes
    ----------
    activities_ : list
        The activities from top to bottom.
    predicted_bars_ : list of matplotlib collections
        The bars of the predictions, one collection per row.
    true_bars_ : list of matplotlib collections or None
        The bars of the ground truth, one collection per row; None without `true`.

    See Also
    --------
    sklearn_har.timeline.make_timeline : Make a timeline from probabilities of windows.
    sklearn_har.timeline.timeline_scores : Compare two timelines.

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

    predicted: pd.DataFrame
    _: KW_ONLY
    true: pd.DataFrame | None = None
    activities: ArrayLike | None = None

    def plot(
        self,
        ax: Any = None,
        *,
        time_unit: TimeUnit = "auto",
        true_kwargs: Kwargs = None,
        predicted_kwargs: Kwargs = None,
    ) -> Self:
        """Plot the bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None for a new figure, whose height depends on the number of
            activities.
        time_unit : {"auto", "s", "min", "h"}, default="auto"
            Unit of the axis. "auto" uses s up to 5 min, then min, and h from 3 h on.
        true_kwargs, predicted_kwargs : dict, default=None
            Keyword arguments of ``Axes.broken_barh`` for the true and the predicted bars.
        """
        predicted = check_timeline(self.predicted, "predicted")
        true = None if self.true is None else check_timeline(self.true, "true")
        timelines = [timeline for timeline in (true, predicted) if timeline is not None]
        self.activities_ = rows = rows_of(timelines, self.activities)
        start = min(timeline.start.min() for timeline in timelines if len(timeline.start))
        end = max(timeline.end.max() for timeline in timelines if len(timeline.end))
        unit = time_unit_of(time_unit, float(end - start))
        scale = SECONDS[unit]
        ax = self._rows(ax, [wrap_name(name) for name in rows], inches=0.4, width=10.0)
        row_lines(ax, len(rows))
        # Without ground truth, one bar of full height.
        place = (-_BAR, 2 * _BAR) if true is None else (0.0, _BAR)
        self.true_bars_ = None
        if true is not None:
            style = with_defaults(true_kwargs, LIGHT_BAR, label="true")
            self.true_bars_ = bars_of_rows(ax, true, rows, (-_BAR, _BAR), scale, style)
        style = with_defaults(predicted_kwargs, DARK_BAR, label="predicted")
        self.predicted_bars_ = bars_of_rows(ax, predicted, rows, place, scale, style)
        ax.set_xlim(start / scale, end / scale)
        ax.set_xlabel(f"Time ({unit})")
        if true is not None:
            legend_above(ax)
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
    ) -> Self:
        """Predict the windows of one recording and plot the timeline.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier of windows with ``predict_proba``, or a pipeline that ends in one.
        X : array-like of shape (n_windows, n_timesteps, n_channels) or Windows
            The windows of one recording, in order of time. Windows from segmentation have their own
            times and labels.
        y : array-like of shape (n_windows,), default=None
            Their true activities. Labels that are not classes of the estimator, such as -1 for
            unlabelled windows, stay blank.
        start_time, window_length : array-like of shape (n_windows,) and float, default=None
            Start of each window and length of a window, in s; required for an array.
        target_names : sequence of str, default=None
            Names for ``estimator.classes_``, in their order.
        timeline_params : dict, default=None
            More parameters of :func:`~sklearn_har.timeline.make_timeline`, such as
            ``{"min_duration": 2.0}``.
        activities : array-like of shape (n_activities,), default=None
            As in :class:`PredictionTimelineDisplay`.
        """
        if not hasattr(estimator, "predict_proba"):
            raise TypeError(
                "estimator must have predict_proba, got "
                f"{type(estimator).__name__}. Use from_predictions for labels."
            )
        times: Any = X if isinstance(X, Mapping) else start_time
        X, y = unpack_windows(X, target=y)
        probabilities = estimator.predict_proba(X)
        names = np.asarray(estimator.classes_ if target_names is None else target_names)
        predicted = make_timeline(
            probabilities, times, window_length, names, **(timeline_params or {})
        )
        true = None
        if y is not None:
            labels = one_each(y, "y", "activity", len(probabilities))
            position = {label: i for i, label in enumerate(np.asarray(estimator.classes_).tolist())}
            codes = [position.get(label, len(names)) for label in labels.tolist()]
            # One-hot probabilities of the true labels, with a last column for unlabelled windows.
            certain = np.eye(len(names) + 1)[codes]
            true = make_timeline(certain, times, window_length, smoothing=None)
            true = true.loc[true["activity"] < len(names), ["activity", "start", "end"]]
            true = true.assign(activity=names[true["activity"].to_numpy()]).reset_index(drop=True)
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
    ) -> Self:
        """Plot labels of the samples of one recording.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,)
            True and predicted activity of each sample; `y_true` may be None.
        time : array-like of shape (n_samples,)
            Time of each sample in s, increasing.
        unlabelled : int or str, default=-1
            The label of samples without a known activity; they stay blank.
        activities : array-like of shape (n_activities,), default=None
            As in :class:`PredictionTimelineDisplay`.
        """
        predicted = labels_to_timeline(y_pred, time, unlabelled=unlabelled)
        true = None
        if y_true is not None:
            true = labels_to_timeline(y_true, time, unlabelled=unlabelled)
        return cls(predicted, true=true, activities=activities).plot(ax, **plot_params)


def rows_of(timelines: list[Intervals], activities: ArrayLike | None) -> list[Any]:
    """Return the activities of timelines in order of their first start, or in the given order."""
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
    place: tuple[float, float],
    scale: float,
    style: dict[str, Any],
) -> list[Any]:
    """Draw the intervals of each activity in its row; `place` gives their top and height."""
    top, height = place
    bars = []
    for row, name in enumerate(rows):
        own = timeline.activity == name
        start, end = timeline.start[own] / scale, timeline.end[own] / scale
        # An edge with a width in points keeps an interval of a second visible in an hour.
        options = {"linewidth": 0.8, **style, "label": style["label"] if row == 0 else None}
        bars.append(draw_bars(ax, start, end, (row + top, height), options))
    return bars
