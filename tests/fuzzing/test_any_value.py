"""Any value for any argument is accepted or refused, never a crash.

Refused is by a ValueError or a TypeError. The arguments that stay are right ones.
"""

import contextlib
import functools
import inspect

import numpy as np
import pytest
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier

from sklearn_har import augmentation, datasets
from sklearn_har.datasets import make_har_recordings, make_har_windows
from sklearn_har.evaluation import (
    expected_calibration_error,
    repeated_evaluation,
    risk_coverage_curve,
)
from sklearn_har.preparation import (
    Preparation,
    align_windows,
    check_preparation,
    estimate_body_frame,
    merge_recordings,
    prepare_recording,
    remove_noise,
    resample_recording,
    separate_gravity,
)
from sklearn_har.recognition import (
    ActivityRecognizer,
    StreamingRecognizer,
    recording_scorer,
)
from sklearn_har.recordings import Recording, add_gravity, check_recordings
from sklearn_har.segmentation import (
    count_repetitions,
    pad_windows,
    segment_recording,
    segment_recordings,
)
from sklearn_har.timeline import (
    decode_activities,
    estimate_transitions,
    labels_to_timeline,
    make_timeline,
    make_timelines,
    revise_by_posture,
    smooth_probabilities,
    timeline_scores,
    timeline_to_labels,
)

RNG = np.random.default_rng(0)
SAMPLES = RNG.normal(size=(200, 6))
LABELS = np.repeat([0, 1, -1, 2], 50)
TIME = np.arange(200) / 50.0
RECORDING = Recording(SAMPLES, TIME, labels=LABELS)
OTHER = Recording(SAMPLES[:, :2], TIME + 0.3, channel_names=["x", "y"])
PROBABILITIES = RNG.dirichlet([1, 1, 1], size=12)
START = np.arange(12) * 1.28
TIMELINE = labels_to_timeline(LABELS, TIME)
CLF = DummyClassifier(strategy="prior").fit(np.zeros((6, 128, 9)), np.arange(6))
WINDOWS = RNG.normal(size=(24, 8, 2))
CUT = segment_recordings([np.zeros((7 * 64 + 64, 3))] * 2, window=128, sampling_rate=50.0)
CUT_PROBABILITIES = RNG.dirichlet([1, 1, 1], size=len(CUT.data))
DECODED = {"probabilities": PROBABILITIES, "start_time": START, "window_length": 2.56}

# Of `augmentation`, all but the class that they derive from.
AUGMENTATIONS = [
    item
    for item in vars(augmentation).values()
    if inspect.isclass(item)
    and issubclass(item, augmentation.Augmentation)
    and item is not augmentation.Augmentation
]


def checked(cls):
    """A function that makes an augmentation and checks it, as the classifiers do in fit."""

    @functools.wraps(cls)
    def make(**params):
        cls(**params).check(128, 9)

    return make


@functools.wraps(Preparation)
def prepare(**params):
    Preparation(**params).windows([RECORDING])


@functools.wraps(ActivityRecognizer)
def recognize(**params):
    recognizer = ActivityRecognizer.from_classifier(CLF, **params)
    recognizer.predict([RECORDING])
    recognizer.scores([RECORDING])


@functools.wraps(recording_scorer)
def one_score(name):
    recording_scorer(name)


# `names` is variadic, and is drawn one at a time.
one_score.__signature__ = inspect.Signature(
    [inspect.Parameter("name", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
)


# What is given to each function; the other arguments have their defaults.
CALLS = {
    Recording: {"samples": SAMPLES, "time": TIME, "labels": LABELS, "breaks": [20]},
    check_recordings: {"recordings": [RECORDING]},
    add_gravity: {
        "recording": RECORDING,
        "acceleration": [0],
        "gravity": [1],
        "platform": "ios",
    },
    segment_recording: {"recording": SAMPLES, "labels": LABELS, "window": 32, "sampling_rate": 50},
    segment_recordings: {"recordings": [SAMPLES], "labels": [LABELS], "window": 32},
    pad_windows: {"windows": [SAMPLES[:20], SAMPLES[:30]], "n_timesteps": 40},
    separate_gravity: {"acceleration": SAMPLES},
    remove_noise: {"samples": SAMPLES},
    resample_recording: {"recording": SAMPLES, "original_rate": 40.0, "labels": LABELS},
    merge_recordings: {"recordings": [RECORDING, OTHER]},
    align_windows: {"X": CUT.data, "recording": CUT.recording},
    estimate_body_frame: {"recording": RECORDING},
    prepare_recording: {"recording": SAMPLES, "original_rate": 50.0, "labels": LABELS},
    check_preparation: {},
    prepare: {},
    recognize: {},
    one_score: {},
    StreamingRecognizer: {"estimator": CLF},
    make_timeline: DECODED,
    make_timelines: {"probabilities": CUT_PROBABILITIES, "windows": CUT},
    revise_by_posture: {"probabilities": CUT_PROBABILITIES, "posture": CUT.data.mean(axis=1)},
    smooth_probabilities: DECODED,
    decode_activities: DECODED,
    estimate_transitions: {"labels": LABELS},
    labels_to_timeline: {"labels": LABELS, "time": TIME},
    timeline_to_labels: {"timeline": TIMELINE, "time": TIME},
    timeline_scores: {"true": TIMELINE, "predicted": TIMELINE},
    count_repetitions: {"signal": SAMPLES[:, 0], "sampling_rate": 50.0},
    expected_calibration_error: {"y_true": np.arange(12) % 3, "y_proba": PROBABILITIES},
    risk_coverage_curve: {"y_true": np.arange(12) % 3, "y_proba": PROBABILITIES},
    repeated_evaluation: {
        "estimator": DummyClassifier(strategy="prior"),
        "X": WINDOWS,
        "y": np.arange(24) % 3,
        "n_repeats": 1,
        "cv": 2,
    },
    make_har_windows: {"n_subjects": 1, "n_windows_per_activity": 1, "random_state": 0},
    make_har_recordings: {"n_subjects": 1, "seconds_per_activity": 1.0, "random_state": 0},
    **{make: {} for make in map(checked, AUGMENTATIONS)},
}
# What is asked for is made, whatever time and memory it takes: only small sizes are asked for.
LIMITS = {
    "n_subjects": (-np.inf, 2),
    "n_windows_per_activity": (-np.inf, 2),
    "seconds_per_activity": (-np.inf, 3),
    "n_repeats": (-np.inf, 2),
    "n_timesteps": (-np.inf, 1000),
    "sampling_rate": (-np.inf, 1000),
    # 200 samples at less than 1 Hz are hours.
    "original_rate": (1, np.inf),
    "window": (-np.inf, 300),
}


def parameters(function):
    names = inspect.signature(function).parameters
    # Whatever has the methods of an estimator is one, and the jobs are joblib's matter.
    return [name for name in names if name not in ("estimator", "n_jobs", "verbose")]


def takes_too_long(name, value):
    if name not in LIMITS or not isinstance(value, int | float | np.number):
        return False
    low, high = LIMITS[name]
    return 0 < value < low or value > high


@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__name__)
def test_any_value_is_taken_or_refused(explore, draws, function):
    def check(name, value):
        if takes_too_long(name, value):
            return
        # A warning of ours is an answer as well; one of NumPy's is a crash.
        with contextlib.suppress(*draws.refusals, UserWarning):
            function(**{**CALLS[function], name: value})

    names = parameters(function)
    if names:
        explore(check, st.sampled_from(names), draws.anything())


def test_every_function_of_arrays_is_called():
    from sklearn_har.utils.discovery import all_functions

    # Files and networks have tests of their own; the others are about the package itself.
    elsewhere = {
        *("all_displays", "all_estimators", "all_functions", "window_checks"),
        *("parametrize_with_window_checks", "clear_data_home", "get_data_home"),
        *(name for name in datasets.__all__ if name.startswith("fetch_")),
        *(
            "load_model",
            "load_pretrained",
            "trusted_types",
            "inspect_file",
            "read_recording",
            "read_recordings",
            "to_litert",
            "to_onnx",
            "to_web",
        ),
        # tests/preparation/test_coefficients.py
        "preparation_coefficients",
        *("make_best", "make_lstm", "make_cnn_lstm", "make_conv_lstm", "make_light_cnn_lstm"),
        *("make_best_in_frame", "make_fast"),
        # Takes windows that the classifiers have checked.
        "check_augmentations",
        *(
            "channel_importance",
            "evaluate_recordings",
            "search_table",
            "use_dask",
            "use_ray",
        ),
    }
    called = {function.__name__ for function in CALLS}
    assert {name for name, _ in all_functions()} - elsewhere <= called
