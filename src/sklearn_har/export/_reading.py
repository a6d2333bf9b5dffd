"""Find the parts of an estimator for an exported file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)

from sklearn_har.exceptions import ExportError
from sklearn_har.export._converting import INPUT, OUTPUT
from sklearn_har.export._portable import ExactConstant, arcsinh, make_portable
from sklearn_har.preprocessing import (
    ChannelwiseTransformer,
    CompandingTransformer,
    SubsequenceReshaper,
    WindowCentering,
    WindowReshaper,
)
from sklearn_har.utils._compat import scaler_of_power_transformer
from sklearn_har.utils._layouts import layout_of_names

Constant = Callable[[Any], Any]


@dataclass
class Plan:
    """The parts of an estimator.

    `estimator` is the original without a search around it. `network` is the classifier of this
    package at its end; of a vote, the first network. `transformers` precede it: names of steps and
    fitted transformers of columns. `voters` are the classifiers of a vote with their shares, which
    sum to 1.
    """

    estimator: Any
    network: Any
    transformers: list[tuple[str, Any]] = field(default_factory=list)
    voters: list[tuple[float, Plan]] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.network.n_timesteps_in_), int(self.network.n_channels_in_)

    @property
    def channel_names(self) -> list[str] | None:
        """Return the names of the channels, if the estimator was fitted to a frame with them."""
        first = getattr(self.estimator, "steps", [("", self.estimator)])[0][1]
        names = getattr(first, "feature_names_in_", None)
        layout = None if names is None else layout_of_names(names)
        return layout[0] if layout is not None and len(layout[0]) == self.shape[1] else None

    def compose(self, *, max_written_out: int, exact: bool = False) -> keras.Model:
        """Make one model of all steps, in single precision and operations of the converters.

        An LSTM with at most `max_written_out` steps is unrolled. With `exact`, the numbers of the
        scaling are not rounded to 16 bits.
        """
        windows = keras.Input(self.shape, name=INPUT, dtype="float32")

        def constant(values: Any) -> Any:
            return ExactConstant(values)(windows) if exact else single(values)

        network = functools.partial(make_portable, max_written_out=max_written_out, exact=exact)
        probabilities = self._probabilities(windows, constant, network, "n")
        return keras.Model(windows, keras.layers.Identity(name=OUTPUT)(probabilities), name="m")

    def _probabilities(
        self, x: Any, constant: Callable[..., Any], network: Callable[..., Any], name: str
    ) -> Any:
        for step, fitted in self.transformers:
            x = apply_transformer(fitted, x, step, constant)
        if not self.voters:
            return network(self.network.model_, name=name)(x)
        votes = [
            share * voter._probabilities(x, constant, network, f"{name}{i}")
            for i, (share, voter) in enumerate(self.voters)
        ]
        return functools.reduce(keras.ops.add, votes)

    def likely_windows(self) -> Any:
        """Return 64 windows (n_windows, n_timesteps, n_channels) similar to the training windows.

        They are smooth random signals, with the scale of the channels if a scaler gives it.
        """
        rng = np.random.default_rng(0)
        n_timesteps, n_channels = self.shape
        time = np.arange(n_timesteps)[:, np.newaxis] / max(n_timesteps, 2)
        size = (64, 1, n_channels)
        X = rng.normal(size=size) + rng.exponential(size=size) * np.sin(
            2 * np.pi * (rng.uniform(0.5, 8.0, size=size) * time + rng.uniform(size=size))
        )
        X += rng.normal(scale=0.1, size=X.shape)
        for _, fitted in reversed(self.transformers):
            if hasattr(fitted, "inverse_transform"):
                table = fitted.inverse_transform(X.reshape(-1, n_channels))
                # A power may have no inverse there.
                X = np.where(np.isfinite(table), table, 0.0).reshape(X.shape)
        return X.astype(np.float32)


def read_estimator(estimator: Any) -> Plan:
    """Find the parts of a fitted network, a pipeline that ends with one, a search, or a vote.

    If a part cannot be exported, it raises an ExportError.
    """
    from sklearn_har.neural_network._base import BaseRecurrentClassifier

    name = type(estimator).__name__
    if isinstance(estimator, type) or not hasattr(estimator, "predict"):
        raise TypeError(
            f"estimator must be a fitted classifier of this package or a pipeline that ends with "
            f"one, got {estimator!r}."
        )
    if not hasattr(estimator, "classes_"):
        raise NotFittedError(f"estimator must be fitted: call fit on this {name} before.")
    if hasattr(estimator, "best_estimator_"):
        estimator = estimator.best_estimator_
    *steps, (_, network) = _flat(estimator)
    voters: list[tuple[float, Plan]] = []
    if isinstance(network, VotingClassifier):
        voters = _voters(network)
        network = voters[0][1].network
    if not isinstance(network, BaseRecurrentClassifier):
        raise ExportError(
            f"The classifier {type(network).__name__} cannot be exported; the networks of "
            "sklearn_har.neural_network can. For scikit-learn's own classifiers, use "
            "skl2onnx."
        )
    plan = Plan(estimator, network, voters=voters)
    for step, fitted in steps:
        if isinstance(fitted, ChannelwiseTransformer):
            plan.transformers.append((step, fitted.transformer_))
        elif isinstance(fitted, CompandingTransformer | WindowCentering):
            plan.transformers.append((step, fitted))
        elif not isinstance(fitted, SubsequenceReshaper | WindowReshaper):
            # The network cuts subsequences itself and reads raw windows.
            raise ExportError(
                f"The step {step!r} cannot be exported: {type(fitted).__name__} is not a "
                "ChannelwiseTransformer, CompandingTransformer, SubsequenceReshaper, "
                "WindowCentering or WindowReshaper. To scale channels, wrap it: "
                f"ChannelwiseTransformer({type(fitted).__name__}(...))."
            )
    return plan


def _voters(vote: VotingClassifier) -> list[tuple[float, Plan]]:
    if vote.voting != "soft":
        raise ExportError(
            f"A VotingClassifier with voting={vote.voting!r} cannot be exported: it counts names "
            "and has no probabilities. One with voting='soft' can."
        )
    weights = [1.0] * len(vote.estimators) if vote.weights is None else vote.weights
    # Dropped classifiers are not among the fitted ones.
    kept = [w for w, (_, voter) in zip(weights, vote.estimators, strict=True) if voter != "drop"]
    shares = np.asarray(kept, dtype=np.float64)
    return [
        (float(share), read_estimator(voter))
        for share, voter in zip(shares / shares.sum(), vote.estimators_, strict=True)
    ]


def _flat(estimator: Any) -> list[tuple[str, Any]]:
    """Return the steps of a pipeline, including those of nested pipelines."""
    steps = getattr(estimator, "steps", None)
    if steps is None:
        return [("", estimator)]
    flat = []
    for name, part in steps:
        if part is None or part == "passthrough":
            continue
        inner = _flat(part)
        flat += [(name if len(inner) == 1 else f"{name}__{n}", p) for n, p in inner]
    return flat


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
