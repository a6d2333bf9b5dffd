"""skorch's tests of a classifier, on ours.

Those that look at the classifier from scikit-learn's side are skorch's own, run with our networks.
Those of skorch's `test_net.py` ask for tensors, modules and devices of PyTorch; what they check of
parameters, copies, searches and callbacks is asked here in the words of Keras.
"""

import copy
import pickle
from typing import ClassVar

import keras
import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed: pip install '.[peers]'")
pytest.importorskip("skorch", reason="skorch is not installed: pip install '.[peers]'")

from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted
from skorch import NeuralNetClassifier
from skorch.tests import test_classifier as of_skorch
from torch import nn
from torch.optim import Adam

from tiny_networks import TINY, make_tiny

pytestmark = pytest.mark.slow

# What of skorch's tests of its classifier does not ask for PyTorch.
SHARED = (
    "test_clone",
    "test_predict_and_predict_proba",
    "test_score",
    "test_high_learning_rate",
    "test_binary_classes_set_by_default",
    "test_non_binary_classes_set_by_default",
    "test_classes_with_gaps",
    "test_with_calibrated_classifier_cv",
)
# The others, and why they are not run.
OF_PYTORCH = {
    "test_takes_log_with_nllloss": "a loss of PyTorch",
    "test_takes_no_log_without_nllloss": "a loss of PyTorch",
    "test_classes_data_torch_tensor": "X and y are tensors of PyTorch",
    "test_classes_are_set_with_tensordataset_explicit_y": "X is a data set of PyTorch",
    "test_classes_are_set_with_tensordataset_implicit_y": "X is a data set of PyTorch",
    "test_pass_classes_explicitly_overrides": "a parameter `classes`, here of partial_fit",
    "test_pass_empty_classes_raises": "a parameter `classes`, here of partial_fit",
    "test_error_when_classes_could_not_be_inferred": "fit without y, which scikit-learn forbids",
}


@pytest.fixture(scope="module")
def data():
    X, y = make_classification(200, 20, n_informative=10, random_state=0)
    return X.astype(np.float32), y


@pytest.fixture(scope="module", params=TINY, ids=lambda cls: cls.__name__)
def network(request):
    return request.param


class _History(dict):
    """The history of Keras, asked as that of skorch is: `history[:, "train_loss"]`."""

    def __getitem__(self, key):
        return super().__getitem__({"train_loss": "loss"}[key[1]])


@pytest.fixture(scope="module")
def net_cls(network):
    """Return a class that makes our classifiers from the names of skorch's parameters."""

    class Net(network):
        @property
        def history(self):
            return _History(self.history_)

    def make(module, max_epochs=10, lr=0.01, optimizer="adam"):
        assert optimizer in ("adam", Adam)
        # skorch trains for no epoch where a test looks at the classes alone. Keras takes a rate of
        # 2 as a float only.
        params = {"epochs": max(1, max_epochs), "optimizer__learning_rate": float(lr)}
        return Net(**{**TINY[network], **params})

    return make


@pytest.fixture(scope="module")
def module_cls():
    """Nothing: the network is a part of the classifier here."""


@pytest.fixture(scope="module")
def net_fit(net_cls, data):
    return net_cls(None).fit(*data)


class TestClassifierOfSkorch:
    """Has the tests named in `SHARED`."""


for _name in SHARED:
    setattr(TestClassifierOfSkorch, _name, vars(of_skorch.TestNeuralNet)[_name])


def test_no_test_of_skorch_is_forgotten():
    names = {name for name in vars(of_skorch.TestNeuralNet) if name.startswith("test_")}
    assert names == set(SHARED) | set(OF_PYTORCH)


class TestCopies:
    @pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
    def test_training_goes_on(self, network, data, copied):
        first = make_tiny(network).partial_fit(*data)
        second = copied(first)
        for one, other in zip(first.model_.get_weights(), second.model_.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
        second.partial_fit(*data).partial_fit(*data)
        changed = [
            np.any(one != other)
            for one, other in zip(
                first.model_.get_weights(), second.model_.get_weights(), strict=True
            )
        ]
        assert any(changed)
        assert len(set(second.history_["loss"])) == 3
        assert len(first.history_["loss"]) == 1

    def test_a_clone_is_untrained_and_keeps_the_parameters(self, network, data):
        params = {"dense_units": 7, "optimizer__learning_rate": 0.2, "batch_size": 123}
        net = make_tiny(network, **params).fit(*data)
        cloned = clone(net)
        assert {name: cloned.get_params()[name] for name in params} == params
        assert not hasattr(cloned, "history_")
        with pytest.raises(NotFittedError):
            check_is_fitted(cloned)

    def test_an_untrained_network_is_pickled(self, network, data):
        net = pickle.loads(pickle.dumps(make_tiny(network, dense_units=7)))
        assert net.fit(*data).dense_units == 7


class TestParameters:
    def test_parameters_set_after_fit_reach_the_next_fit(self, network, data):
        net = make_tiny(network, dense_units=5).fit(*data)
        units = [
            layer.units for layer in net.model_.layers if isinstance(layer, keras.layers.Dense)
        ]
        net.set_params(dense_units=9, optimizer__learning_rate=0.2).fit(*data)
        others = [
            layer.units for layer in net.model_.layers if isinstance(layer, keras.layers.Dense)
        ]
        assert (units, others) == ([5, 2], [9, 2])
        assert float(net.model_.optimizer.learning_rate) == pytest.approx(0.2)

    def test_a_misspelt_parameter_is_named(self, network):
        with pytest.raises(ValueError, match="invalid_parameter_xyz"):
            make_tiny(network).set_params(invalid_parameter_xyz=42)

    def test_a_missing_underscore_is_named(self, network):
        with pytest.raises((TypeError, ValueError), match="optimizer_learning_rate"):
            make_tiny(network, optimizer_learning_rate=0.1)

    def test_nothing_learnt_is_a_parameter(self, network, data):
        before = set(make_tiny(network).get_params())
        after = set(make_tiny(network).fit(*data).get_params())
        assert before == after
        assert not [name for name in after if name.endswith("_") or name.startswith("_")]

    def test_repr_of_an_untrained_and_of_a_trained_network(self, network, data):
        net = make_tiny(network, dense_units=7)
        assert "dense_units=7" in repr(net)
        assert repr(net.fit(*data)) == repr(net)


class TestTraining:
    def test_a_second_fit_starts_anew(self, network, data):
        net = make_tiny(network, random_state=None).fit(*data)
        before = net.model_.get_weights()
        assert len(net.fit(*data).history_["loss"]) == 2
        pairs = zip(before, net.model_.get_weights(), strict=True)
        assert any(np.any(one != other) for one, other in pairs)

    def test_warm_start_goes_on(self, network, data):
        net = make_tiny(network, warm_start=True).fit(*data)
        first = net.history_["loss"].copy()
        assert net.fit(*data).history_["loss"][:2] == first
        assert net.n_iter_ == 4

    def test_partial_fit_is_the_first_call(self, network, data):
        assert make_tiny(network, warm_start=True).partial_fit(*data).n_iter_ == 1

    @pytest.mark.parametrize("method", ["predict", "predict_proba", "score"])
    def test_not_fitted(self, network, data, method):
        arguments = data if method == "score" else data[:1]
        with pytest.raises(NotFittedError):
            getattr(make_tiny(network), method)(*arguments)

    def test_callbacks_are_called(self, network, data):
        class Counter(keras.callbacks.Callback):
            called: ClassVar = []

            def on_train_begin(self, logs=None):
                self.called.append("train")

            def on_epoch_end(self, epoch, logs=None):
                self.called.append(epoch)

            def on_train_batch_end(self, batch, logs=None):
                self.called.append("batch")

        make_tiny(network, batch_size=100, callbacks=Counter).fit(*data)
        assert Counter.called == ["train", "batch", "batch", 0, "batch", "batch", 1]


class TestWithinScikitLearn:
    def test_pipeline(self, network, data):
        pipe = Pipeline([("scale", StandardScaler()), ("net", make_tiny(network))]).fit(*data)
        assert pipe.predict_proba(data[0]).shape == (200, 2)
        pipe.set_params(net__dense_units=20).fit(*data)
        assert pipe["net"].dense_units == 20

    def test_grid_search(self, network, data):
        grid = {"epochs": [1, 2], "optimizer__learning_rate": [0.01, 0.02]}
        search = GridSearchCV(make_tiny(network), grid, cv=2, error_score="raise").fit(*data)
        assert len(search.cv_results_["params"]) == 4
        assert 0 <= search.best_score_ <= 1

    def test_grid_search_by_ranking(self, network, data):
        search = GridSearchCV(
            make_tiny(network),
            {"optimizer__learning_rate": [1e-7, 0.02]},
            scoring="roc_auc",
            cv=2,
            error_score="raise",
        )
        assert search.fit(*data).best_params_ == {"optimizer__learning_rate": 0.02}

    def test_metadata_routing(self, network, data):
        weight = np.ones(len(data[1]))
        with config_context(enable_metadata_routing=True):
            net = make_tiny(network).set_fit_request(sample_weight=True)
            net = clone(net.set_score_request(sample_weight=True))
            scaler = StandardScaler().set_fit_request(sample_weight=False)
            pipe = Pipeline([("scale", scaler), ("net", net)])
            search = GridSearchCV(pipe, {"net__epochs": [1]}, cv=2, error_score="raise")
            assert search.fit(*data, sample_weight=weight).best_params_ == {"net__epochs": 1}

    def test_a_vote_with_a_network_of_skorch(self, network, data):
        module = nn.Sequential(nn.Linear(20, 2), nn.Softmax(dim=-1))
        theirs = NeuralNetClassifier(module, max_epochs=2, verbose=0)
        vote = VotingClassifier([("ours", make_tiny(network)), ("theirs", theirs)], voting="soft")
        vote.fit(*data)
        both = np.mean([net.predict_proba(data[0]) for net in vote.estimators_], axis=0)
        np.testing.assert_allclose(vote.predict_proba(data[0]), both, rtol=1e-5)
