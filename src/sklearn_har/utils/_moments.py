"""Compute mean and deviation of windows that may exceed the memory."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

# Values to process at once: 80 MB in double precision, which includes all of UCI HAR.
_VALUES = 10_000_000


def parts_of(windows: npt.NDArray[Any], n_values: int | None = None) -> Iterator[npt.NDArray[Any]]:
    """Yield parts (n, n_timesteps, n_channels) of windows, one after the other."""
    n = max(1, (n_values or _VALUES) // max(1, windows[0].size))
    for start in range(0, len(windows), n):
        yield windows[start : start + n]


def mean_and_deviation(
    windows: npt.NDArray[Any],
    function: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] | None = None,
    n_values: int | None = None,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return mean and standard deviation of each channel, over windows and time.

    `numpy.std` would copy all windows in double precision; these sums copy one part at a time.
    Single precision would lose digits for long recordings. `function` is applied to each part
    first.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.utils._moments import mean_and_deviation
    >>> mean_and_deviation(np.array([[[1.0], [3.0]], [[5.0], [7.0]]]))
    (array([4.]), array([2.23606798]))
    """

    def parts() -> Iterator[npt.NDArray[Any]]:
        found = parts_of(windows, n_values)
        return found if function is None else map(function, found)

    n = windows.shape[0] * windows.shape[1]
    total: Any = 0.0
    for part in parts():
        total = total + part.sum(axis=(0, 1), dtype=np.float64)
    mean = total / n
    squares: Any = 0.0
    for part in parts():
        # In two passes, because sums of squares minus squares of sums would cancel.
        rest = np.subtract(part, mean, dtype=np.float64)
        squares = squares + np.square(rest, out=rest).sum(axis=(0, 1))
    return mean, np.sqrt(squares / n)
