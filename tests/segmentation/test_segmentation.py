"""Windows from recordings."""

from __future__ import annotations

import copy
import pickle
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_har.datasets import make_har_recordings
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import prepare_recording
from sklearn_har.recordings import Recording
from sklearn_har.segmentation import Windows, pad_windows, segment_recording, segment_recordings

RULES = ("majority", "all-equal", "last")


def _naive_label(labels, rule):
    """One window, as the documentation words the rule; -1 is unlabelled."""
    if rule == "last":
        return labels[-1]
    if rule == "all-equal":
        return labels[0] if len(set(labels)) == 1 else -1
    counts = Counter(labels)
    most = max(counts.values())
    return min((label for label in counts if counts[label] == most), key=lambda v: (v == -1, v))


def _naive_windows(recording, labels, window, step, breaks, rule, keep):
    data, target, start = [], [], []
    for s in range(0, len(recording) - window + 1, step):
        if any(s < b < s + window for b in breaks):
            continue
        label = _naive_label(labels[s : s + window], rule)
        if label == -1 and not keep:
            continue
        data.append(recording[s : s + window])
        target.append(label)
        start.append(s)
    shape = (-1, window, recording.shape[1])
    return np.array(data).reshape(shape), np.array(target, dtype=np.int64), np.array(start, int)


@st.composite
def _segmentations(draw):
    window = draw(st.integers(1, 9))
    n_samples = draw(st.integers(window, 60))
    runs = draw(st.lists(st.tuples(st.integers(-1, 3), st.integers(1, 12)), min_size=1))
    labels = [label for label, length in runs for _ in range(length)]
    labels = (labels * n_samples)[:n_samples]
    overlap = draw(st.floats(0.0, 0.95))
    breaks = draw(st.lists(st.integers(0, n_samples), max_size=4))
    return n_samples, window, overlap, labels, breaks


@settings(max_examples=150)
@given(_segmentations(), st.sampled_from(RULES), st.booleans())
def test_segment_recording_equals_a_naive_loop(case, rule, keep):
    n_samples, window, overlap, labels, breaks = case
    recording = np.arange(n_samples * 2.0).reshape(n_samples, 2)
    step = max(1, round((1.0 - overlap) * window))

    windows = segment_recording(
        recording,
        labels,
        window=window,
        overlap=overlap,
        label_rule=rule,
        on_unlabelled="keep" if keep else "drop",
        breaks=breaks,
    )

    data, target, start = _naive_windows(recording, labels, window, step, breaks, rule, keep)
    np.testing.assert_array_equal(windows.data, data)
    np.testing.assert_array_equal(windows.target, target)
    np.testing.assert_array_equal(windows.start, start)
    assert windows.target.dtype == windows.start.dtype == np.int64


@settings(max_examples=100)
@given(st.integers(1, 40), st.integers(0, 200), st.floats(0.0, 0.99))
def test_the_number_of_windows_follows_from_length_window_and_overlap(window, more, overlap):
    n_samples = window + more
    windows = segment_recording(np.zeros((n_samples, 3)), window=window, overlap=overlap)
    step = max(1, round((1.0 - overlap) * window))
    assert windows.data.shape == (1 + more // step, window, 3)


@settings(max_examples=50)
@given(st.lists(_segmentations(), min_size=1, max_size=4), st.sampled_from(RULES))
def test_segment_recordings_is_one_recording_after_another(cases, rule):
    window, overlap = cases[0][1], cases[0][2]
    cases = [case for case in cases if case[0] >= window]
    recordings = [np.random.RandomState(i).rand(case[0], 2) for i, case in enumerate(cases)]
    labels, breaks = [case[3] for case in cases], [case[4] for case in cases]

    together = segment_recordings(
        recordings,
        labels,
        subjects=[f"s{i}" for i in range(len(cases))],
        window=window,
        overlap=overlap,
        label_rule=rule,
        breaks=breaks,
    )

    for i, (recording, label, at) in enumerate(zip(recordings, labels, breaks, strict=True)):
        alone = segment_recording(
            recording, label, window=window, overlap=overlap, label_rule=rule, breaks=at
        )
        mine = together.recording == i
        np.testing.assert_array_equal(together.data[mine], alone.data)
        np.testing.assert_array_equal(together.target[mine], alone.target)
        np.testing.assert_array_equal(together.start[mine], alone.start)
        assert (together.subject[mine] == f"s{i}").all()


def test_windows_of_one_recording_are_a_read_only_view():
    recording = np.random.RandomState(0).rand(1000, 6).astype(np.float32)
    labels = np.zeros(1000, dtype=int)
    windows = segment_recording(recording, labels, subject=7, sampling_rate=50.0)
    assert np.shares_memory(windows.data, recording)
    assert not windows.data.flags.writeable
    assert windows.data.dtype == np.float32
    assert (windows.subject == 7).all()
    np.testing.assert_allclose(windows.start_time, windows.start / 50.0)


def test_dropping_windows_copies_only_those_that_stay():
    recording = np.arange(40.0).reshape(20, 2)
    windows = segment_recording(recording, window=4, overlap=0.0, breaks=[6])
    assert windows.start.tolist() == [0, 8, 12, 16]
    assert not np.shares_memory(windows.data, recording)
    assert windows.data.flags.c_contiguous


def test_rank_one_is_one_channel():
    windows = segment_recording(np.arange(10), window=4, overlap=0.5)
    assert windows.data.shape == (4, 4, 1)
    assert windows.data[1, :, 0].tolist() == [2, 3, 4, 5]
    assert windows.target is None
    assert windows.subject is None
    assert windows.start_time is None


def test_a_float_window_is_in_seconds():
    recording = np.zeros((500, 3))
    seconds = segment_recording(recording, window=2.56, sampling_rate=50.0)
    samples = segment_recording(recording, window=128)
    assert seconds.data.shape == samples.data.shape
    with pytest.raises(ValueError, match=r"window=2\.56 .* needs sampling_rate"):
        segment_recording(recording, window=2.56)
    with pytest.raises(ValueError, match="at least one sample"):
        segment_recording(recording, window=0.001, sampling_rate=50.0)


@pytest.mark.parametrize(
    "cut", [segment_recording, lambda x, **params: segment_recordings([x], **params)]
)
def test_an_int_window_that_looks_like_seconds_warns(cut):
    recording = np.zeros((500, 3))
    with pytest.warns(RecordingWarning) as caught:
        windows = cut(recording, window=2, sampling_rate=50.0)
    assert [str(warning.message) for warning in caught] == [
        "window=2 is an int and so a number of samples: 0.04 s at 50 Hz. If you mean 2 s, pass "
        "window=2.0."
    ]
    assert windows.data.shape[1] == 2


@pytest.mark.parametrize(
    "params",
    [
        {"window": 2},  # No rate is known.
        {"window": 11, "sampling_rate": 50.0},  # A number that is too large for seconds.
        {"window": 5, "sampling_rate": 20.0},  # A quarter of a second.
        {"window": 0.04, "sampling_rate": 50.0},  # Seconds.
    ],
)
def test_other_short_windows_do_not_warn(params):
    segment_recording(np.zeros((500, 3)), **params)


class TestWindows:
    def test_fields_of_an_array(self):
        windows = segment_recording(np.zeros((500, 3)), window=2.0, sampling_rate=50.0)
        assert isinstance(windows, Windows)
        assert (windows.window_length, windows.sampling_rate) == (2.0, 50.0)
        assert windows.channel_names is None
        assert windows["data"] is windows.data

    def test_without_a_rate_there_are_no_seconds(self):
        windows = segment_recording(np.zeros((500, 3)), window=100)
        assert windows.window_length is windows.sampling_rate is windows.start_time is None

    def test_the_length_is_that_of_whole_samples(self):
        windows = segment_recording(np.zeros((500, 3)), window=2.555, sampling_rate=50.0)
        assert windows.window_length == windows.data.shape[1] / 50.0 == 2.56

    def test_fields_of_recordings(self):
        recording = Recording(
            np.zeros((500, 2)),
            sampling_rate=50.0,
            channel_names=["x", "y"],
            labels="sit",
            subject="s1",
        )
        for windows in (
            segment_recording(recording, window=100),
            segment_recordings([recording, recording], window=100),
        ):
            assert (windows.window_length, windows.sampling_rate) == (2.0, 50.0)
            assert windows.channel_names == ("x", "y")
            assert set(windows.subject) == {"s1"}
            assert set(windows.target) == {"sit"}

    @pytest.mark.parametrize(
        ("params", "expected"),
        [
            ({}, "Windows(9 windows of 100 time steps x 6 channels)"),
            (
                {"sampling_rate": 50.0},
                "Windows(9 windows of 100 time steps x 6 channels, 50 Hz, 2 s)",
            ),
            (
                {"sampling_rate": 50.0, "subject": 7},
                "Windows(9 windows of 100 time steps x 6 channels, 50 Hz, 2 s, 1 subject)",
            ),
        ],
    )
    def test_repr(self, params, expected):
        assert repr(segment_recording(np.zeros((500, 6)), window=100, **params)) == expected

    def test_repr_counts_subjects(self):
        windows = segment_recordings([np.zeros((9, 1))] * 3, subjects=[1, 2, 1], window=4)
        assert repr(windows).endswith("1 channels, 2 subjects)")

    def test_they_survive_copies_and_pickling(self):
        windows = segment_recording(np.zeros((500, 6)), window=2.0, sampling_rate=50.0)
        for other in (
            copy.copy(windows),
            copy.deepcopy(windows),
            pickle.loads(pickle.dumps(windows)),
        ):
            assert repr(other) == repr(windows)
            np.testing.assert_array_equal(other.start_time, windows.start_time)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # Three windows: two labels in equal parts, a label and nothing, nothing and a label.
        ("majority", ["run", "run", "walk"]),
        ("all-equal", ["none", "none", "none"]),
        ("last", ["run", "none", "walk"]),
    ],
)
def test_string_labels_ties_and_unlabelled(rule, expected):
    labels = ["walk", "walk", "run", "run", "run", "run", "none", "none"]
    labels += ["none", "none", "walk", "walk"]
    options = {"window": 4, "overlap": 0.0, "label_rule": rule, "unlabelled": "none"}
    kept = segment_recording(np.zeros((12, 1)), labels, on_unlabelled="keep", **options)
    assert kept.target.tolist() == expected
    dropped = segment_recording(np.zeros((12, 1)), labels, **options)
    assert dropped.target.tolist() == [label for label in expected if label != "none"]
    assert len(dropped.data) == len(dropped.start) == len(dropped.target)


def test_missing_labels_are_unlabelled():
    labels = pd.Series([1.0, 1.0, np.nan, np.nan, 2.0, 2.0])
    dropped = segment_recording(np.zeros((6, 1)), labels, window=2, overlap=0.0)
    assert dropped.target.tolist() == [1, 2]
    assert dropped.target.dtype == np.int64
    names = np.array(["a", "a", None, None], dtype=object)
    kept = segment_recording(
        np.zeros((4, 1)), names, window=2, overlap=0.0, unlabelled="?", on_unlabelled="keep"
    )
    assert kept.target.tolist() == ["a", "?"]
    with pytest.raises(ValueError, match="value for `unlabelled` of the kind of the labels"):
        segment_recording(np.zeros((4, 1)), names, window=2, on_unlabelled="keep")


def test_nothing_labelled_gives_no_windows():
    windows = segment_recording(np.zeros((10, 3)), np.full(10, -1), window=4)
    assert windows.data.shape == (0, 4, 3)
    assert windows.target.shape == windows.start.shape == (0,)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"window": 0}, ValueError, r"window must be an integer of at least 1, got 0"),
        ({"window": True}, TypeError, r"window must be an integer"),
        ({"window": "128"}, TypeError, r"window must be .*'128'"),
        ({"window": 101}, ValueError, r"has 100 samples and one window needs 101"),
        ({"overlap": 1.0}, ValueError, r"overlap must be .*below 1.*got 1\.0"),
        ({"overlap": -0.1}, ValueError, r"overlap must be .*got -0\.1"),
        ({"overlap": float("nan")}, ValueError, r"overlap must be .*got nan"),
        ({"sampling_rate": 0}, ValueError, r"sampling_rate must be .*above 0.*Hz"),
        ({"label_rule": "mode"}, ValueError, r"label_rule must be one of .*got 'mode'"),
        ({"on_unlabelled": "skip"}, ValueError, r"on_unlabelled must be one of .*got 'skip'"),
        ({"labels": [0] * 99}, ValueError, r"labels must have one label for each of the 100"),
        ({"breaks": [101]}, ValueError, r"breaks must be .*from 0 to 100"),
        ({"breaks": [0.5]}, ValueError, r"breaks must be a list of sample numbers"),
        (
            {"recording": np.zeros((2, 3, 4))},
            ValueError,
            r"recording must have shape .*\(2, 3, 4\)",
        ),
        ({"recording": np.zeros((9, 0))}, ValueError, r"recording must have shape"),
        ({"recording": ["a", "b"]}, ValueError, r"recording must hold real numbers"),
    ],
)
def test_segment_recording_says_what_is_wrong(change, error, message):
    arguments = {"recording": np.zeros((100, 3)), "window": 10, **change}
    with pytest.raises(error, match=message):
        segment_recording(**arguments)


def test_a_short_recording_among_others_is_named_and_left_out():
    recordings = [np.zeros((10, 2)), np.zeros((3, 2)), np.ones((8, 2))]
    labels = [np.zeros(10, int), np.zeros(3, int), np.ones(8, int)]
    with pytest.warns(RecordingWarning, match=r"1 of 3 .* window of 4 samples .*\[1\] with 3"):
        windows = segment_recordings(recordings, labels, window=4, overlap=0.0)
    assert windows.recording.tolist() == [0, 0, 2, 2]
    assert windows.target.tolist() == [0, 0, 1, 1]
    with pytest.raises(ValueError, match=r"longest of the recordings has 10 .* needs 11"):
        segment_recordings(recordings, labels, window=11)


def test_one_warning_counts_all_short_recordings_and_names_three():
    lengths = [3, 10, 2, 1, 3, 8]
    with pytest.warns(RecordingWarning) as caught:
        windows = segment_recordings([np.zeros((n, 2)) for n in lengths], window=4)
    assert [str(warning.message) for warning in caught] == [
        "4 of 6 recordings are shorter than a window of 4 samples and give no windows: "
        "recordings[0] with 3, recordings[2] with 2, recordings[3] with 1, .... A smaller window "
        "keeps them."
    ]
    assert caught[0].filename == __file__
    assert set(windows.recording) == {1, 5}


def test_short_recordings_are_named_by_their_files():
    recordings = [
        Recording(np.zeros((n, 2)), sampling_rate=50.0, facts={"file": f"{n}.csv"}) for n in (9, 3)
    ]
    with pytest.warns(RecordingWarning, match=r"recordings\[1\] \(3.csv\) with 3\."):
        segment_recordings(recordings, window=0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recordings": []}, "at least one recording"),
        ({"recordings": np.zeros((10, 2))}, "use segment_recording"),
        ({"recordings": [np.zeros((9, 2)), np.zeros((9, 3))]}, "same channels"),
        ({"labels": [[0] * 10]}, r"labels must have one entry for each of the 2 recordings, got 1"),
        ({"subjects": [1, 2, 3]}, "subjects must have one entry"),
        ({"breaks": [[1]]}, "breaks must have one entry"),
        ({"labels": [[0] * 10, [0] * 9]}, r"labels\[1\] must have one label"),
    ],
)
def test_segment_recordings_says_what_is_wrong(change, message):
    arguments = {"recordings": [np.zeros((10, 2)), np.zeros((10, 2))], "window": 4, **change}
    with pytest.raises(ValueError, match=message):
        segment_recordings(**arguments)


class TestPadWindows:
    def test_ends_are_padded(self):
        windows = [np.ones((2, 3)), np.full((4, 3), 5.0)]
        padded = pad_windows(windows, value=-1.0)
        assert padded.shape == (2, 4, 3)
        np.testing.assert_array_equal(padded[0], [[1] * 3, [1] * 3, [-1] * 3, [-1] * 3])
        np.testing.assert_array_equal(padded[1], windows[1])

    def test_length_and_single_channels(self):
        assert pad_windows([[1.0, 2.0], [3.0]], n_timesteps=5).shape == (2, 5, 1)
        assert pad_windows([[1.0], [3.0]], n_timesteps=1).shape == (2, 1, 1)
        assert pad_windows([np.ones((2, 3), np.float32)]).dtype == np.float32

    @pytest.mark.parametrize(
        ("windows", "params", "message"),
        [
            ([], {}, "at least one window"),
            ([np.ones((2, 3)), np.ones((2, 4))], {}, r"windows\[0\] has 3, windows\[1\] has 4"),
            ([np.ones((9, 3))], {"n_timesteps": 4}, r"n_timesteps=4 time steps, got 9"),
            ([np.ones((2, 3)), np.ones((0, 3))], {}, r"windows\[1\] must have 1 to"),
            ([np.zeros((2, 3))], {}, r"value=0.0 would hide a time step of windows\[0\]"),
            ([np.ones((2, 3))], {"value": np.nan}, "value must be"),
        ],
    )
    def test_bad_input(self, windows, params, message):
        with pytest.raises(ValueError, match=message):
            pad_windows(windows, **params)


@pytest.fixture(scope="module")
def phone():
    data = make_har_recordings(n_subjects=1, seconds_per_activity=5.0, random_state=0)
    return data.recordings[0].with_labels(data.labels[0])


class TestCutting:
    """Recordings bring their labels, breaks and times with them."""

    def test_a_recording_describes_itself(self, phone):
        prepared = prepare_recording(
            Recording(phone.samples, 7.0 + phone.time, breaks=[500], labels=phone.labels)
        )
        windows = segment_recording(prepared, window=2.56)
        by_array = segment_recording(
            prepared.samples, phone.labels, window=128, breaks=[500], sampling_rate=50.0
        )
        for field in ("data", "target", "start"):
            np.testing.assert_array_equal(windows[field], by_array[field])
        np.testing.assert_allclose(windows.start_time, 7.0 + by_array.start_time)
        several = segment_recordings([prepared, prepared], subjects=[1, 2], window=2.56)
        n = len(windows.start)
        np.testing.assert_array_equal(several.data[n:], windows.data)
        np.testing.assert_array_equal(several.target[:n], windows.target)
        np.testing.assert_array_equal(several.start_time[n:], windows.start_time)
        assert np.bincount(several.recording).tolist() == [n, n]

    def test_arguments_come_first(self, phone):
        windows = segment_recording(phone, np.zeros(len(phone), int), breaks=[])
        assert set(windows.target) == {0}

    def test_recordings_must_go_together(self, phone):
        other = Recording(phone.samples, sampling_rate=25.0, channel_names=phone.channel_names)
        with pytest.raises(ValueError, match=r"\[25.0, 50.0\] Hz: resample_recording"):
            segment_recordings([phone, other])
        with pytest.raises(ValueError, match=r"\[25.0, 50.0\] Hz"):
            segment_recording(phone, sampling_rate=25.0)
        with pytest.raises(ValueError, match=r"\[25.0, 50.0\] Hz"):
            segment_recordings([phone, phone], sampling_rate=25.0)
        unlabelled = Recording(phone.samples, sampling_rate=50, channel_names=phone.channel_names)
        with pytest.raises(ValueError, match=r"got none in recordings\[1\]"):
            segment_recordings([phone, unlabelled])
        renamed = Recording(phone.samples, sampling_rate=50.0)
        with pytest.raises(ValueError, match="the same channels"):
            segment_recordings([phone, renamed])
        with pytest.raises(TypeError, match="both Recording and arrays"):
            segment_recordings([phone, phone.samples])
        with pytest.raises(ValueError, match="use segment_recording"):
            segment_recordings(phone)
