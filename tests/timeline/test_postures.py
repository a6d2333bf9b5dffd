"""Probabilities of windows, revised by the postures of a recording."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.transform import Rotation

from sklearn_har.timeline import revise_by_posture

SITTING, STANDING, LYING = [0.8, 0.0, 0.6], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]


def recording(seed=0, n=40, doubtful=10):
    """Return probabilities, postures and activities: some windows of each look like another."""
    rng = np.random.default_rng(seed)
    activity = np.repeat([0, 1, 2], n)
    posture = np.repeat([SITTING, STANDING, LYING], n, axis=0)
    posture = posture + rng.normal(0.0, 0.03, posture.shape)
    given = np.full((3 * n, 3), 0.1)
    given[np.arange(3 * n), activity] = 0.8
    given[:doubtful] = [0.3, 0.6, 0.1]
    given[n : n + doubtful] = [0.6, 0.3, 0.1]
    return given, posture, activity


def test_doubtful_windows_go_with_the_windows_of_their_posture():
    given, posture, activity = recording()
    assert (given.argmax(axis=1) != activity).sum() == 20
    revised = revise_by_posture(given, posture)
    assert_array_equal(revised.argmax(axis=1), activity)
    assert_allclose(revised.sum(axis=1), 1.0)


def test_turning_the_device_changes_nothing():
    given, posture, _ = recording()
    turned = posture @ Rotation.from_euler("xyz", [20, 50, 130], degrees=True).as_matrix()
    assert_allclose(revise_by_posture(given, turned), revise_by_posture(given, posture), atol=1e-9)


def test_each_recording_is_revised_on_its_own():
    one, other = recording(0), recording(1)
    # The other person sits as the one stands.
    turned = other[1] @ Rotation.from_euler("y", 37, degrees=True).as_matrix()
    order = np.random.default_rng(0).permutation(240)
    given = np.concatenate([one[0], other[0]])[order]
    posture = np.concatenate([one[1], turned])[order]
    revised = revise_by_posture(given, posture, np.repeat(["a", "b"], 120)[order])
    expected = np.concatenate(
        [revise_by_posture(one[0], one[1]), revise_by_posture(other[0], turned)]
    )[order]
    assert_allclose(revised, expected, atol=1e-9)


def test_a_posture_that_is_missing_gains_few_windows():
    given, posture, activity = recording(doubtful=4)
    sitting = activity == 0
    revised = revise_by_posture(given[sitting], posture[sitting])
    assert (revised.argmax(axis=1) != 0).sum() <= 4


def test_a_transition_keeps_its_windows_if_its_spread_is_known():
    rng = np.random.default_rng(0)
    # Sitting, standing, and three windows of the way from one to the other.
    way = np.linspace(SITTING, STANDING, 5)[1:4]
    posture = np.concatenate([np.tile(SITTING, (30, 1)), way, np.tile(STANDING, (30, 1))])
    posture = posture + rng.normal(0.0, 0.02, posture.shape)
    given = np.repeat([[0.8, 0.1, 0.1], [0.3, 0.3, 0.4], [0.1, 0.8, 0.1]], [30, 3, 30], axis=0)
    revised = revise_by_posture(given, posture, spread=[0.03, 0.03, 0.2])
    assert_array_equal(revised.argmax(axis=1), np.repeat([0, 2, 1], [30, 3, 30]))


def test_without_weight_nothing_changes():
    given, posture, _ = recording()
    assert_allclose(revise_by_posture(given, posture, weight=0.0), given)


def test_certain_and_single_windows_stay_finite():
    alone = revise_by_posture([[1.0, 0.0]], [[1.0, 0.0, 0.0]])
    assert_allclose(alone, [[1.0, 0.0]], atol=1e-6)
    same = revise_by_posture(np.eye(2)[[0, 0, 1]], np.ones((3, 1)))
    assert_allclose(same, np.eye(2)[[0, 0, 1]], atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"posture": [[1.0, 0.0, 0.0]]}, ValueError, r"for each of the 120 windows, got shape"),
        ({"posture": np.ones((120, 0))}, ValueError, r"got shape \(120, 0\)"),
        ({"posture": np.full((120, 3), np.nan)}, ValueError, "finite, got .*nan.* for window 0"),
        ({"posture": [["up"] * 3] * 120}, TypeError, "posture must hold the mean acceleration"),
        ({"recording": [1, 2]}, ValueError, r"recording must have one entry .* got shape \(2,\)"),
        ({"weight": -0.1}, ValueError, "weight must be a finite number of at least 0"),
        ({"spread": 0.0}, ValueError, "spread must be a number of g above 0"),
        ({"spread": [0.1, 0.1]}, ValueError, "one for each of the 3 classes"),
        ({"weight": "much"}, TypeError, "weight must be a finite number"),
        ({"probabilities": np.ones((120, 3))}, ValueError, "add up to 1 in each row"),
    ],
)
def test_bad_input_is_refused(changes, error, message):
    given, posture, _ = recording()
    with pytest.raises(error, match=message):
        revise_by_posture(**{"probabilities": given, "posture": posture, **changes})
