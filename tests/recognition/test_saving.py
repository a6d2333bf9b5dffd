"""A recognizer that is saved, exported or made from a classifier."""

import pickle
from dataclasses import replace

import joblib
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import ActivityRecognizer
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation
from sklearn_har.preprocessing import ChannelwiseTransformer
from tiny_recognizers import network


class TestSaving:
    def test_a_reloaded_recognizer_gives_the_same_timeline(self, fitted, recordings, tmp_path):
        expected = fitted.timelines(recordings[4:])
        joblib.dump(fitted, tmp_path / "model.joblib")
        for again in (
            pickle.loads(pickle.dumps(fitted)),
            joblib.load(tmp_path / "model.joblib"),
        ):
            for one, other in zip(again.timelines(recordings[4:]), expected, strict=True):
                pd.testing.assert_frame_equal(one, other)

    def test_skops(self, recordings):
        skops_io = pytest.importorskip("skops.io")
        recognizer = ActivityRecognizer(
            make_pipeline(ChannelwiseTransformer(StandardScaler()), network()),
            Preparation(window=1.28),
        ).fit(recordings[:3])
        content = skops_io.dumps(recognizer)
        again = skops_io.loads(content, trusted=skops_io.get_untrusted_types(data=content))
        assert again.preparation_ == recognizer.preparation_
        assert_array_equal(
            again.predict(recordings[4:5])[0], recognizer.predict(recordings[4:5])[0]
        )
        assert len(again.stream().push(recordings[4].samples)) > 0

    @pytest.mark.parametrize("kind", ["onnx", "tflite"])
    def test_an_exported_recognizer(self, recordings, tmp_path, kind):
        pytest.importorskip("onnxruntime" if kind == "onnx" else "ai_edge_litert")
        from sklearn_har.export import ExportedClassifier, to_litert, to_onnx

        path = tmp_path / f"har.{kind}"
        recognizer = ActivityRecognizer(network(), Preparation(window=1.28), min_duration=2.0).fit(
            recordings[:3]
        )
        report = (to_onnx if kind == "onnx" else to_litert)(recognizer, path, X=recordings[4:])
        assert report.n_windows == len(recognizer.preparation_.windows(recordings[4:]).data)
        file = ExportedClassifier(path)
        assert file.preparation == recognizer.preparation_
        assert file.activity_names == tuple(recognizer.classes_)
        assert file.channel_names == recognizer.window_channel_names_
        assert file.sampling_rate == 50.0
        again = ActivityRecognizer.from_classifier(file)
        assert again.min_duration == 2.0
        assert again.channel_names_in_ == recognizer.channel_names_in_
        assert_array_equal(
            again.predict(recordings[4:5])[0], recognizer.predict(recordings[4:5])[0]
        )
        with pytest.warns(RecordingWarning, match="typical magnitude"):
            again.predict([replace(recordings[4], samples=recordings[4].samples * 9.81)])

    def test_a_classifier_of_windows_becomes_a_recognizer(self, recordings):
        windows = Preparation().windows(recordings[:3])
        clf = network().fit(windows.data, windows.target)
        recognizer = ActivityRecognizer.from_classifier(clf, smoothing=None)
        assert recognizer.estimator_ is clf
        found = recognizer.decisions(recordings[4:5])[0]
        expected = clf.predict(Preparation().windows([replace(recordings[4], labels=None)]).data)
        assert [d.activity for d in found] == expected.tolist()
        with pytest.raises(ValueError, match="windows of 128 time steps, got 64"):
            ActivityRecognizer.from_classifier(clf, Preparation(window=1.28))
        with pytest.raises(NotFittedError, match="must be fitted"):
            ActivityRecognizer.from_classifier(network())
