"""Acceleration and gravity that a logger kept apart, as one acceleration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from sklearn_har.recordings._checks import check_recordings
from sklearn_har.recordings._recording import Recording
from sklearn_har.utils._channels import columns_of
from sklearn_har.utils._validation import check_choice
from sklearn_har.utils._warnings import warn_of_recording

__all__ = ["add_gravity"]

# In g: what gravity may be on earth, with room for what its estimate gets wrong.
_EARTH = (0.9, 1.1)


def add_gravity(
    recording: Recording,
    acceleration: Sequence[str] | Sequence[int],
    gravity: Sequence[str] | Sequence[int],
    *,
    platform: Literal["android", "ios"],
) -> Recording:
    """Add the gravity that a logger kept apart to the acceleration without it.

    Phones give "linear" (Android) or "user" acceleration (iOS) without gravity. Models that are
    trained on what a sensor measures, such as those of UCI HAR, need the sum.

    Parameters
    ----------
    recording : Recording
        With the channels of both, in g. :func:`~sklearn_har.preparation.merge_recordings` joins
        files.
    acceleration : sequence of str or int
        The channels with acceleration without gravity, as x, y and z.
    gravity : sequence of str or int
        The channels with gravity, in the same order.
    platform : {"android", "ios"}
        Whose convention the values have. A device that lies on its back measures 1 g along z on
        Android and -1 g on iOS, where the sum is therefore turned round. Some loggers write the
        values of Android on iOS as well.

    Returns
    -------
    recording : Recording
        With the sum in the channels of `acceleration`, and without those of `gravity`.

    Raises
    ------
    ValueError
        If a channel does not exist, or not each acceleration has one gravity.

    Warns
    -----
    RecordingWarning
        If three channels of gravity do not have a length of about 1 g.

    See Also
    --------
    read_recording : Warns where gravity is missing.

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
            f"The gravity {[names[i] for i in falling]} has a typical length of {length:.3g} g: "
            "its unit may be wrong, or the channels are no gravity."
        )
    samples = recording.samples.copy()
    sign = -1.0 if platform == "ios" else 1.0
    samples[:, moving] = sign * (samples[:, moving] + samples[:, falling])
    kept = [i for i in range(len(names)) if i not in falling]
    return replace(recording, samples=samples[:, kept], channel_names=tuple(names[i] for i in kept))
