"""The recipes are the classes with other settings, and train on what their users have."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone, is_classifier

from sklearn_har import ActivityRecognizer, CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from sklearn_har.augmentation import GravityRotation
from sklearn_har.datasets import make_har_recordings, make_har_windows
from sklearn_har.preparation import Preparation
from sklearn_har.recipes import (
    make_best,
    make_best_in_frame,
    make_cnn_lstm,
    make_conv_lstm,
    make_fast,
    make_light_cnn_lstm,
    make_lstm,
)
from sklearn_har.utils.saved_models import load_model

MAKERS = {
    make_lstm: LSTMClassifier,
    make_cnn_lstm: CNNLSTMClassifier,
    make_light_cnn_lstm: CNNLSTMClassifier,
    make_conv_lstm: ConvLSTMClassifier,
}


@pytest.fixture(scope="module")
def har():
    return make_har_windows(n_subjects=2, n_windows_per_activity=6, random_state=0)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
class TestEachRecipe:
    def test_is_a_classifier_whose_settings_can_be_changed(self, make):
        clf = make(epochs=3, random_state=5)
        assert type(clf) is MAKERS[make]
        assert (clf.epochs, clf.random_state) == (3, 5)
        degrees = 8 if make is make_light_cnn_lstm else 15
        assert clf.augmentation == GravityRotation(degrees, required=False)
        assert make(augmentation=None).augmentation is None
        with pytest.raises(TypeError, match="did you mean 'epochs'"):
            make(epoch=3)

    def test_differs_from_the_published_defaults(self, make):
        published, ours = MAKERS[make]().get_params(), make().get_params()
        changed = {name for name in published if published[name] != ours[name]}
        assert {"scaling", "augmentation", "schedule", "pooling", "dense_units"} <= changed

    @pytest.mark.parametrize("channels", [np.r_[0:9], np.r_[0:3, 6:9], np.r_[0:3]])
    def test_trains_on_windows_of_9_6_and_3_channels(self, make, har, channels):
        X = har.data[..., channels]
        clf = make(epochs=1, min_updates=0, random_state=0).fit(X, har.target)
        probabilities = clf.predict_proba(X)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)

    def test_trains_on_windows_of_any_length(self, make, har):
        X = har.data[:, :45]
        clf = make(epochs=1, min_updates=0, random_state=0).fit(X, har.target)
        assert clf.predict_proba(X).shape == (len(X), 6)

    @pytest.mark.slow
    def test_learns_from_few_windows(self, make, har):
        X, y = har.data[::2, ::2], har.target[::2]
        clf = make(random_state=0).fit(X, y)
        assert clf.n_iter_ > clf.epochs
        assert clf.score(X, y) > 0.9

    def test_repeats_with_a_seed_and_can_go_on(self, make, har):
        clf = make(epochs=1, min_updates=0, random_state=0).fit(har.data, har.target)
        again = clone(clf).fit(har.data, har.target)
        np.testing.assert_array_equal(clf.predict_proba(har.data), again.predict_proba(har.data))
        assert clf.partial_fit(har.data[:12], har.target[:12]).n_iter_ == 2


@pytest.mark.parametrize(
    ("channels", "said"),
    [
        (np.r_[0], r"got windows of 1 channel\(s\)"),
        (np.r_[0:2], r"got windows of 2 channel\(s\)"),
        (np.r_[3:6], "hold none"),
        (np.r_[3:9], r"hold none\. Name the channels, .*layout=\('body_gyro',\)"),
    ],
    ids=["one", "two", "no gravity", "no gravity, with a gyroscope"],
)
def test_an_augmentation_that_does_not_fit_is_left_out_with_a_word(har, channels, said):
    X = har.data[..., channels]
    recipe = make_lstm(epochs=1, min_updates=0, random_state=0)
    with pytest.warns(UserWarning, match=f"GravityRotation.* is left out: .*{said}") as warned:
        recipe.fit(X, har.target)
    assert [w.filename for w in warned] == [__file__]
    without = clone(recipe).set_params(augmentation=None).fit(X, har.target)
    np.testing.assert_array_equal(recipe.predict_proba(X), without.predict_proba(X))


class TestBest:
    def test_averages_the_probabilities_of_three_networks(self, har):
        best = make_best(epochs=1, random_state=0)
        best.set_params(**{f"{name}__min_updates": 0 for name, _ in best.estimators})
        best.fit(har.data, har.target)
        assert is_classifier(best)
        mean = np.mean([member.predict_proba(har.data) for member in best.estimators_], axis=0)
        np.testing.assert_allclose(best.predict_proba(har.data), mean)
        assert set(best.predict(har.data)) <= set(har.target)
        again = clone(best).fit(har.data, har.target)
        np.testing.assert_array_equal(best.predict_proba(har.data), again.predict_proba(har.data))

    def test_networks_start_from_different_seeds(self):
        def seeds(best):
            return [member.random_state for _, member in best.estimators]

        assert len(set(seeds(make_best(random_state=0)))) == 3
        assert seeds(make_best(random_state=0)) == seeds(make_best(random_state=0))
        assert seeds(make_best(random_state=0)) != seeds(make_best(random_state=1))
        assert seeds(make_best()) == [None] * 3


class TestInTheFrame:
    def test_fast_recognises_new_subjects(self):
        har = make_har_windows(n_subjects=6, n_windows_per_activity=6, random_state=0)
        known = har.subject < 5
        clf = make_fast(random_state=0).fit(har.data[known], har.target[known])
        assert clf.score(har.data[~known], har.target[~known]) > 0.9

    def test_fast_draws_its_classifiers_from_one_seed(self, har):
        first, same, other = (
            make_fast(random_state=seed).fit(har.data, har.target).predict_proba(har.data)
            for seed in (0, 0, 1)
        )
        np.testing.assert_array_equal(first, same)
        assert not np.array_equal(first, other)
        assert len({member.random_state for _, member in make_fast(random_state=0).estimators}) == 4

    def test_fast_tells_windows_without_a_frame_apart(self, har):
        known = np.arange(len(har.data)) % 2
        channel = np.broadcast_to(known[:, None, None], (*har.data.shape[:2], 1))
        told = np.concatenate([har.data, channel.astype(har.data.dtype)], axis=2)
        clf = make_fast(random_state=0).fit(told, har.target)
        assert all(len(member.estimator_.estimators_) == 2 for member in clf.estimators_)
        assert clf.score(told, har.target) == 1.0

    def test_a_recognizer_with_fast_is_saved(self, tmp_path):
        skops_io = pytest.importorskip("skops.io")
        recordings = make_har_recordings(n_subjects=3, random_state=0).recordings
        recognizer = ActivityRecognizer(make_fast(random_state=0), Preparation(frame="body"))
        skops_io.dump(recognizer.fit(recordings[:2]), tmp_path / "fast.skops")
        found = load_model(tmp_path / "fast.skops").predict(recordings[2:])[0]
        np.testing.assert_array_equal(found, recognizer.predict(recordings[2:])[0])

    def test_best_averages_the_network_and_fast(self, har):
        best = make_best_in_frame(epochs=1, random_state=0)
        best.set_params(light__min_updates=0)
        best.fit(har.data, har.target)
        mean = np.mean([member.predict_proba(har.data) for member in best.estimators_], axis=0)
        np.testing.assert_allclose(best.predict_proba(har.data), mean)
        assert list(best.named_estimators) == ["light", "fast"]
