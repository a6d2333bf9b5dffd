"""Support recordings in evaluations, with labels for each sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.recordings import Recording

# The label of a sample without a prediction; for integer labels it is -1.
_NO_PREDICTION = "no prediction"


def are_recordings(X: Any) -> bool:
    """Return whether `X` is a sequence of recordings."""
    return isinstance(X, list | tuple | np.ndarray) and any(isinstance(x, Recording) for x in X)


def as_column(items: Iterable[Any]) -> NDArray[Any]:
    """Return objects as a one-dimensional array that supports indexing by positions."""
    listed = list(items)
    column = np.empty(len(listed), dtype=object)
    column[:] = listed
    return column


def join_labels(parts: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Join labels of samples; return them, and a mask of the known ones."""
    labels = pd.Series(np.concatenate([np.asarray(part, dtype=object) for part in parts]))
    text = any(isinstance(label, str) for label in labels)
    known = labels.notna() & (text | (labels != -1))
    filled = labels.where(known, _NO_PREDICTION if text else -1)
    return np.array(filled.tolist()), known.to_numpy(dtype=bool)
