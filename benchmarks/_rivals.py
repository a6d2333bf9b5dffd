"""The networks and recipes: ours, and as others write them in plain Keras and in PyTorch.

Nothing here is used by the package. Keras 3 picks XLA by itself (`jit_compile="auto"`), as it does
for everybody who compiles a model without a thought.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

MODELS = ("lstm", "cnn-lstm", "conv-lstm")
RECIPES = ("make_lstm", "make_cnn_lstm", "make_conv_lstm")


def classifiers() -> dict[str, Any]:
    """Return our classes by the names in `MODELS`; loads TensorFlow."""
    from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

    return {
        "lstm": LSTMClassifier,
        "cnn-lstm": CNNLSTMClassifier,
        "conv-lstm": ConvLSTMClassifier,
    }


def recipes() -> dict[str, Any]:
    """Return the recipes without scaling and augmentation, which the rivals do not have."""
    from sklearn_har import recipes as made

    return {name: partial(getattr(made, name), scaling=None, augmentation=None) for name in RECIPES}


def keras_model(
    name: str, shape: tuple[int, int], n_classes: int, loss: str = "categorical_crossentropy"
) -> Any:
    """Return the compiled network as a tutorial has it; input as `keras_input` gives it."""
    from keras import Sequential, layers

    n_timesteps, n_channels = shape
    length = n_timesteps // 4
    if name in RECIPES:
        return _keras_recipe(name, shape, n_classes, loss)
    body = {
        "lstm": lambda: [layers.Input(shape), layers.LSTM(100), layers.Dropout(0.5)],
        "cnn-lstm": lambda: [
            layers.Input((4, length, n_channels)),
            layers.TimeDistributed(layers.Conv1D(64, 3, activation="relu")),
            layers.TimeDistributed(layers.Conv1D(64, 3, activation="relu")),
            layers.TimeDistributed(layers.Dropout(0.5)),
            layers.TimeDistributed(layers.MaxPooling1D(2)),
            layers.TimeDistributed(layers.Flatten()),
            layers.LSTM(100),
            layers.Dropout(0.5),
        ],
        "conv-lstm": lambda: [
            layers.Input((4, 1, length, n_channels)),
            layers.ConvLSTM2D(64, (1, 3), activation="relu", recurrent_activation="sigmoid"),
            layers.Dropout(0.5),
            layers.Flatten(),
        ],
    }[name]()
    model = Sequential(
        [*body, layers.Dense(100, activation="relu"), layers.Dense(n_classes, activation="softmax")]
    )
    model.compile(loss=loss, optimizer="adam", metrics=["accuracy"])
    return model


def _keras_recipe(name: str, shape: tuple[int, int], n_classes: int, loss: str) -> Any:
    from keras import Input, Model, layers

    x = inputs = Input(shape)
    convolutions = {
        "make_lstm": (),
        "make_cnn_lstm": ((64, 5), (64, 5), (128, 3)),
        "make_conv_lstm": ((64, 5), (64, 5)),
    }[name]
    for filters, size in convolutions:
        x = layers.Conv1D(filters, size, padding="same", use_bias=False)(x)
        x = layers.MaxPooling1D(2)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.Dropout(0.2)(x)
    if name == "make_lstm":
        x = layers.Reshape((16, shape[0] // 16 * shape[1]))(x)
    if name == "make_conv_lstm":
        x = layers.Reshape((4, 1, x.shape[1] // 4, x.shape[2]))(x)
        options = {"padding": "same", "activation": "relu", "recurrent_activation": "sigmoid"}
        x = layers.ConvLSTM2D(64, (1, 3), return_sequences=True, **options)(x)
        x = layers.Reshape((-1, 64))(x)
    else:
        for _ in range(2 if name == "make_lstm" else 1):
            x = layers.Bidirectional(layers.LSTM(64, return_sequences=True))(x)
    pooled = [layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)]
    x = layers.Dropout(0.5)(layers.Concatenate()(pooled))
    model = Model(inputs, layers.Dense(n_classes, activation="softmax")(x))
    model.compile(loss=loss, optimizer="adam", metrics=["accuracy"])
    return model


def seconds_of_products(model: Any, n_windows: int) -> float:
    """Return the time that an epoch of a Keras model takes by the speed of large products alone.

    TensorFlow counts the operations of the forward pass; the gradient has twice as many.
    """
    import time

    import tensorflow as tf

    profiler = tf.compat.v1.profiler
    window = tf.TensorSpec((1, *model.inputs[0].shape[1:]), "float32")
    graph = tf.function(model).get_concrete_function(window).graph
    options = profiler.ProfileOptionBuilder.float_operation()
    options = profiler.ProfileOptionBuilder(options).with_empty_output().build()
    needed = 3.0 * n_windows * profiler.profile(graph, options=options).total_float_ops
    square = tf.random.normal((2048, 2048))
    times = []
    for _ in range(10):
        start = time.perf_counter()
        tf.linalg.matmul(square, square).numpy()
        times.append(time.perf_counter() - start)
    return needed / (2.0 * 2048**3 / sorted(times)[5])


def keras_input(name: str, X: Any) -> Any:
    """Cut windows into subsequences as the network of a tutorial expects them."""
    n, n_timesteps, n_channels = X.shape
    if name in RECIPES:
        return X
    return {
        "lstm": X,
        "cnn-lstm": X.reshape(n, 4, n_timesteps // 4, n_channels),
        "conv-lstm": X.reshape(n, 4, 1, n_timesteps // 4, n_channels),
    }[name]


class PlainKeras:
    """A network in plain Keras, trained as in the tutorials, as a classifier.

    Parameters
    ----------
    name : str
        One of `MODELS`.
    seed : int or None
        Of initial weights and dropout, and with `one_order` of the order.
    epochs : int or None
        None for the published number.
    one_order : bool
        Whether the windows come in the same order in each epoch, as they do in Keras with
        TensorFlow after `keras.utils.set_random_seed`.
    """

    EPOCHS: ClassVar = {"lstm": 15, "cnn-lstm": 25, "conv-lstm": 25}

    def __init__(
        self,
        name: str,
        seed: int | None = None,
        *,
        epochs: int | None = None,
        one_order: bool = False,
    ) -> None:
        self.name = name
        self.seed = seed
        self.one_order = one_order
        self.epochs = self.EPOCHS[name] if epochs is None else epochs

    def fit(self, X: Any, y: Any) -> PlainKeras:
        """Train on windows and labels from 0."""
        import keras
        import tensorflow as tf

        if self.seed is not None:
            keras.utils.set_random_seed(self.seed)
            if not self.one_order:
                # The order is TensorFlow's, weights and dropout have seeds of Keras' own.
                tf.random.set_seed(None)
        labels = keras.utils.to_categorical(y)
        self.model_ = keras_model(self.name, X.shape[1:], labels.shape[1])
        self.model_.fit(
            keras_input(self.name, X),
            labels,
            epochs=self.epochs,
            batch_size=64,
            verbose=0,
        )
        return self

    def predict(self, X: Any) -> Any:
        """Return the label of each window."""
        return self.model_.predict(keras_input(self.name, X), verbose=0).argmax(axis=1)


def torch_model(name: str, shape: tuple[int, int], n_classes: int) -> Any:
    """Return the network in PyTorch, from windows to logits; ConvLSTM is not part of PyTorch."""
    import torch
    from torch import nn

    n_timesteps, n_channels = shape

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            features = n_channels
            if name == "cnn-lstm":
                self.convolutions = nn.Sequential(
                    nn.Conv1d(n_channels, 64, 3),
                    nn.ReLU(),
                    nn.Conv1d(64, 64, 3),
                    nn.ReLU(),
                    nn.Dropout(0.5),
                    nn.MaxPool1d(2),
                )
                features = 64 * ((n_timesteps // 4 - 4) // 2)
            self.lstm = nn.LSTM(features, 100, batch_first=True)
            self.head = nn.Sequential(
                nn.Dropout(0.5), nn.Linear(100, 100), nn.ReLU(), nn.Linear(100, n_classes)
            )

        def forward(self, x: Any) -> Any:
            if name == "cnn-lstm":
                x = x.reshape(-1, n_timesteps // 4, n_channels).transpose(1, 2)
                x = self.convolutions(x).reshape(x.shape[0] // 4, 4, -1)
            return self.head(self.lstm(x)[0][:, -1])

    class Recipe(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.steps = 16 if name == "make_lstm" else None
            sizes = ((n_channels, 64, 5), (64, 64, 5), (64, 128, 3)) if self.steps is None else ()
            convolutions = (
                (
                    nn.Conv1d(before, after, size, padding="same", bias=False),
                    nn.MaxPool1d(2),
                    nn.BatchNorm1d(after),
                    nn.ReLU(),
                    nn.Dropout(0.2),
                )
                for before, after, size in sizes
            )
            self.convolutions = nn.Sequential(*(layer for each in convolutions for layer in each))
            features = 128 if self.steps is None else n_timesteps // self.steps * n_channels
            layers = 1 if self.steps is None else 2
            self.lstm = nn.LSTM(features, 64, layers, batch_first=True, bidirectional=True)
            self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(256, n_classes))

        def forward(self, x: Any) -> Any:
            if self.steps is None:
                x = self.convolutions(x.transpose(1, 2)).transpose(1, 2)
            else:
                x = x.reshape(len(x), self.steps, -1)
            x = self.lstm(x)[0]
            return self.head(torch.cat([x.mean(1), x.amax(1)], 1))

    if name in ("conv-lstm", "make_conv_lstm"):
        raise ValueError("PyTorch has no ConvLSTM layer")
    torch.manual_seed(0)
    return Recipe() if name in RECIPES else Network()


def torch_epoch(model: Any, optimizer: Any, X: Any, y: Any, batch_size: int = 64) -> None:
    """Train for one epoch in the usual loop; data as tensors in memory, the fastest there is."""
    import torch

    model.train()
    for index in torch.randperm(len(X)).split(batch_size):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(X[index]), y[index]).backward()
        optimizer.step()
