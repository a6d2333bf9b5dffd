"""What is said about a window, and who says it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError

__all__ = ["Decision", "check_recogniser", "decide"]

# Windows that are handed to a classifier at once: hours of them would fill the memory.
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Decision:
    """The activity in one window.

    Made by :class:`StreamingRecognizer` and :func:`recognize_recording`.

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
        That of `activity`.

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


def check_recogniser(
    estimator: Any,
    n_timesteps: int,
    n_channels: int,
    *,
    sampling_rate: float,
    channel_names: Sequence[str] = (),
) -> None:
    """Raise unless `estimator` is a fitted classifier of such windows, as far as it says."""
    name = type(estimator).__name__
    if isinstance(estimator, type) or not hasattr(estimator, "predict"):
        raise TypeError(f"estimator must be a fitted classifier or pipeline, got {estimator!r}.")
    if not hasattr(estimator, "classes_"):
        raise NotFittedError(f"estimator must be fitted: call fit on this {name} before.")
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"estimator must have predict_proba, which {name} has not. "
            "sklearn.calibration.CalibratedClassifierCV gives it to classifiers without."
        )
    # A pipeline has no such attributes, its first step has.
    reader = getattr(estimator, "steps", [("", estimator)])[0][1]
    for argument, attribute, found, what in (
        ("window", "n_timesteps_in_", n_timesteps, "time steps"),
        ("the channels", "n_channels_in_", n_channels, "channels"),
    ):
        expected = getattr(reader, attribute, found)
        if expected != found:
            raise ValueError(
                f"estimator was fitted on windows of {expected} {what}, got {found}: change "
                f"{argument} to what it was trained with."
            )
    # What exported classifiers know about their windows.
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


def decide(
    estimator: Any,
    windows: NDArray[Any],
    start_time: NDArray[np.float64],
    seconds: float,
) -> list[Decision]:
    """Ask a classifier about windows of shape (n_windows, n_timesteps, n_channels)."""
    decisions: list[Decision] = []
    classes = np.asarray(estimator.classes_)
    for i in range(0, len(windows), _BLOCK):
        probabilities = np.asarray(estimator.predict_proba(windows[i : i + _BLOCK]))
        times = start_time[i : i + _BLOCK].tolist()
        if probabilities.shape != (len(times), len(classes)):
            raise ValueError(
                f"estimator must give {len(classes)} probabilities for each of {len(times)} "
                f"windows, got shape {probabilities.shape}."
            )
        best = classes[probabilities.argmax(axis=1)].tolist()
        decisions += [
            Decision(start, start + seconds, activity, row)
            for start, activity, row in zip(times, best, probabilities, strict=True)
        ]
    return decisions
