"""Decisions about windows, and the classifier that makes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError

Layout = Literal["windows", "channels-first", "flat"]
LAYOUTS = ("windows", "channels-first", "flat")
# A classifier gets this many windows at once: hours of them would fill the memory.
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Decision:
    """The activity in one window.

    Made by :class:`StreamingRecognizer` and :meth:`ActivityRecognizer.decisions`.

    Parameters
    ----------
    start : float
        The time of the first sample of the window, in s.
    end : float
        `start` plus the length of the window, in s: the time at which the next sample is due.
    activity : object
        The most probable of the classes of the classifier.
    probabilities : ndarray of shape (n_classes,)
        The probability of each class, in the order of `classes_`.

    Attributes
    ----------
    probability : float
        The probability of `activity`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.recognition import Decision
    >>> decision = Decision(1.28, 3.84, "walking", np.array([0.1, 0.9]))
    >>> decision.probability
    0.9
    """

    start: float
    end: float
    activity: Any
    probabilities: NDArray[Any]

    @property
    def probability(self) -> float:
        """Return the probability of the activity."""
        return float(self.probabilities.max())


def check_recognizer(
    estimator: Any,
    n_timesteps: int,
    n_channels: int | None,
    *,
    sampling_rate: float,
    channel_names: Sequence[str] = (),
) -> None:
    """Raise an error unless `estimator` is a fitted classifier of windows of this shape."""
    name = type(estimator).__name__
    if isinstance(estimator, type) or not hasattr(estimator, "predict"):
        raise TypeError(f"estimator must be a fitted classifier or pipeline, got {estimator!r}.")
    if not hasattr(estimator, "classes_"):
        raise NotFittedError(f"estimator must be fitted: call fit on this {name} before.")
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"estimator must have predict_proba, which {name} lacks. "
            "sklearn.calibration.CalibratedClassifierCV adds it."
        )
    # A pipeline lacks these attributes; its first step has them.
    reader = getattr(estimator, "steps", [("", estimator)])[0][1]
    for argument, attribute, found, what in (
        ("window", "n_timesteps_in_", n_timesteps, "time steps"),
        ("the channels", "n_channels_in_", n_channels, "channels"),
    ):
        expected = getattr(reader, attribute, found)
        if found is not None and expected != found:
            raise ValueError(
                f"estimator was fitted on windows of {expected} {what}, got {found}: change "
                f"{argument} of the preparation to what it was trained with."
            )
    # Exported classifiers store the rate and the channels of their windows.
    rate = getattr(estimator, "sampling_rate", None)
    if rate is not None and not math.isclose(rate, sampling_rate, rel_tol=1e-6):
        raise ValueError(
            f"estimator was exported for windows of {rate:g} Hz, got sampling_rate="
            f"{sampling_rate:g}: change sampling_rate to what it was trained with."
        )
    names = list(getattr(estimator, "channel_names", None) or channel_names)
    if names != list(channel_names) and sorted(names) == sorted(channel_names):
        raise ValueError(
            f"estimator was exported for channels in the order {names}, got "
            f"{list(channel_names)}: change the order of the channels."
        )


class Asked:
    """Predict the classes of windows by a fitted classifier, in the layout that it reads.

    Parameters
    ----------
    classifier : classifier
        With `classes_` and `predict_proba`.
    layout : {"windows", "channels-first", "flat"}
        The layout of the windows that the classifier reads.
    classes : ndarray of shape (n_classes,), default=None
        The activities, in the order of the probabilities. None for `classes_` of the classifier.
    """

    def __init__(
        self,
        classifier: Any,
        layout: Layout = "windows",
        classes: NDArray[Any] | None = None,
    ) -> None:
        self.classifier = classifier
        self.layout = layout
        self._classes = classes

    @property
    def classes(self) -> NDArray[Any]:
        """Return the activities, in the order of the probabilities."""
        known = self._classes
        return np.asarray(self.classifier.classes_ if known is None else known)

    def predict_proba(self, windows: NDArray[Any]) -> NDArray[Any]:
        """Return probabilities for windows of shape (n_windows, n_timesteps, n_channels)."""
        n_classes = len(self.classes)
        blocks = []
        for i in range(0, len(windows), _BLOCK):
            block = windows[i : i + _BLOCK]
            found = np.asarray(self.classifier.predict_proba(lay_out(block, self.layout)))
            if found.shape != (len(block), n_classes):
                raise ValueError(
                    f"estimator must give {n_classes} probabilities for each of {len(block)} "
                    f"windows, got shape {found.shape}."
                )
            blocks.append(found)
        return np.concatenate(blocks) if blocks else np.empty((0, n_classes))

    def decide(
        self, start_time: NDArray[np.float64], windows: NDArray[Any], seconds: float
    ) -> list[Decision]:
        """Return a decision about each window; `seconds` is the length of a window."""
        return decisions_of(start_time, self.predict_proba(windows), self.classes, seconds)


def decisions_of(
    start_time: NDArray[np.float64],
    probabilities: NDArray[Any],
    classes: NDArray[Any],
    seconds: float,
) -> list[Decision]:
    """Return the decisions that the probabilities of windows give."""
    best = classes[probabilities.argmax(axis=1)].tolist()
    return [
        Decision(start, start + seconds, activity, row)
        for start, activity, row in zip(start_time.tolist(), best, probabilities, strict=True)
    ]


def lay_out(windows: NDArray[Any], layout: Layout) -> NDArray[Any]:
    """Return windows of shape (n_windows, n_timesteps, n_channels) as a classifier reads them."""
    if layout == "channels-first":
        return np.swapaxes(windows, 1, 2)
    return windows.reshape(len(windows), -1) if layout == "flat" else windows


def names_of_classes(
    classes: NDArray[Any], classifier: Any, activity_names: Sequence[str] | None
) -> NDArray[Any]:
    """Return the names of classes; the classes themselves if they have no names."""
    names = activity_names
    if names is None:
        names = getattr(classifier, "activity_names", None)
        # Exported files store unnamed classes as text: keep the numbers.
        if names is None or list(names) == [str(label) for label in classes.tolist()]:
            return classes
    if isinstance(names, str) or len(names) != len(classes) or len(set(names)) != len(names):
        raise ValueError(
            f"activity_names must name each of the {len(classes)} classes once, in their order "
            f"({', '.join(map(str, classes.tolist()))}), got {names!r}."
        )
    return np.array(names)
