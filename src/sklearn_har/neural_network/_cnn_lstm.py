"""The CNN-LSTM classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import keras
import numpy as np

from sklearn_har.augmentation import Augmentation
from sklearn_har.neural_network._base import BaseRecurrentClassifier
from sklearn_har.neural_network._docs import share_docs
from sklearn_har.neural_network._networks import build_cnn_lstm
from sklearn_har.neural_network._sizes import (
    PADDING,
    POOL_AFTER,
    POOLING,
    SHARE,
    SIZE,
    check_convolutions,
    subsequence_length,
)

__all__ = ["CNNLSTMClassifier"]


@share_docs(epochs=25)
class CNNLSTMClassifier(BaseRecurrentClassifier):
    """Recognise activities with convolutions over subsequences and an LSTM over them.

    The window is cut into `n_steps` subsequences. The same one-dimensional convolutions extract
    features from each of them; an LSTM reads the features in their order; a dense layer of
    rectified units and a softmax over the activities follow. The defaults are the published network
    for UCI HAR: 423,650 weights for windows of 128 time steps, 9 channels and 6 activities.

    Parameters
    ----------
    n_steps : int or None, default=4
        Number of subsequences in a window. See `remainder` where it does not divide the number of
        time steps. An `X` with four axes is cut already, and its cut replaces `n_steps`. None does
        not cut: the convolutions read the whole window, and the LSTM each time step that they
        leave.
    filters : int or sequence of int, default=64
        Number of filters of each convolution, or of the first, the second, ...
    kernel_size : int or sequence of int, default=3
        Length of the convolutions, in time steps. Where nothing is padded, each convolution
        shortens a subsequence by `kernel_size - 1`.
    n_conv_layers : int, default=2
        Number of convolutions.
    conv_dropout : float, default=0.5
        Share of the convolutions' outputs that training drops.
    pool_size : int, default=2
        Factor by which max-pooling shortens the subsequences.
    units : int, default=100
        Number of units of each LSTM layer.
    n_layers : int, default=1
        Number of LSTM layers, stacked.
    bidirectional : bool, default=False
        Whether each LSTM layer reads the subsequences forwards and backwards.
    dropout : float, default=0.5
        Share of the LSTM's outputs that training drops.
    dense_units : int or None, default=100
        Number of rectified units before the softmax; None leaves this layer out.
    padding : {"valid", "same"}, default="valid"
        Whether convolutions shorten the subsequences, or zeros are put around them.
    batch_normalization : bool, default=False
        Whether to normalise the outputs of each convolution over the batch.
    pool_after : {"last", "each"}, default="last"
        Whether dropout and max-pooling come once, after the last convolution, or after each.
    pooling : {"last", "average", "max", "both"}, default="last"
        What of the last LSTM layer goes on: its last output, or the average, the maximum or both
        over the outputs of all steps.
    {training}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMClassifier : No convolutions.
    ConvLSTMClassifier : Convolutions inside the recurrent cell.

    References
    ----------
    .. [1] Ordóñez, F. J., & Roggen, D. (2016). Deep convolutional and LSTM recurrent neural
       networks for multimodal wearable activity recognition. Sensors, 16(1), 115.
       :doi:`10.3390/s16010115`
    .. [2] Donahue, J., et al. (2015). Long-term recurrent convolutional networks for visual
       recognition and description. CVPR. :doi:`10.1109/CVPR.2015.7298878`

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.neural_network import CNNLSTMClassifier
    >>> windows = make_har_windows(n_subjects=2, n_windows_per_activity=5, random_state=0)
    >>> clf = CNNLSTMClassifier(epochs=1, random_state=0).fit(windows.data, windows.target)
    >>> clf.predict_proba(windows.data).shape
    (60, 6)
    >>> clf.model_.count_params()
    423650
    """

    _builder = staticmethod(build_cnn_lstm)

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseRecurrentClassifier._parameter_constraints,
        "n_steps": [SIZE, None],
        "filters": [SIZE, list, tuple],
        "kernel_size": [SIZE, list, tuple],
        "n_conv_layers": [SIZE],
        "conv_dropout": [SHARE],
        "pool_size": [SIZE],
        "units": [SIZE],
        "n_layers": [SIZE],
        "bidirectional": ["boolean"],
        "dropout": [SHARE],
        "dense_units": [SIZE, None],
        "padding": [PADDING],
        "batch_normalization": ["boolean"],
        "pool_after": [POOL_AFTER],
        "pooling": [POOLING],
    }

    def __init__(
        self,
        n_steps: int | None = 4,
        filters: int | Sequence[int] = 64,
        kernel_size: int | Sequence[int] = 3,
        n_conv_layers: int = 2,
        conv_dropout: float = 0.5,
        pool_size: int = 2,
        units: int = 100,
        n_layers: int = 1,
        bidirectional: bool = False,
        dropout: float = 0.5,
        dense_units: int | None = 100,
        *,
        padding: str = "valid",
        batch_normalization: bool = False,
        pool_after: str = "last",
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
        self.n_conv_layers = n_conv_layers
        self.conv_dropout = conv_dropout
        self.pool_size = pool_size
        self.units = units
        self.n_layers = n_layers
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.dense_units = dense_units
        self.padding = padding
        self.batch_normalization = batch_normalization
        self.pool_after = pool_after
        self.pooling = pooling

    def _check_sizes(self, config: dict[str, Any]) -> None:
        n_steps = config["n_steps"]
        length = subsequence_length(self.n_timesteps_in_, n_steps or 1, self.remainder)
        check_convolutions(
            self,
            length,
            padding=self.padding,
            what=f"subsequences of {length} time steps (n_timesteps={self.n_timesteps_in_}, "
            f"n_steps={n_steps})",
        )
