"""Saved models, loaded without running code of strangers."""

import io
import pickle
import re
from importlib import import_module
from zipfile import ZipFile

import numpy as np
import pytest
import sklearn
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_har import LSTMClassifier
from sklearn_har.augmentation import SensorNoise
from sklearn_har.datasets import clear_data_home
from sklearn_har.preprocessing import ChannelwiseTransformer, SubsequenceReshaper
from sklearn_har.utils.discovery import all_estimators, all_functions
from sklearn_har.utils.saved_models import load_model, trusted_types

skops_io = pytest.importorskip("skops.io", reason="skops is not installed")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skops"


def test_estimators_of_this_package_within_those_of_scikit_learn(path):
    pipeline = make_pipeline(ChannelwiseTransformer(StandardScaler()), SubsequenceReshaper(2))
    X = np.random.default_rng(0).normal(size=(5, 8, 3))
    skops_io.dump(pipeline.fit(X), path)
    for name in (path, str(path)):
        np.testing.assert_array_equal(load_model(name).transform(X), pipeline.transform(X))


def test_the_list_is_that_of_estimators_and_augmentations():
    types = trusted_types()
    assert types == sorted(set(types))
    for item in (SensorNoise, *(estimator for _, estimator in all_estimators())):
        assert f"{item.__module__}.{item.__qualname__}" in types
    assert not {f"{f.__module__}.{f.__qualname__}" for _, f in all_functions()} & set(types)


def test_the_list_is_all_that_skops_asks_for(path):
    skops_io.dump(make_pipeline(SubsequenceReshaper()), path)
    assert set(skops_io.get_untrusted_types(file=path)) <= set(trusted_types())
    assert skops_io.load(path, trusted=trusted_types())


@pytest.mark.parametrize("save", [pickle.dumps, skops_io.dumps], ids=["pickle", "skops"])
def test_files_name_no_private_module(save):
    X, y = np.random.default_rng(0).normal(size=(12, 8, 3)), np.arange(12) % 2
    clf = LSTMClassifier(units=2, augmentation=SensorNoise(), epochs=1).fit(X, y)
    saved = save(make_pipeline(ChannelwiseTransformer(StandardScaler()), clf))
    if save is skops_io.dumps:
        with ZipFile(io.BytesIO(saved)) as archive:
            saved = archive.read("schema.json")
    names = set(re.findall(rb"sklearn_har[\w.]*", saved))
    assert b"sklearn_har.neural_network" in names
    assert not [name for name in names if b"._" in name]


def test_names_of_older_files_are_trusted():
    assert "sklearn_har.neural_network._lstm.LSTMClassifier" in trusted_types()
    for name in trusted_types():
        module, _, cls = name.rpartition(".")
        assert isinstance(getattr(import_module(module), cls), type)


def test_requests_of_metadata_are_set_after_loading(path):
    with sklearn.config_context(enable_metadata_routing=True):
        # skops 0.16 saves no estimator of scikit-learn 1.9 that has some.
        skops_io.dump(LSTMClassifier(), path)
        clf = load_model(path).set_fit_request(groups=True)
        assert clf.get_metadata_routing().fit.requests["groups"] is True


# A function of ours that deletes files is no estimator of ours.
@pytest.mark.parametrize("function", [np.ravel, clear_data_home])
def test_other_types_are_refused_and_named(function, path):
    skops_io.dump(make_pipeline(FunctionTransformer(function)), path)
    with pytest.raises(ValueError, match=f"neither of .*{function.__name__}.*If you trust"):
        load_model(path)


def test_a_file_that_is_no_model(path):
    with pytest.raises(FileNotFoundError):
        load_model(path)
    path.write_text("not a zip file")
    with pytest.raises(ValueError, match=r"model\.skops: not a model saved by skops"):
        load_model(path)
