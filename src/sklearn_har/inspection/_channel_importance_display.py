"""What each channel is worth to a fitted classifier, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sklearn_har.inspection._channel_importance import channel_importance
from sklearn_har.inspection._style import (
    DIAMOND,
    LONGEST_NAME,
    RING,
    axes_or_new,
    finish_rows,
    legend_above,
    row_inches,
    score_axis,
    shown,
    with_defaults,
    wrapped,
)

__all__ = ["ChannelImportanceDisplay"]


class ChannelImportanceDisplay:
    """What the score loses without each channel.

    Each channel has a row, the most important on top: a light ring for each permutation, and a dark
    diamond for their mean with a bar of one standard deviation to each side. At the line of 0
    nothing is lost.

    It is recommended to use :meth:`from_estimator` or :meth:`from_importances` to make one. All
    parameters are stored as attributes.

    Parameters
    ----------
    importances : array-like of shape (n_channels, n_repeats)
        What the score lost in each repeat of the permutation of each channel.
    channel_names : sequence of str of length n_channels
        The names of the channels.
    baseline_score : float or None, default=None
        The score with all channels in their places.
    score_name : str, default="accuracy"
        Name of the score, for the axis. Losses of accuracy are shown in percentage points.

    Attributes
    ----------
    channels_ : list of str
        The rows from top to bottom.
    ax_ : matplotlib Axes
        Axes with the importances.
    figure_ : matplotlib Figure
        Figure containing the importances.
    means_ : matplotlib ErrorbarContainer
        The means and their bars.
    repeats_ : matplotlib PathCollection
        The repeats.

    See Also
    --------
    channel_importance : The same as numbers.

    Examples
    --------
    >>> from sklearn_har.inspection import ChannelImportanceDisplay
    >>> display = ChannelImportanceDisplay([[0.0, 0.1], [0.3, 0.4]], ["acc_x", "acc_y"]).plot()
    >>> display.channels_
    ['acc_y', 'acc_x']
    """

    def __init__(
        self,
        importances: ArrayLike,
        channel_names: Sequence[str],
        *,
        baseline_score: float | None = None,
        score_name: str = "accuracy",
    ) -> None:
        self.importances = importances
        self.channel_names = channel_names
        self.baseline_score = baseline_score
        self.score_name = score_name

    def plot(
        self,
        ax: Any = None,
        *,
        mean_kwargs: Mapping[str, Any] | None = None,
        repeat_kwargs: Mapping[str, Any] | None = None,
    ) -> ChannelImportanceDisplay:
        """Plot the importances.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on; by default a new figure, as high as the number of channels asks for.
        mean_kwargs : dict, default=None
            Keywords for the means, passed to ``Axes.errorbar``.
        repeat_kwargs : dict, default=None
            Keywords for the repeats, passed to ``Axes.scatter``.

        Returns
        -------
        ChannelImportanceDisplay
            This object, with the artists.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there are no importances, they are not finite, or lengths disagree.
        """
        values = np.asarray(self.importances, dtype=float)
        if values.ndim != 2 or not values.size or not np.isfinite(values).all():
            raise ValueError(
                "importances must be finite and of shape (n_channels, n_repeats), at least (1, 1), "
                f"got {self.importances!r}."
            )
        if isinstance(self.channel_names, str) or len(self.channel_names) != len(values):
            raise ValueError(
                f"channel_names must have one name for each of the {len(values)} channels of "
                f"importances, got {self.channel_names!r}."
            )
        factor, _ = score_axis(self.score_name)
        order = np.argsort(-values.mean(axis=1), kind="stable")
        drawn = factor * values[order]
        rows = np.arange(len(order))
        self.channels_ = [self.channel_names[i] for i in order.tolist()]
        labels = [wrapped(name, LONGEST_NAME) for name in self.channels_]
        size = (8.0, 1.3 + row_inches(labels, 0.32) * len(rows))
        ax = axes_or_new(ax, size, type(self).__name__)
        ax.axvline(0.0, color="0.35", linewidth=1.0, zorder=1)
        self.repeats_ = ax.scatter(
            drawn.ravel(),
            np.repeat(rows, drawn.shape[1]),
            **with_defaults({**RING, "label": "permutation"}, repeat_kwargs),
        )
        self.means_ = ax.errorbar(
            drawn.mean(axis=1),
            rows,
            xerr=drawn.std(axis=1),
            **with_defaults({**DIAMOND, "label": "mean, standard deviation"}, mean_kwargs),
        )
        finish_rows(ax, labels)
        ax.set_xlabel(self._label(factor))
        legend_above(ax)
        self.ax_ = ax
        self.figure_ = ax.figure
        return self

    def _label(self, factor: float) -> str:
        percent = factor != 1.0
        label = f"Loss of {shown(self.score_name)}"
        if percent:
            label += " (percentage points)"
        if self.baseline_score is not None:
            whole = f"{factor * self.baseline_score:.3g}{' %' if percent else ''}"
            label += f", from {whole} with all channels"
        return label

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike | Mapping[str, Any],
        y: ArrayLike | None = None,
        *,
        channel_names: Sequence[str] | None = None,
        scoring: Any = None,
        n_repeats: int = 5,
        random_state: int | np.random.RandomState | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> ChannelImportanceDisplay:
        """Measure the importance of each channel and plot it.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier of windows, or a pipeline that ends in one.
        X, y, channel_names, scoring, n_repeats, random_state : optional but X
            As in :func:`channel_importance`.
        ax : matplotlib Axes, default=None
            Axes to plot on.
        **plot_params : dict
            Further parameters of :meth:`plot`.

        Returns
        -------
        ChannelImportanceDisplay
            The display, plotted.
        """
        importances = channel_importance(
            estimator,
            X,
            y,
            channel_names=channel_names,
            scoring=scoring,
            n_repeats=n_repeats,
            random_state=random_state,
        )
        if scoring is None:
            name = "accuracy"
        else:
            name = scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")
        return cls.from_importances(importances, score_name=name, ax=ax, **plot_params)

    @classmethod
    def from_importances(
        cls,
        importances: Mapping[str, Any],
        *,
        score_name: str = "accuracy",
        ax: Any = None,
        **plot_params: Any,
    ) -> ChannelImportanceDisplay:
        """Plot what :func:`channel_importance` measured.

        Parameters
        ----------
        importances : Bunch
            What :func:`channel_importance` returned.
        score_name : str, default="accuracy"
            Name of the score.
        ax : matplotlib Axes, default=None
            Axes to plot on.
        **plot_params : dict
            Further parameters of :meth:`plot`.

        Returns
        -------
        ChannelImportanceDisplay
            The display, plotted.

        Raises
        ------
        TypeError
            If `importances` is something else.
        """
        wanted = ("importances", "channel_names", "baseline_score")
        if not isinstance(importances, Mapping) or not all(key in importances for key in wanted):
            raise TypeError(
                "importances must be what channel_importance returned, got "
                f"{type(importances).__name__}. The constructor takes arrays."
            )
        display = cls(
            importances["importances"],
            importances["channel_names"],
            baseline_score=importances["baseline_score"],
            score_name=score_name,
        )
        return display.plot(ax, **plot_params)
