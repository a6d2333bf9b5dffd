"""Searches that keep their results when they are interrupted or fail.

The searches of scikit-learn compute their results only after all settings.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import (
    GridSearchCV,
    ParameterGrid,
    ParameterSampler,
    RandomizedSearchCV,
)
from sklearn.utils import gen_batches

from sklearn_har.model_selection._optuna import OptunaSearchCV, no_training_succeeded

# scikit-learn puts a line above each kind of failure. The last lines of a traceback hold the class
# of the error and its message, up to an empty line.
_RULE = re.compile(r"^-{20,}$", re.MULTILINE)
_RAISED = re.compile(r"^[\w.]+(?:Error|Exception): (.*?)(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)

Evaluate = Callable[..., Mapping[str, Any]]


class _Stepwise:
    """Make a search continue after failures and keep its results after an interruption.

    Settings are evaluated a few at a time. If a fold of a setting cannot be trained, the setting
    and the reason are added to `failures_`, and the search goes on; it fails only if nothing else
    is left. Ctrl-C ends the search with `interrupted_` set, if there is a result already. `report`
    is called with each setting and its mean score.

    The splits must be the same each time, like those of `GroupKFold`.
    """

    failures_: list[tuple[dict[str, Any], str]]
    interrupted_: bool
    n_jobs: int | None
    report: Callable[[dict[str, Any], float], None] | None = None
    # Evaluates settings, together or one after the other.
    _propose: Callable[[Evaluate], None]

    # scikit-learn documents this method for subclasses, despite its underscore.
    def _run_search(self, evaluate_candidates: Evaluate) -> None:
        self.failures_ = []
        self.interrupted_ = False
        # As many settings at a time as jobs, so that none waits for the last fold of another.
        size = effective_n_jobs(self.n_jobs)
        has_results = False

        def evaluate(candidates: Iterable[Any]) -> Mapping[str, Any]:
            nonlocal has_results
            settings = list(candidates)
            results: Mapping[str, Any] | None = None
            last_error: Exception = ValueError("there must be at least one setting to try, got 0.")
            for batch in gen_batches(len(settings), size):
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always", FitFailedWarning)
                    try:
                        results = evaluate_candidates(settings[batch])
                    except ValueError as error:
                        if not no_training_succeeded(error):
                            raise
                        last_error = error
                        self.failures_ += [(s, _reasons(error)) for s in settings[batch]]
                        continue
                has_results = True
                means = results["mean_test_score"][-len(settings[batch]) :]
                self.failures_ += _partial_failures(settings[batch], means, caught)
                if self.report is not None:
                    for setting, mean in zip(settings[batch], means, strict=True):
                        self.report(setting, float(mean))
            if results is None:
                raise last_error
            return results

        try:
            self._propose(evaluate)
        except KeyboardInterrupt:
            if not has_results:
                raise
            self.interrupted_ = True


class StepwiseGridSearchCV(_Stepwise, GridSearchCV):
    """`GridSearchCV` that keeps its results."""

    def _propose(self, evaluate: Evaluate) -> None:
        evaluate(ParameterGrid(self.param_grid))


class StepwiseRandomizedSearchCV(_Stepwise, RandomizedSearchCV):
    """`RandomizedSearchCV` that keeps its results."""

    def _propose(self, evaluate: Evaluate) -> None:
        evaluate(
            ParameterSampler(self.param_distributions, self.n_iter, random_state=self.random_state)
        )


class StepwiseOptunaSearchCV(_Stepwise, OptunaSearchCV):
    """`OptunaSearchCV` that keeps its results."""

    def _propose(self, evaluate: Evaluate) -> None:
        OptunaSearchCV._run_search(self, evaluate)


def _partial_failures(
    settings: list[Any], means: Iterable[float], caught: list[warnings.WarningMessage]
) -> list[tuple[Any, str]]:
    """Return the settings without a mean score, and repeat other warnings."""
    reasons = []
    for warning in caught:
        if issubclass(warning.category, FitFailedWarning):
            reasons.append(_reasons(warning.message))
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    # One warning covers all settings that were evaluated together.
    return [
        (setting, "; ".join(dict.fromkeys(reasons)))
        for setting, mean in zip(settings, means, strict=True)
        if np.isnan(mean)
    ]


def _reasons(error: Exception | Warning | str) -> str:
    """Return the messages of failed trainings, without tracebacks."""
    text = str(error).strip()
    raised = [_RAISED.findall(part.strip()) for part in _RULE.split(text)]
    said = [" ".join(found[-1].split()) for found in raised if found]
    return "; ".join(dict.fromkeys(said)) or " ".join(text.split())
