"""Encode labels of samples and windows, with a code for unlabelled ones."""

import numbers
from collections.abc import Hashable
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sklearn_har.utils._arrays import one_each, refuse_masked
from sklearn_har.utils._validation import check_choice

OnUnlabelled = Literal["drop", "keep"]


def check_on_unlabelled(on_unlabelled: str) -> None:
    check_choice(on_unlabelled, "on_unlabelled", ("drop", "keep"))


def encode_labels(
    labels: ArrayLike, n_labels: int, name: str, unlabelled: Hashable, of: str = "samples"
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return the codes of the labels, -1 for unlabelled ones, and the sorted labels."""
    refuse_masked(labels, name)
    values = one_each(labels, name, "label", n_labels, of)
    codes, classes = pd.factorize(values, sort=True)
    classes = np.asarray(classes)
    if classes.dtype.kind == "f" and (classes == np.trunc(classes)).all():
        # A missing integer makes pandas convert the others to floats.
        classes = classes.astype(np.int64)
    elif classes.dtype.kind in "iu":
        classes = classes.astype(np.int64)
    elif values.dtype.kind in "US":
        classes = classes.astype(values.dtype)
    absent = [i for i, label in enumerate(classes.tolist()) if label == unlabelled]
    if absent:
        codes = np.where(codes == absent[0], -1, codes)
    return codes, classes


def append_unlabelled(classes: NDArray[Any], unlabelled: Any, parameter: str) -> NDArray[Any]:
    """Append `unlabelled`, to which code -1 refers, or raise an error about `parameter`."""
    numeric = isinstance(unlabelled, numbers.Number)
    if len(classes) and numeric == (classes.dtype.kind in "OUS"):
        raise ValueError(
            f"{parameter} needs a value for `unlabelled` of the kind of the labels "
            f"({classes.dtype}), got {unlabelled!r}."
        )
    return np.append(classes, unlabelled)
