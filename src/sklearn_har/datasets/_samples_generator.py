"""Simulate recordings and windows of human activities."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch, check_random_state

from sklearn_har.datasets._bunch import names_of_codes, windows_bunch
from sklearn_har.datasets._gait import (
    ORIENTATIONS,
    Bout,
    Subject,
    body_axes,
    draw_subject,
    measure,
    plan_bouts,
    turn_phone,
)
from sklearn_har.datasets._registry import load_descr
from sklearn_har.preparation import separate_gravity
from sklearn_har.recordings import Recording
from sklearn_har.segmentation import segment_recordings
from sklearn_har.utils._cutter import Cutter
from sklearn_har.utils._numbers import check_integer, check_real
from sklearn_har.utils._uci_har_names import ACTIVITY_NAMES, CHANNEL_NAMES, RECORDED_CHANNEL_NAMES
from sklearn_har.utils._validation import check_choice

# The fastest harmonics of a gait reach 10 Hz: slower sampling would alias them.
_MIN_SAMPLING_RATE = 20.0
# Noise of thousands of g, within single precision.
_LOUDEST = 1e6


def make_har_recordings(
    n_subjects: int = 10,
    seconds_per_activity: float = 20.0,
    *,
    sampling_rate: float = 50.0,
    noise: float = 1.0,
    orientation: str = "usual",
    random_state: int | np.random.RandomState | None = None,
) -> Bunch:
    """Simulate recordings of a phone at the waist, with a label for each sample.

    **The data is simulated.** It has the form, the units and the typical confusions of real data,
    for documentation, tests and machines without a network. It does not replace real data, and an
    accuracy on it does not apply to people.

    Each recording has one subject: standing, sitting and laying in random order, then walking on
    the level, upstairs and downstairs in random order, each for `seconds_per_activity`. The
    transition of 2 to 4 s before each activity and one second at the end are unlabelled.

    Parameters
    ----------
    n_subjects : int, default=10
        Number of subjects, and of recordings. More subjects do not change the first ones.
    seconds_per_activity : float, default=20.0
        Length of each labelled activity in each recording, in s.
    sampling_rate : float, default=50.0
        In Hz, at least 20.
    noise : float, default=1.0
        Factor on the white noise and the constant bias of the sensors. 1 is a phone (standard
        deviations of 0.003 g and 0.006 rad/s for the noise, 0.015 g and 0.010 rad/s for the bias),
        0 are perfect sensors. The irregularity of human movement does not change.
    orientation : {"usual", "about-vertical", "any"}, default="usual"
        The orientation of the phones. "usual": x up, y to the right and z forward, within 15
        degrees. "about-vertical": each is rotated about the vertical by a random angle, with x
        still up. "any": each has a random orientation, all equally likely. The movements of the
        subjects do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Determines the subjects and their movements. Pass an int for reproducible output across
        calls.

    Returns
    -------
    dataset : Bunch
        With the fields

        recordings : list of Recording
            Total acceleration x y z in g and angular velocity x y z in rad/s, as float32. Their
            labels are the names of the activities, None in transitions.
        labels : list of ndarray of int64 of shape (n_samples,)
            The same labels as numbers: the activity of each sample, -1 in transitions.
        subject : ndarray of int64 of shape (n_recordings,)
            The subjects, counted from 1.
        rotation : ndarray of float64 of shape (n_recordings, 3, 3)
            The orientation of each phone: the rows are the directions up, forward and left of the
            subject during level walking, in the axes of the phone. ``rotation[i] @ vector`` rotates
            a vector from the axes of the phone to those of the body.
        target_names, channel_names : list of str
            The names of the labels and of the channels.
        sampling_rate : float
            In Hz.
        DESCR : str
            The description of the model.

    See Also
    --------
    make_har_windows : Simulate windows of such recordings.
    sklearn_har.segmentation.segment_recordings : Cut recordings into windows.

    Notes
    -----
    The axes of the trunk are x up, y to the right, z forward. With the rotation :math:`M` of the
    phone on the trunk, the rotation :math:`R(t)` of the trunk in the world and the acceleration
    :math:`a(t)` of the trunk in g, the phone measures, apart from noise and bias,

    .. math::

        f = (R M)^\\top (a + e_x), \\qquad
        \\omega_k = f_s \\log\\left((R_k M)^\\top R_{k+1} M\\right),

    so that angular velocity and direction of gravity are consistent. While walking with the
    stride phase :math:`\\varphi`, whose frequency drifts around half the cadence, axis :math:`i` of
    :math:`a` is

    .. math::

        a_i = v(t) \\left[ \\sum_{k=1}^{8} A_{ik} \\cos(k \\varphi + \\psi_{ik})
        + b_i h(t) \\left( e^{30 (\\cos 2\\varphi - 1)} - \\mathrm{mean} \\right) \\right] + r_i(t)

    where even harmonics dominate the vertical and forward axes and odd ones the sideways axis [1]_.
    The exponential is the jolt of a heel strike (hardest downstairs), :math:`v` and :math:`h` vary
    slowly, and :math:`r` is the rattle of the phone in its pouch. The trunk rotates by three
    harmonics of the stride about each axis. At rest it sways, creeps and breathes. Cadence (1.6 to
    2.1 steps per second on the level, about 0.88 times that upstairs and 1.06 times downstairs),
    amplitudes, phases, asymmetry, posture and :math:`M` belong to the subject. Levels follow UCI
    HAR [2]_.

    References
    ----------
    .. [1] Menz, Lord, Fitzpatrick, "Acceleration patterns of the head and pelvis when walking on
       level and irregular surfaces", Gait & Posture 18 (2003), 35-46,
       :doi:`10.1016/S0966-6362(02)00159-5`.
    .. [2] Anguita, Ghio, Oneto, Parra, Reyes-Ortiz, "A public domain dataset for human activity
       recognition using smartphones", ESANN 2013, 437-442. Data: :doi:`10.24432/C54S4K`.

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_recordings
    >>> dataset = make_har_recordings(n_subjects=2, seconds_per_activity=5.0, random_state=0)
    >>> dataset.recordings[0]
    Recording(2327 samples, 6 channels, 50 Hz, 46.52 s, subject 1)
    >>> dataset.channel_names[:3]
    ['total_acc_x', 'total_acc_y', 'total_acc_z']
    """
    rate = _check_sampling_rate(sampling_rate)
    seconds = check_real(seconds_per_activity, "seconds_per_activity", minimum=1.0 / rate, unit="s")
    simulated = _simulate(
        n_subjects, round(seconds * rate), rate, noise, random_state, orientation=orientation
    )
    labels, recordings = [], []
    for number, (_, bouts, samples) in enumerate(simulated, start=1):
        label = np.full(len(samples), -1, dtype=np.int64)
        for bout in bouts:
            label[bout.start : bout.stop] = bout.activity
        labels.append(label)
        recordings.append(
            Recording(
                samples,
                sampling_rate=rate,
                channel_names=RECORDED_CHANNEL_NAMES,
                labels=names_of_codes(label, ACTIVITY_NAMES),
                subject=number,
            )
        )
    return Bunch(
        recordings=recordings,
        labels=labels,
        subject=np.arange(1, len(simulated) + 1, dtype=np.int64),
        rotation=np.array([body_axes(subject) for subject, _, _ in simulated]),
        target_names=list(ACTIVITY_NAMES),
        channel_names=list(RECORDED_CHANNEL_NAMES),
        sampling_rate=rate,
        DESCR=load_descr("simulated"),
    )


def make_har_windows(
    n_subjects: int = 20,
    n_windows_per_activity: int = 10,
    *,
    window: int | float = 128,
    overlap: float = 0.5,
    sampling_rate: float = 50.0,
    noise: float = 1.0,
    shuffle: bool = False,
    random_state: int | np.random.RandomState | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
) -> Bunch | tuple[Any, Any]:
    """Simulate windows of a phone at the waist, like UCI HAR but without a download.

    **The data is simulated.** :func:`make_har_recordings` describes the model and its limits;
    gravity and windows are computed as for real recordings.

    With the default size, a linear classifier on raw windows recognises about six tenths of the
    windows of unseen subjects; the published CNN-LSTM and ConvLSTM networks recognise more than
    nine tenths. The LSTM over single samples learns slowly: it needs 40 epochs on standardised
    channels, instead of 15, for the same accuracy.

    Parameters
    ----------
    n_subjects : int, default=20
        Number of subjects.
    n_windows_per_activity : int, default=10
        Number of windows of each of the six activities for each subject.
    window : int or float, default=128
        Length of a window: an int is a number of samples, a float a number of seconds.
    overlap : float, default=0.5
        Share of a window that the next one of the same activity also covers, in [0, 1).
    sampling_rate : float, default=50.0
        In Hz, at least 20.
    noise : float, default=1.0
        Factor on the white noise and the constant bias of the sensors.
    shuffle : bool, default=False
        Whether to permute the windows. Otherwise they are ordered by subject and time.
    random_state : int, RandomState instance or None, default=None
        Determines the subjects, their movements and the permutation. Pass an int for reproducible
        output across calls.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=False
        Whether to return pandas objects, with one row per window.

    Returns
    -------
    dataset : Bunch
        With the fields of :func:`fetch_uci_har` but `split`. `subject` and `recording` count from
        1, with one recording per subject, and `DESCR` describes the model.

    (data, target) : tuple if ``return_X_y`` is True
        The two fields alone.

    See Also
    --------
    fetch_uci_har : Load the real data.
    make_har_recordings : Simulate whole recordings.

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_windows
    >>> dataset = make_har_windows(n_subjects=3, n_windows_per_activity=4, random_state=0)
    >>> dataset.data.shape  # (n_windows, n_timesteps, n_channels)
    (72, 128, 9)
    >>> dataset.target_names[0], dataset.channel_names[-1]
    ('walking', 'body_gyro_z')
    """
    rate = _check_sampling_rate(sampling_rate)
    cutter = Cutter(window, overlap, rate, "all-equal", -1, "drop")
    per_activity = check_integer(n_windows_per_activity, "n_windows_per_activity", minimum=1)
    rng = check_random_state(random_state)

    bout_length = cutter.length + (per_activity - 1) * cutter.step
    pieces: list[NDArray[np.float32]] = []
    activities: list[NDArray[np.int64]] = []
    subjects: list[int] = []
    simulated = _simulate(n_subjects, bout_length, rate, noise, rng)
    for number, (_, bouts, recording) in enumerate(simulated, start=1):
        total, gyro = recording[:, :3], recording[:, 3:]
        # Over the whole recording: in real data the filter also lags after a change of posture.
        _, body = separate_gravity(total, rate)
        channels = np.concatenate([total, body, gyro], axis=1)
        for bout in bouts:
            # Each activity separately, so that exactly the requested windows fit.
            pieces.append(channels[bout.start : bout.stop])
            activities.append(np.full(bout_length, bout.activity, dtype=np.int64))
            subjects.append(number)
    windows = segment_recordings(
        pieces, activities, subjects, window=cutter.length, overlap=overlap
    )
    return windows_bunch(
        windows.data,
        windows.target,
        windows.subject,
        per_window={"recording": windows.subject},
        target_names=ACTIVITY_NAMES,
        channel_names=CHANNEL_NAMES,
        sampling_rate=rate,
        descr=load_descr("simulated"),
        as_frame=as_frame,
        return_X_y=return_X_y,
        shuffle=shuffle,
        random_state=rng,
    )


def _simulate(
    n_subjects: int,
    bout_length: int,
    sampling_rate: float,
    noise: float,
    random_state: int | np.random.RandomState | None,
    *,
    orientation: str = "usual",
) -> list[tuple[Subject, list[Bout], NDArray[np.float32]]]:
    """Yield each subject with its bouts in order of time, and its samples."""
    count = check_integer(n_subjects, "n_subjects", minimum=1)
    factor = check_real(noise, "noise", minimum=0.0, below=_LOUDEST)
    check_choice(orientation, "orientation", ORIENTATIONS)
    rng = check_random_state(random_state)
    # A separate generator: its draws affect neither the movements nor further subjects.
    turning = np.random.RandomState(copy.deepcopy(rng).randint(2**31))
    simulated = []
    for _ in range(count):
        subject = turn_phone(draw_subject(rng), orientation, turning)
        bouts = plan_bouts(bout_length, sampling_rate, rng)
        simulated.append((subject, bouts, measure(subject, bouts, sampling_rate, factor, rng)))
    return simulated


def _check_sampling_rate(sampling_rate: float) -> float:
    return check_real(sampling_rate, "sampling_rate", minimum=_MIN_SAMPLING_RATE, unit="Hz")
