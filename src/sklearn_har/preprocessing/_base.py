"""The base class of transformers of windows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_har.utils._validation import check_windows


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


class InvertibleTransformer(WindowTransformer):
    """A transformer of windows that can be undone."""

    def inverse_transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Undo the transformation.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Transformed windows.

        Returns
        -------
        ndarray of the shape of `X`
            Windows in the units seen during :meth:`fit`.
        """
        raise NotImplementedError


def tells_frame(windows: npt.NDArray[Any]) -> bool:
    """Whether the last of 4, 7 or 10 channels tells in each window if the frame is known."""
    last = windows[..., -1]
    return (
        windows.shape[2] in (4, 7, 10)
        and bool((last == last[:, :1]).all())
        and bool(np.isin(last[:, 0], (0, 1)).all())
    )
