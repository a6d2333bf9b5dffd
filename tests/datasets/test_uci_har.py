"""What `fetch_uci_har` returns, and what it checks, on a tiny data set of the same layout."""

import dataclasses
from functools import partial

import numpy as np
import pandas as pd
import pytest

from sklearn_har.datasets import _uci_har, fetch_uci_har
from sklearn_har.datasets._uci_har_files import MEMBERS, PARTITIONS, REMOTES, Partition
from sklearn_har.exceptions import ArchiveError
from sklearn_har.utils._uci_har_names import ACTIVITY_NAMES, CHANNEL_NAMES


@pytest.fixture
def fetch(tiny, home, tmp_path):
    """Fetch the tiny data set with the given parameters."""
    archive = tiny.unpack(tmp_path / "unpacked")
    return partial(fetch_uci_har, archive=archive)


@pytest.mark.parametrize(("subset", "n_windows"), [("train", 8), ("test", 6)])
def test_fields_of_a_part(fetch, tiny, subset, n_windows):
    bunch = fetch(subset=subset)
    data, target, subject = tiny.arrays[subset]
    assert bunch.data.shape == (n_windows, 128, 9)
    assert (bunch.data.dtype, bunch.target.dtype, bunch.subject.dtype) == (
        np.float32,
        np.int64,
        np.int64,
    )
    np.testing.assert_array_equal(bunch.data, data)
    np.testing.assert_array_equal(bunch.target, target)
    np.testing.assert_array_equal(bunch.subject, subject)
    assert bunch.target_names == list(ACTIVITY_NAMES)
    assert bunch.channel_names == list(CHANNEL_NAMES)
    assert bunch.sampling_rate == 50.0
    assert bunch.frame is None
    assert "split" not in bunch


def test_train_is_the_default(fetch, tiny):
    np.testing.assert_array_equal(fetch().data, tiny.arrays["train"][0])


def test_all_is_train_followed_by_test(fetch):
    train, test, both = fetch(), fetch(subset="test"), fetch(subset="all")
    for field in ("data", "target", "subject"):
        np.testing.assert_array_equal(both[field], np.concatenate([train[field], test[field]]))
    assert both.split.tolist() == ["train"] * 8 + ["test"] * 6


def test_feature_names_name_the_flattened_data(fetch):
    bunch = fetch()
    assert len(bunch.feature_names) == 1152
    assert bunch.feature_names[:2] == ["total_acc_x_000", "total_acc_y_000"]
    assert bunch.feature_names[-1] == "body_gyro_z_127"
    flat = bunch.data.reshape(len(bunch.data), -1)
    column = bunch.feature_names.index("body_acc_y_031")
    np.testing.assert_array_equal(
        flat[:, column], bunch.data[:, 31, bunch.channel_names.index("body_acc_y")]
    )


def test_shuffling_keeps_what_belongs_together(fetch):
    straight, shuffled = fetch(subset="all"), fetch(subset="all", shuffle=True, random_state=0)
    order = [
        int(np.flatnonzero((straight.data == window).all(axis=(1, 2)))[0])
        for window in shuffled.data
    ]
    assert sorted(order) == list(range(14))
    assert order != list(range(14))
    for field in ("target", "subject", "split"):
        np.testing.assert_array_equal(shuffled[field], straight[field][order])


def test_random_state_decides_the_order(fetch):
    first, again = (fetch(shuffle=True, random_state=3).data for _ in range(2))
    np.testing.assert_array_equal(first, again)
    generator = fetch(shuffle=True, random_state=np.random.RandomState(3)).data
    np.testing.assert_array_equal(first, generator)
    assert (first != fetch(shuffle=True, random_state=4).data).any()


def test_return_x_y(fetch, tiny):
    X, y = fetch(subset="test", return_X_y=True)
    np.testing.assert_array_equal(X, tiny.arrays["test"][0])
    np.testing.assert_array_equal(y, tiny.arrays["test"][1])


def test_as_frame(fetch, tiny):
    bunch = fetch(as_frame=True)
    data, target, subject = tiny.arrays["train"]
    assert list(bunch.data.columns) == bunch.feature_names
    assert (bunch.data.dtypes == np.float32).all()
    np.testing.assert_array_equal(bunch.data.to_numpy(), data.reshape(8, -1))
    pd.testing.assert_series_equal(bunch.target, pd.Series(target, name="target"))
    pd.testing.assert_series_equal(bunch.subject, pd.Series(subject, name="subject"))
    assert bunch.frame.shape == (8, 1154)
    pd.testing.assert_frame_equal(bunch.frame[bunch.feature_names], bunch.data)
    pd.testing.assert_series_equal(bunch.frame["target"], bunch.target)
    pd.testing.assert_series_equal(bunch.frame["subject"], bunch.subject)


def test_as_frame_with_return_x_y_and_shuffle(fetch):
    X, y = fetch(as_frame=True, return_X_y=True, shuffle=True, random_state=0)
    plain_X, plain_y = fetch(return_X_y=True, shuffle=True, random_state=0)
    assert isinstance(X, pd.DataFrame)
    assert isinstance(y, pd.Series)
    assert list(X.index) == list(y.index) == list(range(8))
    np.testing.assert_array_equal(X.to_numpy(), plain_X.reshape(8, -1))
    np.testing.assert_array_equal(y, plain_y)


def test_descr_says_where_from_what_and_under_which_terms(fetch):
    descr = fetch().DESCR
    for part in (
        "10.24432/C54S4K",
        "ESANN 2013",
        "Any commercial use is prohibited",
        "CC BY 4.0",
        "2, 4, 9, 10, 12, 13, 18, 20 and 24",
        "rad/s",
        "50 Hz",
    ):
        assert part in descr
    for i, name in enumerate(ACTIVITY_NAMES):
        row = next(line.split() for line in descr.splitlines() if line.startswith(f"{i} "))
        assert row == [
            str(i),
            name,
            str(PARTITIONS["train"].class_counts[i]),
            str(PARTITIONS["test"].class_counts[i]),
        ]


def test_without_data_and_without_download(tiny, home):
    with pytest.raises(OSError, match="download_if_missing is False") as e:
        fetch_uci_har(download_if_missing=False)
    message = str(e.value)
    for part in ("http://127.0.0.1:9/outer.zip", str(home / "uci_har"), "archive=", "data_home="):
        assert part in message
    assert not home.exists()


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"subset": "tran"}, ValueError, r"subset must be one of .*'tran'.*did you mean 'train'"),
        ({"subset": ["train"]}, ValueError, "subset must be one of"),
        ({"n_retries": -1}, ValueError, "n_retries must be an integer of at least 0; got -1"),
        ({"n_retries": 1.5}, ValueError, "n_retries must be an integer"),
        ({"n_retries": True}, ValueError, "n_retries must be an integer"),
        ({"delay": -0.1}, ValueError, "delay must be a number of seconds of at least 0"),
        ({"delay": float("nan")}, ValueError, "delay must be a number"),
        ({"delay": "1"}, ValueError, "delay must be a number"),
        ({"as_frame": "yes"}, TypeError, "as_frame must be True or False; got 'yes'"),
        ({"download_if_missing": 1}, TypeError, "download_if_missing must be True or False"),
        ({"archive": 3}, TypeError, "archive must be a str, a path-like or None; got 3"),
        ({"data_home": 3}, TypeError, "data_home must be a str, a path-like or None; got 3"),
        ({"random_state": "a", "shuffle": True}, ValueError, "cannot be used to seed"),
    ],
)
def test_wrong_parameters_are_refused(fetch, params, error, message):
    with pytest.raises(error, match=message):
        fetch(**params)


class TestParsing:
    """Files that pass for published and are not: the description of the data set was wrong."""

    @pytest.fixture
    def fetch_files(self, tiny, home, tmp_path, monkeypatch):
        def fetch_files(changed, **partitions):
            files = {**tiny.files, **changed}
            dataset = _uci_har.UCI_HAR
            parse = dataset.parse
            if partitions:
                known = parse.keywords["partitions"]
                parse = partial(_uci_har.parse_uci_har, partitions={**known, **partitions})
            monkeypatch.setattr(
                _uci_har,
                "UCI_HAR",
                dataclasses.replace(
                    dataset,
                    parse=parse,
                    contents=dataclasses.replace(dataset.contents, members=tiny.members(files)),
                ),
            )
            return fetch_uci_har(archive=tiny.unpack(tmp_path / "changed", files))

        yield fetch_files
        assert not (home / "uci_har").exists()

    SIGNAL = "test/Inertial Signals/body_gyro_z_test.txt"

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda lines: lines[:-1], "has 5 windows where 6 are expected"),
            (lambda lines: [line + b" 1.0" for line in lines], "has 129 numbers a line where 128"),
            (lambda lines: [*lines[:-1], lines[-1] + b" 1.0"], "not a table of numbers"),
            (lambda lines: [lines[0].replace(b"e", b"q", 1), *lines[1:]], "not a table of numbers"),
            (lambda lines: [b" nan" + lines[0][16:], *lines[1:]], "missing or not finite"),
            (lambda lines: [b" inf" + lines[0][16:], *lines[1:]], "missing or not finite"),
            (lambda lines: [*lines[:-1], lines[-1][16:]], "missing or not finite"),
            (lambda lines: [], "not a table of numbers"),
            (lambda lines: [b"\xff\xfe\x00"], "not a table of numbers"),
        ],
    )
    def test_signals_must_be_whole_and_finite(self, fetch_files, tiny, change, message):
        lines = tiny.files[self.SIGNAL].split(b"\r\n")[:-1]
        with pytest.raises(ArchiveError, match=message) as e:
            fetch_files({self.SIGNAL: b"\r\n".join(change(lines))})
        assert self.SIGNAL in str(e.value)

    @pytest.mark.parametrize("label", [b"0", b"7", b"-1"])
    def test_labels_must_be_those_of_the_activities(self, fetch_files, tiny, label):
        labels = tiny.files["train/y_train.txt"].split()
        with pytest.raises(ArchiveError, match="train windows per activity are"):
            fetch_files({"train/y_train.txt": b"\n".join([label, *labels[1:]])})

    def test_labels_must_be_whole_numbers(self, fetch_files, tiny):
        labels = tiny.files["train/y_train.txt"].split()
        with pytest.raises(ArchiveError, match=r"'train/y_train.txt' has a number that is not wh"):
            fetch_files({"train/y_train.txt": b"\n".join([b"1.5", *labels[1:]])})

    def test_activities_must_have_their_names(self, fetch_files, tiny):
        labels = tiny.files["activity_labels.txt"].replace(b"SITTING", b"DANCING")
        with pytest.raises(ArchiveError, match=r"'activity_labels.txt' lists .*DANCING"):
            fetch_files({"activity_labels.txt": labels})

    def test_class_counts_must_be_the_published_ones(self, fetch_files):
        with pytest.raises(ArchiveError, match="test windows per activity are"):
            fetch_files({}, test=Partition((2, 1, 1, 1, 1, 0), frozenset({2, 4})))

    def test_subjects_must_be_the_published_ones(self, fetch_files):
        with pytest.raises(
            ArchiveError, match=r"windows of the subjects \[2, 4\] where .*\[2, 5\]"
        ):
            fetch_files({}, test=Partition((1, 1, 1, 1, 1, 1), frozenset({2, 5})))

    def test_every_window_must_have_a_subject(self, fetch_files, tiny):
        subjects = tiny.files["test/subject_test.txt"].split()
        with pytest.raises(ArchiveError, match="test part has 5 windows of the subjects"):
            fetch_files({"test/subject_test.txt": b"\n".join(subjects[:-1])})


def test_the_published_description_agrees_with_itself():
    assert [sum(PARTITIONS[s].class_counts) for s in ("train", "test")] == [7352, 2947]
    subjects = [PARTITIONS[s].subjects for s in ("train", "test")]
    assert subjects[0].isdisjoint(subjects[1])
    assert subjects[0] | subjects[1] == set(range(1, 31))
    assert len(MEMBERS) == 24
    for described in (*MEMBERS.values(), *REMOTES):
        assert len(bytes.fromhex(described.sha256)) == 32
        assert described.size > 0
    assert all(remote.url.startswith("https://archive.ics.uci.edu/") for remote in REMOTES)
    # Equal sizes because the files have columns of fixed width: 128 numbers of 16 characters.
    for subset, rows in (("train", 7352), ("test", 2947)):
        sizes = {m.size for name, m in MEMBERS.items() if name.startswith(f"{subset}/Inertial")}
        assert sizes == {rows * (128 * 16 + 2)}
