"""The published windows of UCI HAR are the recordings of HAPT, filtered and cut."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from sklearn_har.datasets import fetch_uci_har
from sklearn_har.preparation import Preparation, remove_noise


@pytest.fixture(scope="module")
def uci_har(uci_har_archive, tmp_path_factory):
    return fetch_uci_har(
        subset="all", archive=uci_har_archive, data_home=tmp_path_factory.mktemp("home")
    )


@pytest.fixture(scope="module")
def prepared(hapt):
    return Preparation().transform(hapt.recordings)


def search(window, prepared, candidates):
    """The recording and the sample at which total acceleration is nearest to a window's."""
    best = (np.inf, -1, -1)
    for i in candidates:
        every = sliding_window_view(prepared[i].samples[:, :3], 128, axis=0)[:, :, ::16]
        distance = ((every - window[::16, :3].T) ** 2).sum(axis=(1, 2))
        start = int(distance.argmin())
        best = min(best, (distance[start], i, start))
    return best[1:]


@pytest.fixture(scope="module")
def found(hapt, uci_har, prepared):
    """For each window of UCI HAR the recording and the sample at which it is found."""
    places = []
    for window, subject in zip(uci_har.data, uci_har.subject, strict=True):
        if places:
            # Most windows follow the one before.
            i, start = places[-1][0], places[-1][1] + 64
            here = prepared[i].samples[start : start + 128, :3]
            if len(here) == 128 and np.abs(here - window[:, :3]).max() < 1e-5:
                places.append((i, start))
                continue
        places.append(search(window, prepared, np.flatnonzero(hapt.subject == subject)))
    return np.array(places)


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


def test_each_window_is_of_the_recording_that_it_names(hapt, uci_har, found):
    np.testing.assert_array_equal(uci_har.recording, hapt.experiment[found[:, 0]])


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
    recording = hapt.recordings[found[mine[0], 0]].samples[:, :3]
    used, described = (remove_noise(recording, order=order) for order in (10, 3))
    start = found[mine[8], 1]
    window = uci_har.data[mine[8], :, :3]
    assert start == 297 + 64 * 8
    assert np.abs(used[start : start + 128] - window).mean() < 1e-7
    # Shorter by a sample, the nearest it comes.
    assert 3e-4 < np.abs(described[start - 1 : start + 127] - window).mean() < 1e-3
