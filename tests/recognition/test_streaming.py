"""Decisions about samples as they come: those of the whole recording, whatever the pieces."""

import itertools
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har.datasets import make_har_recordings, make_har_windows
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import Preparation, prepare_recording
from sklearn_har.preprocessing import ChannelwiseTransformer
from sklearn_har.recognition import ActivityRecognizer, Decision, StreamingRecognizer
from sklearn_har.recordings import Recording
from sklearn_har.segmentation import segment_recording


class Witness:
    """A classifier that remembers the windows it was asked about, and says how much they move."""

    classes_ = np.array(["rest", "motion"])

    def __init__(self):
        self.seen = []

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X):
        self.seen.append(np.array(X))
        motion = np.array([1.0 - np.exp(-np.ascontiguousarray(w).std()) for w in X])
        return np.column_stack([1.0 - motion, motion])

    @property
    def windows(self):
        return np.concatenate(self.seen) if self.seen else np.empty((0, 0, 0))


@pytest.fixture(scope="module")
def phone():
    data = make_har_recordings(n_subjects=1, seconds_per_activity=8.0, random_state=0)
    return data.recordings[0].samples.astype(np.float64)


def decisions_of_the_whole(estimator, recording, preparation=None):
    """Decide about a whole recording, or about samples at 50 Hz."""
    if not isinstance(recording, Recording):
        recording = Recording(recording, sampling_rate=50.0)
    recognizer = ActivityRecognizer.from_classifier(estimator, preparation)
    with warnings.catch_warnings():
        # Some parts are shorter than a window on purpose.
        warnings.filterwarnings("ignore", ".* have no prediction", RecordingWarning)
        return recognizer.decisions([recording])[0]


def push_all(recognizer, samples, time, edges, finish=True):
    decisions = []
    for begin, end in itertools.pairwise(edges):
        at = None if time is None else time[begin:end]
        decisions += recognizer.push(samples[begin:end], at)
    return decisions + (recognizer.finish() if finish else [])


def assert_same(found, expected):
    assert [(d.start, d.end, d.activity) for d in found] == [
        (d.start, d.end, d.activity) for d in expected
    ]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, rtol=1e-6)


@st.composite
def _streams(draw):
    n = draw(st.integers(1, 700))
    original_rate = draw(st.sampled_from([25.0, 50.0, 60.0, 100.0]))
    timed = draw(st.booleans())
    time = None
    if timed:
        jitter = draw(st.sampled_from([0.0, 0.3]))
        random = np.random.RandomState(draw(st.integers(0, 5)))
        steps = 1 + random.uniform(-jitter, jitter, n)
        for position in draw(st.lists(st.integers(0, n - 1), max_size=3)):
            steps[position] += draw(st.sampled_from([2.0, 4.5, 30.0, 1000.0]))
        time = draw(st.sampled_from([0.0, 1.7e9])) + np.cumsum(steps) / original_rate
    cuts = draw(st.lists(st.integers(0, n), max_size=12))
    window = draw(st.sampled_from([16, 64, 128])) / 50.0
    overlap = draw(st.sampled_from([0.0, 0.5, 0.8]))
    filters = draw(st.sampled_from([{}, {"noise_cutoff": None}, {"gravity_cutoff": None}]))
    preparation = Preparation(window=window, overlap=overlap, **filters)
    return n, time, np.unique([0, *cuts, n]), preparation, original_rate


class TestEquality:
    @settings(max_examples=120)
    @given(_streams())
    def test_pieces_of_any_length_give_the_decisions_of_the_whole(self, case):
        n, time, edges, preparation, rate = case
        samples = np.random.RandomState(1).normal(size=(n, 6))
        streamed, whole = Witness(), Witness()
        recognizer = StreamingRecognizer(streamed, preparation, original_rate=rate)
        found = push_all(recognizer, samples, time, edges)
        recording = Recording(samples, time, sampling_rate=rate)
        expected = decisions_of_the_whole(whole, recording, preparation)
        assert_same(found, expected)
        if expected:
            # What the classifier reads is the same to the last bit.
            np.testing.assert_array_equal(streamed.windows, whole.windows)

    @pytest.mark.parametrize("piece", [1, 7, 64, 1000])
    def test_the_windows_are_those_of_prepared_recordings(self, phone, piece):
        prepared = prepare_recording(phone, original_rate=50.0)
        windows = segment_recording(prepared)
        witness = Witness()
        edges = [*range(0, len(phone), piece), len(phone)]
        found = push_all(StreamingRecognizer(witness), phone, None, edges)
        np.testing.assert_array_equal(witness.windows, windows.data)
        np.testing.assert_array_equal([d.start for d in found], windows.start_time)
        np.testing.assert_allclose([d.end - d.start for d in found], 2.56)

    def test_breaks_of_a_recording_are_ends_of_parts(self, phone):
        streamed, whole = Witness(), Witness()
        recognizer = StreamingRecognizer(streamed)
        found = recognizer.push(phone[:333]) + recognizer.finish()
        found += recognizer.push(phone[333:]) + recognizer.finish()
        broken = Recording(phone, sampling_rate=50.0, breaks=[333])
        expected = decisions_of_the_whole(whole, broken)
        assert_same(found, expected)
        np.testing.assert_array_equal(streamed.windows, whole.windows)

    def test_a_network_in_a_pipeline(self, phone):
        from sklearn_har import LSTMClassifier

        X, y = make_har_windows(n_subjects=1, n_windows_per_activity=3, random_state=0,
                                return_X_y=True)  # fmt: skip
        network = LSTMClassifier(units=4, dense_units=4, epochs=1, random_state=0)
        model = make_pipeline(ChannelwiseTransformer(StandardScaler()), network).fit(X, y)
        recognizer = StreamingRecognizer(model)
        found = push_all(recognizer, phone, None, [*range(0, len(phone), 50), len(phone)])
        expected = decisions_of_the_whole(model, phone)
        assert len(found) == (len(phone) - 128) // 64 + 1
        assert [d.activity for d in found] == [d.activity for d in expected]
        np.testing.assert_allclose(
            [d.probabilities for d in found], [d.probabilities for d in expected], atol=1e-5
        )


class TestDecisions:
    def test_they_come_as_soon_as_the_window_is_known(self, phone):
        recognizer = StreamingRecognizer(Witness())
        came = [i for i, sample in enumerate(phone[:260]) if recognizer.push(sample)]
        # The median looks one sample ahead.
        assert came == [128, 192, 256]
        plain = StreamingRecognizer(Witness(), Preparation(noise_cutoff=None))
        assert [i for i, sample in enumerate(phone[:260]) if plain.push(sample)] == [127, 191, 255]

    def test_they_say_what_and_how_sure(self, phone):
        (decision,) = StreamingRecognizer(Witness()).push(phone[:130])
        assert isinstance(decision, Decision)
        assert decision.activity in ("rest", "motion")
        assert decision.probability == decision.probabilities.max()
        assert decision.probabilities.sum() == pytest.approx(1.0)
        assert (decision.start, decision.end) == (0.0, 2.56)

    def test_finish_gives_what_waited(self, phone):
        recognizer = StreamingRecognizer(Witness())
        assert recognizer.push(phone[:128]) == []
        assert len(recognizer.finish()) == 1
        assert recognizer.finish() == []

    def test_a_classifier_that_fails_is_asked_again(self, phone):
        class Flaky(Witness):
            fail = True

            def predict_proba(self, X):
                if self.fail:
                    raise MemoryError
                return super().predict_proba(X)

        recognizer, resumed = StreamingRecognizer(Flaky()), StreamingRecognizer(Witness())
        with pytest.raises(MemoryError):
            recognizer.push(phone[:200])
        resumed.set_state(recognizer.get_state())
        expected = StreamingRecognizer(Witness()).push(phone[:400])
        recognizer.estimator.fail = False
        assert_same(recognizer.push(phone[200:400]), expected)
        assert_same(resumed.finish(), expected[:2])

    def test_labels_of_a_recording_do_not_matter(self, phone):
        labelled = Recording(phone, sampling_rate=50.0, labels=np.full(len(phone), -1))
        expected = decisions_of_the_whole(Witness(), phone)
        assert_same(decisions_of_the_whole(Witness(), labelled), expected)

    def test_single_accelerations(self, phone):
        witness = Witness()
        preparation = Preparation(acceleration=["z"], angular_velocity=())
        recognizer = StreamingRecognizer(witness, preparation, channel_names=["z"])
        assert recognizer.window_channel_names == ("z", "body_z")
        assert len(recognizer.push(phone[:100, 2][:, np.newaxis])) == 0
        assert len(recognizer.push(phone[100:200, 2])) == 2
        assert witness.windows.shape == (2, 128, 2)

    def test_no_samples_are_no_news(self, phone):
        recognizer = StreamingRecognizer(Witness())
        assert recognizer.push([]) == []
        assert recognizer.push(np.empty((0, 6)), []) == []
        assert len(recognizer.push(phone[:200])) == 2

    def test_the_samples_of_the_caller_can_be_overwritten(self, phone):
        one, other = Witness(), Witness()
        recognizer = StreamingRecognizer(one)
        buffer = np.empty((32, 6))
        for i in range(0, 320, 32):
            buffer[:] = phone[i : i + 32]
            recognizer.push(buffer)
        StreamingRecognizer(other).push(phone[:320])
        np.testing.assert_array_equal(one.windows, other.windows)


class TestInterruptions:
    def test_windows_across_a_gap_are_dropped_and_filters_begin_anew(self, phone):
        time = np.arange(600) / 50.0
        time[300:] += 1.0
        streamed = Witness()
        recognizer = StreamingRecognizer(streamed)
        found = recognizer.push(phone[:600], time) + recognizer.finish()
        assert [round(d.start, 2) for d in found] == [0.0, 1.28, 2.56, 7.4, 8.68, 9.96]
        assert recognizer.n_breaks == 2
        alone = prepare_recording(phone[300:600], original_rate=50.0).samples
        np.testing.assert_array_equal(streamed.windows[3], alone[20:148])

    def test_a_short_gap_is_interpolated(self, phone):
        time = np.delete(np.arange(300) / 50.0, [100, 101])
        witness = Witness()
        found = StreamingRecognizer(witness).push(np.delete(phone[:300], [100, 101], axis=0), time)
        assert len(found) == 3
        whole = prepare_recording(phone[:300], original_rate=50.0).samples
        np.testing.assert_allclose(witness.windows[0][:95], whole[:95], atol=1e-6)

    def test_max_gap_decides(self, phone):
        time = np.delete(np.arange(300) / 50.0, [100, 101])
        recognizer = StreamingRecognizer(Witness(), Preparation(max_gap=0.05))
        recognizer.push(np.delete(phone[:300], [100, 101], axis=0), time)
        assert recognizer.n_breaks == 1

    @pytest.mark.parametrize("timed", [True, False])
    def test_missing_samples_leave_a_hole(self, phone, timed):
        broken = phone[:600].copy()
        broken[290:310, 4] = np.nan
        broken[5, 0] = np.inf
        recognizer = StreamingRecognizer(Witness())
        found = recognizer.push(broken, np.arange(600) / 50.0 if timed else None)
        assert recognizer.n_missing == 21
        assert recognizer.n_breaks == 1
        assert [round(d.start, 2) for d in found][:4] == [0.0, 1.28, 2.56, 6.8]

    def test_a_missing_sample_makes_no_other_late(self, phone):
        time = np.arange(300) / 50.0
        samples = phone[:300].copy()
        samples[100], time[100] = np.nan, 1e6
        recognizer = StreamingRecognizer(Witness())
        assert len(recognizer.push(samples, time)) == 3
        assert (recognizer.n_missing, recognizer.n_late) == (1, 0)

    def test_late_samples_are_left_out_and_counted(self, phone):
        time = np.arange(400) / 50.0
        one, other = Witness(), Witness()
        recognizer = StreamingRecognizer(one)
        recognizer.push(phone[:200], time[:200])
        recognizer.push(phone[190:210] + 9, time[190:210] - 0.3)
        recognizer.push(phone[200], time[200])
        recognizer.push(phone[200] + 9, time[200])
        recognizer.push(phone[201:400], time[201:])
        assert recognizer.n_late == 21
        StreamingRecognizer(other).push(phone[:400], time)
        np.testing.assert_array_equal(one.windows, other.windows)

    def test_late_samples_within_a_piece(self, phone):
        time = np.arange(300) / 50.0
        recognizer, expected = StreamingRecognizer(Witness()), StreamingRecognizer(Witness())
        order = np.r_[0:100, 50:60, 100:300]
        found = recognizer.push(phone[order], time[order])
        assert recognizer.n_late == 10
        assert_same(found, expected.push(phone[:300], time))

    def test_late_samples_can_be_an_error_that_changes_nothing(self, phone):
        time = np.arange(400) / 50.0
        recognizer = StreamingRecognizer(Witness(), on_late="raise")
        found = recognizer.push(phone[:200], time[:200])
        with pytest.raises(ValueError, match=r"got 3.9\d* s after 3.98 s"):
            recognizer.push(phone[198:210], time[198:210])
        found += recognizer.push(phone[200:400], time[200:])
        assert_same(found, StreamingRecognizer(Witness()).push(phone[:400], time))

    def test_reset_begins_a_new_stream(self, phone):
        recognizer = StreamingRecognizer(Witness())
        recognizer.push(phone[:333], np.arange(333) + 1e6)
        recognizer.reset()
        assert_same(recognizer.push(phone[:200]), StreamingRecognizer(Witness()).push(phone[:200]))


class TestState:
    @pytest.mark.parametrize("timed", [True, False])
    @pytest.mark.parametrize("at", [0, 1, 100, 129, 300, 317])
    def test_another_recogniser_goes_on(self, phone, timed, at):
        time = np.cumsum(np.random.RandomState(0).uniform(0.6, 1.4, 500)) / 100.0
        time[310:] += 3.0
        time = time if timed else None
        options = {"original_rate": 100.0}
        expected = push_all(
            StreamingRecognizer(Witness(), **options), phone, time, [0, *range(10, 501, 10)]
        )
        first = StreamingRecognizer(Witness(), **options)
        edges = np.unique([0, *range(0, at, 10), at])
        found = push_all(first, phone, time, edges, finish=False) if at else []
        second = StreamingRecognizer(Witness(), **options)
        second.push(phone[:77], None if time is None else time[:77])  # to be forgotten
        second.set_state(first.get_state())
        found += push_all(second, phone, time, np.unique([at, *range(at, 500, 10), 500]))
        assert_same(found, expected)
        assert second.n_breaks == (2 if timed else 1)

    def test_it_holds_no_code(self, phone):
        recognizer = StreamingRecognizer(Witness())
        recognizer.push(phone[:100])
        assert b"pickle" not in recognizer.get_state()
        evil = np.array([Witness()], dtype=object)
        import io

        file = io.BytesIO()
        np.savez(file, header=evil)
        with pytest.raises(ValueError, match="what get_state returned"):
            recognizer.set_state(file.getvalue())

    @pytest.mark.parametrize("state", [b"", b"PK\x03\x04", "text", None])
    def test_something_else_is_refused(self, state):
        with pytest.raises(ValueError, match="state must be what get_state returned"):
            StreamingRecognizer(Witness()).set_state(state)

    def test_a_damaged_state_is_refused(self, phone):
        recognizer = StreamingRecognizer(Witness())
        recognizer.push(phone[:100])
        with pytest.raises(ValueError, match="state must be what get_state returned"):
            recognizer.set_state(recognizer.get_state()[:-200])

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"window": 1.28}, "window=2.56 where this one has 1.28"),
            ({"noise_cutoff": None}, "noise_cutoff=20.0 where this one has None"),
            ({"max_gap": 1.0}, "max_gap=None where"),
            ({"acceleration": [2, 1, 0]}, r"acceleration=\[0, 1, 2\] where"),
        ],
    )
    def test_the_preparation_must_be_the_same(self, options, message):
        state = StreamingRecognizer(Witness()).get_state()
        with pytest.raises(ValueError, match=message):
            StreamingRecognizer(Witness(), Preparation(**options)).set_state(state)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"original_rate": 100.0}, "original_rate=50.0 where"),
            ({"channel_names": list("abcdef")}, "channel_names=.* where"),
        ],
    )
    def test_rate_and_channels_must_be_the_same(self, options, message):
        state = StreamingRecognizer(Witness()).get_state()
        with pytest.raises(ValueError, match=message):
            StreamingRecognizer(Witness(), **options).set_state(state)

    def test_equal_preparations_exchange_their_states(self, phone):
        first = StreamingRecognizer(Witness(), Preparation(acceleration=[0, 1, 2]))
        second = StreamingRecognizer(Witness(), "uci-har")
        first.push(phone[:100])
        second.set_state(first.get_state())
        assert_same(second.push(phone[100:200]), StreamingRecognizer(Witness()).push(phone[:200]))


def test_memory_does_not_grow_over_hours():
    recognizer = StreamingRecognizer(Witness())
    samples = np.random.RandomState(0).normal(size=(50, 6))

    def minutes(n, pieces):
        for _ in range(n * 60 // pieces):
            recognizer.push(np.tile(samples, (pieces, 1)))
            recognizer.estimator.seen.clear()
        return len(recognizer.get_state())

    early = minutes(2, pieces=1)
    # The checksum in the state is a decimal number, which may have a digit less.
    assert minutes(240, pieces=20) == pytest.approx(minutes(240, pieces=20), abs=2)
    tracemalloc.start()
    minutes(1, pieces=1)
    base = tracemalloc.get_traced_memory()[0]
    late = minutes(10, pieces=5)
    growth = tracemalloc.get_traced_memory()[0] - base
    tracemalloc.stop()
    assert growth < 50_000
    assert max(early, late) < 30_000


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"estimator": RidgeClassifier()}, NotFittedError, "call fit on this RidgeClassifier"),
        ({"estimator": RidgeClassifier}, TypeError, "a fitted classifier or pipeline"),
        ({"estimator": "walking"}, TypeError, "a fitted classifier or pipeline"),
        (
            {"estimator": RidgeClassifier().fit([[0.0], [1.0]], [0, 1])},
            TypeError,
            "must have predict_proba, which RidgeClassifier lacks",
        ),
        ({"on_late": "keep"}, ValueError, "on_late must be one of"),
        ({"channel_names": "xyz"}, TypeError, "channel_names must be a sequence of str"),
        ({"channel_names": ["x", "x"]}, ValueError, "each of the 2 channels once"),
        ({"original_rate": 0}, ValueError, "original_rate must be"),
        ({"preparation": Preparation(overlap=1.0)}, ValueError, "overlap must be"),
        ({"preparation": Preparation(max_gap=-1)}, ValueError, "max_gap must be"),
        ({"preparation": Preparation(acceleration=(0, 6))}, ValueError, "below 6, got 6"),
        ({"preparation": Preparation(noise_cutoff=30.0)}, ValueError, "noise_cutoff must be"),
        ({"preparation": "uci_har"}, ValueError, "did you mean 'uci-har'"),
        ({"preparation": 2.56}, TypeError, "preparation must be a Preparation"),
    ],
)
def test_wrong_parameters_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        StreamingRecognizer(**{"estimator": Witness(), **options})


@pytest.mark.parametrize(
    ("samples", "time", "message"),
    [
        (np.zeros((5, 5)), None, r"shape \(n_samples, 6\).*got \(5, 5\)"),
        (np.zeros(5), None, r"got \(5,\)"),
        (np.zeros((5, 6)), [0.0], "one entry for each of the 5 samples"),
        (np.zeros((2, 6)), [0.0, np.nan], "time must be finite, got nan"),
        (np.zeros((2, 6)), None, "given for all samples of a stream or for none, got none"),
    ],
)
def test_wrong_samples_are_refused(samples, time, message):
    recognizer = StreamingRecognizer(Witness())
    recognizer.push(np.zeros((1, 6)), [-1.0])
    with pytest.raises(ValueError, match=message):
        recognizer.push(samples, time)


def test_windows_of_another_shape_than_those_trained_on_are_refused():
    X, y = make_har_windows(n_subjects=1, n_windows_per_activity=2, random_state=0, return_X_y=True)
    scaler = ChannelwiseTransformer(StandardScaler())
    model = make_pipeline(scaler, _Flat()).fit(X, y)
    with pytest.raises(ValueError, match="windows of 128 time steps, got 64: change window"):
        StreamingRecognizer(model, Preparation(window=1.28))
    with pytest.raises(ValueError, match="windows of 128 time steps, got 64: change window"):
        ActivityRecognizer.from_classifier(model, Preparation(window=1.28))
    plain = Preparation(gravity_cutoff=None)
    with pytest.raises(ValueError, match="windows of 9 channels, got 6: change the channels"):
        StreamingRecognizer(model, plain)
    with pytest.raises(ValueError, match="windows of 9 channels, got 6: change the channels"):
        decisions_of_the_whole(model, np.zeros((200, 6)), plain)


class _Flat:
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.resize(self.classes_, len(X))

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_) - 1), 0.5)


def test_probabilities_of_a_wrong_shape_are_refused(phone):
    with pytest.raises(ValueError, match="must give 2 probabilities for each of 1 windows"):
        StreamingRecognizer(_Flat().fit(None, [0, 1])).push(phone[:130])


@pytest.mark.parametrize("n", [1, 127])
def test_a_recording_shorter_than_a_window_has_no_decision(phone, n):
    recognizer = ActivityRecognizer.from_classifier(Witness())
    with pytest.warns(RecordingWarning, match="have no prediction"):
        assert recognizer.decisions([Recording(phone[:n], sampling_rate=50.0)]) == [[]]
