"""Progress of a search that trains for hours, one line a training."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sklearn.metrics import get_scorer

from sklearn_har.utils._progress import duration, is_watched

__all__ = ["report_scores"]


@contextmanager
def report_scores(
    scoring: str | Callable[..., float],
    n_fits: int,
    describe: Callable[[dict[str, Any]], str] | None = None,
) -> Iterator[Callable[..., float]]:
    """Print a line after each training of a search: its score and the time that is left.

    Pass the scorer that it gives as `scoring` to any search of scikit-learn or of this package. The
    lines go to the standard error stream, if that is a terminal. Elsewhere nothing is printed.

    Parameters
    ----------
    scoring : str or callable
        The score, as in `sklearn.model_selection.GridSearchCV`.
    n_fits : int
        The number of trainings: settings times folds.
    describe : callable, default=None
        From the parameters of the estimator (a dict) to the text at the end of the line. It is
        sent to the workers of a parallel search. None for no text.

    Yields
    ------
    scorer : callable
        Takes an estimator, `X` and `y`, and returns the score.

    See Also
    --------
    OptunaSearchCV : Search of settings that Optuna proposes.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_har.model_selection import report_scores
    >>> grid = {"n_neighbors": [1, 5]}
    >>> with report_scores("accuracy", 2 * 3, lambda p: f"{p['n_neighbors']}") as scorer:
    ...     search = GridSearchCV(KNeighborsClassifier(), grid, scoring=scorer, cv=3)
    ...     search = search.fit(*load_iris(return_X_y=True))
    >>> search.best_params_
    {'n_neighbors': 5}
    """
    scorer = get_scorer(scoring)
    if not is_watched():
        yield scorer
        return
    with tempfile.TemporaryDirectory() as folder:
        yield _ReportingScorer(scorer, n_fits, describe, Path(folder) / "fits")


class _ReportingScorer:
    """A scorer that prints each score.

    It runs in the process that has trained, so all processes count the trainings in one file, to
    which each of them appends a byte.
    """

    def __init__(self, scorer: Any, n_fits: int, describe: Any, counter: Path) -> None:
        self._scorer, self._n_fits, self._describe = scorer, n_fits, describe
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
        left = (time.time() - self._start) / done * max(self._n_fits - done, 0)
        setting = "" if self._describe is None else self._describe(estimator.get_params())
        number = f"{done:{len(str(self._n_fits))}}/{self._n_fits}"
        line = f"fit {number}  {score:.4f}  {duration(left)} left  {setting}"
        print(line[:79], file=sys.stderr, flush=True)
        return score
