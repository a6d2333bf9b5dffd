"""An exported file that was altered is refused before native code reads it."""

import pytest

from altered import outcomes_of
from sklearn_har import CNNLSTMClassifier
from sklearn_har.export import to_litert, to_onnx


@pytest.mark.fault("exported model altered at random", "refused, or nothing was altered")
@pytest.mark.parametrize("n", [50, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("ending", ["onnx", "tflite"])
def test_no_alteration_crashes_or_changes_the_answer(
    windows, untrained, tmp_path, ending, n, record_property
):
    path = tmp_path / f"har.{ending}"
    network = untrained(CNNLSTMClassifier(filters=4, units=5, dense_units=5), *windows)
    {"onnx": to_onnx, "tflite": to_litert}[ending](network, path)
    outcomes, bad = outcomes_of("exported", path, n, timeout=300)
    assert bad == []
    assert outcomes.keys() <= {"refused", "loaded, the same"}
    assert outcomes["refused"] > 0.9 * n
    record_property("times", n)
