"""The LSTM network and its classifier."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Any

from keras import layers

from sklearn_har.neural_network._base import BaseRecurrentClassifier
from sklearn_har.neural_network._networks import (
    Architecture,
    LayerFactory,
    Pooling,
    fill_up,
    stack_lstm,
    subsequence_length,
)
from sklearn_har.neural_network._parameters import Share, Size, with_parameters
from sklearn_har.neural_network._settings import share_docs


@with_parameters
class LSTM(Architecture):
    """An LSTM that reads time steps or flattened subsequences."""

    units: Size = 100
    n_layers: Size = 1
    bidirectional: bool = False
    n_steps: Size | None = None
    mask_value: float | None = None
    dropout: Share = 0.5
    dense_units: Size | None = 100
    _: KW_ONLY
    pooling: Pooling = "last"

    def _check_sizes(self, n_timesteps: int, settings: Any) -> None:
        if self.n_steps is not None:
            subsequence_length(n_timesteps, self.n_steps, settings.remainder)
        if self.mask_value is not None and (
            settings.scaling is not None
            or settings.augmentation is not None
            or self.pooling != "last"
        ):
            raise ValueError(
                f"mask_value={self.mask_value} needs scaling=None, augmentation=None and "
                f"pooling='last', got scaling={settings.scaling!r}, "
                f"augmentation={settings.augmentation!r} and pooling={self.pooling!r}: padding "
                "would be changed or counted as movement. Scale and augment before pad_windows."
            )
        if self.mask_value is not None and self.n_steps is not None:
            raise ValueError(
                f"mask_value={self.mask_value} needs n_steps=None, got n_steps={self.n_steps}: a "
                "subsequence can be partly padding, and an LSTM skips whole steps."
            )

    def _features(self, x: Any, make: LayerFactory) -> Any:
        if self.mask_value is not None:
            x = make(layers.Masking, self.mask_value)(x)
        if self.n_steps is not None:
            x = make(layers.Reshape, (self.n_steps, -1))(fill_up(x, self.n_steps, make))
        return stack_lstm(x, make, self)


@share_docs
@with_parameters
class LSTMClassifier(BaseRecurrentClassifier, LSTM):
    """Recognise activities with a long short-term memory network.

    An LSTM reads the window. Dropout, a dense layer of rectified units and a softmax over the
    activities follow. The defaults are the published network for UCI HAR: 54,706 weights for
    windows of 9 channels and 6 activities.

    Parameters
    ----------
    units : int, default=100
        Number of units of each LSTM layer.
    n_layers : int, default=1
        Number of LSTM layers, stacked.
    bidirectional : bool, default=False
        Whether each layer reads the window forwards and backwards.
    n_steps : int or None, default=None
        With None, each LSTM step reads one time step. With a number, the window is cut into
        `n_steps` subsequences, and each LSTM step reads one of them. This is faster, because an
        LSTM computes its steps in sequence. If `n_steps` does not divide the number of time steps,
        see `remainder`.
    mask_value : float or None, default=None
        If a number, time steps with this value in all channels are padding and are skipped: see
        :func:`~sklearn_har.segmentation.pad_windows`. Not together with `n_steps`.
    dropout : float, default=0.5
        Dropout rate of the outputs of the LSTM.
    dense_units : int or None, default=100
        Number of rectified units before the softmax; None omits this layer.
    pooling : {"last", "average", "max", "both"}, default="last"
        The output of the last LSTM layer: its last step, or the average, the maximum or both over
        all steps.
    {training}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CNNLSTMClassifier : An LSTM after convolutions over subsequences.
    ConvLSTMClassifier : An LSTM with convolutions inside the recurrent cell.

    References
    ----------
    .. [1] Hochreiter, S., & Schmidhuber, J. (1997). Long short-term memory. Neural Computation,
       9(8), 1735-1780. :doi:`10.1162/neco.1997.9.8.1735`

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.neural_network import LSTMClassifier
    >>> windows = make_har_windows(n_subjects=2, n_windows_per_activity=5, random_state=0)
    >>> clf = LSTMClassifier(epochs=1, random_state=0).fit(windows.data, windows.target)
    >>> clf.predict_proba(windows.data).shape
    (60, 6)
    >>> clf.model_.count_params()
    54706
    """

    _: KW_ONLY
    epochs: Size = 15
