"""The hidden Markov model against the sum over all paths, and against what it is for."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_har.timeline import decode_activities, estimate_transitions, smooth_probabilities


def _all_paths(probabilities, between, prior, weight):
    """Log-probability of every path, as the definition of the model has it."""
    n_windows, n_classes = probabilities.shape
    evidence = weight * np.log(probabilities / prior)
    paths = list(itertools.product(range(n_classes), repeat=n_windows))
    scores = []
    for path in paths:
        score = np.log(prior[path[0]]) + evidence[0, path[0]]
        for i in range(1, n_windows):
            score += np.log(between[i - 1][path[i - 1], path[i]]) + evidence[i, path[i]]
        scores.append(score)
    return np.array(paths), np.array(scores)


def _positive_rows(draw, shape):
    numbers = draw(
        st.lists(st.floats(0.02, 1.0), min_size=int(np.prod(shape)), max_size=int(np.prod(shape)))
    )
    rows = np.reshape(numbers, shape)
    return rows / rows.sum(axis=-1, keepdims=True)


@st.composite
def _cases(draw):
    n_classes = draw(st.integers(1, 3))
    n_windows = draw(st.integers(1, 5))
    multiples = draw(st.lists(st.integers(1, 3), min_size=n_windows - 1, max_size=n_windows - 1))
    return (
        _positive_rows(draw, (n_windows, n_classes)),
        _positive_rows(draw, (n_classes, n_classes)),
        _positive_rows(draw, (n_classes,)),
        multiples,
        # Likelihoods of heavy weights are no floats.
        draw(st.floats(0.0, 2.0) | st.floats(200.0, 2000.0)),
    )


@settings(max_examples=100)
@given(_cases())
def test_both_algorithms_equal_the_enumeration_of_all_paths(case):
    probabilities, transition, prior, multiples, weight = case
    start = np.concatenate([[0.0], np.cumsum(multiples)]).astype(float)
    # A step of the matrix is the usual step of the windows.
    usual = np.median(multiples) if multiples else 1.0
    powers = [max(1, int(np.round(m / usual))) for m in multiples]
    between = [np.linalg.matrix_power(transition, power) for power in powers]
    options = {"transition": transition, "class_prior": prior, "evidence_weight": weight}

    paths, scores = _all_paths(probabilities, between, prior, weight)

    share = np.exp(scores - scores.max())
    expected = np.array(
        [
            [share[paths[:, i] == c].sum() for c in range(probabilities.shape[1])]
            for i in range(len(probabilities))
        ]
    )
    expected /= expected.sum(axis=1, keepdims=True)
    smoothed = smooth_probabilities(probabilities, start, 1.0, **options)
    np.testing.assert_allclose(smoothed, expected, atol=1e-9)
    path = decode_activities(probabilities, start, 1.0, **options)
    found = scores[(paths == path).all(axis=1)]
    assert found == pytest.approx(scores.max(), abs=1e-9, rel=1e-12)


def test_a_sticky_chain_stays_as_long_as_expected_on_average():
    # Without evidence only the chain speaks: after t seconds of three classes it is where it was
    # with probability 1/3 + 2/3 exp(-3/2 t / duration), the known solution of its equation.
    first = np.array([[1.0, 0.0, 0.0]])
    rest = np.full((20, 3), 1.0 / 3.0)
    start = np.concatenate([[0.0], np.cumsum(np.linspace(0.5, 6.0, 20))])
    smoothed = smooth_probabilities(
        np.concatenate([first, rest]), start, 0.5, expected_duration=4.0, evidence_weight=1.0
    )
    expected = 1 / 3 + 2 / 3 * np.exp(-1.5 * start / 4.0)
    np.testing.assert_allclose(smoothed[:, 0], expected, atol=1e-6)


def test_durations_may_differ_by_class():
    probabilities = np.array([[0.9, 0.1]] * 6 + [[0.2, 0.8]] * 2 + [[0.9, 0.1]] * 6)
    start = np.arange(14.0)
    lasting = decode_activities(probabilities, start, 1.0, expected_duration=[60.0, 60.0])
    fleeting = decode_activities(probabilities, start, 1.0, expected_duration=[3.0, 1.0])
    assert lasting.tolist() == [0] * 14
    assert fleeting.tolist() == [0] * 6 + [1] * 2 + [0] * 6


def test_windows_that_repeat_each_other_count_once():
    # The same recording cut with and without overlap: as much evidence, not four times as much.
    plain = smooth_probabilities(np.full((8, 2), [0.7, 0.3]), np.arange(8) * 2.0, 2.0)
    dense = smooth_probabilities(np.full((29, 2), [0.7, 0.3]), np.arange(29) * 0.5, 2.0)
    independent = smooth_probabilities(
        np.full((29, 2), [0.7, 0.3]), np.arange(29) * 0.5, 2.0, evidence_weight=1.0
    )
    assert dense[14, 1] == pytest.approx(plain[4, 1], rel=0.25)
    assert independent[14, 1] < 0.2 * dense[14, 1]


def test_a_weight_of_zero_leaves_the_prior_and_one_window_is_itself():
    probabilities = np.array([[0.9, 0.1]] * 3)
    stationary = {"class_prior": [3, 1], "transition": [[0.9, 0.1], [0.3, 0.7]]}
    flat = smooth_probabilities(
        probabilities, [0.0, 1.0, 2.0], 1.0, evidence_weight=0.0, **stationary
    )
    np.testing.assert_allclose(flat, [[0.75, 0.25]] * 3, atol=1e-12)
    alone = smooth_probabilities([[0.6, 0.3, 0.1]], [5.0], 2.56, class_prior=[1, 2, 3])
    np.testing.assert_allclose(alone, [[0.6, 0.3, 0.1]], atol=1e-12)


def test_the_prior_of_the_training_is_taken_out():
    # A classifier that only knows how frequent the classes were has seen nothing in the windows.
    probabilities = np.full((5, 2), [0.8, 0.2])
    start = np.arange(5.0)
    blind = smooth_probabilities(
        probabilities, start, 1.0, class_prior=[0.8, 0.2], transition=np.full((2, 2), 0.5)
    )
    np.testing.assert_allclose(blind[1:], 0.5, atol=1e-12)


def test_certain_windows_and_heavy_weights_stay_finite():
    probabilities = np.eye(3)[[0, 0, 1, 0, 2, 2]]
    smoothed = smooth_probabilities(probabilities, np.arange(6.0), 1.0, evidence_weight=500.0)
    assert np.isfinite(smoothed).all()
    assert smoothed.argmax(axis=1).tolist() == [0, 0, 1, 0, 2, 2]


def test_a_path_never_takes_a_forbidden_transition():
    transition = [[0.9, 0.1, 0.0], [0.05, 0.9, 0.05], [0.0, 0.1, 0.9]]
    probabilities = np.array([[0.98, 0.01, 0.01]] * 3 + [[0.01, 0.01, 0.98]] * 3)
    path = decode_activities(
        probabilities, np.arange(6.0), 1.0, ["sit", "rise", "walk"], transition=transition
    )
    assert path.tolist() in (
        ["sit", "sit", "rise", "walk", "walk", "walk"],
        ["sit", "sit", "sit", "rise", "walk", "walk"],
    )


def test_long_recordings_take_little_time():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(12), size=3000)
    start = np.arange(3000) * 1.28  # more than an hour
    path = decode_activities(probabilities, start, 2.56, np.array(list("abcdefghijkl")))
    smoothed = smooth_probabilities(probabilities, start, 2.56)
    assert path.shape == (3000,)
    np.testing.assert_allclose(smoothed.sum(axis=1), 1.0)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"probabilities": [0.5, 0.5]}, ValueError, r"shape \(n_windows, n_classes\).*\(2,\)"),
        ({"probabilities": [["a", "b"]]}, ValueError, "real numbers"),
        (
            {"probabilities": [[0.5, 0.5]] * 2 + [[0.5, 0.7]]},
            ValueError,
            r"row 2 is \[0\.5, 0\.7\]",
        ),
        ({"probabilities": [[0.5, 0.5]] * 2 + [[np.nan, 1.0]]}, ValueError, "row 2 is"),
        ({"probabilities": [[1.5, -0.5]] * 3}, ValueError, "row 0 is"),
        ({"probabilities": np.zeros((0, 2))}, ValueError, "at least one window"),
        ({"start_time": [0.0, 1.0]}, ValueError, "each of the 3 windows"),
        ({"start_time": [0.0, 1.0, 1.0]}, ValueError, "at window 2. Make one timeline for each"),
        ({"start_time": [0.0, 1.0, np.nan]}, ValueError, "start_time must be finite"),
        ({"window_length": 0.0}, ValueError, r"window_length must be .*above 0 \(s\), got 0"),
        ({"expected_duration": 0.0}, ValueError, "expected_duration must be a number of seconds"),
        ({"expected_duration": [1.0, 2.0, 3.0]}, ValueError, "one for each of the 2 classes"),
        ({"expected_duration": np.inf}, ValueError, "expected_duration must be"),
        ({"expected_duration": "long"}, TypeError, "got 'long'"),
        ({"transition": np.eye(3)}, ValueError, r"shape \(2, 2\).*got shape \(3, 3\)"),
        ({"transition": [[0.5, 0.4], [0.5, 0.5]]}, ValueError, "rows add up to 1"),
        ({"transition": [[1.0, 0.0], [1.0, 0.0]]}, ValueError, r"columns \[1\] of zeros"),
        ({"transition": np.eye(2), "expected_duration": 3.0}, ValueError, "exclude each other"),
        ({"class_prior": [1.0, 0.0]}, ValueError, "a number above 0 for each of the 2 classes"),
        ({"evidence_weight": -1.0}, ValueError, "evidence_weight must be"),
    ],
)
def test_what_is_wrong_is_said(change, error, message):
    arguments = {
        "probabilities": [[0.5, 0.5]] * 3,
        "start_time": [0.0, 1.0, 2.0],
        "window_length": 2.0,
        **change,
    }
    with pytest.raises(error, match=message):
        smooth_probabilities(**arguments)


@pytest.mark.parametrize("classes", [["a"], ["a", "a"]])
def test_classes_fit_the_columns(classes):
    with pytest.raises(ValueError, match="classes must"):
        decode_activities([[0.5, 0.5]], [0.0], 1.0, classes)


class TestEstimateTransitions:
    def test_pairs_are_counted_within_groups_and_labels(self):
        labels = ["a", "a", "b", "?", "b", "a", "b", "b"]
        groups = [1, 1, 1, 1, 1, 2, 2, 2]
        matrix = estimate_transitions(labels, groups=groups, unlabelled="?", alpha=0.0)
        # a-a, a-b | nothing across "?" | nothing from group 1 to 2 | a-b, b-b
        np.testing.assert_allclose(matrix, [[1 / 3, 2 / 3], [0.0, 1.0]])

    def test_classes_give_the_order_and_may_be_unseen(self):
        matrix = estimate_transitions([2, 2, 0], [2, 1, 0], alpha=1.0)
        np.testing.assert_allclose(matrix, [[2 / 5, 1 / 5, 2 / 5], [1 / 3] * 3, [1 / 3] * 3])
        np.testing.assert_allclose(matrix.sum(axis=1), 1.0)

    def test_without_alpha_an_unseen_class_stays(self):
        matrix = estimate_transitions([0, 0], [0, 1], alpha=0.0)
        np.testing.assert_allclose(matrix, np.eye(2))

    def test_the_chain_that_made_the_labels_is_found_again(self):
        rng = np.random.default_rng(0)
        true = np.array([[0.95, 0.05, 0.0], [0.1, 0.8, 0.1], [0.0, 0.3, 0.7]])
        labels = [0]
        for _ in range(20_000):
            labels.append(int(rng.choice(3, p=true[labels[-1]])))
        np.testing.assert_allclose(estimate_transitions(labels), true, atol=0.05)

    @pytest.mark.parametrize(
        ("arguments", "options", "message"),
        [
            (([-1, -1],), {}, "at least one label"),
            (([0, 3], [0, 1]), {}, r"got \[3\] as well"),
            (([0, 1],), {"groups": [1]}, "groups must have one entry for each of the 2 windows"),
            (([0, 1],), {"alpha": -1.0}, "alpha must be"),
            (([[0, 1]],), {}, "one label for each of the 1 windows"),
        ],
    )
    def test_what_is_wrong_is_said(self, arguments, options, message):
        with pytest.raises(ValueError, match=message):
            estimate_transitions(*arguments, **options)
