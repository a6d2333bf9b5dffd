"""The estimator of activities whose samples are recordings."""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import get_config
from sklearn.base import BaseEstimator, clone
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, get_routing_for_object
from sklearn.utils.metaestimators import available_if

from sklearn_har.preparation import Preparation, check_preparation
from sklearn_har.recognition._activities import learn_activities
from sklearn_har.recognition._checks import (
    aligned_recordings,
    labelled_recordings,
    refuse_low_rate,
    training_facts,
    warn_of_lost_activities,
)
from sklearn_har.recognition._decision import (
    LAYOUTS,
    Layout,
    check_recognizer,
    lay_out,
    names_of_classes,
)
from sklearn_har.recognition._novelty import learn_novelty
from sklearn_har.recognition._prediction import PredictionMixin
from sklearn_har.recordings import Recording
from sklearn_har.segmentation import Windows
from sklearn_har.utils._cutter import LabelRule
from sklearn_har.utils._errors import name_of_recording

__all__ = ["ActivityRecognizer"]


def _can_learn_more(recognizer: ActivityRecognizer) -> bool:
    return hasattr(getattr(recognizer, "estimator_", recognizer._estimator()), "partial_fit")


class ActivityRecognizer(PredictionMixin, BaseEstimator):
    """Recognise activities in recordings by a preparation, a classifier and smoothing.

    The samples of this estimator are raw recordings. It prepares them, cuts them into windows,
    trains a classifier of windows, and predicts a label for each sample or a timeline for each
    recording. The preparation is part of the model, so you predict raw recordings too.

    Parameters
    ----------
    estimator : classifier, default=None
        Any classifier with `predict_proba`: one of this package, a pipeline, or one of another
        library. None for :func:`~sklearn_har.recipes.make_light_cnn_lstm`.
    preparation : Preparation or str, default=None
        How recordings are prepared, or the name of a preset as in
        :meth:`~sklearn_har.preparation.Preparation.from_preset`. None for that of UCI HAR.
    label_rule : {"majority", "all-equal", "last"}, default="majority"
        How a training window gets its label from those of its samples, as in
        :func:`~sklearn_har.segmentation.segment_recording`.
    unlabelled : int or str, default=-1
        The label of samples without a known activity, besides missing values.
    smoothing : {"viterbi", "posterior"} or None, default="viterbi"
        How predictions are smoothed over time, as in :func:`~sklearn_har.timeline.make_timeline`.
    expected_duration : float, array-like of shape (n_classes,) or "training", default=None
        The mean duration of an activity, in s, for smoothing. None for 10 s; "training" for that of
        each activity in the training recordings.
    min_duration : float, default=0.0
        In s: shorter intervals are merged into the more probable neighbour.
    min_probability : float, default=0.0
        Windows whose activity is less probable than this get none.
    posture_weight : float, default=0.0
        How much it counts how this person sits, stands and lies in this recording, as in
        :func:`~sklearn_har.timeline.revise_by_posture`. Try 0.3 for recordings in which one person
        does several activities. It needs the whole recording, so :meth:`stream` and
        :meth:`decisions` do not use it.
    window_layout : {"windows", "channels-first", "flat"}, default="windows"
        The shape of windows that the estimator reads: (n_windows, n_timesteps, n_channels) as in
        this package, (n_windows, n_channels, n_timesteps) as in aeon, or
        (n_windows, n_timesteps * n_channels) as in scikit-learn.
    read_options : mapping of str to object, default=None
        How to read files of such recordings: parameters of
        :func:`~sklearn_har.recordings.read_recording`, such as ``{"time_unit": "ms", "units":
        "m/s2"}``. :meth:`read` and the command line use them, and they are saved with the model.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier of windows.
    preparation_ : Preparation
        How recordings are prepared.
    classes_ : ndarray of shape (n_classes,)
        The activities.
    channel_names_in_ : tuple of str
        The channels of the recordings.
    window_channel_names_ : tuple of str
        The channels of the windows that the classifier reads.
    n_windows_ : int
        The number of training windows.
    training_facts_ : dict
        The facts that recordings are compared with at prediction: the lowest sampling rate of the
        training recordings in Hz, the lowest and highest median magnitude of their accelerations in
        g, and typical windows, with the largest median distance of a held-out recording from them.
        ``activities`` has lists in the order of `classes_`: the share of the training windows
        (``class_prior``), which smoothing takes into account, the mean ``duration`` in s, and the
        ``posture_spread`` in g.

    See Also
    --------
    sklearn_har.recordings.read_recordings : Recordings from files.
    StreamingRecognizer : Recognition of samples as they arrive.
    recording_scorer : Scorers for cross-validation.

    Notes
    -----
    Cross-validate over subjects by ``cross_val_score(recognizer, recordings, groups=subjects,
    cv=GroupKFold())``. ``GridSearchCV`` searches `preparation__window` as well as
    `estimator__units`. If the `fit` of the estimator takes `groups`, it gets the subjects of the
    recordings, so that an internal validation set holds whole subjects.

    :func:`sklearn.base.is_classifier` returns False, because the estimator does not predict one
    label a recording. Splitters therefore do not stratify.

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
    ['activity', 'start', 'end', 'probability', 'distance']
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
        expected_duration: ArrayLike | Literal["training"] | None = None,
        min_duration: float = 0.0,
        min_probability: float = 0.0,
        posture_weight: float = 0.0,
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
        self.posture_weight = posture_weight
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
        """Make a fitted recognizer from a classifier that was fitted on windows.

        Parameters
        ----------
        classifier : classifier
            Fitted, with `predict_proba`, or an :class:`~sklearn_har.export.ExportedClassifier`.
        preparation : Preparation or str, default=None
            How its windows were made. None for the preparation in an exported file, or else that of
            UCI HAR.
        channel_names : sequence of str, default=None
            The channels of the recordings, in order. None takes the channels of a recording by
            their positions.
        activity_names : sequence of str, default=None
            A name for each of `classifier.classes_`; they become the `classes_` of the recognizer.
            None for the names in an exported file, or else the classes themselves.
        **params
            Parameters of the recognizer.

        Returns
        -------
        ActivityRecognizer
            Ready to predict.

        Raises
        ------
        TypeError, NotFittedError
            If `classifier` is not a fitted classifier with `predict_proba`.
        ValueError
            If its windows have another length than those of the preparation, or `activity_names`
            does not name each class once.
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
        recognizer.classes_ = names_of_classes(recognizer.classes_, classifier, activity_names)
        return recognizer

    def set_params(self, **params: Any) -> Self:
        """Set parameters, including those of a preparation given as a name or None.

        Parameters
        ----------
        **params
            Such as ``preparation__window=5.12`` or ``estimator__units=64``.

        Returns
        -------
        ActivityRecognizer
            The recognizer itself.
        """
        # A name or None has no parameters: replace it by the object first.
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
            (n_samples,). None for the labels of the recordings.
        groups : array-like of shape (n_recordings,), default=None
            The subject of each recording; the classifier gets them if it takes `groups`. None for
            the subjects of the recordings.

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
            If recordings are shorter than a window, have their channels in another order, or have
            activities that are the label of no window.
        """
        self._check_params()
        labelled = labelled_recordings(recordings, y, groups)
        made = clone(check_preparation(self.preparation)), labelled[0].channel_names
        windows, aligned = self._training_windows(labelled, *made)
        estimator = clone(self._estimator())
        estimator.fit(
            lay_out(windows.data, self.window_layout),
            windows.target,
            **self._fit_params(estimator, windows.subject),
        )
        self._set_fitted(
            estimator, windows, *made, self._facts(windows, aligned, estimator, made[0])
        )
        return self

    @available_if(_can_learn_more)  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        recordings: Sequence[Recording],
        y: Sequence[Any] | None = None,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Train the classifier further, or start with the first of many recordings.

        Parameters
        ----------
        recordings, y : sequence of Recording, and sequence of length n_recordings, default=None
            As in :meth:`fit`, with the channels of the first call.
        classes : array-like of shape (n_classes,), default=None
            All activities of all calls. Required at the first call unless these recordings contain
            them all.

        Returns
        -------
        ActivityRecognizer
            The recognizer itself.
        """
        goes_on = self.__sklearn_is_fitted__()
        labelled = labelled_recordings(recordings, y, None)
        if goes_on:
            # As at the first call: parameters set since then do not count.
            made, estimator = (self.preparation_, self.channel_names_in_), self.estimator_
        else:
            self._check_params()
            made = clone(check_preparation(self.preparation)), labelled[0].channel_names
            estimator = clone(self._estimator())
        windows, aligned = self._training_windows(labelled, *made)
        known = np.unique(windows.target) if classes is None else classes
        estimator.partial_fit(
            lay_out(windows.data, self.window_layout),
            windows.target,
            **({} if goes_on else {"classes": known}),
        )
        if goes_on:
            facts = self.training_facts_
        else:
            facts = self._facts(windows, aligned, estimator, made[0])
        self._set_fitted(estimator, windows, *made, facts)
        return self

    def _training_windows(
        self, labelled: list[Recording], preparation: Preparation, channels: tuple[str, ...]
    ) -> tuple[Windows, list[Recording]]:
        aligned = aligned_recordings(labelled, channels)
        for number, recording in enumerate(aligned):
            try:
                refuse_low_rate(recording, preparation)
            except ValueError as error:
                raise ValueError(f"{name_of_recording(recording, number)}: {error}") from error
        windows = preparation.windows(
            aligned,
            label_rule=self.label_rule,
            unlabelled=self.unlabelled,
            with_unknown_frame=True,
        )
        if not len(windows.target):
            raise ValueError(
                "recordings must have labelled windows, got none: every sample is unlabelled, or "
                f"no activity lasts for most of a window of {preparation.window:g} s."
            )
        warn_of_lost_activities(aligned, windows.target, self.unlabelled)
        return windows, aligned

    def _facts(
        self,
        windows: Windows,
        recordings: list[Recording],
        estimator: Any,
        preparation: Preparation,
    ) -> dict[str, Any]:
        """Return what the training recordings tell about recordings to come."""
        activities = learn_activities(
            windows,
            recordings,
            estimator,
            unlabelled=self.unlabelled,
            n_axes=len(preparation.acceleration),
            framed=preparation.frame != "device",
        )
        facts = training_facts(recordings, preparation) | learn_novelty(windows)
        return facts | {"activities": activities}

    def _fit_params(self, estimator: Any, groups: NDArray[Any] | None) -> dict[str, Any]:
        """Return the subjects of the windows if the estimator takes them."""
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
        """Return the routing of metadata: the estimator gets the `groups` of windows.

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

    def _set_fitted(
        self,
        estimator: Any,
        windows: Windows,
        preparation: Preparation,
        channels: tuple[str, ...],
        facts: dict[str, Any],
    ) -> None:
        # Set at the end, so that a failed training leaves the recognizer unchanged.
        self.preparation_ = preparation
        self.channel_names_in_ = channels
        self.n_windows_ = len(windows.data)
        self.window_channel_names_ = windows.channel_names
        self.training_facts_ = facts
        self._set_classifier(estimator)

    def _set_classifier(self, classifier: Any) -> None:
        self.estimator_ = classifier
        self.classes_ = np.asarray(classifier.classes_)

    def describe(self) -> dict[str, Any]:
        """Return everything that is needed to use the classifier elsewhere, fit for JSON.

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
            "posture_weight",
            "read_options",
        )
        return {
            "preparation": self.preparation_.to_dict(),
            "channel_names": list(self.channel_names_in_),
            "window_channel_names": list(self.window_channel_names_),
            "params": {name: getattr(self, name) for name in names},
            "training_facts": self.training_facts_,
        }

    def _estimator(self) -> Any:
        if self.estimator is not None:
            return self.estimator
        from sklearn_har.recipes import make_light_cnn_lstm

        return make_light_cnn_lstm()

    def _check_params(self) -> None:
        estimator = self.estimator
        if estimator is not None and (
            isinstance(estimator, type) or not hasattr(estimator, "predict_proba")
        ):
            raise TypeError(
                f"estimator must be a classifier with predict_proba, got {estimator!r}. "
                "sklearn.calibration.CalibratedClassifierCV adds it."
            )
        if self.window_layout not in LAYOUTS:
            raise ValueError(f"window_layout must be one of {LAYOUTS}, got {self.window_layout!r}.")
