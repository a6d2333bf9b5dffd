"""The real MotionSense data set: its counts, signs and units."""

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from sklearn_har.datasets import fetch_motion_sense

DOWNSTAIRS, SITTING = 2, 3


@pytest.fixture(scope="module")
def motion_sense_archive(find_archive):
    return find_archive("MotionSense.zip")


@pytest.fixture(scope="module")
def motion_sense(motion_sense_archive, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return fetch_motion_sense(archive=motion_sense_archive, data_home=home)


def test_counts_are_the_published_ones(motion_sense):
    assert len(motion_sense.recordings) == 360
    trials = [*range(1, 10), *range(11, 17)]
    assert motion_sense.trial.tolist() == trials * 24
    assert motion_sense.subject.tolist() == np.repeat(np.arange(1, 25), 15).tolist()
    assert all((labels == labels[0]).all() for labels in motion_sense.labels)
    samples = np.bincount(np.concatenate(motion_sense.labels)).tolist()
    assert samples == [344288, 157285, 131856, 338778, 306427, 134231]
    recordings = np.bincount([labels[0] for labels in motion_sense.labels]).tolist()
    assert recordings == [72, 72, 72, 48, 48, 48]


def test_numbers_are_those_of_the_files(motion_sense, motion_sense_archive):
    i = 15 * 6 + 4  # subject 7, trial 5
    with zipfile.ZipFile(motion_sense_archive) as archive:
        file = archive.read("A_DeviceMotion_data/sit_5/sub_7.csv")
    table = pd.read_csv(io.BytesIO(file))
    for j, axis in enumerate("xyz"):
        samples = motion_sense.recordings[i].samples
        total = -table[f"gravity.{axis}"] - table[f"userAcceleration.{axis}"]
        np.testing.assert_array_equal(samples[:, j], np.float32(total))
        np.testing.assert_array_equal(samples[:, 3 + j], np.float32(table[f"rotationRate.{axis}"]))


def test_the_phone_measures_one_g_where_nobody_moves(motion_sense):
    means = [
        np.linalg.norm(recording.samples[:, :3].mean(axis=0))
        for recording, labels in zip(motion_sense.recordings, motion_sense.labels, strict=True)
        if labels[0] == SITTING
    ]
    # Some people change their seat.
    assert np.median(means) == pytest.approx(1.0, abs=0.02)


def test_heels_strike_upwards(motion_sense):
    # With another sign between gravity and the rest, each step would seem to pull the phone down.
    skewed = []
    for recording, labels in zip(motion_sense.recordings, motion_sense.labels, strict=True):
        if labels[0] == DOWNSTAIRS:
            total = recording.samples[:, :3].astype(float)
            vertical = total @ total.mean(axis=0)
            skewed.append(((vertical - vertical.mean()) ** 3).mean() > 0)
    assert np.mean(skewed) > 0.95
