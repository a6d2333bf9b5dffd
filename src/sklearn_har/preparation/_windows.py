"""Cut signals that arrive in pieces into windows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sklearn_har.preparation._stages import State


class WindowBuffer:
    """Keep the signals that later windows need.

    Windows begin at every `step`-th sample since the beginning of the stream, as in
    `segment_recording`; none crosses the end of a part.
    """

    def __init__(self, length: int, step: int, n_channels: int) -> None:
        self._length = length
        self._step = step
        self._signals = np.empty((0, n_channels), dtype=np.float32)
        # Samples are counted from the beginning of the stream; the grid points may have gaps.
        self._position = 0
        self._ahead: int | None = None

    @property
    def due(self) -> int | None:
        """The grid point that completes the next window; None before a part begins."""
        if self._ahead is None:
            return None
        return self._ahead + self._next() + self._length - 1

    def _next(self) -> int:
        return -(-self._position // self._step) * self._step

    def push(
        self, first: int, signals: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the first grid points of the new windows, and these windows."""
        known = np.concatenate([self._signals, signals.astype(np.float32)])
        if len(signals) and self._ahead is None:
            self._ahead = first - self._position
        begin = self._next()
        offset = begin - self._position
        n_windows = max(0, (len(known) - offset - self._length) // self._step + 1)
        starts = begin + self._step * np.arange(n_windows, dtype=np.int64)
        windows = np.empty((0, self._length, known.shape[1]), dtype=np.float32)
        if n_windows:
            every = sliding_window_view(known[offset:], self._length, axis=0)
            windows = np.moveaxis(every[:: self._step][:n_windows], -1, 1).copy()
        # Drop samples that no later window needs.
        passed = min(len(known), offset + n_windows * self._step)
        self._position += passed
        # A copy: a slice would keep the whole array in memory.
        self._signals = known[passed:].copy()
        return starts + (self._ahead or 0), windows

    def finish(self) -> None:
        """End the part and drop its remaining samples."""
        self._position += len(self._signals)
        self._signals = self._signals[:0].copy()
        self._ahead = None

    def get_state(self) -> State:
        state = {"signals": self._signals, "position": np.array(self._position)}
        return state if self._ahead is None else state | {"ahead": np.array(self._ahead)}

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._signals = state["signals"]
        self._position = int(state["position"])
        self._ahead = int(state["ahead"]) if "ahead" in state else None
