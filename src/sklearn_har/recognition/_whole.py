"""Compute the probabilities of the windows of whole recordings, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.preparation import Preparation
from sklearn_har.recognition._decision import Asked, check_recognizer
from sklearn_har.recognition._novelty import novelty_of
from sklearn_har.recordings import Recording
from sklearn_har.timeline import revise_by_posture
from sklearn_har.utils._gaps import blocks_of, gap_limit_of, parts_between_gaps

Floats = NDArray[np.float64]

# In s: times that differ by less are equal.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Recognized:
    """The predictions of a classifier for the windows of one recording.

    Attributes
    ----------
    start_time : ndarray of shape (n_windows,)
        In s.
    probabilities : ndarray of shape (n_windows, n_classes)
        The probabilities of each window.
    parts : list of (float, float)
        Start and end of each uninterrupted part, in s.
    distance : ndarray of shape (n_windows,) or None
        The distance of each window from the training windows; None if it was not learnt.
    posture : ndarray of shape (n_windows, n_axes)
        The mean acceleration in each window, in g.
    in_frame : ndarray of bool of shape (n_windows,)
        Whether the posture is in the axes of the body.
    """

    start_time: Floats
    probabilities: NDArray[Any]
    parts: list[tuple[float, float]]
    distance: Floats | None
    posture: Floats
    in_frame: NDArray[np.bool_]

    @property
    def duration(self) -> float:
        """Return the length of all parts together, in s."""
        return sum(end - start for start, end in self.parts)

    def revised(self, weight: float, spread: Sequence[float] | None) -> Recognized:
        """Return the same with probabilities that are revised by the postures of the recording."""
        if not weight or not len(self.start_time):
            return self
        known = {} if spread is None else {"spread": spread}
        revised = revise_by_posture(
            self.probabilities, self.posture, self.in_frame, weight=weight, **known
        )
        return replace(self, probabilities=revised)

    def windows_of_parts(self) -> Iterator[tuple[float, float, slice]]:
        """Yield the start and end of each part that has windows, and the slice of its windows."""
        for begin, end in self.parts:
            # Rounding may put the first window before the first sample.
            windows = slice(*np.searchsorted(self.start_time, [begin - _ROUNDING, end]).tolist())
            if windows.stop > windows.start:
                yield begin, end, windows

    def cover(self, timeline: pd.DataFrame, window_length: float) -> pd.DataFrame:
        """Extend the first and last window of each part to the samples beside them.

        Windows begin on the grid of the new rate, up to one step after the first sample. After the
        last window, fewer samples remain than the step between windows.
        """
        starts, ends = timeline["start"].to_numpy().copy(), timeline["end"].to_numpy().copy()
        for begin, end, windows in self.windows_of_parts():
            first = self.start_time[windows.start]
            last = self.start_time[windows.stop - 1] + window_length
            # If a window has no activity, no interval begins or ends with it.
            starts[np.isclose(starts, first, rtol=0.0, atol=_ROUNDING)] = begin
            ends[np.isclose(ends, last, rtol=0.0, atol=_ROUNDING)] = max(end, last)
        return timeline.assign(start=starts, end=ends)

    def with_distance(self, timeline: pd.DataFrame, window_length: float) -> pd.DataFrame:
        """Append the median distance of the windows of each interval, if it is known."""
        if self.distance is None:
            return timeline
        middle = self.start_time + window_length / 2
        places = zip(
            np.searchsorted(middle, timeline["start"]),
            np.searchsorted(middle, timeline["end"]),
            strict=True,
        )
        return timeline.assign(
            distance=[float(np.median(self.distance[a:b])) if b > a else np.nan for a, b in places]
        )


def recognize(
    pieces: Iterable[Recording],
    preparation: Preparation,
    asked: Asked,
    *,
    whole: bool,
    novelty: Mapping[str, Any] | None = None,
) -> Recognized:
    """Prepare a recording, or its consecutive pieces, and classify its windows.

    The stages are those of a stream. Only the search for the frame of the body may use the whole
    recording, given as `whole`.
    """
    starts, probabilities, distances = [], [], []
    postures, in_frame = [], []
    n_axes = len(preparation.acceleration)
    parts: list[tuple[float, float]] = []
    stream = None
    begin = last = -np.inf
    longest = period = np.inf
    framed = preparation.frame != "device"

    def keep(started: Any) -> None:
        if len(started[0]):
            starts.append(started[0])
            # The accelerations are the first channels, and the last one tells of a frame.
            postures.append(started[1][..., :n_axes].mean(axis=1, dtype=np.float64))
            in_frame.append(started[1][..., -1].any(axis=1) & framed)
            probabilities.append(asked.predict_proba(started[1]))
            if novelty:
                distances.append(novelty_of(started[1], novelty))

    for piece in pieces:
        if stream is None:
            frames = None
            if whole and preparation.looks_ahead:
                frames = preparation.body_frames(piece)
            longest = gap_limit_of(piece, preparation.max_gap, preparation.sampling_rate)
            stream = preparation.stream(piece.channel_names, piece.sampling_rate, longest, frames)
            check_recognizer(
                asked.classifier,
                stream.n_timesteps,
                len(stream.channel_names),
                sampling_rate=preparation.sampling_rate,
                channel_names=stream.channel_names if asked.layout == "windows" else (),
            )
            period = 1.0 / piece.sampling_rate
        for number, part in enumerate(parts_between_gaps(piece, longest)):
            if number > 0 or piece.time[part.start] - last > longest:
                if np.isfinite(last):
                    keep(stream.finish())
                    parts.append((begin, last + period))
                begin = float(piece.time[part.start])
            for block in blocks_of(part):
                keep(stream.push(piece.time[block], piece.samples[block]))
            last = float(piece.time[part.stop - 1])
    if stream is None:
        raise ValueError("a recording in pieces must hold at least one piece, got none.")
    keep(stream.finish())
    parts.append((begin, last + period))
    n_classes = len(asked.classes)
    return Recognized(
        np.concatenate(starts) if starts else np.empty(0),
        np.concatenate(probabilities) if starts else np.empty((0, n_classes)),
        parts,
        np.concatenate(distances) if distances else None,
        np.concatenate(postures) if starts else np.empty((0, n_axes)),
        np.concatenate(in_frame) if starts else np.empty(0, dtype=bool),
    )
