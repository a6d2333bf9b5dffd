"""The estimator whose samples are recordings."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn import get_config
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, get_routing_for_object
from sklearn.utils.metaestimators import available_if

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation, check_preparation
from sklearn_har.recognition._checks import (
    Differences,
    compared_with_training,
    in_order,
    order_of_channels,
    refuse_low_rate,
    training_facts,
    warn_of_lost_activities,
)
from sklearn_har.recognition._decision import (
    LAYOUTS,
    Asked,
    Decision,
    Layout,
    check_recognizer,
    decisions_of,
    laid_out,
)
from sklearn_har.recognition._streaming import StreamingRecognizer
from sklearn_har.recognition._whole import Recognized, recognize
from sklearn_har.recordings import Recording, read_recording
from sklearn_har.recordings._checks import check_recordings, name_of_recording, with_labels
from sklearn_har.segmentation import Windows
from sklearn_har.timeline import (
    TimelineScores,
    make_timeline,
    smooth_probabilities,
    timeline_scores,
    timeline_to_labels,
)
from sklearn_har.utils._cutter import LabelRule

__all__ = ["ActivityRecognizer"]


def _can_learn_more(recognizer: ActivityRecognizer) -> bool:
    return hasattr(getattr(recognizer, "estimator_", recognizer._estimator()), "partial_fit")


class ActivityRecognizer(BaseEstimator):
    """Recognise activities in recordings: a preparation, a classifier and smoothing in one.

    The samples of this estimator are recordings. It prepares them, cuts them into windows, trains
    a classifier of windows, and gives back a label for each sample or a timeline for each
    recording. Raw recordings go in at prediction as at training: what must be done to them is part
    of the model.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier with `predict_proba`: one of this package, a pipeline, or one of another
        library. None for :func:`~sklearn_har.recipes.make_cnn_lstm`.
    preparation : Preparation or str, default=None
        What is done to the recordings, or the name of a preset as in
        :meth:`~sklearn_har.preparation.Preparation.from_preset`. None for that of UCI HAR.
    label_rule : {"majority", "all-equal", "last"}, default="majority"
        How the labels of its samples become the label of a training window, as in
        :func:`~sklearn_har.segmentation.segment_recording`.
    unlabelled : int or str, default=-1
        The label that means that no activity is known, besides missing values.
    smoothing : {"viterbi", "posterior"} or None, default="viterbi"
        How predictions are smoothed over time, as in :func:`~sklearn_har.timeline.make_timeline`.
    expected_duration : float, default=None
        How long an activity lasts on average, in s, for smoothing. None for 10 s.
    min_duration : float, default=0.0
        In s: shorter intervals are merged into the more probable neighbour.
    min_probability : float, default=0.0
        Windows whose activity is less probable than this are left without one.
    window_layout : {"windows", "channels-first", "flat"}, default="windows"
        How the estimator reads windows: (n_windows, n_timesteps, n_channels) as the classifiers of
        this package, (n_windows, n_channels, n_timesteps) as aeon's, or (n_windows, n_timesteps *
        n_channels) as those of scikit-learn.
    read_options : mapping of str to object, default=None
        How files of such recordings are read: parameters of
        :func:`~sklearn_har.recordings.read_recording`, such as ``{"time_unit": "ms", "units":
        "m/s2"}``. They are saved with the model. :meth:`read` and the command line use them.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier of windows.
    preparation_ : Preparation
        What is done to recordings.
    classes_ : ndarray of shape (n_classes,)
        The activities.
    channel_names_in_ : tuple of str
        The channels of the recordings.
    window_channel_names_ : tuple of str
        The channels of the windows that the classifier reads.
    n_windows_ : int
        How many windows it was trained on.
    training_facts_ : dict
        What recordings are compared with at prediction: the lowest sampling rate of the training
        recordings in Hz, and the lowest and highest median length of their accelerations in g.

    See Also
    --------
    sklearn_har.recordings.read_recordings : Recordings from files.
    StreamingRecognizer : The same while samples arrive.
    recording_scorer : Scorers for cross-validation.

    Notes
    -----
    Cross-validation over subjects is ``cross_val_score(recognizer, recordings, groups=subjects,
    cv=GroupKFold())``, and ``GridSearchCV`` searches `preparation__window` as well as
    `estimator__units`. Subjects of the recordings are handed to the `fit` of the estimator as
    `groups` if it takes them, so that an internal validation set holds whole subjects.

    It is no classifier in the sense of :func:`sklearn.base.is_classifier`: what it predicts is not
    one label a sample. Splitters stratify therefore by nothing.

    Examples
    --------
    >>> from sklearn_har import ActivityRecognizer, CNNLSTMClassifier
    >>> from sklearn_har.datasets import make_har_recordings
    >>> recordings = make_har_recordings(n_subjects=6, random_state=0).recordings
    >>> recognizer = ActivityRecognizer(CNNLSTMClassifier(random_state=0))
    >>> recognizer.fit(recordings[:5])
    ActivityRecognizer(estimator=CNNLSTMClassifier(random_state=0))
    >>> timeline = recognizer.timelines(recordings[5:])[0]
    >>> list(timeline.columns)
    ['activity', 'start', 'end', 'probability']
    >>> labels = recognizer.predict(recordings[5:])[0]
    >>> len(labels) == len(recordings[5])
    True
    >>> recognizer.score(recordings[5:]) > 0.5
    True
    """

    estimator_: Any
    preparation_: Preparation
    classes_: NDArray[Any]
    channel_names_in_: tuple[str, ...]
    window_channel_names_: tuple[str, ...]
    n_windows_: int
    training_facts_: dict[str, Any]

    def __init__(
        self,
        estimator: Any = None,
        preparation: Preparation | str | None = None,
        *,
        label_rule: LabelRule = "majority",
        unlabelled: Hashable = -1,
        smoothing: Literal["viterbi", "posterior"] | None = "viterbi",
        expected_duration: float | None = None,
        min_duration: float = 0.0,
        min_probability: float = 0.0,
        window_layout: Layout = "windows",
        read_options: Mapping[str, Any] | None = None,
    ) -> None:
        self.estimator = estimator
        self.preparation = preparation
        self.label_rule = label_rule
        self.unlabelled = unlabelled
        self.smoothing = smoothing
        self.expected_duration = expected_duration
        self.min_duration = min_duration
        self.min_probability = min_probability
        self.window_layout = window_layout
        self.read_options = read_options

    @classmethod
    def from_classifier(
        cls,
        classifier: Any,
        preparation: Preparation | str | None = None,
        *,
        channel_names: Sequence[str] | None = None,
        activity_names: Sequence[str] | None = None,
        **params: Any,
    ) -> Self:
        """Make a fitted recognizer of a classifier that was fitted on windows.

        Parameters
        ----------
        classifier : classifier
            Fitted, with `predict_proba`, or an :class:`~sklearn_har.export.ExportedClassifier`.
        preparation : Preparation or str, default=None
            How its windows were made. None for what an exported file says, and else for the
            preparation of UCI HAR.
        channel_names : sequence of str, default=None
            The channels of the recordings to come, in their order. None takes the channels of a
            recording by their positions.
        activity_names : sequence of str, default=None
            A name for each of `classifier.classes_`, which become the `classes_` of the recognizer.
            None for the names in an exported file, and else for the classes themselves.
        **params
            Parameters of the recognizer.

        Returns
        -------
        ActivityRecognizer
            Ready to predict.

        Raises
        ------
        TypeError, NotFittedError
            If `classifier` is no fitted classifier with `predict_proba`.
        ValueError
            If it was fitted on windows of another length than those of the preparation, or
            `activity_names` does not name each class once.
        """
        described = getattr(classifier, "recognizer", None) or {}
        if preparation is None:
            preparation = getattr(classifier, "preparation", None)
        recognizer = cls(classifier, preparation, **{**described.get("params", {}), **params})
        recognizer._check_params()
        recognizer.preparation_ = clone(check_preparation(preparation))
        check_recognizer(
            classifier,
            recognizer.preparation_.n_timesteps,
            None,
            sampling_rate=recognizer.preparation_.sampling_rate,
        )
        recognizer.channel_names_in_ = tuple(channel_names or described.get("channel_names", ()))
        recognizer.window_channel_names_ = tuple(described.get("window_channel_names", ()))
        recognizer.training_facts_ = dict(described.get("training_facts", {}))
        recognizer._set_classifier(classifier)
        recognizer.classes_ = _named(recognizer.classes_, classifier, activity_names)
        return recognizer

    def set_params(self, **params: Any) -> Self:
        """Set parameters, those of the preparation also where it is a name or None.

        Parameters
        ----------
        **params
            Such as ``preparation__window=5.12`` or ``estimator__units=64``.

        Returns
        -------
        ActivityRecognizer
            The recognizer itself.
        """
        # What stands for an object has no parameters of its own yet.
        if any(name.startswith("preparation__") for name in params) and (
            "preparation" not in params
        ):
            self.preparation = check_preparation(self.preparation)
        if any(name.startswith("estimator__") for name in params) and "estimator" not in params:
            self.estimator = self._estimator()
        super().set_params(**params)
        return self

    # Fitting --------------------------------------------------------------------------------------

    def fit(
        self,
        recordings: Sequence[Recording],
        y: Sequence[Any] | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Prepare the recordings, cut them, and train the classifier.

        Parameters
        ----------
        recordings : sequence of Recording
            Raw recordings with the same channels.
        y : sequence of length n_recordings, default=None
            The labels of each recording: one label for all of it, or an array of shape
            (n_samples,). None for the labels that the recordings have.
        groups : array-like of shape (n_recordings,), default=None
            The subject of each recording, handed to the classifier if it takes `groups`. None for
            the subjects that the recordings have.

        Returns
        -------
        ActivityRecognizer
            The fitted recognizer.

        Raises
        ------
        TypeError, ValueError
            If a recording has no labels, channels differ, no window has a label, or a parameter is
            outside its range.

        Warns
        -----
        RecordingWarning
            If recordings are shorter than a window, name their channels in another order, or have
            activities that no window was given.
        """
        windows, facts = self._training_windows(recordings, y, groups)
        estimator = clone(self._estimator())
        estimator.fit(
            laid_out(windows.data, self.window_layout),
            windows.target,
            **self._fit_params(estimator, windows.subject),
        )
        self._set_fitted(estimator, windows, facts)
        return self

    @available_if(_can_learn_more)  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        recordings: Sequence[Recording],
        y: Sequence[Any] | None = None,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Train the classifier further, or begin with the first recordings of many.

        Parameters
        ----------
        recordings, y : sequence of Recording, and sequence of length n_recordings, default=None
            As in :meth:`fit`; with the channels of the first call.
        classes : array-like of shape (n_classes,), default=None
            All activities that will ever come; needed at the first call unless these recordings
            have them all.

        Returns
        -------
        ActivityRecognizer
            The recognizer itself.
        """
        fitted = self.__sklearn_is_fitted__()
        windows, facts = self._training_windows(recordings, y, None)
        estimator = self.estimator_ if fitted else clone(self._estimator())
        if not fitted and classes is None:
            classes = np.unique(windows.target)
        estimator.partial_fit(
            laid_out(windows.data, self.window_layout),
            windows.target,
            **({} if fitted else {"classes": classes}),
        )
        self._set_fitted(estimator, windows, facts if not fitted else self.training_facts_)
        return self

    def _training_windows(
        self, recordings: Any, y: Any, groups: Any
    ) -> tuple[Windows, dict[str, Any]]:
        self._check_params()
        preparation = clone(check_preparation(self.preparation))
        labelled = with_labels(check_recordings(recordings), y)
        if groups is not None:
            subjects = np.asarray(groups)
            if len(subjects) != len(labelled):
                raise ValueError(
                    f"groups must have one entry for each of the {len(labelled)} recordings, got "
                    f"{len(subjects)}."
                )
            labelled = [replace(r, subject=s) for r, s in zip(labelled, subjects, strict=True)]
        channels = labelled[0].channel_names
        aligned = _aligned(labelled, channels)
        for number, recording in enumerate(aligned):
            try:
                refuse_low_rate(recording, preparation)
            except ValueError as error:
                raise ValueError(f"{name_of_recording(recording, number)}: {error}") from error
        windows = preparation.windows(
            aligned, label_rule=self.label_rule, unlabelled=self.unlabelled
        )
        if not len(windows.target):
            raise ValueError(
                "recordings must have labelled windows, got none: every sample is unlabelled, or "
                f"no activity lasts for most of a window of {preparation.window:g} s."
            )
        warn_of_lost_activities(aligned, windows.target, self.unlabelled)
        self.preparation_ = preparation
        self.channel_names_in_ = channels
        return windows, training_facts(aligned, preparation)

    def _fit_params(self, estimator: Any, groups: NDArray[Any] | None) -> dict[str, Any]:
        """Return the subjects of windows as the estimator takes them."""
        if groups is None:
            return {}
        if get_config()["enable_metadata_routing"]:
            wanted = get_routing_for_object(estimator).consumes("fit", ["groups"])
            return {"groups": groups} if wanted else {}
        last, prefix = estimator, ""
        while hasattr(last, "steps"):
            name, last = last.steps[-1]
            prefix += f"{name}__"
        takes = "groups" in inspect.signature(getattr(last, "fit", print)).parameters
        return {f"{prefix}groups": groups} if takes else {}

    def get_metadata_routing(self) -> MetadataRouter:
        """Return which metadata go where: `groups` of windows to the estimator.

        Returns
        -------
        MetadataRouter
            As scikit-learn's user guide on metadata routing describes it.
        """
        return (
            MetadataRouter(owner=self)
            .add_self_request(self)
            .add(
                estimator=self._estimator(),
                method_mapping=MethodMapping().add(caller="fit", callee="fit"),
            )
        )

    def _set_fitted(self, estimator: Any, windows: Windows, facts: dict[str, Any]) -> None:
        self.n_windows_ = len(windows.data)
        self.window_channel_names_ = windows.channel_names
        self.training_facts_ = facts
        self._set_classifier(estimator)

    def _set_classifier(self, classifier: Any) -> None:
        self.estimator_ = classifier
        self.classes_ = np.asarray(classifier.classes_)

    def describe(self) -> dict[str, Any]:
        """Return all that must be known to use the classifier elsewhere, fit for JSON.

        Returns
        -------
        dict
            ``preparation`` (its parameters), ``channel_names`` of recordings,
            ``window_channel_names``, ``params`` (smoothing and the like) and ``training_facts``.
        """
        self._check_is_fitted()
        names = (
            "unlabelled",
            "smoothing",
            "expected_duration",
            "min_duration",
            "min_probability",
            "read_options",
        )
        return {
            "preparation": self.preparation_.to_dict(),
            "channel_names": list(self.channel_names_in_),
            "window_channel_names": list(self.window_channel_names_),
            "params": {name: getattr(self, name) for name in names},
            "training_facts": self.training_facts_,
        }

    @property
    def asked_(self) -> Asked:
        """The classifier, asked in the layout that it reads."""
        self._check_is_fitted()
        return Asked(self.estimator_, self.window_layout, self.classes_)

    def _estimator(self) -> Any:
        if self.estimator is not None:
            return self.estimator
        from sklearn_har.recipes import make_cnn_lstm

        return make_cnn_lstm()

    def _check_params(self) -> None:
        estimator = self.estimator
        if estimator is not None and (
            isinstance(estimator, type) or not hasattr(estimator, "predict_proba")
        ):
            raise TypeError(
                f"estimator must be a classifier with predict_proba, got {estimator!r}. "
                "sklearn.calibration.CalibratedClassifierCV gives it to classifiers without."
            )
        if self.window_layout not in LAYOUTS:
            raise ValueError(f"window_layout must be one of {LAYOUTS}, got {self.window_layout!r}.")

    # Prediction -----------------------------------------------------------------------------------

    def read(self, source: Any) -> Recording:
        """Read a recording by `read_options`.

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
        """Say what happened from when to when in each recording.

        Parameters
        ----------
        recordings : sequence of Recording
            Raw recordings. An entry may also be an iterable of consecutive pieces of one
            recording, as ``read_recording(..., chunksize=...)`` gives them: it needs not fit into
            memory.

        Returns
        -------
        list of DataFrame
            One for each recording, as from :func:`~sklearn_har.timeline.make_timeline`: a row an
            interval, with ``activity``, ``start``, ``end`` in s and ``probability``. The last
            window before an interruption stands for the rest, which is shorter than the step
            between windows.

        Raises
        ------
        ValueError
            If a recording lacks a channel.

        Warns
        -----
        RecordingWarning
            If a recording is unlike the training recordings, or parts of it have no prediction.
        """
        return [self._timeline(recognized) for recognized in self._recognize(recordings)]

    def predict(self, recordings: Sequence[Recording]) -> list[NDArray[Any]]:
        """Return the activity of each sample of each recording.

        Parameters
        ----------
        recordings : sequence of Recording
            Raw recordings.

        Returns
        -------
        list of ndarray of shape (n_samples,)
            Labels of `classes_` from the timeline, one for each sample of the recording as it was
            given. Samples that have no prediction, in parts that are shorter than a window, get
            `unlabelled`, or None where the activities are text.

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
            In the order of `classes_`, smoothed unless `smoothing` is None; NaN for samples that
            have no prediction.

        Notes
        -----
        With ``smoothing="viterbi"`` the sequence of :meth:`predict` is the most probable one as a
        whole; at single samples another activity may be more probable.
        """
        self._check_is_fitted()
        listed = check_recordings(recordings)
        return [
            self._sample_probabilities(recognized, recording.time)
            for recording, recognized in zip(listed, self._recognize(listed), strict=True)
        ]

    def decisions(
        self, recordings: Sequence[Recording | Iterable[Recording]]
    ) -> list[list[Decision]]:
        """Return what the classifier says about each window, without smoothing.

        Parameters
        ----------
        recordings : sequence of Recording
            As for :meth:`timelines`.

        Returns
        -------
        list of list of Decision
            For each recording, the decisions in order of time: those of :meth:`stream`.
        """
        return [
            decisions_of(r.start_time, r.probabilities, self.classes_, self._window_length())
            for r in self._recognize(recordings)
        ]

    def stream(
        self,
        *,
        original_rate: float | None = None,
        channel_names: Sequence[str] | None = None,
        on_late: Literal["drop", "raise"] = "drop",
    ) -> StreamingRecognizer:
        """Begin to recognise samples as they come.

        Parameters
        ----------
        original_rate : float, default=None
            The nominal rate of the samples, in Hz. None for that of the preparation.
        channel_names : sequence of str, default=None
            The channels of the samples. None for those of the training recordings.
        on_late : {"drop", "raise"}, default="drop"
            What to do with samples that are not later than all before them.

        Returns
        -------
        StreamingRecognizer
            Of the same preparation and classifier.
        """
        self._check_is_fitted()
        return StreamingRecognizer(
            self, original_rate=original_rate, channel_names=channel_names, on_late=on_late
        )

    def order_of_channels(self, channel_names: Sequence[str]) -> list[int] | None:
        """Return where the channels of training stand among others.

        Parameters
        ----------
        channel_names : sequence of str
            The channels of a recording.

        Returns
        -------
        list of int or None
            Positions in `channel_names`; None where they are in order.

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
                found.append(recognize(pieces, self.preparation_, self.asked_))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
        differences.report(len(listed), stacklevel=3)
        self._warn_of_uncovered(listed, found)
        return found

    def _warn_of_uncovered(self, recordings: list[Any], found: list[Recognized]) -> None:
        """Say how much time has no prediction: parts shorter than a window."""
        shortest = self._window_length()
        lost = [sum(end - start for start, end in r.parts if end - start < shortest) for r in found]
        short = [i for i, seconds in enumerate(lost) if seconds > 0.0]
        if short:
            name = name_of_recording(recordings[short[0]], short[0])
            warnings.warn(
                f"{sum(lost):.2f} s of {sum(r.duration for r in found):.2f} s have no prediction: "
                f"parts between interruptions that are shorter than a window of {shortest:g} s, in "
                f"{len(short)} of {len(found)} recordings, the first of them {name}.",
                RecordingWarning,
                stacklevel=4,
            )

    def _timeline(self, recognized: Recognized) -> pd.DataFrame:
        seconds = self._window_length()
        if not len(recognized.start_time):
            columns = {"activity": self.classes_[:0], "start": [], "end": [], "probability": []}
            return pd.DataFrame(columns).astype(dict.fromkeys(["start", "end"], float))
        timeline = make_timeline(
            recognized.probabilities,
            recognized.start_time,
            seconds,
            self.classes_,
            smoothing=self.smoothing,
            expected_duration=self.expected_duration,
            min_duration=self.min_duration,
            min_probability=self.min_probability,
        )
        return recognized.cover(timeline, seconds)

    def _sample_probabilities(self, recognized: Recognized, time: Any) -> NDArray[np.float64]:
        found = np.full((len(time), len(self.classes_)), np.nan)
        start = recognized.start_time
        if not len(start):
            return found
        seconds = self._window_length()
        values = np.asarray(recognized.probabilities, dtype=np.float64)
        if self.smoothing is not None:
            values = smooth_probabilities(
                values, start, seconds, expected_duration=self.expected_duration
            )
        # The window whose centre is nearest, within the same part.
        for begin, end in recognized.parts:
            windows = slice(*np.searchsorted(start, [begin - 1e-6, end]))
            samples = slice(*np.searchsorted(time, [begin, end]))
            if windows.stop > windows.start:
                middle = (start[windows][1:] + start[windows][:-1] + seconds) / 2.0
                nearest = np.searchsorted(middle, time[samples], side="right")
                found[samples] = values[windows][nearest]
        return found

    def _window_length(self) -> float:
        return self.preparation_.n_timesteps / self.preparation_.sampling_rate

    def _missing(self) -> Any:
        text = self.classes_.dtype.kind in "OUS"
        return None if text and not isinstance(self.unlabelled, str) else self.unlabelled

    # Scores ---------------------------------------------------------------------------------------

    def score(self, recordings: Sequence[Recording], y: Sequence[Any] | None = None) -> float:
        """Return the share of the labelled time that is recognised.

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
            If activities were not trained: their time counts as wrong.
        """
        self._check_is_fitted()
        labelled = with_labels(check_recordings(recordings), y)
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
            warnings.warn(
                f"{seconds:.1f} s have activities that the recognizer was not trained on, and "
                f"count as wrong: {', '.join(names)}. It knows {', '.join(map(str, known))}.",
                RecordingWarning,
                stacklevel=4,
            )

    def __sklearn_is_fitted__(self) -> bool:
        return "estimator_" in vars(self)

    def _check_is_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise NotFittedError(
                f"This {type(self).__name__} is not fitted: call fit with recordings before, or "
                "make one by from_classifier."
            )


def _named(
    classes: NDArray[Any], classifier: Any, activity_names: Sequence[str] | None
) -> NDArray[Any]:
    """Return the names of classes, or the classes where they have no other names."""
    names = activity_names
    if names is None:
        names = getattr(classifier, "activity_names", None)
        # Exported files name classes without names by their text: numbers remain numbers.
        if names is None or list(names) == [str(label) for label in classes.tolist()]:
            return classes
    if isinstance(names, str) or len(names) != len(classes) or len(set(names)) != len(names):
        raise ValueError(
            f"activity_names must name each of the {len(classes)} classes once, in their order "
            f"({', '.join(map(str, classes.tolist()))}), got {names!r}."
        )
    return np.array(names)


def _aligned(recordings: list[Recording], channels: tuple[str, ...]) -> list[Recording]:
    """Return recordings with their channels in one order."""
    aligned, moved = [], []
    for number, recording in enumerate(recordings):
        if set(recording.channel_names) != set(channels):
            raise ValueError(
                f"{name_of_recording(recording, number)}: the channels must be those of the first "
                f"recording, {list(channels)}, got {list(recording.channel_names)}. Name them by "
                "read_recording(..., channels={'column': 'name'})."
            )
        order = order_of_channels(channels, recording.channel_names)
        if order is None:
            aligned.append(recording)
            continue
        moved.append(name_of_recording(recording, number))
        aligned.append(
            replace(recording, samples=recording.samples[:, order], channel_names=channels)
        )
    if moved:
        warnings.warn(
            f"{len(moved)} of {len(recordings)} recordings have their channels in another order "
            f"than {list(channels)}, the first of them {moved[0]}: they were put in order by name.",
            RecordingWarning,
            stacklevel=4,
        )
    return aligned
