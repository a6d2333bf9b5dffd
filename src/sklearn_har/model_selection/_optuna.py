"""A search in which Optuna proposes settings from the scores so far.

The search in optuna-integration trains several settings in threads of one process, trains a setting
again that it has scored, and accepts no lists of values.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import numpy as np
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import RandomizedSearchCV
from sklearn.utils import check_random_state

from sklearn_har.utils._compat import HasMethods
from sklearn_har.utils._optional import import_optional

# Optuna accepts choices of these types; others are passed by their number.
_PLAIN = (bool, int, float, str, type(None))
# A setting is trained once, and a sampler may propose the same ones again and again. The search
# ends after this many repetitions.
_MAX_REPETITIONS = 100


class OptunaSearchCV(RandomizedSearchCV):
    """Search in which Optuna proposes the next setting from the scores so far.

    Only the source of settings differs from `RandomizedSearchCV`. Settings are scored by
    cross-validation, with ``groups`` in `fit` for a splitter such as `GroupKFold`. The best one is
    refitted, and `cv_results_`, `best_params_` and `best_score_` are set. Settings are tried one
    after the other; with ``n_jobs``, the folds of one setting are trained in parallel.

    Parameters
    ----------
    estimator : estimator
        A classifier, or a pipeline that ends in one. It is cloned for each training.
    param_distributions : dict
        The values to try for each parameter: a list of values, or a distribution of Optuna, such as
        ``optuna.distributions.FloatDistribution(1e-4, 1e-2, log=True)``.
    n_iter : int, default=20
        Number of settings to train. Optuna's default sampler draws the first ten at random. A
        repeated setting is not trained again and does not count. A finite space of fewer settings
        is tried completely.
    sampler : optuna.samplers.BaseSampler or None, default=None
        The source of settings. None for the tree-structured Parzen estimator [1]_, seeded by
        `random_state`. It is copied for each `fit`. `GridSampler` is not supported, because it ends
        a study itself: use `GridSearchCV`.
    scoring, n_jobs : optional
        As in `RandomizedSearchCV`. ``n_jobs`` is the number of folds to train in parallel.
    refit : bool or str, default=True
        Whether to train the best setting on all windows at the end. With several scores, the name
        of the one to maximise.
    cv : int, cross-validation generator or iterable, default=None
        The splitter. For windows of several subjects, use `GroupKFold` and ``fit(X, y,
        groups=subject)``. The splits must be the same for all settings: give a shuffling splitter
        an integer ``random_state``.
    verbose, pre_dispatch : optional
        As in `RandomizedSearchCV`.
    random_state : int, RandomState instance or None, default=None
        Determines the proposals, unless there is a `sampler`. Pass an int for reproducible
        settings.
    error_score : "raise" or float, default=np.nan
        The score of a failed training. A setting whose folds all fail counts as failed in Optuna
        and is left out of `cv_results_`, with a `FitFailedWarning`.
    return_train_score : bool, default=False
        As in `RandomizedSearchCV`.

    Attributes
    ----------
    study_ : optuna.Study
        The trials in order, for Optuna's own plots.
    cv_results_ : dict
        As in `RandomizedSearchCV`, with one entry per trained setting. The same holds for
        `best_estimator_`, `best_params_`, `best_score_`, `best_index_` and `n_splits_`.

    See Also
    --------
    sklearn.model_selection.GridSearchCV : Try all settings of a grid.
    sklearn.model_selection.RandomizedSearchCV : Draw settings at random.
    sklearn_har.inspection.SearchResultsDisplay : Plot the results of a search.

    References
    ----------
    .. [1] Bergstra, J., Bardenet, R., Bengio, Y. & Kégl, B. (2011). Algorithms for hyper-parameter
       optimization. Advances in Neural Information Processing Systems 24, 2546-2554.
       https://papers.nips.cc/paper/4443-algorithms-for-hyper-parameter-optimization
    .. [2] Akiba, T., Sano, S., Yanase, T., Ohta, T. & Koyama, M. (2019). Optuna: a next-generation
       hyperparameter optimization framework. Proceedings of the 25th ACM SIGKDD International
       Conference on Knowledge Discovery & Data Mining, 2623-2631.
       :doi:`10.1145/3292500.3330701`

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import StratifiedKFold
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_har.model_selection import OptunaSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> search = OptunaSearchCV(
    ...     KNeighborsClassifier(),
    ...     {"n_neighbors": [1, 5, 100], "weights": ["uniform", "distance"]},
    ...     n_iter=4,
    ...     cv=StratifiedKFold(3),
    ...     random_state=0,
    ... ).fit(X, y)
    >>> len(search.cv_results_["params"])
    4
    >>> search.best_params_["n_neighbors"] < 100
    True
    """

    _parameter_constraints = {  # noqa: RUF012, as in scikit-learn
        **RandomizedSearchCV._parameter_constraints,
        "param_distributions": [dict],
        "sampler": [HasMethods("sample_relative"), None],
    }

    def __init__(
        self,
        estimator: Any,
        param_distributions: Mapping[str, Any],
        *,
        n_iter: int = 20,
        sampler: Any = None,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: bool | str = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        random_state: int | np.random.RandomState | None = None,
        error_score: float | str = np.nan,
        return_train_score: bool = False,
    ) -> None:
        super().__init__(
            estimator,
            param_distributions,
            n_iter=n_iter,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            random_state=random_state,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.sampler = sampler

    # scikit-learn documents this method for subclasses, despite its underscore.
    def _run_search(self, evaluate_candidates: Callable[..., Mapping[str, Any]]) -> None:
        optuna = import_optional("optuna", extra="tune", needed_by="OptunaSearchCV")
        space = {
            name: _Choices(optuna, name, values)
            for name, values in self.param_distributions.items()
        }
        distributions = {name: choices.distribution for name, choices in space.items()}
        sampler = deepcopy(self.sampler)
        if sampler is None:
            seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
            sampler = optuna.samplers.TPESampler(seed=int(seed))
        with _without_greeting(optuna):
            self.study_ = optuna.create_study(direction="maximize", sampler=sampler)
        failed = optuna.trial.TrialState.FAIL
        key = f"mean_test_{self.refit if isinstance(self.refit, str) else 'score'}"
        # None marks a setting that cannot be trained.
        known: dict[tuple[Any, ...], float | None] = {}
        n_left = min(self.n_iter, math.prod(choices.size for choices in space.values()))
        n_repetitions, last_error = 0, None
        while n_left and n_repetitions < _MAX_REPETITIONS:
            trial = self.study_.ask(distributions)
            setting = tuple(trial.params[name] for name in space)
            if setting in known:
                n_repetitions += 1
            else:
                n_repetitions = 0
                n_left -= 1
                params = {name: space[name].value(trial.params[name]) for name in space}
                try:
                    results = evaluate_candidates([params])
                except ValueError as error:
                    self.study_.tell(trial, state=failed)
                    if self.error_score == "raise" or not no_training_succeeded(error):
                        raise
                    warnings.warn(
                        f"{params} could not be trained and is left out. {error}",
                        FitFailedWarning,
                        stacklevel=2,
                    )
                    known[setting], last_error = None, error
                    continue
                if key not in results:
                    raise ValueError(
                        "refit must name one of several scores, the one to maximise, "
                        f"got {self.refit!r}."
                    )
                mean = float(results[key][-1])
                known[setting] = None if math.isnan(mean) else mean
            score = known[setting]
            self.study_.tell(trial, score, state=failed if score is None else None)
        if last_error is not None and all(score is None for score in known.values()):
            raise last_error


def no_training_succeeded(error: ValueError) -> bool:
    """Return whether an error means that all folds failed, rather than that the data is wrong."""
    return "fits failed" in str(error)


class _Choices:
    """The values of one parameter, for Optuna and for the estimator."""

    def __init__(self, optuna: Any, name: str, values: Any) -> None:
        self._values: list[Any] | None = None
        if isinstance(values, optuna.distributions.BaseDistribution):
            self.distribution, self.size = values, 1 if values.single() else math.inf
            return
        if isinstance(values, np.ndarray):
            values = values.tolist()
        if not isinstance(values, list | tuple | range) or not len(values):
            raise ValueError(
                f"param_distributions must give {name!r} a list of values or a distribution of "
                f"Optuna, such as optuna.distributions.IntDistribution(16, 128), got {values!r}."
            )
        if not all(isinstance(value, _PLAIN) for value in values):
            self._values = list(values)
        choices = values if self._values is None else range(len(values))
        self.distribution = optuna.distributions.CategoricalDistribution(choices)
        self.size = len(values)

    def value(self, proposed: Any) -> Any:
        return proposed if self._values is None else self._values[proposed]


@contextmanager
def _without_greeting(optuna: Any) -> Iterator[None]:
    # Optuna logs each new study to standard error, at a level shared by all studies.
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(max(level, optuna.logging.WARNING))
    try:
        yield
    finally:
        optuna.logging.set_verbosity(level)
