"""Scores of repeated trainings, a box for each model, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sklearn_har.evaluation import RepeatedEvaluation
from sklearn_har.inspection._style import (
    DARK,
    DIAMOND,
    LONGEST_NAME,
    RING,
    axes_or_new,
    end_at_whole,
    finish_rows,
    legend_above,
    row_inches,
    score_axis,
    with_defaults,
    wrapped,
)

__all__ = ["RepeatedEvaluationDisplay"]

_BOX_STYLE: dict[str, Any] = {
    "widths": 0.5,
    "patch_artist": True,
    # The repeats are all shown, those far out as well.
    "showfliers": False,
    "boxprops": {"facecolor": "0.92", "edgecolor": "0.35"},
    "whiskerprops": {"color": "0.35"},
    "capprops": {"color": "0.35"},
    "medianprops": {"color": "0.35", "linewidth": 1.6},
}


class RepeatedEvaluationDisplay:
    """Scores of several trainings of each model.

    Each model has a row: a light box from the first to the third quartile with a line at the median
    and whiskers to the last repeats within 1.5 box lengths, a light ring for each repeat, and a
    dark diamond for the mean. Models whose boxes overlap by much are not told apart.

    It is recommended to use :meth:`from_evaluations` to make one. All parameters are stored as
    attributes.

    Parameters
    ----------
    names : sequence of str of length n_models
        What to call the models.
    scores : sequence of array-like
        The scores of the repeats of each model; an accuracy is a fraction. Models may have
        different numbers of repeats.
    score_name : str, default="accuracy"
        Name of the score, for the axis. Accuracies are shown in %.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the boxes.
    figure_ : matplotlib Figure
        Figure containing the boxes.
    boxes_ : dict of str to list of matplotlib artists
        What ``Axes.boxplot`` returned.
    repeats_ : matplotlib PathCollection
        The scores of the repeats.
    means_ : matplotlib Line2D
        The means.

    See Also
    --------
    sklearn_har.evaluation.repeated_evaluation : Train several times.
    SearchResultsDisplay : Scores of the settings of a search.

    Examples
    --------
    >>> from sklearn_har.inspection import RepeatedEvaluationDisplay
    >>> display = RepeatedEvaluationDisplay(["LSTM", "ConvLSTM"], [[0.88, 0.9], [0.9, 0.92]]).plot()
    >>> display.means_.get_xdata().round(1)
    array([89., 91.])
    """

    def __init__(
        self, names: Sequence[str], scores: Sequence[ArrayLike], *, score_name: str = "accuracy"
    ) -> None:
        self.names = names
        self.scores = scores
        self.score_name = score_name

    def plot(
        self,
        ax: Any = None,
        *,
        box_kwargs: Mapping[str, Any] | None = None,
        repeat_kwargs: Mapping[str, Any] | None = None,
        mean_kwargs: Mapping[str, Any] | None = None,
    ) -> RepeatedEvaluationDisplay:
        """Plot the boxes.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on; by default a new figure, as high as the number of models asks for.
        box_kwargs : dict, default=None
            Keywords for the boxes, passed to ``Axes.boxplot``.
        repeat_kwargs : dict, default=None
            Keywords for the repeats, passed to ``Axes.scatter``.
        mean_kwargs : dict, default=None
            Keywords for the means, passed to ``Axes.plot``.

        Returns
        -------
        RepeatedEvaluationDisplay
            This object, with the artists.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is no model, a model has no finite score, or lengths disagree.
        """
        if isinstance(self.names, str) or not len(self.names):
            raise ValueError(f"names must hold at least one name of a model, got {self.names!r}.")
        if len(self.scores) != len(self.names):
            raise ValueError(
                f"scores must have the repeats of each of the {len(self.names)} models, got "
                f"{len(self.scores)} entries."
            )
        factor, label = score_axis(self.score_name)
        values = [
            factor * _repeats(scores, name)
            for name, scores in zip(self.names, self.scores, strict=True)
        ]
        rows = np.arange(len(values))
        labels = [wrapped(name, LONGEST_NAME) for name in self.names]
        size = (8.0, 1.4 + row_inches(labels, 0.5) * len(rows))
        ax = axes_or_new(ax, size, type(self).__name__)
        self.boxes_ = ax.boxplot(
            values,
            **with_defaults(
                {
                    **_BOX_STYLE,
                    "positions": rows,
                    "orientation": "horizontal",
                    "manage_ticks": False,
                    "label": ["quartiles", *[None] * (len(rows) - 1)],
                },
                box_kwargs,
            ),
        )
        self.repeats_ = ax.scatter(
            np.concatenate(values),
            np.repeat(rows, [len(repeats) for repeats in values]),
            zorder=3,
            **with_defaults({**RING, "label": "repeat"}, repeat_kwargs),
        )
        means = {
            "color": DARK,
            "marker": DIAMOND["fmt"],
            "markersize": DIAMOND["markersize"],
            "linestyle": "none",
            "label": "mean",
        }
        (self.means_,) = ax.plot(
            [repeats.mean() for repeats in values],
            rows,
            zorder=4,
            **with_defaults(means, mean_kwargs),
        )
        finish_rows(ax, labels)
        if factor != 1.0:
            end_at_whole(ax)
        ax.set_xlabel(label)
        legend_above(ax)
        self.ax_ = ax
        self.figure_ = ax.figure
        return self

    @classmethod
    def from_evaluations(
        cls,
        evaluations: RepeatedEvaluation | Mapping[str, RepeatedEvaluation],
        *,
        ax: Any = None,
        **plot_params: Any,
    ) -> RepeatedEvaluationDisplay:
        """Plot the scores of repeated evaluations.

        Parameters
        ----------
        evaluations : dict of str to RepeatedEvaluation, or RepeatedEvaluation
            What :func:`~sklearn_har.evaluation.repeated_evaluation` returned for each model, by the
            name of the model, from top to bottom. All by the same score.
        ax : matplotlib Axes, default=None
            Axes to plot on.
        **plot_params : dict
            Further parameters of :meth:`plot`.

        Returns
        -------
        RepeatedEvaluationDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If there is something else among the evaluations.
        ValueError
            If there is none, or they are by different scores.
        """
        named: dict[str, Any] = (
            dict(evaluations) if isinstance(evaluations, Mapping) else {"": evaluations}
        )
        for name, evaluation in named.items():
            if not isinstance(evaluation, RepeatedEvaluation):
                place = f" for {name!r}" if name else ""
                raise TypeError(
                    "evaluations must be a RepeatedEvaluation or a dict of them, got "
                    f"{type(evaluation).__name__}{place}."
                )
        scorings = list(dict.fromkeys(evaluation.scoring for evaluation in named.values()))
        if len(scorings) != 1:
            raise ValueError(
                "evaluations must hold at least one, all by the same score, got "
                f"{f'scores {scorings}' if scorings else 'none'}."
            )
        display = cls(
            list(named),
            [evaluation.scores for evaluation in named.values()],
            score_name=scorings[0],
        )
        return display.plot(ax, **plot_params)


def _repeats(scores: ArrayLike, name: str) -> Any:
    values = np.asarray(scores, dtype=float)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ValueError(
            f"scores must hold at least one finite score for each model, got {scores!r} for "
            f"{name!r}."
        )
    return values
