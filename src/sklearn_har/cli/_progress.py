"""Show the progress of one training on a terminal. This module imports Keras."""

from typing import Any

import keras

from sklearn_har.utils._progress import ProgressLine


class EpochProgress(keras.callbacks.Callback):
    """Update one line of the terminal while a network trains, and clear it at the end."""

    def __init__(self) -> None:
        super().__init__()
        self._line = ProgressLine()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        figures = "".join(f"  {name} {value:.3f}" for name, value in (logs or {}).items())
        self._line.show(f"epoch {epoch + 1}/{self.params['epochs']}{figures}")

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._line.clear()
