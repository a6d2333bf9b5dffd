"""The published windows of UCI HAR are the recordings of HAPT, filtered and cut."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from sklearn_har.datasets import fetch_uci_har
from sklearn_har.segmentation import prepare_recording, remove_noise


@pytest.fixture(scope="module")
def uci_har(uci_har_archive, tmp_path_factory):
    return fetch_uci_har(
        subset="all", archive=uci_har_archive, data_home=tmp_path_factory.mktemp("home")
    )


@pytest.fixture(scope="module")
def prepared(hapt):
    return [prepare_recording(x, original_rate=50.0) for x in hapt.recordings]


@pytest.fixture(scope="module")
def found(hapt, uci_har, prepared):
    """For each window of UCI HAR the recording and the sample at which it is found."""
    place = np.empty((len(uci_har.data), 2), dtype=int)
    for subject in range(1, 31):
        mine = np.flatnonzero(uci_har.subject == subject)
        wanted = uci_har.data[mine][:, ::16, :3].reshape(len(mine), -1)
        nearest = np.full(len(mine), np.inf)
        for i in np.flatnonzero(hapt.subject == subject):
            every = sliding_window_view(prepared[i].samples[:, :3], 128, axis=0)[:, :, ::16]
            every = every.transpose(0, 2, 1).reshape(len(every), -1)
            distance = (every**2).sum(axis=1)[:, np.newaxis] - 2 * every @ wanted.T
            best = distance.argmin(axis=0)
            distance = distance[best, np.arange(len(mine))]
            nearer = distance < nearest
            nearest[nearer] = distance[nearer]
            place[mine[nearer]] = np.column_stack([np.full(len(mine), i), best])[nearer]
    return place


def differences(uci_har, prepared, found):
    made = np.stack([prepared[i].samples[s : s + 128] for i, s in found])
    return np.abs(made - uci_har.data).mean(axis=1)


def test_every_window_is_found_and_equal(uci_har, prepared, found):
    difference = differences(uci_har, prepared, found)
    # In g, for every one of the 10299 windows.
    assert difference[:, :3].max() < 4e-7
    # The authors began the other two filters at zero; after a minute that is forgotten.
    settled = found[:, 1] > 3000
    assert settled.sum() > 8000
    assert difference[settled, 3:6].max() < 4e-7
    assert difference[settled, 6:].max() < 4e-7
    assert np.median(difference[:, 3:6]) < 1e-7
    assert 1e-3 < difference[:, 6:].max() < 0.05


def test_windows_follow_each_other_within_the_labelled_segments(hapt, uci_har, found):
    places = {tuple(place) for place in found.tolist()}
    assert len(places) == 10299
    first = [(i, start) for i, start in places if (i, start - 64) not in places]
    # As many runs of windows as labelled segments of the six activities, but for one.
    assert len(first) == 857
    exact = sum(
        hapt.labels[i][s] >= 0 and hapt.labels[i][s - 1] != hapt.labels[i][s] for i, s in first
    )
    # The labels were revised since the windows were cut.
    assert exact == 590
    middle = [hapt.labels[i][start + 64] for i, start in found]
    assert (middle == uci_har.target).sum() == 10298


def test_the_filter_that_the_authors_describe_is_not_the_one_they_used(hapt, uci_har, found):
    # Subject 2: the windows at rest of the first recording.
    mine = np.flatnonzero(uci_har.subject == 2)[:16]
    recording = hapt.recordings[found[mine[0], 0]][:, :3]
    used, described = (remove_noise(recording, order=order) for order in (10, 3))
    start = found[mine[8], 1]
    window = uci_har.data[mine[8], :, :3]
    assert start == 297 + 64 * 8
    assert np.abs(used[start : start + 128] - window).mean() < 1e-7
    # Shorter by a sample, the nearest it comes.
    assert 3e-4 < np.abs(described[start - 1 : start + 127] - window).mean() < 1e-3
