"""A hidden Markov model with the class probabilities of a classifier as emissions.

hmmlearn and librosa use one transition matrix for all steps. Here each step has its own, because
windows may be missing and recordings have breaks. dynamax can do that, but needs JAX.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm
from scipy.special import softmax

from sklearn_har.utils._arrays import check_probabilities, real_array
from sklearn_har.utils._numbers import check_real
from sklearn_har.utils._samples import check_increasing

# In windows: start times are sums of floats, so windows closer than this touch.
_TOUCHING = 1e-6
Floats = NDArray[np.float64]

_DEFAULT_DURATION = 10.0
# If the logarithm of no step is below, floats of a few steps do not become 0: products are faster.
_AT_ONCE, _FOR_FLOATS = 8, -75.0
# Probabilities rounded to 0 get this floor: otherwise one window could rule out a class for good.
_FLOOR = 1e-12
# A window of this weight outweighs any recording; larger weights would exceed logarithms.
_TOO_HEAVY = 1e6
# In s: less than the step between samples of any sensor.
_SHORTEST_DURATION = 1e-6


class WindowProbabilities:
    """Probabilities of the windows of one recording, in order of time.

    Window ``i`` covers the time from ``cell_start[i]`` to ``cell_end[i]``. Cells of overlapping
    windows meet halfway between their centres, so they do not overlap. ``after_gap[i]`` is True if
    no window covers the time before the cell.
    """

    def __init__(
        self, probabilities: ArrayLike, start_time: Any, window_length: float | None
    ) -> None:
        """Check the arguments of the user, and divide the time among the windows."""
        values = check_probabilities(probabilities, "probabilities")
        start_time, window_length = _times(start_time, window_length)
        start = _check_start_time(start_time, len(values))
        length = check_real(
            window_length, "window_length", minimum=0.0, exclude_minimum=True, unit="s"
        )
        steps = np.diff(start)
        apart = steps > length * (1.0 + _TOUCHING)
        # Two windows share their overlap equally; windows that are apart keep their own ends.
        middle = start[1:] + (length - np.minimum(steps, length)) / 2.0
        cell_start = np.concatenate([start[:1], middle])
        cell_end = np.append(np.where(apart, start[:-1] + length, middle), start[-1] + length)
        empty = np.flatnonzero(cell_end <= cell_start)
        if len(empty):
            raise ValueError(
                "window_length and the steps of start_time must be long enough for the times to "
                f"differ in double precision, got window_length={length} s and window {empty[0]}, "
                f"which starts at {start[empty[0]]} s and has no time of its own. Count the time "
                "from the start of the recording."
            )
        self.values, self.start_time, self.window_length = values, start, length
        self.cell_start: Floats = cell_start
        self.cell_end: Floats = cell_end
        self.after_gap = np.concatenate([[False], apart])

    @property
    def n_classes(self) -> int:
        return int(self.values.shape[1])

    @property
    def durations(self) -> Floats:
        """Return the durations of the cells, in s."""
        return self.cell_end - self.cell_start


def _times(start_time: Any, window_length: Any) -> tuple[Any, float]:
    """Return start times and the length of a window, also from windows of segmentation."""
    if not isinstance(start_time, Mapping):
        if window_length is None:
            raise TypeError(
                "window_length must be given in s with an array of start times. Windows passed as "
                "start_time have their own."
            )
        return start_time, window_length
    if window_length is not None:
        raise ValueError(
            f"window_length must be None with windows, which have their own, got {window_length!r}."
        )
    if start_time.get("start_time") is None or start_time.get("window_length") is None:
        raise ValueError(
            "start_time must be an array in s, or windows with start_time and window_length, got "
            f"{sorted(start_time)}: pass sampling_rate to segment_recording."
        )
    n_recordings = len(np.unique(start_time.get("recording", [])))
    if n_recordings > 1:
        raise ValueError(
            f"start_time must be windows of one recording, got those of {n_recordings}: "
            "make_timelines makes a timeline for each."
        )
    return start_time["start_time"], start_time["window_length"]


def check_classes(classes: ArrayLike | None, n_classes: int) -> NDArray[Any]:
    if classes is None:
        return np.arange(n_classes, dtype=np.int64)
    labels = np.asarray(classes)
    if labels.shape != (n_classes,):
        raise ValueError(
            f"classes must name each of the {n_classes} columns of probabilities, in order "
            f"(the classes_ of the classifier), got shape {labels.shape}."
        )
    if len(set(labels.tolist())) != n_classes:
        raise ValueError(f"classes must differ from each other, got {labels.tolist()}.")
    return labels


def _check_start_time(start_time: ArrayLike, n_windows: int) -> Floats:
    start = np.asarray(start_time)
    if start.dtype.kind not in "iuf" or start.shape != (n_windows,):
        raise ValueError(
            f"start_time must hold the start of each of the {n_windows} windows in s, got shape "
            f"{start.shape} and dtype {start.dtype}."
        )
    remedy = " Make one timeline for each recording."
    return check_increasing(start, "start_time", "window", remedy)


class HiddenMarkovModel:
    """The checked parameters of the model, and two algorithms for one recording."""

    def __init__(
        self,
        windows: WindowProbabilities,
        expected_duration: ArrayLike | None,
        transition: ArrayLike | None,
        class_prior: ArrayLike | None,
        evidence_weight: float | None,
    ) -> None:
        n_classes = windows.n_classes
        if transition is not None and expected_duration is not None:
            raise ValueError(
                "transition and expected_duration exclude each other: the matrix already "
                "determines the durations. Pass one of them."
            )
        steps = np.diff(windows.start_time)
        self._log_start = np.log(_check_prior(class_prior, n_classes))
        if transition is None:
            duration = _DEFAULT_DURATION if expected_duration is None else expected_duration
            between, self._which = _sticky(_check_duration(duration, n_classes), steps)
        else:
            between, self._which = _powers(_check_matrix(transition, n_classes), steps)
        with np.errstate(divide="ignore"):  # a transition of probability 0 is minus infinity
            self._log_between = np.log(between)
        if evidence_weight is None:
            # Each second of the recording counts once, in however many windows it is.
            weight = windows.durations / windows.window_length
        else:
            constant = check_real(evidence_weight, "evidence_weight", minimum=0.0, below=_TOO_HEAVY)
            weight = np.full(len(windows.values), constant)
        # Bayes: the evidence of a window is the ratio of its probabilities to the prior.
        evidence = np.log(np.maximum(windows.values, _FLOOR)) - self._log_start
        self._log_evidence = weight[:, np.newaxis] * evidence

    def posterior(self) -> Floats:
        """Return the probability of each class in each window, given all windows:
        forward-backward."""
        evidence = self._log_evidence - self._log_evidence.max(axis=1, keepdims=True)
        log_forward = self._forward(self._log_start, self._log_between, evidence, self._which)
        # Backward is forward in a chain that runs back: it counts the window itself once more.
        log_backward = self._forward(
            np.zeros_like(self._log_start),
            self._log_between.transpose(0, 2, 1),
            evidence[::-1],
            self._which[::-1],
        )
        return np.asarray(softmax(log_forward + log_backward[::-1] - evidence, axis=1))

    @staticmethod
    def _forward(
        log_start: Floats, log_between: Floats, evidence: Floats, which: NDArray[np.int64]
    ) -> Floats:
        """Return the logarithms of the probabilities given all windows so far, up to a factor."""
        smallest = log_start.min() + evidence.min() + log_between.min(initial=0.0)
        if smallest > _FOR_FLOATS:
            likelihood, between = np.exp(evidence), np.exp(log_between)
            ones = np.ones(len(log_start))
            now = np.exp(log_start) * likelihood[0]
            rows = [now]
            for i, matrix in enumerate(which.tolist()):
                now = (now @ between[matrix]) * likelihood[i + 1]
                if i % _AT_ONCE == 0:
                    now /= now @ ones
                rows.append(now)
            return np.log(rows)
        # Heavy weights make likelihoods too small for floats, and so do transitions of 0.
        now = log_start + evidence[0]
        rows = [now]
        for matrix, likely in zip(which, evidence[1:], strict=True):
            now = np.logaddexp.reduce(now[:, np.newaxis] + log_between[matrix], axis=0) + likely
            rows.append(now)
        return np.array(rows)

    def path(self) -> NDArray[np.int64]:
        """Return the most probable sequence of classes: Viterbi."""
        evidence = self._log_evidence
        came_from = np.empty(evidence.shape, dtype=np.int64)
        best, classes = self._log_start + evidence[0], np.arange(evidence.shape[1])
        into = np.ascontiguousarray(self._log_between.transpose(0, 2, 1))
        for i in range(1, len(evidence)):
            candidates = best + into[self._which[i - 1]]
            came_from[i] = candidates.argmax(axis=1)
            best = candidates[classes, came_from[i]] + evidence[i]
        path = np.empty(len(evidence), dtype=np.int64)
        path[-1] = best.argmax()
        for i in range(len(evidence) - 1, 0, -1):
            path[i - 1] = came_from[i, path[i]]
        return path


def _sticky(duration: Floats, steps: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return matrices of a chain that stays in a class for `duration` on average.

    It runs in continuous time, so that missing windows and gaps weaken the link correctly.
    """
    n_classes = len(duration)
    generator = np.tile(1.0 / duration[:, np.newaxis], n_classes) / max(n_classes - 1, 1)
    np.fill_diagonal(generator, -1.0 / duration if n_classes > 1 else 0.0)
    lengths, which = np.unique(np.round(steps, 6), return_inverse=True)
    # Rounding may give an entry of -1e-18.
    return np.maximum(expm(generator * lengths[:, np.newaxis, np.newaxis]), 0.0), which


def _powers(matrix: Floats, steps: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return matrices for steps of other lengths: powers of that for one step."""
    if len(steps) == 0:
        return np.empty((0, *matrix.shape)), np.empty(0, dtype=np.int64)
    multiples = np.maximum(np.round(steps / np.median(steps)), 1.0).astype(np.int64)
    counts, which = np.unique(multiples, return_inverse=True)
    return np.stack([np.linalg.matrix_power(matrix, int(count)) for count in counts]), which


def _check_matrix(transition: ArrayLike, n_classes: int) -> Floats:
    matrix = real_array(transition, "transition", "probabilities")
    if matrix.shape != (n_classes, n_classes):
        raise ValueError(
            f"transition must have shape ({n_classes}, {n_classes}), a row and a column for each "
            f"column of probabilities, got shape {matrix.shape}."
        )
    sums = matrix.sum(axis=1)
    if not ((matrix >= 0.0).all() and np.allclose(sums, 1.0, atol=1e-6)):
        raise ValueError(
            "transition must hold probabilities whose rows add up to 1 (from the class of the row "
            f"to that of the column), got rows that add up to {sums.tolist()} and a smallest entry "
            f"of {matrix.min():g}."
        )
    never = np.flatnonzero(matrix.sum(axis=0) <= 0.0).tolist()
    if never:
        raise ValueError(
            f"transition must lead to every class, got columns {never} of zeros: a class that is "
            "never reached cannot be recognised. Give rare transitions a small probability."
        )
    return np.asarray(matrix / sums[:, np.newaxis])


def _check_duration(expected_duration: ArrayLike, n_classes: int) -> Floats:
    accepted = f"a number of seconds above 0 (at least {_SHORTEST_DURATION:g})"
    accepted += f" or one for each of the {n_classes} classes"
    duration = real_array(expected_duration, "expected_duration", accepted)
    right = np.isfinite(duration) & (duration >= _SHORTEST_DURATION)
    if duration.shape not in ((), (n_classes,)) or not right.all():
        raise ValueError(f"expected_duration must be {accepted}, got {expected_duration!r}.")
    return np.full(n_classes, duration)


def _check_prior(class_prior: ArrayLike | None, n_classes: int) -> Floats:
    if class_prior is None:
        return np.full(n_classes, 1.0 / n_classes)
    prior = real_array(class_prior, "class_prior", "numbers above 0, one for each class")
    if prior.shape != (n_classes,) or not (np.isfinite(prior) & (prior > 0.0)).all():
        raise ValueError(
            f"class_prior must hold a number above 0 for each of the {n_classes} classes, such as "
            f"their counts in the training windows, got {class_prior!r}."
        )
    return np.asarray(prior / prior.sum())
