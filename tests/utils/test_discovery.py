import subprocess
import sys

import pytest
from sklearn.base import BaseEstimator

from sklearn_har.utils.discovery import all_displays, all_estimators, all_functions

CLASSIFIERS = {"CNNLSTMClassifier", "ConvLSTMClassifier", "LSTMClassifier"}
TRANSFORMERS = {"ChannelwiseTransformer", "SubsequenceReshaper"}


def names(pairs):
    return [name for name, _ in pairs]


def test_all_estimators_finds_classifiers_and_transformers():
    estimators = all_estimators()
    assert set(names(estimators)) >= CLASSIFIERS | TRANSFORMERS
    assert all(issubclass(estimator, BaseEstimator) for _, estimator in estimators)


@pytest.mark.parametrize(
    ("type_filter", "expected", "excluded"),
    [
        ("classifier", CLASSIFIERS, TRANSFORMERS),
        ("transformer", TRANSFORMERS, CLASSIFIERS),
        (["classifier", "transformer"], CLASSIFIERS | TRANSFORMERS, set()),
        ([], set(), CLASSIFIERS | TRANSFORMERS),
    ],
)
def test_all_estimators_filters_by_kind(type_filter, expected, excluded):
    found = set(names(all_estimators(type_filter)))
    assert found >= expected
    assert not found & excluded


@pytest.mark.parametrize("type_filter", ["regressor", ["classifier", "clusterer"]])
def test_all_estimators_rejects_an_unknown_kind(type_filter):
    with pytest.raises(ValueError, match=r"type_filter must be one of \['classifier', 'transf"):
        all_estimators(type_filter)


def test_all_functions_finds_functions_of_every_subpackage():
    expected = {"fetch_uci_har", "make_har_windows", "repeated_evaluation", "segment_recording"}
    assert set(names(all_functions())) >= expected


def test_all_displays_returns_display_classes_only():
    assert all(name == display.__name__ and "Display" in name for name, display in all_displays())


@pytest.mark.parametrize("discover", [all_displays, all_estimators, all_functions])
def test_results_are_sorted_and_free_of_duplicates_and_private_names(discover):
    found = names(discover())
    assert found == sorted(set(found))
    assert not any(name.startswith("_") for name in found)


def test_importing_discovery_loads_no_heavy_library():
    code = (
        "import sys, sklearn_har.utils.discovery;"
        "print(sorted({'tensorflow', 'keras', 'sklearn'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
