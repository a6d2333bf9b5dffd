"""Shared code of the displays: axes, rows, checks of their input, and their style.

Figures must be readable in grey and with any colour vision: everything differs in lightness, or in
the style of the line, mark or hatch, as well as in colour.
"""

import re
import textwrap
from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sklearn_har.utils._channels import check_names
from sklearn_har.utils._optional import import_optional
from sklearn_har.utils._scores import is_percentage
from sklearn_har.utils._validation import check_choice

# The palette of Okabe and Ito, which suits any colour vision, without its yellow, which is hardly
# visible on white. In this order neighbours differ in lightness.
PALETTE = ("#0072B2", "#E69F00", "#000000", "#009E73", "#D55E00", "#56B4E9", "#CC79A7")
DARK = PALETTE[0]
# The numbers of styles and colours have no common divisor: a pair repeats only after 28 lines.
_LINES: tuple[Any, ...] = ("-", (0, (4, 1.2)), (0, (1, 1)), (0, (5, 1.2, 1, 1.2)))

# Light and dark bars for comparisons.
DARK_BAR = {"facecolor": DARK, "edgecolor": DARK}
LIGHT_BAR = {"facecolor": "0.75", "edgecolor": "0.35"}
# Light open marks for single values, dark filled ones for means.
RING = {"marker": "o", "facecolors": "none", "edgecolors": "0.55", "s": 22.0}
DIAMOND = {"fmt": "D", "color": DARK, "markersize": 6.0, "capsize": 3.0}
DIAMOND_MARK = {"marker": "D", "color": DARK, "markersize": 6.0, "linestyle": "none"}
_GRID = {"color": "0.85", "linewidth": 0.8}

Kwargs = Mapping[str, Any] | None
TimeUnit = Literal["auto", "s", "min", "h"]
SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
# In s: up to these durations, an axis is in s or min.
_LONGEST_IN_SECONDS, _LONGEST_IN_MINUTES = 300.0, 3 * 3600.0
# A longer name of a row is wrapped at this many letters.
_LONGEST_NAME = 28

# Added to the docstrings of `plot` and all `from_*` methods.
_PLOT_PARAMS = """
ax, **plot_params : optional
    As in :meth:`plot`."""
_RETURNS = """

Returns
-------
{}
    The display, plotted. `ax_` is its Axes (the first one, of signals if there are any) and
    `figure_` its Figure; its other attributes are artists.
"""
Channels = Sequence[str | int] | str | int | None

# The axis at the end of a name: total_acc_x, "gyro y", accZ, channel_0.
_AXIS = re.compile(r"[_ .-]?([xyzXYZ]|(?<=[_ .-])\d+)$")
# The units of these signals in the whole package.
_UNITS = (("acc", "g"), ("gyro", "rad/s"))


class Display:
    """A display on one axes, or on a grid of them.

    The shared parameters and the return values of `plot` and all `from_*` methods are added to
    their docstrings here.
    """

    ax_: Any
    figure_: Any

    def __init_subclass__(cls) -> None:
        for name, method in vars(cls).items():
            function = getattr(method, "__func__", method)
            doc = cleandoc(function.__doc__ or "")
            # A subclass of a display may document its own return values.
            if (name == "plot" or name.startswith("from_")) and doc and "Returns\n" not in doc:
                doc += "" if "\nax" in doc else _PLOT_PARAMS
                function.__doc__ = doc + _RETURNS.format(cls.__name__)

    def _panels(
        self,
        ax: Any,
        shape: tuple[int, int],
        *,
        size: tuple[float, float],
        sharey: bool | str = False,
        height_ratios: Sequence[float] | None = None,
    ) -> NDArray[Any]:
        """Return a grid of axes: in a new figure, the given axes, or in place of one given Axes.

        The last option follows :class:`~sklearn.inspection.PartialDependenceDisplay`. `size` is in
        inches.
        """
        name = type(self).__name__
        n_panels = shape[0] * shape[1]
        shared: dict[str, Any] = {"sharex": True, "sharey": sharey, "squeeze": False}
        if ax is None:
            plt = import_optional("matplotlib.pyplot", extra="plot", needed_by=f"{name}.plot")
            figure = plt.figure(figsize=size, layout="constrained")
            axes = figure.subplots(*shape, height_ratios=height_ratios, **shared)
        elif isinstance(ax, np.ndarray | list | tuple):
            axes = np.asarray(ax, dtype=object).ravel()
            if len(axes) != n_panels:
                raise ValueError(
                    f"ax must be None, one Axes, or an array of the {n_panels} Axes that {name} "
                    f"needs, got {len(axes)} Axes."
                )
        elif n_panels == 1:
            axes = np.array([ax], dtype=object)
        else:
            spec = ax.get_subplotspec()
            if spec is None:
                raise ValueError(
                    f"ax must be made by Figure.subplots or add_subplot, because {name} replaces "
                    f"it by {n_panels} Axes, got one that is not in a grid."
                )
            ax.set_axis_off()
            axes = spec.subgridspec(*shape, height_ratios=height_ratios).subplots(**shared)
        axes = np.asarray(axes, dtype=object).reshape(shape)
        self.ax_ = axes[0, 0]
        self.figure_ = self.ax_.figure
        return axes

    def _rows(
        self,
        ax: Any,
        labels: Sequence[str],
        *,
        inches: float,
        margin: float = 1.3,
        width: float = 8.0,
    ) -> Any:
        """Return axes with named rows; in a new figure, each row has this height in inches."""
        height = margin + row_inches(labels, inches) * len(labels)
        ax = self._panels(ax, (1, 1), size=(width, height))[0, 0]
        name_rows(ax, labels)
        return ax


def unpack_windows(X: Any, **given: Any) -> list[Any]:
    """Return the array of windows, then the fields of `given`; `X` may be a Windows.

    A field that is None is replaced by the attribute of the Windows with its name.
    """
    if not isinstance(X, Mapping):
        return [X, *given.values()]
    return [X["data"], *(X[name] if value is None else value for name, value in given.items())]


def check_windows(X: Any) -> NDArray[Any]:
    """Return an array of windows with three axes, or raise an error about `X`."""
    windows = np.asarray(X)
    if windows.ndim != 3 or not windows.size:
        raise ValueError(
            "X must be windows of shape (n_windows, n_timesteps, n_channels), got shape "
            f"{windows.shape}."
        )
    return windows


def line_style(i: int) -> dict[str, Any]:
    """Return the colour and style of the i-th line of a plot."""
    return {"color": PALETTE[i % len(PALETTE)], "linestyle": _LINES[i % len(_LINES)]}


def display_name(name: Any) -> str:
    """Return a name for display, with spaces for underscores."""
    return str(name).replace("_", " ")


def wrap_name(name: Any, width: int = _LONGEST_NAME) -> str:
    """Wrap a name to as many lines as it needs."""
    return textwrap.fill(display_name(name), width)


def score_axis(score_name: str) -> tuple[float, str]:
    """Return the factor of a score and the label of its axis: accuracies are in %."""
    words = display_name(score_name)
    words = words[:1].upper() + words[1:]
    return (100.0, f"{words} (%)") if is_percentage(score_name) else (1.0, words)


def time_unit_of(time_unit: TimeUnit, duration: float) -> str:
    """Return the unit of a time axis; `duration` in s determines it for "auto"."""
    check_choice(time_unit, "time_unit", ("auto", *SECONDS))
    if time_unit != "auto":
        return time_unit
    if duration <= _LONGEST_IN_SECONDS:
        return "s"
    return "min" if duration <= _LONGEST_IN_MINUTES else "h"


def row_inches(labels: Sequence[str], least: float) -> float:
    """Return the height of rows with room for the lines of their names."""
    return max(least, 0.08 + 0.16 * max(label.count("\n") + 1 for label in labels))


def grid_lines(ax: Any, axis: str) -> None:
    """Add light grid lines behind the content."""
    ax.set_axisbelow(True)
    ax.grid(axis=axis, **_GRID)


def row_lines(ax: Any, n_rows: int) -> None:
    """Separate rows by light lines."""
    for boundary in range(1, n_rows):
        ax.axhline(boundary - 0.5, zorder=0.5, **_GRID)


def name_rows(ax: Any, labels: Sequence[str]) -> None:
    """Label rows from top to bottom, on a horizontal axis of values."""
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    grid_lines(ax, "x")


def legend_above(ax: Any, ncols: int | None = None) -> None:
    """Put the legend above the axes, where it covers nothing."""
    ncols = ncols or len(ax.get_legend_handles_labels()[0])
    ax.legend(frameon=False, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=ncols)


def legend_beside(ax: Any) -> None:
    """Put the legend to the right of the axes, if there is no room above."""
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, handlelength=2.6)


def with_defaults(given: Kwargs, style: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return the style of the user, with that of the package as default."""
    return {**style, **more, **(given or {})}


def draw_scores(
    ax: Any, scores: NDArray[Any], label: str, single_kwargs: Kwargs, mean_kwargs: Kwargs
) -> tuple[Any, Any]:
    """Draw scores of shape (n_rows, n_singles) as rings, and their means as diamonds with bars."""
    rows = np.arange(len(scores))
    rings = ax.scatter(
        scores.ravel(),
        np.repeat(rows, scores.shape[1]),
        **with_defaults(single_kwargs, RING, label=label),
    )
    means = ax.errorbar(
        scores.mean(axis=1),
        rows,
        xerr=scores.std(axis=1),
        **with_defaults(mean_kwargs, DIAMOND, label="mean, standard deviation"),
    )
    return rings, means


def finish_scores(ax: Any, score_name: str) -> None:
    """Label an axis of scores; accuracies end at 100 %, with room for half a mark."""
    factor, label = score_axis(score_name)
    left, right = ax.get_xlim()
    if factor != 1.0 and right > 100.0 > left:
        ax.set_xlim(left, 100.0 + 0.03 * (100.0 - left))
    ax.set_xlabel(label)
    legend_above(ax)


def draw_bars(
    ax: Any, start: NDArray[Any], end: NDArray[Any], place: Any, style: Mapping[str, Any]
) -> Any:
    """Draw bars from starts to ends; `place` gives their lower y and their height."""
    return ax.broken_barh(np.column_stack([start, end - start]).tolist(), place, **style)


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
    >>> from sklearn_har.inspection._base import group_channels
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
