"""The simulator: what it promises about shapes, physics and difficulty."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.transform import Rotation
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.preprocessing import StandardScaler

# The subjects behind the simulated signals, and their parts, are not returned.
from sklearn_har.datasets import _gait, fetch_uci_har, make_har_recordings, make_har_windows
from sklearn_har.preparation import separate_gravity
from sklearn_har.segmentation import segment_recordings

WALKING, UPSTAIRS, DOWNSTAIRS, SITTING, STANDING, LAYING = range(6)


@pytest.fixture(scope="module")
def windows():
    return make_har_windows(n_subjects=4, n_windows_per_activity=3, random_state=0)


@pytest.fixture(scope="module")
def recordings():
    return make_har_recordings(n_subjects=6, seconds_per_activity=20.0, random_state=0)


def _bouts(dataset, activity):
    """The stretches of one activity, one of each recording."""
    for recording, labels in zip(dataset.recordings, dataset.labels, strict=True):
        yield recording.samples[labels == activity]


# ------------------------------------------------------------------------------------------ form


def test_windows_have_the_form_of_the_real_ones(windows):
    assert windows.data.shape == (4 * 6 * 3, 128, 9)
    assert windows.data.dtype == np.float32
    assert windows.target.dtype == windows.subject.dtype == np.int64
    assert np.isfinite(windows.data).all()
    assert windows.target_names == [
        "walking",
        "walking_upstairs",
        "walking_downstairs",
        "sitting",
        "standing",
        "laying",
    ]
    assert windows.channel_names == [
        f"{kind}_{axis}" for kind in ("total_acc", "body_acc", "body_gyro") for axis in "xyz"
    ]
    assert windows.sampling_rate == 50.0
    assert windows.frame is None
    assert "simulated" in windows.DESCR
    # A switch from simulated to real windows changes one word.
    shared = {"shuffle", "random_state", "return_X_y", "as_frame"}
    assert shared <= set(inspect.signature(make_har_windows).parameters)
    assert shared <= set(inspect.signature(fetch_uci_har).parameters)


def test_each_subject_has_the_same_number_of_windows_of_each_activity(windows):
    table = pd.crosstab(windows.subject, windows.target)
    assert table.index.tolist() == [1, 2, 3, 4]
    assert table.columns.tolist() == list(range(6))
    assert (table == 3).all(axis=None)
    assert (np.diff(windows.subject) >= 0).all()
    np.testing.assert_array_equal(windows.recording, windows.subject)


def test_feature_names_are_those_of_the_flat_windows(windows):
    assert len(windows.feature_names) == 128 * 9
    assert windows.feature_names[:2] == ["total_acc_x_000", "total_acc_y_000"]
    assert windows.feature_names[-1] == "body_gyro_z_127"
    frame = make_har_windows(2, 1, random_state=0, as_frame=True)
    array = make_har_windows(2, 1, random_state=0)
    assert frame.frame.columns.tolist() == [
        *windows.feature_names,
        "subject",
        "recording",
        "target",
    ]
    np.testing.assert_array_equal(frame.data["body_acc_y_017"], array.data[:, 17, 4])
    assert frame.target.tolist() == array.target.tolist()
    assert frame.subject.tolist() == array.subject.tolist()


def test_data_and_target_alone():
    X, y = make_har_windows(2, 1, random_state=0, return_X_y=True)
    dataset = make_har_windows(2, 1, random_state=0)
    np.testing.assert_array_equal(X, dataset.data)
    np.testing.assert_array_equal(y, dataset.target)
    X, y = make_har_windows(2, 1, random_state=0, return_X_y=True, as_frame=True)
    assert isinstance(X, pd.DataFrame)
    assert isinstance(y, pd.Series)


def test_random_state_determines_everything():
    first, again, other = (
        make_har_windows(2, 2, random_state=seed, shuffle=True) for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first.data, again.data)
    np.testing.assert_array_equal(first.target, again.target)
    assert not np.allclose(first.data, other.data)
    one, two = (make_har_recordings(2, 3.0, random_state=seed) for seed in (5, 5))
    for a, b in zip(one.recordings, two.recordings, strict=True):
        np.testing.assert_array_equal(a.samples, b.samples)
        np.testing.assert_array_equal(a.labels, b.labels)


def test_the_simulator_leaves_the_global_generator_alone():
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    make_har_windows(1, 1, random_state=3)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_more_subjects_leave_the_first_ones_as_they_are():
    few, many = (make_har_windows(n, 2, random_state=0) for n in (2, 3))
    np.testing.assert_array_equal(many.data[many.subject <= 2], few.data)


@pytest.mark.parametrize("n_timesteps", [13, 999, 1001])
def test_names_of_columns_sort_as_the_columns_do(n_timesteps):
    windows = make_har_windows(1, 1, window=n_timesteps, random_state=0)
    names = [name for name in windows.feature_names if name.startswith("body_gyro_z")]
    assert names == sorted(set(names))
    assert len(names) == n_timesteps


def test_shuffle_moves_windows_together_with_what_belongs_to_them(windows):
    shuffled = make_har_windows(4, 3, random_state=0, shuffle=True)
    assert (np.diff(shuffled.subject) < 0).any()
    position = {window.tobytes(): i for i, window in enumerate(windows.data)}
    order = [position[window.tobytes()] for window in shuffled.data]
    assert sorted(order) == list(range(len(windows.data)))
    np.testing.assert_array_equal(shuffled.target, windows.target[order])
    np.testing.assert_array_equal(shuffled.subject, windows.subject[order])


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({"window": 64, "overlap": 0.0}, (2 * 6 * 3, 64, 9)),
        ({"window": 2.0, "sampling_rate": 100.0}, (2 * 6 * 3, 200, 9)),
        ({"window": 33, "overlap": 0.7, "sampling_rate": 20.0}, (2 * 6 * 3, 33, 9)),
    ],
)
def test_other_windows_and_rates_keep_the_counts(options, shape):
    dataset = make_har_windows(2, 3, random_state=0, **options)
    assert dataset.data.shape == shape
    assert np.bincount(dataset.target).tolist() == [6] * 6
    assert len(dataset.feature_names) == shape[1] * 9


def test_consecutive_windows_overlap_by_half(windows):
    first, second = windows.data[0], windows.data[1]
    np.testing.assert_array_equal(first[64:], second[:64])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n_subjects": 0}, ValueError, "n_subjects must be an integer of at least 1, got 0"),
        ({"n_subjects": 2.5}, TypeError, r"n_subjects must be .*got 2\.5"),
        ({"sampling_rate": 10.0}, ValueError, r"sampling_rate must be .*at least 20.*Hz"),
        ({"noise": -1.0}, ValueError, "noise must be"),
        ({"noise": float("inf")}, ValueError, "noise must be"),
    ],
)
def test_invalid_arguments_are_named(change, error, message):
    for maker in (make_har_windows, make_har_recordings):
        with pytest.raises(error, match=message):
            maker(**{"n_subjects": 1, **change})


def test_invalid_arguments_of_their_own_are_named():
    with pytest.raises(ValueError, match="n_windows_per_activity must be"):
        make_har_windows(1, 0)
    with pytest.raises(ValueError, match="overlap must be"):
        make_har_windows(1, 1, overlap=1.0)
    with pytest.raises(ValueError, match="window must be"):
        make_har_windows(1, 1, window=0)
    with pytest.raises(ValueError, match="seconds_per_activity must be"):
        make_har_recordings(1, 0.0)


# ------------------------------------------------------------------------------------ recordings


def test_recordings_have_a_label_for_each_sample(recordings):
    assert recordings.subject.tolist() == [1, 2, 3, 4, 5, 6]
    assert [recording.subject for recording in recordings.recordings] == [1, 2, 3, 4, 5, 6]
    assert len(recordings.channel_names) == 6
    for recording, labels in zip(recordings.recordings, recordings.labels, strict=True):
        assert recording.samples.shape == (len(labels), 6)
        assert recording.samples.dtype == np.float32
        assert recording.sampling_rate == 50.0
        assert list(recording.channel_names) == recordings.channel_names
        names = np.array([*recordings.target_names, None], dtype=object)
        np.testing.assert_array_equal(recording.labels, names[labels])
        assert labels.dtype == np.int64
        values, counts = np.unique(labels, return_counts=True)
        assert values.tolist() == [-1, 0, 1, 2, 3, 4, 5]
        assert (counts[1:] == 20 * 50).all()
        # Six transitions of 2 to 4 s, and a second at the end.
        assert 6 * 2 * 50 <= counts[0] - 50 <= 6 * 4 * 50
        assert labels[0] == labels[-1] == -1


def test_recordings_can_be_cut(recordings):
    cut = segment_recordings(
        recordings.recordings, recordings.labels, recordings.subject, label_rule="all-equal"
    )
    assert set(cut.target) == set(range(6))
    assert set(cut.subject) == set(recordings.subject)
    by_names = segment_recordings(recordings.recordings, label_rule="all-equal")
    np.testing.assert_array_equal(by_names.subject, cut.subject)
    np.testing.assert_array_equal(by_names.target, np.array(recordings.target_names)[cut.target])


def test_body_acceleration_is_total_less_gravity():
    one = make_har_recordings(1, (128 + 64) / 50.0, random_state=0)
    dataset = make_har_windows(1, 2, random_state=0)
    recording, labels = one.recordings[0].samples, one.labels[0]
    _, body = separate_gravity(recording[:, :3], 50.0)
    for activity in range(6):
        first = dataset.data[dataset.target == activity][0]
        start = np.flatnonzero(labels == activity)[0]
        np.testing.assert_array_equal(first[:, :3], recording[start : start + 128, :3])
        np.testing.assert_array_equal(first[:, 3:6], body[start : start + 128])
        np.testing.assert_array_equal(first[:, 6:], recording[start : start + 128, 3:])


# --------------------------------------------------------------------------------------- physics


@pytest.mark.parametrize("activity", [SITTING, STANDING, LAYING])
def test_at_rest_the_phone_measures_one_g(recordings, activity):
    for bout in _bouts(recordings, activity):
        norm = np.linalg.norm(bout[:, :3], axis=1)
        assert norm.mean() == pytest.approx(1.0, abs=0.06)  # the bias of the sensor
        assert norm.std() < 0.02
        assert np.abs(bout[:, 3:].mean(axis=0)).max() < 0.06


def test_gravity_is_along_x_when_upright_and_across_it_when_laying(recordings):
    for activity in (WALKING, SITTING, STANDING):
        assert all(bout[:, 0].mean() > 0.75 for bout in _bouts(recordings, activity))
    assert all(
        np.linalg.norm(bout[:, 1:3].mean(axis=0)) > 0.8 for bout in _bouts(recordings, LAYING)
    )


def test_body_acceleration_averages_to_zero_while_walking():
    dataset = make_har_windows(6, 10, random_state=0)
    moving = dataset.data[dataset.target <= DOWNSTAIRS]
    assert np.abs(moving[..., 3:6].mean(axis=(0, 1))).max() < 0.01


def test_the_cadence_of_walking_is_in_the_documented_range():
    dataset = make_har_recordings(10, 40.0, random_state=1)
    cadences = []
    for bout in _bouts(dataset, WALKING):
        vertical = bout[:, 0] - bout[:, 0].mean()
        power = np.abs(np.fft.rfft(vertical * np.hanning(len(vertical)), 2**14)) ** 2
        cadences.append(np.fft.rfftfreq(2**14, 1 / 50.0)[power.argmax()])
    # The drift moves the peak a little beyond the range of the cadence itself.
    assert min(cadences) > 1.6 - 0.06
    assert max(cadences) < 2.1 + 0.06
    assert np.ptp(cadences) > 0.2


def test_going_down_is_the_hardest_and_rest_is_quiet(recordings):
    def level(activity):
        return np.median([bout[:, 0].std() for bout in _bouts(recordings, activity)])

    assert level(DOWNSTAIRS) > 1.3 * level(WALKING)
    assert level(DOWNSTAIRS) > 1.3 * level(UPSTAIRS)
    assert level(WALKING) > 5 * max(level(a) for a in (SITTING, STANDING, LAYING))


@pytest.fixture
def many_subjects():
    return [_gait.draw_subject(np.random.RandomState(seed)) for seed in range(300)]


def _amplitude(signals, low, high):
    """How much of signals of 50 Hz (n_samples, n_signals) lies between two frequencies."""
    spectra = np.fft.rfft((signals - signals.mean(axis=0)).T * np.hanning(len(signals)))
    frequency = np.fft.rfftfreq(len(signals), 1 / 50.0)
    power = np.abs(spectra[:, (frequency > low) & (frequency < high)]) ** 2
    return np.sqrt(2 * power.sum()) / len(signals)


@pytest.mark.parametrize("name", list(_gait._GAITS))
def test_subjects_scatter_around_the_gait_of_the_table(many_subjects, name):
    gait = _gait._GAITS[name]
    for attribute in ("harmonics", "swing", "impact"):
        drawn = np.array([getattr(subject.walks[name], attribute) for subject in many_subjects])
        ratio = drawn / np.array(getattr(gait, attribute))
        assert np.abs(np.log(np.median(ratio, axis=0))).max() < 0.12
        assert (np.log(ratio).std(axis=0) > 0.1).all()
    # Phases have no preferred value, but for those that make the gait.
    offsets = np.zeros((3, 8))
    offsets[0, 3] += gait.overtone_phase
    offsets[2] += gait.forward_phase
    phases = np.array([subject.walks[name].phases for subject in many_subjects])
    assert np.abs(phases.mean(axis=0) - offsets).max() < 0.1
    walks = [subject.walks for subject in many_subjects]
    ratio = np.array([own[name].cadence / own["walking"].cadence for own in walks])
    assert ratio.mean() == pytest.approx(gait.cadence_ratio, abs=0.01)


def test_left_and_right_differ_in_what_does_not_repeat_with_the_step(many_subjects):
    table = np.array(_gait._GAITS["walking"].harmonics)
    level = np.log([subject.walks["walking"].harmonics / table for subject in many_subjects])
    # In these a lopsided gait shows on each axis, for all subjects alike.
    together = np.stack([level[:, 0, ::2], level[:, 2, ::2], level[:, 1, 1::2]], axis=1)
    others = np.stack([level[:, 0, 1::2], level[:, 2, 1::2], level[:, 1, ::2]], axis=1)
    assert together.mean(axis=(1, 2)).std() > 2 * others.mean(axis=(1, 2)).std()


@pytest.mark.parametrize("name", list(_gait._GAITS))
def test_steps_lift_nobody_off_the_ground(name):
    subject = _gait.draw_subject(np.random.RandomState(0))
    subject = dataclasses.replace(subject, walks={name: subject.walks[name]._replace(impact=1.0)})
    n_samples = 100_000
    pushed, swung = _gait._gait(subject, name, n_samples, 50.0, np.random.RandomState(1))
    # Whatever a heel strike adds, over many steps the trunk goes nowhere.
    assert np.abs(pushed.mean(axis=0)).max() < 0.02
    assert np.abs(swung.mean(axis=0)).max() < 0.01


@pytest.mark.parametrize(("axis", "strongest"), [(0, 1), (1, 2), (2, 1)])
def test_the_trunk_turns_with_the_stride_and_nods_with_the_step(axis, strongest):
    subject = _gait.draw_subject(np.random.RandomState(0))
    _, swung = _gait._gait(subject, "walking", 2**14, 50.0, np.random.RandomState(0))
    stride = subject.walks["walking"].cadence / 2
    levels = [
        _amplitude(swung[:, [axis]], (k - 0.4) * stride, (k + 0.4) * stride) for k in (1, 2, 3)
    ]
    assert levels[strongest - 1] > 2 * max(levels[: strongest - 1] + levels[strongest:])


def test_each_posture_sways_in_its_own_way():
    dataset = make_har_recordings(1, 20.0, noise=0.0, random_state=0)
    quick = {
        activity: _amplitude(next(_bouts(dataset, activity))[:, 1:3], 2.5, 6.0)
        for activity in (STANDING, SITTING, LAYING)
    }
    # Far more than what rounding to float32 leaves there.
    assert quick[STANDING] > 1.5 * quick[SITTING] > 1.5**2 * quick[LAYING] > 3e-4


def test_angular_velocity_tells_the_same_story_as_gravity():
    dataset = make_har_recordings(2, 10.0, noise=0.0, random_state=0)
    for recording, labels in zip(dataset.recordings, dataset.labels, strict=True):
        # From one resting activity to the next, turning by what the gyroscope says.
        rest = np.flatnonzero(np.isin(labels, [SITTING, STANDING, LAYING]))
        span = np.arange(rest[0], rest[-1] + 1)
        samples = recording.samples
        first, last = samples[span[0], :3], samples[span[-1], :3]
        turned = Rotation.identity()
        for rate in samples[span[:-1], 3:]:
            turned = turned * Rotation.from_rotvec(rate.astype(float) / 50.0)
        error = np.linalg.norm(turned.inv().apply(first) - last)
        assert error < 0.05
        # Not for want of a change: the postures between differ by far more.
        assert np.ptp(samples[span, 0]) > 0.5


def test_noise_scales_the_sensors_only():
    clean, noisy = (
        make_har_recordings(2, 5.0, noise=noise, random_state=0) for noise in (0.0, 3.0)
    )
    difference = noisy.recordings[0].samples - clean.recordings[0].samples
    spread = difference.std(axis=0)
    np.testing.assert_allclose(spread[:3], 3 * 0.003, rtol=0.1)
    np.testing.assert_allclose(spread[3:], 3 * 0.006, rtol=0.1)
    assert np.abs(difference.mean(axis=0)).max() > 0.005


# ----------------------------------------------------------------------------------- orientation


@pytest.fixture(scope="module", params=["usual", "about-vertical", "any"])
def worn(request):
    return make_har_recordings(6, 15.0, orientation=request.param, random_state=2)


def _in_body_axes(dataset, activity):
    """Total acceleration as up, forward and left of the body, one stretch of each recording."""
    for rotation, bout in zip(dataset.rotation, _bouts(dataset, activity), strict=True):
        yield bout[:, :3] @ rotation.T


def test_rotation_is_one_and_finds_up(worn):
    assert worn.rotation.shape == (6, 3, 3)
    np.testing.assert_allclose(np.linalg.det(worn.rotation), 1.0)
    for rotation in worn.rotation:
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    for total in _in_body_axes(worn, WALKING):
        mean = total.mean(axis=0)
        assert np.degrees(np.arccos(mean[0] / np.linalg.norm(mean))) < 5


def _quadrature(total):
    """How far forward and left acceleration are ahead of vertical acceleration at the steps."""
    frequency = np.fft.rfftfreq(len(total), 1 / 50.0)
    steps = (frequency > 1.4) & (frequency < 2.6)
    windowed = (total - total.mean(axis=0)) * np.hanning(len(total))[:, None]
    up, forward, left = np.fft.rfft(windowed, axis=0)[steps].T
    energy = np.linalg.norm(up) * np.linalg.norm([forward, left])
    return [np.vdot(up, axis).imag / energy for axis in (forward, left)]


def test_forward_is_in_quadrature_with_vertical_at_the_steps(worn):
    # Of UCI HAR the medians are 0.9, 0.8 and -0.5.
    for activity, least in ((WALKING, 0.7), (UPSTAIRS, 0.5)):
        for total in _in_body_axes(worn, activity):
            ahead, aside = _quadrature(total)
            assert ahead > least
            assert abs(aside) < 0.5 * ahead
    # People brake with each step downstairs, one more than another.
    downstairs = [_quadrature(total)[0] for total in _in_body_axes(worn, DOWNSTAIRS)]
    assert -0.7 < np.median(downstairs) < -0.2


def test_orientations_are_as_far_apart_as_they_say():
    usual, turned, any_way = (
        make_har_recordings(30, 1.0, orientation=orientation, random_state=3).rotation
        for orientation in ("usual", "about-vertical", "any")
    )
    # The phone's x axis is up in the first two, whichever way its z axis looks.
    for rotations in (usual, turned):
        assert rotations[:, 0, 0].min() > 0.9
    assert usual[:, 1, 2].min() > 0.8
    # Angles or rotations of which all are equally likely leave nothing in the mean.
    assert turned[:, 1, 2].min() < -0.9
    assert np.abs(turned[:, 1:, 1:].mean(axis=0)).max() < 0.3
    assert np.abs(any_way.mean(axis=0)).max() < 0.3
    assert any_way[:, 0, 0].min() < -0.8


def test_orientation_changes_nothing_but_the_axes():
    usual, turned, fewer = (
        make_har_recordings(n, 2.0, orientation=orientation, noise=0.0, random_state=4)
        for n, orientation in ((3, "usual"), (3, "any"), (2, "any"))
    )
    for i, (one, other) in enumerate(zip(usual.recordings, turned.recordings, strict=True)):
        change = turned.rotation[i].T @ usual.rotation[i]
        for triad in (slice(0, 3), slice(3, 6)):
            expected = one.samples[:, triad] @ change.T
            np.testing.assert_allclose(other.samples[:, triad], expected, atol=1e-5)
    np.testing.assert_array_equal(fewer.rotation, turned.rotation[:2])
    assert not np.allclose(turned.rotation[0], turned.rotation[1], atol=0.1)


def test_an_unknown_orientation_is_named():
    with pytest.raises(ValueError, match=r"orientation must be one of .*got 'ny' \(did you mean"):
        make_har_recordings(1, 1.0, orientation="ny")


# ------------------------------------------------------------------------------------ difficulty


@pytest.mark.parametrize("seed", [0, 1])
def test_a_linear_classifier_on_raw_windows_does_not_do(seed):
    dataset = make_har_windows(random_state=seed)
    X = StandardScaler().fit_transform(dataset.data.reshape(len(dataset.data), -1))
    unseen = dataset.subject > 14
    for model, seen_score in (
        (RidgeClassifier(), 0.95),
        # Loose tolerance: the accuracy stands after a tenth of the iterations.
        (LogisticRegression(C=0.01, tol=1e-2, max_iter=1000), 0.7),
    ):
        model.fit(X[~unseen], dataset.target[~unseen])
        assert model.score(X[~unseen], dataset.target[~unseen]) > seen_score
        # Far above chance, far below what the networks reach.
        assert 0.4 < model.score(X[unseen], dataset.target[unseen]) < 0.9
