"""Windows from recordings, and gravity from total acceleration."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, lfilter, lfilter_zi

from sklearn_har.preparation import separate_gravity
from sklearn_har.segmentation import pad_windows, segment_recording, segment_recordings

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


@settings(deadline=None, max_examples=150)
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


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 40), st.integers(0, 200), st.floats(0.0, 0.99))
def test_the_number_of_windows_follows_from_length_window_and_overlap(window, more, overlap):
    n_samples = window + more
    windows = segment_recording(np.zeros((n_samples, 3)), window=window, overlap=overlap)
    step = max(1, round((1.0 - overlap) * window))
    assert windows.data.shape == (1 + more // step, window, 3)


@settings(deadline=None, max_examples=50)
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
    with pytest.warns(UserWarning, match=r"recordings\[1\] has 3 samples .* needs 4"):
        windows = segment_recordings(recordings, labels, window=4, overlap=0.0)
    assert windows.recording.tolist() == [0, 0, 2, 2]
    assert windows.target.tolist() == [0, 0, 1, 1]
    with pytest.raises(ValueError, match=r"longest of the recordings has 10 .* needs 11"):
        segment_recordings(recordings, labels, window=11)


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


# ------------------------------------------------------------------------------ separate_gravity


def test_gravity_and_body_add_up_and_keep_the_dtype():
    total = np.random.RandomState(0).normal([1.0, 0.0, 0.0], 0.3, (2000, 3))
    for dtype in (np.float32, np.float64):
        gravity, body = separate_gravity(total.astype(dtype))
        assert gravity.dtype == body.dtype == dtype
        np.testing.assert_allclose(gravity + body, total, atol=1e-6)


def test_a_device_at_rest_has_no_body_acceleration():
    # Also at the start: a filter that starts from zero would rise to 1 g over seconds.
    total = np.tile([0.6, 0.0, -0.8], (300, 1))
    gravity, body = separate_gravity(total)
    np.testing.assert_allclose(gravity, total, atol=1e-9)
    np.testing.assert_allclose(body, 0.0, atol=1e-9)


def test_it_is_the_causal_third_order_butterworth_filter():
    total = np.random.RandomState(0).rand(400) + 1.0
    b, a = butter(3, 0.3 / 25.0)
    expected, _ = lfilter(b, a, total, zi=lfilter_zi(b, a) * total[0])
    gravity, _ = separate_gravity(total, 50.0)
    np.testing.assert_allclose(gravity, expected, atol=1e-6)
    # Causal: what comes later changes nothing that was.
    early, _ = separate_gravity(total[:250], 50.0)
    np.testing.assert_allclose(early, gravity[:250], atol=1e-12)


@pytest.mark.parametrize("sampling_rate", [20.0, 50.0, 100.0])
def test_half_of_the_power_passes_at_the_cutoff(sampling_rate):
    t = np.arange(int(200 * sampling_rate)) / sampling_rate
    for frequency, passed in ((0.02, 1.0), (0.5, 0.5), (5.0, 0.0)):
        gravity, _ = separate_gravity(np.sin(2 * np.pi * frequency * t), sampling_rate, cutoff=0.5)
        settled = gravity[len(gravity) // 2 :]
        assert 2 * np.mean(settled**2) == pytest.approx(passed, abs=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"acceleration": np.zeros((0, 3))}, "at least one sample"),
        ({"acceleration": np.zeros((2, 128, 3))}, "before cutting windows"),
        ({"acceleration": [1.0, np.nan]}, "^acceleration must be finite"),
        ({"acceleration": ["a"]}, "real numbers"),
        ({"cutoff": 25.0}, r"cutoff must be .*below 25.*half the sampling rate"),
        ({"cutoff": 0.0}, "cutoff must be"),
        ({"order": 0}, "order must be an integer of at least 1"),
        ({"sampling_rate": -50.0}, "sampling_rate must be"),
    ],
)
def test_separate_gravity_says_what_is_wrong(change, message):
    with pytest.raises(ValueError, match=message):
        separate_gravity(**{"acceleration": np.ones((100, 3)), **change})


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
