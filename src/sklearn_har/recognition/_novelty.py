"""Measure how far the windows of a recording are from the training windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import pairwise_distances_argmin_min
from sklearn.model_selection import GroupKFold

from sklearn_har.segmentation import Windows

Floats = NDArray[np.float64]

# The training windows are represented by this many typical ones.
_N_PROTOTYPES = 64
_N_FOLDS = 5
# Fewer subjects do not show how much people differ. With few subjects the threshold gets a margin.
_FEWEST, _MARGIN = 5, 4.0
# In g or rad/s: standard deviations below are sensor noise.
_NOISE = 1e-3
# More training windows do not improve the prototypes.
_N_WINDOWS = 20_000


def learn_novelty(windows: Windows) -> dict[str, Any]:
    """Return what :func:`novelty_of` needs, as plain numbers under the key "novelty".

    Each window is described by the level and strength of each channel, and compared with the
    nearest of a few typical windows. The threshold comes from held-out subjects: it is the largest
    median distance of one of their recordings, plus a margin if the subjects are few.

    Parameters
    ----------
    windows : Windows
        The training windows.

    Returns
    -------
    dict
        Empty if there are fewer than five subjects, or recordings without subjects.
    """
    step = max(1, len(windows.data) // _N_WINDOWS)
    described, recording = _describe(windows.data[::step]), windows.recording[::step]
    groups = recording if windows.subject is None else windows.subject[::step]
    who = pd.factorize(groups)[0]
    n_groups = int(who.max()) + 1
    if n_groups < _FEWEST:
        return {}
    centre = described.mean(axis=0)
    scale = described.std(axis=0)
    scale[scale < _NOISE] = 1.0
    standard = (described - centre) / scale
    largest = 0.0
    for rest, held_out in GroupKFold(_N_FOLDS).split(standard, groups=who):
        distance = _distance(standard[held_out], _prototypes(standard[rest]))
        of = recording[held_out]
        largest = max(largest, *(float(np.median(distance[of == i])) for i in np.unique(of)))
    if largest == 0.0:
        return {}
    novelty = {
        "centre": centre.round(5).tolist(),
        "scale": scale.round(5).tolist(),
        "prototypes": _prototypes(standard).round(3).tolist(),
        "threshold": round(largest * (1.0 + _MARGIN / n_groups), 4),
    }
    return {"novelty": novelty}


def novelty_of(windows: NDArray[Any], learnt: Mapping[str, Any]) -> Floats:
    """Return the distance of each window from the training windows; 1 is the threshold."""
    standard = (_describe(windows) - learnt["centre"]) / np.asarray(learnt["scale"])
    distance: Floats = _distance(standard, np.asarray(learnt["prototypes"]))
    return distance / float(learnt["threshold"])


def _describe(windows: NDArray[Any]) -> Floats:
    """Return level and strength of each channel of each window."""
    deviation = windows.std(axis=1, dtype=np.float64)
    return np.concatenate(
        [windows.mean(axis=1, dtype=np.float64), np.log(deviation + _NOISE)], axis=1
    )


def _prototypes(standard: Floats) -> Floats:
    # Imported here: only training needs it, and the command line starts often.
    from sklearn.cluster import KMeans

    n_clusters = min(_N_PROTOTYPES, len(np.unique(standard, axis=0)))
    found = KMeans(n_clusters, n_init=1, random_state=0).fit(standard)
    centres: Floats = found.cluster_centers_
    return centres


def _distance(standard: Floats, prototypes: Floats) -> Floats:
    distance: Floats = pairwise_distances_argmin_min(standard, prototypes)[1]
    return distance
