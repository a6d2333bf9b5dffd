"""The CNN-LSTM network and its classifier."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Any

from keras import layers

from sklearn_har.neural_network._base import BaseRecurrentClassifier
from sklearn_har.neural_network._networks import (
    Architecture,
    Convolutions,
    LayerFactory,
    Padding,
    PoolAfter,
    Pooling,
    fill_up,
    stack_lstm,
    subsequence_length,
)
from sklearn_har.neural_network._parameters import Share, Size, Sizes, with_parameters
from sklearn_har.neural_network._settings import share_docs


@with_parameters
class CNNLSTM(Architecture):
    """Convolutions over subsequences, followed by an LSTM.

    The published form wraps one-dimensional convolutions into `TimeDistributed`, which loops over
    the subsequences. A two-dimensional convolution with a kernel of one row computes the same for
    all subsequences at once.
    """

    n_steps: Size | None = 4
    filters: Sizes = 64
    kernel_size: Sizes = 3
    n_conv_layers: Size = 2
    conv_dropout: Share = 0.5
    pool_size: Size = 2
    units: Size = 100
    n_layers: Size = 1
    bidirectional: bool = False
    dropout: Share = 0.5
    dense_units: Size | None = 100
    _: KW_ONLY
    padding: Padding = "valid"
    batch_normalization: bool = False
    pool_after: PoolAfter = "last"
    pooling: Pooling = "last"

    def _convolutions(self) -> Convolutions:
        return Convolutions(
            filters=self.filters,
            kernel_size=self.kernel_size,
            n_layers=self.n_conv_layers,
            padding=self.padding,
            batch_normalization=self.batch_normalization,
            pool_size=self.pool_size,
            pool_after=self.pool_after,
            dropout=self.conv_dropout,
        )

    def _check_sizes(self, n_timesteps: int, settings: Any) -> None:
        length = subsequence_length(n_timesteps, self.n_steps or 1, settings.remainder)
        self._convolutions().length_after(
            length,
            what=f"subsequences of {length} time steps (n_timesteps={n_timesteps}, "
            f"n_steps={self.n_steps})",
        )

    def _features(self, x: Any, make: LayerFactory) -> Any:
        n_parts = self.n_steps or 1
        x = fill_up(x, n_parts, make)
        x = make(layers.Reshape, (n_parts, x.shape[1] // n_parts, x.shape[2]))(x)
        x = self._convolutions().apply(x, make)
        # Without subsequences, the LSTM reads the remaining time steps.
        x = make(layers.Reshape, (self.n_steps or x.shape[2], -1))(x)
        return stack_lstm(x, make, self)


@share_docs
@with_parameters
class CNNLSTMClassifier(BaseRecurrentClassifier, CNNLSTM):
    """Recognise activities with convolutions over subsequences, followed by an LSTM.

    The window is cut into `n_steps` subsequences. Shared one-dimensional convolutions extract
    features from each of them, and an LSTM reads the features in order. A dense layer of rectified
    units and a softmax over the activities follow. The defaults are the published network
    for UCI HAR: 423,650 weights for windows of 128 time steps, 9 channels and 6 activities.

    Parameters
    ----------
    n_steps : int or None, default=4
        Number of subsequences in a window. If it does not divide the number of time steps, see
        `remainder`. An `X` with four axes is already cut and overrides `n_steps`. With None, the
        convolutions read the whole window and the LSTM each remaining time step.
    filters : int or sequence of int, default=64
        Number of filters of all convolutions, or of each.
    kernel_size : int or sequence of int, default=3
        Length of the convolutions, in time steps. Without padding, each convolution shortens a
        subsequence by `kernel_size - 1`.
    n_conv_layers : int, default=2
        Number of convolutions.
    conv_dropout : float, default=0.5
        Dropout rate of the outputs of the convolutions.
    pool_size : int, default=2
        Factor by which max-pooling shortens the subsequences.
    units : int, default=100
        Number of units of each LSTM layer.
    n_layers : int, default=1
        Number of LSTM layers, stacked.
    bidirectional : bool, default=False
        Whether each LSTM layer reads the subsequences forwards and backwards.
    dropout : float, default=0.5
        Dropout rate of the outputs of the LSTM.
    dense_units : int or None, default=100
        Number of rectified units before the softmax; None omits this layer.
    padding : {"valid", "same"}, default="valid"
        Whether convolutions shorten the subsequences ("valid") or pad them with zeros ("same").
    batch_normalization : bool, default=False
        Whether to normalise the outputs of each convolution over the batch.
    pool_after : {"last", "each"}, default="last"
        Whether dropout and max-pooling follow only the last convolution, or each.
    pooling : {"last", "average", "max", "both"}, default="last"
        The output of the last LSTM layer: its last step, or the average, the maximum or both over
        all steps.
    {training}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMClassifier : An LSTM without convolutions.
    ConvLSTMClassifier : An LSTM with convolutions inside the recurrent cell.

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
