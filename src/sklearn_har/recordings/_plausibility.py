"""What looks wrong in a recording though it may be right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from sklearn_har.recordings._recording import Recording
from sklearn_har.recordings._units import ACCELERATION, ANGULAR_VELOCITY
from sklearn_har.utils._warnings import warn_of_recording

__all__ = ["oddities", "warn_of_oddities"]

# In Hz: sensors of movement are sampled within, with room on both sides.
_SLOWEST, _FASTEST = 1.0, 5000.0
# In rad/s: 2000 deg/s is the widest range of common sensors.
_FASTEST_TURN = 40.0
# The length of the acceleration of a device at rest in other units than g, with a wide margin.
_AT_REST = {"m/s2": (4.9, 19.6), "mg": (490.0, 1960.0)}
_CONVERTED_TWICE = {"m/s2": (0.05, 0.2), "mg": (0.0005, 0.002)}
_SHOWN = 3


def oddities(recording: Recording, units: Mapping[str, str]) -> dict[str, list[str]]:
    """Return sentences about possible mistakes by kind; `units` are by the name of the channel."""
    found = {
        "gaps": _about_gaps(recording),
        "constants": _about_constants(recording),
        "accelerations": _about_accelerations(recording, units),
        "angular velocities": _about_angular_velocities(recording, units),
    }
    return {kind: list(sentences) for kind, sentences in found.items()}


def warn_of_oddities(found: Mapping[str, list[str]]) -> None:
    """Warn of each."""
    for sentences in found.values():
        for sentence in sentences:
            warn_of_recording(sentence)


def _about_gaps(recording: Recording) -> Iterator[str]:
    time = recording.time
    steps = np.diff(time, prepend=time[0])[recording.breaks]
    # Where a clock starts anew, the time goes on by one step.
    found = recording.breaks[steps > 1.5 / recording.sampling_rate]
    if len(found):
        shown = ", ".join(
            f"{time[i] - time[i - 1]:.3g} s after {time[i - 1]:.3f} s" for i in found[:_SHOWN]
        )
        more = ", ..." if len(found) > _SHOWN else ""
        yield (
            f"The recording has {len(found)} gap(s) ({shown}{more}); they are kept as breaks, "
            "which no window crosses."
        )


def _about_constants(recording: Recording) -> Iterator[str]:
    if len(recording) > 1:
        still = (recording.samples == recording.samples[0]).all(axis=0)
        names = [n for n, constant in zip(recording.channel_names, still, strict=True) if constant]
        if names:
            yield f"The channel(s) {names} have one value throughout: a sensor may be off."


def _about_accelerations(recording: Recording, units: Mapping[str, str]) -> Iterator[str]:
    for names, vectors in _vectors(recording, units, ACCELERATION, "acc"):
        length = float(np.median(np.linalg.norm(vectors, axis=1)))
        unit = units.get(names[0])
        for other, (low, high) in _AT_REST.items():
            if low < length < high:
                yield (
                    f"The accelerations {names} have a typical length of {length:.3g} g, which "
                    f"speaks for {other}: pass units='{other}' for them if so."
                )
        # Without gravity, a small length is what a device at rest has.
        linear = any(re.search("body|lin|user", name, re.IGNORECASE) for name in names)
        low, high = _CONVERTED_TWICE.get(str(unit), (0.0, 0.0))
        if low < length < high and not linear:
            yield (
                f"The accelerations {names} have a typical length of {length:.3g} g after the "
                f"conversion from {unit}; if gravity is in them, they were in g before: pass "
                "units='g'."
            )


def _about_angular_velocities(recording: Recording, units: Mapping[str, str]) -> Iterator[str]:
    for names, vectors in _vectors(recording, units, ANGULAR_VELOCITY, "gyr"):
        fastest = float(np.abs(vectors).max())
        if fastest > _FASTEST_TURN:
            yield (
                f"The angular velocities {names} reach {fastest:.3g} rad/s, more than sensors "
                "measure, which speaks for deg/s: pass units='deg/s' for them if so."
            )


def _vectors(
    recording: Recording, units: Mapping[str, str], kind: Mapping[str, float], word: str
) -> Iterator[tuple[list[str], NDArray[np.floating]]]:
    """Give the channels of a kind, by their unit or else their name, sensor by sensor."""
    sensors: dict[str, list[int]] = {}
    for i, name in enumerate(recording.channel_names):
        unit = units.get(name)
        if unit in kind or (unit is None and word in name.lower()):
            sensors.setdefault(re.sub(r"[\W_]*[xyzXYZ]$", "", name), []).append(i)
    for columns in sensors.values():
        if len(columns) == 3 or word == "gyr":
            yield [recording.channel_names[i] for i in columns], recording.samples[:, columns]
