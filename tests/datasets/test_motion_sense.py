"""What `fetch_motion_sense` returns, on a tiny data set of the same layout."""

import re

import numpy as np
import pytest

from sklearn_har.datasets import fetch_motion_sense
from tiny_uci_har import DATASETS, TinyUciHar, with_members

TARGET_NAMES = [
    "walking",
    "walking_upstairs",
    "walking_downstairs",
    "sitting",
    "standing",
    "jogging",
]

HEADER = ",".join(
    f"{signal}.{axis}"
    for signal, axes in (
        ("attitude", ("roll", "pitch", "yaw")),
        ("gravity", "xyz"),
        ("rotationRate", "xyz"),
        ("userAcceleration", "xyz"),
    )
    for axis in axes
)
# Not in the order in which the recordings are returned: by subject, then by trial.
LENGTHS = {"jog_16/sub_2.csv": 7, "wlk_7/sub_20.csv": 5, "dws_1/sub_2.csv": 3, "sit_5/sub_2.csv": 4}
ORDER = ["dws_1/sub_2.csv", "sit_5/sub_2.csv", "jog_16/sub_2.csv", "wlk_7/sub_20.csv"]


@pytest.fixture(scope="module")
def tables():
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=(n, 12)).round(6) for name, n in LENGTHS.items()}


@pytest.fixture
def fetch(tables, tmp_path, monkeypatch):
    """Fetch the tiny data set."""
    files = {
        name: "\n".join(
            [f",{HEADER}", *(f"{i},{','.join(map(str, row))}" for i, row in enumerate(table))]
        ).encode()
        for name, table in tables.items()
    }
    folder = TinyUciHar.unpack(None, tmp_path / "A_DeviceMotion_data", files)
    members = TinyUciHar.members(None, files)
    monkeypatch.setitem(DATASETS, "motion_sense", with_members(DATASETS["motion_sense"], members))

    def fetch(**params):
        return fetch_motion_sense(archive=folder, data_home=tmp_path / "home", **params)

    return fetch


def test_recordings_have_the_units_and_signs_of_the_other_data_sets(fetch, tables):
    dataset = fetch()
    for recording, name in zip(dataset.recordings, ORDER, strict=True):
        gravity, rotation, user = (tables[name][:, k : k + 3] for k in (3, 6, 9))
        assert recording.samples.dtype == np.float32
        np.testing.assert_array_equal(recording.samples[:, :3], np.float32(-(gravity + user)))
        np.testing.assert_array_equal(recording.samples[:, 3:], np.float32(rotation))
        assert recording.sampling_rate == dataset.sampling_rate == 50.0
        assert list(recording.channel_names) == dataset.channel_names
    assert dataset.channel_names[::3] == ["total_acc_x", "body_gyro_x"]


def test_recordings_know_their_activity_subject_and_trial(fetch):
    dataset = fetch()
    assert dataset.target_names == TARGET_NAMES
    found = [set(recording.labels) for recording in dataset.recordings]
    assert found == [{"walking_downstairs"}, {"sitting"}, {"jogging"}, {"walking"}]
    assert [labels.tolist() for labels in dataset.labels] == [[2] * 3, [3] * 4, [5] * 7, [0] * 5]
    assert dataset.subject.tolist() == [2, 2, 2, 20]
    assert dataset.trial.tolist() == [1, 5, 16, 7]
    assert [recording.subject for recording in dataset.recordings] == dataset.subject.tolist()
    assert [r.facts["trial"] for r in dataset.recordings] == dataset.trial.tolist()


@pytest.mark.parametrize(("subset", "subjects"), [("train", [2, 2, 2]), ("test", [20])])
def test_a_subset_holds_the_recordings_of_its_subjects(fetch, subset, subjects):
    dataset = fetch(subset=subset)
    assert dataset.subject.tolist() == subjects
    assert set(dataset.split) == {subset}


def test_as_frame_has_one_row_a_sample(fetch):
    dataset = fetch(as_frame=True)
    frame = dataset.frame
    assert frame.columns.tolist() == [*dataset.channel_names, "time", "trial", "subject", "target"]
    jogging = frame[frame.trial == 16]
    np.testing.assert_array_equal(jogging[dataset.channel_names], dataset.recordings[2].samples)
    np.testing.assert_allclose(jogging.time, np.arange(7) / 50)
    assert len(frame) == 19


def test_each_subject_has_a_file_of_each_trial():
    pattern = re.compile(r"([a-z]{3})_(\d+)/sub_(\d+)\.csv")
    parts = [pattern.fullmatch(name).groups() for name in DATASETS["motion_sense"].members]
    trials = {*range(1, 10), *range(11, 17)}
    expected = {(trial, subject) for trial in trials for subject in range(1, 25)}
    assert {(int(trial), int(subject)) for _, trial, subject in parts} == expected
    assert len(parts) == 15 * 24


def test_descr_says_where_from_what_and_under_which_terms(fetch):
    descr = fetch().DESCR
    for part in ("10.1145/3302505.3310068", "MIT", "rad/s", "-(gravity + userAcceleration)"):
        assert part in descr
    for i, name in enumerate(TARGET_NAMES):
        assert any(line.split()[:2] == [str(i), name] for line in descr.splitlines())
