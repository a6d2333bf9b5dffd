"""The three networks: ours, and as others write them in plain Keras and in PyTorch.

Nothing here is used by the package. Keras 3 picks XLA by itself (`jit_compile="auto"`), as it does
for everybody who compiles a model without a thought.
"""

from __future__ import annotations

from typing import Any, ClassVar

MODELS = ("lstm", "cnn-lstm", "conv-lstm")


def classifiers() -> dict[str, Any]:
    """Return our classes by the names in `MODELS`; loads TensorFlow."""
    from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

    return {
        "lstm": LSTMClassifier,
        "cnn-lstm": CNNLSTMClassifier,
        "conv-lstm": ConvLSTMClassifier,
    }


def keras_model(
    name: str, shape: tuple[int, int], n_classes: int, loss: str = "categorical_crossentropy"
) -> Any:
    """Return the compiled network as a tutorial has it; input as `keras_input` gives it."""
    from keras import Sequential, layers

    n_timesteps, n_channels = shape
    length = n_timesteps // 4
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


def keras_input(name: str, X: Any) -> Any:
    """Cut windows into subsequences as the network of a tutorial expects them."""
    n, n_timesteps, n_channels = X.shape
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

    if name == "conv-lstm":
        raise ValueError("PyTorch has no ConvLSTM layer")
    torch.manual_seed(0)
    return Network()


def torch_epoch(model: Any, optimizer: Any, X: Any, y: Any, batch_size: int = 64) -> None:
    """Train for one epoch in the usual loop; data as tensors in memory, the fastest there is."""
    import torch

    model.train()
    for index in torch.randperm(len(X)).split(batch_size):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(X[index]), y[index]).backward()
        optimizer.step()
