"""Scores of timelines, against hand counts and scikit-learn on dense samples."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, jaccard_score

from sklearn_har.timeline import labels_to_timeline, timeline_scores


def _timeline(*rows):
    return pd.DataFrame(rows, columns=["activity", "start", "end"])


TRUE = _timeline(("sit", 0.0, 10.0), ("walk", 10.0, 20.0), ("sit", 20.0, 30.0))


def test_a_timeline_agrees_with_itself():
    scores = timeline_scores(TRUE, TRUE)
    assert (scores.accuracy, scores.macro_f1, scores.mean_iou) == (1.0, 1.0, 1.0)
    assert (scores.event_precision, scores.event_recall, scores.event_f1) == (1.0, 1.0, 1.0)
    assert scores.boundary_error == 0.0
    # Where the recording begins and ends nobody knows when the activity did.
    assert len(scores.boundary_errors) == 4
    assert scores.per_class.loc["sit", ["n_true", "n_predicted", "n_matched"]].tolist() == [2, 2, 2]


def test_flicker_keeps_the_accuracy_and_costs_events():
    flicker = _timeline(
        ("sit", 0.0, 4.8),
        ("walk", 4.8, 5.2),
        ("sit", 5.2, 10.0),
        ("walk", 10.0, 20.0),
        ("sit", 20.0, 30.0),
    )
    scores = timeline_scores(TRUE, flicker)
    assert scores.accuracy == pytest.approx(1 - 0.4 / 30)
    # The halves of the first interval share 48 % with it: neither is an event found.
    assert scores.per_class.loc["sit", ["n_true", "n_predicted", "n_matched"]].tolist() == [2, 3, 1]
    assert scores.event_precision == pytest.approx(2 / 5)
    assert scores.event_recall == pytest.approx(2 / 3)
    assert scores.event_f1 == pytest.approx(4 / 8)


def test_late_boundaries_are_measured_in_seconds():
    late = _timeline(("sit", 0.0, 11.0), ("walk", 11.0, 20.5), ("sit", 20.5, 30.0))
    scores = timeline_scores(TRUE, late)
    assert sorted(scores.boundary_errors) == [0.5, 0.5, 1.0, 1.0]
    assert scores.boundary_error == 0.75
    assert scores.accuracy == pytest.approx(1 - 1.5 / 30)
    assert scores.per_class.loc["walk", "iou"] == pytest.approx(9 / 10.5)
    early = _timeline(("sit", 0.0, 8.0), ("walk", 8.0, 20.0), ("sit", 20.0, 30.0))
    assert sorted(timeline_scores(TRUE, early).boundary_errors) == [-2.0, -2.0, 0.0, 0.0]


def test_predictions_where_truth_is_silent():
    true = _timeline(("walk", 0.0, 10.0), ("walk", 14.0, 20.0))
    through = _timeline(("walk", 0.0, 20.0), ("sit", 20.0, 25.0))
    ignored = timeline_scores(true, through)
    assert ignored.accuracy == 1.0
    assert (ignored.event_precision, ignored.event_recall) == (1.0, 1.0)
    assert len(ignored.boundary_errors) == 0
    assert np.isnan(ignored.boundary_error)
    assert "none to measure" in str(ignored)
    wrong = timeline_scores(true, through, unlabelled="wrong")
    assert wrong.accuracy == pytest.approx(16 / 25)
    # 10 s of 20 s is the whole of the threshold; the second piece finds no partner.
    assert wrong.events.loc[0.5, ["n_true", "n_predicted", "n_matched"]].tolist() == [2, 2, 1]
    assert sorted(wrong.boundary_errors) == [0.0, 10.0]
    assert wrong.per_class.loc["sit", "f1"] == 0.0


def test_silence_of_the_prediction_is_wrong():
    scores = timeline_scores(TRUE, _timeline(("sit", 0.0, 10.0)))
    assert scores.accuracy == pytest.approx(1 / 3)
    assert scores.per_class.loc["sit", "recall"] == 0.5
    assert scores.per_class.loc["sit", "precision"] == 1.0
    nothing = timeline_scores(TRUE, _timeline())
    assert (nothing.accuracy, nothing.event_f1, nothing.macro_f1) == (0.0, 0.0, 0.0)


def test_several_thresholds_one_row_each():
    shifted = _timeline(("sit", 0.0, 12.0), ("walk", 12.0, 20.0), ("sit", 20.0, 30.0))
    scores = timeline_scores(TRUE, shifted, iou_threshold=[0.9, 0.8, 0.5])
    # IoU 10/12, 8/10 and 1.
    assert scores.events["n_matched"].tolist() == [1, 3, 3]
    assert scores.event_f1 == pytest.approx(1 / 3)
    assert scores.per_class.loc["walk", "event_f1"] == 0.0
    # sit: one of two, walk: none.
    assert scores.events.loc[0.9, "macro_f1"] == pytest.approx(0.25)
    assert len(scores.boundary_errors) == 1


def test_recordings_are_pooled_and_never_mixed():
    one, two = _timeline(("sit", 0.0, 10.0)), _timeline(("walk", 0.0, 30.0))
    scores = timeline_scores([one, two], [one, _timeline(("sit", 0.0, 30.0))])
    assert scores.accuracy == pytest.approx(10 / 40)
    assert scores.per_class.loc["sit", ["n_true", "n_predicted", "n_matched"]].tolist() == [1, 2, 1]
    assert scores.per_class.loc["walk", "recall"] == 0.0


def _naive_most_matches(iou, threshold):
    """The largest number of pairs that reach the threshold, by trying all assignments."""
    n, m = iou.shape
    if n > m:
        return _naive_most_matches(iou.T, threshold)
    return max(
        sum(iou[i, j] >= threshold for i, j in enumerate(columns))
        for columns in itertools.permutations(range(m), n)
    )


@st.composite
def _two_labellings(draw):
    runs = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 8)), min_size=1, max_size=5)
    a, b = ([x for x, n in draw(runs) for _ in range(n)] for _ in range(2))
    length = max(2, min(len(a), len(b)))
    return (a * length)[:length], (b * length)[:length]


@settings(max_examples=150)
@given(_two_labellings(), st.sampled_from([0.1, 0.3, 0.5, 0.9]))
def test_scores_equal_those_of_samples_and_of_all_assignments(labels, threshold):
    a, b = labels
    time = np.arange(len(a)) / 10.0
    true, predicted = labels_to_timeline(a, time), labels_to_timeline(b, time)
    scores = timeline_scores(true, predicted, iou_threshold=threshold)

    # All samples last as long, so that time and samples are the same.
    assert scores.accuracy == pytest.approx(accuracy_score(a, b))
    assert scores.macro_f1 == pytest.approx(f1_score(a, b, average="macro", zero_division=0.0))
    assert scores.mean_iou == pytest.approx(jaccard_score(a, b, average="macro", zero_division=0.0))
    n_matched = 0
    for activity in set(a) & set(b):
        mine, theirs = (frame[frame["activity"] == activity] for frame in (true, predicted))
        iou = np.zeros((len(mine), len(theirs)))
        for i, (_, s) in enumerate(mine.iterrows()):
            for j, (_, p) in enumerate(theirs.iterrows()):
                both = max(0.0, min(s["end"], p["end"]) - max(s["start"], p["start"]))
                either = s["end"] - s["start"] + p["end"] - p["start"] - both
                iou[i, j] = both / either + 1e-9
        n_matched += _naive_most_matches(iou, threshold)
    assert scores.events["n_matched"].iloc[0] == n_matched


def test_summary_and_repr_are_readable():
    late = _timeline(("sit", 0.0, 11.0), ("walk", 11.0, 20.5), ("sit", 20.5, 30.0))
    scores = timeline_scores(TRUE, late, iou_threshold=[0.5, 0.95])
    assert str(scores).splitlines() == [
        "time      accuracy 0.950, macro-F1 0.943, mean IoU 0.893",
        "events    precision 1.000, recall 1.000, F1 1.000 at IoU 0.5 (3 matched of 3 true, "
        "3 predicted)",
        "events    precision 0.333, recall 0.333, F1 0.333 at IoU 0.95 (1 matched of 3 true, "
        "3 predicted)",
        "boundary  0.75 s off on average, 0.75 s in the median, bias +0.75 s (4 boundaries)",
    ]
    assert repr(scores).startswith("<TimelineScores: accuracy 0.9500, macro-F1 0.94")


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((TRUE, [TRUE]), {}, TypeError, "both be one timeline or both be sequences"),
        (([TRUE, TRUE], [TRUE]), {}, ValueError, "for each recording, got 2 and 1"),
        ((_timeline(), TRUE), {}, ValueError, "at least one interval"),
        (([TRUE], [TRUE.drop(columns="end")]), {}, ValueError, r"predicted\[0\] must have the"),
        (
            (TRUE, _timeline((0, 0.0, 30.0))),
            {},
            ValueError,
            "got text in true and numbers in predicted",
        ),
        ((TRUE, TRUE), {"iou_threshold": 0.0}, ValueError, "iou_threshold must be .*got 0"),
        ((TRUE, TRUE), {"iou_threshold": []}, ValueError, "iou_threshold must be"),
        ((TRUE, TRUE), {"unlabelled": "drop"}, ValueError, "unlabelled must be one of"),
    ],
)
def test_what_is_wrong_is_said(arguments, options, error, message):
    with pytest.raises(error, match=message):
        timeline_scores(*arguments, **options)
