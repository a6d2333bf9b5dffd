"""Checks that windows with channels are treated as scikit-learn's checks treat tables.

scikit-learn's `check_estimator` sends two-dimensional data, which the estimators of this package
read as single-channel windows. These checks ask the same questions with three axes, and some more.
They serve other packages too: any classifier or transformer of windows can be checked.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial, update_wrapper
from typing import Any

from sklearn.base import clone, is_classifier

from sklearn_har.utils._window_checks import BOTH, CLASSIFIERS, TRANSFORMERS

__all__ = ["parametrize_with_window_checks", "window_checks"]


def window_checks(estimator: Any) -> Iterator[tuple[Any, Callable[[Any], None]]]:
    """Yield an estimator and a check of it, one after the other.

    Parameters
    ----------
    estimator : estimator
        A classifier or a transformer of windows of shape (n_windows, n_timesteps, n_channels) =
        (24, 16, 3). It needs a fixed `random_state` and few epochs. It is cloned for each check.

    Yields
    ------
    tuple of (estimator, callable)
        `check(estimator)` raises an AssertionError where the estimator fails.

    Examples
    --------
    >>> from sklearn_har.preprocessing import SubsequenceReshaper
    >>> from sklearn_har.utils.estimator_checks import window_checks
    >>> for estimator, check in window_checks(SubsequenceReshaper(n_steps=4)):
    ...     check(estimator)
    """
    for check in BOTH + (CLASSIFIERS if is_classifier(estimator) else TRANSFORMERS):
        yield clone(estimator), update_wrapper(partial(_run, check), check)


def _run(check: Callable[[Any], None], estimator: Any) -> None:
    with warnings.catch_warnings():
        # scikit-learn's checks do the same: a small training need not converge.
        warnings.simplefilter("ignore")
        check(estimator)


def parametrize_with_window_checks(estimators: Iterable[Any]) -> Any:
    """Decorate a pytest test, to run each check for each estimator.

    Parameters
    ----------
    estimators : iterable of estimator
        Classifiers and transformers, as for :func:`window_checks`.

    Returns
    -------
    pytest.MarkDecorator
        For a function of the arguments `estimator` and `check`.

    Examples
    --------
    >>> from sklearn_har.preprocessing import SubsequenceReshaper
    >>> from sklearn_har.utils.estimator_checks import parametrize_with_window_checks
    >>> @parametrize_with_window_checks([SubsequenceReshaper()])
    ... def test_windows(estimator, check):
    ...     check(estimator)
    """
    import pytest

    pairs = [pair for estimator in estimators for pair in window_checks(estimator)]
    ids = [f"{type(estimator).__name__}-{check.__name__}" for estimator, check in pairs]
    return pytest.mark.parametrize(("estimator", "check"), pairs, ids=ids)
