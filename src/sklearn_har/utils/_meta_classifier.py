"""The base class of classifiers of windows that hold another classifier."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.utils import check_consistent_length, column_or_1d, get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklearn_har.utils._arrays import plain_labels, require_labels
from sklearn_har.utils._validation import check_windows


def _has(method: str) -> Callable[[Any], bool]:
    return lambda self: hasattr(self._inner(), method)


class WindowMetaClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """A classifier of windows around the classifier `estimator`."""

    estimator: Any

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the predicted activity of each window.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows.

        Returns
        -------
        ndarray of shape (n_windows,)
            The activities.
        """
        return self._answer("predict", X)

    @available_if(_has("predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: ArrayLike) -> NDArray[Any]:
        """Return the probability of each activity.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows.

        Returns
        -------
        ndarray of shape (n_windows, n_classes)
            Probabilities, in the order of `classes_`.
        """
        return self._answer("predict_proba", X)

    @available_if(_has("decision_function"))  # type: ignore[untyped-decorator]
    def decision_function(self, X: ArrayLike) -> NDArray[Any]:
        """Return the confidence in each activity.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows.

        Returns
        -------
        ndarray of shape (n_windows, n_classes) or (n_windows,)
            What the classifier returns.
        """
        return self._answer("decision_function", X)

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the accuracy.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows.
        y : array-like of shape (n_windows,)
            The activity of each window.
        sample_weight : array-like of shape (n_windows,), default=None
            Weights of the windows.

        Returns
        -------
        float
            The share of the windows that are recognised.
        """
        return float(super().score(X, y, sample_weight))

    def _answer(self, method: str, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self)
        return self._answer_of(method, self._check(X, reset=False))

    @abstractmethod
    def _inner(self) -> Any:
        """Return a fitted classifier if there is one, or that of the parameter."""

    @abstractmethod
    def _answer_of(self, method: str, windows: NDArray[Any]) -> NDArray[Any]:
        """Return what `method` of the classifier says of windows."""

    def _check(self, X: ArrayLike, *, reset: bool) -> NDArray[Any]:
        """Return windows with the axes of `X`."""
        return check_windows(self, X, reset=reset, dtype=[np.float64, np.float32])

    def _with_three_axes(self, windows: NDArray[Any]) -> NDArray[Any]:
        return windows.reshape(len(windows), self.n_timesteps_in_, self.n_channels_in_)

    def _check_both(self, X: ArrayLike, y: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Check windows and labels to train on."""
        self._validate_params()
        windows = self._check(X, reset=True)
        require_labels(self, y)
        labels: NDArray[Any] = column_or_1d(plain_labels(y, "y"), warn=True)
        check_consistent_length(windows, labels)
        return windows, labels

    @staticmethod
    def _fit_params(
        params: dict[str, Any], n_windows: int, change: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> dict[str, Any]:
        """Change those arguments of `fit` that have a value for each window."""
        return {
            name: change(np.asarray(value)) if np.shape(value)[:1] == (n_windows,) else value
            for name, value in params.items()
        }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags = get_tags(self.estimator).classifier_tags
        tags.input_tags.three_d_array = True
        return tags
