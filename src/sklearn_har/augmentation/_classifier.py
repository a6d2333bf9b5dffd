"""Train any classifier on changed copies of the windows beside the windows themselves.

FunctionSampler of imbalanced-learn changes windows and labels in a pipeline, but not their weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils import check_random_state

from sklearn_har.augmentation._base import Augmentation, check_augmentations
from sklearn_har.utils._compat import HasMethods, Interval
from sklearn_har.utils._meta_classifier import WindowMetaClassifier

_AT_ONCE = 1024


class AugmentedClassifier(WindowMetaClassifier):
    """Train a classifier on windows and on randomly changed copies of them.

    The networks of this package change their windows anew in each epoch. Other classifiers see
    their windows once, so this adds copies. Nothing is changed at prediction.

    Parameters
    ----------
    estimator : classifier
        Any classifier of windows, such as a pipeline that begins with
        :class:`~sklearn_har.preprocessing.WindowFeatures`.
    augmentation : Augmentation or list of Augmentation, default=None
        The changes, applied in this order. None trains the classifier as it is.
    n_copies : int, default=1
        How many changed copies of each window are added.
    random_state : int, RandomState instance or None, default=None
        Determines the changes.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier.
    classes_ : ndarray of shape (n_classes,)
        The activities.
    n_timesteps_in_, n_channels_in_ : int
        Shape of a window. `n_features_in_` is their product, whatever the form of `X`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.

    See Also
    --------
    sklearn_har.recipes.make_fast : A recipe that uses it.

    Examples
    --------
    >>> from sklearn.linear_model import RidgeClassifierCV
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_har.augmentation import AugmentedClassifier, GravityRotation
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.preprocessing import RandomKernels
    >>> windows = make_har_windows(n_subjects=4, random_state=0)
    >>> train = windows.subject < 4
    >>> pipeline = make_pipeline(RandomKernels(random_state=0), RidgeClassifierCV())
    >>> clf = AugmentedClassifier(pipeline, GravityRotation(degrees=15), random_state=0)
    >>> clf = clf.fit(windows.data[train], windows.target[train])
    >>> clf.score(windows.data[~train], windows.target[~train]) > 0.8
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": [HasMethods(["fit", "predict"])],
        "augmentation": [Augmentation, list, tuple, None],
        "n_copies": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any,
        augmentation: Augmentation | Sequence[Augmentation] | None = None,
        *,
        n_copies: int = 1,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.estimator = estimator
        self.augmentation = augmentation
        self.n_copies = n_copies
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, **params: Any) -> Self:
        """Train a clone of the classifier.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows in the units of the recording.
        y : array-like of shape (n_windows,)
            The activity of each window.
        **params
            Passed to the `fit` of the classifier. What has a value for each window, such as
            `sample_weight`, is repeated for the copies.

        Returns
        -------
        self : estimator
            The fitted classifier.
        """
        windows, labels = self._check_both(X, y)
        changes = check_augmentations(self.augmentation, self._with_three_axes(windows))
        n = 1 + self.n_copies if changes else 1
        if changes:
            random = check_random_state(self.random_state)
            seeds = random.randint(np.iinfo(np.int32).max, size=self.n_copies)
            copies = [self._changed(windows, changes, int(seed)) for seed in seeds]
            windows = np.concatenate([windows, *copies])
        repeated = self._fit_params(params, len(labels), lambda each: np.concatenate([each] * n))
        self.estimator_ = clone(self.estimator).fit(windows, np.tile(labels, n), **repeated)
        return self

    @property
    def classes_(self) -> NDArray[Any]:
        """The activities."""
        return np.asarray(self.estimator_.classes_)

    def _inner(self) -> Any:
        return getattr(self, "estimator_", self.estimator)

    def _answer_of(self, method: str, windows: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(getattr(self.estimator_, method)(windows))

    def _changed(
        self, windows: NDArray[Any], changes: Sequence[Augmentation], seed: int
    ) -> NDArray[Any]:
        """Return a copy of the windows, changed."""
        import keras

        generator = keras.random.SeedGenerator(seed)
        source = self._with_three_axes(windows)
        changed = np.empty_like(source)
        for start in range(0, len(windows), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            batch = keras.ops.convert_to_tensor(source[part], dtype="float32")
            for augmentation in changes:
                batch = augmentation.apply(batch, generator)
            changed[part] = keras.ops.convert_to_numpy(batch)
        return changed.reshape(windows.shape)
