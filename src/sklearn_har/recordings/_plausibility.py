"""Warn of samples that look wrong but may be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from sklearn_har.recordings._kinds import (
    ACCELERATION,
    ANGULAR_VELOCITY,
    UNITS,
    Sensor,
    kind_in,
    sensors_of,
    unit_in,
)
from sklearn_har.recordings._recording import Recording, typical_rate
from sklearn_har.recordings._ticks import some_of
from sklearn_har.utils._text import first_few
from sklearn_har.utils._warnings import warn_of_recording

Floats = NDArray[np.floating]

# In rad/s: 2000 deg/s is the widest range of common sensors.
_FASTEST_TURN = 40.0
# In g: the magnitude of gravity in other units and in counts of common sensors. The ranges leave
# room for movement and do not overlap.
_SCALES = (
    ("m/s2", 4.9, 19.6),
    ("1/64 g", 45.0, 90.0),
    ("1/256 g", 190.0, 340.0),
    ("mg", 490.0, 1960.0),
    # Other magnitudes of this size are counts.
    ("mm/s2", 9_600.0, 10_100.0),
    ("ug", 7e5, 1.5e6),
)
_PLAUSIBLE = (0.5, 2.5)
# In g: gravity after one conversion too many.
_CONVERTED_TWICE = {
    unit: (0.5 * size, 2.0 * size) for unit, size in ACCELERATION.items() if size != 1.0
}
_ACCELERATIONS = {"acceleration", "linear acceleration", "gravity"}
# In s: within this time gravity hardly turns and movement cancels out.
_BLOCK = 2.0
# A larger share of samples than this is not an accident.
_ZEROS, _FROZEN = 0.01, 0.1
# The number of samples that gives a rate, and the factor by which a rate changes without jitter.
_QUARTER, _CHANGED = 100, 1.3
# This many samples give a typical value.
_A_FEW = 20_000


def oddities(
    recording: Recording, units: Mapping[str, str], columns: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """Return sentences about possible mistakes, by kind.

    `units` and `columns` are given by the name of the channel. The names of `columns` in the file
    may contain more.
    """
    names = recording.channel_names
    titles = [(columns or {}).get(name, name) for name in names]
    given = [units.get(name) for name in names]
    sensors = sensors_of(titles, given)
    seen = _stretches_of(recording)
    found = {
        "gaps": _about_gaps(recording),
        "rate": _about_rate(seen),
        "constants": _about_constants(recording),
        "repetitions": _about_repetitions(seen, sensors),
        "accelerations": _about_accelerations(seen, sensors, titles, units),
        "angular velocities": _about_angular_velocities(seen, sensors, titles, given),
    }
    return {kind: list(sentences) for kind, sentences in found.items()}


def _stretches_of(recording: Recording) -> Recording:
    rows = some_of(len(recording))
    if isinstance(rows, slice):
        return recording
    return Recording(
        recording.samples[rows],
        recording.time[rows],
        sampling_rate=recording.sampling_rate,
        channel_names=recording.channel_names,
    )


def warn_of_oddities(found: Mapping[str, list[str]]) -> None:
    """Warn of each of these."""
    for sentences in found.values():
        for sentence in sentences:
            warn_of_recording(sentence)


def _about_gaps(recording: Recording) -> Iterator[str]:
    time = recording.time
    breaks = recording.breaks[(recording.breaks > 0) & (recording.breaks < len(time))]
    # When a clock restarts, the time goes on by one step.
    found = breaks[time[breaks] - time[breaks - 1] > 1.5 / recording.sampling_rate]
    if len(found):
        shown = first_few(f"{time[i] - time[i - 1]:.3g} s after {time[i - 1]:.3f} s" for i in found)
        yield (
            f"The recording has {len(found)} gap(s) ({shown}); they are kept as breaks, "
            "which no window crosses."
        )


def _about_rate(recording: Recording) -> Iterator[str]:
    """Report a lasting change of the rate: each quarter has its own."""
    quarters = np.array_split(recording.time, 4)
    if len(quarters[-1]) < _QUARTER:
        return
    rates = [typical_rate(quarter) for quarter in quarters]
    if max(rates) > _CHANGED * min(rates):
        shown = ", ".join(f"{rate:.4g}" for rate in rates)
        yield (
            f"The sampling rate changes: {shown} Hz in the four quarters of the recording. "
            "Resampling takes the typical rate of all."
        )


def _about_constants(recording: Recording) -> Iterator[str]:
    if len(recording) > 1:
        samples = recording.samples
        # For most channels, few samples show that they change.
        still = (samples[:: len(samples) // _A_FEW + 1] == samples[0]).all(axis=0)
        still[still] = (samples[:, still] == samples[0, still]).all(axis=0)
        names = [n for n, constant in zip(recording.channel_names, still, strict=True) if constant]
        if names:
            yield f"The channel(s) {names} have one value throughout: a sensor may be off."


def _about_repetitions(recording: Recording, sensors: list[Sensor]) -> Iterator[str]:
    """Report zeros in all axes, and values that a sensor repeated while it was off."""
    for sensor in sensors:
        vectors = recording.samples[:, sensor.columns]
        names = [recording.channel_names[i] for i in sensor.columns]
        moving = (vectors[:: len(vectors) // _A_FEW + 1] != vectors[0]).any()
        zeros = _share_of_rows(vectors == 0) if sensor.kind == "acceleration" else 0.0
        if moving and zeros > _ZEROS:
            yield (
                f"The accelerations {names} are exactly zero in {zeros:.0%} of the samples, which "
                "no sensor measures: it may have been off. Leave these samples out."
            )
        elif moving:
            share = _frozen(vectors, recording.sampling_rate)
            if share > _FROZEN:
                yield (
                    f"The channels {names} keep one value for seconds, in {share:.0%} of the "
                    "samples: the sensor may have been off, or samples were repeated."
                )


# This many samples show whether values are coarse.
_TELLING = 10_000


def _share_of_rows(true: NDArray[np.bool_]) -> float:
    """Return the share of rows in which all values are true."""
    rows = true[:, 0]
    return float(true[rows].all(axis=1).sum() / len(true)) if rows.any() else 0.0


def _frozen(vectors: Floats, rate: float) -> float:
    """Return the share of samples in long runs of one value; 0 if the values are coarse."""
    same = vectors[1:, 0] == vectors[:-1, 0]
    if same.mean() < _FROZEN / 2:
        return 0.0
    same &= (vectors[1:] == vectors[:-1]).all(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], same.astype(np.int8), [0]])))
    runs = (edges[1::2] - edges[::2] + 1) if len(edges) else np.zeros(0, dtype=np.int64)
    long = runs >= max(20.0, _BLOCK * rate)
    if not long.any():
        return 0.0
    others = vectors[1:][~same][:_TELLING]
    # A coarse sensor at rest repeats its values.
    fine = len(others) > 20 and len(np.unique(others, axis=0)) > 0.8 * len(others)
    return float(runs[long].sum() / len(vectors)) if fine else 0.0


def gravity_of(vectors: Floats, rate: float) -> float:
    """Return the typical magnitude of means over seconds: gravity, as movement cancels out."""
    n = max(10, round(_BLOCK * rate))
    if len(vectors) < 2 * n:
        return float(np.linalg.norm(vectors.mean(axis=0)))
    blocks = vectors[: len(vectors) // n * n].reshape(-1, n, vectors.shape[1])
    return float(np.median(np.linalg.norm(blocks.mean(axis=1), axis=1)))


def likely_scale(length: float) -> str | None:
    """Return the unit in which gravity has this magnitude; "g" for about 1, None for no unit.

    "1/N g" stands for the counts of a sensor.
    """
    if _PLAUSIBLE[0] <= length <= _PLAUSIBLE[1]:
        return "g"
    for unit, low, high in _SCALES:
        if low < length < high:
            return unit
    bits = round(float(np.log2(length))) if length > 0 else 0
    return f"1/{2**bits} g" if bits >= 11 and abs(np.log2(length) - bits) < 0.3 else None


def _about_accelerations(
    recording: Recording, sensors: list[Sensor], titles: list[str], units: Mapping[str, str]
) -> Iterator[str]:
    kinds = [sensor.kind for sensor in sensors]
    # Without names that say otherwise, the first three axes count as accelerations in g.
    unnamed = (
        sensors[kinds.index(None)] if None in kinds and not _ACCELERATIONS & {*kinds} else None
    )
    for sensor in sensors:
        names = [recording.channel_names[i] for i in sensor.columns]
        vectors = recording.samples[:, sensor.columns]
        few = vectors[:: len(vectors) // _A_FEW + 1]
        length = float(np.median(np.linalg.norm(few, axis=1)))
        gravity = gravity_of(vectors, recording.sampling_rate)
        unit = units.get(names[0])
        if sensor is unnamed or sensor.kind == "acceleration":
            told = _of_length(length, gravity, unit)
        elif sensor.kind in ("linear acceleration", "gravity"):
            told = _of_scale(length, unit) if length > _PLAUSIBLE[1] else None
        else:
            told = None
        if told is not None:
            header = unit_in(titles[sensor.columns[0]])
            differs = header in UNITS and header != unit
            said = f" The names of the columns say {header}." if differs else ""
            yield (
                f"The accelerations {names} have a typical magnitude of {length:.3g} g{told}{said}"
            )


def _of_length(length: float, gravity: float, unit: str | None) -> str | None:
    """Return a phrase if a typical magnitude is not that of a device on a body."""
    low, high = _CONVERTED_TWICE.get(str(unit), (0.0, 0.0))
    if gravity < 0.5 * length or (gravity < _PLAUSIBLE[0] and not low < gravity < high):
        if length > 0.05 or gravity > 0:
            return (
                f", of which {gravity:.2g} g keep their direction: gravity is missing, or the unit "
                "is wrong. Preparations for UCI HAR and models trained on it need gravity. Some "
                "loggers write it to columns of their own, and leave it out of 'user' or 'linear' "
                "acceleration: add it by gravity= and platform=, or record with gravity."
            )
        return None
    if low < length < high:
        return (
            f" after the conversion from {unit}, and keep their direction: they were in g before. "
            "Pass units='g' if so."
        )
    return _of_scale(length, unit)


def _of_scale(length: float, unit: str | None) -> str | None:
    scale = likely_scale(length)
    if scale == "g" or length <= _PLAUSIBLE[1]:
        return None
    if scale in UNITS:
        also = " (or cm/s2, which are nearly as large)" * (scale == "mg")
        return f". They look like {scale}{also}: if so, pass units='{scale}' for them."
    if scale is not None:
        return (
            f". They look like raw counts of {scale}: divide them by "
            f"{scale.removeprefix('1/').removesuffix(' g')} before reading, and pass units='g'."
        )
    return (
        ", which no sensor on a body measures: they may be raw counts. Divide them by the counts "
        "per g of the sensor before reading."
    )


def _about_angular_velocities(
    recording: Recording, sensors: list[Sensor], titles: list[str], given: list[str | None]
) -> Iterator[str]:
    turning = [
        i
        for i, (title, unit) in enumerate(zip(titles, given, strict=True))
        if unit in ANGULAR_VELOCITY or (unit is None and kind_in(title) == "angular velocity")
    ]
    whole = [sensor.columns for sensor in sensors if {*sensor.columns} <= {*turning}]
    in_sensors = {i for columns in whole for i in columns}
    for columns in whole + [[i] for i in turning if i not in in_sensors]:
        names = [recording.channel_names[i] for i in columns]
        fastest = float(np.abs(recording.samples[:, columns]).max())
        if fastest > _FASTEST_TURN:
            yield (
                f"The angular velocities {names} reach {fastest:.3g} rad/s, more than sensors "
                "measure. They look like deg/s: if so, pass units='deg/s' for them."
            )
