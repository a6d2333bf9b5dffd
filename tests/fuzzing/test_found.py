"""What the fuzzing found, and what is said of it now."""

import io

import numpy as np
import pytest

from sklearn_har import LSTMClassifier
from sklearn_har.augmentation import SensorNoise
from sklearn_har.datasets import make_har_windows
from sklearn_har.evaluation import (
    expected_calibration_error,
    repeated_evaluation,
    risk_coverage_curve,
)
from sklearn_har.preparation import prepare_recording, separate_gravity
from sklearn_har.preprocessing import CompandingTransformer
from sklearn_har.recognition import StreamingRecognizer
from sklearn_har.recordings import Recording, read_recording
from sklearn_har.segmentation import segment_recording, segment_recordings
from sklearn_har.timeline import (
    estimate_transitions,
    make_timeline,
    smooth_probabilities,
    timeline_scores,
)

SAMPLES = np.zeros((200, 6))
PROBABILITIES = np.full((3, 2), 0.5)
Y = np.array([0, 1, 0])
HUGE = 10**400


def smooth(**changes):
    given = {"probabilities": PROBABILITIES, "start_time": [0, 1, 2], "window_length": 2.0}
    return smooth_probabilities(**{**given, **changes})


class OneSplit:
    def split(self, X, y=None, groups=None):
        yield np.arange(2), np.array([5])

    def get_n_splits(self, *args):
        return 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: segment_recording(SAMPLES, overlap=HUGE), "overlap must be a finite number"),
        (lambda: segment_recording(SAMPLES, window=HUGE), "window must be an integer of at most"),
        (
            lambda: segment_recording(SAMPLES, window=1e308, sampling_rate=50),
            "window must hold at most 2147483647 samples",
        ),
        (lambda: separate_gravity(SAMPLES, order=2**31), "order must be an integer of at most 100"),
        (lambda: Recording(SAMPLES, sampling_rate=1e-320), "sampling_rate must be at least 1e-09"),
        (lambda: prepare_recording(SAMPLES, original_rate=1e-320), "must be at least 1e-09 Hz"),
        (
            lambda: segment_recordings([SAMPLES], labels={0: np.zeros(200)}),
            "labels must have one entry for each of the recordings, in their order, got dict",
        ),
        (lambda: smooth(class_prior=[HUGE, 1]), "class_prior must hold numbers above 0"),
        (lambda: smooth(class_prior=[1j, 1]), "class_prior must hold numbers above 0"),
        (lambda: smooth(transition=HUGE), "transition must hold probabilities"),
        (lambda: smooth(expected_duration=1e-193), "expected_duration must be a number of seconds"),
        (lambda: smooth(evidence_weight=1e308), r"evidence_weight must be .* below 1e\+06"),
        (lambda: estimate_transitions(Y, alpha=1e308), r"alpha must be .* below 1e\+09"),
        (lambda: smooth(probabilities=[[np.inf, -np.inf]] * 3), "must be 0 or more and add up"),
        (
            lambda: smooth(window_length=8e-189),
            r"got window_length=8e-189 s and window 1, which starts at 1.0 s and has no time",
        ),
        (
            lambda: expected_calibration_error(Y, PROBABILITIES, n_bins=2**63),
            "n_bins must be an integer of at most",
        ),
        (
            lambda: risk_coverage_curve(Y, PROBABILITIES, sample_weight=[1, np.inf, -np.inf]),
            "sample_weight must be finite, got NaN or infinity: inf",
        ),
        (
            lambda: risk_coverage_curve(Y, PROBABILITIES, sample_weight=[1j, 1, 1]),
            "sample_weight must hold numbers, one for each window",
        ),
        (lambda: make_har_windows(1, 1, noise=1e308), r"noise must be .* below 1e\+06"),
        (lambda: SensorNoise(layout={}).check(128, 9), "layout must be 'auto' or a tuple"),
        (
            lambda: repeated_evaluation(
                LSTMClassifier(), np.zeros((4, 8, 2)), [0, 1, 0, 1], cv=OneSplit()
            ),
            "cv must give pairs of positions of training and test windows among the 4",
        ),
        (
            lambda: LSTMClassifier().fit(np.zeros((2, 8, 2)), []),
            "y must have at least two classes .* got none",
        ),
        (
            lambda: LSTMClassifier().fit(np.zeros((2, 8, 2)), [1e30, 1e30]),
            "Unknown label type: continuous",
        ),
        (
            lambda: LSTMClassifier().fit(np.zeros((2, 8, 2)), [0, 1], sample_weight=[1, HUGE]),
            "sample_weight must hold numbers",
        ),
        (
            lambda: CompandingTransformer().fit(np.full((2, 8, 2), [np.inf, -np.inf])),
            "contains infinity",
        ),
        (
            lambda: CompandingTransformer().fit(np.ones((2, 8, 2))).transform(0.0),
            "Expected 2D array, got scalar array",
        ),
        (
            lambda: CompandingTransformer().fit(
                np.array([[[1e30], [-1e30]], [[0.0], [1e30]]], dtype=np.float32)
            ),
            "X is too large for float32: its spread is not finite",
        ),
    ],
)
def test_values_that_made_it_crash_are_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_thresholds_beyond_all_floats():
    timeline = make_timeline(PROBABILITIES, [0, 1, 2], 2.0)
    with pytest.raises(TypeError, match="iou_threshold must hold numbers"):
        timeline_scores(timeline, timeline, iou_threshold=HUGE)


def test_weights_of_any_size_are_relative():
    found = expected_calibration_error(Y, [[0.9, 0.1]] * 3, sample_weight=[1e308] * 3)
    assert found == pytest.approx(expected_calibration_error(Y, [[0.9, 0.1]] * 3))


MASKED = np.ma.masked_array(np.zeros((200, 6)), mask=np.eye(200, 6, dtype=bool))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: segment_recording(MASKED), "recording"),
        (lambda: Recording(MASKED, sampling_rate=50.0), "samples"),
        (lambda: segment_recording(SAMPLES, labels=MASKED[:, 0]), "labels"),
        (lambda: smooth(probabilities=np.ma.masked_equal(PROBABILITIES, 0.5)), "probabilities"),
        (lambda: CompandingTransformer().fit(MASKED), "X"),
        (lambda: LSTMClassifier().fit(SAMPLES, MASKED[:, 0]), "y"),
        (lambda: risk_coverage_curve(Y, PROBABILITIES, sample_weight=np.ma.masked), "sample_w"),
    ],
)
def test_what_is_masked_does_not_count_as_measured(call, name):
    with pytest.raises(ValueError, match=rf"{name}\w* must not be masked, got .* masked values"):
        call()


def test_an_array_without_masked_values_is_an_array():
    windows = segment_recording(np.ma.masked_array(SAMPLES, mask=False), window=100)
    np.testing.assert_array_equal(windows.data, segment_recording(SAMPLES, window=100).data)


@pytest.mark.parametrize("samples", [np.zeros((1, 3), dtype=complex), np.array([["1", "2", "3"]])])
def test_samples_of_a_stream_that_are_no_real_numbers(samples):
    class Constant:
        classes_ = np.array([0, 1])

        def predict(self, X): ...

        def predict_proba(self, X): ...

    recognizer = StreamingRecognizer(Constant(), "accelerometer", channel_names=["x", "y", "z"])
    with pytest.raises(ValueError, match="samples must hold real numbers, got dtype"):
        recognizer.push(samples)
    with pytest.raises(ValueError, match="time must hold real numbers"):
        recognizer.push(np.zeros((1, 3)), samples.ravel()[:1])


def test_the_rate_where_the_median_of_the_steps_is_none_of_them():
    """0.02 s and 3.98 s have a median of 2 s; the rate was NaN."""
    assert Recording(np.zeros((3, 1)), [0.0, 0.02, 4.0]).sampling_rate == 50.0


# Of pandas 2, which looks for the format among the dates that it can count.
@pytest.mark.filterwarnings("ignore:Could not infer format:UserWarning")
def test_dates_beyond_what_nanoseconds_can_count():
    """They ran over, and the samples seemed to go back in time."""
    file = io.StringIO("t,ax\n1500-01-01T00:00:00,1\n2126-01-01T00:00:00,2\n")
    with pytest.raises(ValueError, match="must hold dates from 1677 to 2262, got 1500-01-01"):
        read_recording(file, time="t")
