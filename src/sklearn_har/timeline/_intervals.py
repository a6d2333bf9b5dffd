"""Merge windows into intervals of activities.

Filters of SciPy and pandas have a fixed length, and do not use the probabilities of the neighbours.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sklearn_har.timeline._hmm import HiddenMarkovModel, WindowProbabilities, check_classes
from sklearn_har.utils._labels import OnUnlabelled, append_unlabelled, check_on_unlabelled
from sklearn_har.utils._numbers import check_real

Smoothing = Literal["viterbi", "posterior"]
Floats = NDArray[np.float64]

_SMOOTHINGS = ("viterbi", "posterior", None)
_UNLABELLED = -1
# Start times are sums of floats, so an interval of the minimum duration may round to less.
_ROUNDING = 1e-6


def make_timeline(
    probabilities: ArrayLike,
    start_time: ArrayLike | Mapping[str, Any],
    window_length: float | None = None,
    classes: ArrayLike | None = None,
    *,
    smoothing: Smoothing | None = "viterbi",
    expected_duration: ArrayLike | None = None,
    transition: ArrayLike | None = None,
    class_prior: ArrayLike | None = None,
    evidence_weight: float | None = None,
    min_duration: float = 0.0,
    min_probability: float = 0.0,
    unlabelled: Hashable = -1,
    on_unlabelled: OnUnlabelled = "drop",
) -> pd.DataFrame:
    """Merge the probabilities of windows into intervals of one activity each.

    Each window covers the time around its centre, up to halfway to the centres of its neighbours,
    and to the ends of the recording. No interval crosses time without windows, as at breaks.

    Parameters
    ----------
    probabilities : array-like of shape (n_windows, n_classes)
        The output of ``predict_proba`` for the windows of one recording, in order of time.
    start_time : array-like of shape (n_windows,) or Windows
        Start of each window in s, increasing; or the windows of segmentation, which have their
        start times and length.
    window_length : float, default=None
        Length of a window, in s. None with windows.
    classes : array-like of shape (n_classes,), default=None
        The labels of the columns, such as ``classes_`` of the classifier or names of activities.
        None for 0, 1, 2, ...
    smoothing : {"viterbi", "posterior"} or None, default="viterbi"
        How to find the activity of a window:

        - "viterbi": from the most probable sequence, :func:`decode_activities`;
        - "posterior": the most probable activity of :func:`smooth_probabilities`;
        - None: the most probable activity of the window alone.
    expected_duration, transition, class_prior, evidence_weight : default=None
        The hidden Markov model, as in :func:`smooth_probabilities`. Leave them out with
        ``smoothing=None``.
    min_duration : float, default=0.0
        In s: shorter intervals are merged into the more probable neighbour, unlabelled ones first,
        then the shortest. An interval between two breaks has no neighbour and stays.
    min_probability : float, default=0.0
        A window whose activity is less probable than this after smoothing is unlabelled. As a
        neighbour of a short interval, an unlabelled one counts with this probability.
    unlabelled : int or str, default=-1
        The activity of unlabelled intervals, if they are kept.
    on_unlabelled : {"drop", "keep"}, default="drop"
        Whether to leave a gap in place of unlabelled intervals, or to keep them as `unlabelled`.

    Returns
    -------
    DataFrame
        One row for each interval, in order of time and without overlap:

        activity : of the type of `classes`
            The label.
        start, end : float
            In s, on the clock of `start_time`.
        probability : float
            Mean probability of the activity over the interval, smoothed unless `smoothing` is None.
            For an unlabelled interval, that of its most probable activity.

    See Also
    --------
    timeline_scores : Compare a timeline with the ground truth.
    timeline_to_labels : Find the label of each sample.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.timeline import make_timeline
    >>> probabilities = np.array([[0.9, 0.1]] * 5 + [[0.2, 0.8]] * 5)
    >>> start_time = np.arange(10) * 1.28
    >>> make_timeline(probabilities, start_time, 2.56, ["sitting", "walking"]).round(2)
      activity  start    end  probability
    0  sitting   0.00   7.04         0.93
    1  walking   7.04  14.08         0.80
    """
    windows = WindowProbabilities(probabilities, start_time, window_length)
    labels = check_classes(classes, windows.n_classes)
    if smoothing not in _SMOOTHINGS:
        raise ValueError(f"smoothing must be one of {_SMOOTHINGS}, got {smoothing!r}.")
    shortest = check_real(min_duration, "min_duration", minimum=0.0, unit="s")
    threshold = check_real(min_probability, "min_probability", minimum=0.0, below=1.0)
    check_on_unlabelled(on_unlabelled)
    if on_unlabelled == "keep":
        labels = append_unlabelled(labels, unlabelled, "on_unlabelled='keep'")
    values = windows.values
    if smoothing is None:
        _refuse_unused(expected_duration, transition, class_prior, evidence_weight)
        codes = values.argmax(axis=1)
    else:
        model = HiddenMarkovModel(
            windows, expected_duration, transition, class_prior, evidence_weight
        )
        values = model.posterior()
        codes = model.path() if smoothing == "viterbi" else values.argmax(axis=1)
    own = values[np.arange(len(values)), codes]
    codes = np.where(own < threshold, _UNLABELLED, codes)

    runs = _Runs(codes, values, windows, threshold)
    if shortest > 0.0:
        runs.absorb(shortest)
    code, start, end, probability = runs.table()
    if on_unlabelled == "drop":
        known = code != _UNLABELLED
        code, start, end, probability = code[known], start[known], end[known], probability[known]
    return pd.DataFrame(
        {"activity": labels[code], "start": start, "end": end, "probability": probability}
    )


def make_timelines(
    probabilities: ArrayLike,
    windows: Mapping[str, Any],
    classes: ArrayLike | None = None,
    **params: Any,
) -> list[pd.DataFrame]:
    """Make a timeline of each recording from its windows.

    Parameters
    ----------
    probabilities : array-like of shape (n_windows, n_classes)
        The output of ``predict_proba`` for the windows.
    windows : Windows
        Windows from :func:`~sklearn_har.segmentation.segment_recordings`.
    classes : array-like of shape (n_classes,), default=None
        The labels of the columns, as in :func:`make_timeline`.
    **params
        More parameters of :func:`make_timeline`.

    Returns
    -------
    list of DataFrame
        One for each recording that has a window, in order of their numbers.

    See Also
    --------
    make_timeline : Make the timeline of one recording.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.segmentation import segment_recordings
    >>> from sklearn_har.timeline import make_timelines
    >>> windows = segment_recordings([np.zeros((300, 3))] * 2, window=2.0, sampling_rate=50.0)
    >>> probabilities = np.tile([0.9, 0.1], (len(windows.data), 1))
    >>> [len(timeline) for timeline in make_timelines(probabilities, windows, ["sit", "walk"])]
    [1, 1]
    """
    values = np.asarray(probabilities)
    if not isinstance(windows, Mapping) or "recording" not in windows:
        fields = sorted(windows) if isinstance(windows, Mapping) else type(windows).__name__
        raise ValueError(
            "windows must be those of segment_recordings, with the field recording, got "
            f"{fields}. make_timeline takes the windows of one recording."
        )
    if windows.get("start_time") is None:
        raise ValueError(
            "windows must have start times, got none: pass sampling_rate to segment_recordings."
        )
    recording = np.asarray(windows["recording"])
    if values.shape[:1] != recording.shape:
        raise ValueError(
            f"probabilities must have one row for each of the {len(recording)} windows, got shape "
            f"{values.shape}."
        )
    times = np.asarray(windows["start_time"])
    return [
        make_timeline(
            values[rows],
            {"start_time": times[rows], "window_length": windows.get("window_length")},
            classes=classes,
            **params,
        )
        for rows in (recording == number for number in np.unique(recording))
    ]


def _refuse_unused(*values: Any) -> None:
    names = ("expected_duration", "transition", "class_prior", "evidence_weight")
    given = [name for name, value in zip(names, values, strict=True) if value is not None]
    if given:
        raise ValueError(
            f"smoothing=None uses no hidden Markov model, got {given}. Leave them out, or pass "
            "smoothing='viterbi' or 'posterior'."
        )


class _Runs:
    """Runs of windows of one activity in a part of the recording."""

    def __init__(
        self,
        codes: NDArray[np.int64],
        values: Floats,
        windows: WindowProbabilities,
        threshold: float,
    ) -> None:
        new = windows.after_gap.copy()
        new[0] = True
        new[1:] |= codes[1:] != codes[:-1]
        first = np.flatnonzero(new)
        self._windows = windows
        self._threshold = threshold
        self._code = codes[first].tolist()
        self._first = first.tolist()
        self._stop = [*self._first[1:], len(codes)]
        self._alive = [True] * len(first)
        # The run of each window; kept up to date only for the ends of runs.
        self._run_of = (np.cumsum(new) - 1).tolist()
        weighted = values * windows.durations[:, np.newaxis]
        self._sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(weighted, axis=0)])

    def absorb(self, min_duration: float) -> None:
        """Merge runs shorter than `min_duration` into a neighbour."""
        limit = min_duration * (1.0 - _ROUNDING)
        queue = [self._entry(i) for i in range(len(self._code))]
        heapq.heapify(queue)
        while queue:
            entry = heapq.heappop(queue)
            _, duration, run = entry
            # A run that has grown is in the queue again, with its new duration.
            if duration >= limit or not self._alive[run] or entry != self._entry(run):
                continue
            neighbours = self._neighbours(run)
            if not neighbours:
                continue
            better = max(neighbours, key=lambda n: (self._score(run, n), self._duration(n)))
            self._code[run] = self._code[better]
            for neighbour in neighbours:
                if self._code[neighbour] == self._code[run]:
                    self._merge(run, neighbour)
            heapq.heappush(queue, self._entry(run))

    def table(self) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
        """Return the code, start, end and probability of the remaining runs."""
        runs = [i for i, alive in enumerate(self._alive) if alive]
        code = np.array([self._code[i] for i in runs], dtype=np.int64)
        first = np.array([self._first[i] for i in runs], dtype=np.int64)
        stop = np.array([self._stop[i] for i in runs], dtype=np.int64)
        start, end = self._windows.cell_start[first], self._windows.cell_end[stop - 1]
        means = (self._sums[stop] - self._sums[first]) / (end - start)[:, np.newaxis]
        chosen = np.where(code == _UNLABELLED, means.argmax(axis=1), code)
        # Rounding may put a mean of ones above 1.
        return code, start, end, np.minimum(means[np.arange(len(runs)), chosen], 1.0)

    def _entry(self, run: int) -> tuple[bool, float, int]:
        # Unlabelled runs go first: they must not absorb known neighbours.
        return self._code[run] != _UNLABELLED, self._duration(run), run

    def _neighbours(self, run: int) -> list[int]:
        """Return the runs before and after, in the same part of the recording."""
        first, stop, apart = self._first[run], self._stop[run], self._windows.after_gap
        before = [self._run_of[first - 1]] if first > 0 and not apart[first] else []
        after = [self._run_of[stop]] if stop < len(apart) and not apart[stop] else []
        return before + after

    def _merge(self, run: int, neighbour: int) -> None:
        self._alive[neighbour] = False
        self._first[run] = first = min(self._first[run], self._first[neighbour])
        self._stop[run] = stop = max(self._stop[run], self._stop[neighbour])
        self._run_of[first] = self._run_of[stop - 1] = run

    def _duration(self, run: int) -> float:
        windows = self._windows
        return float(windows.cell_end[self._stop[run] - 1] - windows.cell_start[self._first[run]])

    def _score(self, run: int, neighbour: int) -> float:
        """Return the probability of the neighbour's activity within the run."""
        code = self._code[neighbour]
        if code == _UNLABELLED:
            return self._threshold
        total = self._sums[self._stop[run], code] - self._sums[self._first[run], code]
        return float(total / self._duration(run))
