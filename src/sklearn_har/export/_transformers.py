"""Transformers of channels as parts of a model: one function per class, in `keras.ops`.

A new transformer needs one function under `@_apply.register(Class)`.
"""

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt
from keras import ops
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)

from sklearn_har.exceptions import ExportError
from sklearn_har.export._portable import arcsinh
from sklearn_har.preprocessing import CompandingTransformer, WindowCentering
from sklearn_har.utils._compat import scaler_of_power_transformer

Constant = Callable[[Any], Any]


def apply_transformer(fitted: Any, x: Any, step: str, constant: Constant) -> Any:
    """Apply a fitted transformer of columns, which are the last axis of `x`.

    `step` is the name of the step, for errors. `constant` converts arrays to constants of the
    model: `single`, or a function of `ExactConstant`.
    """
    try:
        return _apply(fitted, x, constant)
    except _NotExportedError as error:
        raise ExportError(f"The step {step!r} cannot be exported: {error}.") from None


class _NotExportedError(Exception):
    """An unknown transformer, or a known one with an unknown option."""


@singledispatch
def _apply(fitted: Any, x: Any, constant: Constant) -> Any:
    known = ", ".join(sorted(cls.__name__ for cls in _apply.registry if cls is not object))
    raise _NotExportedError(
        f"a file holds no Python, so {type(fitted).__name__} must be written in its operations, "
        f"which exist only for {known}. Transform the windows before the exported model, or use "
        "one of these"
    )


def single(array: Any) -> npt.NDArray[np.float32]:
    """Return an array in single precision; otherwise Keras would compute in double precision."""
    return np.asarray(array, dtype=np.float32)


@_apply.register(StandardScaler)
def _standard(fitted: Any, x: Any, constant: Constant) -> Any:
    return _centre_and_scale(x, fitted.mean_, fitted.scale_, fitted.with_mean, constant)


@_apply.register(MinMaxScaler)
def _min_max(fitted: Any, x: Any, constant: Constant) -> Any:
    x = x * constant(fitted.scale_) + constant(fitted.min_)
    return ops.clip(x, *map(float, fitted.feature_range)) if fitted.clip else x


@_apply.register(MaxAbsScaler)
def _max_abs(fitted: Any, x: Any, constant: Constant) -> Any:
    x = x / constant(fitted.scale_)
    # scikit-learn 1.9 added the option.
    return ops.clip(x, -1.0, 1.0) if getattr(fitted, "clip", False) else x


@_apply.register(RobustScaler)
def _robust(fitted: Any, x: Any, constant: Constant) -> Any:
    return _centre_and_scale(x, fitted.center_, fitted.scale_, fitted.with_centering, constant)


def _centre_and_scale(x: Any, centre: Any, scale: Any, centred: bool, constant: Constant) -> Any:
    """Return (x - centre) / scale, without a part that is turned off."""
    if centred:
        x = x - constant(centre)
    return x if scale is None else x / constant(scale)


@_apply.register(PowerTransformer)
def _power(fitted: Any, x: Any, constant: Constant) -> Any:
    if fitted.method != "yeo-johnson":
        raise _NotExportedError(
            f"PowerTransformer(method={fitted.method!r}) is not defined for all values of a "
            "signal; method='yeo-johnson' is"
        )
    exponents = np.asarray(fitted.lambdas_, dtype=np.float64)
    y = _box_cox_of_one_more(ops.relu(x), exponents, constant)
    y = y - _box_cox_of_one_more(ops.relu(-x), 2.0 - exponents, constant)
    if fitted.standardize:
        y = _standard(scaler_of_power_transformer(fitted), y, constant)
    return y


def _box_cox_of_one_more(x: Any, exponents: npt.NDArray[np.float64], constant: Constant) -> Any:
    """Return ((1 + x) ** exponents - 1) / exponents, and its limit log(1 + x) at 0."""
    logarithm = ops.log(x + 1.0)
    vanishing = np.abs(exponents) < 1e-6
    if vanishing.all():
        return logarithm
    half = logarithm * constant(np.where(vanishing, 0.0, exponents / 2))
    # exp(2 h) - 1 = 2 sinh(h) exp(h) = tanh(h) (exp(2 h) + 1). This avoids a difference of nearly
    # equal numbers, which would lose digits for small exponents.
    power = ops.tanh(half) * (ops.exp(half * 2.0) + 1.0)
    y = power / constant(np.where(vanishing, 1.0, exponents))
    return y + logarithm * constant(vanishing) if vanishing.any() else y


@_apply.register(CompandingTransformer)
def _companding(fitted: Any, x: Any, constant: Constant) -> Any:
    return arcsinh(x / constant(fitted.noise_floor_))


@_apply.register(WindowCentering)
def _centring(fitted: Any, x: Any, constant: Constant) -> Any:
    moves = np.ones(fitted.n_channels_in_)
    moves[-1] = not fitted.tells_frame_
    return x - ops.mean(x, axis=1, keepdims=True) * constant(moves)


@_apply.register(Pipeline)
def _pipeline(fitted: Any, x: Any, constant: Constant) -> Any:
    for name, part in fitted.steps:
        if part not in (None, "passthrough"):
            x = apply_transformer(part, x, name, constant)
    return x
