"""Frequencies, durations and postures of the activities in training recordings."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sklearn_har.recordings import Recording
from sklearn_har.segmentation import Windows

# In g: people hold no posture more exactly, even if one recording looks so.
_SMALLEST_SPREAD = 0.05
# Fewer windows of a recording say nothing about a spread.
_FEWEST = 3
# Windows added to those of each activity: the frequency of few windows is a matter of luck.
_ADDED = 10
# In s: for activities without an interval.
_DURATION = 10.0


def learn_activities(
    windows: Windows,
    recordings: Sequence[Recording],
    estimator: Any,
    *,
    unlabelled: Hashable,
    n_axes: int,
    framed: bool,
) -> dict[str, list[float]]:
    """Return facts about each activity, as lists in the order of the classes.

    Parameters
    ----------
    windows : Windows
        The labelled training windows.
    recordings : sequence of Recording
        The labelled training recordings.
    estimator : classifier
        The fitted classifier. If it weights the classes, their frequencies are not those of its
        probabilities.
    unlabelled : int or str
        The label of samples without a known activity.
    n_axes : int
        The number of accelerations, which are the first channels.
    framed : bool
        Whether the last channel is `frame_known`.

    Returns
    -------
    dict
        ``class_prior``: the share of the windows, or equal shares. ``duration``: the mean duration,
        in s. ``posture_spread``: the standard deviation of the mean acceleration within a
        recording, in g; left out without accelerations.
    """
    classes = pd.Index(estimator.classes_)
    code = classes.get_indexer(windows.target)
    weighted = any(
        name.endswith("class_weight") and value is not None
        for name, value in estimator.get_params().items()
    )
    n_windows = np.bincount(code, minlength=len(classes)) + _ADDED
    intervals = pd.concat([recording.timeline(unlabelled=unlabelled) for recording in recordings])
    duration = (intervals["end"] - intervals["start"]).groupby(intervals["activity"]).mean()
    facts = {
        "class_prior": (np.ones(len(classes)) if weighted else n_windows),
        "duration": duration.reindex(classes).fillna(_DURATION).to_numpy(),
    }
    if n_axes:
        posture = windows.data[..., :n_axes].mean(axis=1, dtype=np.float64)
        in_frame = windows.data[..., -1].any(axis=1) & framed
        groups = pd.DataFrame(posture).groupby([code, windows.recording, in_frame])
        variance = groups.var(ddof=0).mean(axis=1)[groups.size() >= _FEWEST]
        spread = np.sqrt(variance.groupby(level=0).median()).reindex(range(len(classes)))
        facts["posture_spread"] = spread.fillna(0.0).clip(lower=_SMALLEST_SPREAD).to_numpy()
    facts["class_prior"] = facts["class_prior"] / facts["class_prior"].sum()
    return {name: values.round(5).tolist() for name, values in facts.items()}
