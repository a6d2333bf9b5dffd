"""Mean and deviation of windows that need not fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["mean_and_deviation", "parts_of"]

# Values that are worked on at a time: 80 MB in double precision, and all of UCI HAR in one part.
_VALUES = 10_000_000


def parts_of(windows: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Yield parts (n, n_timesteps, n_channels) of windows, one after the other."""
    n = max(1, _VALUES // max(1, windows[0].size))
    for start in range(0, len(windows), n):
        yield windows[start : start + n]


def mean_and_deviation(
    windows: npt.NDArray[Any],
    function: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] | None = None,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return mean and standard deviation of each channel, over windows and time.

    `numpy.std` makes a copy of all windows, in double precision here; these sums need one of a part
    only. Single precision would lose the digits of a long recording. `function` is applied to each
    part first.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.utils._moments import mean_and_deviation
    >>> mean_and_deviation(np.array([[[1.0], [3.0]], [[5.0], [7.0]]]))
    (array([4.]), array([2.23606798]))
    """

    def parts() -> Iterator[npt.NDArray[Any]]:
        return parts_of(windows) if function is None else map(function, parts_of(windows))

    n = windows.shape[0] * windows.shape[1]
    total: Any = 0.0
    for part in parts():
        total = total + part.sum(axis=(0, 1), dtype=np.float64)
    mean = total / n
    squares: Any = 0.0
    for part in parts():
        # In two passes: the sum of the squares less the square of the sum would cancel.
        rest = np.subtract(part, mean, dtype=np.float64)
        squares = squares + np.square(rest, out=rest).sum(axis=(0, 1))
    return mean, np.sqrt(squares / n)
