"""Predict and score with a fitted recognizer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import NotFittedError

from sklearn_har.preparation import Preparation
from sklearn_har.recognition._checks import Differences, compared_with_training, in_order
from sklearn_har.recognition._decision import Asked, Decision, Layout, decisions_of
from sklearn_har.recognition._streaming import StreamingRecognizer
from sklearn_har.recognition._whole import Recognized, recognize
from sklearn_har.recordings import Recording, check_recordings, read_recording
from sklearn_har.timeline import (
    TimelineScores,
    make_timeline,
    smooth_probabilities,
    timeline_scores,
    timeline_to_labels,
)
from sklearn_har.utils._channels import order_of_channels
from sklearn_har.utils._errors import name_of_recording
from sklearn_har.utils._numbers import check_real
from sklearn_har.utils._warnings import warn_of_recording, warn_of_unknown_frames


class PredictionMixin:
    """The methods of a recognizer that predict: timelines, labels, probabilities and scores."""

    unlabelled: Any
    smoothing: Literal["viterbi", "posterior"] | None
    expected_duration: ArrayLike | Literal["training"] | None
    min_duration: float
    min_probability: float
    posture_weight: float
    read_options: Mapping[str, Any] | None
    estimator_: Any
    window_layout: Layout
    classes_: NDArray[Any]
    channel_names_in_: tuple[str, ...]
    preparation_: Preparation
    training_facts_: dict[str, Any]

    def __sklearn_is_fitted__(self) -> bool:
        return "estimator_" in vars(self)

    def _check_is_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(
                f"This {type(self).__name__} is not fitted: call fit with recordings first, or "
                "make one by from_classifier."
            )

    @property
    def asked_(self) -> Asked:
        """The classifier, which gets windows in the layout that it reads."""
        self._check_is_fitted()
        return Asked(self.estimator_, self.window_layout, self.classes_)

    def read(self, source: Any) -> Recording:
        """Read a recording with the options in `read_options`.

        Parameters
        ----------
        source : str, path-like, file-like or DataFrame
            As in :func:`~sklearn_har.recordings.read_recording`.

        Returns
        -------
        Recording
            Raw, as :meth:`predict` and :meth:`timelines` take it.
        """
        recording: Recording = read_recording(source, **(self.read_options or {}))
        return recording

    def timelines(
        self, recordings: Sequence[Recording | Iterable[Recording]]
    ) -> list[pd.DataFrame]:
        """Return the activities of each recording as a table of intervals.

        Parameters
        ----------
        recordings : sequence of Recording
            Raw recordings. An entry may also be an iterable of consecutive pieces of one recording,
            such as ``read_recording(..., chunksize=...)``, for recordings larger than memory.

        Returns
        -------
        list of DataFrame
            A table for each recording, as from :func:`~sklearn_har.timeline.make_timeline`. Each
            row is an interval with ``activity``, ``start``, ``end`` in s and ``probability``. The
            last window before an interruption also covers the remaining samples. If the recognizer
            was fitted with at least five subjects, ``distance`` is the median distance from the
            training windows. Above 1, it is larger than for any held-out training recording.

        Raises
        ------
        ValueError
            If a recording lacks a channel.

        Warns
        -----
        RecordingWarning
            If a recording is unlike the training recordings, or parts of it have no prediction.
        """
        return [self._timeline(recognized) for recognized in self._revised(recordings)]

    def predict(self, recordings: Sequence[Recording]) -> list[NDArray[Any]]:
        """Return the activity of each sample of each recording.

        Parameters
        ----------
        recordings : sequence of Recording
            Raw recordings.

        Returns
        -------
        list of ndarray of shape (n_samples,)
            Labels of `classes_` from the timeline, one for each original sample. Samples without a
            prediction, in parts shorter than a window, get `unlabelled`, or None if the activities
            are text.

        Warns
        -----
        RecordingWarning
            As :meth:`timelines`.
        """
        self._check_is_fitted()
        listed = check_recordings(recordings)
        timelines = self.timelines(listed)
        missing = self._missing()
        return [
            timeline_to_labels(timeline, recording.time, unlabelled=missing)
            if len(timeline)
            else np.full(len(recording), missing)
            for recording, timeline in zip(listed, timelines, strict=True)
        ]

    def predict_proba(self, recordings: Sequence[Recording]) -> list[NDArray[np.float64]]:
        """Return the probability of each activity for each sample of each recording.

        Parameters
        ----------
        recordings : sequence of Recording
            Raw recordings.

        Returns
        -------
        list of ndarray of float64 of shape (n_samples, n_classes)
            In the order of `classes_`, revised by `posture_weight` and smoothed unless `smoothing`
            is None; NaN for samples without a prediction.

        Notes
        -----
        With ``smoothing="viterbi"``, :meth:`predict` returns the most probable sequence as a whole.
        At single samples another activity may be more probable.
        """
        self._check_is_fitted()
        listed = check_recordings(recordings)
        return [
            self._sample_probabilities(recognized, recording.time)
            for recording, recognized in zip(listed, self._revised(listed), strict=True)
        ]

    def decisions(
        self, recordings: Sequence[Recording | Iterable[Recording]]
    ) -> list[list[Decision]]:
        """Return the decision of the classifier about each window on its own.

        Parameters
        ----------
        recordings : sequence of Recording
            As for :meth:`timelines`.

        Returns
        -------
        list of list of Decision
            For each recording, the decisions of :meth:`stream` in order of time, without
            `posture_weight` and `smoothing`.
        """
        found = self._recognize(recordings)
        seconds = self.preparation_.window_length
        return [decisions_of(r.start_time, r.probabilities, self.classes_, seconds) for r in found]

    def stream(
        self,
        *,
        original_rate: float | None = None,
        channel_names: Sequence[str] | None = None,
        on_late: Literal["drop", "raise"] = "drop",
    ) -> StreamingRecognizer:
        """Start recognising samples as they arrive.

        Parameters
        ----------
        original_rate : float, default=None
            The nominal rate of the samples, in Hz. None for that of the preparation.
        channel_names : sequence of str, default=None
            The channels of the samples. None for those of the training recordings.
        on_late : {"drop", "raise"}, default="drop"
            What to do with samples that are not later than all earlier ones.

        Returns
        -------
        StreamingRecognizer
            A recognizer with the same preparation and classifier.
        """
        self._check_is_fitted()
        return StreamingRecognizer(
            self, original_rate=original_rate, channel_names=channel_names, on_late=on_late
        )

    def order_of_channels(self, channel_names: Sequence[str]) -> list[int] | None:
        """Return the positions of the training channels among others.

        Parameters
        ----------
        channel_names : sequence of str
            The channels of a recording.

        Returns
        -------
        list of int or None
            Positions in `channel_names`; None if they are already in order.

        Raises
        ------
        ValueError
            If a channel is missing.
        """
        return order_of_channels(self.channel_names_in_, channel_names)

    def _recognize(self, recordings: Any) -> list[Recognized]:
        self._check_is_fitted()
        listed = check_recordings(recordings, pieces=True)
        found, differences = [], Differences()
        for number, recording in enumerate(listed):
            name = name_of_recording(recording, number)
            pieces = [recording] if isinstance(recording, Recording) else recording
            if self.channel_names_in_:
                pieces = in_order(pieces, self.channel_names_in_, number, differences)
            pieces = compared_with_training(
                pieces, self.training_facts_, self.preparation_, number, differences
            )
            try:
                whole = isinstance(recording, Recording)
                novelty = self.training_facts_.get("novelty")
                found.append(
                    recognize(pieces, self.preparation_, self.asked_, whole=whole, novelty=novelty)
                )
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
            differences.add_distance(found[-1].distance, name)
        differences.report(len(listed))
        if self.preparation_.frame != "device":
            unknown = [i for i, r in enumerate(found) if len(r.in_frame) and not r.in_frame.any()]
            warn_of_unknown_frames([name_of_recording(listed[i], i) for i in unknown], len(listed))
        self._warn_of_uncovered(listed, found)
        return found

    def _revised(self, recordings: Any) -> list[Recognized]:
        """Recognise recordings, with probabilities that are revised by their postures."""
        weight = check_real(self.posture_weight, "posture_weight", minimum=0.0, below=10.0)
        found = self._recognize(recordings)
        if weight and not len(self.preparation_.acceleration):
            raise ValueError(
                "posture_weight must be 0 where the preparation has no acceleration, got "
                f"{weight:g}."
            )
        spread = self._learnt("posture_spread")
        return [recognized.revised(weight, spread) for recognized in found]

    def _learnt(self, name: str) -> list[float] | None:
        """Return a fact about each activity from the training recordings; None if unknown."""
        values: list[float] | None = self.training_facts_.get("activities", {}).get(name)
        return values

    def _chain(self) -> dict[str, Any]:
        """Return the parameters of the hidden Markov model."""
        duration = self.expected_duration
        if isinstance(duration, str):
            if duration != "training":
                raise ValueError(
                    "expected_duration must be a number of seconds, one for each activity, "
                    f"'training' or None, got {duration!r}."
                )
            if (duration := self._learnt("duration")) is None:
                raise ValueError(
                    "expected_duration='training' needs a recognizer that was fitted with "
                    "recordings: give the seconds."
                )
        if self.smoothing is None:
            return {"expected_duration": duration}
        return {"expected_duration": duration, "class_prior": self._learnt("class_prior")}

    def _warn_of_uncovered(self, recordings: list[Any], found: list[Recognized]) -> None:
        """Warn of the time without a prediction: parts shorter than a window."""
        shortest = self.preparation_.window_length
        lost = [sum(end - start for start, end in r.parts if end - start < shortest) for r in found]
        short = [i for i, seconds in enumerate(lost) if seconds > 0.0]
        if short:
            name = name_of_recording(recordings[short[0]], short[0])
            warn_of_recording(
                f"{sum(lost):.2f} s of {sum(r.duration for r in found):.2f} s have no prediction: "
                f"parts between interruptions that are shorter than a window of {shortest:g} s, in "
                f"{len(short)} of {len(found)} recordings, the first of them {name}."
            )

    def _timeline(self, recognized: Recognized) -> pd.DataFrame:
        seconds = self.preparation_.window_length
        if not len(recognized.start_time):
            numbers = ["start", "end", "probability"]
            numbers += ["distance"] * ("novelty" in self.training_facts_)
            columns = {"activity": self.classes_[:0], **{name: [] for name in numbers}}
            return pd.DataFrame(columns).astype(dict.fromkeys(numbers, float))
        timeline = make_timeline(
            recognized.probabilities,
            recognized.start_time,
            seconds,
            self.classes_,
            smoothing=self.smoothing,
            **self._chain(),
            min_duration=self.min_duration,
            min_probability=self.min_probability,
        )
        return recognized.with_distance(recognized.cover(timeline, seconds), seconds)

    def _sample_probabilities(self, recognized: Recognized, time: Any) -> NDArray[np.float64]:
        found = np.full((len(time), len(self.classes_)), np.nan)
        start = recognized.start_time
        if not len(start):
            return found
        seconds = self.preparation_.window_length
        values = np.asarray(recognized.probabilities, dtype=np.float64)
        if self.smoothing is not None:
            values = smooth_probabilities(values, start, seconds, **self._chain())
        # Use the window with the nearest centre in the same part.
        for begin, end, windows in recognized.windows_of_parts():
            samples = slice(*np.searchsorted(time, [begin, end]))
            first = start[windows]
            # As in the timeline, so that the sample in the middle gets the same label.
            middle = first[1:] + (seconds - np.minimum(np.diff(first), seconds)) / 2.0
            nearest = np.searchsorted(middle, time[samples], side="right")
            found[samples] = values[windows][nearest]
        return found

    def _missing(self) -> Any:
        text = self.classes_.dtype.kind in "OUS"
        return None if text and not isinstance(self.unlabelled, str) else self.unlabelled

    def score(self, recordings: Sequence[Recording], y: Sequence[Any] | None = None) -> float:
        """Return the share of the labelled time that is recognised correctly.

        Parameters
        ----------
        recordings : sequence of Recording
            Raw recordings.
        y : sequence of length n_recordings, default=None
            As in :meth:`fit`.

        Returns
        -------
        float
            From 0 to 1.
        """
        return self.scores(recordings, y).accuracy

    def scores(
        self, recordings: Sequence[Recording], y: Sequence[Any] | None = None
    ) -> TimelineScores:
        """Compare the timelines of recordings with their labels, over time and by event.

        Parameters
        ----------
        recordings : sequence of Recording
            Raw recordings.
        y : sequence of length n_recordings, default=None
            As in :meth:`fit`.

        Returns
        -------
        TimelineScores
            As :func:`~sklearn_har.timeline.timeline_scores` gives it.

        Warns
        -----
        RecordingWarning
            If activities were not in the training set: their time counts as wrong.
        """
        self._check_is_fitted()
        labelled = check_recordings(recordings, y, labelled=True)
        true = [recording.timeline(unlabelled=self.unlabelled) for recording in labelled]
        self._warn_of_unknown(true)
        return timeline_scores(true, self.timelines(labelled))

    def _warn_of_unknown(self, true: list[pd.DataFrame]) -> None:
        known = set(self.classes_.tolist())
        all_true = pd.concat(true)
        unknown = all_true[[a not in known for a in all_true["activity"].tolist()]]
        if len(unknown):
            names = sorted(map(str, unknown["activity"].unique().tolist()))
            seconds = float((unknown["end"] - unknown["start"]).sum())
            warn_of_recording(
                f"{seconds:.1f} s have activities that the recognizer was not trained on, and "
                f"count as wrong: {', '.join(names)}. It was trained on "
                f"{', '.join(map(str, known))}."
            )
