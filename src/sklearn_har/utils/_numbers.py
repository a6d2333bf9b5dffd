"""Checks of numbers that are given as arguments."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "check_integer",
    "check_rate",
    "check_real",
    "finite_weights",
    "real_array",
    "refuse_masked",
]


# A longer period than of thirty years is no rate, and times in seconds could not be computed.
_SLOWEST = 1e-9


def check_integer(value: Any, name: str, *, minimum: int, maximum: int | None = None) -> int:
    """Return `value` as an int, or say what `name` accepts.

    A bool is not taken for a number: ``n_subjects=True`` is a slip of the keyboard.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer of at least {minimum}, got {value!r}.")
    number = int(value)
    if number < minimum:
        raise ValueError(f"{name} must be an integer of at least {minimum}, got {number}.")
    if maximum is not None and number > maximum:
        raise ValueError(f"{name} must be an integer of at most {maximum}, got {number}.")
    return number


def check_real(
    value: Any,
    name: str,
    *,
    minimum: float,
    below: float = math.inf,
    exclude_minimum: bool = False,
    unit: str = "",
) -> float:
    """Return `value` as a finite float of an interval, or say what `name` accepts."""
    accepted = f"a finite number {'above' if exclude_minimum else 'of at least'} {minimum:g}"
    if math.isfinite(below):
        accepted += f" and below {below:g}"
    if unit:
        accepted += f" ({unit})"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be {accepted}, got {value!r}.")
    try:
        number = float(value)
    except OverflowError:  # an integer or a fraction beyond all floats
        number = -math.inf if value < 0 else math.inf
    too_low = number <= minimum if exclude_minimum else number < minimum
    if not math.isfinite(number) or too_low or number >= below:
        raise ValueError(f"{name} must be {accepted}, got {value!r}.")
    return number


def check_rate(value: Any, name: str = "sampling_rate") -> float:
    """Return a number of Hz above 0 as a float, or say what `name` accepts."""
    rate = check_real(value, name, minimum=0.0, exclude_minimum=True, unit="Hz")
    if rate < _SLOWEST:
        raise ValueError(f"{name} must be at least {_SLOWEST:g} Hz, got {value!r}.")
    return rate


def finite_weights(sample_weight: ArrayLike | None) -> Any:
    """Return weights as float64, to be checked further by scikit-learn, and None as it is."""
    if sample_weight is None:
        return None
    refuse_masked(sample_weight, "sample_weight")
    weight = real_array(sample_weight, "sample_weight", "numbers, one for each window")
    if not np.isfinite(weight).all():
        raise ValueError(
            f"sample_weight must be finite, got NaN or infinity: {weight[~np.isfinite(weight)][0]}."
        )
    # A single number for all windows, not an array of no dimensions.
    return weight[()]


def refuse_masked(values: Any, name: str) -> None:
    """Raise a ValueError for a masked array that hides values.

    NumPy drops the mask on the way to an ordinary array, and what was marked as invalid would
    silently count.
    """
    if isinstance(values, np.ma.MaskedArray) and (hidden := np.count_nonzero(values.mask)):
        raise ValueError(
            f"{name} must not be masked, got an array with {hidden} masked values, which would "
            "count as if they were measured. Leave them out, or replace them by array.filled()."
        )


def real_array(values: ArrayLike, name: str, accepted: str) -> NDArray[np.float64]:
    """Return an array-like of integers and floats as floats, or say what `name` accepts.

    Text that looks like a number, complex numbers and integers beyond all floats are none.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold {accepted}, got {values!r}.")
    return array.astype(np.float64)
