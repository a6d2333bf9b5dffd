"""Compare recordings with those that a recognizer was trained on."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.preparation import Preparation
from sklearn_har.recordings import Recording, check_recordings
from sklearn_har.utils._channels import columns_of, with_channels
from sklearn_har.utils._errors import name_of_recording
from sklearn_har.utils._warnings import warn_of_recording

# Accelerations of people that include gravity have a median magnitude near 1 g during any activity.
# A recording that differs by more than this factor from all training recordings has another unit.
_OTHER_UNIT = 2.0
# A rate lower by this factor than that of all training recordings lacks frequencies of the model.
_LOWER_RATE = 0.9
# At rates lower by this factor, windows cannot hold movement: the times have another unit.
_HOPELESS_RATE = 0.1
# The magnitude of accelerations is computed from this many samples.
_LOOKED_AT = 20_000


class Differences:
    """Collect differences from the training recordings and warn of each kind once."""

    def __init__(self) -> None:
        self._found: dict[str, list[tuple[str, str]]] = {}

    def add(self, kind: str, name: str, sentence: str) -> None:
        """Note that the recording `name` differs."""
        self._found.setdefault(kind, []).append((name, sentence))

    def add_distance(self, distance: NDArray[np.float64] | None, name: str) -> None:
        """Note that the windows of a recording are far from the training windows."""
        if distance is None or (median := float(np.median(distance))) <= 1.0:
            return
        self.add(
            "distance",
            name,
            f"it is unlike the training recordings, {median:.1f} times as far from them as any "
            "held-out recording. It may have another unit or placement, a turned phone, missing "
            "gravity or untrained activities. Do not trust the predictions.",
        )

    def report(self, n_recordings: int) -> None:
        """Warn once of each kind, with a count and the first recording."""
        for notes in self._found.values():
            name, sentence = notes[0]
            count = f"{len(notes)} of {n_recordings} recordings, the first of them "
            warn_of_recording(f"{count if n_recordings > 1 else ''}{name}: {sentence}")


def in_order(
    pieces: Iterable[Recording], channels: Sequence[str], number: int, differences: Differences
) -> Iterator[Recording]:
    """Yield recordings with the channels in the order of the training recordings.

    If no name agrees and the number does, keep the channels in their order.
    """
    for i, piece in enumerate(pieces):
        if not isinstance(piece, Recording):
            raise TypeError(f"recordings[{number}] must hold Recording, got {piece!r:.80}.")
        names = piece.channel_names
        if len(names) == len(channels) and not set(names) & set(channels):
            if i == 0:
                differences.add(
                    "names",
                    name_of_recording(piece, number),
                    f"the channels are named {list(names)}, those of the training recordings "
                    f"{list(channels)}: they are taken in their order. If the order differs, name "
                    "the channels by read_recording(..., channels={'column': 'name'}).",
                )
            yield piece
        else:
            yield with_channels(piece, channels)


def training_facts(recordings: list[Recording], preparation: Preparation) -> dict[str, Any]:
    """Return the facts that recordings are compared with at prediction."""
    facts: dict[str, Any] = {
        "sampling_rate": min(recording.sampling_rate for recording in recordings)
    }
    lengths = [
        length
        for recording in recordings
        if (length := _length(recording, preparation.acceleration)) is not None
    ]
    if lengths:
        facts["acceleration"] = [min(lengths), max(lengths)]
    return facts


def _length(recording: Recording, acceleration: Sequence[int | str]) -> float | None:
    """Return the median magnitude of the accelerations; None without three axes."""
    columns = columns_of(acceleration, "acceleration", recording.channel_names)
    if len(columns) != 3:
        return None
    step = max(1, len(recording) // _LOOKED_AT)
    return float(np.median(np.linalg.norm(recording.samples[::step, columns], axis=1)))


def compared_with_training(
    pieces: Iterable[Recording],
    facts: Mapping[str, Any],
    preparation: Preparation,
    number: int,
    differences: Differences,
) -> Iterator[Recording]:
    """Yield the pieces of a recording, and note how the first differs from the training."""
    for i, piece in enumerate(pieces):
        if i == 0:
            refuse_low_rate(piece, preparation)
        if i == 0 and facts:
            for kind, sentence in _unlike_training(piece, facts, preparation):
                differences.add(kind, name_of_recording(piece, number), sentence)
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


def _unlike_training(
    recording: Recording, facts: Mapping[str, Any], preparation: Preparation
) -> Iterator[tuple[str, str]]:
    """Yield the kind of each difference and a sentence about it."""
    rate, lowest = recording.sampling_rate, facts["sampling_rate"]
    if rate < _LOWER_RATE * min(lowest, preparation.sampling_rate):
        yield (
            "rate",
            f"it has {rate:g} Hz, and the training recordings had at least {lowest:g} Hz: "
            f"movement above {rate / 2:g} Hz is not in it, and the activities may be wrong.",
        )
    length = _length(recording, preparation.acceleration)
    if length is None or "acceleration" not in facts:
        return
    shortest, longest = facts["acceleration"]
    if not shortest / _OTHER_UNIT <= length <= longest * _OTHER_UNIT:
        usual = f"{shortest:.3g}" + (f" to {longest:.3g}" if longest > 1.05 * shortest else "")
        yield (
            "unit",
            f"its accelerations have a typical magnitude of {length:.3g}, those of the training "
            f"recordings {usual}: the unit differs, or gravity is missing in one of them. "
            "read_recording(..., units=...) converts to g.",
        )


def warn_of_lost_activities(
    recordings: list[Recording], target: NDArray[Any], unlabelled: Hashable
) -> None:
    """Warn of labelled activities that became the label of no window."""
    kept = set(np.unique(target).tolist())
    labelled: set[Any] = set()
    for recording in recordings:
        labelled |= set(pd.unique(pd.Series(recording.labels).dropna()).tolist())
    lost = sorted(map(str, labelled - kept - {unlabelled}))
    if lost:
        warn_of_recording(
            f"no window has the label of {len(lost)} labelled activities: "
            f"{', '.join(lost)}. They are shorter than a window; a shorter preparation.window or "
            "a higher overlap keeps them."
        )


def labelled_recordings(recordings: Any, y: Any, groups: Any) -> list[Recording]:
    """Return recordings that all have labels, and the subjects that `groups` gives."""
    labelled = check_recordings(recordings, y, labelled=True)
    if groups is None:
        return labelled
    subjects = np.asarray(groups).tolist()
    if len(subjects) != len(labelled):
        raise ValueError(
            f"groups must have one entry for each of the {len(labelled)} recordings, got "
            f"{len(subjects)}."
        )
    return [replace(r, subject=s) for r, s in zip(labelled, subjects, strict=True)]


def aligned_recordings(recordings: list[Recording], channels: tuple[str, ...]) -> list[Recording]:
    """Return recordings with their channels in one order."""
    aligned, moved = [], []
    for number, recording in enumerate(recordings):
        if set(recording.channel_names) != set(channels):
            raise ValueError(
                f"{name_of_recording(recording, number)}: the channels must be those of the first "
                f"recording, {list(channels)}, got {list(recording.channel_names)}. Name them by "
                "read_recording(..., channels={'column': 'name'})."
            )
        aligned.append(with_channels(recording, channels))
        if aligned[-1] is not recording:
            moved.append(name_of_recording(recording, number))
    if moved:
        warn_of_recording(
            f"{len(moved)} of {len(recordings)} recordings have their channels in another order "
            f"than {list(channels)}, the first of them {moved[0]}: they were put in order by name."
        )
    return aligned
