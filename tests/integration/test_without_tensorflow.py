"""Exported models in environments of their own, in which TensorFlow is not installed."""

import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNTIMES = {"onnx": "onnxruntime", "tflite": "ai-edge-litert"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A network for windows of 128 x 9, in both formats, and what it says about some windows."""
    pytest.importorskip("onnx", reason="onnx is not installed")
    pytest.importorskip("ai_edge_litert", reason="ai-edge-litert is not installed")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from sklearn_har import CNNLSTMClassifier
    from sklearn_har.datasets import make_har_windows
    from sklearn_har.export import to_litert, to_onnx
    from sklearn_har.preprocessing import ChannelwiseTransformer

    folder = tmp_path_factory.mktemp("files")
    har = make_har_windows(n_subjects=4, n_windows_per_activity=8, random_state=0)
    clf = make_pipeline(
        ChannelwiseTransformer(StandardScaler()),
        CNNLSTMClassifier(filters=32, units=32, epochs=8, random_state=0),
    ).fit(har.data, har.target)
    told = {
        "activity_names": har.target_names,
        "channel_names": har.channel_names,
        "sampling_rate": har.sampling_rate,
    }
    to_onnx(clf, folder / "har.onnx", X=har.data, **told)
    to_litert(clf, folder / "har.tflite", X=har.data, **told)
    np.savez(folder / "windows.npz", X=har.data, expected=clf.predict_proba(har.data))
    return folder


def _pip(python, *packages):
    run = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *packages], capture_output=True, text=True
    )
    return run.returncode, run.stderr


@pytest.fixture(scope="module", params=RUNTIMES)
def environment(request, tmp_path_factory):
    """The Python of a new environment with numpy, one runtime and this package alone."""
    folder = tmp_path_factory.mktemp(f"venv-{request.param}")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    status, error = _pip(python, "numpy", RUNTIMES[request.param])
    if status:
        pytest.skip(f"pip cannot install packages here: {error.strip().splitlines()[-1]}")
    status, error = _pip(python, "--no-deps", str(ROOT))
    assert status == 0, error
    return python, request.param


def _run(python, *argv, **options):
    return subprocess.run([python, *map(str, argv)], capture_output=True, text=True, **options)


def test_probabilities_without_tensorflow_and_scikit_learn(environment, files, tmp_path):
    python, ending = environment
    for absent in ("tensorflow", "keras", "sklearn", "scipy", "pandas"):
        assert _run(python, "-c", f"import {absent}").returncode == 1
    code = """
import sys, numpy as np
from sklearn_har.export import ExportedClassifier
clf, content = ExportedClassifier(sys.argv[1]), np.load(sys.argv[2])
found = clf.predict_proba(content["X"])
assert found.shape == (len(content["X"]), 6)
print(np.abs(found - content["expected"]).max(), *clf.activity_names, sep=",")
"""
    argv = (files / f"har.{ending}", files / "windows.npz")
    run = _run(python, "-c", code, *argv, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    difference, first, *_ = run.stdout.strip().split(",")
    assert float(difference) < 1e-5
    assert first == "walking"


@pytest.fixture(scope="module")
def environment_of_streams(environment):
    """The same with what filters and recordings need."""
    python, ending = environment
    status, error = _pip(python, "scipy", "pandas", "scikit-learn")
    assert status == 0, error
    return python, ending


@pytest.mark.parametrize("recording", ["simulated", "HAPT"])
def test_a_recording_sample_by_sample(environment_of_streams, files, recording, tmp_path, request):
    python, ending = environment_of_streams
    options = []
    if recording == "HAPT":
        options = ["--archive", request.getfixturevalue("hapt_archive")]
    example = ROOT / "examples" / "export" / "phone_without_tensorflow.py"
    run = _run(
        python,
        example,
        files / f"har.{ending}",
        *options,
        cwd=tmp_path,
        env={"SKLEARN_HAR_DATA": str(tmp_path)},
    )
    assert run.returncode == 0, run.stderr
    assert _run(python, "-c", "import tensorflow").returncode == 1
    assert run.stdout.endswith("loaded of TensorFlow and Keras: nothing\n")
    names = {line.split()[-1] for line in run.stdout.splitlines() if " s  0." in line}
    names |= {line.split()[-1] for line in run.stdout.splitlines() if " s  1." in line}
    # It is trained on simulated windows; on these it tells rest from movement at the least.
    assert len(names) >= 3
