"""Progress of trainings, for a terminal. Imports Keras."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras

from sklearn_har.utils._progress import ProgressLine, duration, is_watched


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


class ReportingScorer:
    """A scorer that prints each score on the standard error stream.

    It runs in the process that has trained, so all processes count the trainings in one file, to
    which each of them appends a byte.
    """

    def __init__(
        self, scorer: Any, describe: Callable[[dict[str, Any]], str], total: int, counter: Path
    ) -> None:
        self._scorer, self._describe, self._total = scorer, describe, total
        self._counter = counter
        # The wall clock is the same in all processes.
        self._start = time.time()

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:
        """Return the score."""
        score = float(self._scorer(estimator, X, y))
        with self._counter.open("ab") as file:
            file.write(b".")
            file.flush()
            done = os.fstat(file.fileno()).st_size
        left = (time.time() - self._start) / done * max(self._total - done, 0)
        setting = self._describe(estimator.get_params())
        line = f"fit {done:{len(str(self._total))}}/{self._total}  {score:.4f}  "
        line += f"{duration(left)} left  {setting}"
        print(line[:79], file=sys.stderr, flush=True)
        return score


@contextmanager
def report_scores(
    scorer: Any, describe: Callable[[dict[str, Any]], str], total: int
) -> Iterator[Any]:
    """Yield a scorer that prints its scores on a terminal, and the scorer itself elsewhere."""
    if not is_watched():
        yield scorer
        return
    with tempfile.TemporaryDirectory() as folder:
        yield ReportingScorer(scorer, describe, total, Path(folder) / "fits")
