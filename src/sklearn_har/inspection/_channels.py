"""Group and draw channels by sensor, with their units."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sklearn_har.inspection._base import Kwargs, display_name, grid_lines, line_style, with_defaults
from sklearn_har.utils._channels import check_names

Channels = Sequence[str | int] | str | int | None

# The axis at the end of a name: total_acc_x, "gyro y", accZ, channel_0.
_AXIS = re.compile(r"[_ .-]?([xyzXYZ]|(?<=[_ .-])\d+)$")
# The units of these signals in the whole package.
_UNITS = (("acc", "g"), ("gyro", "rad/s"))


class ChannelGroup(NamedTuple):
    """Channels that share a panel: the axes of one sensor."""

    title: str
    unit: str
    channels: list[int]
    axes: list[str]

    @property
    def label(self) -> str:
        return f"{self.title} ({self.unit})".strip() if self.unit else self.title


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
        ChannelGroup(
            display_name(stem) or "value", unit, [i for i, _ in members], [a for _, a in members]
        )
        for (stem, unit), members in found.items()
    ]


def shown_channels(
    channels: Channels,
    channel_names: Sequence[str] | None,
    units: Sequence[str] | None,
    n_channels: int,
) -> list[ChannelGroup]:
    """Return the groups of some channels, None for all, with their positions."""
    names = check_names(channel_names, n_channels)
    if units is None:
        units = [_unit_of(name) for name in names]
    if isinstance(units, str) or len(units) != n_channels:
        raise ValueError(
            f"units must have one unit for each of the {n_channels} channels ('' for none), got "
            f"{units!r}."
        )
    if channels is None:
        channels = names
    chosen = [channels] if isinstance(channels, str | int) else list(channels)
    positions = {name: i for i, name in enumerate(names)} | {i: i for i in range(n_channels)}
    if not chosen or not all(channel in positions for channel in chosen):
        raise ValueError(
            f"channels must be names or positions out of {list(names)}, got {channels!r}."
        )
    found = [positions[channel] for channel in chosen]
    groups = group_channels([names[i] for i in found], [str(units[i]) for i in found])
    return [group._replace(channels=[found[i] for i in group.channels]) for group in groups]


def draw_channels(
    ax: Any, pieces: list[Any], group: ChannelGroup, linewidth: float, line_kwargs: Kwargs
) -> list[Any]:
    """Draw the lines of a group; `pieces` are pairs of times and samples of all channels."""
    # NaN interrupts the line between pieces.
    times = np.concatenate([np.append(time, np.nan) for time, _ in pieces])
    lines = []
    for i, (channel, axis) in enumerate(zip(group.channels, group.axes, strict=True)):
        values = np.concatenate([np.append(samples[:, channel], np.nan) for _, samples in pieces])
        style = with_defaults(line_kwargs, line_style(i), linewidth=linewidth, label=axis)
        lines += ax.plot(times, values, **style)
    grid_lines(ax, "both")
    return lines


def _unit_of(name: str) -> str:
    return next((unit for word, unit in _UNITS if word in name.lower()), "")
