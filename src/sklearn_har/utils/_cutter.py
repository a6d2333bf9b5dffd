"""Cut a recording: find the starts, the labels and the samples of windows.

NumPy's `sliding_window_view` makes the cut, and knows neither breaks nor labels nor times.
"""

import numbers
from collections.abc import Hashable
from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from sklearn_har.utils._labels import (
    OnUnlabelled,
    append_unlabelled,
    check_on_unlabelled,
    encode_labels,
)
from sklearn_har.utils._numbers import check_integer, check_rate, check_real
from sklearn_har.utils._samples import check_breaks
from sklearn_har.utils._validation import check_choice
from sklearn_har.utils._warnings import warn_of_recording

LabelRule = Literal["majority", "all-equal", "last"]
# A year at 50 Hz, so that sums of sample numbers fit into 64 bits.
_LONGEST = 2**31 - 1
# An int of at most this many samples, shorter than this in s, is probably meant in seconds.
_LOOKS_LIKE_SECONDS, _SHORTEST = 10, 0.25


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
        check_choice(label_rule, "label_rule", ("majority", "all-equal", "last"))
        check_on_unlabelled(on_unlabelled)
        self.label_rule = label_rule
        self.unlabelled = unlabelled
        self.on_unlabelled = on_unlabelled

    def _length(self, window: Any) -> int:
        if isinstance(window, numbers.Integral):
            length = check_integer(window, "window", minimum=1, maximum=_LONGEST)
            if self.rate and length <= _LOOKS_LIKE_SECONDS and length / self.rate < _SHORTEST:
                warn_of_recording(
                    f"window={length} is an int and so a number of samples: "
                    f"{length / self.rate:g} s at {self.rate:g} Hz. If you mean {length} s, pass "
                    f"window={length:.1f}."
                )
            return length
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

    @property
    def duration(self) -> float | None:
        """Return the length of a window in s; None without a rate."""
        return None if self.rate is None else self.length / self.rate

    def plan(
        self, n_samples: int, labels: ArrayLike | None, breaks: ArrayLike | None, suffix: str = ""
    ) -> tuple[NDArray[np.int64], NDArray[Any] | None]:
        """Return the first samples and labels of the windows to keep."""
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
        """Return windows of shape (n_windows, n_timesteps, n_channels) that begin at `start`."""
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
        # With a running count per label, memory and time do not depend on the overlap.
        best = np.full(len(start), -1, dtype=np.int64)
        most = np.zeros(len(start), dtype=np.int64)
        for code in [*range(n_classes), -1]:
            count = np.concatenate([[0], np.cumsum(codes == code)])
            inside = count[end] - count[start]
            more = inside > most
            best[more], most[more] = code, inside[more]
        return best
