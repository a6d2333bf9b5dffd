"""What all data sets of windows return."""

import numpy as np

from sklearn_har.datasets._bunch import feature_names, windows_bunch

NAMES = {
    "target_names": ["rest", "move"],
    "channel_names": ["x", "y"],
    "sampling_rate": 50,
    "descr": "Made up.",
}
DATA = np.arange(24.0).reshape(4, 3, 2)


def test_windows_stay_in_their_order_unless_they_are_shuffled():
    bunch = windows_bunch(DATA, [0, 1, 0, 1], [3, 3, 1, 1], **NAMES, per_window={"trial": range(4)})
    np.testing.assert_array_equal(bunch.data, DATA)
    np.testing.assert_array_equal(bunch.trial, range(4))
    assert bunch.frame is None
    shuffled = windows_bunch(
        DATA,
        range(4),
        [3, 3, 1, 1],
        **NAMES,
        shuffle=True,
        random_state=0,
        per_window={"trial": range(4)},
    )
    assert shuffled.trial.tolist() != [0, 1, 2, 3]
    np.testing.assert_array_equal(shuffled.target, shuffled.trial)
    np.testing.assert_array_equal(shuffled.data, DATA[shuffled.trial])


def test_names_of_columns_sort_as_the_columns_do():
    for n_timesteps in (3, 999, 1001):
        names = feature_names(["a"], n_timesteps)
        assert names == sorted(names)
        assert len(set(names)) == n_timesteps
    assert feature_names(["x", "y"], 2) == ["x_000", "y_000", "x_001", "y_001"]
