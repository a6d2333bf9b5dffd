"""Simulate the movement of a trunk, and the measurements of a phone on it.

Axes of the trunk, right-handed: x up, y to the right, z forward. Lengths of segments are in
samples, accelerations in g, angles in rad, angular velocities in rad/s, and frequencies in Hz.
"""

import itertools
import tomllib
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.spatial.transform import Rotation

from sklearn_har.datasets._registry import resource_text
from sklearn_har.utils._uci_har_names import ACTIVITY_NAMES

Floats = NDArray[np.float64]
Rng = np.random.RandomState

#: Steps per second of level walking, over all subjects.
CADENCE_RANGE = (1.6, 2.1)

#: The possible deviations of phones from the usual orientation.
ORIENTATIONS = ("usual", "about-vertical", "any")

_PROTOCOL = ("standing", "sitting", "laying", "walking", "walking_downstairs", "walking_upstairs")
_N_HARMONICS = 8


@dataclass(frozen=True)
class _Gait:
    """One manner of walking, common to all subjects.

    The rows of `harmonics` are the axes, the columns the harmonics 1 to 8 of the stride frequency.
    Even ones repeat with every step.
    """

    cadence_ratio: float
    overtone_phase: float
    forward_phase: float
    phase_scatter: float
    nod_phase: float
    harmonics: list[list[float]]
    impact: float
    swing: list[float]
    lean: list[float]
    turning: float
    irregularity: float


# Vertical and forward accelerations repeat with each step (even harmonics), sideways ones with each
# stride (odd harmonics): Menz, Lord and Fitzpatrick (2003). The levels are those of UCI HAR, and so
# are the phases at the frequency of the steps: of the vertical overtone, and of forward
# acceleration and nodding velocity relative to vertical acceleration. Forward refers to the body,
# not the phone; the phase scatter is the variation between subjects. The swing is the amplitude of
# rotation about x, y, z; the lean is the direction of gravity towards y and z.
_GAITS = {
    name: _Gait(**fields)
    for name, fields in tomllib.loads(resource_text("files", "gaits.toml")).items()
}

# In rad: the amplitude of sway of a still trunk, and of breathing.
_SWAY = {"standing": 0.009, "sitting": 0.004, "laying": 0.002}
_BREATHING = {"standing": 0.003, "sitting": 0.005, "laying": 0.008}

# In g and rad: the movement of the phone within its pouch.
_ACC_RATTLE, _SWING_RATTLE = 0.03, 0.006

# In g and rad/s: the sensors of the phone at noise=1.
_ACC_NOISE, _ACC_BIAS = 0.003, 0.015
_GYRO_NOISE, _GYRO_BIAS = 0.006, 0.010


class Bout(NamedTuple):
    """One activity within a recording: samples ``start`` to ``stop``."""

    activity: int
    start: int
    stop: int


class _Walk(NamedTuple):
    """One manner of walking of one subject."""

    cadence: float
    harmonics: Floats
    phases: Floats
    swing: Floats
    swing_phases: Floats
    impact: float


@dataclass(frozen=True)
class Subject:
    """The properties of a subject, constant over the recording."""

    mount: Rotation
    tilt: dict[str, Floats]
    walks: dict[str, _Walk]
    sway: float
    breathing_rate: float


def plan_bouts(bout_length: int, sampling_rate: float, rng: Rng) -> list[Bout]:
    """Arrange one bout of each activity with transitions of 2 to 4 s around them.

    Resting and moving activities stay together, as in the protocol of UCI HAR; their order differs
    between subjects.
    """
    rest, move = list(_PROTOCOL[:3]), list(_PROTOCOL[3:])
    rng.shuffle(rest)
    rng.shuffle(move)
    bouts: list[Bout] = []
    position = 0
    for name in rest + move:
        position += round(rng.uniform(2.0, 4.0) * sampling_rate)
        bouts.append(Bout(ACTIVITY_NAMES.index(name), position, position + bout_length))
        position += bout_length
    return bouts


def draw_subject(rng: Rng) -> Subject:
    # The pouch sits a little to one side, and hangs like the belt.
    turn = rng.normal(0.0, 0.15)
    habit = np.array([rng.normal(-0.10, 0.05), rng.normal(0.0, 0.07)])
    mount = _tilt_rotation(habit) * Rotation.from_rotvec([turn, 0.0, 0.0])

    recline = rng.normal([0.24, 0.20], [0.06, 0.06])
    side = rng.uniform(0.15, 1.35)
    lying = rng.normal(1.45, 0.10)
    tilt = {
        "standing": rng.normal(0.0, 0.03, 2),
        "sitting": recline,
        "laying": lying * np.array([np.cos(side), np.sin(side)]),
    }
    pace = rng.uniform(0.0, 1.0)
    vigour = rng.lognormal(0.0, 0.12)
    asymmetry = rng.lognormal(0.0, 0.4)
    walks: dict[str, _Walk] = {}
    low, high = CADENCE_RANGE
    own_phases = rng.normal(0.0, 0.3, (3, _N_HARMONICS))
    for name, gait in _GAITS.items():
        # Level walking stays in the documented range; stairs vary around their ratio.
        scatter = 1.0 if name == "walking" else rng.normal(1.0, 0.03)
        cadence = (low + (high - low) * pace) * gait.cadence_ratio * scatter
        level = np.array(gait.harmonics) * vigour * rng.lognormal(0.0, 0.15, (3, _N_HARMONICS))
        # Left and right differ only in what does not repeat with the step.
        level[0, ::2] *= asymmetry
        level[2, ::2] *= asymmetry
        level[1, 1::2] *= asymmetry
        phase = own_phases + rng.normal(0.0, 0.15, (3, _N_HARMONICS))
        phase[::2, 1] *= gait.phase_scatter
        phase[0, 3] += gait.overtone_phase
        phase[2] += gait.forward_phase
        swing = np.array(gait.swing) * rng.lognormal(0.0, 0.15, 3)
        swing_phase = rng.normal(0.0, 0.5, (3, 3))
        swing_phase[1, 1] += gait.nod_phase - np.pi / 2  # an angle lags behind its velocity
        impact = gait.impact * vigour * rng.lognormal(0.0, 0.2)
        tilt[name] = np.array(gait.lean) + rng.normal(0.0, 0.03, 2)
        walks[name] = _Walk(cadence, level, phase, swing, swing_phase, impact)
    return Subject(
        mount=mount,
        tilt=tilt,
        walks=walks,
        sway=rng.lognormal(0.0, 0.25),
        breathing_rate=rng.uniform(0.2, 0.33),
    )


def turn_phone(subject: Subject, orientation: str, rng: Rng) -> Subject:
    """Rotate the phone of a subject at random, by one of `ORIENTATIONS`."""
    if orientation == "usual":
        return subject
    if orientation == "any":
        turn = Rotation.random(random_state=rng)
    else:
        turn = Rotation.from_rotvec([rng.uniform(0.0, 2 * np.pi), 0.0, 0.0])
    return replace(subject, mount=turn * subject.mount)


def body_axes(subject: Subject) -> Floats:
    """Return up, forward and left of the walking subject in the axes of the phone, as rows."""
    to_trunk = (_tilt_rotation(subject.tilt["walking"]) * subject.mount).as_matrix()
    up, right, forward = to_trunk
    return np.stack([up, forward, -right])


def measure(
    subject: Subject, bouts: list[Bout], sampling_rate: float, noise: float, rng: Rng
) -> NDArray[np.float32]:
    """Record total acceleration x y z in g and angular velocity x y z in rad/s over `bouts`.

    The angular velocity of sample ``k`` turns the device from its orientation at sample ``k`` to
    that at ``k + 1``.
    """
    # One additional sample, because angular velocity is a difference between neighbours.
    n_samples = bouts[-1].stop + round(sampling_rate) + 1
    tilt, weights = _blend(subject, bouts, n_samples)
    acceleration = np.zeros((n_samples, 3))
    swing = np.zeros((n_samples, 3))
    yaw_rate = np.zeros(n_samples)
    for name, weight in weights.items():
        if name in _GAITS:
            active = np.flatnonzero(weight > 0.0)
            window = slice(active[0], active[-1] + 1)
            envelope = weight[window]
            pushed, swung = _gait(subject, name, len(envelope), sampling_rate, rng)
            acceleration[window] += envelope[:, None] * pushed
            swing[window] += envelope[:, None] * swung
            turning = _GAITS[name].turning * _slow_noise(len(envelope), 1.5 * sampling_rate, rng)
            yaw_rate[window] += envelope * turning
        else:
            level = weight * subject.sway * _SWAY[name]
            for axis in range(2):
                tilt[:, axis] += level * _slow_noise(n_samples, 0.3 * sampling_rate, rng)
                acceleration[:, axis + 1] += level * _slow_noise(
                    n_samples, 0.08 * sampling_rate, rng
                )
            breath = np.sin(
                2 * np.pi * subject.breathing_rate * np.arange(n_samples) / sampling_rate
                + rng.uniform(0.0, 2 * np.pi)
            )
            tilt[:, 1] += weight * _BREATHING[name] * breath
    # No posture is held exactly: it drifts over tens of seconds.
    for axis in range(2):
        tilt[:, axis] += 0.03 * _slow_noise(n_samples, 6.0 * sampling_rate, rng)

    phone = _tilt_rotation(tilt) * Rotation.from_rotvec(swing) * subject.mount
    upright = acceleration + np.array([1.0, 0.0, 0.0])
    heading = np.zeros((n_samples, 3))
    heading[:, 0] = np.cumsum(yaw_rate) / sampling_rate
    orientation = Rotation.from_rotvec(heading) * phone

    # The accelerations are relative to the heading, so the heading cancels.
    force = phone.inv().apply(upright)[:-1]
    turn = (orientation[:-1].inv() * orientation[1:]).as_rotvec() * sampling_rate
    recording = np.concatenate([force, turn], axis=1)
    scale = np.repeat([_ACC_NOISE, _GYRO_NOISE], 3)
    bias = np.repeat([_ACC_BIAS, _GYRO_BIAS], 3)
    recording += noise * bias * rng.normal(size=6)
    recording += noise * scale * rng.normal(size=recording.shape)
    return recording.astype(np.float32)


def _tilt_rotation(tilt: Floats) -> Rotation:
    """Rotate the trunk so that it measures gravity towards y and z by the angles of `tilt`."""
    tilt = np.asarray(tilt)
    zero = np.zeros(tilt.shape[:-1])
    return Rotation.from_rotvec(np.stack([zero, tilt[..., 1], -tilt[..., 0]], axis=-1))


def _blend(subject: Subject, bouts: list[Bout], n_samples: int) -> tuple[Floats, dict[str, Floats]]:
    """Return posture and shares of activities: constant within bouts, smooth between them."""
    names = [ACTIVITY_NAMES[bout.activity] for bout in bouts]
    weights = {name: np.zeros(n_samples) for name in names}
    for name, bout in zip(names, bouts, strict=True):
        weights[name][bout.start : bout.stop] = 1.0
    weights[names[0]][: bouts[0].start] = 1.0
    weights[names[-1]][bouts[-1].stop :] = 1.0
    for before, after in itertools.pairwise(bouts):
        gap = slice(before.stop, after.start)
        rise = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, after.start - before.stop))
        weights[ACTIVITY_NAMES[before.activity]][gap] = 1.0 - rise
        weights[ACTIVITY_NAMES[after.activity]][gap] = rise
    tilt = np.zeros((n_samples, 2))
    for name, weight in weights.items():
        tilt += weight[:, None] * subject.tilt[name]
    return tilt, weights


def _gait(
    subject: Subject, name: str, n_samples: int, sampling_rate: float, rng: Rng
) -> tuple[Floats, Floats]:
    """Return acceleration and rotation vector of the trunk over a bout of walking."""
    irregularity, walk = _GAITS[name].irregularity, subject.walks[name]
    drift = 1.0 + 0.02 * _slow_noise(n_samples, 1.5 * sampling_rate, rng)
    stride = np.cumsum(np.pi * walk.cadence * drift) / sampling_rate
    stride += rng.uniform(0.0, 2 * np.pi)
    wave = np.exp(1j * np.outer(stride, np.arange(1, _N_HARMONICS + 1)))

    coefficients = walk.harmonics * np.exp(1j * walk.phases)
    # einsum, because threads of BLAS cost more than they save for products this thin.
    acceleration = np.einsum("tk,ik->ti", wave, coefficients).real
    # About y the trunk nods with each step; about x and z it turns and rolls with each stride.
    shares = np.array([[1.0, 0.25, 0.25], [0.25, 1.0, 0.1], [1.0, 0.25, 0.25]])
    turns = walk.swing[:, None] * shares * np.exp(1j * walk.swing_phases)
    swing = np.einsum("tk,ik->ti", wave[:, :3], turns).real

    # A heel strikes twice per stride, one foot a little harder; its jolt lasts about 60 ms.
    foot = 1.0 + 0.15 * np.cos(stride)
    jolt = np.exp(30.0 * (np.cos(2.0 * stride) - 1.0))
    jolt -= jolt.mean()
    hardness = 1.0 + irregularity * _slow_noise(n_samples, 0.3 * sampling_rate, rng)
    strike = walk.impact * foot * jolt * hardness
    acceleration += strike[:, None] * np.array([3.0, 0.6, -1.2])

    vigour = 1.0 + irregularity * _slow_noise(n_samples, 0.6 * sampling_rate, rng)
    acceleration *= vigour[:, None]
    swing *= vigour[:, None]
    # The phone rattles in its pouch while the trunk is shaken.
    for axis in range(3):
        acceleration[:, axis] += _ACC_RATTLE * _slow_noise(n_samples, 0.03 * sampling_rate, rng)
        swing[:, axis] += _SWING_RATTLE * _slow_noise(n_samples, 0.05 * sampling_rate, rng)
    return acceleration, swing


def _slow_noise(n_samples: int, scale: float, rng: Rng) -> Floats:
    """Return Gaussian noise of unit variance with a memory of about `scale` samples."""
    # In the frequency domain, because the kernels have hundreds of samples.
    size = next_fast_len(n_samples, real=True)
    spectrum = rfft(rng.normal(size=size)) * np.exp(-2.0 * (np.pi * scale * rfftfreq(size)) ** 2)
    # Under a Gaussian kernel, white noise keeps 1 / (2 sqrt(pi) scale) of its unit variance.
    return np.asarray(irfft(spectrum, size)[:n_samples] * np.sqrt(2.0 * np.sqrt(np.pi) * scale))
