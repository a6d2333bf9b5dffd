"""Which sizes the classifiers take, and whether they fit together."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

from sklearn_har.neural_network._networks import per_layer
from sklearn_har.utils._compat import Interval, StrOptions
from sklearn_har.utils._validation import check_n_steps

__all__ = [
    "PADDING",
    "POOLING",
    "POOL_AFTER",
    "SHARE",
    "SIZE",
    "check_convolutions",
    "subsequence_length",
]

SIZE = Interval(Integral, 1, None, closed="left")
SHARE = Interval(Real, 0, 1, closed="left")
POOLING = StrOptions({"last", "average", "max", "both"})
POOL_AFTER = StrOptions({"last", "each"})
PADDING = StrOptions({"valid", "same"})


def subsequence_length(n_timesteps: int, n_steps: int, remainder: str) -> int:
    """Return the number of time steps of a subsequence, padded ones counted.

    Raises
    ------
    ValueError
        If `n_steps` does not divide `n_timesteps` and `remainder` is "error".
    """
    if remainder == "error":
        check_n_steps(
            n_steps, n_timesteps, remedy=" Or let remainder='pad' put zeros behind the window."
        )
    return -(-n_timesteps // n_steps)


def check_convolutions(
    estimator: Any,
    length: int,
    *,
    filters: str = "filters",
    kernel_size: str = "kernel_size",
    padding: str,
    what: str,
) -> int:
    """Return the number of time steps that the convolutions of `estimator` leave.

    Parameters
    ----------
    estimator : classifier
        With the parameters `n_conv_layers`, `pool_size` and `pool_after`.
    length : int
        Number of time steps before the convolutions.
    filters, kernel_size : str
        What the estimator calls these parameters.
    padding : {"valid", "same"}
        Padding of the convolutions.
    what : str
        What is convolved, for the message.

    Returns
    -------
    int
        Number of time steps.

    Raises
    ------
    ValueError
        If nothing is left, or a sequence of sizes has not one for each convolution.
    """
    n_layers = estimator.n_conv_layers
    sizes: dict[str, list[Any]] = {}
    for name in (filters, kernel_size):
        value = getattr(estimator, name)
        sizes[name] = per_layer(value, n_layers)
        wrong = [size for size in sizes[name] if not isinstance(size, Integral) or size < 1]
        if wrong or len(sizes[name]) != n_layers:
            raise ValueError(
                f"{name} must be one positive integer or one for each of the n_conv_layers="
                f"{n_layers} convolutions, got {value!r}."
            )
    for i, size in enumerate(sizes[kernel_size]):
        left = length - (size - 1 if padding == "valid" else 0)
        pooled = estimator.pool_after == "each" or i == n_layers - 1
        if left < (estimator.pool_size if pooled else 1):
            raise ValueError(
                f"{kernel_size}={getattr(estimator, kernel_size)}, n_conv_layers={n_layers} and "
                f"pool_size={estimator.pool_size} do not fit {what}: the convolutions leave "
                f"{max(left, 0)} time steps to pool. Choose fewer n_steps, a shorter kernel or a "
                "smaller pool."
            )
        length = left // estimator.pool_size if pooled else left
    return length
