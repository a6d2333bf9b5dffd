"""Steps counted on the raw recordings of HAPT, against the frequency of the gait."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from scipy.signal import periodogram

from sklearn_har.segmentation import count_repetitions

RATE = 50.0
# The numbers of the activities in labels.txt.
WALKING, UPSTAIRS, DOWNSTAIRS, SITTING = 1, 2, 3, 4


@pytest.fixture(scope="module")
def stretches(shared_data):
    """Total acceleration in g of each labelled stretch of all subjects, by activity."""
    path = shared_data / "HAPT Data Set.zip"
    if not path.is_file():
        pytest.skip(f"{shared_data} has no {path.name!r}, the archive of the real data set")
    found, read = {}, {}
    with zipfile.ZipFile(path) as archive:
        labels = np.loadtxt(io.BytesIO(archive.read("RawData/labels.txt")), dtype=int)
        for experiment, user, activity, first, last in labels.tolist():
            if experiment not in read:
                name = f"RawData/acc_exp{experiment:02d}_user{user:02d}.txt"
                table = pd.read_csv(io.BytesIO(archive.read(name)), sep=" ", header=None)
                read[experiment] = table.to_numpy()
            # The labels count samples from 1 and include the last one.
            found.setdefault(activity, []).append(read[experiment][first - 1 : last])
    return found


def _gait_frequency(acceleration):
    """The highest line in the spectrum of vertical acceleration where people's steps are, in Hz."""
    gravity = acceleration.mean(axis=0)
    vertical = acceleration @ gravity / np.linalg.norm(gravity)
    frequency, power = periodogram(vertical - vertical.mean(), RATE, window="hann", nfft=2**15)
    steps = (frequency > 1.2) & (frequency < 2.8)
    return frequency[steps][np.argmax(power[steps])]


# The figures stand in the user guide: stretches, counted ones in %, median error of the rate in %,
# mean error of the number of steps; and, as nothing was counted at half or twice the rate, the
# largest error of the rate in %. The period that counts as good enough was chosen on the same
# data, from a wide range in which all are alike.
@pytest.mark.parametrize(
    ("activity", "figures", "largest"),
    [
        (WALKING, (127, 100, 0.9, 0.8), 5.0),
        (UPSTAIRS, (183, 100, 1.0, 0.5), 8.0),
        (DOWNSTAIRS, (186, 96, 1.6, 0.5), 11.0),
    ],
)
def test_steps_agree_with_the_gait_frequency(stretches, activity, figures, largest):
    rates, counts = [], []
    for acceleration in stretches[activity]:
        steps = count_repetitions(acceleration, RATE)
        if steps.count:
            frequency = _gait_frequency(acceleration)
            rates.append(100.0 * abs(steps.rate / frequency - 1.0))
            counts.append(abs(steps.count - len(acceleration) / RATE * frequency))
    n_stretches = len(stretches[activity])
    assert n_stretches == figures[0]
    assert 100.0 * len(rates) / n_stretches == pytest.approx(figures[1], abs=0.5)
    assert np.median(rates) == pytest.approx(figures[2], abs=0.05)
    assert np.mean(counts) == pytest.approx(figures[3], abs=0.05)
    assert np.max(rates) < largest


def test_sitting_has_few_steps(stretches):
    found = [count_repetitions(acceleration, RATE).count > 0 for acceleration in stretches[SITTING]]
    assert len(found) == 120
    assert np.mean(found) == pytest.approx(0.08, abs=0.005)
