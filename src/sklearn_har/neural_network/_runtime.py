"""A network and what it has learnt, apart from the estimator that trained it.

Keras objects live here and nowhere else. What leaves this module for a file are arrays and numbers:
a network is rebuilt from its sizes by code of ours, never from a configuration that a file
brings along.
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
    forget_unused_kernels,
    keep_no_gradient_functions,
    without_tracing_warning,
)

__all__ = ["STATE_FORMAT", "Network", "given_learning_rate", "refuse_fork", "refuse_strategy"]

STATE_FORMAT = 1
"""Number of the layout of `Network.state`; raise it when the layout changes."""

# Large enough to keep two cores busy, small enough for the activations of a ConvLSTM to stay in
# a few hundred megabytes.
PREDICTION_BATCH = 1024

# After so many new networks the remains of old ones are collected. They are full of cycles, and
# Python's own collector, which counts objects and not megabytes, comes late: in a search, after
# hundreds of megabytes. A collection takes 0.2 s, hence not each time.
_NETWORKS_UNTIL_COLLECTION = 8
_networks_built = itertools.count(1)


_ALTERED = "The file was altered, or written by an incompatible version."


class Network:
    """A Keras model that is built when it is first needed.

    `config` is what `build_network` takes besides the architecture: numbers, booleans, tuples of
    numbers. `state` is what :meth:`state` returned, to be restored.
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
        # What the optimizer was given, whatever callbacks and schedules made of it since.
        self._learning_rate: float | None = None
        self._settings = ""
        self._optimizer: keras.optimizers.Optimizer | None = None
        self._forward: Callable[[Any], Any] | None = None
        self._steps: dict[tuple[str, int], Callable[..., Any]] = {}
        # Several threads may predict with one estimator; only one of them builds.
        self._lock = threading.RLock()

    @property
    def model(self) -> keras.Model:
        """The Keras model, with the restored weights if there are any."""
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
        """Build the network of a file, which may have been altered."""
        assert self._pending is not None
        values = self._pending["variables"]
        try:
            model = self._built(shapes=[np.shape(value) for value in values])
        except Exception as error:  # Keras has no class of its own for what it cannot build
            raise ValueError(f"The saved network cannot be built: {error}. {_ALTERED}") from error
        _assign(_variables(model), values, "network")
        return model

    def is_compiled(self, settings: str) -> bool:
        """Tell whether the model was compiled with these settings, or by the user since."""
        model = self.model
        if not model.compiled or model.optimizer is self._optimizer:
            return bool(model.compiled) and settings == self._settings
        self._take(model.optimizer, settings)
        return True

    def compile(
        self, optimizer: keras.optimizers.Optimizer, *, settings: str = "", **kwargs: Any
    ) -> keras.Model:
        """Compile the model; what an earlier optimizer of its kind has gathered is carried over.

        So is its learning rate, which a callback may have changed, unless `optimizer` was given
        another one than the earlier was.
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
        # Another optimizer than the one that was saved starts anew.
        if saved and [tuple(v.shape) for v in optimizer.variables] == [a.shape for a in saved]:
            _assign(optimizer.variables, saved, "optimizer")
            rate = self._learning_rate
            if rate is not None and earlier not in (None, rate):
                optimizer.learning_rate = rate
        return model

    def _take(self, optimizer: keras.optimizers.Optimizer, settings: str) -> None:
        """Make ready for training by the optimizer that the model was compiled with."""
        self._steps.clear()
        # Now: variables that a traced function makes cost it a second tracing.
        optimizer.build(self.model.trainable_variables)
        keep_no_gradient_functions(optimizer)
        self._learning_rate = given_learning_rate(optimizer)
        self._optimizer, self._settings = optimizer, settings

    def state(self) -> dict[str, Any]:
        """Return the network as plain data: sizes, arrays of the network and of the optimizer."""
        with self._lock:
            # What was restored and not yet used is passed on: building a network only to save it
            # would be a waste, and prediction needs no optimizer.
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
        """Train or test ("train", "test") on one batch and return the metrics so far, by name.

        A batch has windows and one-hot labels, or windows, labels and weights. On TensorFlow the
        step is traced once for batches of any size, and kept for the next call to `fit`.
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
        # Not by a concrete function: asking for one traces twice.
        compiled = without_tracing_warning(
            tf.function(
                getattr(model, f"{kind}_step"), input_signature=[signature], autograph=False
            )
        )
        return lambda arrays: compiled(tuple(tf.convert_to_tensor(a) for a in arrays))

    def _make_forward(self) -> Callable[[Any], Any]:
        """Compile the forward pass once, for any number of windows.

        `keras.Model.predict` sets up a data pipeline and callbacks for each call, which costs tens
        of milliseconds; for one window at a time that is nearly all of the time.
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
                    # Not by a concrete function: asking for one traces twice.
                    forward = without_tracing_warning(
                        tf.function(applied, input_signature=[signature], autograph=False)
                    )
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
    """Raise an error in a process that was forked from one in which TensorFlow has worked.

    Its threads do not come along, and the first operation would wait for them for ever.
    """
    global _process
    if keras.backend.backend() != "tensorflow":
        return
    if _process is None:
        _process = os.getpid()
    elif _process != os.getpid():
        raise RuntimeError(
            "This process was started by fork after a network was at work in its parent, and "
            "TensorFlow would wait here for ever. Start processes by spawn: "
            "multiprocessing.get_context('spawn').Pool(), "
            "ProcessPoolExecutor(mp_context=get_context('spawn')), or joblib.Parallel, which does "
            "so by itself."
        )


def given_learning_rate(optimizer: keras.optimizers.Optimizer) -> float | None:
    """Return the learning rate of a new optimizer; None for a schedule of Keras."""
    while hasattr(optimizer, "inner_optimizer"):  # such as LossScaleOptimizer
        optimizer = optimizer.inner_optimizer
    rate = optimizer.get_config()["learning_rate"]
    return None if isinstance(rate, dict) else float(rate)


def _in_sizes_of_two(forward: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Call a function with 1, 2, 4, 8, ... windows only: JAX compiles it for each number anew."""

    def padded(windows: npt.NDArray[np.floating]) -> Any:
        n = len(windows)
        missing = (1 << (n - 1).bit_length()) - n
        return forward(np.pad(windows, ((0, missing), (0, 0), (0, 0))))[:n]

    return padded


def _variables(model: keras.Model) -> list[keras.Variable]:
    """Return all that training changes: weights, and the state of the dropout's generators."""
    return [variable for layer in model.layers for variable in layer.variables]


def _arrays(variables: list[keras.Variable]) -> list[npt.NDArray[Any]]:
    # A copy: the backend may lend its own memory, which training would change.
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
