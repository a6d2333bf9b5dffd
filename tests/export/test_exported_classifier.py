"""A classifier that is a file."""

import dataclasses
import hashlib
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from sklearn_har import CNNLSTMClassifier, __version__
from sklearn_har.datasets import make_har_recordings
from sklearn_har.export import ExportedClassifier, to_litert, to_onnx
from sklearn_har.preparation import Preparation
from sklearn_har.recognition import ActivityRecognizer, StreamingRecognizer

CHANNELS = [f"{kind}_{axis}" for kind in ("total_acc", "body_acc", "body_gyro") for axis in "xyz"]


def seal(content):
    """Write the SHA-256 of a file into it, counted with zeros in its place."""
    start = content.index(b'"sha256": "') + 11
    blank = content[:start] + b"0" * 64 + content[start + 64 :]
    digest = hashlib.sha256(blank).hexdigest().encode()
    return content[:start] + digest + content[start + 64 :]


@pytest.fixture(scope="module")
def phone():
    data = make_har_recordings(n_subjects=1, seconds_per_activity=5.0, random_state=0)
    return data.recordings[0]


@pytest.fixture(scope="module")
def estimator():
    X = np.random.default_rng(0).normal(size=(12, 128, 9)).astype(np.float32)
    clf = CNNLSTMClassifier(filters=4, units=5, dense_units=6, random_state=0)
    return clf.initialize(X, np.arange(12) % 3)


@pytest.fixture(scope="module", params=["onnx", "tflite"])
def path(request, estimator, tmp_path_factory):
    path = tmp_path_factory.mktemp("exported") / f"har.{request.param}"
    write = {"onnx": to_onnx, "tflite": to_litert}[request.param]
    write(
        estimator,
        path,
        activity_names=["läuft", "sitzt", "steht"],
        channel_names=CHANNELS,
        sampling_rate=50.0,
    )
    return path


def test_it_tells_what_it_is(path):
    exported = ExportedClassifier(path)
    np.testing.assert_array_equal(exported.classes_, [0, 1, 2])
    assert exported.classes_.dtype == np.int64
    assert exported.activity_names == ("läuft", "sitzt", "steht")
    assert exported.channel_names == tuple(CHANNELS)
    assert exported.sampling_rate == 50.0
    assert (exported.n_timesteps_in_, exported.n_channels_in_) == (128, 9)
    assert exported.n_features_in_ == 128 * exported.n_channels_in_
    assert exported.version == __version__
    assert exported.format == {"onnx": "ONNX", "tflite": "LiteRT"}[path.suffix[1:]]
    assert f"{exported.format}, 3 activities, windows of 128 x 9" in repr(exported)


def test_it_survives_pickling_and_threads(path, estimator):
    X = np.random.default_rng(1).normal(size=(20, 128, 9))
    exported = pickle.loads(pickle.dumps(ExportedClassifier(path, n_threads=2)))
    expected = estimator.predict_proba(X)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(exported.predict_proba, [X] * 12):
            np.testing.assert_allclose(result, expected, atol=1e-5)


def test_windows_are_checked(path):
    exported = ExportedClassifier(path)
    X = np.zeros((2, 128, 9))
    for bad, match in [
        (X[:, :64], "must be windows of 128 time steps and 9 channel"),
        (X[:, :, :8], "must be windows of 128 time steps and 9 channel"),
        (X[0], "must be windows of 128 time steps and 9 channel"),
        (X[:0], "at least one window"),
        (X.astype(str), "real numbers"),
        (np.full_like(X, np.nan), "missing"),
        (np.full_like(X, np.inf), "infinite"),
        (np.full_like(X, 1e300), "too large"),
    ]:
        with pytest.raises(ValueError, match=match):
            exported.predict_proba(bad)
    with pytest.raises(ValueError, match="y must have one label for each of the 2 windows"):
        exported.score(X, [0])
    assert exported.score(X, exported.predict(X)) == 1.0


def test_a_stream_is_recognised_as_by_the_estimator(path, estimator, phone):
    exported = ExportedClassifier(path)
    (expected,) = ActivityRecognizer.from_classifier(estimator).decisions([phone])
    (at_once,) = ActivityRecognizer.from_classifier(exported).decisions([phone])
    recognizer = StreamingRecognizer(exported)
    found = [decision for sample in phone.samples for decision in recognizer.push(sample)]
    found += recognizer.finish()
    assert len(expected) > 5
    for decisions in (found, at_once):
        assert [d.start for d in decisions] == [d.start for d in expected]
        np.testing.assert_allclose(
            [d.probabilities for d in decisions], [d.probabilities for d in expected], atol=1e-5
        )


def test_a_stream_of_other_windows_is_refused(path, phone, estimator, tmp_path):
    exported = ExportedClassifier(path)
    with pytest.raises(ValueError, match="fitted on windows of 128 time steps, got 64"):
        StreamingRecognizer(exported, Preparation(window=1.28))
    for use in (StreamingRecognizer, ActivityRecognizer.from_classifier):
        with pytest.raises(
            ValueError, match="exported for windows of 50 Hz, got sampling_rate=100"
        ):
            use(exported, Preparation(sampling_rate=100.0, window=1.28))
    to_onnx(estimator, tmp_path / "har.onnx", channel_names=CHANNELS[::-1])
    reversed_channels = ExportedClassifier(tmp_path / "har.onnx")
    with pytest.raises(ValueError, match="exported for channels in the order"):
        StreamingRecognizer(reversed_channels)
    with pytest.raises(ValueError, match="exported for channels in the order"):
        ActivityRecognizer.from_classifier(reversed_channels).decisions([phone])
    # Other names are other names for all that is known.
    to_onnx(estimator, tmp_path / "har.onnx", channel_names=list("abcdefghi"))
    StreamingRecognizer(ExportedClassifier(tmp_path / "har.onnx"))


@pytest.fixture(scope="module")
def recognizer(phone):
    network = CNNLSTMClassifier(filters=4, units=5, dense_units=6, epochs=1, random_state=0)
    preparation = Preparation(overlap=0.25)
    return ActivityRecognizer(network, preparation, min_duration=1.0).fit([phone])


class TestRecognizer:
    """The file of an ActivityRecognizer holds what must be done to a recording."""

    @pytest.mark.parametrize(("write", "ending"), [(to_onnx, "onnx"), (to_litert, "tflite")])
    def test_it_comes_back_with_its_preparation(self, recognizer, phone, tmp_path, write, ending):
        write(recognizer, tmp_path / f"har.{ending}", X=[phone])
        exported = ExportedClassifier(tmp_path / f"har.{ending}")
        assert exported.preparation == recognizer.preparation_
        assert exported.sampling_rate == 50.0
        assert exported.channel_names == tuple(CHANNELS)
        again = ActivityRecognizer.from_classifier(exported)
        assert again.min_duration == 1.0
        assert again.channel_names_in_ == phone.channel_names
        (found,), (expected,) = again.timelines([phone]), recognizer.timelines([phone])
        pd.testing.assert_frame_equal(found, expected, atol=1e-5)

    def test_it_is_compared_on_recordings_as_at_prediction(self, recognizer, phone, tmp_path):
        report = to_onnx(recognizer, tmp_path / "har.onnx", X=[phone])
        assert report.accuracy == report.estimator_accuracy
        assert report.accuracy is not None
        order = [5, 4, 3, 2, 1, 0]
        turned = dataclasses.replace(
            phone,
            samples=phone.samples[:, order],
            channel_names=[phone.channel_names[i] for i in order],
        )
        other = to_onnx(recognizer, tmp_path / "other.onnx", X=[turned])
        assert other.accuracy == report.accuracy

    def test_labels_of_recordings_may_be_given_or_missing(self, recognizer, phone, tmp_path):
        unlabelled = dataclasses.replace(phone, labels=None)
        report = to_onnx(recognizer, tmp_path / "har.onnx", X=[unlabelled])
        assert report.accuracy is None
        by_y = to_onnx(recognizer, tmp_path / "har.onnx", X=[unlabelled], y=[phone.labels])
        own = to_onnx(recognizer, tmp_path / "har.onnx", X=[phone])
        assert by_y.accuracy == own.accuracy

    def test_a_classifier_has_no_preparation(self, path):
        exported = ExportedClassifier(path)
        assert exported.preparation is exported.recognizer is None


class TestFiles:
    def test_what_is_no_model(self, tmp_path):
        path = tmp_path / "har.onnx"
        with pytest.raises(FileNotFoundError):
            ExportedClassifier(path)
        for content in (b"", b"text", b"\x00\x00\x00\x00TFL3", b"\xff\xff\xff\xffTFL3rest"):
            path.write_bytes(content)
            with pytest.raises(ValueError, match=r"har\.onnx: not a model exported by sklearn-har"):
                ExportedClassifier(path)

    def test_a_model_cut_short(self, path, tmp_path):
        cut = tmp_path / path.name
        cut.write_bytes(path.read_bytes()[:3000])
        with pytest.raises(ValueError, match="not a model exported by sklearn-har"):
            ExportedClassifier(cut)

    def test_an_altered_byte_is_noticed(self, path, tmp_path):
        content = bytearray(path.read_bytes())
        content[len(content) // 3] ^= 1
        altered = tmp_path / path.name
        altered.write_bytes(content)
        with pytest.raises(ValueError, match="SHA-256 is not the one that it was written with"):
            ExportedClassifier(altered)

    def test_models_of_others_and_of_other_versions(self, path, tmp_path):
        content = path.read_bytes()
        changed = tmp_path / path.name
        for old, new, match in [
            (b"sklearn_har", b"somebodys_x", "lacks the classes|is incomplete"),
            (b'"format": 2', b'"format": 7', "has format 7; this version .* reads format 2"),
            (b'"classes_dtype": "<i8"', b'"classes_dtype": "?i8"', "not understood"),
            (b'{"classes"', b'["classes"', "cannot be read|lacks the classes"),
            (b'"channel_names"', b'"channel_nomes"', "is incomplete"),
        ]:
            assert old in content
            changed.write_bytes(seal(content.replace(old, new)))
            with pytest.raises(ValueError, match=match):
                ExportedClassifier(changed)
        changed.write_bytes(content.replace(b'"sha256"', b'"sha512"'))
        with pytest.raises(ValueError, match="has no checksum"):
            ExportedClassifier(changed)

    def test_number_of_threads(self, path):
        with pytest.raises(ValueError, match="n_threads must be an integer of at least 1, got 0"):
            ExportedClassifier(path, n_threads=0)

    def test_a_missing_runtime_is_named_with_its_extra(self, path, monkeypatch):
        module, extra = {
            ".onnx": ("onnxruntime", "onnx"),
            ".tflite": ("ai_edge_litert.interpreter", "litert"),
        }[path.suffix]
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ImportError, match=rf"sklearn-har\[{extra}\]"):
            ExportedClassifier(path)


def test_predicting_loads_numpy_and_the_runtime_only(path):
    heavy = ["tensorflow", "keras", "scikeras", "sklearn", "scipy", "pandas", "onnx", "matplotlib"]
    code = (
        "import sys, numpy as np; from sklearn_har.export import ExportedClassifier;"
        f"exported = ExportedClassifier({str(path)!r});"
        "assert exported.predict(np.zeros((1, 128, 9))).shape == (1,);"
        f"print(sorted(set({heavy}) & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"
