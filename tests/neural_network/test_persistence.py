"""Saving and loading: equal predictions, training that goes on, nothing that executes."""

import copy
import importlib.util
import io
import json
import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import ConvLSTMClassifier, LSTMClassifier
from sklearn_har.preprocessing import ChannelwiseTransformer

skops_io = pytest.importorskip("skops.io", reason="skops is not installed: pip install skops")


def through_joblib(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


def through_skops(model):
    saved = skops_io.dumps(model)
    unknown = skops_io.get_untrusted_types(data=saved)
    assert all(name.startswith("sklearn_har.") for name in unknown), unknown
    return skops_io.loads(saved, trusted=unknown)


WAYS = {
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "joblib": through_joblib,
    "deepcopy": copy.deepcopy,
    "skops": through_skops,
}


@pytest.mark.parametrize("way", list(WAYS))
def test_predictions_are_equal_and_training_goes_on(tiny, windows, way):
    X, y = windows
    clf = tiny(epochs=1).fit(X, y)
    loaded = WAYS[way](clf)
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    assert loaded.get_params() == clf.get_params()
    assert loaded.history_ == clf.history_
    # Dropout, the order of the windows and the moments of Adam go on where they stood.
    clf.partial_fit(X, y)
    loaded.partial_fit(X, y)
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))


@pytest.mark.parametrize("way", list(WAYS))
def test_a_pipeline_and_an_unfitted_classifier(tiny_lstm, windows, way):
    X, y = windows
    pipeline = make_pipeline(ChannelwiseTransformer(StandardScaler()), tiny_lstm(epochs=1))
    unfitted = WAYS[way](pipeline)
    pipeline.fit(X, y)
    np.testing.assert_array_equal(WAYS[way](pipeline).predict_proba(X), pipeline.predict_proba(X))
    np.testing.assert_array_equal(unfitted.fit(X, y).predict_proba(X), pipeline.predict_proba(X))


def test_a_loaded_classifier_can_be_saved_before_it_is_used(tiny_lstm, windows):
    X, y = windows
    clf = tiny_lstm(epochs=1).fit(X, y)
    twice = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(clf))))
    np.testing.assert_array_equal(twice.predict_proba(X), clf.predict_proba(X))


def test_prediction_between_loading_and_saving_loses_nothing(tiny_lstm, windows):
    X, y = windows
    clf = tiny_lstm(epochs=1).fit(X, y)
    loaded = pickle.loads(pickle.dumps(clf))
    loaded.predict(X)
    again = pickle.loads(pickle.dumps(loaded))
    # The moments of Adam are still there.
    clf.partial_fit(X, y)
    again.partial_fit(X, y)
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))


def test_the_state_holds_no_keras_object(tiny, windows):
    state = tiny(epochs=1).fit(*windows).__getstate__()

    def types(value):
        if isinstance(value, dict):
            return set().union(*(types(v) for v in value.values()))
        if isinstance(value, list | tuple):
            return set().union(*(types(v) for v in value), {type(value)})
        return {type(value)}

    plain = {bool, int, float, str, type(None), list, tuple, np.ndarray}
    assert types(state) <= plain


def test_the_file_is_the_weights_and_the_moments_of_the_optimizer(windows):
    from sklearn_har import ConvLSTMClassifier

    clf = ConvLSTMClassifier(epochs=1, random_state=0).fit(*windows)
    n_bytes = 4 * clf.model_.count_params()
    assert 3 * n_bytes < len(pickle.dumps(clf)) < 3 * n_bytes + 5000


def test_another_format_is_refused_with_its_number(tiny_lstm, windows):
    state = tiny_lstm(epochs=1).fit(*windows).__getstate__()
    state["_network"] = {**state["_network"], "format": 99}
    with pytest.raises(ValueError, match=r"saved in format 99; .* reads format 1"):
        tiny_lstm().__setstate__(state)


def test_arrays_that_do_not_fit_are_refused(tiny_lstm, windows):
    X, y = windows
    clf = tiny_lstm(epochs=1).fit(X, y)
    state = clf.__getstate__()
    arrays = state["_network"]["variables"]
    state["_network"] = {**state["_network"], "variables": arrays[:-1]}
    other = tiny_lstm()
    other.__setstate__(state)
    with pytest.raises(ValueError, match="does not fit"):
        other.predict(X)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (
            {"units": 2**40},
            r"cannot be built: it needs an array of shape \(24, 4398046511104\), wh",
        ),
        ({"input_shape": (32, 2**40)}, r"cannot be built: it needs an array of shape"),
        ({"input_shape": (32, 2**40), "scaling": "both"}, r"an array of shape \(1099511627776,\)"),
        ({"n_layers": 2**40}, r"cannot be built: it needs an array of shape \(6, 24\)"),
        ({"n_classes": 2**40}, r"cannot be built: it needs an array of shape \(8, 1099511627776\)"),
        (
            {"n_steps": 2**40},
            "cannot be built: n_steps=1099511627776 is more than 1024 and more than",
        ),
        ({"n_steps": 5}, "cannot be built: it needs an array of shape"),
        ({"unit": 6}, "cannot be built: .*unexpected keyword argument 'unit'"),
        ({"dropout": "much"}, "cannot be built"),
    ],
)
def test_sizes_that_do_not_fit_are_refused_before_memory_is_taken(
    tiny_lstm, windows, change, match
):
    X, y = windows
    state = tiny_lstm().initialize(X, y).__getstate__()
    network = state["_network"]
    state["_network"] = {**network, "config": {**network["config"], **change}}
    altered = tiny_lstm()
    altered.__setstate__(state)
    with pytest.raises(ValueError, match=match):
        altered.predict(X)


@pytest.mark.parametrize(
    "change",
    [
        {"filters": 2**40},
        {"kernel_size": 2**40},
        {"n_layers": 2**40},
        {"n_conv_layers": 2**40},
        {"conv_filters": 2**40},
        {"conv_kernel_size": (5, 2**40), "conv_filters": (3, 3), "n_conv_layers": 2},
        {"pool_size": 2**40},
    ],
)
def test_sizes_of_convolutions_are_refused_before_memory_is_taken(windows, change):
    X, y = windows
    clf = ConvLSTMClassifier(
        filters=2, dense_units=2, n_conv_layers=1, conv_filters=3, batch_normalization=True
    ).initialize(X, y)
    state = clf.__getstate__()
    network = state["_network"]
    state["_network"] = {**network, "config": {**network["config"], **change}}
    altered = ConvLSTMClassifier()
    altered.__setstate__(state)
    with pytest.raises(ValueError, match="The saved network cannot be built"):
        altered.predict(X)


def test_a_saved_network_without_its_sizes_is_refused(tiny_lstm, windows):
    state = tiny_lstm().initialize(*windows).__getstate__()
    for config in ({}, {"units": 6}):
        state["_network"] = {**state["_network"], "config": config}
        with pytest.raises(ValueError, match="saved network lacks a part"):
            tiny_lstm().__setstate__(state)


def test_parameters_set_after_fit_do_not_change_the_saved_network(tiny_lstm, windows):
    X, y = windows
    clf = tiny_lstm(epochs=1).fit(X, y)
    expected = clf.predict_proba(X)
    clf.set_params(units=3)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(clf)).predict_proba(X), expected)


GOLDEN = Path(__file__).parent / "golden"


def golden_windows():
    spec = importlib.util.spec_from_file_location("make_golden", GOLDEN / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.windows()


@pytest.mark.parametrize("name", ["lstm", "cnn-lstm", "conv-lstm"])
@pytest.mark.parametrize("ending", ["pickle", "skops"])
def test_files_of_earlier_versions_are_read(name, ending):
    X, y = golden_windows()
    data = (GOLDEN / f"format-1-{name}.{ending}").read_bytes()
    if ending == "pickle":
        clf = pickle.loads(data)
    else:
        clf = skops_io.loads(data, trusted=skops_io.get_untrusted_types(data=data))
    expected = json.loads((GOLDEN / "format-1.json").read_text(encoding="utf-8"))[name]
    np.testing.assert_allclose(clf.predict_proba(X), expected, rtol=1e-4, atol=1e-6)
    assert list(clf.classes_) == ["laying", "sitting", "walking"]
    assert clf.partial_fit(X, y).n_iter_ == 2
    # Parameters of later versions have their defaults.
    assert clf.get_params().keys() == type(clf)().get_params().keys()
    assert clone(clf).set_params(epochs=1).fit(X, y).n_iter_ == 1


def test_more_steps_than_any_array_is_long_are_loaded(windows):
    X, y = windows
    clf = LSTMClassifier(
        units=1, dense_units=1, n_steps=64, remainder="pad", epochs=1, random_state=0
    ).fit(X[:, :5], y)
    loaded = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(loaded.predict_proba(X[:, :5]), clf.predict_proba(X[:, :5]))


def test_more_steps_than_a_window_can_be_filled_up_to(windows):
    X, y = windows
    clf = LSTMClassifier(units=1, n_steps=2000, remainder="pad")
    with pytest.raises(ValueError, match=r"n_steps=2000 is more than 1024 and more than the 32 t"):
        clf.fit(X, y)


def test_sizes_of_convolutions_that_are_not_there_do_not_count(windows):
    X, y = windows
    clf = ConvLSTMClassifier(
        filters=2, dense_units=2, conv_filters=500, conv_kernel_size=500, pool_size=500, epochs=1
    ).fit(X, y)
    loaded = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
