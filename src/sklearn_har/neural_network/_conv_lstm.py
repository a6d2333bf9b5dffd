"""The ConvLSTM network and its classifier."""

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
    pool_steps,
    subsequence_length,
)
from sklearn_har.neural_network._parameters import Count, Share, Size, Sizes, with_parameters
from sklearn_har.neural_network._settings import share_docs


@with_parameters
class ConvLSTM(Architecture):
    """A convolutional LSTM over subsequences, with optional plain convolutions before it."""

    n_steps: Size = 4
    filters: Size = 64
    kernel_size: Size = 3
    n_layers: Size = 1
    dropout: Share = 0.5
    dense_units: Size | None = 100
    _: KW_ONLY
    n_conv_layers: Count = 0
    conv_filters: Sizes = 64
    conv_kernel_size: Sizes = 5
    conv_dropout: Share = 0.0
    batch_normalization: bool = False
    pool_size: Size = 2
    pool_after: PoolAfter = "each"
    padding: Padding = "valid"
    pooling: Pooling = "last"

    def _convolutions(self) -> Convolutions:
        return Convolutions(
            filters=self.conv_filters,
            kernel_size=self.conv_kernel_size,
            n_layers=self.n_conv_layers,
            # Over the whole window, before the cut, so that no subsequence loses its ends.
            padding="same",
            batch_normalization=self.batch_normalization,
            pool_size=self.pool_size,
            pool_after=self.pool_after,
            dropout=self.conv_dropout,
        )

    def _check_sizes(self, n_timesteps: int, settings: Any) -> None:
        length = n_timesteps
        if self.n_conv_layers:
            length = self._convolutions().length_after(
                length, prefix="conv_", what=f"windows of {length} time steps"
            )
        length = subsequence_length(length, self.n_steps, settings.remainder)
        left = length - (self.n_layers * (self.kernel_size - 1) if self.padding == "valid" else 0)
        if left < 1:
            raise ValueError(
                f"kernel_size={self.kernel_size} and n_layers={self.n_layers} do not fit "
                f"subsequences of {length} time steps (n_timesteps={n_timesteps}, "
                f"n_steps={self.n_steps}): the convolutions leave no time step. Choose fewer "
                "n_steps or a shorter kernel."
            )

    def _features(self, x: Any, make: LayerFactory) -> Any:
        if self.n_conv_layers:
            x = make(layers.Reshape, (1, *x.shape[1:]))(x)
            x = self._convolutions().apply(x, make)
            x = make(layers.Reshape, x.shape[2:])(x)
        x = fill_up(x, self.n_steps, make)
        x = make(layers.Reshape, (self.n_steps, 1, x.shape[1] // self.n_steps, x.shape[2]))(x)
        for i in range(self.n_layers):
            x = make.recurrent(
                make.conv_lstm,
                (1, self.kernel_size, x.shape[-1], 4 * self.filters),
                self.filters,
                (1, self.kernel_size),
                activation="relu",
                recurrent_activation="sigmoid",
                padding=self.padding,
                return_sequences=i < self.n_layers - 1 or self.pooling != "last",
                data_format="channels_last",
            )(x)
        if self.pooling == "last":
            return x
        # Over all subsequences and all their time steps.
        return pool_steps(make(layers.Reshape, (-1, x.shape[-1]))(x), self.pooling, make)


@share_docs
@with_parameters
class ConvLSTMClassifier(BaseRecurrentClassifier, ConvLSTM):
    """Recognise activities with a convolutional LSTM over subsequences.

    The window is cut into `n_steps` subsequences. The cell of a convolutional LSTM uses
    convolutions along time instead of matrix products, so its state keeps the time axis of a
    subsequence. A dense layer of rectified units and a softmax over the activities follow the last
    state. The
    defaults are the published network for UCI HAR: 249,026 weights for windows of 128 time steps,
    9 channels and 6 activities.

    Parameters
    ----------
    n_steps : int, default=4
        Number of subsequences in a window. If it does not divide the number of time steps, see
        `remainder`. An `X` with four axes is already cut and overrides `n_steps`.
    filters : int, default=64
        Number of filters of each layer.
    kernel_size : int, default=3
        Length of the convolutions, in time steps. Without padding, each layer shortens a
        subsequence by `kernel_size - 1`.
    n_layers : int, default=1
        Number of ConvLSTM layers, stacked.
    dropout : float, default=0.5
        Dropout rate of the last state.
    dense_units : int or None, default=100
        Number of rectified units before the softmax; None omits this layer.
    n_conv_layers : int, default=0
        Number of plain convolutions over the whole window. They are padded, and their output is cut
        into subsequences.
    conv_filters : int or sequence of int, default=64
        Number of filters of all these convolutions, or of each.
    conv_kernel_size : int or sequence of int, default=5
        Length of these convolutions, in time steps.
    conv_dropout : float, default=0.0
        Dropout rate of their outputs.
    batch_normalization : bool, default=False
        Whether to normalise their outputs over the batch.
    pool_size : int, default=2
        Factor by which max-pooling shortens their outputs.
    pool_after : {"each", "last"}, default="each"
        Whether dropout and max-pooling follow each of them, or only the last.
    padding : {"valid", "same"}, default="valid"
        Whether the convolutions of the ConvLSTM layers shorten the subsequences ("valid") or pad
        them with zeros ("same").
    pooling : {"last", "average", "max", "both"}, default="last"
        The output of the last ConvLSTM layer: its last state, flattened, or the average, the
        maximum or both over the states of all subsequences and time steps.
    {training}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMClassifier : An LSTM without convolutions.
    CNNLSTMClassifier : An LSTM after convolutions.

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
