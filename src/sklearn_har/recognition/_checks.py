"""Checks of recordings against those that a recognizer was trained on."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation
from sklearn_har.recordings import Recording
from sklearn_har.recordings._checks import name_of_recording

__all__ = [
    "check_against_training",
    "order_of_channels",
    "refuse_low_rate",
    "training_facts",
    "warn_of_lost_activities",
]

# Accelerations of people have a median length near 1 g whatever they do. Beyond this factor the
# unit differs.
_OTHER_UNIT = 2.0
# A rate that is lower by this factor than any of the training lacks frequencies the model knows.
_LOWER_RATE = 0.9
# Samples rarer by this factor cannot be windows of movement: their times have another unit.
_HOPELESS_RATE = 0.1
# Samples looked at for the length of accelerations.
_LOOKED_AT = 20_000


def order_of_channels(
    expected: Sequence[str], found: Sequence[str], *, whole: bool = False
) -> list[int] | None:
    """Return the positions of the `expected` channels among those `found`, None if in order.

    With ``whole=True`` further channels are an error. Where no name agrees and the number does, the
    channels are taken in their order, with a warning.
    """
    wanted, names = list(expected), list(found)
    if not wanted or wanted == names:
        return None
    missing = [name for name in wanted if name not in names]
    if len(missing) == len(wanted) == len(names) and not whole:
        warnings.warn(
            f"The channels are named {names}, those of the training recordings {wanted}: they are "
            "taken in their order. If the order differs, name the channels by "
            "read_recording(..., channels={'column': 'name'}).",
            RecordingWarning,
            stacklevel=6,
        )
        return None
    if missing or (whole and len(names) > len(wanted)):
        raise ValueError(
            f"the channels must be {wanted}, got {names}"
            + (f"; {missing} are missing." if missing else ".")
            + " Name them by read_recording(..., channels=...)."
        )
    return [names.index(name) for name in wanted]


def training_facts(recordings: list[Recording], preparation: Preparation) -> dict[str, float]:
    """Return what recordings are compared with at prediction."""
    facts = {"sampling_rate": min(recording.sampling_rate for recording in recordings)}
    lengths = [
        length
        for recording in recordings
        if (length := _length(recording, preparation.acceleration)) is not None
    ]
    if lengths:
        facts["acceleration"] = float(np.median(lengths))
    return facts


def _length(recording: Recording, acceleration: Sequence[int | str]) -> float | None:
    """Return the median length of the accelerations of a recording."""
    names = list(recording.channel_names)
    columns = [names.index(c) if isinstance(c, str) else int(c) for c in acceleration if
               not isinstance(c, str) or c in names]  # fmt: skip
    if len(columns) != 3 or max(columns) >= len(names):
        return None
    step = max(1, len(recording) // _LOOKED_AT)
    return float(np.median(np.linalg.norm(recording.samples[::step, columns], axis=1)))


def check_against_training(
    pieces: Iterable[Recording],
    number: int,
    facts: dict[str, float],
    preparation: Preparation,
) -> Iterator[Recording]:
    """Pass on the pieces of a recording, and say where the first is unlike the training."""
    for i, piece in enumerate(pieces):
        if not isinstance(piece, Recording):
            raise TypeError(
                f"recordings[{number}] must hold Recording, got {type(piece).__name__}."
            )
        if i == 0:
            name = name_of_recording(piece, number)
            for sentence in _differences(piece, facts, preparation):
                warnings.warn(f"{name}: {sentence}", RecordingWarning, stacklevel=6)
        yield piece


def refuse_low_rate(recording: Recording, preparation: Preparation) -> None:
    """Raise a ValueError for a recording whose times probably have another unit."""
    rate = recording.sampling_rate
    if rate < _HOPELESS_RATE * preparation.sampling_rate:
        raise ValueError(
            f"a recording of {rate:g} Hz is too slow for windows at "
            f"{preparation.sampling_rate:g} Hz. If its times count milliseconds, read it with "
            "time_unit='ms'."
        )


def _differences(
    recording: Recording, facts: dict[str, float], preparation: Preparation
) -> Iterator[str]:
    rate = recording.sampling_rate
    refuse_low_rate(recording, preparation)
    lowest = min(facts.get("sampling_rate", rate), preparation.sampling_rate)
    if rate < _LOWER_RATE * lowest:
        yield (
            f"it has {rate:g} Hz and the training recordings had at least "
            f"{facts['sampling_rate']:g} Hz: movement above {rate / 2:g} Hz is not in it, and the "
            "activities may be wrong."
        )
    usual = facts.get("acceleration")
    length = None if usual is None else _length(recording, preparation.acceleration)
    if usual is not None and length is not None:
        factor = length / usual if usual else np.inf
        if not 1.0 / _OTHER_UNIT <= factor <= _OTHER_UNIT:
            yield (
                f"its accelerations have a typical length of {length:.3g}, those of the training "
                f"recordings {usual:.3g}: the unit differs, or gravity is missing. "
                "read_recording(..., units=...) converts to g."
            )


def warn_of_lost_activities(
    recordings: list[Recording], target: NDArray[Any], unlabelled: Hashable
) -> None:
    """Say which activities are labelled and became the label of no window."""
    kept = set(np.unique(target).tolist())
    labelled: set[Any] = set()
    for recording in recordings:
        labelled |= set(pd.unique(pd.Series(recording.labels).dropna()).tolist())
    lost = sorted(map(str, labelled - kept - {unlabelled}))
    if lost:
        warnings.warn(
            f"{len(lost)} activities are labelled, and no window was given them: "
            f"{', '.join(lost)}. They are shorter than a window; a shorter preparation.window or "
            "a higher overlap keeps them.",
            RecordingWarning,
            stacklevel=4,
        )
