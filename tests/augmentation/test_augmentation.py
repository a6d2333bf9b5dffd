"""What augmentations change, what they leave alone, and how the classifiers use them."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import dataclass

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier, augmentation
from sklearn_har.augmentation import (
    AmplitudeScaling,
    Augmentation,
    CadenceScaling,
    DeviceRotation,
    GravityRotation,
    SensorNoise,
)
from sklearn_har.datasets import make_har_windows

N_WINDOWS = 3000
ALL = [AmplitudeScaling(), CadenceScaling(), DeviceRotation(), GravityRotation(), SensorNoise()]


def test_all_augmentations_are_tested():
    public = [getattr(augmentation, name) for name in augmentation.__all__]
    kinds = [kind for kind in public if inspect.isclass(kind) and issubclass(kind, Augmentation)]
    assert {type(one) for one in ALL} == set(kinds) - {Augmentation}


def changed(augmentation: Augmentation, windows: np.ndarray, seed: int = 0) -> np.ndarray:
    """Apply an augmentation outside of a network, in double precision."""
    tensor = keras.ops.convert_to_tensor(windows)
    result = augmentation.apply(tensor, keras.random.SeedGenerator(seed))
    return keras.ops.convert_to_numpy(result)


def axes_as_samples(n_triads: int) -> np.ndarray:
    """Make windows of three samples, the unit vectors: what a rotation makes of them is it."""
    return np.tile(np.eye(3), (N_WINDOWS, 1, n_triads))


def angles(rotations: np.ndarray) -> np.ndarray:
    """Return the angles of rotation matrices in degrees."""
    cosine = (np.trace(rotations, axis1=1, axis2=2) - 1) / 2
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def assert_rotations(matrices: np.ndarray) -> None:
    products = matrices @ matrices.transpose(0, 2, 1)
    np.testing.assert_allclose(products, np.broadcast_to(np.eye(3), products.shape), atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(matrices), 1, atol=1e-6)


class TestGravityRotation:
    def test_turns_gravity_by_one_rotation_a_window_and_leaves_the_movement(self):
        windows = axes_as_samples(3)
        rng = np.random.default_rng(1)
        windows[..., 3:] = rng.normal(size=windows[..., 3:].shape)
        windows[..., :3] += windows[..., 3:6]

        result = changed(GravityRotation(degrees=20), windows)

        np.testing.assert_array_equal(result[..., 3:], windows[..., 3:])
        rotations = result[..., :3] - result[..., 3:6]
        assert_rotations(rotations)
        assert np.sqrt(np.mean(angles(rotations) ** 2)) == pytest.approx(20, rel=0.05)

    def test_takes_the_mean_for_gravity_where_it_has_no_body_acceleration(self):
        windows = np.random.default_rng(0).normal(size=(50, 16, 6))
        result = changed(GravityRotation(30), windows)
        np.testing.assert_array_equal(result[..., 3:], windows[..., 3:])
        before, after = windows[..., :3], result[..., :3]
        np.testing.assert_allclose(
            after - after.mean(axis=1, keepdims=True),
            before - before.mean(axis=1, keepdims=True),
            atol=1e-6,
        )
        length = np.linalg.norm(before.mean(axis=1), axis=1)
        np.testing.assert_allclose(np.linalg.norm(after.mean(axis=1), axis=1), length, rtol=1e-5)
        assert not np.allclose(after, before)

    def test_finds_the_acceleration_wherever_the_layout_puts_it(self):
        windows = np.random.default_rng(0).normal(size=(5, 16, 9))
        layout = ("body_gyro", "other", "total_acc")
        result = changed(GravityRotation(30, layout), windows)
        np.testing.assert_array_equal(result[..., :6], windows[..., :6])
        assert not np.allclose(result[..., 6:], windows[..., 6:])

    @pytest.mark.parametrize(
        ("layout", "n_channels", "message"),
        [
            ("auto", 5, "windows of 5 channel"),
            (("body_acc",), 3, "needs a triad 'total_acc'"),
            (("total_acc", "body_gyro"), 9, "names 6 channels.*the windows have 9"),
            (("total_acc", "total_acc"), 6, "none of the first three twice"),
            (("accelerometer",), 3, "layout must be 'auto' or a tuple"),
            ("total_acc", 3, "layout must be 'auto' or a tuple"),
        ],
    )
    def test_says_what_is_wrong_with_a_layout(self, layout, n_channels, message):
        with pytest.raises(ValueError, match=message):
            GravityRotation(layout=layout).check(128, n_channels)


def test_device_rotation_turns_all_triads_alike():
    result = changed(DeviceRotation(25), axes_as_samples(2))
    np.testing.assert_allclose(result[..., :3], result[..., 3:], atol=1e-12)
    assert_rotations(result[..., :3])
    assert np.sqrt(np.mean(angles(result[..., :3]) ** 2)) == pytest.approx(25, rel=0.05)
    with pytest.raises(ValueError, match=r"triads of axes x, y, z, .* got windows of 5"):
        DeviceRotation().check(128, 5)


def test_gravity_is_looked_for_in_a_few_windows_of_more_than_fit_into_the_memory():
    still = np.broadcast_to(np.float32([0.0, 0.0, 1.0]), (10**10, 128, 3))
    assert GravityRotation().reason_against(still) is None
    swinging = np.tile(np.float32([[1.0], [-1.0]]), (64, 3))
    without = np.broadcast_to(swinging, (10**10, 128, 3))
    assert "hold none" in GravityRotation().reason_against(without)


@pytest.mark.parametrize("augmentation", [GravityRotation(30), DeviceRotation(30)])
def test_a_channel_after_the_axes_is_left_alone(augmentation):
    windows = np.random.default_rng(0).normal(size=(5, 16, 10))
    augmentation.check(16, 10)
    result = changed(augmentation, windows)
    np.testing.assert_array_equal(result[..., -1], windows[..., -1])
    assert not np.allclose(result[..., :3], windows[..., :3])


class TestAmplitudeScaling:
    def test_scales_the_movement_by_one_factor_a_window_and_leaves_gravity(self):
        windows = np.random.default_rng(0).normal(size=(N_WINDOWS, 4, 9))
        result = changed(AmplitudeScaling(0.3), windows)
        factor = result[..., 3:] / windows[..., 3:]
        np.testing.assert_allclose(factor, np.broadcast_to(factor[:, :1, :1], factor.shape))
        assert np.log(factor[:, 0, 0]).std() == pytest.approx(0.3, rel=0.05)
        gravity = windows[..., :3] - windows[..., 3:6]
        np.testing.assert_allclose(result[..., :3] - result[..., 3:6], gravity, atol=1e-12)

    def test_keeps_the_mean_where_there_is_no_body_acceleration(self):
        windows = np.random.default_rng(0).normal(size=(5, 16, 3))
        result = changed(AmplitudeScaling(0.3), windows)
        np.testing.assert_allclose(result.mean(axis=1), windows.mean(axis=1), atol=1e-12)

    def test_scales_everything_where_there_is_no_gravity(self):
        windows = np.random.default_rng(0).normal(size=(5, 16, 3))
        result = changed(AmplitudeScaling(0.3, ("body_gyro",)), windows)
        factor = result / windows
        np.testing.assert_allclose(factor, np.broadcast_to(factor[:, :1, :1], factor.shape))


class TestCadenceScaling:
    def test_plays_a_ramp_at_another_speed_about_its_middle(self):
        windows = np.tile(np.arange(33.0)[:, None], (N_WINDOWS, 1, 2))
        result = changed(CadenceScaling(0.1), windows)
        np.testing.assert_allclose(result[:, 16], 16, atol=1e-5)
        speed = (result[:, 20] - result[:, 12]) / 8
        assert np.log(speed[:, 0]).std() == pytest.approx(0.1, rel=0.05)
        np.testing.assert_array_equal(result[..., 0], result[..., 1])

    def test_mirrors_a_window_that_ends_early(self):
        windows = np.tile(np.arange(33.0)[:, None], (N_WINDOWS, 1, 1))
        result = changed(CadenceScaling(0.3), windows)
        speed = ((result[:, 20] - result[:, 12]) / 8)[:, 0]
        fast = np.flatnonzero((speed > 1.2) & (speed < 1.6))
        end = 16 + 16 * speed[fast]
        np.testing.assert_allclose(result[fast, -1, 0], 64 - end, atol=1e-4)
        assert result.min() >= 0
        assert result.max() <= 32

    def test_changes_nothing_without_spread(self):
        windows = np.random.default_rng(0).normal(size=(5, 16, 3))
        np.testing.assert_allclose(changed(CadenceScaling(0.0), windows), windows, atol=1e-12)
        with pytest.raises(ValueError, match="at least 2 time steps, got 1"):
            CadenceScaling().check(1, 3)


def test_sensor_noise_is_that_of_one_accelerometer_and_one_gyroscope():
    windows = np.zeros((400, 64, 12))
    layout = ("total_acc", "body_acc", "body_gyro", "other")
    result = changed(SensorNoise(0.02, 0.5, layout), windows)
    total, body, gyro, other = np.split(result, 4, axis=2)
    bias = total - body
    np.testing.assert_allclose(bias, np.broadcast_to(bias[:, :1], bias.shape), atol=1e-12)
    assert bias[:, 0].std() == pytest.approx(0.02, rel=0.1)
    assert body.std() == pytest.approx(0.02, rel=0.05)
    assert gyro.mean(axis=1).std() == pytest.approx(0.5, rel=0.1)
    assert (gyro - gyro.mean(axis=1, keepdims=True)).std() == pytest.approx(0.5, rel=0.05)
    assert not other.any()


@pytest.mark.parametrize("augmentation", ALL, ids=lambda a: type(a).__name__)
class TestEachAugmentation:
    def test_is_a_value(self, augmentation):
        copy = pickle.loads(pickle.dumps(augmentation))
        assert copy == augmentation
        assert hash(copy) == hash(augmentation)
        assert type(augmentation)() == augmentation

    def test_keeps_shape_and_precision_and_repeats_with_the_seed(self, augmentation):
        windows = np.random.default_rng(0).normal(size=(4, 16, 9)).astype("float32")
        result = changed(augmentation, windows)
        assert result.shape == windows.shape
        assert result.dtype == windows.dtype
        np.testing.assert_array_equal(result, changed(augmentation, windows))
        assert not np.array_equal(result, changed(augmentation, windows, seed=1))

    @pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), "much", True])
    def test_refuses_sizes_that_are_none(self, augmentation, value):
        name = next(iter(type(augmentation).__dataclass_fields__))
        with pytest.raises(ValueError, match=f"{name} must be a finite number"):
            type(augmentation)(**{name: value}).check(128, 9)


@dataclass(frozen=True)
class Silence(Augmentation):
    """Makes everything zero, so that nothing can be learnt from the windows."""

    def apply(self, windows, seed):
        return keras.ops.zeros_like(windows)


@pytest.fixture(scope="module")
def har():
    return make_har_windows(n_subjects=2, n_windows_per_activity=8, random_state=0)


class TestInClassifiers:
    @pytest.mark.parametrize(
        "classifier",
        [
            LSTMClassifier(units=4, n_steps=4),
            CNNLSTMClassifier(filters=4, units=4),
            ConvLSTMClassifier(filters=4),
        ],
        ids=lambda c: type(c).__name__,
    )
    def test_all_three_train_with_all_augmentations(self, har, classifier):
        clf = clone(classifier).set_params(augmentation=ALL, epochs=2, random_state=0)
        clf.fit(har.data, har.target)
        again = clone(clf).fit(har.data, har.target)
        np.testing.assert_array_equal(clf.predict_proba(har.data), again.predict_proba(har.data))
        loaded = pickle.loads(pickle.dumps(clf))
        np.testing.assert_array_equal(clf.predict_proba(har.data), loaded.predict_proba(har.data))
        # The generator of the augmentation goes on where it was.
        clf.partial_fit(har.data, har.target)
        loaded.partial_fit(har.data, har.target)
        np.testing.assert_array_equal(clf.predict_proba(har.data), loaded.predict_proba(har.data))

    def test_only_training_is_changed(self, har):
        clf = LSTMClassifier(units=4, n_steps=4, dropout=0.0, random_state=0)
        plain = clone(clf).initialize(har.data, har.target)
        silent = clf.set_params(augmentation=Silence()).initialize(har.data, har.target)
        np.testing.assert_array_equal(plain.predict_proba(har.data), silent.predict_proba(har.data))
        silent.partial_fit(har.data, har.target)
        lstm = next(layer for layer in silent.model_.layers if "lstm" in layer.name)
        before = next(layer for layer in plain.model_.layers if "lstm" in layer.name)
        np.testing.assert_array_equal(
            lstm.cell.kernel.numpy(),
            before.cell.kernel.numpy(),
            err_msg="silence has taught the input weights something",
        )

    def test_comes_before_the_scaling_and_stands_in_a_grid(self, har):
        """Augmentations speak of g and rad/s, which scaled channels no longer have."""
        options = [GravityRotation(5), [GravityRotation(5), SensorNoise()]]
        grid = GridSearchCV(
            LSTMClassifier(units=4, n_steps=4, scaling="standard", epochs=1, random_state=0),
            {"augmentation": options},
            cv=2,
        ).fit(har.data, har.target)
        assert list(grid.cv_results_["param_augmentation"]) == options
        names = [type(layer).__name__ for layer in grid.best_estimator_.model_.layers]
        assert names.index("Augment") < names.index("ChannelScaling")

    @pytest.mark.parametrize("wrong", ["gravity", [GravityRotation(), 3], GravityRotation])
    def test_says_what_an_augmentation_is(self, har, wrong):
        with pytest.raises((TypeError, ValueError), match="augmentation"):
            LSTMClassifier(augmentation=wrong, epochs=1).fit(har.data, har.target)

    def test_refuses_windows_that_it_cannot_read(self, har):
        with pytest.raises(ValueError, match=r"GravityRotation\(layout='auto'\)"):
            LSTMClassifier(augmentation=GravityRotation()).fit(har.data[..., :2], har.target)
