"""Channels in pictures: which belong together, and in which units they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from sklearn_har.inspection._style import shown
from sklearn_har.utils._channels import check_names

__all__ = ["ChannelGroup", "check_channels", "group_channels"]

# What tells the axes of one sensor apart: total_acc_x, "gyro y", accZ, channel_0.
_AXIS = re.compile(r"[_ .-]?([xyzXYZ]|(?<=[_ .-])\d+)$")
# What these signals are measured in, all over the package.
_UNITS = (("acc", "g"), ("gyro", "rad/s"))


class ChannelGroup(NamedTuple):
    """Channels that share a panel: the axes of one sensor."""

    title: str
    unit: str
    channels: list[int]
    axes: list[str]

    @property
    def label(self) -> str:
        """Return what to write at the axis."""
        return f"{self.title} ({self.unit})".strip() if self.unit else self.title


def check_channels(
    channel_names: Sequence[str] | None, units: Sequence[str] | None, n_channels: int
) -> tuple[tuple[str, ...], list[str]]:
    """Return a name and a unit for each channel, or say what the arguments accept."""
    names = check_names(channel_names, n_channels)
    if units is None:
        return names, [_unit_of(name) for name in names]
    if isinstance(units, str) or len(units) != n_channels:
        raise ValueError(
            f"units must have one unit for each of the {n_channels} channels ('' for none), got "
            f"{units!r}."
        )
    return names, [str(unit) for unit in units]


def group_channels(names: Sequence[str], units: Sequence[str]) -> list[ChannelGroup]:
    """Group channels by sensor, in the order in which sensors first occur.

    Examples
    --------
    >>> from sklearn_har.inspection._channels import group_channels
    >>> for group in group_channels(["acc_x", "acc_y", "gyro_x", "pulse"], ["g", "g", "rad/s", ""]):
    ...     print(group.label, group.axes)
    acc (g) ['x', 'y']
    gyro (rad/s) ['x']
    pulse ['pulse']
    """
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for i, (name, unit) in enumerate(zip(names, units, strict=True)):
        axis = _AXIS.search(name)
        stem = name if axis is None else name[: axis.start()]
        found.setdefault((stem, unit), []).append((i, name if axis is None else axis[1]))
    return [
        ChannelGroup(shown(stem) or "value", unit, [i for i, _ in members], [a for _, a in members])
        for (stem, unit), members in found.items()
    ]


def _unit_of(name: str) -> str:
    return next((unit for word, unit in _UNITS if word in name.lower()), "")


def choose_channels(channels: Any, names: Sequence[str]) -> list[int]:
    """Return the positions of channels that are given by name or position; None for all."""
    if channels is None:
        return list(range(len(names)))
    chosen = [channels] if isinstance(channels, str | int) else list(channels)
    positions = {name: i for i, name in enumerate(names)} | {i: i for i in range(len(names))}
    unknown = [channel for channel in chosen if channel not in positions]
    if unknown or not chosen:
        raise ValueError(
            f"channels must be names or positions out of {list(names)}, got {channels!r}."
        )
    return [positions[channel] for channel in chosen]
