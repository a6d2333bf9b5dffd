"""The folder that `to_web` writes, and where the runtime comes from; the page itself is not run."""

import io
import json
import re
import sys
import tarfile

import numpy as np
import pytest

from sklearn_har import ActivityRecognizer, CNNLSTMClassifier
from sklearn_har.datasets import make_har_recordings
from sklearn_har.exceptions import ExportError
from sklearn_har.export import ExportedClassifier, to_litert, to_onnx, to_web
from sklearn_har.preparation import Preparation
from sklearn_har.recognition import load_pretrained
from sklearn_har.recordings import Recording

PACKAGE = {
    "package.json": json.dumps(
        {"name": "onnxruntime-web", "version": "9.9.9", "license": "MIT", "homepage": "somewhere"}
    ),
    "dist/ort.wasm.bundle.min.mjs": "script",
    "dist/ort-wasm-simd-threaded.wasm": "binary",
}


def _unpack(folder):
    for name, text in PACKAGE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def runtime(tmp_path):
    """A package with the names of the real one."""
    return _unpack(tmp_path / "node_modules" / "onnxruntime-web")


@pytest.fixture(scope="module")
def recordings():
    return make_har_recordings(2, seconds_per_activity=6.0, random_state=0).recordings


@pytest.fixture(scope="module")
def trained(recordings):
    return ActivityRecognizer(CNNLSTMClassifier(epochs=1, random_state=0)).fit(recordings)


def _facts(folder):
    return json.loads((folder / "model.json").read_text(encoding="utf-8"))


def _kept_offline(folder):
    version, names, *_ = (folder / "sw.js").read_text(encoding="utf-8").splitlines()
    version = re.fullmatch(r'const VERSION = "(\w{64})";', version)[1]
    return version, json.loads(names.removeprefix("const FILES = ").rstrip(";"))


def test_the_folder_is_whole(trained, runtime, tmp_path):
    folder = tmp_path / "deep" / "page"
    report = to_web(trained, folder, title="<Mine>", runtime=runtime)
    assert report.path == folder / "model.onnx"
    assert report.max_difference < 1e-5
    assert (folder / "runtime" / "ort.js").read_text() == "script"
    licence = (folder / "runtime" / "LICENSE.txt").read_text()
    assert licence.startswith("onnxruntime-web 9.9.9, somewhere\nLicence: MIT\n")
    assert "Copyright (c) Microsoft Corporation" in licence
    _, kept = _kept_offline(folder)
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert set(kept) == there - {"sw.js"}
    facts = _facts(folder)
    assert facts["title"] == "<Mine>"
    assert facts["activities"] == trained.classes_.tolist()
    assert facts["smoothing"]["expected_duration"] == 10.0
    assert facts["lowest_rate"] == 45.0
    # What a page and a module name exists.
    for path in folder.glob("*.js"):
        for name in re.findall(
            r'from "\./([^"]+)"|import\("\./([^"]+)"\)', path.read_text("utf-8")
        ):
            assert (folder / (name[0] or name[1])).is_file()
    page = (folder / "index.html").read_text(encoding="utf-8")
    for name in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert (folder / name).is_file()


def test_phones_fetch_what_is_new(runtime, tmp_path):
    # Its file is copied; to convert a network twice gives other names of layers.
    pretrained, versions = load_pretrained(), []
    for title in ("a", "a", "b"):
        to_web(pretrained, tmp_path / "page", title=title, runtime=runtime)
        versions.append(_kept_offline(tmp_path / "page")[0])
    assert versions[0] == versions[1] != versions[2]


def test_exported_files_are_taken_as_they_are(trained, runtime, tmp_path):
    pretrained = load_pretrained()
    report = to_web(pretrained, tmp_path / "pocket", runtime=runtime)
    assert report.max_difference == 0.0
    assert ExportedClassifier(report.path).n_channels_in_ == 10
    assert _facts(tmp_path / "pocket")["novelty"]["threshold"] > 0
    to_onnx(trained, tmp_path / "own.onnx")
    own = ActivityRecognizer.from_classifier(ExportedClassifier(tmp_path / "own.onnx"))
    to_web(own, tmp_path / "own", runtime=runtime)
    to_web(trained, tmp_path / "trained", runtime=runtime)
    assert _facts(tmp_path / "own") == _facts(tmp_path / "trained")
    manifest = json.loads((tmp_path / "own" / "app.webmanifest").read_text(encoding="utf-8"))
    assert manifest["name"] == _facts(tmp_path / "own")["title"]
    to_onnx(trained, tmp_path / "eight.onnx", batch_size=8)
    eight = ActivityRecognizer.from_classifier(ExportedClassifier(tmp_path / "eight.onnx"))
    with pytest.raises(ExportError, match=r"one window at a time, .* batch_size=8"):
        to_web(eight, tmp_path / "eight", runtime=runtime)
    to_litert(trained, tmp_path / "own.tflite")
    other = ActivityRecognizer.from_classifier(ExportedClassifier(tmp_path / "own.tflite"))
    with pytest.raises(ExportError, match="runs ONNX files, and the classifier is a LiteRT file"):
        to_web(other, tmp_path / "litert", runtime=runtime)


@pytest.mark.parametrize(
    ("names", "inputs"),
    [
        (("acc_x (g)", "acc_y (g)", "acc_z (g)"), "xyz"),
        (("az", "accelY", "X"), "zyx"),
        (("one", "two", "three"), "xyz"),
        (("acc_x", "acc_x2", "acc_z"), "xyz"),
    ],
)
def test_axes_are_those_that_names_tell(recordings, runtime, tmp_path, names, inputs):
    recording = recordings[0]
    alone = Recording(
        recording.samples[:, :3],
        sampling_rate=50.0,
        channel_names=names,
        labels=recording.labels,
    )
    recognizer = ActivityRecognizer(
        CNNLSTMClassifier(epochs=1, random_state=0), "accelerometer"
    ).fit([alone])
    to_web(recognizer, tmp_path / "page", runtime=runtime)
    facts = _facts(tmp_path / "page")
    assert facts["inputs"] == [f"acceleration.{axis}" for axis in inputs]
    assert facts["preparation"]["drift"] is None


def test_what_cannot_be_a_page(trained, recordings, runtime, tmp_path):
    folder = tmp_path / "page"
    with pytest.raises(TypeError, match=r"from_classifier\(classifier, preparation\) makes one"):
        to_web(trained.estimator_, folder, runtime=runtime)
    resampled = ActivityRecognizer(
        CNNLSTMClassifier(epochs=1, random_state=0), Preparation.from_preset("resample")
    ).fit(recordings[:1])
    with pytest.raises(ExportError, match=r"reads acceleration=\[\], .* and other=\['total_acc_x'"):
        to_web(resampled, folder, runtime=runtime)
    for duration in ([1.0] * 6, np.ones(6)):
        several = ActivityRecognizer.from_classifier(
            trained.estimator_, trained.preparation_, expected_duration=duration
        )
        with pytest.raises(ExportError, match="one expected_duration for all activities"):
            to_web(several, folder, runtime=runtime)
    assert not folder.exists(), "nothing is written"


def test_a_folder_with_other_files_is_kept(runtime, tmp_path):
    trained = load_pretrained()
    folder = tmp_path / "page"
    folder.mkdir()
    to_web(trained, folder, runtime=runtime)
    to_web(trained, folder, runtime=runtime)
    (runtime / "model.json").write_text("[]")
    with pytest.raises(FileExistsError, match="folder must be new or empty"):
        to_web(trained, runtime, runtime=runtime)
    with pytest.raises(FileExistsError, match="is a file"):
        to_web(trained, folder / "sw.js", runtime=runtime)


# Where the runtime comes from ---------------------------------------------------------------------


@pytest.fixture
def runtime_of_page(tmp_path):
    """Write a page, and return the files of its runtime by name."""

    def write(runtime=None):
        folder = tmp_path / "page"
        to_web(load_pretrained(), folder, runtime=runtime)
        return {path.name: path.read_bytes() for path in (folder / "runtime").iterdir()}

    return write


def test_node_modules_above_are_found(runtime, runtime_of_page, tmp_path, monkeypatch):
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    found = runtime_of_page()
    assert found["ort-wasm-simd-threaded.wasm"] == b"binary"
    for path in (runtime, runtime.parent, runtime.parent.parent):
        assert runtime_of_page(path) == found


def test_a_folder_without_it_is_refused(runtime, runtime_of_page, tmp_path):
    with pytest.raises(FileNotFoundError, match="npm install onnxruntime-web@"):
        runtime_of_page(tmp_path / "nowhere")
    (runtime / "dist" / "ort.wasm.bundle.min.mjs").unlink()
    with pytest.raises(FileNotFoundError, match=r"got onnxruntime-web 9\.9\.9, which lacks one"):
        runtime_of_page(runtime)


def test_files_that_were_altered_are_refused(runtime, runtime_of_page, tmp_path):
    with pytest.raises(FileNotFoundError) as e:
        runtime_of_page(tmp_path / "nowhere")
    facts = json.loads(PACKAGE["package.json"])
    facts["version"] = re.search(r"onnxruntime-web@([\d.]+)", str(e.value))[1]
    (runtime / "package.json").write_text(json.dumps(facts))
    with pytest.raises(ValueError, match="as it was published"):
        runtime_of_page(runtime)


def _npm(folder, text):
    """Put a program instead of npm."""
    folder.mkdir()
    npm = folder / "npm"
    npm.write_text(f"#!{sys.executable}\n{text}")
    npm.chmod(0o755)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A working directory without node_modules, and a PATH with the given npm alone."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def test_npm_fetches_it(elsewhere, runtime_of_page):
    archive = elsewhere / "kept.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name, text in PACKAGE.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    _npm(
        elsewhere / "bin",
        "import shutil, sys\n"
        "assert sys.argv[1] == 'pack' and sys.argv[2].startswith('onnxruntime-web@')\n"
        f"shutil.copy({str(archive)!r}, 'onnxruntime-web.tgz')\n",
    )
    assert runtime_of_page()["ort.js"] == b"script"


def test_npm_has_no_network(elsewhere, runtime_of_page):
    _npm(elsewhere / "bin", "import sys\nsys.exit('npm error code EAI_AGAIN')\n")
    with pytest.raises(OSError, match=r"npm could not fetch .* \(npm error code EAI_AGAIN\)"):
        runtime_of_page()


def test_npm_writes_what_is_no_text(elsewhere, runtime_of_page):
    code = "import os, sys\nos.write(2, b'npm error \\xff')\nsys.exit(1)\n"
    _npm(elsewhere / "bin", code)
    with pytest.raises(OSError, match=re.escape("(npm error \ufffd)")):
        runtime_of_page()


def test_without_npm_the_way_is_told(elsewhere, runtime_of_page):
    with pytest.raises(FileNotFoundError, match=r"Install Node\.js; or run 'npm install onnx"):
        runtime_of_page()
