"""A search that Optuna leads, and searches that keep what they have."""

import pickle
import sys
import warnings

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sklearn_har.model_selection import OptunaSearchCV

# The searches of the command line. Parallel work is tried by another number of workers.
from sklearn_har.model_selection._stepwise import (
    StepwiseGridSearchCV,
    StepwiseOptunaSearchCV,
    StepwiseRandomizedSearchCV,
)

optuna = pytest.importorskip("optuna", reason="optuna is not installed")


class Scored(ClassifierMixin, BaseEstimator):
    """Scores (a - 3)² below 0, whatever the windows, and counts its trainings."""

    trained = []  # noqa: RUF012, of the class on purpose

    def __init__(self, a=0.0, b="x"):
        self.a = a
        self.b = b

    def fit(self, X, y):
        if self.a == "interrupt":
            raise KeyboardInterrupt
        if self.a == "bad":
            raise ValueError(f"a must be a number,\n  got {self.a!r}")
        self.trained.append((self.a, self.b))
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return -((self.a - 3.0) ** 2)


@pytest.fixture
def trained(monkeypatch):
    monkeypatch.setattr(Scored, "trained", [])
    return Scored.trained


@pytest.fixture(scope="module")
def windows():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    return rng.normal(size=(60, 4, 2)) + y[:, None, None], y


@pytest.fixture(scope="module")
def subject():
    return np.repeat(np.arange(6), 10)


def real(low=0.0, high=10.0):
    return {"a": optuna.distributions.FloatDistribution(low, high)}


def test_it_finds_the_maximum_better_than_chance(windows, trained):
    search = OptunaSearchCV(Scored(), real(), n_iter=40, cv=2, random_state=0)
    search.fit(*windows)
    assert len(trained) == 40 * 2 + 1
    assert search.best_params_["a"] == pytest.approx(3.0, abs=0.3)
    # The last proposals lie closer to the maximum than the first, which are random.
    distance = np.abs(np.array([params["a"] for params in search.cv_results_["params"]]) - 3.0)
    assert distance[-10:].mean() < distance[:10].mean() / 2
    assert search.best_estimator_.a == search.best_params_["a"]
    assert [trial.value for trial in search.study_.trials] == search.cv_results_[
        "mean_test_score"
    ].tolist()


def test_groups_reach_the_splitter_and_scores_are_those_of_cross_validation(windows, subject):
    X, y = windows
    X = X.reshape(60, -1)
    space = {"n_neighbors": [1, 3, 9], "weights": ["uniform", "distance"]}
    search = OptunaSearchCV(
        KNeighborsClassifier(), space, n_iter=4, cv=GroupKFold(3), random_state=1
    ).fit(X, y, groups=subject)
    assert search.n_splits_ == 3
    for i, params in enumerate(search.cv_results_["params"]):
        scores = cross_val_score(
            KNeighborsClassifier(**params), X, y, groups=subject, cv=GroupKFold(3)
        )
        folds = [search.cv_results_[f"split{k}_test_score"][i] for k in range(3)]
        np.testing.assert_array_equal(folds, scores)
    assert search.score(X, y) > 0.7
    with pytest.raises(ValueError, match="groups"):
        OptunaSearchCV(KNeighborsClassifier(), space, cv=GroupKFold(3)).fit(X, y)


def test_nothing_is_trained_twice_and_a_finite_space_ends(windows, trained):
    search = OptunaSearchCV(
        Scored(), {"a": [1.0, 2.0, 5.0], "b": ["x", "y"]}, n_iter=50, cv=2, refit=False,
        random_state=0,
    ).fit(*windows)  # fmt: skip
    assert len(trained) == len(set(trained)) * 2 == 12
    assert len(search.cv_results_["params"]) == 6
    assert search.best_params_["a"] == 2.0


def test_equal_seeds_propose_equal_settings(windows):
    found = [
        OptunaSearchCV(Scored(), real(), n_iter=5, cv=2, random_state=seed).fit(*windows)
        for seed in (1, 1, 2)
    ]
    params = [search.cv_results_["params"] for search in found]
    assert params[0] == params[1] != params[2]


def test_a_sampler_is_used_and_not_changed(windows):
    sampler = optuna.samplers.RandomSampler(seed=3)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=3))
    expected = [study.ask(real()).params for _ in range(12)]
    search = OptunaSearchCV(Scored(), real(), n_iter=12, sampler=sampler, cv=2)
    first = search.fit(*windows).cv_results_["params"]
    assert first == expected
    assert search.sampler is sampler
    assert search.fit(*windows).cv_results_["params"] == first


def test_objects_are_choices_too(windows):
    X, y = windows
    pipeline = Pipeline([("scale", StandardScaler()), ("clf", KNeighborsClassifier())])
    scalers = ["passthrough", StandardScaler(), MinMaxScaler()]
    search = OptunaSearchCV(pipeline, {"scale": scalers}, n_iter=9, cv=2, random_state=0)
    search.fit(X.reshape(60, -1), y)
    tried = [params["scale"] for params in search.cv_results_["params"]]
    assert {id(scaler) for scaler in tried} == {id(scaler) for scaler in scalers}
    array = OptunaSearchCV(Scored(), {"a": np.array([1, 2])}, cv=2).fit(X, y)
    assert array.best_params_ == {"a": 2}


def test_settings_that_fail_are_left_out(windows):
    search = OptunaSearchCV(Scored(), {"a": [1.0, "bad", 2.0]}, cv=2, random_state=0)
    with pytest.warns(FitFailedWarning, match=r"\{'a': 'bad'\} could not be trained"):
        search.fit(*windows)
    assert len(search.cv_results_["params"]) == 2
    assert search.best_params_ == {"a": 2.0}
    states = [trial.state.name for trial in search.study_.trials]
    assert states.count("FAIL") >= 1
    with pytest.raises(ValueError, match="a must be a number"):
        clone(search).set_params(error_score="raise").fit(*windows)


def test_nothing_can_be_trained(windows):
    search = OptunaSearchCV(Scored(), {"a": ["bad"]}, cv=2)
    with (
        pytest.warns(FitFailedWarning),
        pytest.raises(ValueError, match="All the 2 fits failed"),
    ):
        search.fit(*windows)


def test_several_scores_need_one_that_decides(windows):
    X, y = windows
    search = OptunaSearchCV(
        KNeighborsClassifier(), {"n_neighbors": [1, 20]}, scoring=["accuracy", "f1_macro"],
        refit="f1_macro", cv=StratifiedKFold(2), random_state=0,
    ).fit(X.reshape(60, -1), y)  # fmt: skip
    means = search.cv_results_["mean_test_f1_macro"]
    assert search.best_index_ == int(np.argmax(means))
    assert {trial.value for trial in search.study_.trials} == set(means)
    with pytest.raises(ValueError, match=r"refit must name one of several scores.*got False"):
        clone(search).set_params(refit=False).fit(X.reshape(60, -1), y)


@pytest.mark.parametrize("values", [[], "abc", 3, {"x": 1}])
def test_what_is_no_list_of_values_is_said(windows, values):
    with pytest.raises(ValueError, match=r"must give 'a' a list of values or a distribution of Op"):
        OptunaSearchCV(Scored(), {"a": values}, cv=2).fit(*windows)


def test_the_rest_of_the_process_is_left_alone(windows, capsys):
    level = optuna.logging.get_verbosity()
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    OptunaSearchCV(Scored(), real(), n_iter=2, cv=2, random_state=0).fit(*windows)
    assert optuna.logging.get_verbosity() == level
    assert capsys.readouterr() == ("", "")
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_it_is_pickled_and_cloned(windows):
    search = OptunaSearchCV(Scored(), real(), n_iter=3, cv=2, random_state=0).fit(*windows)
    loaded = pickle.loads(pickle.dumps(search))
    assert loaded.best_params_ == search.best_params_
    assert len(loaded.study_.trials) == 3
    assert not hasattr(clone(search), "cv_results_")


def test_without_optuna_the_extra_is_named(windows, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r"needs optuna, .*'sklearn-har\[tune\]'"):
        OptunaSearchCV(Scored(), {"a": [1.0]}, cv=2).fit(*windows)


STEPWISE = [
    (StepwiseGridSearchCV, {}),
    (StepwiseRandomizedSearchCV, {"n_iter": 4, "random_state": 0}),
    (StepwiseOptunaSearchCV, {"n_iter": 4, "random_state": 0}),
]


@pytest.mark.parametrize(("kind", "options"), STEPWISE)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_a_search_goes_on_after_failures(windows, kind, options):
    search = kind(Scored(), {"a": [1.0, "bad", 2.0, 9.0]}, cv=2, refit=False, **options)
    search.fit(*windows)
    assert search.failures_ == [({"a": "bad"}, "a must be a number, got 'bad'")]
    assert not search.interrupted_
    assert search.best_params_ == {"a": 2.0}
    assert sorted(search.cv_results_["mean_test_score"]) == [-36.0, -4.0, -1.0]


@pytest.mark.parametrize(("kind", "options"), STEPWISE)
def test_an_interruption_keeps_what_is_finished(windows, kind, options):
    found = kind(Scored(), {"a": [1.0, 2.0, "interrupt", 9.0]}, cv=2, refit=False, **options)
    for seed in range(10):  # until the interruption is not the first that is drawn
        if options:
            found.set_params(random_state=seed)
        try:
            found.fit(*windows)
            break
        except KeyboardInterrupt:
            assert not hasattr(found, "cv_results_")
    assert found.interrupted_
    assert 1 <= len(found.cv_results_["params"]) < 4


def test_as_many_settings_at_a_time_as_jobs(windows):
    sizes = []
    search = StepwiseGridSearchCV(Scored(), {"a": [1.0, 2.0, 3.0]}, cv=2, n_jobs=2)
    search._propose = lambda evaluate: evaluate([{"a": 1.0}, {"a": 2.0}, {"a": 3.0}])
    search._run_search(
        lambda settings: sizes.append(len(settings)) or {"mean_test_score": np.zeros(3)}
    )
    assert sizes == [2, 1]


@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
def test_reasons_of_settings_that_are_evaluated_together(windows):
    settings = [{"a": [1.0]}, {"a": ["bad"]}, {"a": [2.0], "b": ["z"]}, {"a": ["bad"], "b": ["y"]}]
    search = StepwiseGridSearchCV(Scored(), settings, cv=2, refit=False, n_jobs=3)
    with parallel_config("threading"):
        search.fit(*windows)
    reason = "a must be a number, got 'bad'"
    assert search.failures_ == [({"a": "bad"}, reason), ({"a": "bad", "b": "y"}, reason)]
    # Scored together with others it has a row, alone it has none.
    assert len(search.cv_results_["params"]) == 3


def test_other_warnings_are_passed_on(windows):
    class Warns(Scored):
        def fit(self, X, y):
            warnings.warn("look here", UserWarning, stacklevel=1)
            return super().fit(X, y)

    search = StepwiseGridSearchCV(Warns(), {"a": [1.0]}, cv=2, refit=False)
    with pytest.warns(UserWarning, match="look here"):
        search.fit(*windows)
