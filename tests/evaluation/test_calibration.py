"""Whether probabilities mean what they say: error, curve, and scikit-learn's calibration."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay, calibration_curve
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from scikit_learn import older_than
from sklearn_har import LSTMClassifier
from sklearn_har.evaluation import expected_calibration_error, risk_coverage_curve
from sklearn_har.preprocessing import ChannelwiseTransformer

# Only these tests need what scikit-learn 1.7 lacks; the package does without it.
needs_temperature = pytest.mark.skipif(
    older_than("1.8"),
    reason="method='temperature' came with scikit-learn 1.8",
)


def two(confidence):
    """Probabilities of two classes, of which class 0 is predicted with these confidences."""
    confidence = np.asarray(confidence, dtype=float)
    return np.column_stack([confidence, 1.0 - confidence])


def drawn(n_windows=600, n_classes=4, sharpness=2.0, seed=0):
    """Probabilities, and labels that are drawn from them."""
    rng = np.random.default_rng(seed)
    logits = sharpness * rng.normal(size=(n_windows, n_classes))
    proba = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return np.array([rng.choice(n_classes, p=p) for p in proba]), proba


def test_the_error_by_hand():
    proba = two([0.95, 0.95, 0.95, 0.65, 0.65, 1.0])
    y = [0, 0, 1, 0, 1, 0]
    # Bins of a tenth: 0.9 to 1 holds four of which three are right; 0.6 to 0.7 two, one right.
    expected = (4 * abs(3 / 4 - (3 * 0.95 + 1.0) / 4) + 2 * abs(1 / 2 - 0.65)) / 6
    assert expected_calibration_error(y, proba, n_bins=10) == pytest.approx(expected)
    # In one bin only the mean is compared.
    total = abs(4 / 6 - np.mean([0.95, 0.95, 0.95, 0.65, 0.65, 1.0]))
    assert expected_calibration_error(y, proba, n_bins=1) == pytest.approx(total)


def test_an_edge_belongs_to_the_bin_below():
    # 0.8 is the upper edge of its bin of five, and shares it with 0.7.
    assert expected_calibration_error([0, 1], two([0.8, 0.7]), n_bins=5) == pytest.approx(0.25)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_it_agrees_with_the_calibration_curve_of_scikit_learn(strategy):
    y, proba = drawn()
    confidence, right = proba.max(axis=1), proba.argmax(axis=1) == y
    accuracy, mean = calibration_curve(right, confidence, n_bins=8, strategy=strategy)
    edges = np.linspace(0, 1, 9)
    if strategy == "quantile":
        edges = np.quantile(confidence, edges)
    counts = np.histogram(confidence, edges)[0]
    expected = np.sum(counts[counts > 0] * np.abs(accuracy - mean)) / len(y)
    found = expected_calibration_error(y, proba, n_bins=8, strategy=strategy)
    assert found == pytest.approx(expected, abs=2 / len(y))


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_sure_of_too_much_is_worse(strategy):
    y, proba = drawn(n_windows=4000)
    sharper = proba**3 / (proba**3).sum(axis=1, keepdims=True)
    honest, boasting = (
        expected_calibration_error(y, p, strategy=strategy) for p in (proba, sharper)
    )
    assert honest < 0.03
    assert boasting > 0.1


def test_weights_count_as_repeated_windows():
    y, proba = drawn(60)
    weight = np.arange(60) % 3
    repeated = np.repeat(np.arange(60), weight)
    for function in (expected_calibration_error, risk_coverage_curve):
        weighted = function(y, proba, sample_weight=weight)
        expected = function(y[repeated], proba[repeated], labels=[0, 1, 2, 3])
        for a, b in zip(np.atleast_1d(weighted), np.atleast_1d(expected), strict=True):
            np.testing.assert_allclose(a, b)


def test_labels_are_those_of_the_columns():
    proba = two([0.9, 0.8])
    names = ["walk", "sit"]
    assert expected_calibration_error(["walk", "walk"], proba, labels=names) == pytest.approx(0.15)
    assert expected_calibration_error(["sit", "sit"], proba, labels=names) == pytest.approx(0.85)
    # Without labels the order is the sorted one, as in classes_.
    assert expected_calibration_error(["sit", "walk"], two([0.9, 0.1])) == pytest.approx(0.1)


def test_the_curve_by_hand():
    proba = two([0.9, 0.6, 0.8, 0.8, 0.7])
    coverage, risk, thresholds = risk_coverage_curve([0, 1, 0, 1, 0], proba)
    np.testing.assert_allclose(thresholds, [0.9, 0.8, 0.7, 0.6])
    np.testing.assert_allclose(coverage, [0.2, 0.6, 0.8, 1.0])  # the two of 0.8 go together
    np.testing.assert_allclose(risk, [0.0, 1 / 3, 1 / 4, 2 / 5])


@settings(max_examples=60)
@given(st.integers(1, 40), st.integers(2, 5), st.integers(0, 1000))
def test_the_curve_is_what_a_threshold_does(n_windows, n_classes, seed):
    y, proba = drawn(n_windows, n_classes, seed=seed)
    proba = proba.astype(np.float32)  # as networks give them
    labels = np.arange(n_classes)
    coverage, risk, thresholds = risk_coverage_curve(y, proba, labels=labels)
    for c, r, threshold in zip(coverage, risk, thresholds, strict=True):
        kept = proba.max(axis=1) >= threshold
        assert c == pytest.approx(kept.mean())
        assert r == pytest.approx(np.mean(proba.argmax(axis=1)[kept] != y[kept]))
    assert (np.diff(coverage) > 0).all()
    assert (np.diff(thresholds) < 0).all()
    assert coverage[-1] == pytest.approx(1.0)
    assert 0.0 <= expected_calibration_error(y, proba, labels=labels) <= 1.0


@pytest.mark.parametrize("function", [expected_calibration_error, risk_coverage_curve])
@pytest.mark.parametrize(
    ("y", "proba", "options", "message"),
    [
        ([0, 1], [[0.9, 0.2], [0.5, 0.5]], {}, r"add up to 1 in each row.*row 0 is \[0.9, 0.2\]"),
        ([0, 1], [0.9, 0.2], {}, r"y_proba must have shape \(n_windows, n_classes\)"),
        ([0, 1, 1], two([0.9, 0.8]), {}, "inconsistent numbers of samples"),
        ([0, 0], two([0.9, 0.8]), {}, r"y_true has 1 and y_proba 2\. Pass labels=classifier\.cl"),
        ([0, 5], two([0.9, 0.8]), {"labels": [0, 1]}, r"not in labels: \[5\]"),
        ([0, 1], two([0.9, 0.8]), {"labels": [0, 1, 2]}, r"labels has 3 and y_proba 2\."),
        ([0, 1], two([0.9, 0.8]), {"sample_weight": [-1, 2]}, "sample_weight must be 0 or more"),
        ([0, 1], two([0.9, 0.8]), {"sample_weight": []}, "Found array with 0 sample"),
        (
            [0, 1],
            two([0.9, 0.8]),
            {"sample_weight": [0, 0]},
            "more than 0 for some windows, got values from 0",
        ),
        ([0, 1], two([np.nan, 0.8]), {}, "add up to 1"),
    ],
)
def test_what_is_wrong_is_said(function, y, proba, options, message):
    with pytest.raises(ValueError, match=message):
        function(y, proba, **options)


def test_bins_that_do_not_exist():
    with pytest.raises(ValueError, match="n_bins must be an integer of at least 1, got 0"):
        expected_calibration_error([0, 1], two([0.9, 0.2]), n_bins=0)
    with pytest.raises(ValueError, match="strategy must be 'uniform' or 'quantile', got 'mass'"):
        expected_calibration_error([0, 1], two([0.9, 0.2]), strategy="mass")


@pytest.fixture(scope="module")
def windows():
    """480 windows of 6 subjects; a fifth of the labels is wrong, so that nobody can be certain."""
    rng = np.random.default_rng(0)
    true = np.arange(480) % 3
    X = rng.normal(scale=0.5, size=(480, 16, 2)).astype(np.float32)
    X[:, :, 0] += true[:, None] - 1
    y = np.where(rng.random(480) < 0.2, rng.integers(0, 3, 480), true)
    return X, np.array(["sit", "stand", "walk"])[y], np.repeat(np.arange(6), 80)


@pytest.fixture(scope="module")
def model():
    """Trained for far too long, so that it is too sure of itself."""
    network = LSTMClassifier(
        units=12, n_steps=4, dense_units=16, dropout=0.0, epochs=40, batch_size=32,
        optimizer__learning_rate=0.03, random_state=0,
    )  # fmt: skip
    return make_pipeline(ChannelwiseTransformer(StandardScaler()), network)


@needs_temperature
def test_temperature_scaling_by_subject(windows, model):
    X, y, subject = windows
    train, test = subject < 4, subject >= 4
    cv = list(GroupKFold(2).split(X[train], y[train], subject[train]))
    calibrated = CalibratedClassifierCV(model, method="temperature", cv=cv, ensemble=False)
    calibrated.fit(X[train], y[train])
    network = calibrated.calibrated_classifiers_[0].estimator
    before, after = network.predict_proba(X[test]), calibrated.predict_proba(X[test])
    # One temperature for all classes: the activity stays the same, only less certain.
    np.testing.assert_array_equal(before.argmax(axis=1), after.argmax(axis=1))
    assert after.max(axis=1).mean() < before.max(axis=1).mean()
    assert expected_calibration_error(y[test], after) < expected_calibration_error(y[test], before)
    # scikit-learn warns where sums of single precision are not 1 in double precision.
    losses = [
        log_loss(y[test], np.float64(p) / np.float64(p).sum(axis=1, keepdims=True))
        for p in (after, before)
    ]
    assert losses[0] < losses[1]
    # And it is the network that is trained on all windows that were given.
    alone = clone(model).fit(X[train], y[train])
    np.testing.assert_array_equal(alone.predict_proba(X[test]), before)


@needs_temperature
def test_a_fitted_network_is_calibrated_on_a_subject_of_its_own(windows, model):
    X, y, subject = windows
    fitted = clone(model).fit(X[subject < 4], y[subject < 4])
    held_out = subject == 4
    calibrated = CalibratedClassifierCV(FrozenEstimator(fitted), method="temperature")
    calibrated.fit(X[held_out], y[held_out])
    assert calibrated.predict_proba(X[:3]).shape == (3, 3)
    assert calibrated.calibrated_classifiers_[0].estimator.estimator is fitted


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_other_methods_by_subject(windows, model, method):
    X, y, subject = windows
    cv = list(GroupKFold(2).split(X, y, subject))
    fast = clone(model).set_params(lstmclassifier__epochs=4)
    calibrated = CalibratedClassifierCV(fast, method=method, cv=cv).fit(X, y)
    proba = calibrated.predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-5)
    assert expected_calibration_error(y, proba, labels=calibrated.classes_) < 0.3


def test_the_reliability_diagram_of_scikit_learn(windows, model):
    mpl = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    mpl.use("Agg")
    X, y, _ = windows
    fitted = clone(model).set_params(lstmclassifier__epochs=4).fit(X, y)
    proba = fitted.predict_proba(X)
    right = fitted.predict(X) == y
    display = CalibrationDisplay.from_predictions(right, proba.max(axis=1), n_bins=5)
    assert display.line_.get_ydata().max() <= 1.0
    mpl.pyplot.close("all")
    # Of two activities it is made from the classifier itself.
    sitting = y == "sit"
    fitted = clone(model).set_params(lstmclassifier__epochs=2).fit(X, sitting)
    display = CalibrationDisplay.from_estimator(fitted, X, sitting, n_bins=5)
    np.testing.assert_allclose(display.y_prob, fitted.predict_proba(X)[:, 1])
    mpl.pyplot.close("all")
