"""A network and its learnt state, apart from the estimator that trained it.

Only this module holds Keras objects. Files get arrays and numbers: a network is rebuilt from its
sizes by our code, never from a configuration in a file.
"""

from __future__ import annotations

import gc
import itertools
import os
import threading
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from sklearn_har.neural_network._networks import Architecture, build_network
from sklearn_har.utils._compat import (
    first_trace,
    forget_unused_kernels,
    keep_no_gradient_functions,
    without_tracing_warning,
)

STATE_FORMAT = 1
"""Version of the layout of `Network.state`; raise it when the layout changes."""

# Large enough to keep two cores busy, and small enough for the activations of a ConvLSTM to take a
# few hundred megabytes.
PREDICTION_BATCH = 1024

# Old networks are collected after this many new ones. They hold many cycles, and Python's collector
# counts objects rather than megabytes: in a search it starts after hundreds of megabytes. A
# collection takes 0.2 s, too long for each network.
_NETWORKS_UNTIL_COLLECTION = 8
_networks_built = itertools.count(1)


_ALTERED = "The file was altered, or written by an incompatible version."


class Network:
    """A Keras model that is built on first use.

    `config` holds the arguments of `build_network` besides the architecture: numbers, booleans and
    tuples of numbers. `state` is a result of :meth:`state` to restore.
    """

    def __init__(
        self,
        architecture: type[Architecture],
        config: dict[str, Any],
        state: dict[str, Any] | None = None,
    ) -> None:
        if state is not None and not {"dtype", "input_shape", "n_classes"} <= config.keys():
            raise ValueError(f"The saved network lacks a part: it has {sorted(config)}. {_ALTERED}")
        self.architecture = architecture
        self.config = config
        self._pending = state
        self._model: keras.Model | None = None
        # The original value for the optimizer, before callbacks and schedules change it.
        self._learning_rate: float | None = None
        self._settings = ""
        self._optimizer: keras.optimizers.Optimizer | None = None
        self._forward: Callable[[Any], Any] | None = None
        self._steps: dict[tuple[str, int], Callable[..., Any]] = {}
        # Several threads may predict with one estimator; only one of them builds the model.
        self._lock = threading.RLock()

    @property
    def model(self) -> keras.Model:
        """The Keras model, with restored weights if there are any."""
        with self._lock:
            if self._model is None:
                refuse_strategy()
                refuse_fork()
                if next(_networks_built) % _NETWORKS_UNTIL_COLLECTION == 0:
                    gc.collect()
                    if keras.backend.backend() == "tensorflow":
                        forget_unused_kernels()
                self._model = self._restored() if self._pending else self._built()
            return self._model

    def _built(self, **kwargs: Any) -> keras.Model:
        return build_network(self.architecture, **self.config, **kwargs)

    def _restored(self) -> keras.Model:
        """Build the network of a file that may have been altered."""
        assert self._pending is not None
        values = self._pending["variables"]
        try:
            model = self._built(shapes=[np.shape(value) for value in values])
        except Exception as error:  # Keras has no error class of its own for this
            raise ValueError(f"The saved network cannot be built: {error}. {_ALTERED}") from error
        _assign(_variables(model), values, "network")
        return model

    def is_compiled(self, settings: str) -> bool:
        """Return whether the model was compiled with these settings, or by the user since then."""
        model = self.model
        if not model.compiled or model.optimizer is self._optimizer:
            return bool(model.compiled) and settings == self._settings
        self._take(model.optimizer, settings)
        return True

    def compile(
        self, optimizer: keras.optimizers.Optimizer, *, settings: str, **kwargs: Any
    ) -> None:
        """Compile the model, and keep the state of an earlier optimizer of the same kind.

        Its learning rate, which a callback may have changed, is also kept, unless the new
        `optimizer` was given another one.
        """
        model = self.model
        saved = None if self._optimizer is None else _arrays(self._optimizer.variables)
        earlier = self._learning_rate
        model.compile(optimizer=optimizer, **kwargs)
        self._take(optimizer, settings)
        if self._pending is not None:
            saved = self._pending.get("optimizer", [])
            earlier = self._pending.get("learning_rate")
            self._pending = None
        # An optimizer that differs from the saved one starts with a new state.
        if saved and [tuple(v.shape) for v in optimizer.variables] == [a.shape for a in saved]:
            _assign(optimizer.variables, saved, "optimizer")
            rate = self._learning_rate
            if rate is not None and earlier not in (None, rate):
                optimizer.learning_rate = rate

    def _take(self, optimizer: keras.optimizers.Optimizer, settings: str) -> None:
        """Prepare training by the optimizer that the model was compiled with."""
        self._steps.clear()
        # Built now: variables created inside a traced function would cause a second tracing.
        optimizer.build(self.model.trainable_variables)
        keep_no_gradient_functions(optimizer)
        self._learning_rate = given_learning_rate(optimizer)
        self._optimizer, self._settings = optimizer, settings

    def state(self) -> dict[str, Any]:
        """Return the network as plain data: sizes, and arrays of the network and the optimizer."""
        with self._lock:
            # Restored data that was not used is passed on: building a network only to save it would
            # be a waste, and prediction needs no optimizer.
            pending = self._pending or {"variables": [], "optimizer": []}
            if self._model is None and self._pending is not None:
                variables = pending["variables"]
            else:
                variables = _arrays(_variables(self.model))
            optimizer = self._optimizer
            return {
                "format": STATE_FORMAT,
                "config": dict(self.config),
                "variables": variables,
                "optimizer": _arrays(optimizer.variables) if optimizer else pending["optimizer"],
                "learning_rate": (
                    self._learning_rate if optimizer else pending.get("learning_rate")
                ),
            }

    def predict_proba(self, X: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        """Return the probabilities (n_windows, n_classes) of windows, in batches."""
        refuse_fork()
        forward = self._forward or self._make_forward()
        batches = [
            keras.ops.convert_to_numpy(forward(X[start : start + PREDICTION_BATCH]))
            for start in range(0, len(X), PREDICTION_BATCH)
        ]
        return batches[0] if len(batches) == 1 else np.concatenate(batches)

    def step(self, kind: str, batch: tuple[npt.NDArray[np.floating], ...]) -> Any:
        """Train or test ("train", "test") on one batch, and return the metrics so far by name.

        A batch has windows and one-hot labels, and optionally weights. On TensorFlow, the step is
        traced once for batches of any size and kept for later calls to `fit`.
        """
        key = kind, len(batch)
        if key not in self._steps:
            self._steps[key] = self._make_step(kind, batch)
        return self._steps[key](batch)

    def _make_step(
        self, kind: str, batch: tuple[npt.NDArray[np.floating], ...]
    ) -> Callable[..., Any]:
        model = self.model
        if keras.backend.backend() != "tensorflow":
            on_batch = getattr(model, f"{kind}_on_batch")
            return lambda arrays: on_batch(*arrays, return_dict=True)
        import tensorflow as tf

        signature = tuple(tf.TensorSpec((None, *a.shape[1:]), a.dtype) for a in batch)
        # Not a concrete function, which would be traced twice.
        compiled = without_tracing_warning(
            tf.function(
                getattr(model, f"{kind}_step"), input_signature=[signature], autograph=False
            )
        )
        return lambda arrays: compiled(tuple(tf.convert_to_tensor(a) for a in arrays))

    def _make_forward(self) -> Callable[[Any], Any]:
        """Compile the forward pass once, for any number of windows.

        `keras.Model.predict` sets up a data pipeline and callbacks in each call. This takes tens of
        milliseconds, nearly all of the time for a single window.
        """
        with self._lock:
            if self._forward is None:
                model = self.model

                def applied(windows: Any) -> Any:
                    return model(windows, training=False)

                forward: Callable[[Any], Any] = applied
                backend = keras.backend.backend()
                if backend == "tensorflow":
                    import tensorflow as tf

                    signature = tf.TensorSpec(model.inputs[0].shape, model.inputs[0].dtype)
                    traced = first_trace(
                        without_tracing_warning(
                            tf.function(applied, input_signature=[signature], autograph=False)
                        ),
                        tf.zeros((1, *signature.shape[1:]), signature.dtype),
                    )

                    def forward(windows: Any) -> Any:
                        return traced(tf.convert_to_tensor(windows))
                elif backend == "jax":
                    forward = _in_sizes_of_two(model.predict_on_batch)
                elif backend == "torch":
                    import torch

                    forward = torch.no_grad()(applied)
                self._forward = forward
            return self._forward


def refuse_strategy() -> None:
    """Raise an error inside the scope of a distribution strategy of TensorFlow."""
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    if tf.distribute.has_strategy():
        raise RuntimeError(
            f"The network cannot be built or trained inside the scope of a "
            f"{type(tf.distribute.get_strategy()).__name__}: it trains on one device. Leave "
            "`with strategy.scope()`; choose a device by `with tf.device(...)`, and train several "
            "networks side by side by GridSearchCV(n_jobs=...)."
        )


_process: int | None = None


def refuse_fork() -> None:
    """Raise an error in a process that was forked after TensorFlow was used.

    The threads of TensorFlow do not exist there, and the first operation would wait for them for
    ever.
    """
    global _process
    if keras.backend.backend() != "tensorflow":
        return
    if _process is None:
        _process = os.getpid()
    elif _process != os.getpid():
        raise RuntimeError(
            "This process was started by fork after its parent used a network, and "
            "TensorFlow would wait here for ever. Start processes by spawn: "
            "multiprocessing.get_context('spawn').Pool(), "
            "ProcessPoolExecutor(mp_context=get_context('spawn')), or joblib.Parallel, which does "
            "so by default."
        )


def given_learning_rate(optimizer: keras.optimizers.Optimizer) -> float | None:
    """Return the learning rate of a new optimizer; None for a schedule of Keras."""
    while hasattr(optimizer, "inner_optimizer"):  # such as LossScaleOptimizer
        optimizer = optimizer.inner_optimizer
    rate = optimizer.get_config()["learning_rate"]
    return None if isinstance(rate, dict) else float(rate)


def _in_sizes_of_two(forward: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Call a function with 1, 2, 4, 8, ... windows only, because JAX compiles it for each
    number."""

    def padded(windows: npt.NDArray[np.floating]) -> Any:
        n = len(windows)
        missing = (1 << (n - 1).bit_length()) - n
        return forward(np.pad(windows, ((0, missing), (0, 0), (0, 0))))[:n]

    return padded


def _variables(model: keras.Model) -> list[keras.Variable]:
    """Return all variables that training changes: weights, and states of dropout generators."""
    return [variable for layer in model.layers for variable in layer.variables]


def _arrays(variables: list[keras.Variable]) -> list[npt.NDArray[Any]]:
    # A copy, because the backend may share its memory, which training changes.
    return [np.array(v.numpy()) for v in variables]


def _assign(variables: list[keras.Variable], values: list[Any], what: str) -> None:
    shapes = [tuple(v.shape) for v in variables]
    found = [np.shape(value) for value in values]
    if shapes != found:
        raise ValueError(
            f"The saved {what} does not fit: expected arrays of shapes {shapes}, found {found}. "
            f"{_ALTERED}"
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
