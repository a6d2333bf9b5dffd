"""Compress the range of signals by a logarithmic scale."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import OneToOneFeatureMixin

from sklearn_har.preprocessing._base import WindowTransformer
from sklearn_har.utils._compat import Interval, StrOptions
from sklearn_har.utils._moments import mean_and_deviation, parts_of

# The percentile of the standard deviations within windows that stands for windows at rest.
_PERCENTILE = 10.0


class CompandingTransformer(OneToOneFeatureMixin, WindowTransformer):
    """Compand the channels: linearly below the noise floor, logarithmically above.

    A step moves the phone by more than 1 g. The sway that separates standing from sitting is a
    hundredth of it, too small on a linear scale. Each channel becomes `arcsinh(x / noise_floor)`,
    which is about `x / noise_floor` for small and `sign(x) log(2 |x| / noise_floor)` for large
    values.

    Parameters
    ----------
    noise_floor : "auto", float or array-like of shape (n_channels,), default="auto"
        The limit between the linear and the logarithmic range, in the unit of the channels. "auto"
        learns it for each channel: the tenth percentile of the standard deviations within windows,
        which is that of windows at rest.

    Attributes
    ----------
    noise_floor_ : ndarray of shape (n_channels,)
        The noise floor of each channel.
    n_timesteps_in_, n_channels_in_ : int
        Shape of a window. `n_features_in_` is their product, whatever the form of `X`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.

    See Also
    --------
    ChannelwiseTransformer : Standardisation, power transforms and others, per channel.

    Notes
    -----
    With `scaling="companding"`, the classifiers do the same inside the network. An augmentation can
    then precede it, and exported models include it.

    References
    ----------
    .. [1] Burbidge, J. B., Magee, L., & Robb, A. L. (1988). Alternative transformations to handle
       extreme values of the dependent variable. Journal of the American Statistical Association,
       83(401), 123-127. :doi:`10.1080/01621459.1988.10478575`

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.preprocessing import CompandingTransformer
    >>> X = np.array([[[0.0], [0.01], [1.0], [-1.0]]])
    >>> CompandingTransformer(noise_floor=0.01).fit_transform(X).round(2).ravel()
    array([ 0.  ,  0.88,  5.3 , -5.3 ])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "noise_floor": [
            StrOptions({"auto"}),
            Interval(Real, 0, None, closed="neither"),
            "array-like",
        ]
    }

    def __init__(self, noise_floor: Any = "auto") -> None:
        self.noise_floor = noise_floor

    def fit(self, X: npt.ArrayLike, y: Any = None) -> Self:
        self._validate_params()
        X = self._check(X, reset=True)
        n_channels = self.n_channels_in_
        if isinstance(self.noise_floor, str):
            self.noise_floor_ = _learnt_floor(self._with_three_axes(X))
            return self
        floor = np.asarray(self.noise_floor, dtype=X.dtype)
        if floor.ndim > 1 or floor.size not in (1, n_channels):
            raise ValueError(
                f"noise_floor must be one number or one for each of the {n_channels} channel(s), "
                f"got an array of shape {floor.shape}."
            )
        if not (np.isfinite(floor) & (floor > 0)).all():
            raise ValueError(f"noise_floor must be positive and finite, got {self.noise_floor!r}.")
        self.noise_floor_ = np.broadcast_to(floor, (n_channels,)).copy()
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        X, floor = self._with_floor(X)
        companded: npt.NDArray[Any] = np.arcsinh(X / floor).reshape(X.shape)
        return companded

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
        X, floor = self._with_floor(X)
        expanded: npt.NDArray[Any] = (np.sinh(X) * floor).reshape(X.shape)
        return expanded

    def _with_floor(self, X: npt.ArrayLike) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        X = self._check(X, reset=False)
        # Windows of two axes have one channel, with its values along the last axis.
        return X, self.noise_floor_.astype(X.dtype)


def _learnt_floor(windows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the deviation of windows at rest; a channel always at rest is all noise."""
    with np.errstate(over="ignore", invalid="ignore"):  # told below
        within = np.concatenate([part.std(axis=1) for part in parts_of(windows)])
        floor = np.percentile(within, _PERCENTILE, axis=0)
        whole = mean_and_deviation(windows)[1].astype(windows.dtype)
    if not np.isfinite(floor + whole).all():
        raise ValueError(
            f"X is too large for {windows.dtype}: its spread is not finite. Use other units, or "
            "pass float64."
        )
    # A channel constant within its windows gives only its overall spread.
    floor = np.where(floor > 1e-3 * whole, floor, 1e-3 * whole)
    return np.where(floor > 0, floor, 1.0).astype(windows.dtype)
