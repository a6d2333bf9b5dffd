"""Steps counted on the raw recordings of HAPT, against the frequency of the gait."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from scipy.signal import periodogram

from sklearn_har.timeline import count_repetitions

RATE = 50.0
# The numbers of the activities in labels.txt.
WALKING, UPSTAIRS, DOWNSTAIRS, SITTING = 1, 2, 3, 4
# The period that counts as good enough was looked at on all subjects, though everything in a wide
# range gave the same. These subjects serve here, one recording each, to keep the test short.
SUBJECTS = range(21, 31)


@pytest.fixture(scope="module")
def stretches(shared_data):
    """Total acceleration in g of each labelled stretch, by activity."""
    path = shared_data / "HAPT Data Set.zip"
    if not path.is_file():
        pytest.skip(f"{shared_data} has no {path.name!r}, the archive of the real data set")
    found = {}
    with zipfile.ZipFile(path) as archive:
        text = archive.read("RawData/labels.txt")
        labels = np.loadtxt(io.BytesIO(text), dtype=int)
        experiments = {}
        for experiment, user, *_ in labels.tolist():
            if user in SUBJECTS:
                experiments.setdefault(user, experiment)
        for user, experiment in experiments.items():
            name = f"RawData/acc_exp{experiment:02d}_user{user:02d}.txt"
            table = pd.read_csv(io.BytesIO(archive.read(name)), sep=" ", header=None)
            acceleration = table.to_numpy()
            for e, _, activity, first, last in labels.tolist():
                if e == experiment:
                    # The labels count samples from 1 and include the last one.
                    found.setdefault(activity, []).append(acceleration[first - 1 : last])
    return found


def _gait_frequency(acceleration):
    """The highest line in the spectrum of vertical acceleration where people's steps are, in Hz."""
    gravity = acceleration.mean(axis=0)
    vertical = acceleration @ gravity / np.linalg.norm(gravity)
    frequency, power = periodogram(vertical - vertical.mean(), RATE, window="hann", nfft=2**15)
    steps = (frequency > 1.2) & (frequency < 2.8)
    return frequency[steps][np.argmax(power[steps])]


@pytest.mark.parametrize(
    ("activity", "rate_error", "count_error", "found_share"),
    [(WALKING, 0.02, 1.0, 1.0), (UPSTAIRS, 0.03, 0.8, 0.95), (DOWNSTAIRS, 0.03, 0.8, 0.90)],
)
def test_steps_agree_with_the_gait_frequency(
    stretches, activity, rate_error, count_error, found_share
):
    rates, counts, found = [], [], []
    for acceleration in stretches[activity]:
        steps = count_repetitions(acceleration, RATE)
        frequency = _gait_frequency(acceleration)
        found.append(steps.count > 0)
        if steps.count:
            rates.append(abs(steps.rate / frequency - 1.0))
            counts.append(abs(steps.count - len(acceleration) / RATE * frequency))
    assert len(found) >= 10
    assert np.mean(found) >= found_share
    assert np.median(rates) < rate_error
    # No stretch is counted in strides, at half the frequency.
    assert np.max(rates) < 0.15
    assert np.mean(counts) < count_error


def test_sitting_has_no_steps(stretches):
    found = [count_repetitions(acceleration, RATE).count > 0 for acceleration in stretches[SITTING]]
    assert np.mean(found) < 0.2
