"""The parameters that all classifiers share: how a network is trained."""

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

__all__ = ["TrainingParameters", "share_docs"]

T = TypeVar("T", bound=type)


@with_parameters
class TrainingParameters:
    """The settings by which a network is trained.

    Parameters
    ----------
    n_channels : int, default=None
        Number of channels of windows that are rows of a table: all channels of the first time step,
        then of the second. None to tell it by the names of the columns, as those of
        `fetch_uci_har(as_frame=True)`; without names it is one, and a warning says where the values
        look like those of several.
    optimizer : str, class or keras.optimizers.Optimizer, default="adam"
        Optimizer of the weights; Adam with a learning rate of 0.001 as published. Its own
        parameters are routed: `optimizer__learning_rate=0.01`.
    loss : str, class, keras.losses.Loss or function, default="categorical_crossentropy"
        Loss of one-hot labels and predicted probabilities, such as "categorical_focal_crossentropy"
        or a function of two arrays of shape (n_windows, n_classes). Parameters of a class or a name
        are routed: `loss__label_smoothing=0.1`.
    metrics : list of str, class, keras.metrics.Metric or function, default=None
        What `history_` records besides the loss and the accuracy, such as
        `keras.metrics.F1Score(average="macro")`. Sample weights do not count in it.
    epochs : int, default={epochs}
        Number of passes over the training windows.
    batch_size : int, default=64
        Number of windows in a step of the optimizer.
    class_weight : dict, "balanced" or None, default=None
        Weights of the activities, by label; "balanced" makes all activities count the same. They
        are multiplied with `sample_weight`.
    early_stopping : bool, default=False
        Whether to hold out a part of the training windows and to stop when the accuracy on them
        stalls. The best weights are put back at the end. Pass `groups=subject` to :meth:`fit`, so
        that whole subjects are held out.
    validation_fraction : float, default=0.1
        Share of the windows (with `groups`: of the subjects) held out by `early_stopping`.
    n_iter_no_change : int, default=10
        Epochs without improvement before `early_stopping` stops.
    tol : float, default=1e-4
        Smallest gain in accuracy that counts as an improvement for `early_stopping`.
    callbacks : keras.callbacks.Callback, class, list or dict of them, default=None
        Keras callbacks. Those given as classes are made for each training with routed parameters:
        `callbacks__patience=3`, or `callbacks__0__patience=3` for the first of a list.
    scaling : {"standard", "companding", "both"} or None, default=None
        Scaling of the channels inside the network, learnt from the training windows and carried
        along wherever the network goes. "standard" subtracts the mean of each channel and divides
        by its standard deviation; "companding" does so on the logarithmic scale of
        :class:`~sklearn_har.preprocessing.CompandingTransformer`; "both" gives the network the two
        side by side.
    augmentation : Augmentation or list of Augmentation, default=None
        Random changes of the training windows, new in each epoch, from
        :mod:`sklearn_har.augmentation`. They come before `scaling` and expect windows in the units
        of the recording.
    schedule : {"constant", "cosine"}, default="constant"
        Learning rate over the training. "cosine" lets it rise from 0 for the first tenth of the
        steps and fall to 0 along half a cosine after it; the optimizer's `learning_rate` is its
        peak. :meth:`partial_fit` keeps it constant.
    min_updates : int, default=0
        Least number of steps of the optimizer. With few windows `epochs` passes are few steps, and
        the network would hardly have left its random weights: then there are more passes, until
        this number is reached. Of no effect on :meth:`partial_fit`.
    remainder : {"error", "pad"}, default="error"
        What to do where `n_steps` does not divide the number of time steps: an error, or zeros
        behind the last time step, after `scaling`. "pad" lets one setting read windows of any
        length.
    warm_start : bool, default=False
        Whether a further :meth:`fit` goes on from the weights of the last one.
    dtype : {"float32", "float64"}, default="float32"
        Precision of the network and of its probabilities. In double precision training takes
        about twice the time, and sums in another order no longer show.
    random_state : int, RandomState instance or None, default=None
        Decides the initial weights, the dropout and the order of the windows. Pass an int for
        equal weights in each run; the global random generators are neither read nor changed then.
    verbose : int or "auto", default=0
        0 is silent, 1 or "auto" shows Keras' progress bar, 2 prints a line for each epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Activities, sorted.
    history_ : dict of list of float
        `loss`, `accuracy` and `metrics` of each epoch on the training windows, with dropout at
        work; and `val_loss`, `val_accuracy` with `early_stopping` or `validation_data`.
    model_ : keras.Model
        The network. It reads windows of shape (n_windows, n_timesteps, n_channels) and cuts them
        itself.
    n_iter_ : int
        Number of epochs trained.
    n_features_in_ : int
        Number of values in a window: `n_timesteps_in_` times `n_channels_in_`, whatever the form
        of `X`.
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
        # Some type checkers and editors only accept names that are declared. `set_params` takes all
        # routed parameters.
        optimizer__learning_rate: float = 0.001
        optimizer__weight_decay: float | None = None
        loss__label_smoothing: float = 0.0


def share_docs(cls: T) -> T:
    """Fill `{training}` and `{attributes}` in the docstring of a classifier from the above."""
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
