"""Cut samples into prepared windows as they arrive, with the state kept between pieces."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_har.preparation._frames import BodyAxes
from sklearn_har.preparation._signals import SignalStage
from sklearn_har.preparation._stages import WindowBuffer
from sklearn_har.preparation._state import Stateful
from sklearn_har.utils._cutter import Cutter

StartedWindows = tuple[NDArray[np.float64], NDArray[np.float32]]


class WindowStream(Stateful):
    """Turn samples in pieces of any length into prepared windows.

    :meth:`Preparation.stream` makes one. The windows do not depend on the pieces, to the last bit.
    :class:`~sklearn_har.recognition.StreamingRecognizer` also checks the samples and classifies the
    windows.

    Parameters
    ----------
    signals : SignalStage or BodyAxes
        Resampling and filters, and the rotation into the frame of the body.
    cutter : Cutter
        Length and step of the windows.
    longest_step : float
        In s: a longer step between samples is a break.

    Attributes
    ----------
    channel_names : tuple of str
        The channels of the windows.
    n_timesteps : int
        Number of time steps of a window.
    window_length : float
        In s.
    n_breaks : int
        Number of interruptions.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.preparation import Preparation
    >>> names = ["acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"]
    >>> stream = Preparation().stream(names, original_rate=50.0)
    >>> start, windows = stream.push(np.arange(250) / 50.0, np.zeros((250, 6)))
    >>> start, windows.shape
    (array([0.  , 1.28]), (2, 128, 9))
    """

    _kept = ("_end", "n_breaks")

    def __init__(
        self, signals: SignalStage | BodyAxes, cutter: Cutter, longest_step: float
    ) -> None:
        self._signals = signals
        self._rate = signals.grid.rate
        self._longest_step = longest_step
        self.channel_names = signals.channel_names
        self.n_timesteps = cutter.length
        self.step = cutter.step
        self.window_length = cutter.length / self._rate
        self._windows = WindowBuffer(cutter.length, cutter.step, len(self.channel_names))
        self._end = -np.inf
        self.n_breaks = 0

    def push(self, time: NDArray[np.float64], samples: NDArray[Any]) -> StartedWindows:
        """Take the next samples and return the windows that they complete.

        Parameters
        ----------
        time : ndarray of float64 of shape (n_samples,)
            In s, strictly increasing over all pieces.
        samples : ndarray of shape (n_samples, n_channels)
            Finite values. A step longer than the longest gap ends a part.

        Returns
        -------
        start_time : ndarray of float64 of shape (n_windows,)
            The start of each new window, in s.
        windows : ndarray of float32 of shape (n_windows, n_timesteps, n_channels)
            The new windows; often none.
        """
        steps = np.diff(time, prepend=self._end if np.isfinite(self._end) else time[:1])
        edges = [0, *np.flatnonzero(steps > self._longest_step).tolist(), len(time)]
        found = []
        for i, (begin, end) in enumerate(itertools.pairwise(edges)):
            if i > 0:
                found.append(self._finish())
            if end > begin:
                signals = self._signals.push(time[begin:end], samples[begin:end])
                found.append(self._windows.push(*signals))
        if len(time):
            self._end = float(time[-1])
        return self._join(found)

    def finish(self) -> StartedWindows:
        """End the part and return its last windows.

        Returns
        -------
        start_time, windows : ndarray
            As from :meth:`push`.
        """
        return self._join([self._finish()])

    def is_due(self, latest: float) -> bool:
        """Return whether samples up to a time may complete a window.

        Parameters
        ----------
        latest : float
            The time of the latest sample, in s.

        Returns
        -------
        bool
            False if :meth:`push` would return no window.
        """
        due, origin = self._windows.due, self._signals.grid.origin
        if due is None or origin is None:
            return True
        known_at = origin + (due + self._signals.look_ahead) / self._rate
        # Allow for rounding in the time of the sample on the grid.
        return latest > known_at - 0.01 / self._rate

    def _finish(self) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
        rest = self._signals.finish()
        if rest is None:
            return None
        windows = self._windows.push(*rest)
        self._windows.finish()
        self._end = -np.inf
        self.n_breaks += 1
        return windows

    def _join(
        self, found: list[tuple[NDArray[np.int64], NDArray[np.float32]] | None]
    ) -> StartedWindows:
        pieces = [piece for piece in found if piece is not None and len(piece[0])]
        if not pieces:
            shape = 0, self.n_timesteps, len(self.channel_names)
            return np.empty(0), np.empty(shape, dtype=np.float32)
        origin = self._signals.grid.origin
        assert origin is not None
        starts = np.concatenate([start for start, _ in pieces])
        return origin + starts / self._rate, np.concatenate([windows for _, windows in pieces])

    def _parts(self) -> dict[str, Any]:
        return {"signals": self._signals, "windows": self._windows}
