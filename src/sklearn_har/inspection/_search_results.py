"""Show the results of a hyperparameter search as a table or a plot."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sklearn_har.inspection._base import Display, Kwargs, display_name, draw_scores, legend_above
from sklearn_har.utils._numbers import check_integer
from sklearn_har.utils._text import one_line_setting
from sklearn_har.utils._validation import check_choice

# A longer setting is wrapped at this many letters, to keep half of the figure for the scores.
_LONGEST_SETTING = 44


def search_table(search: Any, *, metric: str | None = None) -> pd.DataFrame:
    """Summarise the results of a search, the best setting first.

    Parameters
    ----------
    search : estimator or dict
        A fitted `GridSearchCV`, `RandomizedSearchCV`, `HalvingGridSearchCV` or
        :class:`~sklearn_har.model_selection.OptunaSearchCV`, or its ``cv_results_``.
    metric : str or None, default=None
        Name of the score if there are several. None for the only one, or for the one by which the
        search refits.

    Returns
    -------
    DataFrame of n_settings rows
        ``rank``, from 1 for the best; ``mean``, ``std`` (of the population, as in ``cv_results_``)
        and ``worst`` of the score over the folds; ``fit_time``, the mean time of one training in s;
        and a column for each parameter. Names of parameters omit the steps of a pipeline if they
        stay distinct: ``units`` for ``clf__units``. A setting with a failed training has a mean of
        NaN and comes last.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_har.inspection import search_table
    >>> X, y = load_iris(return_X_y=True)
    >>> search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [100, 5]}, cv=3).fit(X, y)
    >>> search_table(search)[["rank", "mean", "n_neighbors"]].round(2)
       rank  mean  n_neighbors
    0     1  0.98            5
    1     2  0.32          100
    """
    results, metric = _results(search, metric)
    scores = _split_scores(results, metric)
    columns: dict[str, Any] = {
        "rank": np.asarray(results[f"rank_test_{metric}"]),
        "mean": np.asarray(results[f"mean_test_{metric}"], dtype=float),
        "std": np.asarray(results[f"std_test_{metric}"], dtype=float),
        "worst": scores.min(axis=1),
        "fit_time": np.asarray(results["mean_fit_time"], dtype=float),
    }
    for name, short in _short_names(results, taken=columns).items():
        column: Any = pd.Series([setting.get(name) for setting in results["params"]], dtype=object)
        columns[short] = column.infer_objects()
    table = pd.DataFrame(columns)
    return table.sort_values("rank", kind="stable", ignore_index=True)


@dataclass(eq=False, repr=False)
class SearchResultsDisplay(Display):
    """Mean and spread of the score of each setting of a search.

    Each setting has a row, the best on top. A dark diamond marks the mean over the folds, a bar one
    standard deviation to each side, and a light ring each fold. Settings with strongly overlapping
    bars do not differ clearly.

    Use :meth:`from_estimator` to create one. All parameters are stored as attributes.

    Parameters
    ----------
    settings : sequence of str of length n_settings
        The names of the settings, in any order.
    split_scores : array-like of shape (n_settings, n_splits)
        Score of each setting on each fold.
    score_name : str, default="score"
        Name of the score for the axis.

    Attributes
    ----------
    settings_ : list of str
        The settings from top to bottom.
    means_ : matplotlib ErrorbarContainer
        The means and their bars.
    folds_ : matplotlib PathCollection
        The scores of the folds.

    See Also
    --------
    search_table : Show the results as a table.
    sklearn.model_selection.ValidationCurveDisplay : Plot scores against one parameter.

    Examples
    --------
    >>> from sklearn_har.inspection import SearchResultsDisplay
    >>> scores = [[0.88, 0.90], [0.90, 0.92]]
    >>> SearchResultsDisplay(["units=50", "units=100"], scores).plot().settings_
    ['units=100', 'units=50']
    """

    settings: Sequence[str]
    split_scores: ArrayLike
    _: KW_ONLY
    score_name: str = "score"

    def plot(
        self,
        ax: Any = None,
        *,
        n_best: int | None = 20,
        mean_kwargs: Kwargs = None,
        fold_kwargs: Kwargs = None,
    ) -> Self:
        """Plot the scores.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. None for a new figure, whose height depends on the number of settings.
        n_best : int or None, default=20
            Number of settings to show; None for all.
        mean_kwargs, fold_kwargs : dict, default=None
            Keyword arguments of ``Axes.errorbar`` (means) and ``Axes.scatter`` (folds).
        """
        scores = np.asarray(self.split_scores, dtype=float)
        if scores.ndim != 2 or len(scores) != len(self.settings):
            raise ValueError(
                "split_scores must be of shape (n_settings, n_splits), one row for each of the "
                f"{len(self.settings)} settings, got shape {scores.shape}."
            )
        complete = np.flatnonzero(np.isfinite(scores).all(axis=1))
        if not len(complete):
            raise ValueError(
                "split_scores must have a setting with a score of each fold, got none: all "
                "trainings failed."
            )
        order = complete[np.argsort(-scores[complete].mean(axis=1), kind="stable")]
        if n_best is not None:
            order = order[: check_integer(n_best, "n_best", minimum=1)]
        self.settings_ = [str(self.settings[i]) for i in order.tolist()]
        # Names of parameters keep their underscores, so that they can be copied.
        labels = [textwrap.fill(setting, _LONGEST_SETTING) for setting in self.settings_]
        ax = self._rows(ax, labels, inches=0.35)
        self.folds_, self.means_ = draw_scores(ax, scores[order], "fold", fold_kwargs, mean_kwargs)
        ax.set_xlabel(display_name(self.score_name).capitalize())
        legend_above(ax)
        return self

    @classmethod
    def from_estimator(
        cls,
        search: Any,
        *,
        metric: str | None = None,
        score_name: str | None = None,
        ax: Any = None,
        **plot_params: Any,
    ) -> Self:
        """Plot the results of a fitted search.

        Parameters
        ----------
        search : estimator or dict
            As in :func:`search_table`.
        metric : str or None, default=None
            As in :func:`search_table`.
        score_name : str or None, default=None
            Name of the score; None for its name in the search.
        """
        results, metric = _results(search, metric)
        if score_name is None:
            scoring = getattr(search, "scoring", None)
            score_name = scoring if metric == "score" and isinstance(scoring, str) else metric
        short = _short_names(results)
        labels = [
            one_line_setting({short[name]: value for name, value in setting.items()})
            for setting in results["params"]
        ]
        display = cls(labels, _split_scores(results, metric), score_name=score_name)
        return display.plot(ax, **plot_params)


def _results(search: Any, metric: str | None) -> tuple[Mapping[str, Any], str]:
    """Return the results of a search and the name of one of their scores."""
    results = search if isinstance(search, Mapping) else getattr(search, "cv_results_", None)
    if not isinstance(results, Mapping) or "params" not in results:
        raise TypeError(
            "search must be a fitted search, such as GridSearchCV, or its cv_results_, got "
            f"{type(search).__name__}."
        )
    metrics = [key.removeprefix("mean_test_") for key in results if key.startswith("mean_test_")]
    refit = getattr(search, "refit", None)
    if metric is None:
        metric = refit if isinstance(refit, str) and refit in metrics else metrics[0]
        if metric != refit and len(metrics) > 1:
            raise ValueError(f"metric must be one of {metrics}, got None.")
    check_choice(metric, "metric", metrics)
    return results, metric


def _split_scores(results: Mapping[str, Any], metric: str) -> NDArray[np.float64]:
    pattern = re.compile(rf"split\d+_test_{re.escape(metric)}")
    columns = [np.asarray(results[key], dtype=float) for key in results if pattern.fullmatch(key)]
    return np.column_stack(columns)


def _short_names(results: Mapping[str, Any], taken: Iterable[str] = ()) -> dict[str, str]:
    """Map each parameter to its name without the steps of a pipeline, if those stay distinct."""
    names = dict.fromkeys(name for setting in results["params"] for name in setting)
    short = {name: name.rpartition("__")[2] for name in names}
    distinct = set(short.values())
    if len(distinct) < len(short) or not distinct.isdisjoint(taken):
        return {name: name for name in names}
    return short
