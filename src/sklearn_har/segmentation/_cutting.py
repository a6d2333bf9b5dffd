"""Cut recordings into windows of one length, or pad windows to one length."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.recordings import Recording
from sklearn_har.segmentation._windows import Windows
from sklearn_har.utils._cutter import Cutter, LabelRule
from sklearn_har.utils._errors import name_of_recording
from sklearn_har.utils._labels import OnUnlabelled
from sklearn_har.utils._numbers import check_integer, check_real
from sklearn_har.utils._samples import check_recording
from sklearn_har.utils._text import first_few
from sklearn_har.utils._warnings import warn_of_recording


def segment_recording(
    recording: Recording | ArrayLike,
    labels: ArrayLike | None = None,
    *,
    window: int | float = 128,
    overlap: float = 0.5,
    sampling_rate: float | None = None,
    label_rule: LabelRule = "majority",
    unlabelled: Hashable = -1,
    on_unlabelled: OnUnlabelled = "drop",
    breaks: ArrayLike | None = None,
    subject: Hashable | None = None,
) -> Windows:
    """Cut one recording into windows of equal length.

    Window ``k`` begins at sample ``k * step`` with ``step = round((1 - overlap) * window)``. The
    samples after the last whole window are left out.

    Parameters
    ----------
    recording : Recording or array-like of shape (n_samples, n_channels) or (n_samples,)
        The samples; an array of rank 1 has one channel. The values of an array stay unchanged,
        including NaN. A :class:`~sklearn_har.recordings.Recording` has its own labels, breaks and
        sampling rate, which the arguments of that name replace.
    labels : array-like of shape (n_samples,), default=None
        The label of each sample: integers, strings or booleans. A missing value (None, NaN) counts
        as unlabelled.
    window : int or float, default=128
        Length of a window: an int is a number of samples, a float a number of seconds, rounded to
        whole samples. Seconds need `sampling_rate`.
    overlap : float, default=0.5
        Share of a window that the next one also covers, in [0, 1).
    sampling_rate : float, default=None
        In Hz. Needed for a `window` in seconds and for the start times.
    label_rule : {"majority", "all-equal", "last"}, default="majority"
        How a window gets its label from those of its samples:

        - "majority": the most frequent label. Unlabelled samples count as one more label, which
          loses ties; other ties go to the label that sorts first.
        - "all-equal": the label that all samples share; other windows are unlabelled.
        - "last": the label of the last sample, as in live recognition.
    unlabelled : int or str, default=-1
        The label of samples without a known activity.
    on_unlabelled : {"drop", "keep"}, default="drop"
        Whether to leave unlabelled windows out, or to keep them with the target `unlabelled`.
    breaks : array-like of int, default=None
        Samples before which the recording was interrupted. A window with samples from both sides of
        a break is dropped.
    subject : int or str, default=None
        The subject of the recording.

    Returns
    -------
    windows : Windows
        Its arrays are empty if every window was dropped. If none was, `data` is a read-only view of
        the samples, which takes no memory; copy it before you write to it. There is no field
        `recording`.

    See Also
    --------
    segment_recordings : Cut many recordings.
    sklearn_har.preparation.separate_gravity : Split total acceleration before cutting.
    sklearn_har.preparation.resample_recording : Make samples with equal steps, as windows need.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.segmentation import segment_recording
    >>> recording = np.arange(20.0).reshape(10, 2)  # ten samples of two channels
    >>> labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> windows = segment_recording(recording, labels, window=4, overlap=0.5, sampling_rate=2.0)
    >>> windows.data.shape
    (4, 4, 2)
    >>> windows.target
    array([0, 0, 1, 1])
    >>> windows.start_time  # in s
    array([0., 1., 2., 3.])
    """
    values: Any = recording
    time = names = None
    if isinstance(recording, Recording):
        sampling_rate = _rate_of([recording], sampling_rate)
        labels = recording.labels if labels is None else labels
        breaks = recording.breaks if breaks is None else breaks
        subject = recording.subject if subject is None else subject
        values, time, names = recording.samples, recording.time, recording.channel_names
    cutter = Cutter(window, overlap, sampling_rate, label_rule, unlabelled, on_unlabelled)
    samples = check_recording(values)
    if len(samples) < cutter.length:
        raise ValueError(
            f"the recording has {len(samples)} samples and one window needs {cutter.length}: "
            "pass a longer recording or a smaller window."
        )
    start, target = cutter.plan(len(samples), labels, breaks)
    data = cutter.cut(samples, start)
    return Windows(
        data=data,
        target=target,
        subject=None if subject is None else np.full(len(start), subject),
        start=start,
        start_time=cutter.seconds(start) if time is None else time[start],
        window_length=cutter.duration,
        sampling_rate=cutter.rate,
        channel_names=names,
    )


def _rate_of(recordings: Sequence[Recording], sampling_rate: float | None) -> float:
    """Return the sampling rate of all recordings, which must agree with the argument."""
    rates = {recording.sampling_rate for recording in recordings}
    if sampling_rate is not None:
        rates.add(sampling_rate)
    if len(rates) > 1:
        raise ValueError(
            f"sampling_rate must be that of every recording, got {sorted(rates)} Hz: "
            "resample_recording brings recordings to one rate."
        )
    return rates.pop()


def segment_recordings(
    recordings: Sequence[Recording] | Sequence[ArrayLike],
    labels: Sequence[ArrayLike] | None = None,
    subjects: ArrayLike | None = None,
    *,
    window: int | float = 128,
    overlap: float = 0.5,
    sampling_rate: float | None = None,
    label_rule: LabelRule = "majority",
    unlabelled: Hashable = -1,
    on_unlabelled: OnUnlabelled = "drop",
    breaks: Sequence[ArrayLike | None] | None = None,
) -> Windows:
    """Cut many recordings into windows of equal length, one after another.

    No window holds samples of two recordings. Recordings shorter than one window give none, and one
    warning counts them.

    Parameters
    ----------
    recordings : sequence of Recording, or of array-like of shape (n_samples, n_channels)
        The recordings. Their lengths may differ, their channels may not. Recordings have their own
        labels, breaks and sampling rate, which the arguments of that name replace.
    labels : sequence of array-like of shape (n_samples,), default=None
        The label of each sample of each recording.
    subjects : array-like of shape (n_recordings,), default=None
        The subject of each recording.
    window, overlap, sampling_rate, label_rule, unlabelled, on_unlabelled : optional
        As in :func:`segment_recording`.
    breaks : sequence of (array-like of int or None), default=None
        The interruptions of each recording, as in :func:`segment_recording`.

    Returns
    -------
    windows : Windows
        The windows of all recordings, in order.

    Warns
    -----
    RecordingWarning
        If recordings are shorter than one window, with their number and the first three.

    See Also
    --------
    segment_recording : Cut one recording, without a copy.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.segmentation import segment_recordings
    >>> recordings = [np.zeros((256, 3)), np.ones((300, 3))]
    >>> windows = segment_recordings(recordings, subjects=[1, 2], window=128, overlap=0.5)
    >>> windows.data.shape
    (6, 128, 3)
    >>> windows.subject
    array([1, 1, 1, 2, 2, 2])
    """
    whole: Any = recordings
    described = _as_recordings(whole)
    times = None
    if described:
        sampling_rate = _rate_of(described, sampling_rate)
        labels = _known(described, "labels") if labels is None else labels
        breaks = [recording.breaks for recording in described] if breaks is None else breaks
        subjects = _known(described, "subject") if subjects is None else subjects
        times = [recording.time for recording in described]
        whole = [recording.samples for recording in described]
    cutter = Cutter(window, overlap, sampling_rate, label_rule, unlabelled, on_unlabelled)
    if isinstance(whole, np.ndarray) and whole.dtype != object and whole.ndim < 3:
        raise ValueError(
            f"recordings must be a sequence of recordings, got one array of shape "
            f"{whole.shape}: use segment_recording, or pass [recording]."
        )
    arrays = [check_recording(recording, f"recordings[{i}]") for i, recording in enumerate(whole)]
    if not arrays:
        raise ValueError("recordings must hold at least one recording, got none.")
    widths = {array.shape[1] for array in arrays}
    if len(widths) > 1:
        raise ValueError(
            f"recordings must all have the same channels, got {sorted(widths)} channels."
        )
    for name, value in (("labels", labels), ("subjects", subjects), ("breaks", breaks)):
        if isinstance(value, Mapping | Set):
            raise TypeError(
                f"{name} must have one entry for each of the recordings, in their order, got "
                f"{type(value).__name__}."
            )
        if value is not None and len(value) != len(arrays):  # type: ignore[arg-type]
            raise ValueError(
                f"{name} must have one entry for each of the {len(arrays)} recordings, "
                f"got {len(value)}."  # type: ignore[arg-type]
            )

    starts: list[NDArray[np.int64]] = []
    targets: list[NDArray[Any]] = []
    too_short = [i for i, array in enumerate(arrays) if len(array) < cutter.length]
    if len(too_short) == len(arrays):
        longest = max(map(len, arrays))
        raise ValueError(
            f"the longest of the recordings has {longest} samples and one window needs "
            f"{cutter.length}: pass longer recordings or a smaller window."
        )
    if too_short:
        named = first_few(
            f"{name_of_recording(described[i] if described else None, i)} with {len(arrays[i])}"
            for i in too_short
        )
        warn_of_recording(
            f"{len(too_short)} of {len(arrays)} recordings are shorter than a window of "
            f"{cutter.length} samples and give no windows: {named}. A smaller window keeps "
            "them."
        )
    for i, array in enumerate(arrays):
        start, target = cutter.plan(
            len(array),
            None if labels is None else labels[i],
            None if breaks is None else breaks[i],
            suffix=f"[{i}]",
        )
        starts.append(start)
        if target is not None:
            targets.append(target)

    counts = [len(start) for start in starts]
    data = np.empty((sum(counts), cutter.length, arrays[0].shape[1]), dtype=np.result_type(*arrays))
    row = 0
    for array, start in zip(arrays, starts, strict=True):
        # Written in place: concatenating a list of parts would need the memory twice.
        data[row : row + len(start)] = cutter.cut(array, start)
        row += len(start)
    start = np.concatenate(starts)
    return Windows(
        data=data,
        target=None if labels is None else np.concatenate(targets),
        subject=None if subjects is None else np.repeat(np.asarray(subjects), counts),
        recording=np.repeat(np.arange(len(arrays), dtype=np.int64), counts),
        start=start,
        start_time=(
            cutter.seconds(start)
            if times is None
            else np.concatenate([time[s] for time, s in zip(times, starts, strict=True)])
        ),
        window_length=cutter.duration,
        sampling_rate=cutter.rate,
        channel_names=described[0].channel_names if described else None,
    )


def _as_recordings(recordings: Any) -> list[Recording]:
    """Return Recording objects; an empty list for arrays, an error for a mixture."""
    if isinstance(recordings, Recording):
        raise ValueError(
            "recordings must be a sequence of recordings, got one: use segment_recording, or pass "
            "[recording]."
        )
    found = [item for item in recordings if isinstance(item, Recording)]
    if found and len(found) < len(recordings):
        raise TypeError("recordings must be of one kind, got both Recording and arrays.")
    names = {recording.channel_names for recording in found}
    if len(names) > 1:
        raise ValueError(
            f"recordings must all have the same channels, got {sorted(map(list, names))}."
        )
    return found


def _known(recordings: Sequence[Recording], name: str) -> list[Any] | None:
    """Return the labels or the subject of each recording, None if no recording has them."""
    values = [getattr(recording, name) for recording in recordings]
    unknown = [i for i, value in enumerate(values) if value is None]
    if len(unknown) == len(values):
        return None
    if unknown:
        what, argument = {"labels": ("labels", "labels"), "subject": ("a subject", "subjects")}[
            name
        ]
        raise ValueError(
            f"recordings must all have {what} or none of them, got none in "
            f"{name_of_recording(recordings[unknown[0]], unknown[0])}. Pass {argument}= for all."
        )
    return values


def pad_windows(
    windows: Sequence[ArrayLike], *, n_timesteps: int | None = None, value: float = 0.0
) -> NDArray[Any]:
    """Pad windows of unequal length at their ends to one length.

    Use it for recordings that hold one activity each and are not cut. A classifier needs windows of
    one length; `LSTMClassifier(mask_value=value)` skips the padding.

    Parameters
    ----------
    windows : sequence of array-like of shape (n_timesteps_i, n_channels) or (n_timesteps_i,)
        Windows with the same channels and any number of time steps.
    n_timesteps : int, default=None
        The new length; None for that of the longest window.
    value : float, default=0.0
        The padding, in all channels. A time step with this value in all channels would count as
        padding.

    Returns
    -------
    ndarray of shape (n_windows, n_timesteps, n_channels)
        The padded windows.

    Notes
    -----
    Scale the channels before padding: a scaler would change the padding, and include it in its
    statistics.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.segmentation import pad_windows
    >>> pad_windows([np.ones((3, 2)), np.ones((5, 2))]).shape
    (2, 5, 2)
    """
    value = check_real(value, "value", minimum=-np.inf)
    arrays = [check_recording(w, f"windows[{i}]") for i, w in enumerate(windows)]
    if not arrays:
        raise ValueError("windows must hold at least one window, got none.")
    lengths = np.array([len(a) for a in arrays])
    longest = int(lengths.max())
    target = (
        longest if n_timesteps is None else check_integer(n_timesteps, "n_timesteps", minimum=1)
    )
    n_channels = arrays[0].shape[1]
    for i, array in enumerate(arrays):
        if array.shape[1] != n_channels:
            raise ValueError(
                f"windows must have the same channels: windows[0] has {n_channels}, windows[{i}] "
                f"has {array.shape[1]}."
            )
        if not 0 < len(array) <= target:
            raise ValueError(
                f"windows[{i}] must have 1 to n_timesteps={target} time steps, got {len(array)}. "
                "Cut longer ones by segment_recording."
            )
        if (array == value).all(axis=1).any():
            raise ValueError(
                f"value={value} would hide a time step of windows[{i}], whose channels all have "
                "that value. Choose a value that the signals do not take."
            )
    dtype = np.result_type(*arrays, np.float32)
    padded = np.full((len(arrays), target, n_channels), value, dtype=dtype)
    for i, array in enumerate(arrays):
        padded[i, : len(array)] = array
    return padded
