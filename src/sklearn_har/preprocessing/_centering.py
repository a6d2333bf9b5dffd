"""Subtract the mean of each window."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy.typing as npt
from sklearn.base import OneToOneFeatureMixin

from sklearn_har.preprocessing._base import WindowTransformer
from sklearn_har.utils._channels import tells_frame


class WindowCentering(OneToOneFeatureMixin, WindowTransformer):
    """Subtract from each channel its mean over the window.

    What remains is the movement. The direction of gravity, and with it the posture, is lost: a
    classifier of such windows errs on others than one that sees the posture, so that both together
    err less (:func:`~sklearn_har.recipes.make_best_in_frame`).

    Attributes
    ----------
    tells_frame_ : bool
        Whether the last channel tells if the frame of the body is known, as
        :class:`~sklearn_har.recognition.ActivityRecognizer` adds it. It stays as it is. A last
        channel of 4, 7 or 10 is taken for it if it is 0 or 1 in each training window.
    n_timesteps_in_, n_channels_in_ : int
        Shape of a window. `n_features_in_` is their product, whatever the form of `X`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.

    See Also
    --------
    sklearn_har.preparation.separate_gravity : Separate the movement of a recording from gravity.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.preprocessing import WindowCentering
    >>> X = np.array([[[1.0], [2.0], [3.0]], [[5.0], [5.0], [8.0]]])
    >>> WindowCentering().fit_transform(X)[..., 0]
    array([[-1.,  0.,  1.],
           [-1., -1.,  2.]])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {}

    def fit(self, X: npt.ArrayLike, y: Any = None) -> Self:
        windows = self._check(X, reset=True)
        self.tells_frame_ = tells_frame(self._with_three_axes(windows))
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        X = self._check(X, reset=False)
        windows = self._with_three_axes(X)
        moving = windows - windows.mean(axis=1, keepdims=True)
        if self.tells_frame_:
            moving[..., -1] = windows[..., -1]
        centred: npt.NDArray[Any] = moving.reshape(X.shape)
        return centred
