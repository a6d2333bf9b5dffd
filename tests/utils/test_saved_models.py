"""Saved models, loaded without running code of strangers."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

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
