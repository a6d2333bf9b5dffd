"""Plot the scores of repeated trainings, with a box for each model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sklearn_har.evaluation import RepeatedEvaluation
from sklearn_har.inspection._base import (
    DIAMOND_MARK,
    RING,
    Display,
    Kwargs,
    finish_scores,
    score_axis,
    with_defaults,
    wrap_name,
)

_BOX_STYLE: dict[str, Any] = {
    "widths": 0.5,
    "patch_artist": True,
    # The rings already show all repeats, including outliers.
    "showfliers": False,
    "boxprops": {"facecolor": "0.92", "edgecolor": "0.35"},
    "whiskerprops": {"color": "0.35"},
    "capprops": {"color": "0.35"},
    "medianprops": {"color": "0.35", "linewidth": 1.6},
}


@dataclass(eq=False, repr=False)
class RepeatedEvaluationDisplay(Display):
    """Scores of several trainings of each model.

    Each model has a row. A light box extends from the first to the third quartile, with a line at
    the median and whiskers to the last repeats within 1.5 box lengths. Each repeat is a light ring,
    and the mean a dark diamond. Models with strongly overlapping boxes do not differ clearly.

    Use :meth:`from_evaluations` to create one. All parameters are stored as attributes.

    Parameters
    ----------
    names : sequence of str of length n_models
        The names of the models.
    scores : sequence of array-like
        The scores of the repeats of each model; an accuracy is a fraction. The numbers of repeats
        may differ.
    score_name : str, default="accuracy"
        Name of the score for the axis. Accuracies are in %.

    Attributes
    ----------
    boxes_ : dict of str to list of matplotlib artists
        The result of ``Axes.boxplot``.
    repeats_ : matplotlib PathCollection
        The scores of the repeats.
    means_ : matplotlib Line2D
        The means.

    See Also
    --------
    sklearn_har.evaluation.repeated_evaluation : Train several times.
    SearchResultsDisplay : Plot scores of the settings of a search.

    Examples
    --------
    >>> from sklearn_har.inspection import RepeatedEvaluationDisplay
    >>> display = RepeatedEvaluationDisplay(["LSTM", "ConvLSTM"], [[0.88, 0.9], [0.9, 0.92]]).plot()
    >>> display.means_.get_xdata().round(1)
    array([89., 91.])
    """

    names: Sequence[str]
    scores: Sequence[ArrayLike]
    _: KW_ONLY
    score_name: str = "accuracy"

    def plot(
        self,
        ax: Any = None,
        *,
        box_kwargs: Kwargs = None,
        repeat_kwargs: Kwargs = None,
        mean_kwargs: Kwargs = None,
    ) -> Self:
        """Plot the boxes.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None for a new figure, whose height depends on the number of models.
        box_kwargs, repeat_kwargs, mean_kwargs : dict, default=None
            Keyword arguments of ``Axes.boxplot``, ``Axes.scatter`` (repeats) and ``Axes.plot``
            (means).
        """
        if isinstance(self.names, str) or not len(self.names):
            raise ValueError(f"names must hold at least one name of a model, got {self.names!r}.")
        if len(self.scores) != len(self.names):
            raise ValueError(
                f"scores must have the repeats of each of the {len(self.names)} models, got "
                f"{len(self.scores)} entries."
            )
        factor, _ = score_axis(self.score_name)
        values = [
            factor * _repeats(scores, name)
            for name, scores in zip(self.names, self.scores, strict=True)
        ]
        rows = np.arange(len(values))
        ax = self._rows(ax, [wrap_name(name) for name in self.names], inches=0.5, margin=1.4)
        boxes = with_defaults(
            box_kwargs,
            _BOX_STYLE,
            positions=rows,
            orientation="horizontal",
            manage_ticks=False,
            label=["quartiles", *[None] * (len(rows) - 1)],
        )
        self.boxes_ = ax.boxplot(values, **boxes)
        self.repeats_ = ax.scatter(
            np.concatenate(values),
            np.repeat(rows, [len(repeats) for repeats in values]),
            **with_defaults(repeat_kwargs, RING, zorder=3, label="repeat"),
        )
        (self.means_,) = ax.plot(
            [repeats.mean() for repeats in values],
            rows,
            **with_defaults(mean_kwargs, DIAMOND_MARK, zorder=4, label="mean"),
        )
        finish_scores(ax, self.score_name)
        return self

    @classmethod
    def from_evaluations(
        cls,
        evaluations: RepeatedEvaluation | Mapping[str, RepeatedEvaluation],
        *,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Plot the scores of repeated evaluations.

        Parameters
        ----------
        evaluations : dict of str to RepeatedEvaluation, or RepeatedEvaluation
            The result of :func:`~sklearn_har.evaluation.repeated_evaluation` for each model, by
            name, from top to bottom. All have the same score.
        """
        named: Mapping[str, Any] = (
            evaluations if isinstance(evaluations, Mapping) else {"": evaluations}
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
        scores = [evaluation.scores for evaluation in named.values()]
        return cls(list(named), scores, score_name=scorings[0]).plot(ax, **plot_params)


def _repeats(scores: ArrayLike, name: str) -> Any:
    values = np.asarray(scores, dtype=float)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ValueError(
            f"scores must hold at least one finite score for each model, got {scores!r} for "
            f"{name!r}."
        )
    return values
