"""Two classifiers, for windows in the frame of the body and in the axes of the phone."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from sklearn_har.utils._channels import tells_frame
from sklearn_har.utils._compat import HasMethods
from sklearn_har.utils._meta_classifier import WindowMetaClassifier


class FrameAwareClassifier(WindowMetaClassifier):
    """Train one classifier on windows in the frame of the body, and one on windows without.

    :class:`ActivityRecognizer` adds a channel to its windows that tells if the frame of the body is
    known. Networks make use of it. A linear classifier, a nearest neighbour or MiniRocket of aeon
    cannot: for them this trains two clones, neither of which sees the channel.

    Parameters
    ----------
    estimator : classifier
        Any classifier of windows.

    Attributes
    ----------
    estimators_ : dict of str to classifier
        The fitted classifiers: "known" for windows with a known frame, "unknown" for the others. If
        all training windows are of one kind, there is one, which classifies the other kind as well.
    classes_ : ndarray of shape (n_classes,)
        The activities.
    tells_frame_ : bool
        Whether the last channel tells if the frame of the body is known: it is the last of 4, 7 or
        10, and 0 or 1 in each training window. If not, it is a channel as the others.
    n_timesteps_in_, n_channels_in_ : int
        Shape of a window. `n_features_in_` is their product, whatever the form of `X`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.

    See Also
    --------
    ActivityRecognizer : Recognise activities in recordings.
    sklearn_har.recipes.make_fast : A recipe that uses it.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_har import ActivityRecognizer
    >>> from sklearn_har.datasets import make_har_recordings
    >>> from sklearn_har.preprocessing import WindowFeatures
    >>> from sklearn_har.preparation import Preparation
    >>> from sklearn_har.recognition import FrameAwareClassifier
    >>> recordings = make_har_recordings(n_subjects=4, orientation="any", random_state=0).recordings
    >>> pipeline = make_pipeline(WindowFeatures(), KNeighborsClassifier())
    >>> recognizer = ActivityRecognizer(FrameAwareClassifier(pipeline), Preparation(frame="body"))
    >>> sorted(recognizer.fit(recordings).estimator_.estimators_)
    ['known', 'unknown']
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": [HasMethods(["fit", "predict"])]
    }

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: ArrayLike, y: ArrayLike, **params: Any) -> Self:
        """Train clones of the classifier.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows.
        y : array-like of shape (n_windows,)
            The activity of each window.
        **params
            Passed to the `fit` of the classifier. Of what has a value for each window, such as
            `sample_weight`, each classifier gets the values of its windows.

        Returns
        -------
        self : estimator
            The fitted classifier.
        """
        windows, labels = self._check_both(X, y)
        self.tells_frame_ = tells_frame(self._with_three_axes(windows))
        self.estimators_ = {}
        for kind, rows in self._kinds(windows).items():
            mine = self._fit_params(params, len(labels), itemgetter(rows))
            channels = self._channels(windows[rows])
            self.estimators_[kind] = clone(self.estimator).fit(channels, labels[rows], **mine)
        self.classes_ = np.unique(labels)
        return self

    def _inner(self) -> Any:
        return next(iter(getattr(self, "estimators_", {0: self.estimator}).values()))

    def _answer_of(self, method: str, windows: NDArray[Any]) -> NDArray[Any]:
        found = None
        for kind, rows in self._kinds(windows).items():
            estimator = self.estimators_.get(kind, self._inner())
            part = np.asarray(getattr(estimator, method)(self._channels(windows[rows])))
            if part.ndim == 2:
                # A class that has no window of one kind is never predicted there.
                lowest = 0.0 if method == "predict_proba" else -np.inf
                narrow, part = part, np.full((len(part), len(self.classes_)), lowest, part.dtype)
                part[:, np.searchsorted(self.classes_, estimator.classes_)] = narrow
            if found is None:
                found = np.empty((len(windows), *part.shape[1:]), part.dtype)
            found[rows] = part
        assert found is not None  # there is at least one window
        return found

    def _kinds(self, windows: NDArray[Any]) -> dict[str, Any]:
        """Return the rows of each kind of window, without a copy of windows of one kind."""
        if not self.tells_frame_:
            return {"known": slice(None)}
        known = self._with_three_axes(windows)[:, 0, -1] > 0.5
        if known.all():
            return {"known": slice(None)}
        return {"known": known, "unknown": ~known} if known.any() else {"unknown": slice(None)}

    def _channels(self, windows: NDArray[Any]) -> NDArray[Any]:
        return self._with_three_axes(windows)[..., :-1] if self.tells_frame_ else windows
