"""What a search found: the table, and the picture read from its artists."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har.inspection import SearchResultsDisplay, search_table

mpl = pytest.importorskip("matplotlib", reason="matplotlib is not installed")

RESULTS = {
    "params": [{"clf__units": 10}, {"clf__units": 20}, {"clf__units": 30}],
    "mean_fit_time": np.array([1.0, 2.0, 3.0]),
    "split0_test_score": np.array([0.5, 0.9, np.nan]),
    "split1_test_score": np.array([0.7, 0.8, np.nan]),
    "mean_test_score": np.array([0.6, 0.85, np.nan]),
    "std_test_score": np.array([0.1, 0.05, np.nan]),
    "rank_test_score": np.array([2, 1, 3]),
}


@pytest.fixture(scope="module")
def windows():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    return rng.normal(size=(60, 4)) + y[:, None], y


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline([("scale", StandardScaler()), ("clf", KNeighborsClassifier())])


def test_the_best_comes_first_and_failures_last():
    table = search_table(RESULTS)
    assert list(table) == ["rank", "mean", "std", "worst", "fit_time", "units"]
    assert table["units"].tolist() == [20, 10, 30]
    assert table["rank"].tolist() == [1, 2, 3]
    assert table["worst"].tolist()[:2] == [0.8, 0.5]
    assert table["fit_time"].tolist() == [2.0, 1.0, 3.0]
    assert np.isnan(table["mean"][2])


def test_the_table_agrees_with_the_search(windows, pipeline):
    grid = {"clf__n_neighbors": [1, 5, 20], "scale": ["passthrough", StandardScaler()]}
    search = GridSearchCV(pipeline, grid, cv=4).fit(*windows)
    table = search_table(search)
    assert len(table) == 6
    assert table["mean"][0] == search.best_score_
    assert table["n_neighbors"][0] == search.best_params_["clf__n_neighbors"]
    best = search.best_index_
    folds = [search.cv_results_[f"split{i}_test_score"][best] for i in range(4)]
    assert table["worst"][0] == min(folds)
    assert table["std"][0] == pytest.approx(np.std(folds))


def test_parameters_with_the_same_end_keep_their_whole_names(windows, pipeline):
    steps = Pipeline(
        [("scale", StandardScaler()), ("other", StandardScaler()), ("clf", GaussianNB())]
    )
    grid = {"scale__with_mean": [True], "other__with_mean": [True, False]}
    table = search_table(GridSearchCV(steps, grid, cv=2).fit(*windows))
    assert {"scale__with_mean", "other__with_mean"} <= set(table)
    # A parameter that is called as a column is not to replace it.
    odd = {**RESULTS, "params": [{"clf__rank": i} for i in range(3)]}
    assert search_table(odd)["clf__rank"].tolist() == [1, 0, 2]


def test_settings_of_several_grids_leave_gaps(windows, pipeline):
    grids = [{"clf__n_neighbors": [3]}, {"clf__p": [1.0]}]
    table = search_table(GridSearchCV(pipeline, grids, cv=2).fit(*windows))
    assert sorted(table["n_neighbors"].isna()) == [False, True]
    display = SearchResultsDisplay.from_estimator(GridSearchCV(pipeline, grids, cv=2).fit(*windows))
    assert sorted(display.settings_) == ["n_neighbors=3", "p=1"]


@pytest.mark.parametrize("kind", [RandomizedSearchCV, HalvingGridSearchCV])
def test_other_searches(windows, pipeline, kind):
    options = {"n_iter": 2} if kind is RandomizedSearchCV else {"min_resources": 30}
    search = kind(pipeline, {"clf__n_neighbors": [1, 3, 5]}, cv=2, random_state=0, **options)
    table = search_table(search.fit(*windows))
    assert table["n_neighbors"].isin([1, 3, 5]).all()


def test_several_scores(windows, pipeline):
    scoring = ["accuracy", "f1_macro"]
    search = GridSearchCV(
        pipeline, {"clf__n_neighbors": [1, 30]}, cv=2, scoring=scoring, refit="f1_macro"
    ).fit(*windows)
    by_default = search_table(search)
    assert by_default["mean"][0] == search.cv_results_["mean_test_f1_macro"].max()
    other = search_table(search, metric="accuracy")
    assert other["mean"][0] == search.cv_results_["mean_test_accuracy"].max()
    assert SearchResultsDisplay.from_estimator(search).ax_.get_xlabel() == "F1 macro"
    with pytest.raises(
        ValueError, match=r"metric must be one of \['accuracy', 'f1_macro'\], got N"
    ):
        search_table(search.cv_results_)
    with pytest.raises(ValueError, match="got 'recall'"):
        search_table(search, metric="recall")


def test_what_is_no_search_is_said():
    for wrong in (GridSearchCV(GaussianNB(), {}), GaussianNB(), {"a": 1}):
        with pytest.raises(TypeError, match=r"search must be a fitted search.*got "):
            search_table(wrong)


def test_each_setting_is_a_row_with_its_mean_spread_and_folds():
    display = SearchResultsDisplay.from_estimator(RESULTS, score_name="accuracy")
    assert display.settings_ == ["units=20", "units=10"]  # the one that failed has no scores
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == display.settings_
    assert display.ax_.get_ylim() == (1.5, -0.5)
    assert display.ax_.get_xlabel() == "Accuracy"
    means, _, (bars,) = display.means_.lines
    np.testing.assert_allclose(means.get_xdata(), [0.85, 0.6])
    np.testing.assert_array_equal(means.get_ydata(), [0, 1])
    spans = [[x for x, _ in segment] for segment in bars.get_segments()]
    np.testing.assert_allclose(spans, [[0.8, 0.9], [0.5, 0.7]])
    np.testing.assert_allclose(
        display.folds_.get_offsets(), [[0.9, 0], [0.8, 0], [0.5, 1], [0.7, 1]]
    )
    assert display.figure_ is display.ax_.figure


def test_means_and_folds_differ_in_grey_and_in_shape():
    display = SearchResultsDisplay.from_estimator(RESULTS)
    dark = mpl.colors.to_rgb(display.means_.lines[0].get_color())
    light = display.folds_.get_edgecolor()[0, :3]
    weights = [0.2126, 0.7152, 0.0722]
    assert np.dot(light, weights) - np.dot(dark, weights) > 0.15
    assert display.folds_.get_facecolor().size == 0
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["fold", "mean, standard deviation"]


def test_as_many_as_are_asked_for_on_given_axes(plt):
    scores = np.arange(30)[:, None] / 100 + [0.0, 0.1]
    display = SearchResultsDisplay([f"s{i}" for i in range(30)], scores)
    assert len(display.plot().settings_) == 20
    assert len(display.plot(n_best=None).settings_) == 30
    _, ax = plt.subplots()
    display.plot(ax, n_best=1, mean_kwargs={"color": "black"}, fold_kwargs={"s": 50.0})
    assert display.ax_ is ax
    assert display.settings_ == ["s29"]
    assert display.means_.lines[0].get_color() == "black"
    assert display.folds_.get_sizes().tolist() == [50.0]


def test_long_settings_leave_room_for_the_scores():
    setting = ", ".join(f"a_long_parameter_{i}={i}" for i in range(6))
    display = SearchResultsDisplay([setting], [[0.8, 0.9]]).plot()
    assert display.settings_ == [setting]
    label = display.ax_.get_yticklabels()[0].get_text()
    assert label.count("\n") == 2
    assert label.replace("\n", " ") == setting
    display.figure_.canvas.draw()
    assert display.ax_.get_position().width > 0.4


def test_what_is_wrong_is_said():
    with pytest.raises(ValueError, match=r"split_scores must be of shape .* got shape \(3,\)"):
        SearchResultsDisplay(["a", "b", "c"], [0.1, 0.2, 0.3]).plot()
    with pytest.raises(ValueError, match="all trainings failed"):
        SearchResultsDisplay(["a"], [[np.nan, np.nan]]).plot()
    with pytest.raises(ValueError, match="n_best must be an integer of at least 1"):
        SearchResultsDisplay(["a"], [[0.5]]).plot(n_best=0)


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"needs matplotlib, .*'sklearn-har\[plot\]'"):
        SearchResultsDisplay(["a"], [[0.5]]).plot()
