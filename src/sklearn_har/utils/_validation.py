"""Checks of windows and of names, shared by transformers, classifiers and command line."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from sklearn_har.utils._arrays import refuse_masked

__all__ = ["channels_of_names", "check_choice", "check_n_steps", "check_windows", "did_you_mean"]

AXES = "(n_windows, n_timesteps, n_channels)"


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """Return `" (did you mean 'units'?)"` for the closest of `choices`, or an empty string."""
    close = get_close_matches(name, list(choices), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def channels_of_names(names: Iterable[Any]) -> int | None:
    """Return the number of channels that flat column names speak of, or None.

    The fetchers call the columns of a frame `total_acc_x_000`, `total_acc_y_000`, ..., in the order
    of `data.reshape(n_windows, -1)`: all channels of the first time step, then of the second.

    Examples
    --------
    >>> from sklearn_har.utils._validation import channels_of_names
    >>> channels_of_names(["acc_000", "gyro_000", "acc_001", "gyro_001"])
    2
    >>> channels_of_names(["age", "height"]) is None
    True
    """
    parts = [str(name).rpartition("_") for name in names]
    if not parts or not all(channel and step.isdecimal() for channel, _, step in parts):
        return None
    first_step = parts[0][2]
    channels = [channel for channel, _, step in parts if step == first_step]
    n_timesteps, rest = divmod(len(parts), len(channels))
    expected = [(c, t) for t in range(n_timesteps) for c in channels]
    if rest or [(channel, int(step)) for channel, _, step in parts] != expected:
        return None
    return len(channels)


def check_choice(value: Any, name: str, choices: Sequence[str]) -> None:
    """Check that the argument `name` is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f"{name} must be one of {list(choices)}; got {value!r}"
            f"{did_you_mean(str(value), choices)}"
        )


def check_n_steps(n_steps: int, n_timesteps: int, *, remedy: str = "") -> None:
    """Raise a ValueError that lists the divisors unless `n_steps` divides `n_timesteps`."""
    if n_timesteps % n_steps:
        divisors = [d for d in range(1, n_timesteps + 1) if n_timesteps % d == 0]
        raise ValueError(
            f"n_steps must divide the number of time steps of a window: got n_steps={n_steps} for "
            f"windows of {n_timesteps} time steps; the divisors of {n_timesteps} are {divisors}."
            f"{remedy}"
        )


def check_windows(
    estimator: BaseEstimator,
    X: Any,
    *,
    reset: bool,
    dtype: Any = np.float32,
    allow_nan: bool = False,
) -> npt.NDArray[Any]:
    """Validate windows for `estimator` and record (`reset`) or compare their shape.

    `X` is of shape (n_windows, n_timesteps, n_channels); or (n_windows, n_timesteps), read as
    single-channel windows; or subsequences of shape (n_windows, n_steps, n_timesteps / n_steps,
    n_channels); or a frame whose columns are named as `fetch_uci_har(as_frame=True)` names them. It
    is returned as an array of its own rank, a frame as windows. Infinity never passes.
    """
    refuse_masked(X, "X")
    if not hasattr(X, "shape"):
        X = _as_array(X)
    elif isinstance(X, np.ndarray) and X.ndim == 1 and X.dtype == object:
        X = _as_array(list(X))
    _check_values(X, reset)
    ndim = len(X.shape)
    name = type(estimator).__name__
    if ndim > 4:
        raise ValueError(
            f"X must be windows of shape {AXES}, got an array with {ndim} dimensions "
            f"of shape {tuple(X.shape)}."
        )
    array = X
    if ndim >= 3:
        array = np.asarray(X)
        if 0 in array.shape[1:]:
            raise ValueError(
                f"Found array with 0 feature(s): windows of shape {AXES} need at least one time "
                f"step and one channel, got shape {tuple(X.shape)}."
            )
        if ndim == 4:
            array = array.reshape(len(array), -1, array.shape[-1])
        if not reset:
            _compare_shapes(estimator, array, name)
    with np.errstate(invalid="ignore"):  # of infinities, which are refused
        array = validate_data(
            estimator,
            array,
            reset=reset,
            dtype=dtype,
            allow_nd=True,
            ensure_all_finite="allow-nan",
        )
    if not allow_nan and array.dtype.kind == "f" and np.isnan(array.min()):
        wrong = np.flatnonzero(np.isnan(array).reshape(len(array), -1).any(axis=1))
        raise ValueError(
            f"Input X contains NaN in {len(wrong)} of {len(array)} windows, the first of which is "
            f"X[{wrong[0]}]. Leave these windows out, or fill the gaps of a recording before it is "
            "cut, by resample_recording. Windows of unequal length are for pad_windows and "
            "LSTMClassifier(mask_value=...)."
        )
    if array.ndim == 2:
        n_channels = channels_of_names(getattr(estimator, "feature_names_in_", ())) or 1
        if n_channels > 1:
            array = array.reshape(len(array), -1, n_channels)
        if not reset:
            _compare_shapes(estimator, array, name)
    if reset:
        estimator.n_timesteps_in_ = array.shape[1]
        estimator.n_channels_in_ = array.shape[2] if array.ndim == 3 else 1
    windows: npt.NDArray[Any] = array.reshape(X.shape) if ndim == 4 else array
    return windows


def _as_array(X: Any) -> npt.NDArray[Any]:
    """Return nested sequences as an array, or say which lengths do not go together."""
    try:
        return np.asarray(X)
    except ValueError as error:
        lengths = sorted({len(window) for window in X if hasattr(window, "__len__")})
        if len(lengths) < 2:
            raise
        raise ValueError(
            f"X must have windows of one length, got {lengths[0]} to {lengths[-1]} time steps. "
            "Bring them to one by pad_windows, and skip the padding by "
            "LSTMClassifier(mask_value=...)."
        ) from error


def _check_values(X: Any, reset: bool) -> None:
    """Refuse text, and warn of a frame of samples, whose rows would be taken for windows."""
    if isinstance(X, np.ndarray) and X.dtype.kind in "US":
        raise TypeError(f"X must hold numbers, got text of dtype {X.dtype}.")
    if not reset or not hasattr(X, "columns"):
        return
    names = [str(name).lower() for name in X.columns]
    axes = [name for name in names if {name[:-1] + axis for axis in "xyz"} <= set(names)]
    if axes:
        what = f"the channels {', '.join(axes)}"
    elif names and not _are_steps(names) and (channels_of_names(X.columns) or 1) == 1:
        what = f"the columns {', '.join(names[:3])}{', ...' * (len(names) > 3)}"
    else:
        return
    warnings.warn(
        f"X is a frame with {what}: each of its {len(X)} rows is taken for a window of "
        f"{len(names)} time steps of one channel. If the rows are samples of a recording, cut them "
        "by segment_recording, or train ActivityRecognizer on recordings.",
        UserWarning,
        stacklevel=4,
    )


def _are_steps(names: Sequence[str]) -> bool:
    """Return whether columns are numbered one after the other, as time steps are."""
    numbered = [re.fullmatch(r"(.*?)(\d+)", name) for name in names]
    steps = [(found[1], int(found[2])) if found else None for found in numbered]
    following = [(step[0], step[1] + 1) if step else None for step in steps]
    return None not in steps and steps[1:] == following[:-1]


def _compare_shapes(estimator: BaseEstimator, array: npt.NDArray[Any], name: str) -> None:
    seen = (array.shape[1], array.shape[2] if array.ndim == 3 else 1)
    fitted = (estimator.n_timesteps_in_, estimator.n_channels_in_)
    if seen != fitted:
        raise ValueError(
            f"X has windows of {seen[0]} time steps and {seen[1]} channel(s), but {name} was "
            f"fitted with {fitted[0]} time steps and {fitted[1]} channel(s); axes are {AXES}."
        )
