"""How a recording is cut: where windows begin, which label they get, and the cut itself."""

from __future__ import annotations

import numbers
from collections.abc import Hashable
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from sklearn_har.utils._arrays import refuse_masked
from sklearn_har.utils._numbers import check_integer, check_rate, check_real

__all__ = [
    "Cutter",
    "LabelRule",
    "OnUnlabelled",
    "append_unlabelled",
    "check_breaks",
    "check_increasing",
    "check_on_unlabelled",
    "check_recording",
    "encode_labels",
]

LabelRule = Literal["majority", "all-equal", "last"]
OnUnlabelled = Literal["drop", "keep"]
_LABEL_RULES = ("majority", "all-equal", "last")
_ON_UNLABELLED = ("drop", "keep")
# A year at 50 Hz. Sums of sample numbers stay far within 64 bits.
_LONGEST = 2**31 - 1


class Cutter:
    """The checked parameters of a segmentation, and its steps for one recording."""

    def __init__(
        self,
        window: int | float,
        overlap: float,
        sampling_rate: float | None,
        label_rule: LabelRule,
        unlabelled: Hashable,
        on_unlabelled: OnUnlabelled,
    ) -> None:
        self.rate = None if sampling_rate is None else check_rate(sampling_rate)
        self.length = self._length(window)
        shared = check_real(overlap, "overlap", minimum=0.0, below=1.0, unit="a part of a window")
        self.step = max(1, round((1.0 - shared) * self.length))
        if label_rule not in _LABEL_RULES:
            raise ValueError(f"label_rule must be one of {_LABEL_RULES}, got {label_rule!r}.")
        check_on_unlabelled(on_unlabelled)
        self.label_rule = label_rule
        self.unlabelled = unlabelled
        self.on_unlabelled = on_unlabelled

    def _length(self, window: Any) -> int:
        if isinstance(window, numbers.Integral):
            return check_integer(window, "window", minimum=1, maximum=_LONGEST)
        seconds = check_real(window, "window", minimum=0.0, exclude_minimum=True)
        if self.rate is None:
            raise ValueError(
                f"window={window!r} is a float and so a number of seconds, which needs "
                "sampling_rate. Pass an int for a number of samples."
            )
        samples = seconds * self.rate
        if not samples <= _LONGEST:
            raise ValueError(
                f"window must hold at most {_LONGEST} samples, got {window!r} s at "
                f"{self.rate:g} Hz."
            )
        length = round(samples)
        if length < 1:
            raise ValueError(
                f"window must hold at least one sample, got {window!r} s at {self.rate:g} Hz."
            )
        return length

    def plan(
        self,
        n_samples: int,
        labels: ArrayLike | None,
        breaks: ArrayLike | None,
        suffix: str = "",
    ) -> tuple[NDArray[np.int64], NDArray[Any] | None]:
        """First samples and labels of the windows that stay."""
        start = np.arange(0, n_samples - self.length + 1, self.step, dtype=np.int64)
        if breaks is not None:
            interruptions = check_breaks(breaks, n_samples, f"breaks{suffix}")
            before = np.searchsorted(interruptions, start, side="right")
            start = start[before == np.searchsorted(interruptions, start + self.length)]
        if labels is None:
            return start, None
        codes, classes = encode_labels(labels, n_samples, f"labels{suffix}", self.unlabelled)
        code = self._window_codes(codes, len(classes), start)
        if self.on_unlabelled == "drop":
            start, code = start[code >= 0], code[code >= 0]
            return start, classes[code]
        return start, append_unlabelled(classes, self.unlabelled, "on_unlabelled='keep'")[code]

    def cut(self, samples: NDArray[Any], start: NDArray[np.int64]) -> NDArray[Any]:
        """Windows of shape (n_windows, n_timesteps, n_channels) that begin at `start`."""
        if len(samples) < self.length:
            return np.empty((0, self.length, samples.shape[1]), dtype=samples.dtype)
        every = np.moveaxis(sliding_window_view(samples, self.length, axis=0), -1, 1)
        grid = every[:: self.step]
        if len(start) == len(grid):
            return grid
        return np.ascontiguousarray(every[start])

    def seconds(self, start: NDArray[np.int64]) -> NDArray[np.float64] | None:
        return None if self.rate is None else start / self.rate

    def _window_codes(
        self, codes: NDArray[np.int64], n_classes: int, start: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        end = start + self.length
        if self.label_rule == "last":
            return codes[end - 1]
        if self.label_rule == "all-equal":
            changes = np.concatenate([[0], np.cumsum(codes[1:] != codes[:-1])])
            return np.where(changes[end - 1] == changes[start], codes[start], -1)
        # A running count per label: memory and time do not depend on the overlap.
        best = np.full(len(start), -1, dtype=np.int64)
        most = np.zeros(len(start), dtype=np.int64)
        for code in [*range(n_classes), -1]:
            count = np.concatenate([[0], np.cumsum(codes == code)])
            inside = count[end] - count[start]
            more = inside > most
            best[more], most[more] = code, inside[more]
        return best


def check_on_unlabelled(on_unlabelled: str) -> None:
    if on_unlabelled not in _ON_UNLABELLED:
        raise ValueError(f"on_unlabelled must be one of {_ON_UNLABELLED}, got {on_unlabelled!r}.")


def encode_labels(
    labels: ArrayLike, n_labels: int, name: str, unlabelled: Hashable, of: str = "samples"
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Codes of the labels, -1 for unlabelled ones, and the sorted labels."""
    refuse_masked(labels, name)
    values = np.asarray(labels)
    if values.ndim != 1 or len(values) != n_labels:
        raise ValueError(
            f"{name} must have one label for each of the {n_labels} {of}, got shape {values.shape}."
        )
    codes, classes = pd.factorize(values, sort=True)
    classes = np.asarray(classes)
    if classes.dtype.kind == "f" and (classes == np.trunc(classes)).all():
        # pandas turns integers into floats where one of them is missing.
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
    """Put `unlabelled` last, where code -1 points to, or say what `parameter` needs."""
    numeric = isinstance(unlabelled, numbers.Number)
    if len(classes) and numeric == (classes.dtype.kind in "OUS"):
        raise ValueError(
            f"{parameter} needs a value for `unlabelled` of the kind of the labels "
            f"({classes.dtype}), got {unlabelled!r}."
        )
    return np.append(classes, unlabelled)


def check_recording(recording: ArrayLike, name: str = "recording") -> NDArray[Any]:
    refuse_masked(recording, name)
    samples = np.asarray(recording)
    if samples.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, got dtype {samples.dtype}.")
    if samples.ndim == 1:
        samples = samples[:, np.newaxis]
    if samples.ndim != 2 or samples.shape[1] == 0:
        raise ValueError(
            f"{name} must have shape (n_samples, n_channels) or (n_samples,), got {samples.shape}."
        )
    return samples


def check_breaks(breaks: ArrayLike, n_samples: int, name: str) -> NDArray[np.int64]:
    positions = np.asarray(breaks)
    if positions.size == 0:
        return np.empty(0, dtype=np.int64)
    if (
        positions.ndim != 1
        or positions.dtype.kind not in "iu"
        or positions.min() < 0
        or positions.max() > n_samples
    ):
        raise ValueError(
            f"{name} must be a list of sample numbers from 0 to {n_samples}, got {breaks!r}."
        )
    return np.sort(positions).astype(np.int64)


def check_increasing(
    time: NDArray[Any], name: str, of: str, remedy: str = ""
) -> NDArray[np.float64]:
    """Return the times of samples or windows (`of`) as floats, or say where they do not increase.

    All digits are told: of seconds since 1970 the last ones matter.
    """
    seconds = time.astype(np.float64)
    if not np.isfinite(seconds).all():
        raise ValueError(f"{name} must be finite, got {seconds[~np.isfinite(seconds)][0]}.")
    late = np.flatnonzero(np.diff(seconds) <= 0.0) + 1
    if len(late):
        i = late[0]
        more = f", the first of {len(late)} such places" if len(late) > 1 else ""
        raise ValueError(
            f"{name} must increase strictly from {of} to {of} (in s), got "
            f"{seconds[i]} after {seconds[i - 1]} at {of} {i}{more}.{remedy}"
        )
    return seconds
