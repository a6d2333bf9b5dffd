"""Check the names of channels, and find their positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sklearn_har.utils._validation import did_you_mean

if TYPE_CHECKING:
    from sklearn_har.recordings import Recording


def check_names(names: Sequence[str] | None, n_channels: int) -> tuple[str, ...]:
    """Return one name for each channel, or raise an error about `channel_names`."""
    if names is None:
        return tuple(f"channel_{i}" for i in range(n_channels))
    listed = tuple(names)
    if isinstance(names, str) or not all(isinstance(name, str) for name in listed):
        raise TypeError(f"channel_names must be a sequence of str, got {names!r}.")
    if len(listed) != n_channels or len(set(listed)) != n_channels:
        raise ValueError(
            f"channel_names must name each of the {n_channels} channels once, got {list(listed)}."
        )
    return listed


def columns_of(
    channels: Sequence[int | str], argument: str, channel_names: Sequence[str]
) -> list[int]:
    """Return the positions of channels given by position or name."""
    if isinstance(channels, str):
        raise TypeError(f"{argument} must be a sequence of channels, got {channels!r}.")
    found = []
    for channel in channels:
        if isinstance(channel, str):
            if channel not in channel_names:
                raise ValueError(
                    f"{argument} must name channels, got {channel!r}"
                    f"{did_you_mean(channel, channel_names)}; the channels are "
                    f"{list(channel_names)}."
                )
            found.append(list(channel_names).index(channel))
        elif isinstance(channel, bool) or not 0 <= int(channel) < len(channel_names):
            raise ValueError(
                f"{argument} must name channels by their names or by positions below "
                f"{len(channel_names)}, got {channel!r}; the channels are {list(channel_names)}. "
                f"{_remedy(argument, len(channel_names))}"
            )
        else:
            found.append(int(channel))
    return found


def order_of_channels(expected: Sequence[str], found: Sequence[str]) -> list[int] | None:
    """Return the positions of the `expected` channels in `found`; None if they are in order."""
    wanted, names = list(expected), list(found)
    if not wanted or wanted == names:
        return None
    missing = [name for name in wanted if name not in names]
    if missing:
        raise ValueError(
            f"the channels must be {wanted}, got {names}; {missing} are missing. Name them by "
            "read_recording(..., channels={'column': 'name'})."
        )
    return [names.index(name) for name in wanted]


def with_channels(recording: Recording, channels: Sequence[str]) -> Recording:
    """Return a recording with these channels in this order; itself if it already has them."""
    order = order_of_channels(channels, recording.channel_names)
    if order is None:
        return recording
    return replace(recording, samples=recording.samples[:, order], channel_names=tuple(channels))


def _remedy(argument: str, n_channels: int) -> str:
    if argument == "angular_velocity" and n_channels == 3:
        return (
            "For accelerations alone pass preparation='accelerometer', or angular_velocity=() to "
            "Preparation."
        )
    return (
        f"Pass {argument}=() if there are none, or preparation='resample' to take all channels as "
        "they are."
    )


def tells_frame(windows: npt.NDArray[Any]) -> bool:
    """Whether the last of 4, 7 or 10 channels tells in each window if the frame is known."""
    last = windows[..., -1]
    return (
        windows.shape[2] in (4, 7, 10)
        and bool((last == last[:, :1]).all())
        and bool(np.isin(last[:, 0], (0, 1)).all())
    )
