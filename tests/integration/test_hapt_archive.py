"""The real HAPT data set and its published counts."""

import numpy as np
import pytest


def runs(labels):
    """First samples, lengths and labels of the runs of equal labels."""
    first = np.flatnonzero(np.diff(labels, prepend=labels[0] - 1))
    return first, np.diff(first, append=len(labels)), labels[first]


def test_counts_are_the_published_ones(hapt):
    assert len(hapt.recordings) == 61
    assert sum(map(len, hapt.recordings)) == 1_122_772
    assert hapt.recordings[0].samples.shape == (20598, 6)
    found = [runs(labels) for labels in hapt.labels]
    lengths = np.concatenate([length for _, length, _ in found])
    activity = np.concatenate([label for _, _, label in found])
    assert (activity >= 0).sum() == 1214
    assert lengths[activity >= 6].min() == 74
    assert np.concatenate(hapt.labels).max() == 11
    unlabelled = np.mean(np.concatenate(hapt.labels) == -1)
    assert unlabelled == pytest.approx(0.274, abs=0.0005)
    assert (hapt.split == "test").sum() == 19
    assert set(hapt.subject[hapt.split == "test"]) == {2, 4, 9, 10, 12, 13, 18, 20, 24}


def test_first_numbers_are_those_of_the_files(hapt):
    np.testing.assert_array_equal(
        hapt.recordings[0].samples[0],
        np.float32(
            [
                0.9180555898766518,
                -0.1124999994242935,
                0.5097222514293852,
                -0.05497787147760391,
                -0.06963863968849182,
                -0.03084869496524334,
            ]
        ),
    )
    # The first line of labels.txt: standing from sample 250 to 1232, counted from 1.
    assert hapt.labels[0][248:251].tolist() == [-1, 4, 4]
    assert hapt.labels[0][1231:1233].tolist() == [4, 6]
