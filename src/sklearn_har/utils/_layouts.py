"""Find the layout of windows in tables and arrays by names, and check it against the data."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sklearn_har.utils._warnings import warn_user

# This many windows, spread over all, are examined.
_SEEN = 200
# Tables without names are not searched for more channels than this.
_MOST_CHANNELS = 32


def layout_of_names(names: Iterable[Any]) -> tuple[list[str], npt.NDArray[np.int64]] | None:
    """Return the channels in the names of columns, and the columns in order of time.

    The fetchers name the columns of a frame `total_acc_x_000`, `total_acc_y_000`, ..., in the order
    of `data.reshape(n_windows, -1)`: all channels of the first time step, then of the second. Other
    orders, and columns with two levels, channel and time step, are sorted into this one. None if
    the names hold no channels.

    Examples
    --------
    >>> from sklearn_har.utils._layouts import layout_of_names
    >>> channels, order = layout_of_names(["acc_000", "acc_001", "gyro_000", "gyro_001"])
    >>> channels, order.tolist()
    (['acc', 'gyro'], [0, 2, 1, 3])
    >>> layout_of_names(["age", "height"]) is None
    True
    """
    columns: dict[tuple[str, int], int] = {}
    for i, name in enumerate(names):
        found = _channel_and_step(name)
        if found is None or found in columns:
            return None
        columns[found] = i
    channels = list(dict.fromkeys(channel for channel, _ in columns))
    steps = sorted({step for _, step in columns})
    n_steps = len(steps)
    from_one = n_steps > 1 and steps[:1] == [1]
    if len(columns) != len(channels) * n_steps or steps != list(
        range(from_one, n_steps + from_one)
    ):
        return None
    order = [columns[channel, step] for step in steps for channel in channels]
    return (channels, np.array(order)) if order else None


def _channel_and_step(name: Any) -> tuple[str, int] | None:
    if isinstance(name, tuple):
        if len(name) != 2:
            return None
        channel, step = name if not str(name[0]).isdecimal() else name[::-1]
    else:
        channel, _, step = str(name).rpartition("_")
    return (str(channel), int(step)) if str(step).isdecimal() else None


def warn_of_samples(X: Any) -> None:
    """Warn of a frame of samples, whose rows would count as windows."""
    names = [str(name).lower() for name in X.columns]
    layout = layout_of_names(X.columns)
    axes = [name for name in names if {name[:-1] + axis for axis in "xyz"} <= set(names)]
    if axes:
        what = f"the channels {', '.join(axes)}"
    elif names and not _are_steps(names) and (layout is None or len(layout[0]) == 1):
        what = f"the columns {', '.join(names[:3])}{', ...' * (len(names) > 3)}"
    else:
        return
    warn_user(
        f"X is a frame with {what}: each of its {len(X)} rows is taken for a window of "
        f"{len(names)} time steps of one channel. If the rows are samples of a recording, cut them "
        "by segment_recording, or train ActivityRecognizer on recordings."
    )


def _are_steps(names: Sequence[str]) -> bool:
    """Return whether columns are numbered consecutively, like time steps."""
    numbered = [re.fullmatch(r"(.*?)(\d+)", name) for name in names]
    steps = [(found[1], int(found[2])) if found else None for found in numbered]
    following = [(step[0], step[1] + 1) if step else None for step in steps]
    return None not in steps and steps[1:] == following[:-1]


def some_windows(windows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return some windows, spread over all; all of them may exceed the memory."""
    return windows[:: max(1, len(windows) // _SEEN)]


def warn_of_layout(windows: npt.NDArray[Any]) -> None:
    """Warn of axes in a probably wrong order: signals are smooth along time.

    `windows` are of shape (n_windows, n_timesteps, n_channels).
    """
    seen = some_windows(windows).astype(np.float64)
    _, n_timesteps, n_channels = seen.shape
    if n_channels > n_timesteps > 1 and _change(seen, 2) < 0.5 * _change(seen, 1):
        said = (
            f"X has {n_timesteps} time steps and {n_channels} channels, and its values are smooth "
            "along the last axis, as signals are along time: the axes are likely to be (n_windows, "
            "n_channels, n_timesteps). If so, pass X.transpose(0, 2, 1)."
        )
    elif n_channels == 1 and (found := _channels_in_turn(seen[:, :, 0])):
        said = (
            f"X is taken for windows of {n_timesteps} time steps of one channel, but its values "
            f"are smooth in steps of {found} columns, as those of {found} channels are: pass "
            f"n_channels={found}, or windows of shape (n_windows, {n_timesteps // found}, "
            f"{found}). A scaler before it loses the names of a frame: wrap it in "
            "ChannelwiseTransformer, or call its set_output(transform='pandas')."
        )
    else:
        return
    warn_user(said)


def _change(values: npt.NDArray[Any], axis: int) -> float:
    return float(np.abs(np.diff(values, axis=axis)).mean())


def _channels_in_turn(table: npt.NDArray[Any]) -> int | None:
    """Return the number of channels that alternate in the columns of a table; None for one."""
    n_columns = table.shape[1]
    changes = [
        float(np.abs(table[:, lag:] - table[:, :-lag]).mean())
        for lag in range(1, min(_MOST_CHANNELS, n_columns // 2) + 1)
    ]
    # The first two lags distinguish a fast oscillation of one channel from alternating channels.
    if len(changes) < 2:
        return None
    for lag in range(2, len(changes) + 1):
        between = changes[: lag - 1]
        if (
            n_columns % lag == 0
            and changes[lag - 1] < 0.5 * min(between)
            and changes[0] > 0.8 * max(between)
        ):
            return lag
    return None
