"""Convert units of channels to g and rad/s."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: In m/s2, exact by convention.
STANDARD_GRAVITY = 9.80665
ACCELERATION = {
    "g": 1.0,
    "mg": 1e-3,
    "ug": 1e-6,
    "m/s2": 1.0 / STANDARD_GRAVITY,
    "cm/s2": 1e-2 / STANDARD_GRAVITY,
    "mm/s2": 1e-3 / STANDARD_GRAVITY,
}
ANGULAR_VELOCITY = {
    "rad/s": 1.0,
    "mrad/s": 1e-3,
    "deg/s": np.pi / 180.0,
    "mdeg/s": np.pi / 180_000.0,
    "rpm": np.pi / 30.0,
}
UNITS = {**ACCELERATION, **ANGULAR_VELOCITY}


def convert(samples: NDArray[np.float64], units: Sequence[str | None]) -> NDArray[np.float64]:
    """Return accelerations in g and angular velocities in rad/s; None keeps a channel unchanged."""
    factors = np.array([1.0 if unit is None else UNITS[unit] for unit in units])
    converted: NDArray[np.float64] = samples if (factors == 1.0).all() else samples * factors
    return converted
