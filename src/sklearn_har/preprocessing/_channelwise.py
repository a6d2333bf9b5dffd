"""Apply a column-wise transformer to the channels of windows."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import MetaEstimatorMixin, clone
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklearn_har.preprocessing._base import WindowTransformer
from sklearn_har.utils._compat import HasMethods


def _inner_has(method: str) -> Any:
    def check(self: ChannelwiseTransformer) -> bool:
        getattr(getattr(self, "transformer_", self.transformer), method)
        return True

    return check


class ChannelwiseTransformer(MetaEstimatorMixin, WindowTransformer):
    """Apply a scikit-learn transformer to each channel of windows.

    The transformer is fitted on a table with one row for each time step and one column for each
    channel. `StandardScaler`, for example, learns one mean and one deviation per channel. The shape
    of the windows is preserved.

    Parameters
    ----------
    transformer : estimator
        A transformer of two-dimensional data that keeps the number of columns, such as
        `StandardScaler`, `MinMaxScaler`, `RobustScaler` or `PowerTransformer`. A clone of it is
        fitted.

    Attributes
    ----------
    transformer_ : estimator
        The fitted transformer; its `n_features_in_` is the number of channels.
    n_timesteps_in_, n_channels_in_ : int
        Shape of a window. `n_features_in_` is their product, whatever the form of `X`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.

    See Also
    --------
    SubsequenceReshaper : Cut the scaled windows into subsequences.

    Notes
    -----
    Use it inside the pipeline: statistics that include test subjects would make the score too high.

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
        self._validate_params()
        X = self._check(X, reset=True)
        self.transformer_ = clone(self.transformer).fit(self._table(X))
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        return self._apply(X, "transform")

    @available_if(_inner_has("inverse_transform"))  # type: ignore[untyped-decorator]
    def inverse_transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Undo the transformation, if the inner transformer supports it.

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
            Names to return: one for each column of a two-dimensional `X`, or one for each channel.
            None for the column names seen during :meth:`fit`, or else `channel0`, `channel1`, ...

        Returns
        -------
        ndarray of str
            The names, which the transformation does not change.
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

    def _check(self, X: npt.ArrayLike, *, reset: bool, **options: Any) -> npt.NDArray[Any]:
        allow_nan = get_tags(self.transformer).input_tags.allow_nan
        return super()._check(X, reset=reset, allow_nan=allow_nan, **options)

    def _table(self, X: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return X.reshape(-1, self.n_channels_in_)

    def _apply(self, X: npt.ArrayLike, method: str) -> npt.NDArray[Any]:
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
        tags.input_tags.allow_nan = get_tags(self.transformer).input_tags.allow_nan
        return tags
