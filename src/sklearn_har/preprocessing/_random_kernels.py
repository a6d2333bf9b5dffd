"""Describe windows by random convolution kernels.

aeon's MiniRocket compiles its loops by numba, which limits the versions of Python and numpy that a
core dependency may.
"""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from sklearn_har.preprocessing._base import VALUES_AT_ONCE, WindowDescription
from sklearn_har.utils._compat import Interval
from sklearn_har.utils._moments import mean_and_deviation

_LENGTH = 9
_N_LARGE = 3
_N_DILATIONS = 9
# Windows to convolve at once, so that the results stay in the cache.
_AT_ONCE = 64
# Windows that thresholds are drawn from.
_N_EXAMPLES = 64


class RandomKernels(WindowDescription, auto_wrap_output_keys=("transform",)):
    """Describe each window by how much of it lies above thresholds behind random kernels.

    A kernel compares nine samples, one to 15 time steps apart in windows of 128, of some channels.
    The features are the shares of the window in which the result exceeds each threshold. They tell
    other windows apart than :class:`WindowFeatures`: :func:`~sklearn_har.recipes.make_fast` joins
    the two.

    Parameters
    ----------
    n_kernels : int, default=112
        Number of kernels.
    n_thresholds : int, default=4
        Number of thresholds of each kernel.
    random_state : int, RandomState instance or None, default=None
        Determines kernels and thresholds.

    Attributes
    ----------
    n_timesteps_in_, n_channels_in_ : int
        Shape of a window. `n_features_in_` is their product, whatever the form of `X`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.
    dilations_ : ndarray of shape (n_kernels,)
        Time steps between the samples that each kernel compares.
    kernels_ : ndarray of shape (n_kernels, n_channels, length)
        Weights of the kernels, for channels in their units.
    thresholds_ : ndarray of shape (n_kernels, n_thresholds)
        The thresholds.

    See Also
    --------
    WindowFeatures : Describe windows by features that have a name.
    sklearn_har.recipes.make_fast : Classify by both.

    Notes
    -----
    As in MiniRocket [1]_, weights are -1 and 2 with a sum of zero, and thresholds are quantiles of
    what the kernel makes of training windows. Channels are divided by their standard deviation, and
    each kernel draws how many of them it reads.

    Every second kernel goes beyond the ends of the window, where zeros stand. Its weights do not
    sum to zero there, so it sees the posture too, at as many levels as it has thresholds.

    MiniRocket has 84 fixed sets of weights. Here they are drawn, and only every second place of the
    window counts, in half the time.

    References
    ----------
    .. [1] Dempster, A., Schmidt, D. F., & Webb, G. I. (2021). MiniRocket: A very fast (almost)
       deterministic transform for time series classification. KDD '21, 248-257.
       :doi:`10.1145/3447548.3467231`

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.preprocessing import RandomKernels
    >>> windows = make_har_windows(n_subjects=2, random_state=0).data
    >>> RandomKernels(random_state=0).fit_transform(windows).shape
    (120, 448)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_kernels": [Interval(Integral, 1, None, closed="left")],
        "n_thresholds": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_kernels: int = 112,
        n_thresholds: int = 4,
        *,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_kernels = n_kernels
        self.n_thresholds = n_thresholds
        self.random_state = random_state

    def _learn(self, windows: npt.NDArray[Any]) -> None:
        random = check_random_state(self.random_state)
        _, n_timesteps, n_channels = windows.shape
        length = min(_LENGTH, n_timesteps)
        farthest = (n_timesteps - 1) // max(1, length - 1)
        spaced = np.geomspace(1, max(1, farthest), _N_DILATIONS).round().astype(int)
        # Kernels of one dilation stand together.
        self.dilations_ = np.sort(np.resize(np.unique(spaced), self.n_kernels))
        order = random.random_sample((self.n_kernels, length)).argsort(axis=1)
        weights = np.where(order < _N_LARGE, 2.0, -1.0)
        n_of = np.exp2(random.uniform(0, np.log2(n_channels + 1), self.n_kernels)).astype(int)
        rank = random.random_sample((self.n_kernels, n_channels)).argsort(axis=1)
        _, deviation = mean_and_deviation(windows, n_values=VALUES_AT_ONCE)
        usual = np.where(deviation > 0.0, deviation, 1.0)
        used = (rank < n_of[:, np.newaxis]) / usual
        self.kernels_ = (used[:, :, np.newaxis] * weights[:, np.newaxis]).astype(np.float32)
        examples = windows[random.randint(len(windows), size=_N_EXAMPLES)]
        one_each = random.randint(_N_EXAMPLES, size=(self.n_kernels, self.n_thresholds))
        shares = random.random_sample((self.n_kernels, self.n_thresholds))
        self.thresholds_ = np.empty((self.n_kernels, self.n_thresholds), np.float32)
        for kernels, found in self._convolve(examples):
            for i, of_kernel in zip(kernels, found.swapaxes(0, 1), strict=True):
                self.thresholds_[i] = [
                    np.quantile(of_kernel[j], share)
                    for j, share in zip(one_each[i], shares[i], strict=True)
                ]

    def _describe(self, windows: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        shares = np.empty((len(windows), *self.thresholds_.shape), np.float32)
        for start in range(0, len(windows), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            for kernels, found in self._convolve(windows[part]):
                above = found[:, :, np.newaxis] > self.thresholds_[kernels, :, np.newaxis]
                shares[part, kernels] = _count(above) / found.shape[2]
        return shares.reshape(len(windows), -1)

    def _names(self) -> list[str]:
        n_kernels, n_thresholds = self.thresholds_.shape
        return [
            f"kernel {i} above threshold {j}" for i in range(n_kernels) for j in range(n_thresholds)
        ]

    def _convolve(self, windows: npt.NDArray[Any]) -> Iterator[tuple[Any, npt.NDArray[Any]]]:
        """Yield numbers of kernels and their results (n_windows, n, n_places)."""
        n_windows, n_timesteps, _ = windows.shape
        length = self.kernels_.shape[2]
        # An even number for each dilation, so that kernels within the window begin at its first
        # time step.
        beyond = (np.unique(self.dilations_) * (length - 1) + 3) // 4 * 2
        farthest = beyond[-1]
        channels = windows.swapaxes(1, 2).astype(np.float32)
        series = np.pad(channels, ((0, 0), (0, 0), (farthest, farthest)))
        # Every second place counts, and what lies side by side is copied faster.
        even_and_odd = [np.ascontiguousarray(series[:, :, i::2]) for i in (0, 1)]
        for dilation, around in zip(np.unique(self.dilations_), beyond, strict=True):
            (kernels,) = np.nonzero(self.dilations_ == dilation)
            reach = dilation * (length - 1)
            n_places = (n_timesteps + 2 * around - reach + 1) // 2
            taps = [
                even_and_odd[first % 2][:, :, first // 2 : first // 2 + n_places]
                for first in farthest - around + dilation * np.arange(length)
            ]
            # (n_windows, n_channels, length, n_places) as one row for each weight.
            rows = np.stack(taps, axis=2).reshape(n_windows, -1, n_places)
            found = self.kernels_[kernels].reshape(len(kernels), -1) @ rows
            first = around // 2
            within = slice(first, (n_timesteps - 1 - reach) // 2 + first + 1)
            yield kernels[::2], found[:, ::2, within]
            yield kernels[1::2], found[:, 1::2]


def _count(true: npt.NDArray[np.bool_]) -> npt.NDArray[np.integer[Any]]:
    """Count along the last axis, faster than `numpy.count_nonzero` does for short ones."""
    # einsum sums bytes where they are, in bytes.
    counts = [
        np.einsum("...i->...", true[..., start : start + 255].view(np.uint8))
        for start in range(0, true.shape[-1], 255)
    ]
    total: npt.NDArray[np.integer[Any]] = (
        counts[0] if len(counts) == 1 else np.sum(counts, axis=0, dtype=np.intp)
    )
    return total
