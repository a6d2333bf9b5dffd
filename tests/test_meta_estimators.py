"""What scikit-learn does with a classifier, done with ours on windows with channels."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_html_repr, get_tags

from sklearn_har import ConvLSTMClassifier, LSTMClassifier, SubsequenceReshaper
from sklearn_har.inspection import channel_importance
from sklearn_har.preprocessing import ChannelwiseTransformer


@pytest.fixture(scope="module")
def windows():
    """60 windows of 16 time steps; channel 0 tells three activities apart, channel 1 is noise."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    X = rng.normal(scale=0.3, size=(60, 16, 2)).astype(np.float32)
    X[:, :, 0] += (y[:, None] - 1) * 2
    return X, y


@pytest.fixture(scope="module")
def subject():
    return np.repeat(np.arange(6), 10)


def lstm(**params):
    """Learns the three activities in a second."""
    defaults = {
        "units": 6,
        "n_steps": 4,
        "dense_units": 8,
        "dropout": 0.0,
        "epochs": 12,
        "batch_size": 20,
        "optimizer__learning_rate": 0.03,
        "random_state": 0,
    }
    return LSTMClassifier(**{**defaults, **params})


def pipeline(**params):
    return make_pipeline(ChannelwiseTransformer(StandardScaler()), lstm(**params))


def test_tags():
    tags = get_tags(lstm())
    assert is_classifier(lstm())
    assert tags.estimator_type == "classifier"
    assert tags.classifier_tags.multi_class
    assert tags.target_tags.required
    assert tags.input_tags.three_d_array
    assert tags.input_tags.two_d_array
    assert not tags.input_tags.allow_nan


def test_cross_val_score_stratifies(windows):
    X, _ = windows
    y = np.repeat([0, 1], [45, 15])
    seen = []

    def share_of_the_rare_class(clf, X, y):
        seen.append(np.mean(y))
        return 0.0

    # In order the last of five folds would hold the rare class alone.
    cross_val_score(lstm(epochs=1), X, y, cv=5, scoring=share_of_the_rare_class)
    assert seen == [0.25] * 5


def test_pipeline_with_caching(windows, tmp_path):
    X, y = windows
    cached = make_pipeline(
        ChannelwiseTransformer(StandardScaler()),
        SubsequenceReshaper(),
        lstm(),
        memory=str(tmp_path),
    )
    first = cached.fit(X, y).predict_proba(X)
    assert list(tmp_path.rglob("output.pkl"))
    np.testing.assert_array_equal(cached.fit(X, y).predict_proba(X), first)
    assert cached.score(X, y) == 1.0


@pytest.mark.parametrize("search", [GridSearchCV, RandomizedSearchCV, HalvingGridSearchCV])
def test_searches(windows, subject, search):
    X, y = windows
    grid = {"lstmclassifier__optimizer__learning_rate": [1e-7, 0.03]}
    extra = {
        GridSearchCV: {},
        RandomizedSearchCV: {"n_iter": 2, "random_state": 0},
        HalvingGridSearchCV: {"min_resources": 30, "random_state": 0},
    }[search]
    found = search(pipeline(), grid, cv=GroupKFold(2), error_score="raise", **extra)
    found.fit(X, y, groups=subject)
    assert found.best_params_ == {"lstmclassifier__optimizer__learning_rate": 0.03}
    assert found.score(X, y) > 0.9


def test_cross_validate_with_groups_and_several_scorers(windows, subject):
    X, y = windows
    scoring = ["accuracy", "f1_macro", "roc_auc_ovr", "neg_log_loss"]
    scores = cross_validate(
        pipeline(), X, y, groups=subject, cv=GroupKFold(2), scoring=scoring, error_score="raise"
    )
    assert scores["test_accuracy"].min() > 0.9
    assert scores["test_f1_macro"].min() > 0.9
    assert scores["test_roc_auc_ovr"].min() > 0.95
    assert scores["test_neg_log_loss"].min() > -0.7


def test_two_jobs_score_as_one(windows):
    X, y = windows
    # The folds go to processes of their own.
    one, two = (cross_val_score(pipeline(), X, y, cv=2, n_jobs=n) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    "make",
    [
        lambda: CalibratedClassifierCV(lstm(), cv=2),
        lambda: VotingClassifier([("a", lstm()), ("b", lstm(random_state=1))], voting="soft"),
        lambda: StackingClassifier([("a", lstm()), ("b", lstm(random_state=1))], cv=2),
        lambda: OneVsRestClassifier(lstm()),
    ],
    ids=["calibrated", "voting", "stacking", "one_vs_rest"],
)
def test_ensembles_that_pass_windows_on(windows, make):
    X, y = windows
    model = make().fit(X, y)
    assert model.score(X, y) > 0.9
    assert model.predict_proba(X).shape == (60, 3)


def test_bagging_accepts_tables_only(windows):
    X, y = windows
    bagging = BaggingClassifier(lstm(), n_estimators=2, random_state=0)
    with pytest.raises(ValueError, match="dim"):
        bagging.fit(X, y)
    # Single-channel windows are a table; with more channels a step puts the table in shape.
    assert bagging.fit(X[:, :, 0], y).score(X[:, :, 0], y) > 0.9
    table = X.reshape(60, -1)
    bagging.set_params(estimator=make_pipeline(Unflatten(), lstm()))
    assert bagging.fit(table, y).score(table, y) > 0.9


class Unflatten(SubsequenceReshaper):
    """A table with the columns of data.reshape(n_windows, -1) to windows of two channels."""

    def fit(self, X, y=None):
        return super().fit(np.reshape(X, (len(X), 16, 2)))

    def transform(self, X):
        return super().transform(np.reshape(X, (len(X), 16, 2)))


def test_ada_boost_weighs_windows(windows):
    X, y = windows
    hard = np.where(np.arange(60) % 10 == 0, (y + 1) % 3, y)
    boosted = AdaBoostClassifier(lstm(), n_estimators=3, random_state=0).fit(X, hard)
    assert len(boosted.estimators_) == 3
    assert len(set(boosted.estimator_weights_)) > 1
    assert boosted.score(X, y) > 0.9


def test_tuned_threshold_for_two_classes(windows):
    X, y = windows
    two = np.where(y == 2, "moving", "still")
    tuned = TunedThresholdClassifierCV(lstm(), scoring="balanced_accuracy", cv=2).fit(X, two)
    assert 0 < tuned.best_threshold_ < 1
    assert tuned.score(X, two) > 0.9


def test_learning_curve(windows):
    X, y = windows
    sizes, train, test = learning_curve(
        lstm(), X, y, train_sizes=[0.3, 1.0], cv=StratifiedKFold(2), error_score="raise"
    )
    assert list(sizes) == [9, 30]
    assert train.shape == test.shape == (2, 2)
    assert test[-1].mean() > 0.9


def test_validation_curve(windows):
    X, y = windows
    _, test = validation_curve(
        lstm(), X, y, param_name="epochs", param_range=[1, 12], cv=2, error_score="raise"
    )
    assert test[1].mean() > test[0].mean()


def test_cross_val_predict(windows):
    X, y = windows
    proba = cross_val_predict(lstm(), X, y, cv=2, method="predict_proba")
    assert accuracy_score(y, proba.argmax(axis=1)) > 0.9


def test_channel_importance_finds_the_channel(windows):
    X, y = windows
    clf = lstm().fit(X, y)
    result = channel_importance(
        clf, X, y, channel_names=["signal", "noise"], n_repeats=5, random_state=0
    )
    assert result.importances.shape == (2, 5)
    assert result.importances_mean[0] > 0.4
    assert abs(result.importances_mean[1]) < 0.1
    assert result.channel_names == ["signal", "noise"]


def test_stock_permutation_importance_accepts_tables_only(windows):
    X, y = windows
    # This is why channel_importance exists.
    with pytest.raises(ValueError, match="dim"):
        permutation_importance(lstm(epochs=1).fit(X, y), X, y)


def test_channel_importance_names_what_is_wrong(windows):
    X, y = windows
    clf = lstm().initialize(X, y)
    with pytest.raises(ValueError, match=r"three|n_timesteps.*got shape \(60, 16\)"):
        channel_importance(clf, X[:, :, 0], y)
    with pytest.raises(ValueError, match=r"channel_names .* 2 channels of X, got 1"):
        channel_importance(clf, X, y, channel_names=["x"])
    with pytest.raises(ValueError, match="n_repeats"):
        channel_importance(clf, X, y, n_repeats=0)


def test_confusion_matrix_display(windows):
    import matplotlib as mpl

    mpl.use("agg")
    X, y = windows
    names = np.array(["sitting", "standing", "walking"])[y]
    display = ConfusionMatrixDisplay.from_estimator(lstm().fit(X, names), X, names)
    np.testing.assert_array_equal(display.confusion_matrix, np.diag([20, 20, 20]))
    assert list(display.display_labels) == ["sitting", "standing", "walking"]


def test_set_params_at_depth_and_clone():
    model = pipeline().set_params(
        lstmclassifier__units=3,
        lstmclassifier__optimizer__learning_rate=0.5,
        channelwisetransformer__transformer__with_mean=False,
    )
    copy = clone(model)
    assert copy[-1].units == 3
    assert copy[-1].get_params()["optimizer__learning_rate"] == 0.5
    assert copy[0].transformer.with_mean is False
    with pytest.raises(ValueError, match=r"did you mean 'units'"):
        model.set_params(lstmclassifier__unit=3)


def test_html_representation(windows):
    X, y = windows
    clf = lstm()
    before, after = estimator_html_repr(clf), estimator_html_repr(clf.fit(X, y))
    assert "LSTMClassifier" in before
    assert "Not fitted" in before
    assert "Not fitted" not in after
    assert "scikeras" not in after
    assert "learning_rate" in after
    text = repr(ConvLSTMClassifier(filters=32))
    assert text == "ConvLSTMClassifier(filters=32)"


def test_metadata_routing_in_a_pipeline(windows, subject):
    X, y = windows
    params = {"early_stopping": True, "validation_fraction": 0.34, "epochs": 2}
    weight = np.linspace(1, 2, 60)
    with config_context(enable_metadata_routing=True):
        clf = lstm(**params).set_fit_request(groups=True, sample_weight=True)
        model = make_pipeline(SubsequenceReshaper(), clf).fit(
            X, y, groups=subject, sample_weight=weight
        )
    direct = lstm(**params).fit(X, y, groups=subject, sample_weight=weight)
    assert model[-1].history_ == direct.history_
    assert direct.history_ != lstm(**params).fit(X, y, sample_weight=weight).history_


def test_metadata_routing_in_searches_and_cross_validation(windows, subject):
    X, y = windows
    received = []

    class Listening(LSTMClassifier):
        def fit(self, X, y, sample_weight=None, groups=None):
            received.append((len(X), groups, sample_weight))
            return super().fit(X, y, sample_weight=sample_weight, groups=groups)

    weight = np.linspace(1, 2, 60)
    with config_context(enable_metadata_routing=True):
        clf = Listening(units=4, n_steps=4, epochs=1, random_state=0)
        clf.set_fit_request(groups=True, sample_weight=True).set_score_request(sample_weight=False)
        metadata = {"groups": subject, "sample_weight": weight}
        cross_validate(clf, X, y, cv=GroupKFold(2), params=metadata, error_score="raise")
        search = GridSearchCV(clf, {"units": [4]}, cv=GroupKFold(2), error_score="raise")
        search.fit(X, y, **metadata)
    assert [n for n, _, _ in received] == [30, 30, 30, 30, 60]
    for n_windows, groups, weights in received:
        assert len(groups) == len(weights) == n_windows
        assert set(groups) <= set(subject)
        np.testing.assert_array_equal(weights, np.sort(weights))


def test_groups_in_a_pipeline_without_routing(windows, subject):
    X, y = windows
    model = pipeline(early_stopping=True, validation_fraction=0.34, epochs=2)
    model.fit(X, y, lstmclassifier__groups=subject)
    assert "val_accuracy" in model[-1].history_


def test_transformers_refuse_set_output_clearly():
    for transformer in (SubsequenceReshaper(), ChannelwiseTransformer(StandardScaler())):
        model = make_pipeline(transformer, LogisticRegression())
        with pytest.raises(ValueError, match="Unable to configure output"):
            model.set_output(transform="pandas")
