"""The recognizer that comes with the package."""

import importlib.util
from importlib import resources

import numpy as np
import pytest

from sklearn_har.cli import main
from sklearn_har.datasets import make_har_recordings
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recognition import load_pretrained
from sklearn_har.recordings import Recording

WALK = make_har_recordings(
    n_subjects=1, seconds_per_activity=30.0, orientation="any", random_state=0
).recordings[0]


@pytest.fixture
def without_onnxruntime(monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else find_spec(name)
    )


def probabilities(recognizer):
    return np.array([d.probabilities for d in recognizer.decisions([WALK])[0]])


def test_onnx_runtime_and_keras_agree(without_onnxruntime, monkeypatch):
    in_keras = probabilities(load_pretrained())
    assert "Exported" not in type(load_pretrained().estimator_).__name__
    monkeypatch.undo()
    pytest.importorskip("onnxruntime")
    recognizer = load_pretrained()
    assert "Exported" in type(recognizer.estimator_).__name__
    np.testing.assert_allclose(probabilities(recognizer), in_keras, atol=1e-5)


def test_a_recording_without_walking_is_told():
    noise = np.random.default_rng(0).normal(0.0, 0.002, (3000, 6))
    table = Recording(
        noise + np.array([0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
        sampling_rate=50.0,
        channel_names=load_pretrained().channel_names_in_,
    )
    with pytest.warns(RecordingWarning, match="the frame of the body is not known"):
        timeline = load_pretrained().timelines([table])[0]
    assert set(timeline["activity"]) <= {"sitting", "standing"}


def test_walking_and_stairs_of_a_phone_worn_any_way_round():
    timeline = load_pretrained().timelines([WALK])[0]
    moving = timeline[timeline["activity"].str.contains("walking|jogging")]
    truth = WALK.timeline()
    walked = truth[truth["activity"].str.contains("walking")]
    lasting = (moving["end"] - moving["start"]).sum()
    assert lasting == pytest.approx((walked["end"] - walked["start"]).sum(), rel=0.25)


def test_the_files_are_small():
    folder = resources.files("sklearn_har.recognition") / "pretrained"
    assert sum(len(file.read_bytes()) for file in folder.iterdir()) < 1_000_000


def test_an_unknown_name():
    with pytest.raises(ValueError, match=r"name must be one of .*'pocket'.*got 'wrist'"):
        load_pretrained("wrist")


def test_predict_without_a_model(tmp_path, capsys):
    columns = ["ax", "ay", "az", "gx", "gy", "gz"]
    table = np.column_stack([WALK.time, WALK.samples])
    path = tmp_path / "walk.csv"
    np.savetxt(path, table, delimiter=",", header=",".join(["time", *columns]), comments="")
    options = ["--acceleration", *columns[:3], "--gyroscope", *columns[3:]]
    assert main(["predict", str(path), *options]) == 0
    out = capsys.readouterr().out
    assert "trained on MotionSense, a phone in the front pocket" in " ".join(out.split())
    assert out.partition("probability")[2].strip()
    assert main(["predict", str(path)]) == 0
    assert "--format auto reads this as a table" in capsys.readouterr().err


def test_options_that_contradict_it_are_refused(tmp_path, capsys):
    path = tmp_path / "walk.csv"
    path.write_text("time,x\n0,1\n")
    assert main(["predict", str(path), "--frame", "device"]) == 2
    assert "contradicts the model that comes with the package" in capsys.readouterr().err
