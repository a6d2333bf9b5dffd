"""Plot loss and scores over the epochs of one or many trainings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import zip_longest
from typing import Any, Self

import numpy as np

from sklearn_har.evaluation import RepeatedEvaluation
from sklearn_har.inspection._base import (
    PALETTE,
    Display,
    Kwargs,
    grid_lines,
    legend_above,
    score_axis,
    with_defaults,
)

History = Mapping[str, Sequence[float]]

_VALIDATION = "val_"
# Open squares with dashes and filled circles with lines differ in grey: training and validation.
_KINDS = {
    "training": {"linestyle": "-", "marker": "o"},
    "validation": {"linestyle": "--", "marker": "s", "markerfacecolor": "white"},
}
# A curve has about this many marks, also with a hundred epochs.
_MARKS = 10


@dataclass(eq=False, repr=False)
class TrainingHistoryDisplay(Display):
    """Loss and accuracy over the epochs of one or many trainings.

    Each quantity has a panel. Several trainings give their mean and a band of one standard
    deviation to each side. Early stopping may end them at different epochs, so an epoch shows only
    those still running. The legend gives the number of trainings.

    Use :meth:`from_estimator` to create one. All parameters are stored as attributes.

    Parameters
    ----------
    histories : sequence of dict
        One for each training, with the values of each quantity by epoch, as in the ``history_`` of
        a fitted classifier. The prefix ``val_`` marks quantities of the validation set.
    name : str or None, default=None
        Name of the trained model for the legend.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes of shape (n_panels,)
        All panels.
    lines_ : dict of str to matplotlib Line2D
        The curve of each quantity, by its name in `histories`.
    bands_ : dict of str to matplotlib collection
        The band of each quantity; empty for a single training.

    See Also
    --------
    sklearn.model_selection.LearningCurveDisplay : Plot scores against the number of windows.

    Examples
    --------
    >>> from sklearn_har.inspection import TrainingHistoryDisplay
    >>> histories = [{"loss": [1.8, 1.1]}, {"loss": [1.6, 0.9]}]
    >>> display = TrainingHistoryDisplay(histories).plot()
    >>> display.lines_["loss"].get_ydata()
    array([1.7, 1. ])
    """

    histories: Sequence[History]
    _: KW_ONLY
    name: str | None = None

    def plot(
        self,
        ax: Any = None,
        *,
        metrics: Sequence[str] | None = None,
        line_kwargs: Kwargs = None,
        band_kwargs: Kwargs = None,
    ) -> Self:
        """Plot the curves.

        Parameters
        ----------
        ax : matplotlib Axes or array of them, default=None
            One for each panel, such as the `axes_` of another display for a comparison, or one for
            the whole grid. None for a new figure.
        metrics : sequence of str, default=None
            The panels by name, such as ``["loss"]``; None for all.
        line_kwargs, band_kwargs : dict, default=None
            Keyword arguments of ``Axes.plot`` (curves) and ``Axes.fill_between`` (bands).
        """
        chosen = _check_metrics(self.histories, metrics)
        size = (0.8 + 4.2 * len(chosen), 3.6)
        self.axes_ = self._panels(ax, (1, len(chosen)), size=size)[0]
        self.lines_: dict[str, Any] = {}
        self.bands_: dict[str, Any] = {}
        for panel, metric in zip(self.axes_, chosen, strict=True):
            self._plot_panel(panel, metric, line_kwargs, band_kwargs)
        return self

    def _plot_panel(self, ax: Any, metric: str, line_kwargs: Kwargs, band_kwargs: Kwargs) -> None:
        factor, label = score_axis(metric)
        # Existing curves of another display keep their colours.
        n_before = len(ax.lines)
        for kind, key in (("training", metric), ("validation", f"{_VALIDATION}{metric}")):
            curves = [history[key] for history in self.histories if key in history]
            if not curves:
                continue
            words = kind if self.name is None else f"{self.name}, {kind}"
            count = "" if len(curves) == 1 else f" ({len(curves)})"
            # (n_trainings, n_epochs), with NaN after the end of a training.
            values = factor * np.array([*zip_longest(*curves, fillvalue=np.nan)], dtype=float).T
            epochs = np.arange(1, values.shape[1] + 1)
            mean = np.nanmean(values, axis=0)
            style = with_defaults(
                line_kwargs,
                _KINDS[kind],
                color=PALETTE[(n_before + (kind == "validation")) % len(PALETTE)],
                markersize=4.5,
                markevery=max(1, len(epochs) // _MARKS),
                label=f"{words}{count}",
            )
            (line,) = ax.plot(epochs, mean, **style)
            self.lines_[key] = line
            if len(curves) > 1:
                spread = np.nanstd(values, axis=0)
                band = {"color": line.get_color(), "alpha": 0.25, "linewidth": 0.0}
                self.bands_[key] = ax.fill_between(
                    epochs, mean - spread, mean + spread, **with_defaults(band_kwargs, band)
                )
        ax.set_xlabel("Epoch")
        ax.set_ylabel(label)
        ax.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        grid_lines(ax, "both")
        legend_above(ax, ncols=2)

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, name: str | None = None, ax: Any = None, **plot_params: Any
    ) -> Self:
        """Plot the training history of fitted classifiers.

        Parameters
        ----------
        estimator : estimator or sequence of estimator
            A fitted classifier of this package, or an object that holds some: a pipeline that ends
            in one, a search, an ensemble, or the result of
            :func:`~sklearn_har.evaluation.repeated_evaluation`. Several classifiers count as
            trainings of one model.
        name : str or None, default=None
            As in :class:`TrainingHistoryDisplay`.
        """
        several = isinstance(estimator, Sequence) and not isinstance(estimator, str)
        histories: list[History] = []
        for one in estimator if several else [estimator]:
            found = list(_histories(one))
            if not found:
                raise TypeError(
                    "estimator must be a fitted classifier with history_, such as "
                    "ConvLSTMClassifier, a pipeline, search or ensemble of such, or a list, got "
                    f"{type(one).__name__} without a history. Call fit first."
                )
            histories += found
        return cls(histories, name=name).plot(ax, **plot_params)


def _check_metrics(histories: Sequence[History], metrics: Sequence[str] | None) -> list[str]:
    if isinstance(histories, Mapping) or not all(isinstance(one, Mapping) for one in histories):
        raise TypeError(
            "histories must be a sequence of dicts, one for each training, got "
            f"{type(histories).__name__}. For one training pass [history]."
        )
    curves = [curve for history in histories for curve in history.items()]
    names = [key.removeprefix(_VALIDATION) for key, values in curves if len(values)]
    known = list(dict.fromkeys(names))
    if not known:
        raise ValueError("histories must hold at least one epoch of one training, got none.")
    if metrics is None:
        return known
    chosen = [metrics] if isinstance(metrics, str) else list(metrics)
    if not chosen or not set(chosen) <= set(known):
        raise ValueError(f"metrics must be out of {known}, got {chosen}.")
    return chosen


def _histories(estimator: Any) -> Iterator[History]:
    """Yield the histories of the classifiers in a fitted estimator, or of an evaluation."""
    if isinstance(estimator, RepeatedEvaluation):
        yield from estimator.histories or ()
    elif hasattr(estimator, "history_"):
        yield estimator.history_
    elif hasattr(estimator, "best_estimator_"):
        yield from _histories(estimator.best_estimator_)
    elif hasattr(estimator, "steps"):
        yield from _histories(estimator.steps[-1][1])
    else:
        for part in getattr(estimator, "estimators_", ()):
            yield from _histories(part)
