"""``sklearn-har export``: from a saved model to a file for phones and servers."""

import numpy as np
import pytest
from sklearn.utils import Bunch

import sklearn_har.datasets
from sklearn_har import LSTMClassifier
from sklearn_har.cli import main

skops_io = pytest.importorskip("skops.io", reason="skops is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed")

from sklearn_har.export import ExportedClassifier  # noqa: E402

NAMES = ["laying", "sitting", "walking"]


def _windows(subset="train", **_):
    rng = np.random.default_rng(subset == "test")
    return Bunch(
        data=rng.normal(size=(30, 16, 3)).astype(np.float32),
        target=np.arange(30) % 3,
        target_names=NAMES,
        channel_names=["x", "y", "z"],
        sampling_rate=50.0,
    )


@pytest.fixture(params=["numbers", "names"])
def model(request, tmp_path, monkeypatch):
    monkeypatch.setattr(sklearn_har.datasets, "fetch_uci_har", _windows)
    data = _windows()
    y = data.target if request.param == "numbers" else np.array(NAMES)[data.target]
    clf = LSTMClassifier(units=4, n_steps=4, dense_units=4, random_state=0)
    skops_io.dump(clf.initialize(data.data, y), tmp_path / "model.skops")
    return clf


@pytest.mark.parametrize("ending", ["onnx", "tflite"])
def test_both_formats_can_have_integers(model, ending, tmp_path, capsys):
    path = tmp_path / f"har.{ending}"
    assert main(["export", str(tmp_path / "model.skops"), str(path), "--quantize", "dynamic"]) == 0
    assert ExportedClassifier(path).quantize == "dynamic"
    assert ", dynamic," in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("ending", ["onnx", "tflite"])
def test_a_model_becomes_a_file(model, ending, tmp_path, capfd):
    path = tmp_path / f"har.{ending}"
    options = ("--names", "a", "b", "c", "--rate", "20", "--channels", "u", "v", "w")
    argv = ["export", str(tmp_path / "model.skops"), str(path), *options, "--batch-size", "2"]
    assert main(argv) == 0
    out, err = capfd.readouterr()
    assert err == "", "the runtimes and converters greet on the error stream"
    exported, X = ExportedClassifier(path), _windows().data
    np.testing.assert_allclose(exported.predict_proba(X), model.predict_proba(X), atol=1e-5)
    assert exported.activity_names == ("a", "b", "c")
    assert exported.channel_names == ("u", "v", "w")
    assert (exported.sampling_rate, exported.batch_size) == (20.0, 2)
    # A path is never broken, because people copy it.
    assert all(len(line) <= 80 for line in out.splitlines() if str(tmp_path) not in line)
    file, compared = out.split("compared")
    assert str(path) in file.replace("\n", "")
    assert "64 windows" in compared


def test_a_data_set_gives_names_and_windows(model, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sklearn_har.export._report._AGREEMENT", 0.0)
    path = tmp_path / "har.tflite"
    argv = ["export", str(tmp_path / "model.skops"), str(path), "--dataset", "uci-har"]
    assert main([*argv, "--quantize", "float16"]) == 0
    exported, test = ExportedClassifier(path), _windows("test")
    assert exported.activity_names == tuple(NAMES)
    assert exported.channel_names == ("x", "y", "z")
    assert exported.sampling_rate == 50.0
    assert exported.quantize == "float16"
    y = test.target if model.classes_.dtype.kind == "i" else np.array(NAMES)[test.target]
    out = " ".join(capsys.readouterr().out.split())
    assert f"accuracy {exported.score(test.data, y):.2%}, of the estimator" in out


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("har.pb",), 2, "the ending must be one of .onnx, .tflite, got '.pb'"),
        (("har.onnx", "--quantize", "float16"), 2, "--quantize float16 is for .tflite files"),
        (("har.tflite", "--quantize", "int8"), 2, "invalid choice: 'int8'"),
        (("har.onnx", "--archive", "a.zip"), 2, "go with --dataset uci-har"),
        (("har.onnx", "--rate", "0"), 2, "argument --rate: must be a finite number above 0"),
        (("har.onnx", "--names", "a"), 1, "activity_names must name each of the 3 classes"),
        (("nowhere/har.onnx",), 1, "there is no folder"),
    ],
)
def test_what_is_wrong_is_one_line(model, options, status, message, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["export", "model.skops", *options]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sklearn-har: error: ")
    assert message in err
    assert err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["model.skops"]
