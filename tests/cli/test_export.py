"""``sklearn-har export``: from a saved model to a file for phones and servers."""

import json

import numpy as np
import pytest
from sklearn.utils import Bunch

import sklearn_har.datasets
from sklearn_har import ActivityRecognizer, LSTMClassifier
from sklearn_har.cli import main

skops_io = pytest.importorskip("skops.io", reason="skops is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("tf2onnx", reason="tf2onnx is not installed")
pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed")

from sklearn_har.datasets import make_har_recordings  # noqa: E402
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


def test_a_data_set_gives_names_and_windows(model, tmp_path, capsys):
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


@pytest.fixture
def runtime(tmp_path):
    """A package with the names of onnxruntime-web, which the command finds beside the files."""
    package = tmp_path / "node_modules" / "onnxruntime-web"
    (package / "dist").mkdir(parents=True)
    (package / "package.json").write_text('{"name": "onnxruntime-web"}')
    for name in ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"):
        (package / "dist" / name).write_text(name)
    return package


def test_a_model_becomes_a_page(runtime, tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recordings = make_har_recordings(1, seconds_per_activity=4.0, random_state=0).recordings
    recognizer = ActivityRecognizer(LSTMClassifier(units=4, n_steps=4, epochs=1)).fit(recordings)
    skops_io.dump(recognizer, "model.skops")
    assert main(["export", "model.skops", "har.onnx"]) == 0
    for model in ("model.skops", "har.onnx"):
        capfd.readouterr()
        assert main(["export", model, "--web", "page", "--title", "Mine"]) == 0
        out, err = capfd.readouterr()
        assert err == ""
        assert "page/model.onnx: ONNX" in out
        assert "python -m http.server --bind 127.0.0.1 --directory page" in " ".join(out.split())
        facts = json.loads((tmp_path / "page" / "model.json").read_text())
        assert (facts["title"], facts["activities"]) == ("Mine", recognizer.classes_.tolist())
    assert main(["export", "--web", "pocket", "--runtime", str(runtime)]) == 0
    facts = json.loads((tmp_path / "pocket" / "model.json").read_text())
    assert "jogging" in facts["activities"]


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("model.skops", "har.onnx", "--web", "page"), 2, "--web writes a folder and no file"),
        (("model.skops", "--web", "page", "--quantize", "dynamic"), 2, "--quantize: is for files"),
        (("model.skops", "--web", "page", "--rate", "50"), 2, "--rate: is for files"),
        (("har.tflite", "--web", "page"), 2, "--web runs ONNX files"),
        (("model.skops", "--web", "page"), 1, "--web needs a model that train wrote"),
        (("model.skops", "har.onnx", "--title", "x"), 2, "--title: is for --web"),
        (("model.skops", "har.onnx", "--runtime", "x"), 2, "--runtime: is for --web"),
        (("model.skops",), 2, "name the saved model and the file to write"),
        ((), 2, "or a folder by --web"),
        (("--web", "page", "--runtime", "x"), 1, "--runtime must be the folder of onnxruntime-web"),
        (("--web", "."), 1, "--web must be new or empty"),
    ],
)
def test_what_is_wrong_with_a_page_is_one_line(
    model, options, status, message, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert main(["export", *options]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sklearn-har: error: ")
    assert message in err
    assert err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["model.skops"]
