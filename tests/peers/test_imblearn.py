"""imbalanced-learn's checks of a classifier, its pipelines and its ensembles, with ours."""

import numpy as np
import pytest

pytest.importorskip("imblearn", reason="imbalanced-learn is not installed: pip install '.[peers]'")

from imblearn.combine import SMOTEENN
from imblearn.ensemble import BalancedBaggingClassifier, EasyEnsembleClassifier
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline, make_pipeline
from imblearn.under_sampling import InstanceHardnessThreshold, NearMiss, RandomUnderSampler
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.preprocessing import StandardScaler

from sklearn_har.preprocessing import WindowReshaper
from tiny_networks import FAST, TINY, make_tiny

pytestmark = pytest.mark.slow

N_TIMESTEPS, N_CHANNELS = 8, 2


@pytest.fixture(scope="module")
def table():
    """90 windows of two channels as rows, 60 + 20 + 10 of three activities, and their labels."""
    rng = np.random.default_rng(0)
    y = np.repeat(["lie", "sit", "walk"], [60, 20, 10])
    X = rng.normal(scale=0.3, size=(90, N_TIMESTEPS, N_CHANNELS))
    X[:, :, 0] += 2 * (np.unique(y, return_inverse=True)[1][:, None] - 1)
    return X.reshape(90, -1).astype(np.float32), y


@pytest.fixture(params=TINY, ids=lambda cls: cls.__name__)
def network(request):
    """A small classifier of rows that hold two channels."""
    return make_tiny(request.param, n_channels=N_CHANNELS, **FAST)


EXPECTED_FAILURES = {
    "check_classifier_on_multilabel_or_multioutput_targets": (
        "the error is that of scikit-learn's column_or_1d, which has other words"
    ),
}


def _checks():
    for cls in TINY:
        clf = make_tiny(cls, **FAST, batch_size=8, scaling="standard")
        for estimator, check in estimator_checks_generator(clf):
            name = check.func.__name__
            reason = EXPECTED_FAILURES.get(name)
            marks = pytest.mark.xfail(reason=reason, strict=True) if reason else ()
            yield pytest.param(estimator, check, marks=marks, id=f"{cls.__name__}-{name}")


# The check sends the iris flowers, whose rows look like the samples of a recording.
@pytest.mark.filterwarnings("ignore:X is a frame with the columns sepal length:UserWarning")
@pytest.mark.parametrize(("estimator", "check"), [*_checks()])
def test_checks_of_imbalanced_learn(estimator, check):
    check(estimator)


def test_the_checks_have_not_vanished():
    names = {param.id.partition("-")[2] for param in _checks()}
    assert names > set(EXPECTED_FAILURES)


class TestPipelines:
    @pytest.mark.parametrize(
        "sampler",
        [
            RandomOverSampler(random_state=0),
            RandomUnderSampler(random_state=0),
            SMOTE(k_neighbors=3, random_state=0),
            NearMiss(),
            SMOTEENN(smote=SMOTE(k_neighbors=3, random_state=0), random_state=0),
        ],
        ids=lambda sampler: type(sampler).__name__,
    )
    def test_samplers(self, table, network, sampler):
        clf = make_pipeline(sampler, network).fit(*table)
        # Two thirds of the windows are of one activity.
        assert clf.score(*table) > 0.7
        assert clf.predict_proba(table[0]).shape == (90, 3)
        np.testing.assert_array_equal(clf.classes_, ["lie", "sit", "walk"])

    def test_windows_between_the_sampler_and_the_classifier(self, table, network):
        steps = [SMOTE(k_neighbors=3, random_state=0), WindowReshaper(n_channels=N_CHANNELS)]
        assert make_pipeline(*steps, network).fit(*table).score(*table) > 0.8

    def test_sampling_is_part_of_the_split(self, table, network):
        sizes = []

        class Counted(RandomOverSampler):
            def fit_resample(self, X, y):
                sizes.append(len(X))
                return super().fit_resample(X, y)

        clf = make_pipeline(Counted(random_state=0), network)
        scores = cross_val_score(clf, *table, cv=StratifiedKFold(2), error_score="raise")
        assert sizes == [45, 45]
        assert scores.mean() > 0.7

    def test_parameters_of_all_steps_are_searched(self, table, network):
        clf = Pipeline([("sample", RandomOverSampler(random_state=0)), ("net", network)])
        grid = {
            "sample__sampling_strategy": ["minority"],
            "net__optimizer__learning_rate": [1e-7, 0.03],
        }
        search = GridSearchCV(clf, grid, cv=2, error_score="raise").fit(*table)
        assert search.best_params_["net__optimizer__learning_rate"] == 0.03
        assert search.best_estimator_["sample"].sampling_strategy == "minority"

    def test_a_step_is_replaced(self, table, network):
        clf = Pipeline([("sample", NearMiss()), ("scale", StandardScaler()), ("net", network)])
        clf.set_params(sample="passthrough", scale="passthrough")
        plain = clone(network).fit(*table).predict_proba(table[0])
        np.testing.assert_allclose(
            clf.fit(*table).predict_proba(table[0]), plain, rtol=1e-4, atol=1e-6
        )

    def test_caching(self, table, network, tmp_path):
        sampler = SMOTE(k_neighbors=3, random_state=0)
        cached = make_pipeline(sampler, network, memory=str(tmp_path)).fit(*table)
        again = clone(cached).fit(*table)
        assert list(tmp_path.rglob("output.pkl"))
        np.testing.assert_array_equal(again.predict_proba(table[0]), cached.predict_proba(table[0]))


class TestEnsembles:
    def test_balanced_bagging(self, table, network):
        clf = BalancedBaggingClassifier(network, n_estimators=2, random_state=0).fit(*table)
        assert clf.score(*table) > 0.7

    def test_easy_ensemble(self, table, network):
        clf = EasyEnsembleClassifier(n_estimators=2, estimator=network, random_state=0)
        assert clf.fit(*table).score(*table) > 0.7

    def test_windows_that_are_hard_for_a_network_are_left_out(self, table, network):
        # The sampler takes the labels for columns of the probabilities: they must be 0, 1, 2.
        X, y = table[0], np.unique(table[1], return_inverse=True)[1]
        sampler = InstanceHardnessThreshold(estimator=network, cv=2, random_state=0)
        resampled, kept = sampler.fit_resample(X, y)
        assert len(resampled) == len(kept) < 90
        assert set(kept) == {0, 1, 2}
