"""Train a network: batches, optimizer, callbacks and early stopping.

`keras.Model.fit` draws the order of the windows from global generators, and sets up a data
pipeline, which takes longer than an epoch of a small network.
"""

from __future__ import annotations

import contextlib
import inspect
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import keras
import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupShuffleSplit, StratifiedShuffleSplit

from sklearn_har.neural_network._runtime import (
    Network,
    given_learning_rate,
    refuse_fork,
    refuse_strategy,
)
from sklearn_har.utils._compat import instantiate
from sklearn_har.utils._validation import did_you_mean


class TrainingSet(NamedTuple):
    """Windows, one-hot labels and weights (or None) of the same length, or a selection of rows.

    The windows may lie in a file that exceeds the memory: only batches are read.
    """

    X: npt.NDArray[np.floating]
    y: npt.NDArray[np.floating]
    sample_weight: npt.NDArray[np.floating] | None
    rows: npt.NDArray[np.intp] | None = None

    @property
    def n_windows(self) -> int:
        """Return the number of windows."""
        return len(self.X) if self.rows is None else len(self.rows)

    def labels(self) -> npt.NDArray[np.intp]:
        """Return the number of the class of each window."""
        codes: npt.NDArray[np.intp] = self.y.argmax(axis=1)
        return codes if self.rows is None else codes[self.rows]

    def only(self, index: npt.NDArray[np.intp]) -> TrainingSet:
        """Return the set of the windows at `index`, without copying them."""
        return self._replace(rows=index if self.rows is None else self.rows[index])

    def batch(self, index: npt.NDArray[np.intp] | slice) -> tuple[npt.NDArray[np.floating], ...]:
        """Return the windows at `index` as a batch for Keras, with weights if there are any."""
        rows = index if self.rows is None else self.rows[index]
        arrays = (self.X, self.y, self.sample_weight)
        return tuple(array[rows] for array in arrays if array is not None)


def hold_out(
    data: TrainingSet, fraction: float, groups: npt.ArrayLike | None, seed: int
) -> tuple[TrainingSet, TrainingSet]:
    """Split off the internal validation set: whole subjects with `groups`, otherwise stratified."""
    labels = data.labels()
    split: Any = StratifiedShuffleSplit if groups is None else GroupShuffleSplit
    splitter = split(1, test_size=fraction, random_state=seed)
    train, validation = next(splitter.split(labels, labels, groups))
    return data.only(train), data.only(validation)


def make_optimizer(
    optimizer: str | type | keras.optimizers.Optimizer, params: dict[str, Any]
) -> keras.optimizers.Optimizer:
    """Return a new optimizer, because an optimizer belongs to one network."""
    if isinstance(optimizer, keras.optimizers.Optimizer):
        _refuse_routed(params, "optimizer", f"an instance of {type(optimizer).__name__}")
        return type(optimizer).from_config(optimizer.get_config())
    if isinstance(optimizer, str):
        optimizer = _class_of_name(optimizer, keras.optimizers.Optimizer, keras.optimizers)
    check_routed(optimizer, params, "optimizer")
    return instantiate(optimizer, params)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name).lower()


def _class_of_name(name: str, kind: type, module: Any) -> type:
    """Return the Keras class of a name, such as "adam", "mse" or "f1_score"."""
    named = {
        _snake_case(member_name): member
        for member_name, member in vars(module).items()
        if isinstance(member, type)
        and issubclass(member, kind)
        and member is not kind
        and member_name not in ("LossScaleOptimizer", "MultiOptimizer", "MeanMetricWrapper")
    }
    plain = {key.replace("_", ""): member for key, member in named.items()}
    cls = plain.get(name.replace("_", "").lower())
    if cls is None:
        with contextlib.suppress(ValueError):
            # A short name such as "mse": Keras returns a function with the full name.
            cls = named.get(getattr(module.get(name), "__name__", name))
    if cls is None:
        what, known = kind.__name__.lower(), sorted(named)
        raise ValueError(
            f"{what} must be the name, a class or an instance of a Keras {what}; names are "
            f"{known}, got {name!r}{did_you_mean(name, known)}."
        )
    return cls


def make_loss(loss: Any, params: dict[str, Any], dtype: str) -> Any:
    """Return a loss of one-hot labels and probabilities from a name, a class or a function."""
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    if "sparse" in name.lower():
        raise ValueError(
            f"loss must be one for one-hot labels, got {name}: the network is trained on one-hot "
            "labels, whatever form y has. Use 'categorical_crossentropy'."
        )
    if isinstance(loss, str):
        loss = _class_of_name(loss, keras.losses.Loss, keras.losses)
    if isinstance(loss, type):
        check_routed(loss, params, "loss")
        if "dtype" in inspect.signature(loss).parameters:
            params = {"dtype": dtype, **params}
        return loss(**params)
    given = isinstance(loss, keras.losses.Loss)
    _refuse_routed(params, "loss", "an instance" if given else "a function")
    return loss


def make_metrics(metrics: Any) -> list[Any]:
    """Return new Keras metrics: the accuracy, and those of the user."""
    given = metrics if isinstance(metrics, list | tuple) else [metrics]
    # An instance: from a name, Keras would make it later, inside the traced step.
    made = [keras.metrics.CategoricalAccuracy(name="accuracy")]
    for metric in given:
        if metric is None or metric in ("accuracy", "acc", "categorical_accuracy"):
            continue
        if isinstance(metric, str):
            metric = _class_of_name(metric, keras.metrics.Metric, keras.metrics)
        if isinstance(metric, keras.metrics.Metric):
            # Not the object of the caller, which has a state.
            metric = type(metric).from_config(metric.get_config())
        elif isinstance(metric, type):
            # With a fixed name, which Keras would otherwise number from network to network.
            named = "name" in inspect.signature(metric).parameters
            metric = metric(**({"name": _snake_case(metric.__name__)} if named else {}))
        elif not callable(metric):
            raise TypeError(
                "metrics must be names, classes or instances of Keras metrics, or functions of the "
                f"true and the predicted labels, got {type(metric).__name__}."
            )
        made.append(metric)
    return made


def check_routed(target: Any, params: Iterable[str], prefix: str) -> None:
    """Raise a TypeError with a suggestion if `target` does not accept a routed parameter."""
    accepted = inspect.signature(target).parameters
    names = [name for name, p in accepted.items() if p.kind is not p.VAR_KEYWORD]
    for param in params:
        if param.partition("__")[0] not in names:
            raise TypeError(
                f"{prefix}__{param} is not a parameter of {target.__name__}; it takes "
                f"{', '.join(names)}{did_you_mean(param, names)}."
            )


def _refuse_routed(params: Iterable[str], prefix: str, what: str) -> None:
    if params:
        raise ValueError(
            f"{prefix} is {what} and takes no routed parameters, got "
            f"{sorted(f'{prefix}__{param}' for param in params)}. Give the class or its name, or "
            "set them on it."
        )


def make_callbacks(callbacks: Any, params: dict[str, Any]) -> list[keras.callbacks.Callback]:
    """Return a flat list of callbacks from instances, classes, lists or a dict of them."""
    if callbacks is None:
        return []
    made = instantiate(callbacks, params)
    if isinstance(made, Mapping):
        made = list(made.values())
    elif isinstance(made, keras.callbacks.Callback):
        made = [made]
    flat = [c for item in made for c in (item if isinstance(item, list | tuple) else [item])]
    for callback in flat:
        if not isinstance(callback, keras.callbacks.Callback):
            raise TypeError(
                "callbacks must be instances or subclasses of keras.callbacks.Callback, one or a "
                f"list or a dict of them, got {type(callback).__name__}."
            )
    return flat


def cosine_factor(step: int, n_steps: int) -> float:
    """Return the learning rate of a step as a share of its peak.

    It increases linearly for the first tenth of the training and then decreases along half a
    cosine.

    Examples
    --------
    >>> from sklearn_har.neural_network._training import cosine_factor
    >>> [round(cosine_factor(step, 100), 2) for step in (0, 4, 9, 10, 55, 99)]
    [0.1, 0.5, 1.0, 1.0, 0.5, 0.0]
    """
    warm_up = max(1, n_steps // 10)
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, n_steps - warm_up)))


def _peak_learning_rate(optimizer: keras.optimizers.Optimizer) -> float:
    rate = given_learning_rate(optimizer)
    if rate is None:
        raise ValueError(
            "schedule='cosine' sets the learning rate of each step, and so does the learning rate "
            "schedule of optimizer. Give a number as optimizer__learning_rate, or "
            "schedule='constant'."
        )
    return float(optimizer.learning_rate)


def train(
    network: Network,
    data: TrainingSet,
    *,
    validation: TrainingSet | None,
    batch_size: int,
    initial_epoch: int,
    epochs: int,
    seed: int,
    callbacks: list[keras.callbacks.Callback],
    verbose: int,
    schedule: str = "constant",
    min_updates: int = 0,
) -> dict[str, list[float]]:
    """Train a compiled network for `epochs` more epochs and return their history.

    Epochs are added until there are `min_updates` batches.

    This corresponds to `keras.Model.fit` for arrays in memory or in a file, with two differences.
    The order of the windows in the k-th epoch comes from (`seed`, k), not from global generators,
    so it is reproducible in other processes and after loading. (With TensorFlow and
    `keras.utils.set_random_seed`, Keras repeats one order in each epoch.) And there is no data
    pipeline, whose set-up and double tracing take longer than training a small network.
    """
    refuse_strategy()
    refuse_fork()
    model = network.model
    n_batches = -(-data.n_windows // batch_size)
    epochs = max(epochs, -(-min_updates // n_batches))
    last_epoch = initial_epoch + epochs
    run = keras.callbacks.CallbackList(
        callbacks,
        add_history=True,
        add_progbar=verbose != 0,
        verbose=verbose,
        epochs=last_epoch,
        steps=n_batches,
        model=model,
    )
    model.stop_training = False
    peak = _peak_learning_rate(model.optimizer) if schedule == "cosine" else None
    try:
        run.on_train_begin()
        logs: dict[str, float] = {}
        for epoch in range(initial_epoch, last_epoch):
            run.on_epoch_begin(epoch)
            order = np.random.default_rng([seed, epoch + 1]).permutation(data.n_windows)
            model.reset_metrics()
            for i in range(n_batches):
                run.on_train_batch_begin(i)
                if peak is not None:
                    done = (epoch - initial_epoch) * n_batches + i
                    model.optimizer.learning_rate = peak * cosine_factor(done, epochs * n_batches)
                batch = data.batch(order[i * batch_size : (i + 1) * batch_size])
                run.on_train_batch_end(i, network.step("train", batch))
                if model.stop_training:
                    break
            logs = _metrics(model)
            if validation is not None:
                model.reset_metrics()
                for start in range(0, validation.n_windows, batch_size):
                    network.step("test", validation.batch(np.s_[start : start + batch_size]))
                logs |= {f"val_{name}": value for name, value in _metrics(model).items()}
            run.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        # If the optimizer averages weights, the averages become the weights.
        model.optimizer.finalize_variable_values(model.trainable_weights)
        run.on_train_end(logs)
    finally:
        if peak is not None:
            # The next training starts its own schedule or has none.
            model.optimizer.learning_rate = peak
        # A callback is a parameter of the estimator: a pickle of it must not include the network.
        for callback in callbacks:
            callback.set_model(None)
    history = model.history.history
    return {key: [float(v) for v in values] for key, values in history.items()}


def _metrics(model: keras.Model) -> dict[str, float]:
    found = {}
    for name, value in model.get_metrics_result().items():
        if np.ndim(value):
            raise ValueError(
                f"metrics must give one number each, but {name} gives {np.shape(value)}: pass an "
                "instance that averages, such as keras.metrics.F1Score(average='macro')."
            )
        found[name] = float(value)
    return found
