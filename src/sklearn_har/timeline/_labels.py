"""Convert labels of samples to intervals, and back."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sklearn_har.recordings import Recording
from sklearn_har.utils._intervals import check_timeline, labels_at, merge_labels
from sklearn_har.utils._labels import OnUnlabelled
from sklearn_har.utils._numbers import check_real
from sklearn_har.utils._samples import check_increasing

Floats = NDArray[np.float64]
Overlap = Literal["later", "earlier", "shorter", "unlabelled", "raise"]

# In usual steps: clock jitter stays below half a step, and one missing sample is a gap.
_GAP_IN_PERIODS = 1.5


def labels_to_timeline(
    labels: ArrayLike,
    time: ArrayLike,
    *,
    max_gap: float | None = None,
    unlabelled: Hashable = -1,
    on_unlabelled: OnUnlabelled = "drop",
) -> pd.DataFrame:
    """Merge the labels of the samples of a recording into intervals.

    Each sample lasts until the next one. The last sample before a gap lasts for the median step.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        The label of each sample: integers, strings or booleans. Missing values (None, NaN) count as
        unlabelled.
    time : array-like of shape (n_samples,)
        Time of each sample in s, increasing; ``np.arange(n_samples) / sampling_rate`` for samples
        without times.
    max_gap : float, default=None
        In s: longer steps are gaps, and no interval crosses them. None for 1.5 times the median
        step.
    unlabelled : int or str, default=-1
        The label of samples without a known activity.
    on_unlabelled : {"drop", "keep"}, default="drop"
        Whether to leave a gap in place of unlabelled samples, or to keep them as intervals of
        `unlabelled`.

    Returns
    -------
    DataFrame
        One row for each interval, in order of time: ``activity``, ``start`` and ``end`` in s.

    See Also
    --------
    timeline_to_labels : Convert a timeline to labels of samples.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.timeline import labels_to_timeline
    >>> labels_to_timeline(["sit", "sit", "walk", "walk", "walk"], np.arange(5) / 50.0)
      activity  start   end
    0      sit   0.00  0.04
    1     walk   0.04  0.10
    """
    seconds = _check_time(time)
    if len(seconds) < 2:
        raise ValueError(
            "time must hold at least two samples, whose step is the duration of a sample, got "
            f"{len(seconds)}."
        )
    period = float(np.median(np.diff(seconds)))
    limit = _GAP_IN_PERIODS * period
    if max_gap is not None:
        limit = check_real(max_gap, "max_gap", minimum=0.0, exclude_minimum=True, unit="s")
    intervals = merge_labels(
        labels,
        seconds,
        period=period,
        max_gap=limit,
        unlabelled=unlabelled,
        on_unlabelled=on_unlabelled,
    )
    return pd.DataFrame(intervals._asdict())


def timeline_to_labels(
    timeline: pd.DataFrame,
    time: ArrayLike,
    *,
    activity: str = "activity",
    start: str = "start",
    end: str | None = "end",
    overlap: Overlap = "raise",
    unlabelled: Hashable = -1,
) -> NDArray[Any]:
    """Find the activity of each sample of a recording in a timeline.

    Parameters
    ----------
    timeline : DataFrame
        With the columns ``activity``, ``start`` and ``end`` in s, or with others that the next
        arguments name. An interval includes its start but not its end.
    time : array-like of shape (n_samples,)
        Time of each sample in s, on the clock of `timeline`, increasing;
        ``np.arange(n_samples) / sampling_rate`` for samples without times.
    activity, start : str, default="activity", "start"
        Names of the columns with the activity and the start of each interval.
    end : str, default="end"
        Name of the column with the ends. None for a table without ends: each interval lasts until
        the next one starts.
    overlap : {"raise", "later", "earlier", "shorter", "unlabelled"}, default="raise"
        Which of two overlapping intervals labels their common samples, as in
        :meth:`Recording.with_labels <sklearn_har.recordings.Recording.with_labels>`. All but
        "raise" also leave out rows that are not intervals, such as events, with a warning.
    unlabelled : int or str, default=-1
        The label of samples outside all intervals.

    Returns
    -------
    ndarray of shape (n_samples,)
        The labels, of the type of the activities.

    See Also
    --------
    labels_to_timeline : Convert labels of samples to a timeline.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn_har.timeline import timeline_to_labels
    >>> timeline = pd.DataFrame({"activity": [5, 0], "start": [0.0, 0.1], "end": [0.06, 0.2]})
    >>> timeline_to_labels(timeline, np.arange(8) / 50.0)
    array([ 5,  5,  5, -1, -1,  0,  0,  0])
    """
    seconds = _check_time(time)
    if overlap == "raise" and (activity, start, end) == ("activity", "start", "end"):
        try:
            intervals = check_timeline(timeline, "timeline")
        except ValueError as error:
            raise ValueError(
                f"{error} If people noted these intervals, name the columns by activity=, start= "
                "and end=, and pass overlap='later': it takes the later of two intervals and "
                "leaves out rows that are not intervals."
            ) from error
        return labels_at(intervals, seconds, unlabelled, "timeline")
    recording = Recording(np.zeros((len(seconds), 1)), seconds, sampling_rate=1.0)
    labelled = recording.with_labels(
        timeline, activity=activity, start=start, end=end, overlap=overlap, unlabelled=unlabelled
    )
    assert labelled.labels is not None
    return labelled.labels


def _check_time(time: ArrayLike) -> Floats:
    seconds = np.asarray(time)
    if seconds.dtype.kind not in "iuf" or seconds.ndim != 1:
        raise ValueError(
            "time must hold the time of each sample in s, in one dimension, got shape "
            f"{seconds.shape} and dtype {seconds.dtype}."
        )
    return check_increasing(seconds, "time", "sample")
