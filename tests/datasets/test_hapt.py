"""What `fetch_hapt` returns, and what it checks, on a tiny data set of the same layout."""

import dataclasses
import hashlib
from functools import partial

import numpy as np
import pytest

from sklearn_har.datasets import _hapt, fetch_hapt
from sklearn_har.datasets._archives import Member
from sklearn_har.datasets._hapt import TARGET_NAMES
from sklearn_har.datasets._hapt_files import COLLECTION, MEMBERS, REMOTES, Collection
from sklearn_har.exceptions import ArchiveError

LENGTHS = {(1, 1): 40, (2, 1): 25, (3, 2): 31}
SEGMENTS = [(1, 1, 5, 1, 10), (1, 1, 7, 11, 14), (2, 1, 1, 3, 25), (3, 2, 12, 31, 31)]
TINY = Collection(tuple(LENGTHS), frozenset({2}), sum(LENGTHS.values()), len(SEGMENTS))
LABELS = "RawData/labels.txt"


def _lines(rows):
    return "".join(" ".join(map(str, row)) + "\n" for row in rows).encode()


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    return {key: rng.normal(size=(n, 6)).astype(np.float32) for key, n in LENGTHS.items()}


@pytest.fixture
def files(samples):
    files = {
        "README.txt": "Università\r\n".encode("latin-1"),
        "activity_labels.txt": "".join(
            f"{i} {name.upper()}   \n" for i, name in enumerate(TARGET_NAMES, start=1)
        ).encode()
        + b"\n",
        LABELS: _lines(SEGMENTS),
        "Train/subject_id_train.txt": _lines([[1]] * 5),
        "Test/subject_id_test.txt": _lines([[2]] * 3),
    }
    for (experiment, subject), values in samples.items():
        for sensor, part in (("acc", values[:, :3]), ("gyro", values[:, 3:])):
            name = f"RawData/{sensor}_exp{experiment:02d}_user{subject:02d}.txt"
            files[name] = _lines(part.tolist())
    return files


@pytest.fixture
def fetch(files, tmp_path, monkeypatch):
    """Fetch the tiny data set with some files replaced, which pass for published."""

    def fetch(changed=(), **params):
        present = {**files, **dict(changed)}
        members = {n: Member(len(c), hashlib.sha256(c).hexdigest()) for n, c in present.items()}
        for name, content in present.items():
            path = tmp_path / "HAPT Data Set" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        dataset = dataclasses.replace(
            _hapt.HAPT,
            contents=dataclasses.replace(_hapt.HAPT.contents, members=members),
            parse=partial(_hapt.parse_hapt, collection=TINY),
        )
        monkeypatch.setattr(_hapt, "HAPT", dataset)
        return fetch_hapt(archive=tmp_path, data_home=tmp_path / "home", **params)

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
    assert hapt.target_names == list(TARGET_NAMES)
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


@pytest.mark.parametrize(
    ("segment", "message"),
    [
        ((4, 1, 5, 1, 10), "Line 4 .*do not exist: 4 1 5 1 10"),
        ((1, 2, 5, 1, 10), "do not exist: 1 2 5 1 10"),
        ((3, 2, 5, 0, 10), "do not exist: 3 2 5 0 10"),
        ((3, 2, 5, 1, 32), "do not exist: 3 2 5 1 32"),
        ((3, 2, 5, 9, 8), "do not exist: 3 2 5 9 8"),
        ((3, 2, 13, 1, 8), "do not exist: 3 2 13 1 8"),
        ((3, 2, 0, 1, 8), "do not exist: 3 2 0 1 8"),
        ((1, 1, 5, 14, 20), "Line 4 .*labels samples that have a label already"),
    ],
)
def test_segments_must_exist_and_be_disjoint(fetch, segment, message):
    with pytest.raises(ArchiveError, match=message):
        fetch({LABELS: _lines([*SEGMENTS[:3], segment])})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (LABELS, _lines(SEGMENTS[:3]), "lists 3 segments where 4 are expected"),
        (LABELS, b"1 1 5 1.5 3\n" * 4, "has a number that is not whole"),
        ("Train/subject_id_train.txt", b"1\n2\n", r"lists the subjects \[1, 2\] where \[1\]"),
        ("activity_labels.txt", b"1 DANCING\n", "DANCING"),
        ("RawData/acc_exp01_user01.txt", b"1 2 3\n", "has 1 samples and .* 40 where both"),
        ("RawData/acc_exp01_user01.txt", b"1 2\n", "has 2 numbers a line where 3"),
        ("RawData/gyro_exp03_user02.txt", b"1 nan 3\n", "missing or not finite"),
    ],
)
def test_files_that_pass_for_published_are_checked(fetch, tmp_path, name, content, message):
    with pytest.raises(ArchiveError, match=message):
        fetch({name: content})
    assert not (tmp_path / "home" / "hapt").exists()


def test_the_number_of_samples_must_be_the_published_one(fetch):
    shorter = {f"RawData/{s}_exp02_user01.txt": b"1 2 3\n" * 24 for s in ("acc", "gyro")}
    with pytest.raises(ArchiveError, match="have 95 samples where 96 are expected"):
        fetch(shorter)


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


def test_the_published_description_agrees_with_itself():
    assert len(COLLECTION.recordings) == 61
    assert {subject for _, subject in COLLECTION.recordings} == set(range(1, 31))
    assert [experiment for experiment, _ in COLLECTION.recordings] == list(range(1, 62))
    assert len(MEMBERS) == 2 * 61 + 5
    for described in (*MEMBERS.values(), *REMOTES):
        assert len(bytes.fromhex(described.sha256)) == 32
        assert described.size > 0


def test_descr_says_where_from_what_and_under_which_terms(fetch):
    descr = fetch().DESCR
    for part in ("10.24432/C54G7M", "Any commercial use is prohibited", "CC BY 4.0", "rad/s"):
        assert part in descr
    for i, name in enumerate(TARGET_NAMES):
        assert any(line.split()[:2] == [str(i), name] for line in descr.splitlines())
