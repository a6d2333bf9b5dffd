"""Cut windows into subsequences and join them."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from sklearn_har.preprocessing._base import WindowTransformer
from sklearn_har.utils._compat import Interval
from sklearn_har.utils._validation import check_n_steps


class SubsequenceReshaper(WindowTransformer):
    """Cut each window into subsequences of equal length.

    The CNN-LSTM and the ConvLSTM read a window as a short sequence of subsequences. The classifiers
    cut windows themselves. In a pipeline, the reshaper makes the cut visible and searchable.

    Parameters
    ----------
    n_steps : int, default=4
        Number of subsequences in a window. It must divide the number of time steps.

    Attributes
    ----------
    n_timesteps_in_, n_channels_in_ : int
        Shape of a window. `n_features_in_` is their product, whatever the form of `X`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.

    See Also
    --------
    ChannelwiseTransformer : Scale the channels before the cut.

    Notes
    -----
    The transformation is a reshape: the result is a view of the windows, not a copy.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.preprocessing import SubsequenceReshaper
    >>> X = np.zeros((10, 128, 9))
    >>> reshaper = SubsequenceReshaper(n_steps=4).fit(X)
    >>> reshaper.transform(X).shape
    (10, 4, 32, 9)
    >>> reshaper.inverse_transform(reshaper.transform(X)).shape
    (10, 128, 9)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_steps": [Interval(Integral, 1, None, closed="left")]
    }

    def __init__(self, n_steps: int = 4) -> None:
        self.n_steps = n_steps

    def fit(self, X: npt.ArrayLike, y: Any = None) -> Self:
        self._validate_params()
        X = self._check(X, reset=True)
        check_n_steps(self.n_steps, self.n_timesteps_in_)
        # inverse_transform returns this rank: (n_windows, n_timesteps) or with channels.
        self._window_ndim = X.ndim
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Cut the windows.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels) or (n_windows, n_timesteps)
            Windows.

        Returns
        -------
        ndarray of shape (n_windows, n_steps, n_timesteps / n_steps, n_channels)
            The subsequences, a view of `X` if possible.
        """
        X = self._check(X, reset=False)
        return X.reshape(len(X), self.n_steps, -1, self.n_channels_in_)

    def inverse_transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Join the subsequences to windows.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_steps, n_timesteps / n_steps, n_channels)
            Subsequences.

        Returns
        -------
        ndarray of shape (n_windows, n_timesteps, n_channels) or (n_windows, n_timesteps)
            Windows, with as many axes as those seen during :meth:`fit`.
        """
        check_is_fitted(self)
        X = np.asarray(X)
        expected = (self.n_steps, self.n_timesteps_in_ // self.n_steps, self.n_channels_in_)
        if X.shape[1:] != expected:
            raise ValueError(
                "X must be subsequences of shape (n_windows, n_steps, n_timesteps / n_steps, "
                f"n_channels) = (n_windows, {', '.join(map(str, expected))}), got shape {X.shape}."
            )
        window = (self.n_timesteps_in_, self.n_channels_in_)[: self._window_ndim - 1]
        return X.reshape(len(X), *window)

    def _check(self, X: npt.ArrayLike, *, reset: bool, **options: Any) -> npt.NDArray[Any]:
        windows = super()._check(X, reset=reset, dtype="numeric", **options)
        if windows.ndim == 4:
            raise ValueError(
                "X must be windows of shape (n_windows, n_timesteps, n_channels), got shape "
                f"{windows.shape}: these are subsequences already."
            )
        return windows
