"""The base class of transformers of windows."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_har.utils._channels import tells_frame
from sklearn_har.utils._validation import check_windows

# What fits into the cache takes half as long.
VALUES_AT_ONCE = 80_000


class WindowTransformer(TransformerMixin, BaseEstimator):
    """A transformer of windows, with the documentation that subclasses share."""

    def __init_subclass__(cls, auto_wrap_output_keys: tuple[str, ...] | None = None) -> None:
        # Windows have three axes and do not fit into a frame, so there is no `set_output`.
        super().__init_subclass__(auto_wrap_output_keys=auto_wrap_output_keys)

    def fit(self, X: npt.ArrayLike, y: Any = None) -> Self:
        """Fit the transformer to windows.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows. Also (n_windows, n_timesteps) for windows with one channel, and subsequences
            (n_windows, n_steps, n_timesteps / n_steps, n_channels).
        y : None
            Ignored.

        Returns
        -------
        self : estimator
            The fitted transformer.
        """
        raise NotImplementedError

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Transform windows.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`fit` accepts.

        Returns
        -------
        ndarray of the shape of `X`
            The transformed windows.
        """
        raise NotImplementedError

    def _check(self, X: npt.ArrayLike, *, reset: bool, **options: Any) -> npt.NDArray[Any]:
        if not reset:
            check_is_fitted(self)
        return check_windows(
            self, X, **{"reset": reset, "dtype": [np.float64, np.float32], **options}
        )

    def _with_three_axes(self, X: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return windows of any form as (n_windows, n_timesteps, n_channels)."""
        return X.reshape(len(X), self.n_timesteps_in_, self.n_channels_in_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


class WindowDescription(WindowTransformer, auto_wrap_output_keys=("transform",)):
    """A transformer of windows into a table of features.

    A channel that tells if the frame of the body is known becomes the last feature as it is.
    """

    def fit(self, X: npt.ArrayLike, y: Any = None) -> Self:
        self._validate_params()
        windows = self._with_three_axes(self._check(X, reset=True))
        self.tells_frame_ = tells_frame(windows)
        self._learn(self._channels(windows))
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the features of windows.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`fit` accepts.

        Returns
        -------
        ndarray of shape (n_windows, n_features)
            A row for each window, of the dtype of `X`.
        """
        windows = self._with_three_axes(self._check(X, reset=False))
        features = self._describe(self._channels(windows))
        if self.tells_frame_:
            features = np.hstack([features, windows[:, 0, -1:]])
        return features.astype(windows.dtype, copy=False)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """Return the names of the features.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of str of shape (n_features,)
            The names.
        """
        check_is_fitted(self)
        return np.array(self._names() + ["frame known"] * self.tells_frame_, dtype=object)

    def _channels(self, windows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return windows[..., : self.n_channels_in_ - self.tells_frame_]

    @abstractmethod
    def _learn(self, windows: npt.NDArray[Any]) -> None:
        """Learn from the windows, without the channel that tells the frame."""

    @abstractmethod
    def _describe(self, windows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the features (n_windows, n_features), in the precision in which they are made."""

    @abstractmethod
    def _names(self) -> list[str]:
        """Return the names of the features."""
