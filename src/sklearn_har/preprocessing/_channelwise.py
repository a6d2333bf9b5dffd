"""Any column-wise transformer, applied per channel."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, MetaEstimatorMixin, TransformerMixin, clone
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklearn_har.utils._compat import HasMethods
from sklearn_har.utils._validation import check_windows

__all__ = ["ChannelwiseTransformer"]


def _inner_has(method: str) -> Any:
    def check(self: ChannelwiseTransformer) -> bool:
        getattr(getattr(self, "transformer_", self.transformer), method)
        return True

    return check


# auto_wrap_output_keys=None: windows have three axes and fit no frame, so there is no `set_output`.
class ChannelwiseTransformer(  # type: ignore[call-arg]
    MetaEstimatorMixin, TransformerMixin, BaseEstimator, auto_wrap_output_keys=None
):
    """Apply a scikit-learn transformer to each channel of windows.

    The transformer is fitted on a table with one row for each time step of each window and one
    column for each channel, so `StandardScaler` learns one mean and one deviation a channel, over
    windows and time. The shape of the windows is preserved.

    Parameters
    ----------
    transformer : estimator
        A transformer of two-dimensional data that returns as many columns as it is given:
        `StandardScaler`, `MinMaxScaler`, `RobustScaler`, `PowerTransformer`, ... It is cloned, the
        instance given is never fitted.

    Attributes
    ----------
    transformer_ : estimator
        The fitted transformer; its `n_features_in_` is the number of channels.
    n_features_in_ : int
        Size of axis 1 of the windows seen during :meth:`fit`: the number of time steps.
    n_timesteps_in_ : int
        Number of time steps of a window.
    n_channels_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.

    See Also
    --------
    SubsequenceReshaper : Cut the scaled windows into subsequences.

    Notes
    -----
    Put it into the pipeline, not before the split: statistics that saw the test subjects flatter
    the score.

    Examples
    --------
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.preprocessing import ChannelwiseTransformer
    >>> X = make_har_windows(n_subjects=2, random_state=0).data
    >>> scaler = ChannelwiseTransformer(StandardScaler()).fit(X)
    >>> scaler.transform(X).shape == X.shape
    True
    >>> scaler.transformer_.mean_.shape
    (9,)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "transformer": [HasMethods(["fit", "transform"])]
    }

    def __init__(self, transformer: Any) -> None:
        self.transformer = transformer

    def fit(self, X: npt.ArrayLike, y: Any = None) -> Self:
        """Fit a clone of the transformer to the channels.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows; also (n_windows, n_timesteps), read as single-channel windows, and
            subsequences (n_windows, n_steps, n_timesteps / n_steps, n_channels).
        y : None
            Ignored: a label belongs to a window, not to a sample.

        Returns
        -------
        ChannelwiseTransformer
            The fitted transformer.
        """
        self._validate_params()
        X = self._check(X, reset=True)
        self.transformer_ = clone(self.transformer).fit(self._table(X))
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Transform each channel.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`fit` accepts.

        Returns
        -------
        ndarray of the shape of `X`
            The transformed windows.

        Raises
        ------
        ValueError
            If the transformer returns another number of columns than it is given.
        """
        return self._apply(X, "transform")

    @available_if(_inner_has("inverse_transform"))  # type: ignore[untyped-decorator]
    def inverse_transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Undo the transformation, if the inner transformer can.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Transformed windows.

        Returns
        -------
        ndarray of the shape of `X`
            Windows in the units seen during :meth:`fit`.
        """
        return self._apply(X, "inverse_transform")

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Return the names of the channels, or of the columns of a frame.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names to pass through: one for each column of a two-dimensional `X`, or one for each
            channel. By default the column names seen during :meth:`fit`, else `channel0`,
            `channel1`, ...

        Returns
        -------
        ndarray of str
            The names: the transformation is one to one.
        """
        check_is_fitted(self)
        if input_features is not None:
            names = np.asarray(input_features, dtype=object)
            if len(names) not in (self.n_channels_in_, self.n_timesteps_in_ * self.n_channels_in_):
                raise ValueError(
                    f"input_features must have one name for each of the {self.n_channels_in_} "
                    f"channel(s) or for each of the {self.n_timesteps_in_ * self.n_channels_in_} "
                    f"columns of a frame, got {len(names)} names."
                )
            return names
        if hasattr(self, "feature_names_in_"):
            return np.asarray(self.feature_names_in_, dtype=object)
        return np.asarray([f"channel{i}" for i in range(self.n_channels_in_)], dtype=object)

    def _check(self, X: npt.ArrayLike, *, reset: bool) -> npt.NDArray[Any]:
        return check_windows(
            self,
            X,
            reset=reset,
            dtype=[np.float64, np.float32],
            allow_nan=get_tags(self.transformer).input_tags.allow_nan,
        )

    def _table(self, X: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return X.reshape(-1, self.n_channels_in_)

    def _apply(self, X: npt.ArrayLike, method: str) -> npt.NDArray[Any]:
        check_is_fitted(self)
        X = self._check(X, reset=False)
        table = self._table(X)
        result = np.asarray(getattr(self.transformer_, method)(table))
        if result.shape != table.shape:
            raise ValueError(
                f"transformer must return one column for each channel: "
                f"{type(self.transformer).__name__} made {result.shape[1:]} of "
                f"{table.shape[1]} channel(s). Use it outside of ChannelwiseTransformer."
            )
        return result.reshape(X.shape)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = get_tags(self.transformer).input_tags.allow_nan
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
