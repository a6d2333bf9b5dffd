"""Check windows and names for transformers, classifiers and the command line."""

import math
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, validate_data

from sklearn_har.utils._arrays import refuse_masked
from sklearn_har.utils._layouts import layout_of_names, warn_of_samples

AXES = "(n_windows, n_timesteps, n_channels)"


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """Return `" (did you mean 'units'?)"` for the closest of `choices`, or an empty string."""
    close = get_close_matches(name, list(choices), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def check_choice(value: Any, name: str, choices: Sequence[str]) -> None:
    """Check that the argument `name` is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f"{name} must be one of {list(choices)}, got {value!r}"
            f"{did_you_mean(str(value), choices)}."
        )


def check_n_steps(n_steps: int, n_timesteps: int, *, remedy: str = "") -> None:
    """Raise a ValueError with the divisors unless `n_steps` divides `n_timesteps`."""
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
    """Validate windows for `estimator`, and store (`reset`) or compare their shape.

    `X` has shape (n_windows, n_timesteps, n_channels). It may also be subsequences of shape
    (n_windows, n_steps, n_timesteps / n_steps, n_channels), also with an axis of length 1 after
    `n_steps`. Or it is a table with all channels of the first time step, then of the second.

    The number of channels of a table is that of earlier windows, of its names, or
    `estimator.n_channels`, or else one. The result has the axes of `X`; a table of several channels
    gets three. Infinity is always refused.
    """
    refuse_masked(X, "X")
    if not hasattr(X, "shape"):
        X = _as_array(X)
    elif isinstance(X, np.ndarray) and X.ndim == 1 and X.dtype == object:
        X = _as_array(list(X))
    if isinstance(X, np.ndarray) and X.dtype.kind in "US":
        raise TypeError(f"X must hold numbers, got text of dtype {X.dtype}.")
    shape = tuple(X.shape)
    if len(shape) == 5 and shape[2] == 1:
        # Subsequences for ConvLSTM2D: (n_windows, n_steps, 1, n_timesteps, n_channels).
        X = np.asarray(X)[:, :, 0]
        shape = X.shape
    if len(shape) > 4:
        raise ValueError(
            f"X must be windows of shape {AXES}, got an array with {len(shape)} dimensions "
            f"of shape {shape}."
        )
    if len(shape) >= 3:
        table, n_channels, order = _table_of_windows(X), shape[-1], None
        given = getattr(estimator, "n_channels", None)
        if given not in (None, n_channels):
            raise ValueError(
                f"n_channels must be that of the windows, got n_channels={given} and windows of "
                f"{n_channels} channel(s); axes are {AXES}."
            )
    else:
        table, n_channels, order = _table(estimator, X, reset)
    if not reset:
        _compare(estimator, shape)
        # Files of older versions store the number of time steps here.
        estimator.n_features_in_ = estimator.n_timesteps_in_ * estimator.n_channels_in_
    with np.errstate(invalid="ignore"):  # infinities are refused below
        options = {"dtype": dtype, "ensure_all_finite": "allow-nan"}
        if reset or (len(shape) == 2 and table is X):
            array = validate_data(estimator, table, reset=reset, **options)
        else:
            # Without names of columns, which would cause a warning of scikit-learn.
            array = check_array(table, estimator=estimator, input_name="X", **options)
    if not allow_nan and array.dtype.kind == "f" and np.isnan(array.min()):
        wrong = np.flatnonzero(np.isnan(array).any(axis=1))
        raise ValueError(
            f"Input X contains NaN in {len(wrong)} of {len(array)} windows, the first of which is "
            f"X[{wrong[0]}]. Leave these windows out, or fill the gaps of a recording before it is "
            "cut, by resample_recording. Windows of unequal length are for pad_windows and "
            "LSTMClassifier(mask_value=...)."
        )
    if order is not None:
        array = array[:, order]
    if reset:
        estimator.n_channels_in_ = n_channels
        estimator.n_timesteps_in_ = array.shape[1] // n_channels
    if len(shape) == 2:
        shape = shape if n_channels == 1 else (len(array), -1, n_channels)
    return np.asarray(array.reshape(shape))


def _table_of_windows(X: Any) -> npt.NDArray[Any]:
    array = np.asarray(X)
    if 0 in array.shape[1:]:
        raise ValueError(
            f"Found array with 0 feature(s): windows of shape {AXES} need at least one time step "
            f"and one channel, got shape {array.shape}."
        )
    return array.reshape(len(array), math.prod(array.shape[1:]))


def _table(
    estimator: BaseEstimator, X: Any, reset: bool
) -> tuple[Any, int, npt.NDArray[np.int64] | None]:
    """Return a table, its number of channels, and its columns in order of time."""
    layout = layout_of_names(X.columns) if hasattr(X, "columns") else None
    given = getattr(estimator, "n_channels", None)
    if reset:
        if hasattr(X, "columns") and given is None:
            warn_of_samples(X)
        n_channels = given or (1 if layout is None else len(layout[0]))
        if len(X.shape) == 2 and X.shape[1] % n_channels:
            raise ValueError(
                f"n_channels must divide the number of columns of X, got n_channels={n_channels} "
                f"and {X.shape[1]} columns."
            )
    else:
        n_channels = estimator.n_channels_in_
    if layout is None or len(layout[0]) != n_channels:
        return X, n_channels, None
    if not reset and not hasattr(estimator, "feature_names_in_"):
        # The names were checked above, and scikit-learn would warn of them.
        X = np.asarray(X)
    in_order = np.array_equal(layout[1], np.arange(len(layout[1])))
    return X, n_channels, None if in_order else layout[1]


def _as_array(X: Any) -> npt.NDArray[Any]:
    """Return nested sequences as an array, or raise an error about different lengths."""
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


def _compare(estimator: BaseEstimator, shape: tuple[int, ...]) -> None:
    """Raise an error for windows of another shape than in `fit`."""
    fitted = (estimator.n_timesteps_in_, estimator.n_channels_in_)
    name = type(estimator).__name__
    n_fitted = math.prod(fitted)
    was = f"was fitted with {fitted[0]} time steps and {fitted[1]} channel(s)"
    if len(shape) == 2 and shape[1] != n_fitted:
        alone = " One window needs an axis before it: X[np.newaxis]." * (shape == fitted)
        raise ValueError(
            f"X has {shape[1]} features, but {name} is expecting {n_fitted} features as input: it "
            f"{was}, {fitted[0]} x {fitted[1]} values in a row of a table.{alone}"
        )
    if len(shape) > 2 and (seen := (math.prod(shape[1:-1]), shape[-1])) != fitted:
        turned = len(shape) == 3 and seen == fitted[::-1]
        raise ValueError(
            f"X has windows of {seen[0]} time steps and {seen[1]} channel(s), but {name} {was}; "
            f"axes are {AXES}.{' Pass X.transpose(0, 2, 1).' * turned}"
        )
