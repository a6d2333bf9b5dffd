"""Prepare recordings for a classifier, with all parameters in one object."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_har.preparation._frames import (
    BodyAxes,
    BodyFrame,
    FrameFinder,
    check_frame_rate,
    check_triad,
)
from sklearn_har.preparation._resampling import check_fast_enough, on_grid
from sklearn_har.preparation._signals import SignalStage
from sklearn_har.preparation._stream import WindowStream
from sklearn_har.recordings import Recording, check_recordings
from sklearn_har.segmentation import Windows, segment_recordings
from sklearn_har.utils._channels import columns_of
from sklearn_har.utils._cutter import Cutter, LabelRule
from sklearn_har.utils._errors import name_of_recording
from sklearn_har.utils._gaps import blocks_of, gap_limit, parts_between_gaps
from sklearn_har.utils._labels import OnUnlabelled
from sklearn_har.utils._validation import check_choice
from sklearn_har.utils._warnings import warn_of_recording, warn_of_unknown_frames

# In Hz, of UCI HAR. After resampling to at most twice this rate, nothing above it is left.
_NOISE_CUTOFF = 20.0
#: The parameters of each preset that differ from the defaults.
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
# A window in s that is an int of at least this value is probably meant as a number of samples.
_LOOKS_LIKE_SAMPLES = 32


class Preparation(TransformerMixin, BaseEstimator):
    """Prepare recordings for a classifier.

    The steps are, in order: resampling to `sampling_rate`, removal of noise, separation of gravity
    from the accelerations, removal of drift from the angular velocities, rotation into the frame,
    and windows. Every step but the search for the frame is causal and starts again after a break.

    Recognizers, exported files and the command line take or hold a `Preparation`, so its parameters
    exist only once. There is nothing to fit.

    Parameters
    ----------
    sampling_rate : float, default=50.0
        The rate of the prepared signals, in Hz.
    acceleration : sequence of int or str, default=(0, 1, 2)
        The channels of acceleration in g, including gravity, by position or name.
    angular_velocity : sequence of int or str, default=(3, 4, 5)
        The channels of angular velocity in rad/s; () if there are none.
    other : sequence of int or str, or "rest", default=()
        Further channels, such as a magnetometer's. They are resampled, freed of noise and appended.
        "rest" takes all channels not named elsewhere; by default these are left out.
    noise_cutoff : float, default=20.0
        In Hz, as in :func:`remove_noise`. None keeps the noise.
    gravity_cutoff : float, default=0.3
        In Hz, as in :func:`separate_gravity`. None gives no channels of body acceleration.
    drift_cutoff : float, default=0.1
        In Hz: slower parts are removed from the angular velocities, as by
        ``separate_gravity(..., order=2)``. None keeps them.
    max_gap : float, default=None
        In s: a longer step between samples is a break, and no window crosses it. None for five
        sampling intervals of the recording.
    frame : {"device", "upright", "body"}, default="device"
        The axes of the signals. "device" keeps the axes of the phone. "body" rotates accelerations
        and angular velocities to up, forward and left of the wearer, as found by
        :func:`estimate_body_frame` in the walking of the same recording. "upright" rotates only the
        first axis, to up. The last two add a channel `frame_known`: 1, or 0 for samples that keep
        the axes of the device because there is not enough walking.
    frame_from : {"recording", "past"}, default="recording"
        The source of the frame of a sample. "recording" uses the whole recording; "past" uses only
        earlier samples, as a stream must. Then the frame is unknown before the first 17 s of
        walking.
    window : float, default=2.56
        Length of a window, in s, rounded to whole samples.
    overlap : float, default=0.5
        Share of a window that the next one also covers, in [0, 1).

    Attributes
    ----------
    n_timesteps : int
        Number of time steps of a window.
    window_length : float
        Length of a window in whole samples, in s.

    See Also
    --------
    sklearn_har.recognition.ActivityRecognizer : A preparation and a classifier in one.
    sklearn_har.segmentation.segment_recordings : Cut recordings into windows without filters.

    Notes
    -----
    Applied to the recordings of :func:`~sklearn_har.datasets.fetch_hapt`, the defaults give all
    10299 windows of :func:`~sklearn_har.datasets.fetch_uci_har`. The mean absolute difference of
    total acceleration is below 4e-7 g in every window. For the other channels, it is below 4e-7 g
    and 4e-7 rad/s in windows that begin after the first minute. Earlier windows differ because the
    authors started gravity and drift at zero instead of in the steady state of the first sample.

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
        frame: Literal["device", "upright", "body"] = "device",
        frame_from: Literal["recording", "past"] = "recording",
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
        self.frame_from = frame_from
        self.window = window
        self.overlap = overlap

    @classmethod
    def from_preset(cls, name: str = "uci-har", **changes: Any) -> Preparation:
        """Make a preparation from a preset.

        Parameters
        ----------
        name : {"uci-har", "accelerometer", "resample"}, default="uci-har"
            The name of the preset:

            - "uci-har": three accelerations and three angular velocities, filtered as in UCI HAR;
            - "accelerometer": the same for three accelerations alone;
            - "resample": all channels without filters, at one rate.

        **changes
            Parameters that differ from the preset. At a `sampling_rate` of 40 Hz or less,
            `noise_cutoff` is None: resampling leaves nothing above 20 Hz.

        Returns
        -------
        Preparation
            With the parameters of the preset and the changes.

        Raises
        ------
        ValueError
            If the preset does not exist.
        """
        check_choice(name, "preparation", sorted(PRESETS))
        params = {**PRESETS[name], **changes}
        rate = params.get("sampling_rate", 50.0)
        if "noise_cutoff" not in params and rate <= 2 * _NOISE_CUTOFF:
            params["noise_cutoff"] = None
        return cls(**params)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Preparation):
            return NotImplemented
        return bool(self.to_dict() == other.to_dict())

    # A mutable object must not be found by its hash.
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
        """Check the recordings; there is nothing to fit.

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
        """Prepare recordings without cutting them.

        Parameters
        ----------
        recordings : sequence of Recording
            Accelerations in g, including gravity, and angular velocities in rad/s.

        Returns
        -------
        prepared : list of Recording
            The accelerations, body accelerations, angular velocities and other channels, in this
            order, as float32. Labels, breaks, times, subject and facts are kept.

        Raises
        ------
        ValueError
            If a recording lacks a channel, or a parameter is outside its range.
        """
        self._check()
        listed = check_recordings(recordings)
        prepared = [self._prepared(recording, i) for i, recording in enumerate(listed)]
        if self.frame != "device":
            unknown = [i for i, r in enumerate(prepared) if not r.samples[:, -1].any()]
            warn_of_unknown_frames([name_of_recording(listed[i], i) for i in unknown], len(listed))
        return prepared

    def body_frames(self, recording: Recording) -> list[BodyFrame]:
        """Find the frames of the body in a recording.

        Parameters
        ----------
        recording : Recording
            As for :meth:`transform`.

        Returns
        -------
        list of BodyFrame
            One for each placement of the device, in order of time; usually one.

        Raises
        ------
        ValueError
            If `acceleration` does not name three channels, or `sampling_rate` is too low to contain
            steps.
        """
        self._check_triads(recording.channel_names)
        alone = {"angular_velocity": (), "other": (), "gravity_cutoff": None}
        stage = self._signals(recording.channel_names, recording.sampling_rate, **alone)
        finder = FrameFinder(check_frame_rate(stage.grid.rate))
        for part in parts_between_gaps(recording, self.max_gap, self.sampling_rate):
            for block in blocks_of(part):
                finder.push(*stage.push(recording.time[block], recording.samples[block]))
            rest = stage.finish()
            assert rest is not None
            finder.push(*rest)
            finder.finish()
        assert stage.grid.origin is not None
        return finder.frames(stage.grid.origin)

    def windows(
        self,
        recordings: Sequence[Recording],
        *,
        label_rule: LabelRule = "majority",
        unlabelled: Hashable = -1,
        on_unlabelled: OnUnlabelled = "drop",
        with_unknown_frame: bool = False,
    ) -> Windows:
        """Prepare recordings and cut them into windows.

        Parameters
        ----------
        recordings : sequence of Recording
            As for :meth:`transform`.
        label_rule : {"majority", "all-equal", "last"}, default="majority"
            As in :func:`~sklearn_har.segmentation.segment_recording`.
        unlabelled : int or str, default=-1
            The label of samples without a known activity.
        on_unlabelled : {"drop", "keep"}, default="drop"
            Whether to leave unlabelled windows out, or to keep them with the target `unlabelled`.
        with_unknown_frame : bool, default=False
            With a `frame` of the body, append all windows a second time in the axes of the device,
            as if the frame were unknown. A classifier trained with both also works without the
            frame.

        Returns
        -------
        windows : Windows
            The windows of all recordings, in order.

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
        prepared = self.transform(recordings)
        if with_unknown_frame and self.frame != "device":
            listed = check_recordings(recordings)
            known = [i for i, r in enumerate(prepared) if r.samples[:, -1].any()]
            prepared += [self._prepared(listed[i], i, frames=[]) for i in known]
            numbers = np.array([*range(len(listed)), *known])
        else:
            numbers = np.arange(len(prepared))
        windows = segment_recordings(
            prepared,
            window=float(self.window),
            overlap=self.overlap,
            label_rule=label_rule,
            unlabelled=unlabelled,
            on_unlabelled=on_unlabelled,
        )
        windows.recording = numbers[windows.recording]
        return windows

    def stream(
        self,
        channel_names: Sequence[str],
        original_rate: float,
        max_gap: float | None = None,
        frames: Sequence[BodyFrame] | None = None,
    ) -> WindowStream:
        """Start preparing samples that arrive in pieces.

        Parameters
        ----------
        channel_names : sequence of str
            The channels of the samples.
        original_rate : float
            Their nominal rate, in Hz.
        max_gap : float, default=None
            In s, replaces `max_gap` of the preparation. None keeps it.
        frames : sequence of BodyFrame, default=None
            The frames of the recording from :meth:`body_frames`, for a `frame` other than "device".
            None to find them while samples arrive.

        Returns
        -------
        WindowStream
            It returns the windows of :meth:`windows`, to the last bit; without `frames`, those of
            ``frame_from="past"``.
        """
        self._check()
        gap = self.max_gap if max_gap is None else max_gap
        return WindowStream(
            self._stage(channel_names, original_rate, frames),
            self._cutter(),
            gap_limit(original_rate, gap, self.sampling_rate),
        )

    def _prepared(
        self, recording: Recording, number: int, frames: Sequence[BodyFrame] | None = None
    ) -> Recording:
        try:
            if frames is None and self.looks_ahead:
                frames = self.body_frames(recording)
            stage = self._stage(recording.channel_names, recording.sampling_rate, frames)
            firsts, pieces = [], []
            parts = parts_between_gaps(recording, self.max_gap, self.sampling_rate)
        except (ValueError, TypeError) as error:
            raise type(error)(f"{name_of_recording(recording, number)}: {error}") from error
        for part in parts:
            first, signals = stage.push(recording.time[part], recording.samples[part])
            rest = stage.finish()
            assert rest is not None
            firsts.append(first)
            # In single precision, like windows.
            pieces.append(np.concatenate([signals, rest[1]]).astype(np.float32))
        return on_grid(recording, parts, firsts, pieces, stage.grid, stage.channel_names)

    def _stage(
        self,
        channel_names: Sequence[str],
        input_rate: float,
        frames: Sequence[BodyFrame] | None = None,
    ) -> SignalStage | BodyAxes:
        check_fast_enough(input_rate, self.sampling_rate)
        signals = self._signals(channel_names, input_rate)
        if self.frame == "device":
            return signals
        self._check_triads(channel_names)
        return BodyAxes(signals, self.frame, frames)

    def _check_triads(self, channel_names: Sequence[str]) -> None:
        for name in ("acceleration", "angular_velocity"):
            check_triad(name, columns_of(getattr(self, name), name, channel_names))

    def _signals(
        self, channel_names: Sequence[str], input_rate: float, **changes: Any
    ) -> SignalStage:
        params = self.get_params()
        names = "sampling_rate", "acceleration", "angular_velocity", "other"
        cutoffs = "noise_cutoff", "gravity_cutoff", "drift_cutoff"
        given = {name: params[name] for name in (*names, *cutoffs)}
        return SignalStage(channel_names, input_rate=input_rate, **{**given, **changes})

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

    @property
    def looks_ahead(self) -> bool:
        """Return whether the search for the frame needs the whole recording."""
        return self.frame != "device" and self.frame_from == "recording"

    def _check(self) -> None:
        check_choice(self.frame, "frame", ("device", "upright", "body"))
        check_choice(self.frame_from, "frame_from", ("recording", "past"))


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
