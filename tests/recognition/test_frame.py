"""Recognition in the frame of the body."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from sklearn.ensemble import ExtraTreesClassifier

from sklearn_har import ActivityRecognizer, CNNLSTMClassifier
from sklearn_har.datasets import make_har_recordings
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.export import ExportedClassifier, to_onnx
from sklearn_har.preparation import Preparation
from sklearn_har.recordings import Recording

RECORDINGS = make_har_recordings(
    n_subjects=7, seconds_per_activity=30.0, orientation="about-vertical", random_state=11
).recordings
TRAINING, TEST = RECORDINGS[:5], RECORDINGS[5:]


def turned(recording, seed=0):
    rotation = Rotation.random(random_state=seed).as_matrix()
    samples = (recording.samples.reshape(-1, 2, 3) @ rotation.T).reshape(len(recording), 6)
    return Recording(
        samples,
        recording.time,
        channel_names=recording.channel_names,
        labels=recording.labels,
        subject=recording.subject,
    )


def sitting(recording):
    there = recording.labels.astype(str) == "sitting"
    return Recording(
        recording.samples[there],
        sampling_rate=50.0,
        channel_names=recording.channel_names,
        labels=recording.labels[there],
    )


@pytest.fixture(scope="module")
def recognizer():
    trees = ExtraTreesClassifier(50, random_state=0)
    preparation = Preparation(frame="body")
    return ActivityRecognizer(trees, preparation, window_layout="flat").fit(TRAINING)


def test_a_phone_that_is_turned_is_recognised_as_before(recognizer):
    as_worn = recognizer.score(TEST)
    other_way_round = recognizer.score([turned(recording) for recording in TEST])
    assert as_worn > 0.8
    assert other_way_round == pytest.approx(as_worn, abs=0.03)


def test_without_the_frame_it_is_not_and_that_is_said(recognizer):
    device = ActivityRecognizer(recognizer.estimator, window_layout="flat").fit(TRAINING)
    assert (device.timelines(TEST)[0]["distance"] < 1.0).any()
    with pytest.warns(RecordingWarning, match="2 of 2 recordings.*unlike the training recordings"):
        score = device.score([turned(recording) for recording in TEST])
    assert score < 0.7
    with pytest.warns(RecordingWarning, match="unlike"):
        timeline = device.timelines([turned(TEST[0])])[0]
    assert np.average(timeline["distance"], weights=timeline["end"] - timeline["start"]) > 1.0


def test_four_subjects_do_not_say_what_is_unlike_them(recognizer):
    few = ActivityRecognizer(recognizer.estimator, window_layout="flat").fit(TRAINING[:4])
    assert "novelty" not in few.training_facts_
    assert "distance" not in few.timelines(TEST)[0]
    few.predict([turned(TEST[0])])


def test_it_is_trained_with_the_frame_and_without(recognizer):
    n_windows = len(Preparation().windows(TRAINING).data)
    assert recognizer.n_windows_ == 2 * n_windows
    assert recognizer.window_channel_names_[-1] == "frame_known"


def test_a_recording_without_walking_is_recognised_without_the_frame(recognizer):
    with pytest.warns(RecordingWarning, match="not known in 1 of 1 recordings"):
        labels = recognizer.predict([sitting(TEST[0])])[0]
    assert np.mean(labels == "sitting") > 0.9


def test_a_stream_gives_the_decisions_of_the_causal_rule():
    trees = ExtraTreesClassifier(20, random_state=0)
    preparation = Preparation(frame="body", frame_from="past")
    recognizer = ActivityRecognizer(trees, preparation, window_layout="flat").fit(TRAINING)
    recording = TEST[0]
    stream = recognizer.stream()
    live = []
    for begin in range(0, len(recording), 100):
        live += stream.push(recording.samples[begin : begin + 100])
    live += stream.finish()
    whole = recognizer.decisions([recording])[0]
    assert [d.start for d in live] == [d.start for d in whole]
    np.testing.assert_array_equal([d.probabilities for d in live], [d.probabilities for d in whole])


def test_a_recording_in_pieces_is_read_once_and_judged_by_its_past(recognizer):
    recording = TEST[0]
    causal = ActivityRecognizer.from_classifier(
        recognizer.estimator_,
        Preparation(frame="body", frame_from="past"),
        window_layout="flat",
    )
    pieces = [
        Recording(
            recording.samples[begin : begin + 1000],
            recording.time[begin : begin + 1000],
            sampling_rate=50.0,
            channel_names=recording.channel_names,
        )
        for begin in range(0, len(recording), 1000)
    ]
    in_pieces = recognizer.decisions([iter(pieces)])[0]
    whole = causal.decisions([recording])[0]
    np.testing.assert_array_equal(
        [d.probabilities for d in in_pieces], [d.probabilities for d in whole]
    )


def test_an_exported_file_knows_the_frame(tmp_path):
    pytest.importorskip("onnxruntime")
    network = CNNLSTMClassifier(epochs=1, random_state=0)
    recognizer = ActivityRecognizer(network, Preparation(frame="body")).fit(TRAINING[:2])
    to_onnx(recognizer, tmp_path / "model.onnx")
    again = ActivityRecognizer.from_classifier(ExportedClassifier(tmp_path / "model.onnx"))
    assert again.preparation_ == recognizer.preparation_
    for one, other in zip(recognizer.predict(TEST), again.predict(TEST), strict=True):
        assert np.mean(one == other) > 0.99
