"""The training parameters that all classifiers share."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import KW_ONLY
from numbers import Integral, Real
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import keras
import numpy as np

from sklearn_har.augmentation import Augmentation
from sklearn_har.neural_network._parameters import Count, Size, with_parameters
from sklearn_har.utils._compat import Interval, StrOptions

T = TypeVar("T", bound=type)


@with_parameters
class TrainingParameters:
    """The settings of the training of a network.

    Parameters
    ----------
    n_channels : int, default=None
        Number of channels if each row of a table is a window, with all channels of the first time
        step, then of the second. None to infer it from the names of columns, such as those of
        `fetch_uci_har(as_frame=True)`; without names it is one, with a warning if the values look
        like several channels.
    optimizer : str, class or keras.optimizers.Optimizer, default="adam"
        Optimizer of the weights; the default is Adam with the published learning rate of 0.001. Its
        parameters are routed: `optimizer__learning_rate=0.01`.
    loss : str, class, keras.losses.Loss or function, default="categorical_crossentropy"
        Loss of one-hot labels and predicted probabilities, such as "categorical_focal_crossentropy"
        or a function of two arrays of shape (n_windows, n_classes). Parameters of a class or name
        are routed: `loss__label_smoothing=0.1`.
    metrics : list of str, class, keras.metrics.Metric or function, default=None
        Metrics in `history_` in addition to loss and accuracy, such as
        `keras.metrics.F1Score(average="macro")`. They ignore sample weights.
    epochs : int, default={epochs}
        Number of passes over the training windows.
    batch_size : int, default=64
        Number of windows per step of the optimizer.
    class_weight : dict, "balanced" or None, default=None
        Weights of the activities, by label; "balanced" gives all activities equal weight. They are
        multiplied with `sample_weight`.
    early_stopping : bool, default=False
        Whether to hold out a part of the training windows, stop when their accuracy stalls, and
        restore the best weights. Pass `groups=subject` to :meth:`fit` to hold out whole subjects.
    validation_fraction : float, default=0.1
        Share of the windows (with `groups`: of the subjects) held out by `early_stopping`.
    n_iter_no_change : int, default=10
        Number of epochs without improvement after which `early_stopping` stops.
    tol : float, default=1e-4
        Smallest gain in accuracy that counts as an improvement for `early_stopping`.
    callbacks : keras.callbacks.Callback, class, list or dict of them, default=None
        Keras callbacks. Classes are instantiated for each training with routed parameters:
        `callbacks__patience=3`, or `callbacks__0__patience=3` for the first of a list.
    scaling : {"standard", "companding", "both"} or None, default=None
        Scaling of the channels inside the network, learnt from the training windows and saved with
        it. "standard" subtracts the mean of each channel and divides by its standard deviation.
        "companding" does so on the logarithmic scale of
        :class:`~sklearn_har.preprocessing.CompandingTransformer`. "both" gives the network both
        versions.
    augmentation : Augmentation or list of Augmentation, default=None
        Random changes of the training windows, new in each epoch, from
        :mod:`sklearn_har.augmentation`. They precede `scaling` and need windows in the units of the
        recording.
    schedule : {"constant", "cosine"}, default="constant"
        Learning rate over the training. "cosine" increases it from 0 during the first tenth of the
        steps, and then decreases it to 0 along half a cosine; its peak is the optimizer's
        `learning_rate`. :meth:`partial_fit` keeps it constant.
    min_updates : int, default=0
        Minimum number of steps of the optimizer. With few windows, `epochs` are too few steps to
        train a network; then epochs are added up to this number. :meth:`partial_fit` ignores it.
    remainder : {"error", "pad"}, default="error"
        What to do if `n_steps` does not divide the number of time steps: raise an error, or append
        zeros after `scaling`. With "pad", one setting reads windows of any length.
    warm_start : bool, default=False
        Whether a new :meth:`fit` continues from the weights of the last one.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the network and its probabilities. Double precision takes about twice the
        training time and makes results independent of the order of sums.
    random_state : int, RandomState instance or None, default=None
        Determines the initial weights, the dropout and the order of the windows. Pass an int for
        equal weights in each run; then the global random generators are neither used nor changed.
    verbose : int or "auto", default=0
        0 is silent, 1 or "auto" shows Keras' progress bar, 2 prints a line per epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Activities, sorted.
    history_ : dict of list of float
        `loss`, `accuracy` and `metrics` of each epoch on the training windows, with dropout active;
        and `val_loss`, `val_accuracy` with `early_stopping` or `validation_data`.
    model_ : keras.Model
        The network. It reads windows of shape (n_windows, n_timesteps, n_channels) and cuts them
        itself.
    n_iter_ : int
        Number of epochs trained.
    n_features_in_ : int
        Number of values in a window: `n_timesteps_in_` times `n_channels_in_`, for any form of `X`.
    n_timesteps_in_ : int
        Number of time steps of a window.
    n_channels_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.
    """

    _: KW_ONLY
    n_channels: Size | None = None
    optimizer: str | type | keras.optimizers.Optimizer = "adam"
    loss: Annotated[Any, str, type, keras.losses.Loss, callable] = "categorical_crossentropy"
    metrics: Annotated[Any, None, list, tuple, str, type, keras.metrics.Metric, callable] = None
    epochs: Size = 25
    batch_size: Size = 64
    class_weight: dict[Any, float] | Literal["balanced"] | None = None
    early_stopping: bool = False
    validation_fraction: Annotated[float, Interval(Real, 0, 1, closed="neither")] = 0.1
    n_iter_no_change: Size = 10
    tol: Annotated[float, Interval(Real, 0, None, closed="left")] = 1e-4
    callbacks: Annotated[Any, None, list, tuple, dict, type, keras.callbacks.Callback] = None
    scaling: Literal["standard", "companding", "both"] | None = None
    augmentation: Augmentation | Sequence[Augmentation] | None = None
    schedule: Literal["constant", "cosine"] = "constant"
    min_updates: Count = 0
    remainder: Literal["error", "pad"] = "error"
    warm_start: bool = False
    dtype: Literal["float32", "float64"] = "float32"
    random_state: Annotated[int | np.random.RandomState | None, "random_state"] = None
    verbose: Annotated[
        int | Literal["auto"],
        Interval(Integral, 0, 2, closed="both"),
        "boolean",
        StrOptions({"auto"}),
    ] = 0
    if TYPE_CHECKING:
        # Some type checkers and editors accept only declared names. `set_params` takes all routed
        # parameters.
        optimizer__learning_rate: float = 0.001
        optimizer__weight_decay: float | None = None
        loss__label_smoothing: float = 0.0


def share_docs(cls: T) -> T:
    """Fill `{training}` and `{attributes}` in the docstring of a classifier."""
    # With `python -OO` there are no docstrings.
    if not cls.__doc__ or not TrainingParameters.__doc__:
        return cls
    _, training, attributes = re.split(
        r"\n\n\w+\n-+\n", inspect.cleandoc(TrainingParameters.__doc__)
    )
    epochs = inspect.signature(cls).parameters["epochs"].default
    cls.__doc__ = (
        inspect.cleandoc(cls.__doc__)
        .replace("{training}", training.replace("{epochs}", str(epochs)))
        .replace("{attributes}", attributes)
    )
    return cls
