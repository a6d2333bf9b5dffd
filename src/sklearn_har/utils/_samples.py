"""Check the samples of one recording: values, times and breaks."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.utils._arrays import refuse_masked


def all_finite(values: NDArray[Any]) -> bool:
    """Return whether all values are finite, without a large temporary array if they are."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum()
    return bool(np.isfinite(total) or np.isfinite(values).all())


def is_increasing(values: NDArray[Any]) -> bool:
    """Return whether each value is larger than the previous one."""
    return bool((values[1:] > values[:-1]).all())


def check_recording(recording: ArrayLike, name: str = "recording") -> NDArray[Any]:
    refuse_masked(recording, name)
    samples = np.asarray(recording)
    if samples.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {samples.dtype}.")
    if samples.ndim == 1:
        samples = samples[:, np.newaxis]
    if samples.ndim != 2 or samples.shape[1] == 0:
        raise ValueError(
            f"{name} must have shape (n_samples, n_channels) or (n_samples,), got {samples.shape}."
        )
    return samples


def check_breaks(breaks: ArrayLike, n_samples: int, name: str) -> NDArray[np.int64]:
    positions = np.asarray(breaks)
    if positions.size == 0:
        return np.empty(0, dtype=np.int64)
    if (
        positions.ndim != 1
        or positions.dtype.kind not in "iu"
        or positions.min() < 0
        or positions.max() > n_samples
    ):
        raise ValueError(
            f"{name} must be a list of sample numbers from 0 to {n_samples}, got {breaks!r}."
        )
    return np.sort(positions).astype(np.int64)


def check_increasing(
    time: NDArray[Any], name: str, of: str, remedy: str = ""
) -> NDArray[np.float64]:
    """Return the times of samples or windows (`of`) as floats; they must increase.

    The error shows all digits, because the last ones matter for seconds since 1970.
    """
    seconds = time.astype(np.float64)
    if not all_finite(seconds):
        raise ValueError(f"{name} must be finite, got {seconds[~np.isfinite(seconds)][0]}.")
    if not is_increasing(seconds):
        late = np.flatnonzero(np.diff(seconds) <= 0.0) + 1
        i = late[0]
        more = f", the first of {len(late)} such places" if len(late) > 1 else ""
        raise ValueError(
            f"{name} must increase strictly from {of} to {of} (in s), got "
            f"{seconds[i]} after {seconds[i - 1]} at {of} {i}{more}.{remedy}"
        )
    return seconds
