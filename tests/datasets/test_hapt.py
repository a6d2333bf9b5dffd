"""What `fetch_hapt` returns, and what it checks, on a tiny data set of the same layout."""

import re

import numpy as np
import pytest

from sklearn_har.datasets import fetch_hapt
from tiny_uci_har import ACTIVITY_NAMES, DATASETS, TinyUciHar, with_members

LENGTHS = {(1, 1): 40, (2, 1): 25, (3, 2): 31}
SEGMENTS = [(1, 1, 5, 1, 10), (1, 1, 7, 11, 14), (2, 1, 1, 3, 25), (3, 2, 12, 31, 31)]
LABELS = "RawData/labels.txt"
TARGET_NAMES = [
    *ACTIVITY_NAMES,
    "stand_to_sit",
    "sit_to_stand",
    "sit_to_lie",
    "lie_to_sit",
    "stand_to_lie",
    "lie_to_stand",
]


def _lines(rows):
    return "".join(" ".join(map(str, row)) + "\n" for row in rows).encode()


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    return {key: rng.normal(size=(n, 6)).astype(np.float32) for key, n in LENGTHS.items()}


@pytest.fixture
def files(samples):
    files = {"README.txt": b"", LABELS: _lines(SEGMENTS)}
    for (experiment, subject), values in samples.items():
        for sensor, part in (("acc", values[:, :3]), ("gyro", values[:, 3:])):
            name = f"RawData/{sensor}_exp{experiment:02d}_user{subject:02d}.txt"
            files[name] = _lines(part.tolist())
    return files


@pytest.fixture
def fetch(files, tmp_path, monkeypatch):
    """Fetch the tiny data set."""
    folder = TinyUciHar.unpack(None, tmp_path / "HAPT Data Set", files)
    members = TinyUciHar.members(None, files)
    monkeypatch.setitem(DATASETS, "hapt", with_members(DATASETS["hapt"], members))

    def fetch(**params):
        return fetch_hapt(archive=folder, data_home=tmp_path / "home", **params)

    return fetch


def test_recordings_are_those_of_the_files(fetch, samples):
    hapt = fetch()
    assert len(hapt.recordings) == len(hapt.labels) == 3
    for recording, expected in zip(hapt.recordings, samples.values(), strict=True):
        assert recording.samples.dtype == np.float32
        np.testing.assert_array_equal(recording.samples, expected)
        assert recording.sampling_rate == 50.0
        assert list(recording.channel_names) == hapt.channel_names
    assert hapt.subject.tolist() == [1, 1, 2]
    assert hapt.experiment.tolist() == [1, 2, 3]
    assert hapt.split.tolist() == ["train", "train", "test"]
    assert hapt.target_names == TARGET_NAMES
    assert hapt.channel_names[::3] == ["total_acc_x", "body_gyro_x"]
    assert hapt.sampling_rate == 50.0
    assert hapt.frame is None


def test_labels_count_samples_from_one_and_include_the_last(fetch):
    first, second, third = fetch().labels
    assert first.tolist() == [4] * 10 + [6] * 4 + [-1] * 26
    assert second.tolist() == [-1] * 2 + [0] * 23
    assert third.tolist() == [-1] * 30 + [11]
    assert first.dtype == np.int64


def test_recordings_know_their_labels_subject_and_experiment(fetch):
    hapt = fetch()
    names = np.array([*hapt.target_names, None], dtype=object)
    for recording, labels in zip(hapt.recordings, hapt.labels, strict=True):
        np.testing.assert_array_equal(recording.labels, names[labels])
    assert [recording.subject for recording in hapt.recordings] == hapt.subject.tolist()
    assert [r.facts["experiment"] for r in hapt.recordings] == hapt.experiment.tolist()


@pytest.mark.parametrize(("subset", "experiments"), [("train", [1, 2]), ("test", [3])])
def test_a_subset_holds_the_recordings_of_its_subjects(fetch, samples, subset, experiments):
    hapt = fetch(subset=subset)
    assert hapt.experiment.tolist() == experiments
    assert set(hapt.split) == {subset}
    expected = [values for (experiment, _), values in samples.items() if experiment in experiments]
    for recording, values in zip(hapt.recordings, expected, strict=True):
        np.testing.assert_array_equal(recording.samples, values)


def test_as_frame_has_one_row_a_sample(fetch, samples):
    hapt = fetch(as_frame=True)
    frame = hapt.frame
    assert frame.columns.tolist() == [
        *hapt.channel_names,
        "time",
        "experiment",
        "subject",
        "target",
    ]
    second = frame[frame.experiment == 2]
    np.testing.assert_array_equal(second[hapt.channel_names], samples[2, 1])
    np.testing.assert_allclose(second.time, np.arange(25) / 50)
    np.testing.assert_array_equal(second.target, hapt.labels[1])
    assert set(second.subject) == {1}
    assert len(frame) == 96


def test_the_second_call_reads_the_cache(fetch, tmp_path):
    hapt = fetch()
    again = fetch_hapt(data_home=tmp_path / "home", download_if_missing=False)
    for one, other in zip(hapt.recordings, again.recordings, strict=True):
        np.testing.assert_array_equal(one.samples, other.samples)
    for one, other in zip(hapt.labels, again.labels, strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.split.tolist() == hapt.split.tolist()


def test_without_data_and_without_download(tmp_path):
    with pytest.raises(OSError, match=r"HAPT data set cannot be loaded.*archive="):
        fetch_hapt(data_home=tmp_path, download_if_missing=False)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"subset": "tran"}, ValueError, "did you mean 'train'"),
        ({"as_frame": 1}, TypeError, "as_frame must be True or False; got 1"),
        ({"n_retries": -1}, ValueError, "n_retries must be an integer"),
    ],
)
def test_wrong_parameters_are_refused(params, error, message):
    with pytest.raises(error, match=message):
        fetch_hapt(**params)


def test_each_recording_has_a_file_of_each_sensor():
    members = DATASETS["hapt"].members
    found = [re.fullmatch(r"RawData/(acc|gyro)_exp(\d+)_user(\d+).txt", n) for n in members]
    parts = [match.groups() for match in found if match]
    for sensor in ("acc", "gyro"):
        assert [int(number) for kind, number, _ in parts if kind == sensor] == list(range(1, 62))
    assert {int(subject) for _, _, subject in parts} == set(range(1, 31))
    assert len(members) == 2 * 61 + 1


def test_descr_says_where_from_what_and_under_which_terms(fetch):
    descr = fetch().DESCR
    for part in ("10.24432/C54G7M", "Any commercial use is prohibited", "CC BY 4.0", "rad/s"):
        assert part in descr
    for i, name in enumerate(TARGET_NAMES):
        assert any(line.split()[:2] == [str(i), name] for line in descr.splitlines())
