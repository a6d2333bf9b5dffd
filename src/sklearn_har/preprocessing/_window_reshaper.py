"""Convert rows of a table to windows, and back."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from sklearn_har.preprocessing._base import WindowTransformer
from sklearn_har.utils._compat import Interval


class WindowReshaper(WindowTransformer):
    """Turn the rows of a table into windows, and windows into rows.

    Samplers, meta-estimators and selectors of scikit-learn and imbalanced-learn need tables with
    one row for each window. The reshaper connects them with estimators of windows.

    Parameters
    ----------
    n_channels : int, default=None
        Number of channels of a window. None to infer it from the names of columns, such as those of
        `fetch_uci_har(as_frame=True)`; without names it is one.

    Attributes
    ----------
    n_timesteps_in_, n_channels_in_ : int
        Shape of a window. `n_features_in_` is their product, whatever the form of `X`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.

    See Also
    --------
    SubsequenceReshaper : Cut windows into subsequences.

    Notes
    -----
    A row has all channels of the first time step, then of the second, as in
    ``windows.reshape(len(windows), -1)``. Columns of a frame may have any order if their names give
    the channel and the time step.

    Examples
    --------
    >>> from sklearn.feature_selection import VarianceThreshold
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.preprocessing import WindowReshaper
    >>> windows = make_har_windows(n_subjects=2, random_state=0).data
    >>> table = windows.reshape(len(windows), -1)
    >>> reshaper = WindowReshaper(n_channels=9).fit(table)
    >>> reshaper.transform(table).shape
    (120, 128, 9)
    >>> reshaper.inverse_transform(windows).shape
    (120, 1152)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_channels": [Interval(Integral, 1, None, closed="left"), None]
    }

    def __init__(self, n_channels: int | None = None) -> None:
        self.n_channels = n_channels

    def fit(self, X: npt.ArrayLike, y: Any = None) -> Self:
        """Learn the shape of the windows.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps * n_channels)
            A table, or windows.
        y : None
            Ignored.

        Returns
        -------
        self : estimator
            The fitted transformer.
        """
        self._validate_params()
        self._check(X, reset=True, dtype="numeric")
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return windows.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps * n_channels)
            A table, or windows.

        Returns
        -------
        ndarray of shape (n_windows, n_timesteps, n_channels)
            The windows, a view of `X` if possible.
        """
        windows = self._check(X, reset=False, dtype="numeric")
        return self._with_three_axes(windows)

    def inverse_transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the rows of a table.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows.

        Returns
        -------
        ndarray of shape (n_windows, n_timesteps * n_channels)
            The table, a view of `X` if possible.
        """
        windows = self._check(np.asarray(X), reset=False, dtype="numeric")
        return windows.reshape(len(windows), self.n_features_in_)
