"""The ConvLSTM classifier."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import keras
import numpy as np

from sklearn_har.neural_network._base import BaseRecurrentClassifier
from sklearn_har.neural_network._docs import share_docs
from sklearn_har.neural_network._networks import build_conv_lstm
from sklearn_har.utils._compat import Interval

__all__ = ["ConvLSTMClassifier"]

SIZE = Interval(Integral, 1, None, closed="left")
SHARE = Interval(Real, 0, 1, closed="left")


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
        Number of subsequences in a window. It must divide the number of time steps. An `X` with
        four axes is cut already, and its cut replaces `n_steps`.
    filters : int, default=64
        Number of filters of each layer.
    kernel_size : int, default=3
        Length of the convolutions, in time steps. The input is not padded: each layer shortens a
        subsequence by `kernel_size - 1`.
    n_layers : int, default=1
        Number of ConvLSTM layers, stacked.
    dropout : float, default=0.5
        Share of the last state that training drops.
    dense_units : int, default=100
        Number of rectified units before the softmax.
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
        "dense_units": [SIZE],
    }

    def __init__(
        self,
        n_steps: int = 4,
        filters: int = 64,
        kernel_size: int = 3,
        n_layers: int = 1,
        dropout: float = 0.5,
        dense_units: int = 100,
        *,
        optimizer: str | type | keras.optimizers.Optimizer = "adam",
        epochs: int = 25,
        batch_size: int = 64,
        class_weight: dict[Any, float] | str | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        tol: float = 1e-4,
        callbacks: Any = None,
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

    def _check_sizes(self, config: dict[str, Any]) -> None:
        length = self._subsequence_length(config)
        left = length - self.n_layers * (self.kernel_size - 1)
        if left < 1:
            raise ValueError(
                f"kernel_size={self.kernel_size} and n_layers={self.n_layers} do not fit "
                f"subsequences of {length} time steps (n_timesteps={self.n_timesteps_in_}, "
                f"n_steps={config['n_steps']}): the convolutions leave no time step. Choose fewer "
                "n_steps or a shorter kernel."
            )
