"""The ConvLSTM classifier."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, ClassVar

import keras
import numpy as np

from sklearn_har.augmentation import Augmentation
from sklearn_har.neural_network._base import BaseRecurrentClassifier
from sklearn_har.neural_network._docs import share_docs
from sklearn_har.neural_network._networks import build_conv_lstm
from sklearn_har.neural_network._sizes import (
    PADDING,
    POOL_AFTER,
    POOLING,
    SHARE,
    SIZE,
    check_convolutions,
    subsequence_length,
)
from sklearn_har.utils._compat import Interval

__all__ = ["ConvLSTMClassifier"]


@share_docs(epochs=25)
class ConvLSTMClassifier(BaseRecurrentClassifier):
    """Recognise activities with a convolutional LSTM over subsequences.

    The window is cut into `n_steps` subsequences. The cell of a convolutional LSTM has convolutions
    along time in place of matrix products, so that its state keeps the time axis of a subsequence.
    Its last state, a dense layer of rectified units and a softmax over the activities follow. The
    defaults are the published network for UCI HAR: 249,026 weights for windows of 128 time steps,
    9 channels and 6 activities.

    Parameters
    ----------
    n_steps : int, default=4
        Number of subsequences in a window. See `remainder` where it does not divide the number of
        time steps. An `X` with four axes is cut already, and its cut replaces `n_steps`.
    filters : int, default=64
        Number of filters of each layer.
    kernel_size : int, default=3
        Length of the convolutions, in time steps. Where the input is not padded, each layer
        shortens a subsequence by `kernel_size - 1`.
    n_layers : int, default=1
        Number of ConvLSTM layers, stacked.
    dropout : float, default=0.5
        Share of the last state that training drops.
    dense_units : int or None, default=100
        Number of rectified units before the softmax; None leaves this layer out.
    n_conv_layers : int, default=0
        Number of plain convolutions over the whole window before it is cut into subsequences; they
        are padded, and what they leave is cut.
    conv_filters : int or sequence of int, default=64
        Number of filters of these convolutions, or of the first, the second, ...
    conv_kernel_size : int or sequence of int, default=5
        Length of these convolutions, in time steps.
    conv_dropout : float, default=0.0
        Share of their outputs that training drops.
    batch_normalization : bool, default=False
        Whether to normalise their outputs over the batch.
    pool_size : int, default=2
        Factor by which max-pooling shortens their outputs.
    pool_after : {"each", "last"}, default="each"
        Whether dropout and max-pooling come after each of them, or once, after the last.
    padding : {"valid", "same"}, default="valid"
        Whether the convolutions of the ConvLSTM layers shorten the subsequences, or zeros are put
        around them.
    pooling : {"last", "average", "max", "both"}, default="last"
        What of the last ConvLSTM layer goes on: its last state, flattened, or the average, the
        maximum or both over the states of all subsequences and their time steps.
    {training}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMClassifier : No convolutions.
    CNNLSTMClassifier : Convolutions before the LSTM.

    References
    ----------
    .. [1] Shi, X., Chen, Z., Wang, H., Yeung, D.-Y., Wong, W., & Woo, W. (2015). Convolutional LSTM
       network: a machine learning approach for precipitation nowcasting. NeurIPS 28.
       https://arxiv.org/abs/1506.04214

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.neural_network import ConvLSTMClassifier
    >>> windows = make_har_windows(n_subjects=2, n_windows_per_activity=5, random_state=0)
    >>> clf = ConvLSTMClassifier(epochs=1, random_state=0).fit(windows.data, windows.target)
    >>> clf.predict_proba(windows.data).shape
    (60, 6)
    >>> clf.model_.count_params()
    249026
    """

    _builder = staticmethod(build_conv_lstm)

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseRecurrentClassifier._parameter_constraints,
        "n_steps": [SIZE],
        "filters": [SIZE],
        "kernel_size": [SIZE],
        "n_layers": [SIZE],
        "dropout": [SHARE],
        "dense_units": [SIZE, None],
        "n_conv_layers": [Interval(Integral, 0, None, closed="left")],
        "conv_filters": [SIZE, list, tuple],
        "conv_kernel_size": [SIZE, list, tuple],
        "conv_dropout": [SHARE],
        "batch_normalization": ["boolean"],
        "pool_size": [SIZE],
        "pool_after": [POOL_AFTER],
        "padding": [PADDING],
        "pooling": [POOLING],
    }

    def __init__(
        self,
        n_steps: int = 4,
        filters: int = 64,
        kernel_size: int = 3,
        n_layers: int = 1,
        dropout: float = 0.5,
        dense_units: int | None = 100,
        *,
        n_conv_layers: int = 0,
        conv_filters: int | Sequence[int] = 64,
        conv_kernel_size: int | Sequence[int] = 5,
        conv_dropout: float = 0.0,
        batch_normalization: bool = False,
        pool_size: int = 2,
        pool_after: str = "each",
        padding: str = "valid",
        pooling: str = "last",
        optimizer: str | type | keras.optimizers.Optimizer = "adam",
        epochs: int = 25,
        batch_size: int = 64,
        class_weight: dict[Any, float] | str | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        tol: float = 1e-4,
        callbacks: Any = None,
        scaling: str | None = None,
        augmentation: Augmentation | Sequence[Augmentation] | None = None,
        schedule: str = "constant",
        min_updates: int = 0,
        remainder: str = "error",
        warm_start: bool = False,
        dtype: str = "float32",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
        **routed: Any,
    ) -> None:
        super().__init__(
            optimizer=optimizer,
            epochs=epochs,
            batch_size=batch_size,
            class_weight=class_weight,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            tol=tol,
            callbacks=callbacks,
            scaling=scaling,
            augmentation=augmentation,
            schedule=schedule,
            min_updates=min_updates,
            remainder=remainder,
            warm_start=warm_start,
            dtype=dtype,
            random_state=random_state,
            verbose=verbose,
            **routed,
        )
        self.n_steps = n_steps
        self.filters = filters
        self.kernel_size = kernel_size
        self.n_layers = n_layers
        self.dropout = dropout
        self.dense_units = dense_units
        self.n_conv_layers = n_conv_layers
        self.conv_filters = conv_filters
        self.conv_kernel_size = conv_kernel_size
        self.conv_dropout = conv_dropout
        self.batch_normalization = batch_normalization
        self.pool_size = pool_size
        self.pool_after = pool_after
        self.padding = padding
        self.pooling = pooling

    def _check_sizes(self, config: dict[str, Any]) -> None:
        n_steps, length = config["n_steps"], self.n_timesteps_in_
        if self.n_conv_layers:
            length = check_convolutions(
                self,
                length,
                filters="conv_filters",
                kernel_size="conv_kernel_size",
                padding="same",
                what=f"windows of {length} time steps",
            )
        length = subsequence_length(length, n_steps, self.remainder)
        left = length - (self.n_layers * (self.kernel_size - 1) if self.padding == "valid" else 0)
        if left < 1:
            raise ValueError(
                f"kernel_size={self.kernel_size} and n_layers={self.n_layers} do not fit "
                f"subsequences of {length} time steps (n_timesteps={self.n_timesteps_in_}, "
                f"n_steps={n_steps}): the convolutions leave no time step. Choose fewer n_steps or "
                "a shorter kernel."
            )
