"""One object that holds what must be done to a recording before it is classified."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_har.preparation._resampling import check_fast_enough, on_grid
from sklearn_har.preparation._signals import SignalStage
from sklearn_har.preparation._stream import WindowStream
from sklearn_har.recordings import Recording, check_recordings
from sklearn_har.segmentation import Windows, segment_recordings
from sklearn_har.utils._channels import columns_of
from sklearn_har.utils._cutter import Cutter, LabelRule
from sklearn_har.utils._errors import name_of_recording
from sklearn_har.utils._gaps import gap_limit, parts_between_gaps
from sklearn_har.utils._labels import OnUnlabelled
from sklearn_har.utils._validation import did_you_mean
from sklearn_har.utils._warnings import warn_of_recording

__all__ = ["PRESETS", "Preparation", "check_preparation"]

# In Hz, of UCI HAR. Up to twice this rate, resampling leaves nothing above it.
_NOISE_CUTOFF = 20.0
#: Parameters that differ from the defaults, by the name of the preset.
PRESETS: dict[str, dict[str, Any]] = {
    "uci-har": {},
    "accelerometer": {"angular_velocity": ()},
    "resample": {
        "acceleration": (),
        "angular_velocity": (),
        "other": "rest",
        "noise_cutoff": None,
        "gravity_cutoff": None,
        "drift_cutoff": None,
    },
}
# A number of seconds from here on that is an int looks like a number of samples.
_LOOKS_LIKE_SAMPLES = 32
# What names of channels say about their kind; searched where channels are given by position.
_NAMED = {
    "acceleration": re.compile("gyr|rotation|angular|mag(?!nitude)", re.IGNORECASE),
    "angular_velocity": re.compile(r"acc(?!uracy)|mag(?!nitude)", re.IGNORECASE),
}


class Preparation(TransformerMixin, BaseEstimator):
    """Hold what is done to a recording before it is classified.

    In this order: resampling to `sampling_rate`, removal of noise, separation of gravity from the
    accelerations, removal of drift from the angular velocities, cut into windows. Every step is
    causal and begins anew after a break. The parameters stand nowhere else: a fitted
    :class:`~sklearn_har.recognition.ActivityRecognizer`, a
    :class:`~sklearn_har.recognition.StreamingRecognizer`, an exported file and the command line
    hold or take a `Preparation`. There is nothing to fit.

    Parameters
    ----------
    sampling_rate : float, default=50.0
        The rate of the prepared signals, in Hz.
    acceleration : sequence of int or str, default=(0, 1, 2)
        The channels that are accelerations in g, gravity included, by position or name.
    angular_velocity : sequence of int or str, default=(3, 4, 5)
        The channels that are angular velocities in rad/s; () if there are none.
    other : sequence of int or str, or "rest", default=()
        Further channels, such as a magnetometer's. They follow the others, resampled and freed of
        noise. "rest" takes all channels that are not named; by default those are left out.
    noise_cutoff : float, default=20.0
        In Hz, as in :func:`remove_noise`. None leaves the noise in.
    gravity_cutoff : float, default=0.3
        In Hz, as in :func:`separate_gravity`. None gives no channels of body acceleration.
    drift_cutoff : float, default=0.1
        In Hz: what is slower is taken out of the angular velocities, as by
        ``separate_gravity(..., order=2)``. None leaves it in.
    max_gap : float, default=None
        In s: a longer step between samples is a break, which no window crosses. None for five
        sampling intervals of the recording.
    frame : {"device"}, default="device"
        The axes of the signals. "device" keeps those of the phone.
    window : float, default=2.56
        Length of a window, in s; rounded to whole samples.
    overlap : float, default=0.5
        Part of a window that the next one shares, in [0, 1).

    Attributes
    ----------
    n_timesteps : int
        Time steps of a window.
    window_length : float
        Length of a window of whole samples, in s.

    See Also
    --------
    sklearn_har.recognition.ActivityRecognizer : A preparation and a classifier in one.
    sklearn_har.segmentation.segment_recordings : The cut alone.

    Notes
    -----
    Applied to the recordings of HAPT the defaults give all 10299 windows of UCI HAR [1]_: mean
    absolute differences are below 4e-7 g for the total acceleration of every window. For the other
    channels they are below 4e-7 g and 4e-7 rad/s in windows that begin after the first minute.
    Before that they differ, because the authors began gravity and drift at zero instead of in the
    steady state of the first sample.

    References
    ----------
    .. [1] Anguita, Ghio, Oneto, Parra, Reyes-Ortiz, "A public domain dataset for human activity
       recognition using smartphones", ESANN 2013, 437-442. Data: :doi:`10.24432/C54S4K`.

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_recordings
    >>> from sklearn_har.preparation import Preparation
    >>> recordings = make_har_recordings(n_subjects=2, random_state=0).recordings
    >>> preparation = Preparation(window=5.12)
    >>> preparation.transform(recordings[:1])[0].channel_names[3:6]
    ('body_acc_x', 'body_acc_y', 'body_acc_z')
    >>> preparation.windows(recordings).data.shape[1:]
    (256, 9)
    >>> Preparation.from_preset("accelerometer")
    Preparation(angular_velocity=())
    """

    def __init__(
        self,
        sampling_rate: float = 50.0,
        *,
        acceleration: Sequence[int | str] = (0, 1, 2),
        angular_velocity: Sequence[int | str] = (3, 4, 5),
        other: Sequence[int | str] | Literal["rest"] = (),
        noise_cutoff: float | None = 20.0,
        gravity_cutoff: float | None = 0.3,
        drift_cutoff: float | None = 0.1,
        max_gap: float | None = None,
        frame: Literal["device"] = "device",
        window: float = 2.56,
        overlap: float = 0.5,
    ) -> None:
        self.sampling_rate = sampling_rate
        self.acceleration = acceleration
        self.angular_velocity = angular_velocity
        self.other = other
        self.noise_cutoff = noise_cutoff
        self.gravity_cutoff = gravity_cutoff
        self.drift_cutoff = drift_cutoff
        self.max_gap = max_gap
        self.frame = frame
        self.window = window
        self.overlap = overlap

    @classmethod
    def from_preset(cls, name: str = "uci-har", **changes: Any) -> Preparation:
        """Make a preparation that is known by name.

        Parameters
        ----------
        name : {"uci-har", "accelerometer", "resample"}, default="uci-har"
            Which one:

            - "uci-har": three accelerations and three angular velocities, filtered as UCI HAR;
            - "accelerometer": the same for three accelerations alone;
            - "resample": all channels as they are, at one rate.

        **changes
            Parameters that shall differ. At a `sampling_rate` of 40 Hz or less `noise_cutoff` is
            None: resampling leaves nothing above 20 Hz.

        Returns
        -------
        Preparation
            With the parameters of the preset and the changes.

        Raises
        ------
        ValueError
            If there is no such preset.
        """
        if name not in PRESETS:
            raise ValueError(
                f"preparation must be one of {sorted(PRESETS)}, got {name!r}"
                f"{did_you_mean(str(name), PRESETS)}."
            )
        params = {**PRESETS[name], **changes}
        rate = params.get("sampling_rate", 50.0)
        if "noise_cutoff" not in params and rate <= 2 * _NOISE_CUTOFF:
            params["noise_cutoff"] = None
        return cls(**params)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Preparation):
            return NotImplemented
        return bool(self.to_dict() == other.to_dict())

    # An object that can change must not be found by its hash.
    __hash__ = None  # type: ignore[assignment]

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters as plain numbers, texts and lists, fit for JSON.

        Returns
        -------
        dict
            ``Preparation(**preparation.to_dict())`` equals the preparation.
        """
        return {
            name: [_plain(item) for item in value]
            if not isinstance(value, str) and isinstance(value, Iterable)
            else _plain(value)
            for name, value in self.get_params().items()
        }

    @property
    def n_timesteps(self) -> int:
        """Return the number of time steps of a window."""
        return self._cutter().length

    @property
    def window_length(self) -> float:
        """Return the length of a window of whole samples, in s."""
        return self.n_timesteps / self.sampling_rate

    def fit(self, recordings: Sequence[Recording], y: Any = None) -> Self:
        """Do nothing but check the recordings: there is nothing to fit.

        Parameters
        ----------
        recordings : sequence of Recording
            As for :meth:`transform`.
        y : object, default=None
            Ignored.

        Returns
        -------
        Preparation
            The preparation itself.
        """
        self._check()
        check_recordings(recordings)
        return self

    def transform(self, recordings: Sequence[Recording]) -> list[Recording]:
        """Make the signals that classifiers read, without cutting them.

        Parameters
        ----------
        recordings : sequence of Recording
            Accelerations in g, gravity included, and angular velocities in rad/s.

        Returns
        -------
        prepared : list of Recording
            The accelerations, the accelerations of the body, the angular velocities and the other
            channels, in this order, as float32. Labels, breaks, times, subject and facts are kept.

        Raises
        ------
        ValueError
            If a recording lacks a channel, or a parameter is outside its range.
        """
        self._check()
        return [
            self._prepared(recording, i) for i, recording in enumerate(check_recordings(recordings))
        ]

    def windows(
        self,
        recordings: Sequence[Recording],
        *,
        label_rule: LabelRule = "majority",
        unlabelled: Hashable = -1,
        on_unlabelled: OnUnlabelled = "drop",
    ) -> Windows:
        """Prepare recordings and cut them into windows.

        Parameters
        ----------
        recordings : sequence of Recording
            As for :meth:`transform`.
        label_rule : {"majority", "all-equal", "last"}, default="majority"
            As in :func:`~sklearn_har.segmentation.segment_recording`.
        unlabelled : int or str, default=-1
            The value in labels that means that no activity is known.
        on_unlabelled : {"drop", "keep"}, default="drop"
            Leave unlabelled windows out, or keep them with `unlabelled` as their target.

        Returns
        -------
        windows : Windows
            Of all recordings, in their order.

        Raises
        ------
        ValueError
            As :meth:`transform`, and if all recordings are shorter than a window.

        Warns
        -----
        RecordingWarning
            If recordings are shorter than a window.
        """
        self._cutter()
        return segment_recordings(
            self.transform(recordings),
            window=float(self.window),
            overlap=self.overlap,
            label_rule=label_rule,
            unlabelled=unlabelled,
            on_unlabelled=on_unlabelled,
        )

    def stream(
        self,
        channel_names: Sequence[str],
        original_rate: float,
        max_gap: float | None = None,
    ) -> WindowStream:
        """Begin to prepare samples that come in pieces.

        Parameters
        ----------
        channel_names : sequence of str
            The channels of the samples.
        original_rate : float
            Their nominal rate, in Hz.
        max_gap : float, default=None
            In s, in the place of `max_gap` of the preparation; None for that.

        Returns
        -------
        WindowStream
            Gives the windows of :meth:`windows`, to the last bit.
        """
        self._check()
        return WindowStream(
            self._stage(channel_names, original_rate),
            self._cutter(),
            gap_limit(
                original_rate,
                self.max_gap if max_gap is None else max_gap,
                self.sampling_rate,
            ),
        )

    def _prepared(self, recording: Recording, number: int) -> Recording:
        try:
            stage = self._stage(recording.channel_names, recording.sampling_rate)
            firsts, pieces = [], []
            parts = parts_between_gaps(recording, self.max_gap, self.sampling_rate)
        except (ValueError, TypeError) as error:
            raise type(error)(f"{name_of_recording(recording, number)}: {error}") from error
        for part in parts:
            first, signals = stage.push(recording.time[part], recording.samples[part])
            rest = stage.finish()
            assert rest is not None
            firsts.append(first)
            # Single precision, as windows have it.
            pieces.append(np.concatenate([signals, rest[1]]).astype(np.float32))
        return on_grid(recording, parts, firsts, pieces, stage.grid, stage.channel_names)

    def _stage(self, channel_names: Sequence[str], input_rate: float) -> SignalStage:
        check_fast_enough(input_rate, self.sampling_rate)
        for argument, pattern in _NAMED.items():
            given = getattr(self, argument)
            if all(isinstance(channel, str) for channel in given):
                continue
            names = [channel_names[i] for i in columns_of(given, argument, channel_names)]
            wrong = [name for name in names if pattern.search(name)]
            if wrong:
                raise ValueError(
                    f"{argument}={tuple(given)} takes the channels {names}, and the names {wrong} "
                    f"say that they are something else: give the channels by name, such as "
                    f"Preparation(acceleration=[...], angular_velocity=[...]); the channels are "
                    f"{list(channel_names)}."
                )
        return SignalStage(
            channel_names,
            input_rate=input_rate,
            sampling_rate=self.sampling_rate,
            acceleration=self.acceleration,
            angular_velocity=self.angular_velocity,
            other=self.other,
            noise_cutoff=self.noise_cutoff,
            gravity_cutoff=self.gravity_cutoff,
            drift_cutoff=self.drift_cutoff,
        )

    def _cutter(self) -> Cutter:
        if isinstance(self.window, bool) or not isinstance(self.window, int | float | np.number):
            raise TypeError(f"window must be a number of seconds, got {self.window!r}.")
        cutter = Cutter(float(self.window), self.overlap, self.sampling_rate, "last", -1, "drop")
        if isinstance(self.window, int | np.integer) and self.window >= _LOOKS_LIKE_SAMPLES:
            warn_of_recording(
                f"window={self.window} is a length of {self.window} s. If you mean "
                f"{self.window} samples, pass window={self.window / self.sampling_rate:g}."
            )
        return cutter

    def _check(self) -> None:
        if self.frame != "device":
            raise ValueError(f"frame must be 'device', got {self.frame!r}.")


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def check_preparation(preparation: Preparation | str | None) -> Preparation:
    """Return a preparation from whatever an argument of that name accepts.

    Parameters
    ----------
    preparation : Preparation, str or None
        A preparation, the name of a preset as in :meth:`Preparation.from_preset`, or None for the
        defaults.

    Returns
    -------
    Preparation
        The object given, or a new one.

    Raises
    ------
    TypeError, ValueError
        If it is none of these, or there is no such preset.

    Examples
    --------
    >>> from sklearn_har.preparation import check_preparation
    >>> check_preparation("accelerometer")
    Preparation(angular_velocity=())
    """
    if preparation is None:
        return Preparation()
    if isinstance(preparation, str):
        return Preparation.from_preset(preparation)
    if not isinstance(preparation, Preparation):
        raise TypeError(
            f"preparation must be a Preparation, one of {sorted(PRESETS)}, or None, got "
            f"{preparation!r}."
        )
    return preparation
