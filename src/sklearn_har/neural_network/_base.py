"""The base estimator of all networks: everything but the architecture.

scikeras provides the type of the estimator and routes parameters to optimizers and callbacks.
Labels, shapes, weights, early stopping, random numbers and persistence are implemented here:
scikeras is no longer developed, and its versions fail scikit-learn's checks.
"""

from __future__ import annotations

from typing import Any, Self

import keras
import numpy as np
import numpy.typing as npt
from scikeras.wrappers import KerasClassifier
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.metrics import accuracy_score
from sklearn.utils import ClassifierTags, assert_all_finite, check_random_state, column_or_1d
from sklearn.utils import check_consistent_length as check_same_length
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from sklearn_har.augmentation import check_augmentations
from sklearn_har.neural_network._html import ShownWithLayers
from sklearn_har.neural_network._input_layers import learn_scaling
from sklearn_har.neural_network._keras_arguments import names_unknown_arguments
from sklearn_har.neural_network._parameters import RoutedParameters, parameter_names
from sklearn_har.neural_network._runtime import Network
from sklearn_har.neural_network._saving import SavedAsArrays
from sklearn_har.neural_network._settings import TrainingParameters
from sklearn_har.neural_network._training import (
    TrainingSet,
    hold_out,
    make_callbacks,
    make_loss,
    make_metrics,
    make_optimizer,
    train,
)
from sklearn_har.utils._arrays import (
    finite_weights,
    is_one_hot,
    plain_labels,
    refuse_masked,
    require_labels,
)
from sklearn_har.utils._compat import check_sample_weight
from sklearn_har.utils._layouts import warn_of_layout
from sklearn_har.utils._validation import check_windows


class BaseRecurrentClassifier(
    RoutedParameters, ShownWithLayers, SavedAsArrays, KerasClassifier, TrainingParameters
):
    """Base of the classifiers; a subclass also inherits from an `Architecture`.

    Parameters are documented in the subclasses.
    """

    classes_: npt.NDArray[Any]
    history_: dict[str, list[float]]
    n_iter_: int

    # Fitting --------------------------------------------------------------------------------------

    @names_unknown_arguments
    def fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        groups: npt.ArrayLike | None = None,
        *,
        validation_data: tuple[Any, ...] | None = None,
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows of signals. Also accepted: a table (n_windows, n_timesteps * n_channels), see
            `n_channels`; and subsequences (n_windows, n_steps, n_timesteps / n_steps, n_channels),
            also with an axis of length 1 after `n_steps`, which override the parameter `n_steps`.
            You can fit one of these forms and predict another.
        y : array-like of shape (n_windows,)
            Activity of each window: integers, strings or booleans.
        sample_weight : array-like of shape (n_windows,), default=None
            Weights of the windows, scaled to a mean of 1. Windows of weight 0 are left out.
        groups : array-like of shape (n_windows,), default=None
            Subject of each window. With `early_stopping`, whole subjects are held out for
            validation; otherwise unused.
        validation_data : tuple, default=None
            Windows and activities, and optionally weights, of subjects that are not in `X`.
            `history_` gets their loss and accuracy after each epoch, and `early_stopping` monitors
            them instead of a part of `X`.

        Returns
        -------
        self : estimator
            The fitted estimator.
        """
        self._validate_params()
        go_on = self.warm_start and self.__sklearn_is_fitted__()
        return self._fit(
            X,
            y,
            sample_weight,
            groups,
            go_on=go_on,
            epochs=self.epochs,
            min_updates=self.min_updates,
            schedule=self.schedule,
            early_stopping=self.early_stopping,
            validation_data=validation_data,
        )

    @names_unknown_arguments
    def partial_fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        classes: npt.ArrayLike | None = None,
        sample_weight: npt.ArrayLike | None = None,
    ) -> Self:
        """Train the current network for one epoch on these windows.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`fit` accepts.
        y : array-like of shape (n_windows,)
            Activity of each window.
        classes : array-like of shape (n_classes,), default=None
            All activities of all calls. Required at the first call, unless `y` has them all.
        sample_weight : array-like of shape (n_windows,), default=None
            Weights of the windows.

        Returns
        -------
        self : estimator
            The estimator itself.
        """
        self._validate_params()
        go_on = self.__sklearn_is_fitted__()
        if go_on and classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(
                f"classes={np.unique(classes)} is not the same as at the first call to partial_fit "
                f"or fit: {self.classes_}."
            )
        return self._fit(
            X,
            y,
            sample_weight,
            None,
            go_on=go_on,
            epochs=1,
            # One of many epochs: a schedule would have no end.
            schedule="constant",
            early_stopping=False,
            classes=classes,
        )

    def _fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None,
        groups: npt.ArrayLike | None,
        *,
        go_on: bool,
        epochs: int,
        schedule: str,
        early_stopping: bool,
        validation_data: tuple[Any, ...] | None = None,
        min_updates: int = 0,
        classes: npt.ArrayLike | None = None,
    ) -> Self:
        windows, n_steps = self._check_windows(X, reset=not go_on)
        codes, labels = self._encode(y, classes=classes, reset=not go_on)
        check_same_length(windows, labels, groups)
        weight = self._weights(windows, labels, sample_weight)
        if weight is not None:
            kept = weight > 0
            if not kept.all():
                windows, codes, weight = windows[kept], codes[kept], weight[kept]
                groups = None if groups is None else np.asarray(groups)[kept]
            weight = (weight / weight.mean()).astype(windows.dtype)
        data = TrainingSet(windows, self._one_hot(codes, windows.dtype), weight)
        validation = self._validation_set(validation_data, windows.dtype)

        if go_on:
            network, seed = self._network, self._seed
        else:
            network, seed = self._make_network(n_steps, windows)
        callbacks = make_callbacks(self.callbacks, self._routed("callbacks"))
        if early_stopping:
            if validation is None:
                data, validation = hold_out(data, self.validation_fraction, groups, seed)
            # It keeps the best weights in memory.
            stopping = keras.callbacks.EarlyStopping(
                monitor="val_accuracy",
                mode="max",
                min_delta=self.tol,
                patience=self.n_iter_no_change,
                restore_best_weights=True,
            )
            callbacks.append(stopping)
        loss_params = self._routed("loss")
        # Parameters may have changed since the last training.
        settings = repr(
            (self.optimizer, self._routed("optimizer"), self.loss, loss_params, self.metrics)
        )
        if not network.is_compiled(settings):
            network.compile(
                make_optimizer(self.optimizer, self._routed("optimizer")),
                settings=settings,
                loss=make_loss(self.loss, loss_params, network.config["dtype"]),
                metrics=make_metrics(self.metrics),
                # On processors, XLA makes gradients of convolutions several times slower than
                # TensorFlow. JAX without it runs operations one by one.
                jit_compile=keras.backend.backend() == "jax",
            )
        history = {key: list(values) for key, values in self.history_.items()} if go_on else {}
        trained = train(
            network,
            data,
            validation=validation,
            batch_size=min(self.batch_size, data.n_windows),
            initial_epoch=self.n_iter_ if go_on else 0,
            epochs=epochs,
            min_updates=min_updates,
            seed=seed,
            schedule=schedule,
            callbacks=callbacks,
            verbose=1 if self.verbose == "auto" else int(self.verbose),
        )
        for key, values in trained.items():
            history.setdefault(key, []).extend(values)
        # Set at the end, so that a failed training does not leave a fitted estimator.
        self._set_fitted(network, seed, history)
        return self

    def _set_fitted(self, network: Network, seed: int, history: dict[str, list[float]]) -> None:
        self._network = network
        self._seed = seed
        self.history_ = history
        self.n_iter_ = len(history.get("loss", ()))

    def _one_hot(self, codes: npt.NDArray[np.intp], dtype: Any) -> npt.NDArray[np.floating]:
        return np.eye(len(self.classes_), dtype=dtype)[codes]

    def _validation_set(self, given: Any, dtype: Any) -> TrainingSet | None:
        if given is None:
            return None
        if not isinstance(given, tuple | list) or len(given) not in (2, 3):
            raise ValueError(
                "validation_data must be a tuple of windows and activities, (X_val, y_val), with "
                f"weights as a third member if there are any, got {type(given).__name__}"
                + (f" of {len(given)}." if isinstance(given, tuple | list) else ".")
            )
        X, y, *weights = given
        try:
            windows, _ = self._check_windows(X, reset=False, dtype=dtype)
            codes, labels = self._encode(y, classes=None, reset=False)
            check_same_length(windows, labels)
            weight = finite_weights(weights[0]) if weights else None
            if weight is not None:
                weight = check_sample_weight(weight, windows, dtype=dtype, ensure_non_negative=True)
        except ValueError as error:
            raise ValueError(f"validation_data: {error}") from error
        return TrainingSet(windows, self._one_hot(codes, dtype), weight)

    def _check_windows(
        self, X: npt.ArrayLike, *, reset: bool, dtype: Any = None
    ) -> tuple[npt.NDArray[np.floating], int | None]:
        """Return windows with three axes, and the `n_steps` of four-dimensional input."""
        dtype = dtype or (self.dtype if reset else self._network.config["dtype"])
        array = check_windows(self, X, reset=reset, dtype=dtype)
        n_steps = array.shape[1] if array.ndim == 4 else None
        windows = array.reshape(len(array), self.n_timesteps_in_, self.n_channels_in_)
        if reset and self.n_channels is None and not hasattr(self, "feature_names_in_"):
            warn_of_layout(windows)
        return windows, n_steps

    def _encode(
        self, y: npt.ArrayLike, *, classes: npt.ArrayLike | None, reset: bool
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any]]:
        require_labels(self, y)
        refuse_masked(y, "y")
        labels = plain_labels(y, "y")
        if is_one_hot(labels):
            raise ValueError(
                f"y is one-hot, of shape {labels.shape}: pass one activity for each window, "
                f"{'y.idxmax(axis=1)' if hasattr(y, 'columns') else 'y.argmax(axis=1)'}. The "
                "network encodes them by itself."
            )
        labels = column_or_1d(labels, warn=True)
        with np.errstate(invalid="ignore"):  # numbers too large for integers are refused below
            assert_all_finite(labels, input_name="y")
            check_classification_targets(labels)
        known = self.classes_ if not reset else np.unique(labels if classes is None else classes)
        if len(known) < 2:
            raise ValueError(
                "y must have at least two classes (activities), got "
                + (f"one class: {known[0]!r}." if len(known) else "none.")
            )
        unknown = np.setdiff1d(labels, known)
        if len(unknown):
            raise ValueError(
                f"y has labels that are not in the classes: {unknown.tolist()}; known are "
                f"{known.tolist()}. Name all of them by partial_fit(..., classes=...), or refit "
                "with warm_start=False."
            )
        self.classes_ = known
        return np.searchsorted(known, labels), labels

    def _weights(
        self, X: npt.NDArray[Any], labels: npt.NDArray[Any], sample_weight: npt.ArrayLike | None
    ) -> npt.NDArray[np.float64] | None:
        if sample_weight is None and self.class_weight is None:
            return None
        weight: npt.NDArray[np.float64] = check_sample_weight(
            finite_weights(sample_weight), X, dtype=np.float64, ensure_non_negative=True
        )
        if self.class_weight is not None:
            # Not in place, because the array may belong to the caller.
            weight = weight * compute_sample_weight(self.class_weight, labels)
        if not np.any(weight):
            raise ValueError(
                "sample_weight is zero for all windows: there is nothing to learn from."
            )
        return weight

    def _make_network(
        self, n_steps: int | None, windows: npt.NDArray[np.floating]
    ) -> tuple[Network, int]:
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        kind = self._architecture()
        sizes = {name: getattr(self, name) for name in parameter_names(kind)}
        if n_steps is not None and "n_steps" in sizes:
            sizes["n_steps"] = n_steps
        kind(**sizes)._check_sizes(self.n_timesteps_in_, self)
        config = {
            "input_shape": (self.n_timesteps_in_, self.n_channels_in_),
            "n_classes": len(self.classes_),
            **sizes,
            "scaling": self.scaling,
            "augmentation": check_augmentations(self.augmentation, windows),
            "dtype": self.dtype,
            "seed": seed,
        }
        network = Network(kind, config)
        if self.scaling is not None:
            learn_scaling(network.model, windows)
        return network, seed

    # Prediction -----------------------------------------------------------------------------------

    @names_unknown_arguments
    def predict_proba(self, X: npt.ArrayLike) -> npt.NDArray[np.floating]:
        """Return the probability of each activity.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`fit` accepts.

        Returns
        -------
        ndarray of shape (n_windows, n_classes)
            Probabilities in the order of `classes_`.
        """
        check_is_fitted(self)
        windows, _ = self._check_windows(X, reset=False)
        return self._network.predict_proba(windows)

    @names_unknown_arguments
    def predict_log_proba(self, X: npt.ArrayLike) -> npt.NDArray[np.floating]:
        """Return the logarithm of the probability of each activity.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`fit` accepts.

        Returns
        -------
        ndarray of shape (n_windows, n_classes)
            Log-probabilities in the order of `classes_`; finite even if a probability is 0.
        """
        probabilities = self.predict_proba(X)
        floor = np.finfo(probabilities.dtype).tiny
        logarithms: npt.NDArray[np.floating] = np.log(np.maximum(probabilities, floor))
        return logarithms

    @names_unknown_arguments
    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the most probable activity.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`fit` accepts.

        Returns
        -------
        ndarray of shape (n_windows,)
            Labels in the form given to :meth:`fit`.
        """
        winner = self.predict_proba(X).argmax(axis=1)
        labels: npt.NDArray[Any] = self.classes_[winner]
        return labels

    @names_unknown_arguments
    def score(
        self, X: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None
    ) -> float:
        """Return the accuracy.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`fit` accepts.
        y : array-like of shape (n_windows,)
            True activities.
        sample_weight : array-like of shape (n_windows,), default=None
            Weights of the windows.

        Returns
        -------
        float
            Share of the windows that are recognised correctly.
        """
        return float(accuracy_score(y, self.predict(X), sample_weight=sample_weight))

    # State ----------------------------------------------------------------------------------------

    @property
    def model_(self) -> keras.Model:
        """The Keras model."""
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(f"This {type(self).__name__} has no model_ yet: call fit first.")
        return self._network.model

    def initialize(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Build the network without training it.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`fit` accepts.
        y : array-like of shape (n_windows,)
            Activity of each window.

        Returns
        -------
        self : estimator
            The estimator, with random weights.
        """
        self._validate_params()
        windows, n_steps = self._check_windows(X, reset=True)
        self._encode(y, classes=None, reset=True)
        self._set_fitted(*self._make_network(n_steps, windows), {})
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return "_network" in vars(self)

    def __sklearn_tags__(self) -> Any:
        # scikeras lists ClassifierMixin after BaseEstimator, where its tags are never used.
        tags = BaseEstimator.__sklearn_tags__(self)
        tags.estimator_type = "classifier"
        tags.classifier_tags = ClassifierTags()
        tags.target_tags.required = True
        tags.input_tags.three_d_array = True
        return tags
