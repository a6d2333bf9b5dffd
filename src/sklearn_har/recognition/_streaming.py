"""The activities in samples as they come."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har._names import RECORDED_CHANNEL_NAMES
from sklearn_har.preparation._signals import SignalStage
from sklearn_har.preparation._stages import State, part_of
from sklearn_har.preparation._windows import WindowBuffer
from sklearn_har.recognition._decision import Decision, check_recogniser, decide
from sklearn_har.recognition._state import pack, unpack
from sklearn_har.recordings._recording import check_names, gap_limit
from sklearn_har.utils._arrays import refuse_masked
from sklearn_har.utils._cutter import Cutter
from sklearn_har.utils._numbers import check_rate

__all__ = ["StreamingRecognizer"]

# More samples than this do not wait for a window to become complete.
_LONGEST_WAIT = 8192


class StreamingRecognizer:
    """Recognise activities in samples as they come.

    Samples are pushed in pieces of any length, and each window that becomes complete gives a
    decision. Resampling, filters and windows are those of :func:`recognize_recording`, kept between
    the pieces as state: the decisions are the same however the samples are cut into pieces, and the
    same as for the whole recording.

    Parameters
    ----------
    estimator : classifier
        A fitted classifier or pipeline with `predict_proba` for windows of shape
        (n_windows, n_timesteps, n_channels), or an
        :class:`~sklearn_har.export.ExportedClassifier`.
    window : int or float, default=128
        Length of a window in samples at `sampling_rate` (int) or in seconds (float).
    overlap : float, default=0.5
        Part of a window that the next one shares, in [0, 1). With 0.5, there is a decision each
        half window.
    sampling_rate : float, default=50.0
        The rate of the windows that the classifier was trained on, in Hz.
    original_rate : float, default=None
        The nominal rate of the samples, in Hz. None for `sampling_rate`.
    channel_names : sequence of str, default=None
        The channels of the samples. None for the six of a phone: `total_acc_x`, `_y`, `_z` and
        `body_gyro_x`, `_y`, `_z`.
    acceleration : sequence of int or str, default=(0, 1, 2)
        The channels that are accelerations in g, gravity included, by position or name.
    angular_velocity : sequence of int or str, default=(3, 4, 5)
        The channels that are angular velocities in rad/s; () if there are none.
    noise_cutoff : float, default=20.0
        In Hz, as in :func:`~sklearn_har.preparation.prepare_recording`. None leaves the noise in.
    gravity_cutoff : float, default=0.3
        In Hz. None gives no channels of body acceleration.
    drift_cutoff : float, default=0.1
        In Hz. None leaves the drift in the angular velocities.
    max_gap : float, default=None
        In s. After a longer step between samples the filters begin anew, and windows that would
        cross it are dropped; shorter ones are interpolated. None for five intervals of
        `original_rate`.
    on_late : {"drop", "raise"}, default="drop"
        What to do with samples that are not later than all before them: leave them out and count
        them in `n_late`, or raise an error.

    Attributes
    ----------
    channel_names : tuple of str
        The channels of the samples.
    window_channel_names : tuple of str
        The channels of the windows that the classifier reads.
    n_late : int
        Samples that were left out because they came too late.
    n_missing : int
        Samples that were left out because a channel was missing or infinite.
    n_breaks : int
        Interruptions so far.

    Raises
    ------
    TypeError
        If `estimator` is no classifier with probabilities.
    NotFittedError
        If it is not fitted.
    ValueError
        If it was trained on windows of another shape, exported for another sampling rate or order
        of channels, or if a parameter is outside its range.

    See Also
    --------
    recognize_recording : The same for a whole recording.
    sklearn_har.preparation.prepare_recording : Recordings to train on, prepared in the same way.

    Notes
    -----
    A decision about a window can be made once the next one or two samples after it have come: the
    median of the noise filter looks one sample ahead, and so does the interpolation where samples
    are not on the grid. The filters themselves delay movement by about 20 ms each (noise; and
    anti-aliasing, if `original_rate` is more than 5 % above `sampling_rate`), which times do not
    take into account, because the windows of UCI HAR do not either.

    What is kept does not grow: the end of the signals that the next window needs, the samples since
    it was last looked at, and the state of the filters.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn_har.datasets import make_har_recordings, make_har_windows
    >>> from sklearn_har.recognition import StreamingRecognizer
    >>> X, y = make_har_windows(n_subjects=1, random_state=0, return_X_y=True)
    >>> recognizer = StreamingRecognizer(DummyClassifier(strategy="prior").fit(X, y))
    >>> phone = make_har_recordings(n_subjects=1, seconds_per_activity=5.0, random_state=0)
    >>> for i in range(0, 250, 25):  # half a second at a time
    ...     for decision in recognizer.push(phone.recordings[0][i : i + 25]):
    ...         print(f"{decision.start:.2f} to {decision.end:.2f} s")
    0.00 to 2.56 s
    1.28 to 3.84 s
    """

    def __init__(
        self,
        estimator: Any,
        *,
        window: int | float = 128,
        overlap: float = 0.5,
        sampling_rate: float = 50.0,
        original_rate: float | None = None,
        channel_names: Sequence[str] | None = None,
        acceleration: Sequence[int | str] = (0, 1, 2),
        angular_velocity: Sequence[int | str] = (3, 4, 5),
        noise_cutoff: float | None = 20.0,
        gravity_cutoff: float | None = 0.3,
        drift_cutoff: float | None = 0.1,
        max_gap: float | None = None,
        on_late: Literal["drop", "raise"] = "drop",
    ) -> None:
        if on_late not in ("drop", "raise"):
            raise ValueError(f"on_late must be one of ('drop', 'raise'), got {on_late!r}.")
        self._cutter = Cutter(window, overlap, sampling_rate, "last", -1, "drop")
        self._rate = float(sampling_rate)
        self._original_rate = check_rate(
            sampling_rate if original_rate is None else original_rate, "original_rate"
        )
        self._longest_step = gap_limit(self._original_rate, max_gap)
        names = RECORDED_CHANNEL_NAMES if channel_names is None else channel_names
        self.channel_names = check_names(names, len(names))
        self.estimator = estimator
        self._on_late = on_late
        self._steps = {
            "acceleration": acceleration,
            "angular_velocity": angular_velocity,
            "noise_cutoff": noise_cutoff,
            "gravity_cutoff": gravity_cutoff,
            "drift_cutoff": drift_cutoff,
        }
        self.reset()
        self.window_channel_names = self._preparation.channel_names
        check_recogniser(
            estimator,
            self._cutter.length,
            len(self.window_channel_names),
            sampling_rate=self._rate,
            channel_names=self.window_channel_names,
        )

    def reset(self) -> None:
        """Forget all samples, as if none had come, and begin a new stream."""
        self._preparation = SignalStage(
            self.channel_names,
            input_rate=self._original_rate,
            sampling_rate=self._rate,
            **self._steps,  # type: ignore[arg-type]
        )
        self._windows = WindowBuffer(
            self._cutter.length, self._cutter.step, len(self._preparation.channel_names)
        )
        self.n_late = self.n_missing = self.n_breaks = 0
        # Samples that came, for the times of those that come without; None until it is known
        # whether they have times.
        self._count = 0
        self._timed: bool | None = None
        self._latest = -np.inf
        self._part_end = -np.inf
        self._waiting: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        self._n_waiting = 0
        # Windows that the classifier failed on: it is asked again.
        self._undecided: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = []

    def push(self, samples: ArrayLike, time: ArrayLike | None = None) -> list[Decision]:
        """Take the next samples and return what they complete.

        Parameters
        ----------
        samples : array-like of shape (n_samples, n_channels) or (n_channels,)
            Any number of samples, or one; of a single channel also of shape (n_samples,). A sample
            with a missing or infinite value is left out.
        time : array-like of shape (n_samples,) or float, default=None
            When they were measured, in s on any clock. None for samples that are one interval of
            `original_rate` apart; either all samples of a stream have times or none.

        Returns
        -------
        decisions : list of Decision
            One for each window that became complete, in order of time; often none.

        Raises
        ------
        ValueError
            If the shapes do not fit, times are not finite or given for some samples only, or
            samples come late and `on_late` is "raise". The stream is then as it was before. If the
            classifier fails, it is asked about the same windows again at the next occasion.
        """
        values = self._check_samples(samples)
        n_samples = len(values)
        if n_samples == 0:
            return []
        if self._timed is not None and self._timed != (time is not None):
            raise ValueError(
                f"time must be given for all samples of a stream or for none, got "
                f"{'none' if time is None else 'times'} after samples "
                f"{'with' if self._timed else 'without'} times. reset begins a new stream."
            )
        at = (
            np.arange(self._count, self._count + n_samples) / self._original_rate
            if time is None
            else _check_times(time, n_samples)
        )
        # Most pieces are whole and in order, and a phone pushes fifty of them a second.
        if not (np.isfinite(values).all() and at[0] > self._latest and (np.diff(at) > 0).all()):
            kept = self._kept(at, values)
            at, values = at[kept], values[kept]
        self._timed = time is not None
        self._count += n_samples
        if len(at):
            self._waiting.append((at, values))
            self._n_waiting += len(at)
            self._latest = float(at[-1])
        return self._process() if self._is_due() else []

    def _kept(self, at: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which samples are neither missing nor late, and count those that are."""
        whole = np.isfinite(values).all(axis=1)
        latest = np.maximum.accumulate(np.where(whole, at, -np.inf))
        before = np.maximum(np.concatenate([[-np.inf], latest[:-1]]), self._latest)
        late = whole & (at <= before)
        if late.any() and self._on_late == "raise":
            i = int(np.flatnonzero(late)[0])
            raise ValueError(
                f"samples must come in order of time, got {at[i]} s after {before[i]} s. Pass "
                "on_late='drop' to leave such samples out."
            )
        self.n_late += int(late.sum())
        self.n_missing += len(values) - int(whole.sum())
        kept: NDArray[np.bool_] = whole & ~late
        return kept

    def finish(self) -> list[Decision]:
        """End the recording and return what waited for further samples.

        The samples that come next are taken as those after an interruption.

        Returns
        -------
        decisions : list of Decision
            At most a few: of windows that the last samples completed.
        """
        decisions = self._process()
        return decisions + self._decisions([self._end_part()])

    def _check_samples(self, samples: ArrayLike) -> NDArray[np.float64]:
        refuse_masked(samples, "samples")
        # A copy, because callers fill their arrays anew.
        values = _real_numbers(samples, "samples")
        n_channels = len(self.channel_names)
        if values.shape == (n_channels,) or (n_channels == 1 and values.ndim == 1):
            values = values.reshape(-1, n_channels)
        if values.size == 0 and values.ndim < 2:
            return np.empty((0, n_channels))
        if values.ndim != 2 or values.shape[1] != n_channels:
            raise ValueError(
                f"samples must have shape (n_samples, {n_channels}), one column for each of "
                f"{list(self.channel_names)}, got {values.shape}."
            )
        return values

    def _is_due(self) -> bool:
        """Whether the samples that wait may complete a window; most pieces only wait."""
        due, origin = self._windows.due, self._preparation.grid.origin
        if due is None or origin is None:
            return self._n_waiting > 0
        known_at = origin + (due + self._preparation.look_ahead) / self._rate
        # Less what rounding may take off the time of the sample that is on the grid.
        return self._latest > known_at - 0.01 / self._rate or self._n_waiting > _LONGEST_WAIT

    def _process(self) -> list[Decision]:
        if not self._waiting:
            return self._decisions([])
        time = np.concatenate([time for time, _ in self._waiting])
        samples = np.concatenate([values for _, values in self._waiting])
        self._waiting, self._n_waiting = [], 0
        steps = np.diff(time, prepend=self._part_end if np.isfinite(self._part_end) else time[0])
        edges = [0, *np.flatnonzero(steps > self._longest_step).tolist(), len(time)]
        found = []
        for i, (begin, end) in enumerate(itertools.pairwise(edges)):
            if i > 0:
                found.append(self._end_part())
            if end > begin:
                signals = self._preparation.push(time[begin:end], samples[begin:end])
                found.append(self._windows.push(*signals))
        self._part_end = float(time[-1])
        return self._decisions(found)

    def _end_part(self) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
        rest = self._preparation.finish()
        if rest is None:
            return None
        windows = self._windows.push(*rest)
        self._windows.finish()
        self._part_end = -np.inf
        self.n_breaks += 1
        return windows

    def _decisions(
        self, found: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]] | None]
    ) -> list[Decision]:
        self._undecided += [piece for piece in found if piece is not None and len(piece[0])]
        if not self._undecided:
            return []
        starts = np.concatenate([start for start, _ in self._undecided])
        windows = np.concatenate([windows for _, windows in self._undecided])
        origin = self._preparation.grid.origin
        assert origin is not None
        seconds = self._cutter.length / self._rate
        decisions = decide(self.estimator, windows, origin + starts / self._rate, seconds)
        self._undecided = []
        return decisions

    def get_state(self) -> bytes:
        """Return what is needed to go on later, or elsewhere.

        Returns
        -------
        state : bytes
            The state of the filters, the samples still needed and the counts, as arrays without any
            code: a NumPy archive. The classifier is not in it.
        """
        arrays: State = {
            "latest": np.array([self._latest, self._part_end]),
            "counts": np.array([self._count, self.n_late, self.n_missing, self.n_breaks]),
            "timed": np.array(-1 if self._timed is None else int(self._timed)),
        }
        if self._waiting:
            arrays["waiting_time"] = np.concatenate([time for time, _ in self._waiting])
            arrays["waiting_samples"] = np.concatenate([values for _, values in self._waiting])
        if self._undecided:
            arrays["undecided_starts"] = np.concatenate([start for start, _ in self._undecided])
            arrays["undecided"] = np.concatenate([windows for _, windows in self._undecided])
        for name, stage in (("preparation", self._preparation), ("windows", self._windows)):
            arrays |= {f"{name}_{key}": value for key, value in stage.get_state().items()}
        return pack(arrays, self._parameters())

    def set_state(self, state: bytes) -> None:
        """Go on where another recogniser was when its state was taken.

        Parameters
        ----------
        state : bytes
            What :meth:`get_state` returned. Only numbers are read from it.

        Raises
        ------
        ValueError
            If it is no such state, or one of a recogniser with other parameters.
        """
        arrays = unpack(state, self._parameters())
        self.reset()
        self._latest, self._part_end = arrays["latest"].tolist()
        self._count, self.n_late, self.n_missing, self.n_breaks = arrays["counts"].tolist()
        timed = int(arrays["timed"])
        self._timed = None if timed < 0 else bool(timed)
        if "waiting_time" in arrays:
            self._waiting = [(arrays["waiting_time"], arrays["waiting_samples"])]
            self._n_waiting = len(arrays["waiting_time"])
        if "undecided" in arrays:
            self._undecided = [(arrays["undecided_starts"], arrays["undecided"])]
        self._preparation.set_state(part_of(arrays, "preparation_"))
        self._windows.set_state(part_of(arrays, "windows_"))

    def _parameters(self) -> dict[str, Any]:
        """What must be the same for a state to be taken over."""
        return {
            "window": self._cutter.length,
            "step": self._cutter.step,
            "sampling_rate": self._rate,
            "original_rate": self._original_rate,
            "channel_names": list(self.channel_names),
            "max_gap": self._longest_step,
            **{n: list(v) if isinstance(v, Sequence) else v for n, v in self._steps.items()},
        }


def _real_numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return a copy as floats, in which None is a missing value; text and the like is refused."""
    given = np.asarray(values)
    if given.dtype.kind not in "biufO":
        raise ValueError(f"{name} must hold real numbers, got dtype {given.dtype}.")
    try:
        return np.array(given, dtype=np.float64)
    except (TypeError, OverflowError) as error:
        raise ValueError(f"{name} must hold real numbers, got {values!r}.") from error


def _check_times(time: ArrayLike, n_samples: int) -> NDArray[np.float64]:
    at = np.atleast_1d(_real_numbers(time, "time"))
    if at.shape != (n_samples,):
        raise ValueError(
            f"time must have one entry for each of the {n_samples} samples, got shape {at.shape}."
        )
    if not np.isfinite(at).all():
        raise ValueError(f"time must be finite, got {at[~np.isfinite(at)][0]}.")
    return at
