"""Files of fewer bits: what they save, what they cost, and what they are refused for."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from exported_networks import NETWORKS, WRITERS
from sklearn_har import CNNLSTMClassifier, LSTMClassifier
from sklearn_har.datasets import make_har_windows
from sklearn_har.exceptions import ExportWarning
from sklearn_har.export import ExportedClassifier, to_litert, to_onnx
from sklearn_har.preprocessing import ChannelwiseTransformer

onnx = pytest.importorskip("onnx", reason="onnx is not installed")

# Which inputs of the operators that multiply integers are weights.
_WEIGHTS = {"MatMulInteger": (1,), "DynamicQuantizeLSTM": (1, 2)}

# Some windows look like two activities, and rounding decides.
OTHER_ACTIVITIES = pytest.mark.filterwarnings("ignore::sklearn_har.exceptions.ExportWarning")


@pytest.fixture(scope="module")
def trained():
    har = make_har_windows(n_subjects=4, n_windows_per_activity=8, random_state=0)
    clf = CNNLSTMClassifier(filters=32, units=32, epochs=8, random_state=0)
    pipeline = make_pipeline(ChannelwiseTransformer(StandardScaler()), clf)
    return pipeline.fit(har.data, har.target), har


@OTHER_ACTIVITIES
@pytest.mark.parametrize(
    ("kind", "quantize", "smaller", "difference"),
    [
        ("tflite", "float16", 1.8, 0.02),
        ("tflite", "dynamic", 3.0, 0.1),
        ("onnx", "dynamic", 3.0, 0.1),
    ],
)
def test_it_makes_files_smaller_and_says_what_it_costs(
    trained, kind, quantize, smaller, difference, tmp_path
):
    pipeline, har = trained
    write = WRITERS[kind]
    whole = write(pipeline, tmp_path / "whole", X=har.data, y=har.target)
    report = write(pipeline, tmp_path / "small", quantize=quantize, X=har.data, y=har.target)
    assert whole.n_bytes / report.n_bytes > smaller
    assert 0 < report.max_difference < difference
    assert report.agreement >= 0.95
    assert report.estimator_accuracy == pipeline.score(har.data, har.target)
    exported = ExportedClassifier(tmp_path / "small")
    assert report.accuracy == exported.score(har.data, har.target)
    assert exported.quantize == quantize
    assert f"{report.format}, {quantize}, {report.n_bytes / 1e3:.0f} kB" in str(report)
    assert "of the estimator" in str(report)


@OTHER_ACTIVITIES
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_onnx_runtime_reads_each_network_of_integers(name, windows, untrained, tmp_path, caplog):
    X, y = windows
    clf = untrained(clone(NETWORKS[name]), X, y)
    to_onnx(clf, tmp_path / "har.onnx", quantize="dynamic", X=X)
    assert caplog.records == []
    exported = ExportedClassifier(tmp_path / "har.onnx")
    found, expected = exported.predict_proba(X), clf.predict_proba(X)
    # These weights are random: what rounding costs a trained network is asked above. Some of these
    # networks amplify any change to their weights, so that each network sets its own bound.
    # Rounding to 7 bits moves a weight by half a step at most, and rounding the other factor to
    # 8 bits does less: a whole step covers both. The mean counts the few windows at a boundary
    # between activities, of which one decides much. Hence it has twice the room.
    difference = _differences(found, expected)
    moved = [_differences(_with_moved_weights(clf, X, seed), expected) for seed in range(5)]
    assert 0 < np.median(difference) < max(np.median(values) for values in moved)
    assert np.mean(difference) < 2 * max(np.mean(values) for values in moved)
    alone = np.concatenate([exported.predict_proba(X[i : i + 1]) for i in range(5)])
    assert np.abs(alone - found[:5]).max() < 0.1


def _differences(found, expected):
    """Return how far each window's probabilities are from the expected ones."""
    return np.abs(found - expected).max(axis=1)


def _with_moved_weights(clf, X, seed):
    """Return probabilities after each matrix of weights moved by up to a step of 7 bits."""
    rng = np.random.default_rng(seed)
    # The kernels of convolutions have more axes, and stay real numbers in the file.
    matrices = [v for v in clf.model_.trainable_variables if len(v.shape) == 2]
    before = [matrix.numpy() for matrix in matrices]
    for matrix, values in zip(matrices, before, strict=True):
        step = np.abs(values).max() / 64
        matrix.assign(values + rng.uniform(-step, step, values.shape))
    probabilities = clf.predict_proba(X)
    for matrix, values in zip(matrices, before, strict=True):
        matrix.assign(values)
    return probabilities


@OTHER_ACTIVITIES
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_products_of_integers_fit_into_16_bits(name, windows, untrained, tmp_path):
    # Processors without VNNI add two products of an unsigned and a signed byte in 16 bits, and cut
    # off what is larger. Others do not, and would not show it: hence the weights are looked at.
    X, y = windows
    path = tmp_path / "har.onnx"
    to_onnx(untrained(clone(NETWORKS[name]), X, y), path, quantize="dynamic", X=X)
    graph = onnx.load(path).graph
    constants = {entry.name: onnx.numpy_helper.to_array(entry) for entry in graph.initializer}
    factors = [
        constants[node.input[i]] for node in graph.node for i in _WEIGHTS.get(node.op_type, ())
    ]
    assert factors
    # Nothing else multiplies integers.
    assert {node.op_type for node in graph.node if "Integer" in node.op_type} <= set(_WEIGHTS)
    for weights in factors:
        assert weights.dtype == np.int8
        largest = np.abs(weights.astype(int)).max()
        # All 7 bits are used.
        assert largest == 64
        assert 2 * 255 * largest <= np.iinfo(np.int16).max


@OTHER_ACTIVITIES
def test_integers_do_not_depend_on_the_windows_before(trained, tmp_path):
    pipeline, har = trained
    path = tmp_path / "har.tflite"
    to_litert(pipeline, path, quantize="dynamic", X=har.data)
    exported = ExportedClassifier(path)
    together = exported.predict_proba(har.data[:5])
    alone = exported.predict_proba(har.data[4:5])
    np.testing.assert_array_equal(together[4:5], alone)


def test_a_model_that_says_something_else_is_warned_of(trained, tmp_path):
    pipeline, har = trained
    # Mixtures of two windows; rounding decides about those between two activities.
    rng = np.random.default_rng(0)
    one, other = har.data[rng.integers(0, len(har.data), (2, 2000))]
    mixed = one + rng.uniform(size=(2000, 1, 1)).astype(np.float32) * (other - one)
    second, first = np.sort(pipeline.predict_proba(mixed), axis=1)[:, -2:].T
    between = mixed[np.argsort(first - second)[:50]]
    with pytest.warns(ExportWarning, match="names another activity than its estimator in"):
        to_litert(pipeline, tmp_path / "har.tflite", quantize="dynamic", X=between)


def test_an_lstm_over_many_steps_is_as_small_as_its_weights(tmp_path):
    X = np.random.default_rng(0).normal(size=(12, 128, 9)).astype(np.float32)
    clf = LSTMClassifier(random_state=0).initialize(X, np.arange(12) % 6)
    # 54,606 weights.
    assert to_litert(clf, tmp_path / "har.tflite", quantize="dynamic", X=X).n_bytes < 100e3
    assert to_onnx(clf, tmp_path / "har.onnx", quantize="dynamic", X=X).n_bytes < 100e3


def test_unknown_kinds_are_refused(trained, tmp_path):
    pipeline, _ = trained
    for write, quantize in ((to_litert, "int8"), (to_onnx, "float16")):
        with pytest.raises(ValueError, match=rf"quantize must be one of .* got '{quantize}'"):
            write(pipeline, tmp_path / "har", quantize=quantize)
    assert list(tmp_path.iterdir()) == []
