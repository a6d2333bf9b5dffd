"""Progress inside one training, for a terminal. Imports Keras."""

from __future__ import annotations

from typing import Any

import keras

from sklearn_har.utils._progress import ProgressLine


class EpochProgress(keras.callbacks.Callback):
    """Keep one line of the terminal up to date while a network trains, and leave it empty."""

    def __init__(self) -> None:
        super().__init__()
        self._line = ProgressLine()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Overwrite the line."""
        figures = "".join(f"  {name} {value:.3f}" for name, value in (logs or {}).items())
        self._line.show(f"epoch {epoch + 1}/{self.params['epochs']}{figures}")

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Make room for the line of the repeat."""
        self._line.clear()
