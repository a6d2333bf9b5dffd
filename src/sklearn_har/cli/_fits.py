"""Progress over many trainings, for a terminal."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sklearn_har.utils._progress import duration, is_watched

# From the parameters of a pipeline to the words that the user has for them. Sent to workers.
InWords = Callable[[dict[str, Any]], dict[str, Any]]


class ReportingScorer:
    """A scorer that says on the standard error stream what it has just scored.

    It is called in whatever process has trained, so the trainings are counted in a file that all
    of them append to.
    """

    def __init__(
        self, scorer: Any, names: Sequence[str], in_words: InWords, total: int, counter: Path
    ) -> None:
        self._scorer = scorer
        self._names = names
        self._in_words = in_words
        self._total = total
        self._counter = counter
        # Of the wall, which is the same for all processes.
        self._start = time.time()

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:
        """Return the score."""
        score = float(self._scorer(estimator, X, y))
        with self._counter.open("ab") as file:
            file.write(b".")
            file.flush()
            done = os.fstat(file.fileno()).st_size
        left = (time.time() - self._start) / done * max(self._total - done, 0)
        params = estimator.get_params()
        setting = said(self._in_words({name: params[name] for name in self._names}))
        width = len(str(self._total))
        line = f"fit {done:{width}}/{self._total}  {score:.4f}  {duration(left)} left  {setting}"
        print(line[:79], file=sys.stderr, flush=True)
        return score


@contextmanager
def reported(scorer: Any, names: Sequence[str], in_words: InWords, total: int) -> Iterator[Any]:
    """Give a scorer that reports if somebody watches, else the scorer itself."""
    if not is_watched():
        yield scorer
        return
    with tempfile.TemporaryDirectory() as folder:
        yield ReportingScorer(scorer, names, in_words, total, Path(folder) / "fits")


def said(setting: dict[str, Any]) -> str:
    """Say a setting in one line."""
    return ", ".join(
        f"{name}={f'{value:.3g}' if isinstance(value, float) else value}"
        for name, value in setting.items()
    )
