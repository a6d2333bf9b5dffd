"""Add gravity to acceleration where a logger stores them separately."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sklearn_har.recordings._checks import check_recordings
from sklearn_har.recordings._recording import Recording
from sklearn_har.utils._channels import columns_of
from sklearn_har.utils._validation import check_choice, did_you_mean
from sklearn_har.utils._warnings import warn_of_recording

Platform = Literal["android", "ios"]

# In g: the range of gravity on earth, with a margin for its estimate.
_EARTH = (0.9, 1.1)


def add_gravity(
    recording: Recording,
    acceleration: Sequence[str] | Sequence[int],
    gravity: Sequence[str] | Sequence[int],
    *,
    platform: Platform,
) -> Recording:
    """Add gravity to acceleration that a logger stores without it.

    Phones give "linear" (Android) or "user" acceleration (iOS) without gravity. Models trained on
    raw sensor values, such as those of UCI HAR, need the sum.

    Parameters
    ----------
    recording : Recording
        A recording with both, in g. :func:`~sklearn_har.preparation.merge_recordings` joins files.
        For columns of one file, :func:`read_recording` has a parameter `gravity`.
    acceleration : sequence of str or int
        The channels of acceleration without gravity, as x, y and z.
    gravity : sequence of str or int
        The channels of gravity, in the same order.
    platform : {"android", "ios"}
        The sign convention of the values. A device on its back measures 1 g along z on Android and
        -1 g on iOS, where the sum is therefore inverted. Some loggers also write Android values on
        iOS.

    Returns
    -------
    recording : Recording
        The recording with the sum in the channels of `acceleration`, without those of `gravity`.

    Raises
    ------
    ValueError
        If a channel does not exist, or `acceleration` and `gravity` differ in length.

    Warns
    -----
    RecordingWarning
        If three channels of gravity do not have a magnitude of about 1 g.

    See Also
    --------
    read_recording : Warns if gravity is missing, and adds it by `gravity` and `platform`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.recordings import Recording, add_gravity
    >>> names = ["user_z", "gravity_z"]
    >>> phone = Recording([[0.1, -1.0]] * 3, sampling_rate=50.0, channel_names=names)
    >>> whole = add_gravity(phone, ["user_z"], ["gravity_z"], platform="ios")
    >>> whole.channel_names, whole.samples[0].round(1).tolist()
    (('user_z',), [0.9])
    """
    check_recordings([recording])
    check_choice(platform, "platform", ("android", "ios"))
    names = recording.channel_names
    moving = columns_of(acceleration, "acceleration", names)
    falling = columns_of(gravity, "gravity", names)
    if len(moving) != len(falling) or set(moving) & set(falling):
        raise ValueError(
            "gravity must name one channel for each of acceleration, and none of them, got "
            f"acceleration={list(acceleration)} and gravity={list(gravity)}."
        )
    length = float(np.median(np.linalg.norm(recording.samples[:, falling], axis=1)))
    if len(falling) == 3 and not _EARTH[0] <= length <= _EARTH[1]:
        warn_of_recording(
            f"The gravity {[names[i] for i in falling]} has a typical magnitude of {length:.3g} g: "
            "its unit may be wrong, or the channels do not hold gravity."
        )
    samples, kept = sums_with_gravity(recording.samples, moving, falling, platform)
    return replace(recording, samples=samples, channel_names=tuple(names[i] for i in kept))


def sums_with_gravity(
    samples: NDArray[Any], moving: Sequence[int], falling: Sequence[int], platform: Platform
) -> tuple[NDArray[Any], list[int]]:
    """Return samples with the sums, without the channels of gravity, and the channels kept."""
    kept = [i for i in range(samples.shape[1]) if i not in falling]
    sums = samples[:, kept]
    sign = -1.0 if platform == "ios" else 1.0
    sums[:, [kept.index(i) for i in moving]] = sign * (samples[:, moving] + samples[:, falling])
    return sums, kept


def check_gravity(gravity: Any, platform: Any) -> None:
    """Raise an error for a column of gravity without a platform, and the reverse."""
    if gravity is None:
        if platform is not None:
            raise ValueError(
                f"platform={platform!r} is for gravity: pass gravity={{column with acceleration: "
                "column with gravity, ...}."
            )
        return
    if not isinstance(gravity, Mapping) or not gravity:
        raise ValueError(
            f"gravity must map columns with acceleration to columns with gravity, got {gravity!r}."
        )
    if platform is None:
        raise ValueError(
            "platform must be given with gravity: 'android', or 'ios', where the sum has the "
            "opposite sign."
        )
    check_choice(platform, "platform", ("android", "ios"))


def with_gravity_columns(
    names: dict[str, str], gravity: Mapping[str, str] | None, columns: Collection[Any]
) -> dict[str, str]:
    """Return the columns to read and the names of their channels, including those of gravity."""
    found = dict(names)
    for moving, falling in (gravity or {}).items():
        if moving not in names or falling not in columns:
            what, known = (moving, names) if moving not in names else (falling, columns)
            raise ValueError(
                f"gravity must map columns of channels to columns, got {what!r}"
                f"{did_you_mean(str(what), list(map(str, known)))}; there are "
                f"{list(map(str, known))}."
            )
        found.setdefault(falling, falling)
    return found


def units_with_gravity(
    units: Mapping[str, str], gravity: Mapping[str, str] | None
) -> dict[str, str]:
    """Return units by column; gravity has the unit of its acceleration."""
    found = dict(units)
    for moving, falling in (gravity or {}).items():
        if moving in found:
            found.setdefault(falling, found[moving])
    return found
