"""Check arrays of numbers that are passed as arguments."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Rounding changes sums of a float32 softmax by about 1e-6; a larger difference is an error.
_SUM_TOLERANCE = 1e-3


def finite_weights(sample_weight: ArrayLike | None) -> Any:
    """Return weights as float64 for further checks by scikit-learn; None stays None."""
    if sample_weight is None:
        return None
    refuse_masked(sample_weight, "sample_weight")
    weight = real_array(sample_weight, "sample_weight", "numbers, one for each window")
    if not np.isfinite(weight).all():
        raise ValueError(
            f"sample_weight must be finite, got NaN or infinity: {weight[~np.isfinite(weight)][0]}."
        )
    # A single number for all windows, not an array without dimensions.
    return weight[()]


def refuse_masked(values: Any, name: str) -> None:
    """Raise a ValueError for a masked array that hides values.

    NumPy drops the mask when it converts to an ordinary array, so masked values would count.
    """
    if isinstance(values, np.ma.MaskedArray) and (hidden := np.count_nonzero(values.mask)):
        raise ValueError(
            f"{name} must not be masked, got an array with {hidden} masked values, which would "
            "count as if they were measured. Leave them out, or replace them by array.filled()."
        )


def real_array(values: ArrayLike, name: str, accepted: str) -> NDArray[np.float64]:
    """Return integers and floats as an array of floats, or raise an error about `name`.

    Text that looks like a number, complex numbers and integers beyond all floats are refused.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold {accepted}, got {values!r}.")
    return array.astype(np.float64)


def one_each(values: Any, name: str, what: str, n: int, of: str = "windows") -> NDArray[Any]:
    """Return an array with one value (`what`) for each of `n` windows, or what `of` names."""
    array = np.asarray(values)
    if array.shape != (n,):
        raise ValueError(
            f"{name} must have one {what} for each of the {n} {of}, got shape {array.shape}."
        )
    return array


def require_labels(estimator: Any, y: Any) -> None:
    """Raise the error of scikit-learn for a classifier that is fitted without labels."""
    if y is None:
        raise ValueError(
            f"This {type(estimator).__name__} estimator requires y to be passed, but the target y "
            "is None."
        )


def plain_labels(labels: Any, name: str) -> Any:
    """Return labels as NumPy types; integers of pandas' own types stay integers.

    A mixture of text and numbers is a TypeError: it cannot be sorted, and would become text.
    """
    dtype: Any = getattr(labels, "dtype", None)
    if hasattr(dtype, "numpy_dtype") and not labels.isna().any():
        return labels.to_numpy(dtype=dtype.numpy_dtype)
    if isinstance(labels, list | tuple) or getattr(dtype, "kind", "") == "O":
        kinds = {isinstance(label, str): type(label).__name__ for label in labels}
        if len(kinds) > 1:
            raise TypeError(
                f"{name} must hold labels of one kind, got {' and '.join(sorted(kinds.values()))}. "
                "Make them all text by [str(label) for label in labels]."
            )
    return labels


def is_one_hot(labels: Any) -> bool:
    """Return whether labels have one column for each class, and one 1 in each row."""
    array = np.asarray(labels)
    return bool(
        array.ndim == 2
        and array.shape[1] > 1
        and array.dtype.kind in "biuf"
        and np.isin(array, (0, 1)).all()
        and (array.sum(axis=1) == 1).all()
    )


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
