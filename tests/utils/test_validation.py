"""Names of columns and suggestions."""

import pytest

from sklearn_har.utils._validation import channels_of_names, did_you_mean


@pytest.mark.parametrize(
    ("names", "n_channels"),
    [
        (["x_000", "y_000", "x_001", "y_001"], 2),
        (["x_0", "x_1", "x_2"], 1),
        # Another order than that of data.reshape(n_windows, -1) must not be taken for it.
        (["x_000", "x_001", "y_000", "y_001"], None),
        (["x_000", "y_000", "x_001"], None),
        (["x_000", "y_000", "y_001", "x_001"], None),
        (["age", "height"], None),
        ([0, 1, 2], None),
        ([], None),
    ],
)
def test_channels_of_names(names, n_channels):
    assert channels_of_names(names) == n_channels


def test_did_you_mean():
    assert did_you_mean("unit", ["units", "epochs"]) == " (did you mean 'units'?)"
    assert did_you_mean("zzz", ["units", "epochs"]) == ""
