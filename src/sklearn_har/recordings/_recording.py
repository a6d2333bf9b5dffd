"""The class of recordings, with checks of its arguments."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sklearn_har.recordings._labelling import Overlap, labels_of_intervals
from sklearn_har.recordings._ticks import some_of
from sklearn_har.utils._arrays import refuse_masked
from sklearn_har.utils._channels import check_names
from sklearn_har.utils._gaps import gap_limit, gap_limit_of, parts_between
from sklearn_har.utils._intervals import merge_labels
from sklearn_har.utils._numbers import check_rate
from sklearn_har.utils._samples import all_finite, check_breaks, check_increasing, check_recording


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Recording:
    """Timestamped samples of one subject, in order of time.

    :func:`read_recording` reads one from a file or a table, :func:`read_recordings` a list of them
    from a folder. You can also make one from arrays. Functions take and return whole recordings, so
    samples, times, interruptions, labels, subject and facts stay together.

    Parameters
    ----------
    samples : array-like of shape (n_samples, n_channels) or (n_samples,)
        The measured values. float32 is kept; other types become float64.
    time : array-like of shape (n_samples,), default=None
        The times of the samples, in s, strictly increasing. None for samples at `sampling_rate`,
        starting at 0.
    sampling_rate : float, default=None
        In Hz. None for the typical rate of `time`, from the mean of all steps within half of the
        median step.
    channel_names : sequence of str, default=None
        One name for each channel; None for "channel_0", "channel_1" and so on.
    breaks : array-like of int, default=()
        Samples before which the recording was interrupted.
    max_gap : float, default=None
        In s: the limit above which a step counted as an interruption when `breaks` were found. With
        another limit, they are found again. None keeps `breaks` as they are.
    start : datetime, default=None
        The date and time at which `time` is 0, if it is known.
    labels : array-like of shape (n_samples,), str, int, bool or float, default=None
        The label of each sample, or one label for the whole recording.
    subject : hashable, default=None
        The person who wore the sensors.
    facts : mapping of str to object, default=None
        Other known properties of the recording, such as its activity, trial, device or file.

    Attributes
    ----------
    samples : ndarray of shape (n_samples, n_channels)
        The measured values.
    time : ndarray of float64 of shape (n_samples,)
        In s.
    sampling_rate : float
        In Hz.
    channel_names : tuple of str
        One for each channel.
    breaks : ndarray of int64
        Samples before which the recording was interrupted, sorted and unique.
    max_gap : float or None
        The limit above which a step counted as an interruption when `breaks` were found, in s.
    start : datetime or None
        The date and time at which `time` is 0.
    labels : ndarray of shape (n_samples,) or None
        The label of each sample.
    subject : hashable or None
        The person who wore the sensors.
    facts : dict of str to object
        Other known properties of the recording.

    Raises
    ------
    ValueError
        If shapes do not agree, times do not increase, or values are not finite.
    TypeError
        If a parameter has the wrong type.

    See Also
    --------
    read_recording : Read a recording from a file or a table.
    read_recordings : Read many recordings from a folder or a table.
    sklearn_har.preparation.resample_recording : Bring it to another rate.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.recordings import Recording
    >>> recording = Recording(
    ...     np.zeros((100, 3)), sampling_rate=50.0, breaks=[40], labels="walking", subject="s01"
    ... )
    >>> recording
    Recording(100 samples, 3 channels, 50 Hz, 1.98 s, 1 break, subject 's01')
    >>> [part.stop - part.start for part in recording.parts]
    [40, 60]
    """

    samples: NDArray[Any]
    time: NDArray[np.float64]
    sampling_rate: float
    channel_names: tuple[str, ...]
    breaks: NDArray[np.int64]
    max_gap: float | None
    start: datetime | None
    labels: NDArray[Any] | None
    subject: Hashable | None
    facts: dict[str, Any]

    def __init__(
        self,
        samples: ArrayLike,
        time: ArrayLike | None = None,
        *,
        sampling_rate: float | None = None,
        channel_names: Sequence[str] | None = None,
        breaks: ArrayLike = (),
        max_gap: float | None = None,
        start: datetime | None = None,
        labels: ArrayLike | None = None,
        subject: Hashable | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        values = check_recording(samples, "samples")
        if values.dtype != np.float32:
            values = values.astype(np.float64, copy=False)
        if len(values) == 0:
            raise ValueError("samples must hold at least one sample, got none.")
        if not all_finite(values):
            row, channel = np.argwhere(~np.isfinite(values))[0]
            raise ValueError(
                f"samples must be finite, got {values[row, channel]} in sample {row} of channel "
                f"{channel}. Leave such samples out: the times show the gap."
            )
        rate = None if sampling_rate is None else check_rate(sampling_rate)
        if time is None:
            if rate is None:
                raise ValueError("sampling_rate must be given where time is not.")
            seconds = np.arange(len(values)) / rate
        else:
            seconds = _check_time(time, len(values))
        names = check_names(channel_names, values.shape[1])
        interruptions = np.unique(check_breaks(breaks, len(values), "breaks"))
        if start is not None and not isinstance(start, datetime):
            raise TypeError(f"start must be a datetime or None, got {start!r}.")
        # Attributes of a frozen dataclass can be set only through its dictionary.
        self.__dict__.update(
            samples=values,
            time=seconds,
            sampling_rate=typical_rate(seconds) if rate is None else rate,
            channel_names=names,
            breaks=interruptions,
            max_gap=None if max_gap is None else gap_limit(1.0, max_gap),
            start=start,
            labels=None if labels is None else check_labels(labels, len(values)),
            subject=_check_subject(subject),
            facts=_check_facts(facts),
        )

    def __len__(self) -> int:
        return len(self.samples)

    def __repr__(self) -> str:
        n_breaks = len(self.breaks)
        counted = f", {n_breaks} break{'s' * (n_breaks > 1)}" if n_breaks else ""
        person = "" if self.subject is None else f", subject {self.subject!r}"
        return (
            f"Recording({len(self)} samples, {self.samples.shape[1]} channels, "
            f"{self.sampling_rate:g} Hz, {self.duration:g} s{counted}{person})"
        )

    @property
    def duration(self) -> float:
        """Return the time from the first to the last sample, in s."""
        return float(self.time[-1] - self.time[0])

    @property
    def parts(self) -> list[slice]:
        """Return the uninterrupted parts, as slices of the samples."""
        return parts_between(self.breaks, len(self))

    def with_labels(
        self,
        labels: ArrayLike | pd.DataFrame,
        *,
        activity: str = "activity",
        start: str = "start",
        end: str | None = "end",
        overlap: Overlap = "later",
        unlabelled: Hashable = None,
    ) -> Recording:
        """Return a copy of the recording with other labels.

        Parameters
        ----------
        labels : array-like of shape (n_samples,), str, int, bool, float or DataFrame
            The label of each sample, one label for all of them, or a table with one row for each
            labelled interval.
        activity, start : str, default="activity", "start"
            Names of the columns of the table with the activity and the start of each interval.
        end : str, default="end"
            Name of the column with the ends. None for a table without ends: each interval lasts
            until the next one starts, and the last until the end of the recording. The same holds
            for a missing end. An interval includes its start but not its end.
        overlap : {"later", "earlier", "shorter", "unlabelled", "raise"}, default="later"
            Which of two overlapping intervals labels their common samples: the one that starts
            "later" or "earlier", or is "shorter". "unlabelled" leaves these samples unlabelled.
            "raise" makes every problem of the table an error.
        unlabelled : hashable, default=None
            The label of samples outside all intervals. None for -1 if the activities are integers,
            and otherwise for None in an array of objects.

        Returns
        -------
        labelled : Recording
            A new recording that differs only in its labels.

        Raises
        ------
        ValueError
            If a column does not exist or holds neither seconds nor dates, or the number of labels
            is wrong. If dates are given and `start` is unknown, or only one of them has a time
            zone. With ``overlap="raise"``, if the table has any problem.
        TypeError
            If `labels` is None.

        Warns
        -----
        RecordingWarning
            If intervals overlap or have no end, or if rows are left out: those without an activity
            or start, those that end before they start, and those with zero length or without
            samples. One warning counts them and shows the first row of each kind.

        See Also
        --------
        Recording.timeline : The labels as a table of intervals.

        Notes
        -----
        Starts and ends are seconds on the clock of `time`, or dates as timestamps or text such as
        "2024-05-31 14:05:00". If `start` is known with a time zone, numbers that can only be s, ms,
        us or ns since 1970 are also dates.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> from sklearn_har.recordings import Recording
        >>> notes = pd.DataFrame({"what": ["sit", "walk"], "from": [0.0, 1.0], "to": [1.0, 1.5]})
        >>> recording = Recording(np.zeros((4, 3)), sampling_rate=2.0)
        >>> recording.with_labels(notes, activity="what", start="from", end="to").labels
        array(['sit', 'sit', 'walk', None], dtype=object)
        """
        if labels is None:
            raise TypeError(
                "labels must be an array, one label or a DataFrame, got None. "
                "dataclasses.replace(recording, labels=None) removes labels."
            )
        if not isinstance(labels, pd.DataFrame):
            tags = check_labels(labels, len(self))
        else:
            tags = labels_of_intervals(
                labels,
                self.time,
                self.start,
                activity=activity,
                start=start,
                end=end,
                overlap=overlap,
                unlabelled=unlabelled,
            )
        return replace(self, labels=tags)

    def timeline(self, *, unlabelled: Hashable = -1) -> pd.DataFrame:
        """Return the labels as a table of intervals.

        Each sample lasts until the next one; the last sample before an interruption lasts for one
        sampling interval. An interruption is one of `breaks`, or a step of more than five sampling
        intervals.

        Parameters
        ----------
        unlabelled : hashable, default=-1
            The label of samples without a known activity. None and NaN always mean that.

        Returns
        -------
        timeline : DataFrame
            Columns ``activity``, ``start`` and ``end`` (in s), one row for each interval, in order
            of time. Unlabelled samples have no interval.

        Raises
        ------
        ValueError
            If the recording has no labels.

        See Also
        --------
        Recording.with_labels : Label a recording by a table of intervals.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn_har.recordings import Recording
        >>> labels = ["sit", "sit", "walk", "walk"]
        >>> Recording(np.zeros((4, 3)), sampling_rate=50.0, labels=labels).timeline()
          activity  start   end
        0      sit   0.00  0.04
        1     walk   0.04  0.08
        """
        if self.labels is None:
            raise ValueError(
                "The recording has no labels: add them by recording.with_labels(...), or by "
                "read_recording(..., labels=...)."
            )
        intervals = merge_labels(
            self.labels,
            self.time,
            period=1.0 / self.sampling_rate,
            max_gap=gap_limit_of(self, None),
            breaks=self.breaks,
            unlabelled=unlabelled,
        )
        return pd.DataFrame(intervals._asdict())


def check_labels(labels: ArrayLike, n_samples: int) -> NDArray[Any]:
    refuse_masked(labels, "labels")
    tags = np.asarray(labels)
    if tags.ndim == 0 and tags.dtype.kind in "biufUS":
        return np.full(n_samples, tags)
    if tags.shape != (n_samples,):
        raise ValueError(
            f"labels must have one label for each of the {n_samples} samples, or be one label for "
            f"all of them, got shape {tags.shape}. Recording.with_labels takes intervals."
        )
    return tags


def _check_subject(subject: Hashable | None) -> Hashable | None:
    if not isinstance(subject, Hashable):
        raise TypeError(f"subject must be hashable, such as a str or an int, got {subject!r}.")
    # NumPy scalars would print as np.int64(3).
    return subject.item() if isinstance(subject, np.generic) else subject


def _check_facts(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    known = {} if facts is None else facts
    if not isinstance(known, Mapping) or not all(isinstance(name, str) for name in known):
        raise TypeError(f"facts must be a mapping of str to values, got {facts!r:.80}.")
    return dict(known)


def _check_time(time: ArrayLike, n_samples: int) -> NDArray[np.float64]:
    seconds = np.asarray(time)
    if seconds.dtype.kind not in "iuf" or seconds.shape != (n_samples,):
        raise ValueError(
            f"time must hold one number of seconds for each of the {n_samples} samples, got dtype "
            f"{seconds.dtype} and shape {seconds.shape}. read_recording reads dates."
        )
    remedy = " read_recording(..., on_disorder='sort') puts them in order."
    return check_increasing(seconds, "time", "sample", remedy)


def typical_rate(time: NDArray[np.float64]) -> float:
    """Return the sampling rate in Hz, robust to losses, gaps and coarse clocks.

    The median alone would have the rounding error of the clock (1 % at 52 Hz with whole
    milliseconds); the mean of all steps would include gaps.
    """
    steps = np.diff(time)
    if len(steps) == 0:
        raise ValueError("sampling_rate must be given for a recording of one sample.")
    middle = np.median(steps[some_of(len(steps))])
    near = (steps >= 0.5 * middle) & (steps <= 1.5 * middle)
    usual = steps if near.all() else steps[near]
    if len(usual) == 0:
        # The median of an even number of steps may be far from all of them.
        usual = np.sort(steps)[(len(steps) - 1) // 2 :][:1]
    # Rounding below the precision of any clock makes 50 Hz exactly 50 Hz.
    return float(np.round(1.0 / usual.mean(), 6)) or float(1.0 / usual.mean())
