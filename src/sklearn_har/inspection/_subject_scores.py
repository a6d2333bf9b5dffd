"""The score of each subject, the worst first, as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sklearn_har.evaluation import RepeatedEvaluation
from sklearn_har.inspection._evaluations import check_evaluation
from sklearn_har.inspection._style import (
    DIAMOND,
    LONGEST_NAME,
    axes_or_new,
    end_at_whole,
    finish_rows,
    legend_above,
    row_inches,
    score_axis,
    with_defaults,
    wrapped,
)
from sklearn_har.utils._scores import check_groups, per_subject

__all__ = ["SubjectScoresDisplay"]

_MEAN_STYLE = {"color": "0.35", "linestyle": "--", "linewidth": 1.2}


class SubjectScoresDisplay:
    """Accuracy on the windows of each subject, the worst first.

    A mean over all windows hides the person for whom the recognition fails. Here each subject has a
    row, with a dark diamond for the accuracy and, over several trainings, a bar of one standard
    deviation to each side. A dashed line is the mean over the subjects.

    It is recommended to use :meth:`from_estimator`, :meth:`from_predictions` or
    :meth:`from_evaluation` to make one. All parameters are stored as attributes.

    Parameters
    ----------
    subjects : array-like of shape (n_subjects,)
        What to call the subjects, in any order.
    scores : array-like of shape (n_subjects,)
        Score of each subject; an accuracy is a fraction.
    spread : array-like of shape (n_subjects,), default=None
        Standard deviation of each score over several trainings.
    n_windows : array-like of shape (n_subjects,), default=None
        How many windows each subject has; shown at the right.
    score_name : str, default="accuracy"
        Name of the score, for the axis. Accuracies are shown in %.

    Attributes
    ----------
    subjects_ : list
        The rows from top to bottom.
    ax_ : matplotlib Axes
        Axes with the scores.
    figure_ : matplotlib Figure
        Figure containing the scores.
    scores_ : matplotlib ErrorbarContainer
        The scores and their bars.
    mean_line_ : matplotlib Line2D
        The mean over the subjects.

    See Also
    --------
    sklearn_har.evaluation.repeated_evaluation : The same as a table, ``per_subject``.

    Examples
    --------
    >>> from sklearn_har.inspection import SubjectScoresDisplay
    >>> display = SubjectScoresDisplay.from_predictions(
    ...     [0, 1, 0, 1], [0, 1, 1, 1], groups=["Ann", "Ann", "Bob", "Bob"]
    ... )
    >>> display.subjects_, display.ax_.get_xlabel()
    (['Bob', 'Ann'], 'Accuracy (%)')
    """

    def __init__(
        self,
        subjects: ArrayLike,
        scores: ArrayLike,
        *,
        spread: ArrayLike | None = None,
        n_windows: ArrayLike | None = None,
        score_name: str = "accuracy",
    ) -> None:
        self.subjects = subjects
        self.scores = scores
        self.spread = spread
        self.n_windows = n_windows
        self.score_name = score_name

    def plot(
        self,
        ax: Any = None,
        *,
        score_kwargs: Mapping[str, Any] | None = None,
        mean_kwargs: Mapping[str, Any] | None = None,
    ) -> SubjectScoresDisplay:
        """Plot the scores.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on; by default a new figure, as high as the number of subjects asks for.
        score_kwargs : dict, default=None
            Keywords for the scores, passed to ``Axes.errorbar``.
        mean_kwargs : dict, default=None
            Keywords for the line of the mean, passed to ``Axes.axvline``.

        Returns
        -------
        SubjectScoresDisplay
            This object, with the artists.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is no subject, or lengths disagree.
        """
        subjects = np.asarray(self.subjects)
        if subjects.ndim != 1 or not len(subjects):
            raise ValueError(
                f"subjects must name at least one subject, got an array of shape {subjects.shape}."
            )
        scores = _column(self.scores, "scores", len(subjects))
        spread = None if self.spread is None else _column(self.spread, "spread", len(subjects))
        counts = (
            None if self.n_windows is None else _column(self.n_windows, "n_windows", len(subjects))
        )
        factor, label = score_axis(self.score_name)
        order = np.argsort(scores, kind="stable")
        rows = np.arange(len(order))
        self.subjects_ = subjects[order].tolist()
        labels = [wrapped(subject, LONGEST_NAME) for subject in self.subjects_]
        size = (8.0, 1.3 + row_inches(labels, 0.24) * len(rows))
        ax = axes_or_new(ax, size, type(self).__name__)
        percent = factor != 1.0
        mean = f"{factor * scores.mean():.3g}{' %' if percent else ''}"
        self.mean_line_ = ax.axvline(
            factor * float(scores.mean()),
            **with_defaults({**_MEAN_STYLE, "label": f"mean over subjects, {mean}"}, mean_kwargs),
        )
        name = "subject" if spread is None else "subject: mean, standard deviation"
        self.scores_ = ax.errorbar(
            factor * scores[order],
            rows,
            xerr=None if spread is None else factor * spread[order],
            **with_defaults({**DIAMOND, "label": name}, score_kwargs),
        )
        finish_rows(ax, labels)
        if percent:
            end_at_whole(ax)
        ax.set_xlabel(label)
        ax.set_ylabel("Subject")
        if counts is not None:
            # On the other side, where they are read with the row and not taken for scores.
            self._count(ax, [f"{count:g}" for count in counts[order]])
        legend_above(ax)
        self.ax_ = ax
        self.figure_ = ax.figure
        return self

    def _count(self, ax: Any, counts: list[str]) -> None:
        side = ax.secondary_yaxis("right")
        side.set_yticks(range(len(counts)), counts)
        side.tick_params(length=0.0, labelcolor="0.35")
        side.set_ylabel("Windows", color="0.35")

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        groups: ArrayLike,
        ax: Any = None,
        **plot_params: Any,
    ) -> SubjectScoresDisplay:
        """Predict windows and plot the accuracy on those of each subject.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier of windows, or a pipeline that ends in one.
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows of subjects whom the estimator was not trained on.
        y : array-like of shape (n_windows,)
            Their true activities.
        groups : array-like of shape (n_windows,)
            Subject of each window.
        ax : matplotlib Axes, default=None
            Axes to plot on.
        **plot_params : dict
            Further parameters of :meth:`plot`.

        Returns
        -------
        SubjectScoresDisplay
            The display, plotted.
        """
        return cls.from_predictions(y, estimator.predict(X), groups=groups, ax=ax, **plot_params)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        groups: ArrayLike,
        ax: Any = None,
        **plot_params: Any,
    ) -> SubjectScoresDisplay:
        """Plot the accuracy of predictions for each subject.

        Parameters
        ----------
        y_true : array-like of shape (n_windows,)
            True activities.
        y_pred : array-like of shape (n_windows,)
            Predicted activities.
        groups : array-like of shape (n_windows,)
            Subject of each window.
        ax : matplotlib Axes, default=None
            Axes to plot on.
        **plot_params : dict
            Further parameters of :meth:`plot`.

        Returns
        -------
        SubjectScoresDisplay
            The display, plotted.

        Raises
        ------
        ValueError
            If lengths disagree.
        """
        truth, prediction, subjects = check_groups(y_true, y_pred, groups)
        return cls._from_table(per_subject(truth, [prediction], subjects), 1, ax, plot_params)

    @classmethod
    def from_evaluation(
        cls, evaluation: RepeatedEvaluation, *, ax: Any = None, **plot_params: Any
    ) -> SubjectScoresDisplay:
        """Plot the accuracy of each subject over the repeats of an evaluation.

        Parameters
        ----------
        evaluation : RepeatedEvaluation
            What :func:`~sklearn_har.evaluation.repeated_evaluation` returned; the subjects of the
            test windows must be known to it.
        ax : matplotlib Axes, default=None
            Axes to plot on.
        **plot_params : dict
            Further parameters of :meth:`plot`.

        Returns
        -------
        SubjectScoresDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If `evaluation` is something else.
        ValueError
            If the subjects are not known.
        """
        check_evaluation(evaluation)
        if evaluation.per_subject is None:
            raise ValueError(
                "evaluation must know the subjects of the test windows, got one without "
                "per_subject. Pass groups with cv, or groups_test with X_test, to "
                "repeated_evaluation."
            )
        return cls._from_table(evaluation.per_subject, len(evaluation.scores), ax, plot_params)

    @classmethod
    def _from_table(
        cls, table: Any, n_repeats: int, ax: Any, plot_params: dict[str, Any]
    ) -> SubjectScoresDisplay:
        display = cls(
            table["subject"].to_numpy(),
            table["accuracy_mean"].to_numpy(),
            spread=table["accuracy_std"].to_numpy() if n_repeats > 1 else None,
            n_windows=table["n_windows"].to_numpy(),
        )
        return display.plot(ax, **plot_params)


def _column(values: ArrayLike, name: str, n_subjects: int) -> Any:
    column = np.asarray(values, dtype=float)
    if column.shape != (n_subjects,) or not np.isfinite(column).all():
        raise ValueError(
            f"{name} must have one finite number for each of the {n_subjects} subjects, got "
            f"{values!r}."
        )
    return column
