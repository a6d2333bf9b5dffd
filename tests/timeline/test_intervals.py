"""From windows to intervals, and from labels of samples to intervals and back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_har.datasets import make_har_recordings
from sklearn_har.segmentation import segment_recording, segment_recordings
from sklearn_har.timeline import (
    decode_activities,
    labels_to_timeline,
    make_timeline,
    make_timelines,
    smooth_probabilities,
    timeline_to_labels,
)

NAMES = ["sit", "walk", "lie"]


def _certain(codes, n_classes=3, certainty=0.9):
    """Probabilities of windows that are sure of `codes`."""
    values = np.full((len(codes), n_classes), (1.0 - certainty) / (n_classes - 1))
    values[np.arange(len(codes)), codes] = certainty
    return values


def _rows(timeline, digits=6):
    return [tuple(row) for row in timeline.round(digits).itertuples(index=False)]


def test_overlapping_windows_share_their_time_at_the_middle():
    probabilities = _certain([0, 0, 1, 1])
    timeline = make_timeline(probabilities, [10.0, 11.0, 12.0, 13.0], 2.0, NAMES, smoothing=None)
    # Centres at 11, 12, 13, 14: the change lies between 12 and 13.
    assert _rows(timeline) == [("sit", 10.0, 12.5, 0.9), ("walk", 12.5, 15.0, 0.9)]
    assert timeline.dtypes[["start", "end", "probability"]].tolist() == [np.float64] * 3


def test_breaks_stay_gaps_even_within_one_activity():
    timeline = make_timeline(
        _certain([0, 0, 0, 0]), [0.0, 1.0, 5.0, 6.0], 2.0, NAMES, smoothing=None
    )
    assert _rows(timeline) == [("sit", 0.0, 3.0, 0.9), ("sit", 5.0, 8.0, 0.9)]


def test_windows_that_only_touch_leave_no_gap():
    start = np.arange(1000) * 0.1  # sums of 0.1 are no multiples of it
    timeline = make_timeline(_certain([0] * 1000), start, 0.1, NAMES, smoothing=None)
    assert len(timeline) == 1


def test_probability_is_the_mean_over_the_time_of_the_interval():
    probabilities = [[0.6, 0.4], [0.9, 0.1], [0.2, 0.8]]
    timeline = make_timeline(probabilities, [0.0, 1.0, 2.0], 2.0, smoothing=None)
    # The cells last 1.5, 1.0 and 1.5 s.
    assert timeline["activity"].tolist() == [0, 1]
    np.testing.assert_allclose(timeline["probability"], [(1.5 * 0.6 + 0.9) / 2.5, 0.8])


@pytest.mark.parametrize("smoothing", ["viterbi", "posterior"])
def test_smoothing_is_that_of_the_functions(smoothing):
    rng = np.random.default_rng(3)
    probabilities = rng.dirichlet([0.3, 0.3, 0.3], size=60)
    start = np.arange(60) * 1.0
    options = {"expected_duration": 5.0, "class_prior": [1, 2, 3], "evidence_weight": 1.5}
    timeline = make_timeline(probabilities, start, 2.0, NAMES, smoothing=smoothing, **options)
    posterior = smooth_probabilities(probabilities, start, 2.0, **options)
    if smoothing == "viterbi":
        expected = decode_activities(probabilities, start, 2.0, NAMES, **options)
    else:
        expected = np.array(NAMES)[posterior.argmax(axis=1)]
    assert 1 < len(timeline) < 60
    assert timeline_to_labels(timeline, start + 1.0).tolist() == expected.tolist()
    assert timeline["probability"].between(0.0, 1.0).all()


def test_short_intervals_go_to_the_neighbour_that_explains_them_better():
    probabilities = _certain([0] * 5 + [1] + [2] * 5)
    probabilities[5] = [0.1, 0.6, 0.3]
    options = {"smoothing": None, "classes": NAMES}
    start = np.arange(11.0)
    kept = make_timeline(probabilities, start, 1.0, min_duration=1.0, **options)
    assert kept["activity"].tolist() == ["sit", "walk", "lie"]
    absorbed = make_timeline(probabilities, start, 1.0, min_duration=1.5, **options)
    assert _rows(absorbed)[0][:3] == ("sit", 0.0, 5.0)
    assert _rows(absorbed)[1][:3] == ("lie", 5.0, 11.0)
    assert absorbed["probability"][1] == pytest.approx((5 * 0.9 + 0.3) / 6)


def test_a_short_interval_within_one_activity_joins_both_sides():
    timeline = make_timeline(
        _certain([0, 0, 0, 1, 0, 0]), np.arange(6.0), 1.0, NAMES, smoothing=None, min_duration=2.0
    )
    assert _rows(timeline)[0][:3] == ("sit", 0.0, 6.0)
    assert len(timeline) == 1


def test_a_short_stretch_between_breaks_has_no_neighbour_and_stays():
    start = [0.0, 1.0, 2.0, 3.0, 10.0, 20.0, 21.0, 22.0, 23.0]
    timeline = make_timeline(
        _certain([0, 0, 0, 0, 1, 0, 0, 0, 0]), start, 1.0, NAMES, smoothing=None, min_duration=3.0
    )
    assert timeline["activity"].tolist() == ["sit", "walk", "sit"]
    assert timeline["start"].tolist() == [0.0, 10.0, 20.0]


def test_doubtful_windows_are_left_out_or_kept_as_unlabelled():
    probabilities = _certain([0, 0, 0, 1, 1, 1])
    probabilities[2:4] = [[0.4, 0.35, 0.25], [0.35, 0.4, 0.25]]
    options = {"classes": NAMES, "smoothing": None, "min_probability": 0.5}
    dropped = make_timeline(probabilities, np.arange(6.0), 1.0, **options)
    assert [row[:3] for row in _rows(dropped)] == [("sit", 0.0, 2.0), ("walk", 4.0, 6.0)]
    kept = make_timeline(
        probabilities, np.arange(6.0), 1.0, on_unlabelled="keep", unlabelled="?", **options
    )
    assert [row[:3] for row in _rows(kept)] == [
        ("sit", 0.0, 2.0),
        ("?", 2.0, 4.0),
        ("walk", 4.0, 6.0),
    ]
    assert kept["probability"][1] == pytest.approx(0.375)
    # A short doubt goes to the neighbours, though these are no longer than it.
    absorbed = make_timeline(probabilities, np.arange(6.0), 1.0, min_duration=2.5, **options)
    assert [row[:3] for row in _rows(absorbed)] == [("sit", 0.0, 6.0)]


def test_a_short_interval_amid_doubt_becomes_doubt_unless_it_is_all_there_is():
    probabilities = _certain([0] * 9, certainty=0.4)
    probabilities[4] = [0.0, 0.0, 1.0]
    options = {"smoothing": None, "min_probability": 0.5, "min_duration": 2.0}
    timeline = make_timeline(probabilities, np.arange(9.0), 1.0, on_unlabelled="keep", **options)
    assert [row[:3] for row in _rows(timeline)] == [(-1, 0.0, 9.0)]
    alone = make_timeline(probabilities[4:5], [4.0], 1.0, **options)
    assert _rows(alone) == [(2, 4.0, 5.0, 1.0)]


def test_nothing_known_is_an_empty_timeline():
    timeline = make_timeline(
        np.full((4, 2), 0.5), np.arange(4.0), 1.0, smoothing=None, min_probability=0.9
    )
    assert timeline.columns.tolist() == ["activity", "start", "end", "probability"]
    assert len(timeline) == 0
    assert timeline_to_labels(timeline, [0.0, 1.0]).tolist() == [-1, -1]


@st.composite
def _noisy(draw):
    n_windows = draw(st.integers(1, 40))
    steps = draw(st.lists(st.sampled_from([0.5, 1.0, 4.0]), min_size=n_windows, max_size=n_windows))
    seed = draw(st.integers(0, 10_000))
    probabilities = np.random.default_rng(seed).dirichlet(np.ones(3), size=n_windows)
    return probabilities, np.cumsum(steps), draw(st.sampled_from([0.0, 1.5, 3.0, 100.0]))


@settings(max_examples=150)
@given(_noisy(), st.sampled_from(["viterbi", "posterior", None]), st.sampled_from([0.0, 0.5]))
def test_intervals_cover_what_the_windows_cover_and_no_more(case, smoothing, min_probability):
    probabilities, start, min_duration = case
    timeline = make_timeline(
        probabilities,
        start,
        2.0,
        smoothing=smoothing,
        min_duration=min_duration,
        min_probability=min_probability,
        on_unlabelled="keep",
    )
    begin, end = timeline["start"].to_numpy(), timeline["end"].to_numpy()
    assert (end > begin).all()
    assert (begin[1:] >= end[:-1]).all()
    # The union of windows of 2 s.
    apart = np.diff(start) > 2.0
    covered = np.where(apart, 2.0, np.diff(start)).sum() + 2.0
    assert (end - begin).sum() == pytest.approx(covered)
    # Within a stretch neighbours differ, and what is short stands alone.
    touches = np.isclose(begin[1:], end[:-1])
    activity = timeline["activity"].to_numpy()
    assert (activity[1:] != activity[:-1])[touches].all()
    alone = ~(np.append(False, touches) | np.append(touches, False))
    assert (alone | (end - begin >= min_duration - 1e-9)).all()
    assert timeline["probability"].between(0.0, 1.0).all()


def test_windows_of_a_recording_become_its_timeline():
    data = make_har_recordings(n_subjects=1, seconds_per_activity=15.0, random_state=0)
    labels = np.array(["between", *data.target_names])[data.labels[0] + 1]
    windows = segment_recording(
        data.recordings[0].samples, labels, window=2.0, overlap=0.5, sampling_rate=50.0
    )
    classes, codes = np.unique(windows.target, return_inverse=True)
    timeline = make_timeline(_certain(codes, 7), windows.start_time, 2.0, classes)
    true = labels_to_timeline(labels, np.arange(len(labels)) / 50.0)
    assert timeline["activity"].tolist()[:4] == true["activity"].tolist()[:4]
    time = np.arange(len(labels)) / 50.0
    found = timeline_to_labels(timeline, time, unlabelled="")
    assert np.mean(found == labels) > 0.9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"smoothing": "median"}, r"smoothing must be one of .*got 'median'"),
        ({"smoothing": None, "expected_duration": 3.0}, r"no hidden Markov model, got \['expected"),
        ({"min_duration": -1.0}, r"min_duration must be .* \(s\), got -1"),
        ({"min_probability": 1.0}, "min_probability must be .*below 1"),
        ({"on_unlabelled": "skip"}, "on_unlabelled must be one of"),
        ({"classes": ["a", "b"], "on_unlabelled": "keep"}, "value for `unlabelled` of the kind"),
        ({"classes": ["a"]}, "name each of the 2 columns"),
    ],
)
def test_what_is_wrong_is_said(change, message):
    arguments = {"probabilities": [[0.5, 0.5]], "start_time": [0.0], "window_length": 1.0}
    with pytest.raises(ValueError, match=message):
        make_timeline(**{**arguments, **change})


# ---------------------------------------------------------------- windows that know their times


@pytest.fixture
def cut():
    return segment_recordings([np.zeros((n, 2)) for n in (300, 100, 220)], window=2.0,
                              sampling_rate=50.0)  # fmt: skip


@pytest.mark.parametrize("function", [make_timeline, smooth_probabilities, decode_activities])
def test_windows_bring_their_times_and_length(function):
    windows = segment_recording(np.zeros((600, 2)), window=2.0, sampling_rate=50.0)
    probabilities = _certain(np.arange(len(windows.data)) // 4 % 3)
    expected = function(probabilities, windows.start_time, 2.0)
    found = function(probabilities, windows)
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


def test_a_timeline_for_each_recording(cut):
    probabilities = _certain(np.arange(len(cut.data)) % 3)
    timelines = make_timelines(probabilities, cut, NAMES, smoothing=None)
    assert len(timelines) == 3
    for number, timeline in enumerate(timelines):
        mine = cut.recording == number
        alone = make_timeline(probabilities[mine], cut.start_time[mine], 2.0, NAMES, smoothing=None)
        pd.testing.assert_frame_equal(timeline, alone)


def test_a_recording_without_windows_has_no_timeline(cut):
    kept = cut.recording != 1
    windows = {**cut, "recording": cut.recording[kept], "start_time": cut.start_time[kept]}
    assert len(make_timelines(_certain([0] * kept.sum()), windows)) == 2


def test_what_is_wrong_with_windows_is_said(cut):
    probabilities = _certain([0] * len(cut.data))
    with pytest.raises(ValueError, match="of one recording, got those of 3: make_timelines"):
        make_timeline(probabilities, cut)
    with pytest.raises(ValueError, match=r"must be None with windows, .* got 2\.0"):
        make_timeline(probabilities, cut, 2.0)
    with pytest.raises(TypeError, match="window_length must be given in s with an array"):
        make_timeline(probabilities, cut.start_time)
    samples = segment_recording(np.zeros((300, 2)), window=100)
    with pytest.raises(ValueError, match="pass sampling_rate to segment_recording"):
        make_timeline(_certain([0] * 5), samples)
    with pytest.raises(ValueError, match=r"with the field recording, got .*'start_time'"):
        make_timelines(_certain([0] * 5), samples)
    with pytest.raises(ValueError, match="with the field recording, got ndarray"):
        make_timelines(probabilities, cut.start_time)
    with pytest.raises(ValueError, match="one row for each of the 9 windows, got shape"):
        make_timelines(probabilities[1:], cut)
    without_rate = segment_recordings([np.zeros((300, 2))], window=100)
    with pytest.raises(ValueError, match="must have start times, got none: pass sampling_rate"):
        make_timelines(_certain([0] * 5), without_rate)


# ------------------------------------------------------------------------------- labels of samples


@st.composite
def _labelled(draw):
    runs = draw(st.lists(st.tuples(st.integers(-1, 2), st.integers(1, 6)), min_size=2))
    labels = [label for label, length in runs for _ in range(length)]
    gaps = draw(st.lists(st.booleans(), min_size=len(labels), max_size=len(labels)))
    jitter = draw(st.sampled_from([0.0, 0.003]))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    # A clock that wobbles, and pauses of a second now and then.
    time = np.arange(len(labels)) / 50.0 + jitter * rng.random(len(labels))
    return np.array(labels), time + np.cumsum(np.array(gaps) * (draw(st.booleans()) * 1.0))


@settings(max_examples=200)
@given(_labelled(), st.sampled_from(["drop", "keep"]))
def test_labels_come_back_from_their_timeline(case, on_unlabelled):
    labels, time = case
    timeline = labels_to_timeline(labels, time, on_unlabelled=on_unlabelled)
    np.testing.assert_array_equal(timeline_to_labels(timeline, time), labels)
    names = np.array(["?", "a", "b", "c"])[labels + 1]
    named = labels_to_timeline(names, time, unlabelled="?", on_unlabelled=on_unlabelled)
    if len(named):
        np.testing.assert_array_equal(timeline_to_labels(named, time, unlabelled="?"), names)


def test_samples_last_until_the_next_one_and_gaps_are_kept():
    time = np.array([0.0, 0.1, 0.2, 0.3, 1.0, 1.1])
    labels = ["a", "a", "b", "b", "b", "b"]
    timeline = labels_to_timeline(labels, time)
    assert _rows(timeline) == [("a", 0.0, 0.2), ("b", 0.2, 0.4), ("b", 1.0, 1.2)]
    bridged = labels_to_timeline(labels, time, max_gap=1.0)
    assert _rows(bridged) == [("a", 0.0, 0.2), ("b", 0.2, 1.2)]


def test_missing_labels_are_unlabelled():
    time = np.arange(4) / 50.0
    timeline = labels_to_timeline(pd.Series([1.0, np.nan, np.nan, 2.0]), time)
    assert timeline["activity"].tolist() == [1, 2]
    assert timeline["activity"].dtype == np.int64
    assert timeline["start"].tolist() == [0.0, 0.06]


def test_samples_outside_all_intervals_need_a_label_of_their_kind():
    timeline = pd.DataFrame({"activity": ["a"], "start": [1.0], "end": [2.0]})
    assert timeline_to_labels(timeline, [1.0, 1.5]).tolist() == ["a", "a"]
    with pytest.raises(ValueError, match=r"leaves 2 samples out and needs a value .* got -1"):
        timeline_to_labels(timeline, [0.5, 1.0, 2.0])
    assert timeline_to_labels(timeline, [0.5, 1.0, 2.0], unlabelled="none").tolist() == [
        "none",
        "a",
        "none",
    ]


def test_a_timeline_may_come_unsorted_from_a_file(tmp_path):
    timeline = pd.DataFrame(
        {"activity": ["b", "a"], "start": [1.0000004, 0.0], "end": [2.0, 1.0000009]}
    )
    timeline.to_csv(tmp_path / "timeline.csv", index=False)
    read = pd.read_csv(tmp_path / "timeline.csv")
    assert timeline_to_labels(read, [0.5, 1.5]).tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("labels", "time", "options", "message"),
    [
        ([0], [0.0], {}, "at least two samples"),
        ([0, 0], [0.0, 0.0], {}, "time must increase .*at sample 1"),
        ([0, 0], [0.0, np.inf], {}, "time must be finite"),
        ([0, 0], [[0.0, 1.0]], {}, "in one dimension"),
        ([0, 0], ["a", "b"], {}, "time must hold the time"),
        ([0, 0, 0], [0.0, 1.0], {}, "one label for each of the 2 samples"),
        ([0, 0], [0.0, 1.0], {"max_gap": 0.0}, "max_gap must be"),
        ([0, 0], [0.0, 1.0], {"on_unlabelled": "x"}, "on_unlabelled must be one of"),
        (["a", "b"], [0.0, 1.0], {"on_unlabelled": "keep"}, "of the kind of the labels"),
    ],
)
def test_labels_to_timeline_says_what_is_wrong(labels, time, options, message):
    with pytest.raises(ValueError, match=message):
        labels_to_timeline(labels, time, **options)


@pytest.mark.parametrize(
    ("timeline", "error", "message"),
    [
        ([("a", 0, 1)], TypeError, "must be a DataFrame .* got list"),
        (pd.DataFrame({"activity": [1], "start": [0.0]}), ValueError, r"\['end'\] missing"),
        (
            pd.DataFrame({"activity": [1], "start": [1.0], "end": [1.0]}),
            ValueError,
            "end after they start, got one from 1 s to 1 s",
        ),
        (
            pd.DataFrame({"activity": [1, 2], "start": [0.0, 1.0], "end": [2.0, 3.0]}),
            ValueError,
            "do not overlap, got one from 0 s to 2 s and one from 1 s",
        ),
        (
            pd.DataFrame({"activity": [1], "start": [0.0], "end": [np.nan]}),
            ValueError,
            r"timeline\['end'\] must hold finite numbers",
        ),
        (
            pd.DataFrame({"activity": [1], "start": ["0 s"], "end": [1.0]}),
            ValueError,
            r"timeline\['start'\] must hold finite numbers",
        ),
    ],
)
def test_a_frame_that_is_no_timeline_is_refused(timeline, error, message):
    with pytest.raises(error, match=message):
        timeline_to_labels(timeline, [0.0, 1.0])
