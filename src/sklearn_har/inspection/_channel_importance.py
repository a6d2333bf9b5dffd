"""Compute and plot the importance of each channel for a fitted classifier.

scikit-learn's `permutation_importance` accepts two axes only, and permutes single columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import check_scoring
from sklearn.utils import Bunch, check_random_state

from sklearn_har.inspection._base import (
    Display,
    Kwargs,
    check_windows,
    display_name,
    draw_scores,
    legend_above,
    score_axis,
    unpack_windows,
    wrap_name,
)
from sklearn_har.utils._numbers import check_integer


def channel_importance(
    estimator: Any,
    X: ArrayLike | Mapping[str, Any],
    y: ArrayLike | None = None,
    *,
    channel_names: Sequence[str] | None = None,
    scoring: Any = None,
    n_repeats: int = 5,
    random_state: int | np.random.RandomState | None = None,
) -> Bunch:
    """Measure the loss of score when a channel is exchanged between windows.

    This is permutation importance [1]_ of channels instead of features:
    :func:`sklearn.inspection.permutation_importance` accepts only tables. The time course of a
    channel stays intact within a window.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier of windows, or a pipeline that ends in one.
    X : array-like of shape (n_windows, n_timesteps, n_channels) or Windows
        Windows outside the training set. Windows from segmentation have their own labels and names
        of channels.
    y : array-like of shape (n_windows,), default=None
        Their activities; required for an array.
    channel_names : sequence of str, default=None
        Names of the channels; None for `channel0`, `channel1`, ...
    scoring : str, callable or None, default=None
        A single scorer; None for the estimator's `score`.
    n_repeats : int, default=5
        Number of permutations of each channel.
    random_state : int, RandomState instance or None, default=None
        Determines the permutations.

    Returns
    -------
    Bunch
        `importances` of shape (n_channels, n_repeats), `importances_mean` and `importances_std` of
        shape (n_channels,), `channel_names`, and `baseline_score`.

    Notes
    -----
    Channels with the same information replace each other, so each alone looks unimportant. An
    example is total and body acceleration.

    References
    ----------
    .. [1] Breiman, L. (2001). Random forests. Machine Learning, 45(1), 5-32.
       :doi:`10.1023/A:1010933404324`

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import FunctionTransformer
    >>> from sklearn_har.inspection import channel_importance
    >>> X = np.random.default_rng(0).normal(size=(50, 4, 2))
    >>> y = X[:, 0, 1] > 0
    >>> flatten = FunctionTransformer(lambda X: X.reshape(len(X), -1))
    >>> model = make_pipeline(flatten, LogisticRegression()).fit(X, y)
    >>> channel_importance(model, X, y, random_state=0).importances_mean.argmax()
    np.int64(1)
    """
    X, y, channel_names = unpack_windows(X, target=y, channel_names=channel_names)
    windows = check_windows(X)
    n_repeats = check_integer(n_repeats, "n_repeats", minimum=1)
    n_channels = windows.shape[2]
    names = [f"channel{i}" for i in range(n_channels)] if channel_names is None else channel_names
    if len(names) != n_channels:
        raise ValueError(
            f"channel_names must have one name for each of the {n_channels} channels of X, got "
            f"{len(names)} names."
        )
    rng = check_random_state(random_state)
    scorer = check_scoring(estimator, scoring=scoring)
    baseline = float(scorer(estimator, windows, y))
    scores = np.empty((n_channels, n_repeats))
    permuted = windows.copy()
    for channel in range(n_channels):
        for repeat in range(n_repeats):
            permuted[:, :, channel] = windows[rng.permutation(len(windows)), :, channel]
            scores[channel, repeat] = scorer(estimator, permuted, y)
        permuted[:, :, channel] = windows[:, :, channel]
    importances = baseline - scores
    return Bunch(
        importances=importances,
        importances_mean=importances.mean(axis=1),
        importances_std=importances.std(axis=1),
        channel_names=list(names),
        baseline_score=baseline,
    )


@dataclass(eq=False, repr=False)
class ChannelImportanceDisplay(Display):
    """The importance of each channel.

    Each channel has a row, the most important on top. A light ring marks each permutation, and a
    dark diamond their mean, with a bar of one standard deviation to each side. The line at 0 marks
    no loss.

    Use :meth:`from_estimator` to create one, or the constructor with the result of
    :func:`channel_importance`. All parameters are stored as attributes.

    Parameters
    ----------
    importances : array-like of shape (n_channels, n_repeats)
        The loss of score in each permutation of each channel.
    channel_names : sequence of str of length n_channels
        The names of the channels.
    baseline_score : float or None, default=None
        The score without permutation.
    score_name : str, default="accuracy"
        Name of the score for the axis. Losses of accuracy are in percentage points.

    Attributes
    ----------
    channels_ : list of str
        The channels from top to bottom.
    means_ : matplotlib ErrorbarContainer
        The means and their bars.
    repeats_ : matplotlib PathCollection
        The repeats.

    See Also
    --------
    channel_importance : Compute the importances.

    Examples
    --------
    >>> from sklearn_har.inspection import ChannelImportanceDisplay
    >>> display = ChannelImportanceDisplay([[0.0, 0.1], [0.3, 0.4]], ["acc_x", "acc_y"]).plot()
    >>> display.channels_
    ['acc_y', 'acc_x']
    """

    importances: ArrayLike
    channel_names: Sequence[str]
    _: KW_ONLY
    baseline_score: float | None = None
    score_name: str = "accuracy"

    def plot(
        self, ax: Any = None, *, mean_kwargs: Kwargs = None, repeat_kwargs: Kwargs = None
    ) -> Self:
        """Plot the importances.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None for a new figure, whose height depends on the number of channels.
        mean_kwargs, repeat_kwargs : dict, default=None
            Keyword arguments of ``Axes.errorbar`` (means) and ``Axes.scatter`` (permutations).
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
        self.channels_ = [self.channel_names[i] for i in order.tolist()]
        ax = self._rows(ax, [wrap_name(name) for name in self.channels_], inches=0.32)
        ax.axvline(0.0, color="0.35", linewidth=1.0, zorder=1)
        self.repeats_, self.means_ = draw_scores(
            ax, factor * values[order], "permutation", repeat_kwargs, mean_kwargs
        )
        ax.set_xlabel(self._label(factor))
        legend_above(ax)
        return self

    def _label(self, factor: float) -> str:
        percent = factor != 1.0
        label = f"Loss of {display_name(self.score_name)}"
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
    ) -> Self:
        """Measure the importance of each channel and plot it.

        Parameters
        ----------
        estimator : estimator
            A fitted classifier of windows, or a pipeline that ends in one.
        X, y, channel_names, scoring, n_repeats, random_state : optional except X
            As in :func:`channel_importance`.
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
        display = cls(
            importances.importances,
            importances.channel_names,
            baseline_score=importances.baseline_score,
            score_name=name,
        )
        return display.plot(ax, **plot_params)
