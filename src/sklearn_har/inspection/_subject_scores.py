"""Plot the score of each subject, the worst first."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sklearn_har.evaluation import RepeatedEvaluation
from sklearn_har.inspection._base import (
    DIAMOND,
    Display,
    Kwargs,
    finish_scores,
    score_axis,
    with_defaults,
    wrap_name,
)
from sklearn_har.utils._scores import check_groups, per_subject

_MEAN_STYLE = {"color": "0.35", "linestyle": "--", "linewidth": 1.2}


@dataclass(eq=False, repr=False)
class SubjectScoresDisplay(Display):
    """Accuracy on the windows of each subject, the lowest first.

    A mean over all windows hides subjects with poor recognition. Here each subject has a row with a
    dark diamond for the accuracy and, for several trainings, a bar of one standard deviation to
    each side. A dashed line marks the mean over the subjects.

    Use :meth:`from_estimator`, :meth:`from_predictions` or :meth:`from_evaluation` to create one.
    All parameters are stored as attributes.

    Parameters
    ----------
    subjects : array-like of shape (n_subjects,)
        The names of the subjects, in any order.
    scores : array-like of shape (n_subjects,)
        Score of each subject; an accuracy is a fraction.
    spread : array-like of shape (n_subjects,), default=None
        Standard deviation of each score over several trainings.
    n_windows : array-like of shape (n_subjects,), default=None
        Number of windows of each subject, shown at the right.
    score_name : str, default="accuracy"
        Name of the score for the axis. Accuracies are in %.

    Attributes
    ----------
    subjects_ : list
        The subjects from top to bottom.
    scores_ : matplotlib ErrorbarContainer
        The scores and their bars.
    mean_line_ : matplotlib Line2D
        The mean over the subjects.

    See Also
    --------
    sklearn_har.evaluation.repeated_evaluation : Compute the table ``per_subject``.

    Examples
    --------
    >>> from sklearn_har.inspection import SubjectScoresDisplay
    >>> display = SubjectScoresDisplay.from_predictions(
    ...     [0, 1, 0, 1], [0, 1, 1, 1], groups=["Ann", "Ann", "Bob", "Bob"]
    ... )
    >>> display.subjects_, display.ax_.get_xlabel()
    (['Bob', 'Ann'], 'Accuracy (%)')
    """

    subjects: ArrayLike
    scores: ArrayLike
    _: KW_ONLY
    spread: ArrayLike | None = None
    n_windows: ArrayLike | None = None
    score_name: str = "accuracy"

    def plot(
        self, ax: Any = None, *, score_kwargs: Kwargs = None, mean_kwargs: Kwargs = None
    ) -> Self:
        """Plot the scores.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None for a new figure, whose height depends on the number of subjects.
        score_kwargs, mean_kwargs : dict, default=None
            Keyword arguments of ``Axes.errorbar`` (scores) and ``Axes.axvline`` (mean).
        """
        subjects = np.asarray(self.subjects)
        if subjects.ndim != 1 or not len(subjects):
            raise ValueError(
                f"subjects must name at least one subject, got an array of shape {subjects.shape}."
            )
        n = len(subjects)
        scores = _column(self.scores, "scores", n)
        spread = None if self.spread is None else _column(self.spread, "spread", n)
        counts = None if self.n_windows is None else _column(self.n_windows, "n_windows", n)
        factor, _ = score_axis(self.score_name)
        order = np.argsort(scores, kind="stable")
        self.subjects_ = subjects[order].tolist()
        ax = self._rows(ax, [wrap_name(subject) for subject in self.subjects_], inches=0.24)
        mean = factor * float(scores.mean())
        label = f"mean over subjects, {mean:.3g}{' %' if factor != 1.0 else ''}"
        self.mean_line_ = ax.axvline(mean, **with_defaults(mean_kwargs, _MEAN_STYLE, label=label))
        label = "subject" if spread is None else "subject: mean, standard deviation"
        self.scores_ = ax.errorbar(
            factor * scores[order],
            np.arange(len(order)),
            xerr=None if spread is None else factor * spread[order],
            **with_defaults(score_kwargs, DIAMOND, label=label),
        )
        ax.set_ylabel("Subject")
        if counts is not None:
            # On the right, where they are not mistaken for scores.
            side = ax.secondary_yaxis("right")
            side.set_yticks(range(len(counts)), [f"{count:g}" for count in counts[order]])
            side.tick_params(length=0.0, labelcolor="0.35")
            side.set_ylabel("Windows", color="0.35")
        finish_scores(ax, self.score_name)
        return self

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
    ) -> Self:
        """Predict windows and plot the accuracy of each subject.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier of windows, or a pipeline that ends in one.
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows of subjects outside the training set.
        y, groups : array-like of shape (n_windows,)
            The true activity and the subject of each window.
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
    ) -> Self:
        """Plot the accuracy of predictions for each subject.

        Parameters
        ----------
        y_true, y_pred, groups : array-like of shape (n_windows,)
            The true activity, the predicted activity and the subject of each window.
        """
        truth, prediction, subjects = check_groups(y_true, y_pred, groups)
        return cls._from_table(per_subject(truth, [prediction], subjects), 1, ax, plot_params)

    @classmethod
    def from_evaluation(
        cls, evaluation: RepeatedEvaluation, *, ax: Any = None, **plot_params: Any
    ) -> Self:
        """Plot the accuracy of each subject over the repeats of an evaluation.

        Parameters
        ----------
        evaluation : RepeatedEvaluation
            The result of :func:`~sklearn_har.evaluation.repeated_evaluation`, with the subjects of
            the test windows.
        """
        if not isinstance(evaluation, RepeatedEvaluation):
            raise TypeError(
                "evaluation must be a result of repeated_evaluation, got "
                f"{type(evaluation).__name__}."
            )
        if evaluation.per_subject is None:
            raise ValueError(
                "evaluation must have the subjects of the test windows, got one without "
                "per_subject. Pass groups with cv, or groups_test with X_test, to "
                "repeated_evaluation."
            )
        return cls._from_table(evaluation.per_subject, len(evaluation.scores), ax, plot_params)

    @classmethod
    def _from_table(cls, table: Any, n_repeats: int, ax: Any, plot_params: Any) -> Self:
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
