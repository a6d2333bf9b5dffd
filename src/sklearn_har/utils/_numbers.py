"""Check numbers that are passed as arguments, in modules that must not load NumPy."""

import math
import numbers
from typing import Any

# A period above thirty years is not a rate, and times in seconds would overflow.
_SLOWEST = 1e-9


def check_integer(value: Any, name: str, *, minimum: int, maximum: int | None = None) -> int:
    """Return `value` as an int, or raise an error about `name`.

    A bool is refused: ``n_subjects=True`` is a typing error.
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
    """Return `value` as a finite float in an interval, or raise an error about `name`."""
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
    """Return a number of Hz above 0 as a float, or raise an error about `name`."""
    rate = check_real(value, name, minimum=0.0, exclude_minimum=True, unit="Hz")
    if rate < _SLOWEST:
        raise ValueError(f"{name} must be at least {_SLOWEST:g} Hz, got {value!r}.")
    return rate
