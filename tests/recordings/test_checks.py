"""The check of several recordings."""

import numpy as np
import pytest

from sklearn_har.recordings import Recording, check_recordings

PLAIN = Recording(np.zeros((4, 3)), sampling_rate=50.0, facts={"file": "a.csv"})
LABELLED = PLAIN.with_labels("walking")


def test_they_come_back_as_a_list_with_the_labels_of_y():
    assert check_recordings((PLAIN, LABELLED)) == [PLAIN, LABELLED]
    assert check_recordings([LABELLED], labelled=True) == [LABELLED]
    (labelled,) = check_recordings([LABELLED], ["sitting"], labelled=True)
    assert labelled.labels.tolist() == ["sitting"] * 4


def test_pieces_are_taken_where_they_are_allowed():
    pieces = iter([PLAIN])
    assert check_recordings([pieces], pieces=True) == [pieces]
    with pytest.raises(TypeError, match=r"as recordings\[0\]"):
        check_recordings([pieces])


@pytest.mark.parametrize(
    ("recordings", "options", "error", "message"),
    [
        (PLAIN, {}, TypeError, r"got one: pass \[recording\]"),
        ("a.csv", {}, TypeError, "got str"),
        ([np.zeros((4, 3))], {"pieces": True}, TypeError, r"ndarray as recordings\[0\]"),
        ([], {}, ValueError, "at least one recording"),
        ([PLAIN], {"y": []}, ValueError, "one entry for each of the 1 recordings, got 0"),
        ([LABELLED, PLAIN], {"labelled": True}, ValueError, r"1 of 2: recordings\[1\] \(a.csv\)"),
    ],
)
def test_what_is_wrong(recordings, options, error, message):
    with pytest.raises(error, match=message):
        check_recordings(recordings, **options)
