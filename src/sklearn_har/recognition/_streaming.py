"""Recognise activities in samples as they arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.preparation import Preparation, check_preparation
from sklearn_har.recognition._decision import Asked, Decision, check_recognizer
from sklearn_har.recognition._state import pack, unpack
from sklearn_har.utils._arrays import refuse_masked
from sklearn_har.utils._channels import check_names
from sklearn_har.utils._numbers import check_rate
from sklearn_har.utils._uci_har_names import RECORDED_CHANNEL_NAMES
from sklearn_har.utils._validation import check_choice

if TYPE_CHECKING:
    from sklearn_har.recognition._recognizer import ActivityRecognizer

# At most this many samples wait for a window to become complete.
_LONGEST_WAIT = 8192


class StreamingRecognizer:
    """Recognise activities in samples as they arrive.

    Push samples in pieces of any length; each completed window gives a decision. Resampling,
    filters and windows are those of the preparation, and their state is kept between pieces. The
    decisions equal those of :meth:`ActivityRecognizer.decisions` for the whole recording, however
    the samples are cut into pieces.

    Parameters
    ----------
    estimator : ActivityRecognizer or classifier
        A fitted recognizer, with its preparation and channels, or a fitted classifier or pipeline
        with `predict_proba` for windows of shape (n_windows, n_timesteps, n_channels), or an
        :class:`~sklearn_har.export.ExportedClassifier`.
    preparation : Preparation or str, default=None
        For a classifier: how its windows were made, or the name of a preset. None for the
        preparation in an exported file, or else that of UCI HAR. A recognizer has its own.
    original_rate : float, default=None
        The nominal rate of the samples, in Hz. None for the `sampling_rate` of the preparation.
    channel_names : sequence of str, default=None
        The channels of the samples. None for the channels of a fitted recognizer, or else the
        six of a phone: `total_acc_x`, `_y`, `_z` and `body_gyro_x`, `_y`, `_z`.
    on_late : {"drop", "raise"}, default="drop"
        Whether to leave out samples that are not later than all earlier ones and count them in
        `n_late`, or to raise an error.

    Attributes
    ----------
    channel_names : tuple of str
        The channels of the samples.
    window_channel_names : tuple of str
        The channels of the windows that the classifier reads.
    preparation : Preparation
        How samples are prepared.
    n_late : int
        Samples left out because they came too late.
    n_missing : int
        Samples left out because a channel was missing or infinite.
    n_breaks : int
        Number of interruptions.

    Raises
    ------
    TypeError
        If `estimator` is not a classifier with probabilities.
    NotFittedError
        If it is not fitted.
    ValueError
        If its windows have another shape, it was exported for another sampling rate or order of
        channels, or a parameter is outside its range.

    See Also
    --------
    ActivityRecognizer : Recognition in whole recordings, with smoothing.
    sklearn_har.preparation.Preparation : How samples are prepared.

    Notes
    -----
    A decision is made one or two samples after the end of its window. The median of the noise
    filter looks one sample ahead, and so does the interpolation for samples off the grid. Each
    filter delays movement by about 20 ms: the noise filter, and the anti-aliasing filter if
    `original_rate` is more than 5 % above `sampling_rate`. Times do not correct for this delay, nor
    do those of UCI HAR.

    The memory in use does not grow: it holds the signals that the next window needs, the samples
    not yet processed, and the state of the filters.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn_har.datasets import make_har_recordings, make_har_windows
    >>> from sklearn_har.recognition import StreamingRecognizer
    >>> X, y = make_har_windows(n_subjects=1, random_state=0, return_X_y=True)
    >>> recognizer = StreamingRecognizer(DummyClassifier(strategy="prior").fit(X, y))
    >>> phone = make_har_recordings(n_subjects=1, seconds_per_activity=5.0, random_state=0)
    >>> for i in range(0, 250, 25):  # half a second at a time
    ...     for decision in recognizer.push(phone.recordings[0].samples[i : i + 25]):
    ...         print(f"{decision.start:.2f} to {decision.end:.2f} s")
    0.00 to 2.56 s
    1.28 to 3.84 s
    """

    def __init__(
        self,
        estimator: Any,
        preparation: Preparation | str | None = None,
        *,
        original_rate: float | None = None,
        channel_names: Sequence[str] | None = None,
        on_late: Literal["drop", "raise"] = "drop",
    ) -> None:
        check_choice(on_late, "on_late", ("drop", "raise"))
        self.estimator = estimator
        self._on_late = on_late
        self._order: list[int] | None = None
        # Imported here because that module imports this one.
        from sklearn_har.recognition._recognizer import ActivityRecognizer

        if isinstance(estimator, ActivityRecognizer):
            self._take_over(estimator, preparation, channel_names)
        else:
            if preparation is None:
                preparation = getattr(estimator, "preparation", None)
            self.preparation = check_preparation(preparation)
            names = RECORDED_CHANNEL_NAMES if channel_names is None else channel_names
            self.channel_names = self._channels = check_names(names, len(names))
            self._asked = Asked(estimator)
        self._original_rate = check_rate(
            self.preparation.sampling_rate if original_rate is None else original_rate,
            "original_rate",
        )
        self.reset()
        self.window_channel_names = self._stream.channel_names
        check_recognizer(
            self._asked.classifier,
            self._stream.n_timesteps,
            len(self.window_channel_names),
            sampling_rate=self.preparation.sampling_rate,
            channel_names=self.window_channel_names,
        )

    def _take_over(
        self,
        recognizer: ActivityRecognizer,
        preparation: Any,
        channel_names: Sequence[str] | None,
    ) -> None:
        if preparation is not None:
            raise ValueError(
                "preparation must be None for an ActivityRecognizer, which has its own, got "
                f"{preparation!r}."
            )
        self._asked = recognizer.asked_
        self.preparation = recognizer.preparation_
        # A recognizer made from a classifier may lack the names of its channels.
        known = recognizer.channel_names_in_
        names = (known or RECORDED_CHANNEL_NAMES) if channel_names is None else channel_names
        self.channel_names = check_names(names, len(names))
        self._channels = known or self.channel_names
        self._order = recognizer.order_of_channels(self.channel_names)

    def reset(self) -> None:
        """Forget all samples and start a new stream."""
        self._stream = self.preparation.stream(self._channels, self._original_rate)
        self.n_late = self.n_missing = 0
        # The number of samples gives the times of samples without times. `_timed` is None until the
        # first samples arrive.
        self._count = 0
        self._timed: bool | None = None
        self._latest = -np.inf
        self._waiting: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        self._n_waiting = 0
        # Windows on which the classifier failed; it gets them again.
        self._undecided: list[tuple[NDArray[np.float64], NDArray[np.float32]]] = []

    @property
    def n_breaks(self) -> int:
        """Return the number of interruptions."""
        return self._stream.n_breaks

    def push(self, samples: ArrayLike, time: ArrayLike | None = None) -> list[Decision]:
        """Take the next samples and return the decisions that they complete.

        Parameters
        ----------
        samples : array-like of shape (n_samples, n_channels) or (n_channels,)
            Any number of samples, or one; a single channel may have shape (n_samples,). A sample
            with a missing or infinite value is left out.
        time : array-like of shape (n_samples,) or float, default=None
            Their times, in s on any clock. None for samples spaced by one interval of
            `original_rate`. Either all samples of a stream have times or none.

        Returns
        -------
        decisions : list of Decision
            One for each completed window, in order of time; often none.

        Raises
        ------
        ValueError
            If the shapes do not fit, times are not finite or given for some samples only, or
            samples come late and `on_late` is "raise". The stream is then unchanged. If the
            classifier fails, it gets the same windows again with the next call.
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
        # Most pieces are complete and in order, and a phone pushes fifty a second.
        if not (np.isfinite(values).all() and at[0] > self._latest and (np.diff(at) > 0).all()):
            kept = self._keep(at, values)
            at, values = at[kept], values[kept]
        self._timed = time is not None
        self._count += n_samples
        if len(at):
            self._waiting.append((at, values))
            self._n_waiting += len(at)
            self._latest = float(at[-1])
        return self._process() if self._is_due() else []

    def _keep(self, at: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which samples are neither missing nor late, and count the others."""
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
        """End the recording and return the remaining decisions.

        Later samples count as samples after an interruption.

        Returns
        -------
        decisions : list of Decision
            At most a few, from windows that the last samples completed.
        """
        decisions = self._process()
        return decisions + self._decisions(*self._stream.finish())

    def _check_samples(self, samples: ArrayLike) -> NDArray[np.float64]:
        refuse_masked(samples, "samples")
        # A copy, because callers reuse their arrays.
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
        return values if self._order is None else values[:, self._order]

    def _is_due(self) -> bool:
        """Return whether the waiting samples may complete a window; few pieces do."""
        if self._n_waiting == 0:
            return False
        return self._n_waiting > _LONGEST_WAIT or self._stream.is_due(self._latest)

    def _process(self) -> list[Decision]:
        if not self._waiting:
            return self._decisions()
        time = np.concatenate([time for time, _ in self._waiting])
        samples = np.concatenate([values for _, values in self._waiting])
        self._waiting, self._n_waiting = [], 0
        return self._decisions(*self._stream.push(time, samples))

    def _decisions(self, *started: Any) -> list[Decision]:
        if started and len(started[0]):
            self._undecided.append(started)
        if not self._undecided:
            return []
        starts = np.concatenate([start for start, _ in self._undecided])
        windows = np.concatenate([windows for _, windows in self._undecided])
        decisions = self._asked.decide(starts, windows, self._stream.window_length)
        self._undecided = []
        return decisions

    def get_state(self) -> bytes:
        """Return the state, to continue the stream later or elsewhere.

        Returns
        -------
        state : bytes
            The state of the filters, the samples still needed and the counts: a NumPy archive
            without code and without the classifier.
        """
        arrays: dict[str, NDArray[Any]] = {
            "latest": np.array(self._latest),
            "counts": np.array([self._count, self.n_late, self.n_missing]),
            "timed": np.array(-1 if self._timed is None else int(self._timed)),
        }
        if self._waiting:
            arrays["waiting_time"] = np.concatenate([time for time, _ in self._waiting])
            arrays["waiting_samples"] = np.concatenate([values for _, values in self._waiting])
        if self._undecided:
            arrays["undecided_starts"] = np.concatenate([start for start, _ in self._undecided])
            arrays["undecided"] = np.concatenate([windows for _, windows in self._undecided])
        arrays |= {f"stream_{key}": value for key, value in self._stream.get_state().items()}
        return pack(arrays, self._parameters())

    def set_state(self, state: bytes) -> None:
        """Continue from the state of another recognizer.

        Parameters
        ----------
        state : bytes
            The result of :meth:`get_state`. Only numbers are read from it.

        Raises
        ------
        ValueError
            If it is not such a state, or is that of a recognizer with other parameters.
        """
        arrays = unpack(state, self._parameters())
        self.reset()
        self._latest = float(arrays["latest"])
        self._count, self.n_late, self.n_missing = arrays["counts"].tolist()
        timed = int(arrays["timed"])
        self._timed = None if timed < 0 else bool(timed)
        if "waiting_time" in arrays:
            self._waiting = [(arrays["waiting_time"], arrays["waiting_samples"])]
            self._n_waiting = len(arrays["waiting_time"])
        if "undecided" in arrays:
            self._undecided = [(arrays["undecided_starts"], arrays["undecided"])]
        prefix = "stream_"
        self._stream.set_state(
            {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
        )

    def _parameters(self) -> dict[str, Any]:
        """Return the parameters that must agree between two states."""
        return {
            **self.preparation.to_dict(),
            "original_rate": self._original_rate,
            "channel_names": list(self.channel_names),
        }


def _real_numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return a copy as floats, with NaN for None. Refuse text and other types."""
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
