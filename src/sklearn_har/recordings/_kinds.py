"""Convert units, and guess the kinds and units of channels and their sensors from names.

All functions are pure; none uses the options of the reading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
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

Kind = Literal["acceleration", "linear acceleration", "gravity", "angular velocity", "other"]

# The first match counts. Text directly after a unit excludes it, as in the g of "gyro".
_PER_S = r"\s*(/|per|_per_)\s*s(ec(ond)?)?"
# After the unit of length that is formatted in.
_PER_S2 = (
    r"{0}\s*(/|_per_)\s*\(?[s\u0441](ec)?\s*(\^?2|²|\*\*2)\)?|{0}/s/s|"
    r"{0}[\s·*._]?s(\^?-?2|⁻²)|{0}ps2"
)
_SPELLINGS = (
    ("m/s2", _PER_S2.format("[m\u043c]") + r"|meters? ?/ ?s"),
    ("cm/s2", _PER_S2.format("cm") + r"|gals?"),
    ("mm/s2", _PER_S2.format("mm")),
    ("rad/s", rf"rad(ians?)?{_PER_S}"),
    ("mrad/s", rf"m(illi)?rad(ians?)?{_PER_S}"),
    ("deg/s", rf"(d(eg(rees?)?)?|°){_PER_S}|dps"),
    ("mdeg/s", rf"(m(illi)?(d(eg(rees?)?)?|°)){_PER_S}|mdps"),
    ("rpm", r"rpm|r(ev)?/min"),
    ("ug", r"([u\u00b5\u03bc]|micro-?)g"),
    ("mg", r"mg|milli-?g"),
    ("g", r"g|g's|gs"),
)
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*(?:\([^()]*\))?[^()\[\]{}]*)[)\]}]")
_WORDS: tuple[tuple[Kind, str], ...] = (
    ("other", r"mag(net|_|x|y|z|$)|orient|euler|quat|press|baro|\btemp|light|batter|azimuth"),
    (
        "angular velocity",
        r"gyr|rot(ation)?[ _-]?rate|angul|winkel|omega|^w[xyz]$|角速|陀螺|углов|гироск|각속도|"
        r"자이로",
    ),
    (
        "linear acceleration",
        r"lin(ear)?|user|body|free.?acc|without.?g|no.?grav|ohne.?g|sans.?g|sin.?g",
    ),
    ("acceleration", r"incl\w*grav|grav\w*incl"),
    ("gravity", r"grav"),
    ("acceleration", r"acc|acel|accél|beschl|versnel|przysp|^gf[xyz]$|加速|ускор|가속"),
)


class Sensor(NamedTuple):
    """Three channels of one sensor, in the order x, y, z if their names have axes."""

    columns: list[int]
    kind: Kind | None
    #: The given unit, or else the one in the names.
    unit: str | None


def unit_in(name: str) -> str | None:
    """Return the unit in a name, "other" for units that are not of movement.

    Examples
    --------
    >>> from sklearn_har.recordings._kinds import unit_in
    >>> [unit_in(name) for name in ("x-axis (g)", "ACCELEROMETER X (m/s²)", "gyro_x_mdps", "ax")]
    ['g', 'm/s2', 'mdeg/s', None]
    """
    found = _BRACKETS.search(name)
    if found is None:
        ends = (name[space.end() :] for space in re.finditer(r"[_ ]", name))
        last = next(filter(None, map(_unit_of, ends)), None)
        # A single "g" also stands for a gyroscope.
        return last if last != "g" or kind_in(name) in ("acceleration", "gravity") else None
    return _unit_of(found[1].strip()) or "other"


def _unit_of(text: str) -> str | None:
    return next(
        (unit for unit, spelling in _SPELLINGS if re.fullmatch(spelling, text, re.IGNORECASE)), None
    )


def kind_in(name: str) -> Kind | None:
    """Return the kind of channel in a name.

    Examples
    --------
    >>> from sklearn_har.recordings._kinds import kind_in
    >>> kind_in("Shimmer_40AC_Accel_LN_X_CAL"), kind_in("LINEAR ACCELERATION X"), kind_in("x")
    ('acceleration', 'linear acceleration', None)
    """
    plain = _BRACKETS.sub("", name).strip().lower()
    return next((kind for kind, words in _WORDS if re.search(words, plain)), None)


def axis_in(name: str) -> tuple[str, str] | None:
    """Return a name without its axis, and the axis; None without an axis.

    Examples
    --------
    >>> from sklearn_har.recordings._kinds import axis_in
    >>> axis_in("Accel_LN_X_CAL"), axis_in("gFz"), axis_in("accY"), axis_in("time")
    (('Accel_LN__CAL', 'x'), ('gF', 'z'), ('acc', 'y'), None)
    """
    plain = _BRACKETS.sub("", name).strip()
    found = (
        re.search(r"(?<![A-Za-z])[xyz](?![A-Za-z])", plain, re.IGNORECASE)
        or re.search(r"(?<=[a-z])[XYZ](?![a-z])", plain)
        or re.search(r"(?<=[A-Za-z])[xyz](?=$|[_\W\d])", plain, re.IGNORECASE)
    )
    if found is None:
        return None
    return plain[: found.start()] + plain[found.end() :], found[0].lower()


def sensors_of(names: Sequence[str], units: Sequence[str | None]) -> list[Sensor]:
    """Return the sensors with three axes among channels; units may be None.

    Channels belong together by the axes in their names. Three accelerations by unit without axes in
    their names are a sensor too.
    """
    stems: dict[str, dict[str, int]] = {}
    for i, name in enumerate(names):
        axis = axis_in(name)
        if axis is not None:
            stems.setdefault(axis[0], {}).setdefault(axis[1], i)
    triples = [[axes[a] for a in "xyz"] for axes in stems.values() if len(axes) == 3]
    taken = {i for triple in triples for i in triple}
    rest = [i for i, unit in enumerate(units) if unit in ACCELERATION and i not in taken]
    if len(rest) == 3:
        triples.append(rest)
    return [Sensor(triple, *_describe(triple, names, units)) for triple in triples]


def _describe(
    triple: Sequence[int], names: Sequence[str], units: Sequence[str | None]
) -> tuple[Kind | None, str | None]:
    stated = next((units[i] for i in triple if units[i] is not None), None)
    unit = stated or next((u for u in (unit_in(names[i]) for i in triple) if u), None)
    kind = kind_in(names[triple[0]])
    if stated is not None or (kind is None and unit in UNITS):
        turning = unit not in ACCELERATION
        if turning or kind not in ("acceleration", "linear acceleration", "gravity"):
            kind = "angular velocity" if turning else "acceleration"
    elif unit == "other":
        kind = "other"
    return kind, unit


def convert(samples: NDArray[np.float64], units: Sequence[str | None]) -> NDArray[np.float64]:
    """Return accelerations in g and angular velocities in rad/s; None keeps a channel unchanged."""
    factors = np.array([1.0 if unit is None else UNITS[unit] for unit in units])
    converted: NDArray[np.float64] = samples if (factors == 1.0).all() else samples * factors
    return converted


def counts_rows(values: pd.Series[Any] | NDArray[Any]) -> bool:
    """Return whether values only increase, as a clock, a counter or an index does."""
    array = np.asarray(values)
    if array.dtype.kind not in "iuf" or len(array) < 2:
        return False
    steps = np.diff(array.astype(np.float64))
    if len(steps) < 20:
        return bool(array.dtype.kind in "iu" and (steps == 1).all())
    # A counter of few bits restarts.
    counted = array.dtype.kind in "iu" and (steps == 1).mean() > 0.95
    return bool((steps > 0).all() or counted)
