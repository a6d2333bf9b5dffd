"""What `fetch_uci_har` returns, and what it checks, on a tiny data set of the same layout."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from sklearn_har.datasets import _uci_har, fetch_uci_har
from tiny_uci_har import ACTIVITY_NAMES, CHANNEL_NAMES, DATASETS

# Windows of the published training and test set.
COUNTS = [
    ("1226", "496"),
    ("1073", "471"),
    ("986", "420"),
    ("1286", "491"),
    ("1374", "532"),
    ("1407", "537"),
]


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
    assert bunch.target_names == ACTIVITY_NAMES
    assert bunch.channel_names == CHANNEL_NAMES
    assert bunch.sampling_rate == 50.0
    assert bunch.frame is None
    assert "split" not in bunch
    assert bunch.recording.dtype == np.int64
    assert (
        bunch.recording.tolist() == {"train": [1] * 5 + [2] * 3, "test": [3] * 2 + [5] * 4}[subset]
    )


def test_train_is_the_default(fetch, tiny):
    np.testing.assert_array_equal(fetch().data, tiny.arrays["train"][0])


def test_all_is_train_followed_by_test(fetch):
    train, test, both = fetch(), fetch(subset="test"), fetch(subset="all")
    for field in ("data", "target", "subject", "recording"):
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
    for field in ("target", "subject", "recording", "split"):
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
    assert bunch.frame.columns.tolist() == [
        *bunch.feature_names,
        "subject",
        "recording",
        "target",
    ]
    pd.testing.assert_frame_equal(bunch.frame[bunch.feature_names], bunch.data)
    pd.testing.assert_series_equal(bunch.frame["target"], bunch.target)
    pd.testing.assert_series_equal(bunch.frame["subject"], bunch.subject)
    pd.testing.assert_series_equal(bunch.frame["recording"], bunch.recording)
    pd.testing.assert_series_equal(bunch.recording, pd.Series([1] * 5 + [2] * 3, name="recording"))
    everything = fetch(subset="all", as_frame=True)
    assert everything.frame["split"].tolist() == ["train"] * 8 + ["test"] * 6


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
            *COUNTS[i],
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


def test_the_recordings_have_as_many_windows_as_are_published():
    # The fixtures replace the table; this is the one that users get.
    numbers = []
    for part, n_windows in (("train", 7352), ("test", 2947)):
        runs = [run.split(":") for run in _uci_har.WINDOWS_OF_RECORDINGS[part].split()]
        assert sum(int(length) for _, length in runs) == n_windows
        numbers += [int(number) for number, _ in runs]
    assert sorted(numbers) == list(range(1, 62))


def test_the_published_sizes_agree_with_the_numbers_of_windows():
    members = DATASETS["uci_har"].members
    assert len(members) == 22
    # The files have columns of fixed width: 128 numbers of 16 characters.
    for subset, rows in (("train", 7352), ("test", 2947)):
        sizes = {m.size for name, m in members.items() if name.startswith(f"{subset}/Inertial")}
        assert sizes == {rows * (128 * 16 + 2)}
