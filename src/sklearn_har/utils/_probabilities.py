"""Check the probabilities of `predict_proba` for timelines and evaluations."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.utils._arrays import refuse_masked

# Rounding changes sums of a float32 softmax by about 1e-6; a larger difference is an error.
_SUM_TOLERANCE = 1e-3


def check_probabilities(probabilities: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return probabilities of shape (n_windows, n_classes) whose rows add up to 1."""
    refuse_masked(probabilities, name)
    values = np.asarray(probabilities)
    if values.dtype.kind not in "iuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {values.dtype}.")
    if values.ndim != 2 or 0 in values.shape:
        raise ValueError(
            f"{name} must have shape (n_windows, n_classes) with at least one window and one "
            f"class, as predict_proba returns them, got shape {values.shape}."
        )
    values = values.astype(np.float64)
    with np.errstate(invalid="ignore"):  # infinities are refused below
        sums = values.sum(axis=1)
        wrong = ~((values >= 0.0).all(axis=1) & (np.abs(sums - 1.0) <= _SUM_TOLERANCE))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{name} must be 0 or more and add up to 1 in each row, as predict_proba returns "
            f"them; row {row} is {values[row].tolist()}."
        )
    return np.asarray(values / sums[:, np.newaxis])
