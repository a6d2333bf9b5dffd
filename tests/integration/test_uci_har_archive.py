"""The real UCI HAR data set, in each form in which users have it."""

import io
import time
import zipfile

import numpy as np
import pandas as pd
import pytest

from sklearn_har.datasets import fetch_uci_har

FOLDER = "UCI HAR Dataset"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def everything(uci_har_archive, home):
    return fetch_uci_har(subset="all", archive=uci_har_archive, data_home=home)


def test_counts_are_the_published_ones(everything):
    train, test = everything.split == "train", everything.split == "test"
    assert everything.data.shape == (10299, 128, 9)
    assert everything.data.dtype == np.float32
    assert np.bincount(everything.target[train]).tolist() == [1226, 1073, 986, 1286, 1374, 1407]
    assert np.bincount(everything.target[test]).tolist() == [496, 471, 420, 491, 532, 537]
    assert set(everything.subject[test]) == {2, 4, 9, 10, 12, 13, 18, 20, 24}
    assert set(everything.subject[train]) == set(range(1, 31)) - set(everything.subject[test])


def test_first_numbers_are_those_of_the_files(everything):
    first_train, first_test = everything.data[0], everything.data[7352]
    np.testing.assert_array_equal(
        first_train[:3, 0], np.float32([1.0128170e000, 1.0228330e000, 1.0220280e000])
    )
    np.testing.assert_array_equal(
        first_test[:3, 0], np.float32([1.0412160e000, 1.0418030e000, 1.0390860e000])
    )
    np.testing.assert_array_equal(
        first_test[:3, 3], np.float32([1.1653150e-002, 1.3109090e-002, 1.1268850e-002])
    )
    assert everything.target_names[everything.target[0]] == "standing"


def test_every_number_is_that_of_the_files(everything, uci_har_archive):
    with zipfile.ZipFile(uci_har_archive) as archive:
        for i, channel in enumerate(everything.channel_names):
            text = archive.read(f"{FOLDER}/test/Inertial Signals/{channel}_test.txt")
            expected = np.array(text.split(), dtype=np.float64).astype(np.float32)
            np.testing.assert_array_equal(everything.data[7352:, :, i].ravel(), expected)


def test_units_and_channels_are_what_they_are_called(everything):
    total, body, gyro = np.split(everything.data, 3, axis=2)
    gravity = np.linalg.norm(total - body, axis=2)
    # In g: what remains when the body's acceleration is taken away has the length of gravity,
    # and hardly changes within a window.
    assert np.median(gravity) == pytest.approx(1.0, abs=0.05)
    assert np.median(np.ptp(gravity, axis=1)) < 0.05
    assert abs(body.mean()) < 0.01
    lying = everything.target == everything.target_names.index("laying")
    standing = everything.target == everything.target_names.index("standing")
    # The x axis of a phone at the waist points along the body.
    assert np.median(total[standing][:, :, 0]) > 0.9
    assert np.median(total[lying][:, :, 0]) < 0.3
    # In rad/s: hips turn by a fraction of a radian in a fraction of a second.
    assert 0.1 < gyro[everything.target == 0].std() < 2


def test_windows_overlap_by_half(everything):
    train = everything.data[everything.split == "train"]
    continued = (train[:-1, 64:] == train[1:, :64]).all(axis=(1, 2))
    same = (everything.target[:7351] == everything.target[1:7352]) & (
        everything.subject[:7351] == everything.subject[1:7352]
    )
    assert continued[same].mean() > 0.9
    assert not continued[~same].any()


@pytest.mark.parametrize(
    "form",
    [
        "outer",
        "folder",
        pytest.param("stored", marks=pytest.mark.slow),
        pytest.param("parent", marks=pytest.mark.slow),
    ],
)
def test_each_form_gives_the_same_data(everything, uci_har_archive, tmp_path, form):
    with zipfile.ZipFile(uci_har_archive) as archive:
        if form == "outer":
            given = tmp_path / "human+activity+recognition+using+smartphones.zip"
            with zipfile.ZipFile(given, "w", zipfile.ZIP_STORED) as outer:
                outer.write(uci_har_archive, f"{FOLDER}.zip")
                outer.writestr(f"{FOLDER}.names", "Human Activity Recognition")
        elif form == "stored":
            given = tmp_path / "repacked.zip"
            with zipfile.ZipFile(given, "w", zipfile.ZIP_STORED) as repacked:
                for info in archive.infolist():
                    repacked.writestr(info.filename.replace(FOLDER, "har"), archive.read(info))
        else:
            archive.extractall(tmp_path / "unpacked")
            given = tmp_path / "unpacked" / ("" if form == "parent" else FOLDER)
    bunch = fetch_uci_har(subset="test", archive=given, data_home=tmp_path / "home")
    np.testing.assert_array_equal(bunch.data, everything.data[7352:])
    np.testing.assert_array_equal(bunch.target, everything.target[7352:])


def test_as_frame_holds_the_same_numbers(everything, home):
    bunch = fetch_uci_har(subset="test", as_frame=True, data_home=home, download_if_missing=False)
    assert bunch.frame.shape == (2947, 1155)
    column = everything.data[7352:, 77, everything.channel_names.index("body_gyro_y")]
    np.testing.assert_array_equal(bunch.frame["body_gyro_y_077"], column)


def test_the_cache_is_many_times_faster_than_the_text(everything, home, uci_har_archive):
    with zipfile.ZipFile(uci_har_archive) as archive:
        text = archive.read(f"{FOLDER}/train/Inertial Signals/body_acc_x_train.txt")
    # One of the nine channels, and its text is in memory already: a ninth of the work and less.
    start = time.perf_counter()
    pd.read_csv(io.BytesIO(text), sep=r"\s+", header=None).to_numpy()
    one_channel = time.perf_counter() - start
    loads = []
    for _ in range(5):
        start = time.perf_counter()
        fetch_uci_har(data_home=home, download_if_missing=False)
        loads.append(time.perf_counter() - start)
    assert min(loads) < 9 * one_channel / 4
