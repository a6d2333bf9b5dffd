"""Scaling inside the network, and the learning rate over a training."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import LSTMClassifier
from sklearn_har.augmentation import GravityRotation
from sklearn_har.datasets import make_har_windows
from sklearn_har.preprocessing import ChannelwiseTransformer, CompandingTransformer

HAR = make_har_windows(n_subjects=2, n_windows_per_activity=6, random_state=0)
X, Y = HAR.data, HAR.target
TINY = LSTMClassifier(units=4, n_steps=4, epochs=2, random_state=0)


def scaling_layer(classifier):
    (layer,) = (lay for lay in classifier.model_.layers if hasattr(lay, "scaling"))
    return layer


def standardised(windows):
    return ChannelwiseTransformer(StandardScaler()).fit_transform(windows)


class TestScaling:
    @pytest.mark.parametrize(
        ("scaling", "expected"),
        [
            ("standard", standardised(X)),
            ("companding", standardised(CompandingTransformer().fit_transform(X))),
            (
                "both",
                np.concatenate(
                    [standardised(X), standardised(CompandingTransformer().fit_transform(X))], 2
                ),
            ),
        ],
    )
    def test_is_that_of_the_transformers(self, scaling, expected):
        layer = scaling_layer(clone(TINY).set_params(scaling=scaling).initialize(X, Y))
        np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(X)), expected, atol=2e-4)
        copy = type(layer).from_config(layer.get_config())
        assert copy.scaling == scaling

    def test_trains_as_a_pipeline_with_the_scaler_does(self):
        inside = clone(TINY).set_params(scaling="standard").fit(X, Y)
        outside = make_pipeline(ChannelwiseTransformer(StandardScaler()), clone(TINY)).fit(X, Y)
        np.testing.assert_allclose(inside.predict_proba(X), outside.predict_proba(X), atol=1e-4)

    def test_statistics_are_not_trained_and_travel_with_the_model(self, tmp_path):
        skops_io = pytest.importorskip("skops.io", reason="skops is not installed")
        clf = clone(TINY).set_params(scaling="both", augmentation=GravityRotation()).fit(X, Y)
        layer = scaling_layer(clf)
        np.testing.assert_allclose(layer.mean.numpy(), X.mean(axis=(0, 1)), rtol=1e-5, atol=1e-6)
        assert not layer.trainable_variables
        data = skops_io.dumps(clf)
        unknown = skops_io.get_untrusted_types(data=data)
        assert all(name.startswith("sklearn_har.") for name in unknown), unknown
        loaded = skops_io.loads(data, trusted=unknown)
        np.testing.assert_array_equal(clf.predict_proba(X), loaded.predict_proba(X))
        # As a file of Keras, too, which knows nothing of this package but its layers.
        path = tmp_path / "network.keras"
        clf.model_.save(path)
        network = keras.saving.load_model(path)
        np.testing.assert_allclose(network.predict(X, verbose=0), clf.predict_proba(X), atol=1e-6)

    def test_stays_as_it_was_when_training_goes_on(self):
        clf = clone(TINY).set_params(scaling="standard").fit(X, Y)
        layer = scaling_layer(clf)
        before = layer.mean.numpy().copy()
        clf.partial_fit(X[:8] + 1, Y[:8])
        np.testing.assert_array_equal(layer.mean.numpy(), before)

    def test_a_constant_channel_does_no_harm(self):
        flat = X.copy()
        flat[..., 3] = 7.0
        for scaling in ("standard", "companding", "both"):
            clf = clone(TINY).set_params(scaling=scaling, epochs=1).fit(flat, Y)
            assert np.isfinite(clf.predict_proba(flat)).all()

    @pytest.mark.parametrize(
        "params", [{"scaling": "standard"}, {"pooling": "max"}], ids=["scaling", "pooling"]
    )
    def test_does_not_go_with_padding(self, params):
        with pytest.raises(ValueError, match=r"mask_value=0.0 needs scaling=None"):
            LSTMClassifier(mask_value=0.0, **params).fit(X, Y)


class Watch(keras.callbacks.Callback):
    """Notes the learning rate of each step."""

    def __init__(self, rates: list[float]) -> None:
        super().__init__()
        self.rates = rates

    def on_train_batch_end(self, batch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))


class TestSchedule:
    def test_rises_for_a_tenth_and_falls_along_a_cosine(self):
        rates: list[float] = []
        clf = clone(TINY).set_params(
            schedule="cosine",
            optimizer__learning_rate=0.01,
            epochs=10,
            batch_size=24,
            callbacks=[Watch(rates)],
        )
        clf.fit(X, Y)
        assert len(rates) == 30
        assert rates[:3] == pytest.approx([0.01 / 3, 0.02 / 3, 0.01], rel=1e-5)
        falling = 0.005 * (1 + np.cos(np.pi * np.arange(27) / 27))
        assert rates[3:] == pytest.approx(falling, rel=1e-4, abs=1e-7)
        # What follows starts from the peak, not from nothing.
        assert float(clf.model_.optimizer.learning_rate) == pytest.approx(0.01)

    def test_partial_fit_keeps_the_rate(self):
        rates: list[float] = []
        clf = clone(TINY).set_params(schedule="cosine", callbacks=[Watch(rates)])
        clf.partial_fit(X, Y)
        assert rates == pytest.approx([1e-3] * len(rates))

    def test_is_put_back_after_a_failure(self):
        class Stop(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                raise KeyboardInterrupt

        clf = clone(TINY).set_params(schedule="cosine", warm_start=True).fit(X, Y)
        clf.callbacks = [Stop()]
        with pytest.raises(KeyboardInterrupt):
            clf.fit(X, Y)
        assert float(clf.model_.optimizer.learning_rate) == pytest.approx(1e-3)

    def test_refuses_a_second_schedule(self):
        decay = keras.optimizers.schedules.CosineDecay(0.01, 100)
        clf = clone(TINY).set_params(schedule="cosine", optimizer=keras.optimizers.Adam(decay))
        with pytest.raises(ValueError, match="schedule='cosine' sets the learning rate"):
            clf.fit(X, Y)
