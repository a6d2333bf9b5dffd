"""Compute scores by subject, and find the unit of a score."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_consistent_length, column_or_1d

from sklearn_har.utils._arrays import plain_labels


def is_percentage(scoring: str) -> bool:
    """Return whether this score is usually given in per cent."""
    return "accuracy" in scoring


def check_column(values: Any, name: str) -> NDArray[Any]:
    try:
        return np.asarray(column_or_1d(plain_labels(values, name)))
    except ValueError as error:
        raise ValueError(f"{name} must be one-dimensional, one entry a window: {error}") from error


def check_groups(
    y_true: Any, y_pred: Any, groups: Any
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return true and predicted activities and the subjects of windows, of the same length."""
    names = {"y_true": y_true, "y_pred": y_pred, "groups": groups}
    truth, prediction, subjects = (check_column(values, name) for name, values in names.items())
    check_consistent_length(truth, prediction, subjects)
    return truth, prediction, subjects


def per_subject(y_true: Any, y_pred: list[Any], groups: NDArray[Any]) -> pd.DataFrame:
    """Return the table per subject of the predictions of each repeat."""
    subjects, codes, n_windows = np.unique(groups, return_inverse=True, return_counts=True)
    accuracy = np.array([np.bincount(codes, weights=pred == y_true) / n_windows for pred in y_pred])
    table = pd.DataFrame(
        {
            "subject": subjects,
            "n_windows": n_windows,
            "accuracy_mean": accuracy.mean(axis=0),
            "accuracy_std": accuracy.std(axis=0),
        }
    )
    return table.sort_values("accuracy_mean", kind="stable", ignore_index=True)
