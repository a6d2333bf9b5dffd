"""The LSTM classifier."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import keras
import numpy as np

from sklearn_har.augmentation import Augmentation
from sklearn_har.neural_network._base import BaseRecurrentClassifier
from sklearn_har.neural_network._docs import share_docs
from sklearn_har.neural_network._networks import build_lstm
from sklearn_har.neural_network._sizes import POOLING, SHARE, SIZE, subsequence_length

__all__ = ["LSTMClassifier"]


@share_docs(epochs=15)
class LSTMClassifier(BaseRecurrentClassifier):
    """Recognise activities with a long short-term memory network.

    An LSTM reads the window, dropout follows, then a dense layer of rectified units and a softmax
    over the activities. The defaults are the published network for UCI HAR: 54,706 weights for
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
        With None each LSTM step reads one time step. With a number the window is cut into
        `n_steps` subsequences, and each LSTM step reads one of them: faster, because the LSTM is
        sequential in its steps. See `remainder` where it does not divide the number of time steps.
    mask_value : float or None, default=None
        With a number, time steps whose channels all have this value are padding and are skipped:
        see :func:`~sklearn_har.segmentation.pad_windows`. Not together with `n_steps`.
    dropout : float, default=0.5
        Share of the LSTM's outputs that training drops.
    dense_units : int or None, default=100
        Number of rectified units before the softmax; None leaves this layer out.
    pooling : {"last", "average", "max", "both"}, default="last"
        What of the last LSTM layer goes on: its last output, or the average, the maximum or both
        over the outputs of all steps.
    {training}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CNNLSTMClassifier : Convolutions over subsequences before the LSTM.
    ConvLSTMClassifier : Convolutions inside the recurrent cell.

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

    _builder = staticmethod(build_lstm)

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseRecurrentClassifier._parameter_constraints,
        "units": [SIZE],
        "n_layers": [SIZE],
        "bidirectional": ["boolean"],
        "n_steps": [SIZE, None],
        "mask_value": [Real, None],
        "dropout": [SHARE],
        "dense_units": [SIZE, None],
        "pooling": [POOLING],
    }

    def __init__(
        self,
        units: int = 100,
        n_layers: int = 1,
        bidirectional: bool = False,
        n_steps: int | None = None,
        mask_value: float | None = None,
        dropout: float = 0.5,
        dense_units: int | None = 100,
        *,
        pooling: str = "last",
        optimizer: str | type | keras.optimizers.Optimizer = "adam",
        epochs: int = 15,
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
        self.units = units
        self.n_layers = n_layers
        self.bidirectional = bidirectional
        self.n_steps = n_steps
        self.mask_value = mask_value
        self.dropout = dropout
        self.dense_units = dense_units
        self.pooling = pooling

    def _check_sizes(self, config: dict[str, Any]) -> None:
        if config["n_steps"] is not None:
            subsequence_length(self.n_timesteps_in_, config["n_steps"], self.remainder)
        if self.mask_value is not None and (
            self.scaling is not None or self.augmentation is not None or self.pooling != "last"
        ):
            raise ValueError(
                f"mask_value={self.mask_value} needs scaling=None, augmentation=None and "
                f"pooling='last', got scaling={self.scaling!r}, augmentation={self.augmentation!r} "
                f"and pooling={self.pooling!r}: padding would be changed or counted as movement. "
                "Scale and augment before pad_windows."
            )
        if self.mask_value is not None and config["n_steps"] is not None:
            raise ValueError(
                f"mask_value={self.mask_value} needs n_steps=None, got n_steps="
                f"{config['n_steps']}: a subsequence can be padding in part, and an LSTM skips "
                "whole steps."
            )
