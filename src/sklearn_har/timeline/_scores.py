"""Compare two timelines by time, events and boundaries.

scikit-learn scores the time between boundaries, and not intervals. sed_eval and mir_eval match
events by tolerances of their ends, not by the time that they share. SciPy matches the intervals
here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import accuracy_score, jaccard_score, precision_recall_fscore_support

from sklearn_har.utils._arrays import real_array
from sklearn_har.utils._intervals import Intervals, check_timeline, row_at
from sklearn_har.utils._validation import check_choice

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_NONE = -1
# In s: intervals that are closer than this touch.
_TOUCHING = 1e-6
# Rounding must not exclude an intersection over union equal to the threshold.
_ROUNDING = 1e-9


def timeline_scores(
    true: pd.DataFrame | Sequence[pd.DataFrame],
    predicted: pd.DataFrame | Sequence[pd.DataFrame],
    *,
    iou_threshold: float | Sequence[float] = 0.5,
    unlabelled: Literal["ignore", "wrong"] = "ignore",
) -> TimelineScores:
    """Compare predicted timelines with true ones.

    Scores over time do not show flicker: one activity in twenty pieces may have a high accuracy.
    Therefore the intervals are also compared as events [1]_. Within each activity, as many
    predicted and true intervals as possible are matched one to one at the threshold of intersection
    over union. Unmatched intervals lower precision or recall.

    Parameters
    ----------
    true : DataFrame or sequence of DataFrame
        Columns ``activity``, ``start`` and ``end`` in s: one timeline, or one for each recording.
    predicted : DataFrame or sequence of DataFrame
        The same number of timelines, in the same order.
    iou_threshold : float or sequence of float, default=0.5
        The smallest intersection over union of two matching intervals, above 0 and at most 1. The
        tables per class and the boundaries use the first one.
    unlabelled : {"ignore", "wrong"}, default="ignore"
        How to score predictions where `true` has no activity:

        - "ignore": not at all. Predicted intervals are cut to the labelled time;
        - "wrong": as wrong. Time without an activity in both is not counted.

    Returns
    -------
    TimelineScores
        Scores over time and events, and the errors of boundaries.

    See Also
    --------
    make_timeline : Make a timeline from probabilities of windows.
    labels_to_timeline : Make a timeline from labels of samples.

    Notes
    -----
    Boundaries are measured on matched intervals. With ``unlabelled="ignore"``, only boundaries
    between two known activities without a gap count: the true time of the others is unknown. A
    boundary between two matched intervals counts for both.

    An activity that occurs in only one of the timelines has precision 0, recall 0 and F1 0. Means
    are over all activities that occur in either.

    References
    ----------
    .. [1] Ward, Lukowicz, Gellersen, "Performance metrics for activity recognition", ACM
       Transactions on Intelligent Systems and Technology 2 (2011), 6,
       :doi:`10.1145/1889681.1889687`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_har.timeline import timeline_scores
    >>> columns = ["activity", "start", "end"]
    >>> true = pd.DataFrame([["sit", 0.0, 10.0], ["walk", 10.0, 20.0]], columns=columns)
    >>> predicted = pd.DataFrame([["sit", 0.0, 11.0], ["walk", 11.0, 20.0]], columns=columns)
    >>> print(timeline_scores(true, predicted))
    time      accuracy 0.950, macro-F1 0.950, mean IoU 0.905
    events    precision 1.000, recall 1.000, F1 1.000 at IoU 0.5 (2 matched of 2 true, 2 predicted)
    boundary  1.00 s off on average, 1.00 s in the median, bias +1.00 s (2 boundaries)
    """
    pairs = _check_pairs(true, predicted)
    thresholds = _check_thresholds(iou_threshold)
    check_choice(unlabelled, "unlabelled", ("ignore", "wrong"))
    classes = _classes(pairs)
    recordings = [_compare(*pair, classes, unlabelled) for pair in pairs]

    duration, codes, predicted_codes = (
        np.concatenate([recording[i] for recording in recordings]) for i in range(3)
    )
    options: Any = {"labels": np.arange(len(classes)), "average": None, "zero_division": 0}
    options["sample_weight"] = duration
    scores = precision_recall_fscore_support(codes, predicted_codes, **options)
    over_time = pd.DataFrame(
        dict(zip(("precision", "recall", "f1"), scores, strict=False)),
        index=pd.Index(classes, name="activity"),
    )
    over_time["iou"] = jaccard_score(codes, predicted_codes, **options)
    n_true = _count([recording.true.activity for recording in recordings], len(classes))
    n_predicted = _count([recording.predicted.activity for recording in recordings], len(classes))
    events, boundary_errors = [], np.empty(0)
    for i, threshold in enumerate(thresholds):
        matches = [_match(recording, threshold) for recording in recordings]
        both = list(zip(recordings, matches, strict=True))
        n_matched = _count([pair.true.activity[rows] for pair, (rows, _) in both], len(classes))
        counts = {"n_true": n_true, "n_predicted": n_predicted, "n_matched": n_matched}
        totals = {name: int(count.sum()) for name, count in counts.items()}
        per_class = _event_scores(**counts)
        overall = {name: float(score) for name, score in _event_scores(**totals).items()}
        events.append({**overall, "macro_f1": float(per_class["f1"].mean()), **totals})
        if i == 0:
            named = {f"event_{name}": score for name, score in per_class.items()}
            over_time = over_time.assign(**named, **counts)
            boundary_errors = np.concatenate([_boundary_errors(*pair) for pair in both])
    return TimelineScores(
        accuracy=float(accuracy_score(codes, predicted_codes, sample_weight=duration)),
        macro_f1=float(over_time["f1"].mean()),
        mean_iou=float(over_time["iou"].mean()),
        per_class=over_time,
        events=pd.DataFrame(events, index=pd.Index(thresholds, name="iou_threshold")),
        boundary_errors=boundary_errors,
    )


class _Recording(NamedTuple):
    """One recording: the pieces of time between boundaries, and the events, with codes."""

    duration: Floats
    true_code: Codes
    predicted_code: Codes
    true: Intervals
    predicted: Intervals
    start_counts: NDArray[np.bool_]
    end_counts: NDArray[np.bool_]


def _compare(
    true: Intervals, predicted: Intervals, classes: NDArray[Any], unlabelled: str
) -> _Recording:
    edges = np.unique(np.concatenate([true.start, true.end, predicted.start, predicted.end]))
    middle = (edges[1:] + edges[:-1]) / 2.0
    true_row, predicted_row = row_at(true, middle), row_at(predicted, middle)
    true_codes, predicted_codes = (
        np.append(np.searchsorted(classes, timeline.activity), _NONE)
        if len(timeline.activity)
        else np.array([_NONE])
        for timeline in (true, predicted)
    )
    counted = true_row >= 0 if unlabelled == "ignore" else (true_row >= 0) | (predicted_row >= 0)
    if unlabelled == "ignore":
        touches = np.abs(true.start[1:] - true.end[:-1]) <= _TOUCHING
        start_counts, end_counts = np.append(False, touches), np.append(touches, False)
        shown = np.where(counted, predicted_row, _NONE)
        # A piece continues the event of the previous piece unless time between them was cut out.
        new = np.append(True, shown[1:] != shown[:-1])
        first = np.flatnonzero(new)
        stop = np.append(first[1:], len(shown))
        stay = shown[first] >= 0
        first, stop = first[stay], stop[stay]
        events = Intervals(predicted_codes[shown[first]], edges[first], edges[stop])
    else:
        start_counts = end_counts = np.full(len(true.start), True)
        events = Intervals(predicted_codes[:-1], predicted.start, predicted.end)
    return _Recording(
        np.diff(edges)[counted],
        true_codes[true_row[counted]],
        predicted_codes[predicted_row[counted]],
        Intervals(true_codes[:-1], true.start, true.end),
        events,
        start_counts,
        end_counts,
    )


def _match(recording: _Recording, threshold: float) -> Codes:
    """Return the rows of true and predicted events that match one to one, (2, n_matched)."""
    true, predicted = recording.true, recording.predicted
    pairs = [
        _assign(true, predicted, mine, theirs, threshold)
        for mine, theirs in _neighbourhoods(true, predicted)
    ]
    return np.hstack([np.empty((2, 0), dtype=np.int64), *pairs])


def _neighbourhoods(true: Intervals, predicted: Intervals) -> Iterator[tuple[Codes, Codes]]:
    """Yield the rows of overlapping events of one activity; a recording of days has many."""
    code = np.concatenate([true.activity, predicted.activity])
    start = np.concatenate([true.start, predicted.start])
    end = np.concatenate([true.end, predicted.end])
    order = np.lexsort((start, code))
    code, start, end = code[order], start[order], end[order]
    new = np.append(True, code[1:] != code[:-1])
    for first in np.flatnonzero(new):
        stop = first + np.argmax(np.append(new[first + 1 :], True)) + 1
        reached = np.maximum.accumulate(end[first:stop])
        new[first + 1 : stop] |= start[first + 1 : stop] >= reached[:-1]
    for rows in np.split(order, np.flatnonzero(new)[1:]):
        mine, theirs = rows[rows < len(true.activity)], rows[rows >= len(true.activity)]
        if len(mine) and len(theirs):
            yield mine, theirs - len(true.activity)


def _assign(
    true: Intervals, predicted: Intervals, mine: Codes, theirs: Codes, threshold: float
) -> tuple[Codes, Codes]:
    a_start, a_end = true.start[mine, np.newaxis], true.end[mine, np.newaxis]
    b_start, b_end = predicted.start[theirs], predicted.end[theirs]
    both = np.maximum(np.minimum(a_end, b_end) - np.maximum(a_start, b_start), 0.0)
    iou = both / ((a_end - a_start) + (b_end - b_start) - both)
    good = iou >= threshold - _ROUNDING
    # Prefer more matches, then better ones: no sum of IoU reaches `most`.
    most = min(iou.shape) + 1.0
    row, column = linear_sum_assignment(np.where(good, most + iou, 0.0), maximize=True)
    kept = good[row, column]
    return mine[row[kept]], theirs[column[kept]]


def _boundary_errors(recording: _Recording, matches: Codes) -> Floats:
    rows, columns = matches
    true, predicted = recording.true, recording.predicted
    starts = predicted.start[columns] - true.start[rows]
    ends = predicted.end[columns] - true.end[rows]
    return np.concatenate([starts[recording.start_counts[rows]], ends[recording.end_counts[rows]]])


def _count(codes: list[Codes], n_classes: int) -> Codes:
    return np.bincount(np.concatenate(codes), minlength=n_classes)


def _event_scores(n_true: Any, n_predicted: Any, n_matched: Any) -> dict[str, Floats]:
    return {
        "precision": _ratio(n_matched, n_predicted),
        "recall": _ratio(n_matched, n_true),
        "f1": _ratio(2 * n_matched, n_true + n_predicted),
    }


def _ratio(part: Any, whole: Any) -> Floats:
    """Return `part / whole`, and 0 if both are 0."""
    whole = np.asarray(whole, dtype=np.float64)
    return np.asarray(np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0))


def _check_pairs(true: Any, predicted: Any) -> list[tuple[Intervals, Intervals]]:
    alone = isinstance(true, pd.DataFrame)
    if alone != isinstance(predicted, pd.DataFrame):
        raise TypeError(
            "true and predicted must both be one timeline or both be sequences of timelines, got "
            f"{type(true).__name__} and {type(predicted).__name__}."
        )
    left, right = ([one] if alone else list(one) for one in (true, predicted))
    if len(left) != len(right):
        raise ValueError(
            "true and predicted must hold a timeline for each recording, got "
            f"{len(left)} and {len(right)}."
        )
    which = [""] if alone else [f"[{i}]" for i in range(len(left))]
    pairs = [
        (check_timeline(a, f"true{i}"), check_timeline(b, f"predicted{i}"))
        for a, b, i in zip(left, right, which, strict=True)
    ]
    if not any(len(a.start) for a, _ in pairs):
        raise ValueError("true must hold at least one interval, got none.")
    return pairs


def _classes(pairs: list[tuple[Intervals, Intervals]]) -> NDArray[Any]:
    names = {}
    for which, name in enumerate(("true", "predicted")):
        activities = [pair[which].activity for pair in pairs if len(pair[which].activity)]
        if activities:
            names[name] = np.unique(np.concatenate(activities))
    kinds = {
        name: "text" if found.dtype.kind in "OUS" else "numbers" for name, found in names.items()
    }
    if len(set(kinds.values())) > 1:
        raise ValueError(
            "true and predicted must use the same names of activities, got "
            + " and ".join(f"{kind} in {name}" for name, kind in kinds.items())
            + ". Pass the names as classes to make_timeline, or translate one of them."
        )
    return np.unique(np.concatenate(list(names.values())))


def _check_thresholds(iou_threshold: float | Sequence[float]) -> list[float]:
    values = np.atleast_1d(real_array(iou_threshold, "iou_threshold", "numbers"))
    if values.ndim != 1 or not len(values) or not ((values > 0.0) & (values <= 1.0)).all():
        raise ValueError(
            "iou_threshold must be a number above 0 and at most 1, or several, got "
            f"{iou_threshold!r}."
        )
    return [float(value) for value in values]


@dataclass(frozen=True, eq=False, repr=False)
class TimelineScores:
    """The scores of predicted timelines over time, events and boundaries.

    :func:`timeline_scores` returns it. ``str(scores)`` is a short summary. Undefined values are
    NaN.

    Attributes
    ----------
    accuracy : float
        Share of the time with the right activity: the limit of the accuracy over ever denser
        samples.
    macro_f1 : float
        Mean over the activities of the F1 score over time.
    mean_iou : float
        Mean over the activities of the intersection over union.
    per_class : DataFrame of n_classes rows
        Indexed by activity: ``precision``, ``recall``, ``f1`` and ``iou`` over time, where ``iou``
        is the common time of an activity over the time of either timeline; ``event_precision``,
        ``event_recall`` and ``event_f1`` over intervals at the first threshold; and the numbers of
        intervals ``n_true``, ``n_predicted`` and ``n_matched``.
    events : DataFrame of n_thresholds rows
        Indexed by ``iou_threshold``, over the intervals of all activities: ``precision``,
        ``recall``, ``f1``, ``macro_f1`` (mean over the activities), ``n_true``, ``n_predicted`` and
        ``n_matched``.
    boundary_errors : ndarray of shape (n_boundaries,)
        Predicted minus true time in s of each measured start and end of intervals matched at the
        first threshold. It is positive if the prediction is late.
    """

    accuracy: float
    macro_f1: float
    mean_iou: float
    per_class: pd.DataFrame
    events: pd.DataFrame
    boundary_errors: NDArray[np.float64]

    @property
    def event_precision(self) -> float:
        """Share of the predicted intervals that match a true one, at the first threshold."""
        return float(self.events["precision"].iloc[0])

    @property
    def event_recall(self) -> float:
        """Share of the true intervals that a predicted one matches, at the first threshold."""
        return float(self.events["recall"].iloc[0])

    @property
    def event_f1(self) -> float:
        """Harmonic mean of `event_precision` and `event_recall`."""
        return float(self.events["f1"].iloc[0])

    @property
    def boundary_error(self) -> float:
        """Mean absolute value of `boundary_errors`, in s; NaN without any."""
        return float(np.mean(np.abs(self.boundary_errors))) if len(self.boundary_errors) else np.nan

    def __str__(self) -> str:
        lines = [
            f"time      accuracy {self.accuracy:.3f}, macro-F1 {self.macro_f1:.3f}, "
            f"mean IoU {self.mean_iou:.3f}"
        ]
        for threshold, row in self.events.iterrows():
            lines.append(
                f"events    precision {row['precision']:.3f}, recall {row['recall']:.3f}, "
                f"F1 {row['f1']:.3f} at IoU {threshold:g} ({row['n_matched']:.0f} matched of "
                f"{row['n_true']:.0f} true, {row['n_predicted']:.0f} predicted)"
            )
        errors = self.boundary_errors
        if len(errors):
            lines.append(
                f"boundary  {self.boundary_error:.2f} s off on average, "
                f"{np.median(np.abs(errors)):.2f} s in the median, bias {np.mean(errors):+.2f} s "
                f"({len(errors)} boundaries)"
            )
        else:
            lines.append("boundary  none to measure")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"<TimelineScores: accuracy {self.accuracy:.4f}, macro-F1 {self.macro_f1:.4f}, event "
            f"F1 {self.event_f1:.4f}, boundary error {self.boundary_error:.2f} s>"
        )
