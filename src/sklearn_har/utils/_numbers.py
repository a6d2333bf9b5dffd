"""Checks of single numbers that are given as arguments."""

from __future__ import annotations

import math
import numbers
from typing import Any

__all__ = ["check_integer", "check_rate", "check_real"]


def check_integer(value: Any, name: str, *, minimum: int) -> int:
    """Return `value` as an int, or say what `name` accepts.

    A bool is not taken for a number: ``n_subjects=True`` is a slip of the keyboard.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer of at least {minimum}, got {value!r}.")
    if value < minimum:
        raise ValueError(f"{name} must be an integer of at least {minimum}, got {value}.")
    return int(value)


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
    number = float(value)
    too_low = number <= minimum if exclude_minimum else number < minimum
    if not math.isfinite(number) or too_low or number >= below:
        raise ValueError(f"{name} must be {accepted}, got {value!r}.")
    return number


def check_rate(value: Any, name: str = "sampling_rate") -> float:
    """Return a number of Hz above 0 as a float, or say what `name` accepts."""
    return check_real(value, name, minimum=0.0, exclude_minimum=True, unit="Hz")
