"""Resample recordings with any times to one grid of times.

SciPy and resampy resample regular times only, and the limit of interpolation in pandas counts
samples, not seconds.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.preparation._stages import GridResampler, nearest
from sklearn_har.recordings import Recording
from sklearn_har.utils._gaps import parts_between_gaps
from sklearn_har.utils._numbers import check_rate

_MOST_UPSAMPLING = 8.0


def resample_recording(
    recording: Recording | ArrayLike,
    sampling_rate: float = 50.0,
    *,
    time: ArrayLike | None = None,
    original_rate: float | None = None,
    labels: ArrayLike | None = None,
    breaks: ArrayLike = (),
    max_gap: float | None = None,
    causal: bool = False,
    allow_upsampling: bool = False,
) -> Recording:
    """Resample a recording to one sampling rate.

    The new samples are `1 / sampling_rate` apart and begin at the first old one. A filter removes
    frequencies too high for a lower rate, to avoid aliasing. The times may be irregular; gaps
    remain.

    Parameters
    ----------
    recording : Recording or array-like of shape (n_samples, n_channels) or (n_samples,)
        The samples. An array needs `time` or `original_rate`.
    sampling_rate : float, default=50.0
        The new rate, in Hz.
    time : array-like of shape (n_samples,), default=None
        The times of the samples of an array, in s, increasing.
    original_rate : float, default=None
        The rate of the samples of an array, in Hz; with `time`, their nominal rate.
    labels : array-like of shape (n_samples,), default=None
        The labels of the samples of an array. A new sample has the label of the nearest old one.
    breaks : array-like of int, default=()
        Samples of an array before which the recording was interrupted.
    max_gap : float, default=None
        In s: longer steps are not interpolated and remain breaks. None for `max_gap` of the
        recording if it was read with one, and otherwise for five sampling intervals of the
        recording or of the new rate, whichever are longer.
    causal : bool, default=False
        Filter forward only, as :class:`~sklearn_har.recognition.StreamingRecognizer` must. This
        delays movement slower than 0.2 times the new rate by about one new sample. By default, the
        filter runs forward and backward and causes no delay.
    allow_upsampling : bool, default=False
        Whether the new rate may be more than eight times that of the recording. The recording has
        nothing above half of its rate, so a model that needs more will be wrong.

    Returns
    -------
    resampled : Recording
        Its `time` starts at the first sample and has steps of `1 / sampling_rate`, apart from gaps.
        A part shorter than a step may hold no new sample and is then left out. Subject and facts
        are kept.

    Raises
    ------
    ValueError
        If a parameter is outside its range, `recording` has its own description and gets another
        one, or the recording is much slower than the new rate.

    See Also
    --------
    merge_recordings : Resample several sensors to one grid.
    prepare_recording : Resampling and the filters of UCI HAR.

    Notes
    -----
    Cubic polynomials through neighbouring samples interpolate onto a grid that is finer than the
    new one by a whole factor. Samples on the grid keep their values. If the factor is above one, a
    Chebyshev filter follows, and the result is thinned by the factor. The filter is of the second
    type and eighth order, flat within 0.03 dB to 0.4 times and 60 dB down from 0.6 times the new
    rate. Recordings up to 5 % faster than the new rate are not filtered.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.preparation import resample_recording
    >>> t = np.arange(400) / 100.0
    >>> walking = np.sin(2 * np.pi * 2.0 * t)
    >>> hum = np.sin(2 * np.pi * 48.0 * t)  # would come back at 2 Hz
    >>> slower = resample_recording(walking + hum, 50.0, original_rate=100.0)
    >>> slower
    Recording(200 samples, 1 channels, 50 Hz, 3.98 s)
    >>> error = slower.samples[20:-20, 0] - walking[::2][20:-20]
    >>> bool(np.abs(error).max() < 0.001)
    True
    """
    source = as_recording(recording, time, original_rate, labels, breaks)
    rate = check_rate(sampling_rate)
    if not allow_upsampling:
        check_fast_enough(source.sampling_rate, rate)
    resampler = GridResampler(rate, source.sampling_rate, zero_phase=not causal)
    firsts, pieces = [], []
    parts = parts_between_gaps(source, max_gap, rate)
    for part in parts:
        first, values = resampler.whole(source.time[part], source.samples[part].astype(np.float64))
        firsts.append(first)
        pieces.append(values.astype(source.samples.dtype))
    return on_grid(source, parts, firsts, pieces, resampler, source.channel_names)


def as_recording(
    recording: Recording | ArrayLike,
    time: ArrayLike | None,
    original_rate: float | None,
    labels: ArrayLike | None = None,
    breaks: ArrayLike = (),
) -> Recording:
    """Return a recording unchanged, or make one from an array and its description."""
    if isinstance(recording, Recording):
        described = {"time": time, "original_rate": original_rate, "labels": labels}
        given = [name for name, value in described.items() if value is not None]
        given += ["breaks"] * (np.size(breaks) > 0)
        if given:
            raise ValueError(
                f"{given[0]} describes the samples of an array, got a Recording, which has its own."
            )
        return recording
    if time is None and original_rate is None:
        raise ValueError("time or original_rate must be given with an array, got neither.")
    return Recording(recording, time, sampling_rate=original_rate, labels=labels, breaks=breaks)


def check_fast_enough(original_rate: float, sampling_rate: float) -> None:
    """Raise an error if most of the samples of a grid would be invented."""
    if original_rate < sampling_rate / _MOST_UPSAMPLING:
        raise ValueError(
            f"sampling_rate={sampling_rate:g} is far above the {original_rate:g} Hz of the "
            f"recording, in which nothing above {original_rate / 2:g} Hz is measured: the samples "
            "between would be invented. Record faster, or pass "
            "resample_recording(..., allow_upsampling=True) if that is what you want."
        )


def on_grid(
    source: Recording,
    parts: Sequence[slice],
    firsts: Sequence[int],
    pieces: Sequence[NDArray[Any]],
    grid: GridResampler,
    channel_names: Sequence[str],
) -> Recording:
    """Join the resampled parts of a recording, with the labels of the nearest samples."""
    assert grid.origin is not None
    times = [
        grid.origin + np.arange(first, first + len(piece)) / grid.rate
        for first, piece in zip(firsts, pieces, strict=True)
    ]
    labels = None
    if source.labels is not None:
        labels = np.concatenate(
            [
                source.labels[part][nearest(source.time[part], at)]
                for part, at in zip(parts, times, strict=True)
            ]
        )
    return replace(
        source,
        samples=np.concatenate(pieces),
        time=np.concatenate(times),
        sampling_rate=grid.rate,
        channel_names=tuple(channel_names),
        breaks=np.unique(np.cumsum([0, *map(len, pieces)]))[1:-1],
        max_gap=None,
        labels=labels,
    )


def merge_recordings(
    recordings: Sequence[Recording],
    sampling_rate: float = 50.0,
    *,
    max_gap: float | None = None,
    causal: bool = False,
) -> Recording:
    """Merge sensors with different clocks into one recording.

    :func:`resample_recording` brings all sensors to one grid. The grid covers the time that they
    have in common, and has a gap wherever one of them has one.

    Parameters
    ----------
    recordings : sequence of Recording
        The sensors, such as an accelerometer and a gyroscope. Each `time` counts from the same
        zero, unless each sensor has a date as `start`, which then relates the zeros. All channels
        have different names.
    sampling_rate : float, default=50.0
        The new rate, in Hz.
    max_gap : float, default=None
        As in :func:`resample_recording`, for each sensor.
    causal : bool, default=False
        As in :func:`resample_recording`.

    Returns
    -------
    merged : Recording
        The channels of all sensors, in order, with the time and `start` of the first one and the
        labels of the first one that has any. Subject and facts of all sensors are kept; if the
        sensors come from different files, the fact "file" lists these.

    Raises
    ------
    ValueError
        If the sensors have no common time, channels have the same name, only some have a
        `start`, or their subjects or facts differ.

    See Also
    --------
    resample_recording : Resample one recording.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.recordings import Recording
    >>> from sklearn_har.preparation import merge_recordings
    >>> acc = Recording(
    ...     np.zeros((300, 3)), np.arange(300) / 100, channel_names=["acc_x", "acc_y", "acc_z"]
    ... )
    >>> gyro = Recording(
    ...     np.zeros((150, 1)), 0.5 + np.arange(150) / 52, channel_names=["gyro_z"]
    ... )
    >>> both = merge_recordings([acc, gyro], 50.0)
    >>> both
    Recording(125 samples, 4 channels, 50 Hz, 2.48 s)
    >>> float(both.time[0])
    0.5
    """
    sensors = list(recordings)
    if not sensors or not all(isinstance(sensor, Recording) for sensor in sensors):
        raise TypeError(
            f"recordings must be a sequence of at least one Recording, got {recordings!r:.80}."
        )
    names = [name for sensor in sensors for name in sensor.channel_names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"recordings must have channels of different names, got {twice} more than once: "
            "read_recording(..., channels={'x': 'acc_x'}) renames them."
        )
    subject, facts = _common_subject(sensors), _united_facts(sensors)
    rate = check_rate(sampling_rate)
    # Slow sensors, such as a barometer, may be merged with fast ones.
    check_fast_enough(max(sensor.sampling_rate for sensor in sensors), rate)
    shifts = _shifts([sensor.start for sensor in sensors])
    times = [sensor.time + shift for sensor, shift in zip(sensors, shifts, strict=True)]
    origin, last = max(time[0] for time in times), min(time[-1] for time in times)
    if origin > last:
        spans = [f"{time[0]:g} to {time[-1]:g} s" for time in times]
        raise ValueError(
            f"recordings must overlap in time, got {spans}. If their clocks have different zeros, "
            "correct them before merging."
        )
    # Find the grid points at which all sensors have a sample, and the part of each sample.
    n_steps = int(np.floor((last - origin) * rate + 1e-3)) + 1
    merged = np.empty((n_steps, len(names)))
    whole = np.ones(n_steps, dtype=bool)
    part_of = np.full((n_steps, len(sensors)), -1)
    column = 0
    for i, (sensor, time) in enumerate(zip(sensors, times, strict=True)):
        columns = slice(column, column + sensor.samples.shape[1])
        column = columns.stop
        resampler = GridResampler(rate, sensor.sampling_rate, float(origin), zero_phase=not causal)
        for number, part in enumerate(parts_between_gaps(sensor, max_gap, rate)):
            first, values = resampler.whole(time[part], sensor.samples[part].astype(np.float64))
            values = values[max(0, -first) : max(0, n_steps - first)]
            place = slice(max(0, first), max(0, first) + len(values))
            merged[place, columns] = values
            part_of[place, i] = number
        whole &= part_of[:, i] >= 0
    k = np.flatnonzero(whole)
    if len(k) == 0:
        raise ValueError("recordings must overlap in time, got gaps that leave no sample of all.")
    broken = (np.diff(k) > 1) | (part_of[k[1:]] != part_of[k[:-1]]).any(axis=1)
    at = origin + k / rate
    labels: NDArray[Any] | None = None
    for sensor, time in zip(sensors, times, strict=True):
        if sensor.labels is not None and labels is None:
            labels = sensor.labels[nearest(time, at)]
    return Recording(
        merged[k].astype(np.result_type(*(sensor.samples for sensor in sensors))),
        at,
        sampling_rate=rate,
        channel_names=names,
        breaks=np.flatnonzero(broken) + 1,
        start=sensors[0].start,
        labels=labels,
        subject=subject,
        facts=facts,
    )


def _common_subject(sensors: Sequence[Recording]) -> Hashable | None:
    known = list(dict.fromkeys(s.subject for s in sensors if s.subject is not None))
    if len(known) > 1:
        raise ValueError(
            f"recordings must come from one subject, got sensors of the subjects {known}."
        )
    return known[0] if known else None


def _united_facts(sensors: Sequence[Recording]) -> dict[str, Any]:
    """Return the facts of all sensors; their files become a list."""
    united: dict[str, Any] = {}
    files: list[Any] = []
    for sensor in sensors:
        for name, value in sensor.facts.items():
            if name == "file":
                named = value if isinstance(value, list) else [value]
                files += [file for file in named if file not in files]
            elif not _equal(united.setdefault(name, value), value):
                raise ValueError(
                    f"recordings must agree in their facts, got {name}={united[name]!r} and "
                    f"{name}={value!r}. Merge the sensors of one recording only, or leave the fact "
                    "out of one of them."
                )
    if files:
        united["file"] = files[0] if len(files) == 1 else files
    return united


def _equal(one: Any, other: Any) -> bool:
    return one is other or bool(np.all(one == other))


def _shifts(starts: Sequence[datetime | None]) -> list[float]:
    """Return what to add to the times of each sensor, to count from the zero of the first."""
    dates = [start for start in starts if start is not None]
    if not dates:
        return [0.0] * len(starts)
    if len(dates) < len(starts):
        raise ValueError(
            f"recordings must all have a date as start, or none of them; got {list(starts)}."
        )
    try:
        return [(date - dates[0]).total_seconds() for date in dates]
    except TypeError as error:
        raise ValueError(
            f"recordings must all have a start with a time zone, or all without; got {dates}."
        ) from error
