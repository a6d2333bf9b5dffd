"""How each transformer of channels is written: one function a class, by operations of a `Writer`.

A new transformer needs one function under `@transformer(Class)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)

from sklearn_har.exceptions import ExportError
from sklearn_har.export._writer import Array, Value, Writer
from sklearn_har.preprocessing import CompandingTransformer
from sklearn_har.utils._compat import scaler_of_power_transformer

__all__ = ["companded", "write_transformer"]

Emitter = Callable[[Writer, Any, Value], Value]
_EMITTERS: dict[type, Emitter] = {}


def transformer(cls: type) -> Callable[[Emitter], Emitter]:
    """Register a function that writes transformers of a class."""

    def register(emitter: Emitter) -> Emitter:
        _EMITTERS[cls] = emitter
        return emitter

    return register


def write_transformer(writer: Writer, fitted: Any, x: Value, step: str) -> Value:
    """Write a fitted transformer of columns, which are the last axis of `x`.

    Parameters
    ----------
    writer : Writer
        Receives the operations.
    fitted : transformer
        The fitted transformer.
    x : Value
        What it is applied to.
    step : str
        The name of the step of the pipeline, for errors.

    Returns
    -------
    Value
        The transformed values.

    Raises
    ------
    ExportError
        If the transformer, or an option of it, is not known.
    """
    for cls in type(fitted).__mro__:
        if cls in _EMITTERS:
            try:
                return _EMITTERS[cls](writer, fitted, x)
            except _NotExportedError as error:
                raise ExportError(f"The step {step!r} cannot be exported: {error}.") from None
    known = ", ".join(sorted(cls.__name__ for cls in _EMITTERS))
    raise ExportError(
        f"The step {step!r} cannot be exported: a file holds no Python, so that "
        f"{type(fitted).__name__} would have to be written in its operations, which is done for "
        f"{known}. Transform the windows before they reach the exported model, or use one of these."
    )


class _NotExportedError(Exception):
    """A known transformer with an option that is not."""


@transformer(StandardScaler)
def _standard(writer: Writer, fitted: Any, x: Value) -> Value:
    return _centre_and_scale(writer, x, fitted.mean_, fitted.scale_, fitted.with_mean)


@transformer(MinMaxScaler)
def _min_max(writer: Writer, fitted: Any, x: Value) -> Value:
    x = writer.binary("add", writer.binary("divide", x, 1.0 / fitted.scale_), fitted.min_)
    return writer.clip(x, *fitted.feature_range) if fitted.clip else x


@transformer(MaxAbsScaler)
def _max_abs(writer: Writer, fitted: Any, x: Value) -> Value:
    x = writer.binary("divide", x, fitted.scale_)
    # The option came with scikit-learn 1.9.
    return writer.clip(x, -1.0, 1.0) if getattr(fitted, "clip", False) else x


@transformer(RobustScaler)
def _robust(writer: Writer, fitted: Any, x: Value) -> Value:
    return _centre_and_scale(writer, x, fitted.center_, fitted.scale_, fitted.with_centering)


def _centre_and_scale(
    writer: Writer, x: Value, centre: Array, scale: Array | None, centred: bool
) -> Value:
    """Write (x - centre) / scale, where a part that was turned off is left out."""
    if centred and scale is not None and writer.scale_first:
        return writer.binary("subtract", writer.binary("divide", x, scale), centre / scale)
    if centred:
        x = writer.binary("subtract", x, centre)
    return x if scale is None else writer.binary("divide", x, scale)


@transformer(PowerTransformer)
def _power(writer: Writer, fitted: Any, x: Value) -> Value:
    if fitted.method != "yeo-johnson":
        raise _NotExportedError(
            f"PowerTransformer(method={fitted.method!r}) is not defined for all values of a "
            "signal; method='yeo-johnson' is"
        )
    exponents = np.asarray(fitted.lambdas_, dtype=np.float64)
    positive = writer.function("relu", x)
    negative = writer.function("relu", writer.binary("multiply", x, np.array([-1.0])))
    y = writer.binary(
        "subtract",
        _box_cox_of_one_more(writer, positive, exponents),
        _box_cox_of_one_more(writer, negative, 2.0 - exponents),
    )
    return _standard(writer, scaler_of_power_transformer(fitted), y) if fitted.standardize else y


def _box_cox_of_one_more(writer: Writer, x: Value, exponents: Array) -> Value:
    """Write ((1 + x) ** exponents - 1) / exponents, and its limit log(1 + x) at 0."""
    logarithm = writer.function("log", writer.binary("add", x, np.array([1.0])))
    vanishing = np.abs(exponents) < 1e-6
    if vanishing.all():
        return logarithm
    half = writer.binary("multiply", logarithm, np.where(vanishing, 0.0, exponents / 2))
    # exp(2 h) - 1 = 2 sinh(h) exp(h) = tanh(h) (exp(2 h) + 1): no difference of nearly equal
    # numbers, which would lose digits where the exponent is small.
    twice = writer.function("exp", writer.binary("multiply", half, np.array([2.0])))
    power = writer.binary(
        "multiply", writer.function("tanh", half), writer.binary("add", twice, np.array([1.0]))
    )
    y = writer.binary("divide", power, np.where(vanishing, 1.0, exponents))
    if vanishing.any():
        y = writer.binary(
            "add", y, writer.binary("multiply", logarithm, vanishing.astype(np.float64))
        )
    return y


@transformer(CompandingTransformer)
def _companding(writer: Writer, fitted: Any, x: Value) -> Value:
    return companded(writer, x, fitted.noise_floor_)


def companded(writer: Writer, x: Value, noise_floor: Array) -> Value:
    """Write arcsinh(x / noise_floor), one side of zero at a time: no difference loses digits."""
    x = writer.binary("divide", x, noise_floor)

    def of_positive(y: Value) -> Value:
        one = np.array([1.0])
        root = writer.function("sqrt", writer.binary("add", writer.binary("multiply", y, y), one))
        return writer.function("log", writer.binary("add", y, root))

    negative = writer.function("relu", writer.binary("multiply", x, np.array([-1.0])))
    return writer.binary("subtract", of_positive(writer.function("relu", x)), of_positive(negative))


@transformer(Pipeline)
def _pipeline(writer: Writer, fitted: Any, x: Value) -> Value:
    for name, part in fitted.steps:
        if part not in (None, "passthrough"):
            x = write_transformer(writer, part, x, name)
    return x
