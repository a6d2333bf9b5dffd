"""What each channel is worth to a fitted classifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import check_scoring
from sklearn.utils import Bunch, check_random_state

from sklearn_har.inspection._base import check_windows, unpack_windows
from sklearn_har.utils._numbers import check_integer

__all__ = ["channel_importance"]


def channel_importance(
    estimator: Any,
    X: npt.ArrayLike | Mapping[str, Any],
    y: npt.ArrayLike | None = None,
    *,
    channel_names: Sequence[str] | None = None,
    scoring: Any = None,
    n_repeats: int = 5,
    random_state: int | np.random.RandomState | None = None,
) -> Bunch:
    """Measure what the score loses when one channel comes from other windows.

    This is permutation importance [1]_ with a channel in the place of a feature:
    `sklearn.inspection.permutation_importance` accepts tables only. The time course of a channel
    stays whole; it is given to another window.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier of windows, or a pipeline that ends in one.
    X : array-like of shape (n_windows, n_timesteps, n_channels) or Windows
        Windows that the estimator was not trained on. Windows that segmentation returned bring
        labels and names of channels along.
    y : array-like of shape (n_windows,), default=None
        Their activities; needed with an array.
    channel_names : sequence of str, default=None
        Names of the channels; `channel0`, `channel1`, ... by default.
    scoring : str, callable or None, default=None
        One scorer; by default the estimator's `score`.
    n_repeats : int, default=5
        How often each channel is permuted.
    random_state : int, RandomState instance or None, default=None
        Decides the permutations.

    Returns
    -------
    Bunch
        `importances` of shape (n_channels, n_repeats), `importances_mean` and `importances_std` of
        shape (n_channels,), `channel_names`, and `baseline_score`.

    Raises
    ------
    ValueError
        If `X` has not three axes, or `channel_names` has another length than the channels.

    Notes
    -----
    Channels that carry the same information stand in for each other: each alone then looks
    unimportant. Total and body acceleration are such channels.

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
