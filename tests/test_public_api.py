"""Public means: listed in `__all__`, documented in `docs/api`, found by discovery."""

import ast
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from sklearn.base import BaseEstimator

import sklearn_har
from sklearn_har import augmentation
from sklearn_har.utils.discovery import all_displays, all_estimators, all_functions

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"

# Public classes that are neither estimators nor displays, which discovery does not list.
RESULTS = {
    "RepeatedEvaluation": "what repeated_evaluation returns",
    "TimelineScores": "what timeline_scores returns",
    "RecordingEvaluation": "what evaluate_recordings returns",
    "Recording": "samples, times and interruptions in one",
    "FileReport": "what inspect_file returns",
    "LineReader": "reads a file that is still being written",
    "BodyFrame": "what estimate_body_frame returns",
    "Decision": "what StreamingRecognizer and ActivityRecognizer return about a window",
    "Windows": "what segment_recording and segment_recordings return",
    "WindowStream": "what Preparation.stream returns",
    **{
        name: "a value for the parameter augmentation of the classifiers"
        for name, item in vars(augmentation).items()
        if inspect.isclass(item) and issubclass(item, augmentation.Augmentation)
    },
    "StreamingRecognizer": "takes samples, and is never fitted",
    "ExportedClassifier": "is a file, and is never fitted",
    "ExportReport": "what to_onnx and to_litert return",
}


def public_modules():
    """Name the public modules from the files, independently of `discovery`."""
    for path in sorted((SOURCE / "sklearn_har").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        # The command line is reached by its console script, not by an import.
        if "cli" not in parts and not any(part.startswith("_") for part in parts):
            yield ".".join(parts)


def public_names():
    """Pair every public module with each public name that it lists, dunders aside."""
    for module in public_modules():
        for name in getattr(import_module(module), "__all__", ()):
            if not name.startswith("__"):
                yield module, name


def documented_names():
    """Read `(module, name)` from the `autosummary` blocks of `docs/api`."""
    for page in sorted((ROOT / "docs" / "api").glob("*.rst")):
        module = None
        in_summary = False
        for line in page.read_text(encoding="utf-8").splitlines():
            if match := re.match(r"\.\. currentmodule:: (\S+)", line):
                module = match[1]
            if re.match(r"\.\. autosummary::", line):
                in_summary = True
            elif in_summary and (match := re.fullmatch(r"\s+(\w[\w.]*)", line)):
                yield module, match[1]
            elif line and not line[0].isspace():
                in_summary = False


PUBLIC = list(public_names())
DOCUMENTED = list(documented_names())


def test_the_names_of_the_contract_are_public():
    expected = {
        "sklearn_har": {
            "ActivityRecognizer",
            "LSTMClassifier",
            "CNNLSTMClassifier",
            "ConvLSTMClassifier",
            "SubsequenceReshaper",
        },
        "sklearn_har.datasets": {
            "fetch_hapt",
            "fetch_motion_sense",
            "fetch_uci_har",
            "make_har_windows",
            "make_har_recordings",
            "get_data_home",
            "clear_data_home",
        },
        "sklearn_har.evaluation": {
            "repeated_evaluation",
            "RepeatedEvaluation",
            "expected_calibration_error",
            "risk_coverage_curve",
        },
        "sklearn_har.neural_network": {
            "LSTMClassifier",
            "CNNLSTMClassifier",
            "ConvLSTMClassifier",
        },
        "sklearn_har.preprocessing": {
            "SubsequenceReshaper",
            "ChannelwiseTransformer",
            "WindowReshaper",
        },
        "sklearn_har.recordings": {
            "FileReport",
            "LineReader",
            "Recording",
            "check_recordings",
            "inspect_file",
            "read_recording",
            "read_recordings",
        },
        "sklearn_har.segmentation": {
            "segment_recording",
            "segment_recordings",
            "Windows",
            "count_repetitions",
        },
        "sklearn_har.preparation": {
            "separate_gravity",
            "resample_recording",
            "merge_recordings",
            "remove_noise",
            "prepare_recording",
            "Preparation",
            "WindowStream",
            "check_preparation",
        },
        "sklearn_har.recognition": {
            "ActivityRecognizer",
            "StreamingRecognizer",
            "Decision",
            "recording_scorer",
        },
        "sklearn_har.timeline": {
            "make_timeline",
            "make_timelines",
            "revise_by_posture",
            "smooth_probabilities",
            "labels_to_timeline",
            "timeline_to_labels",
            "timeline_scores",
            "TimelineScores",
        },
        "sklearn_har.export": {"to_onnx", "to_litert", "ExportedClassifier", "ExportReport"},
        "sklearn_har.inspection": {
            "ActivityWindowsDisplay",
            "ChannelImportanceDisplay",
            "PredictionTimelineDisplay",
            "RecordingDisplay",
            "RepeatedEvaluationDisplay",
            "SearchResultsDisplay",
            "SubjectScoresDisplay",
            "TrainingHistoryDisplay",
            "search_table",
            "channel_importance",
        },
        "sklearn_har.model_selection": {"OptunaSearchCV"},
    }
    missing = {(module, name) for module, names in expected.items() for name in names}
    assert missing - set(PUBLIC) == set()


@pytest.mark.parametrize("module", list(public_modules()))
def test_all_of_a_module_names_what_it_defines(module):
    imported = import_module(module)
    defined = [
        name
        for name, item in vars(imported).items()
        if (inspect.isclass(item) or inspect.isfunction(item))
        and item.__module__ == module
        and not name.startswith("_")
    ]
    names = list(getattr(imported, "__all__", []))
    assert len(names) == len(set(names))
    assert all(hasattr(imported, name) for name in names)
    assert set(defined) <= set(names), "public by its name, but not listed in __all__"


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_public_name_is_documented(module, name):
    item = getattr(import_module(module), name)
    homes = [home for home, documented in DOCUMENTED if documented == name]
    assert len(homes) == 1, f"{name} must stand once in docs/api, found in {homes}"
    assert getattr(import_module(homes[0]), name) is item


@pytest.mark.parametrize(("module", "name"), DOCUMENTED)
def test_documented_name_is_public(module, name):
    assert (module, name) in PUBLIC


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_public_name_is_found_by_discovery(module, name):
    item = getattr(import_module(module), name)
    if inspect.isclass(item) and issubclass(item, Exception):
        assert module == "sklearn_har.exceptions"
    elif name in RESULTS:
        assert not issubclass(item, BaseEstimator)
    elif inspect.isclass(item) and issubclass(item, BaseEstimator):
        assert (name, item) in all_estimators()
    elif inspect.isclass(item):
        assert (name, item) in all_displays()
    else:
        assert (name, item) in all_functions()


@pytest.mark.parametrize("discover", [all_displays, all_estimators, all_functions])
def test_what_discovery_finds_is_public(discover):
    names = {name for _, name in PUBLIC}
    assert {name for name, _ in discover()} <= names


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        (["sklearn_har", "sklearn_har.exceptions"], {"tensorflow", "keras", "scikeras", "sklearn"}),
        (
            ["sklearn_har.export"],
            {"tensorflow", "keras", "scikeras", "sklearn", "pandas", "onnx", "onnxruntime"},
        ),
        (
            [
                "sklearn_har.datasets",
                "sklearn_har.inspection",
                "sklearn_har.model_selection",
                "sklearn_har.preparation",
                "sklearn_har.preprocessing",
                "sklearn_har.recordings",
                "sklearn_har.segmentation",
                "sklearn_har.recognition",
                "sklearn_har.timeline",
            ],
            {"tensorflow", "keras", "scikeras", "matplotlib", "optuna"},
        ),
    ],
)
def test_import_loads_neither_tensorflow_nor_keras(modules, heavy):
    code = (
        f"import sys, {', '.join(modules)}; dir(sklearn_har);"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(set(sklearn_har.__all__) - {"__version__"}))
def test_top_level_name_is_the_object_of_the_subpackage(name):
    item = getattr(sklearn_har, name)
    homes = [home for home, documented in DOCUMENTED if documented == name]
    assert [getattr(import_module(home), name) for home in homes] == [item]


def test_unknown_attribute_of_the_top_level_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'sklearn_har' has no attribute 'GRUClassifier'"):
        sklearn_har.GRUClassifier  # noqa: B018


def test_dir_lists_public_names_and_subpackages():
    listed = dir(sklearn_har)
    assert set(sklearn_har.__all__) <= set(listed)
    assert {"datasets", "evaluation", "neural_network", "preprocessing", "segmentation"} <= set(
        listed
    )


def test_subpackages_are_attributes_of_the_top_level():
    names = ["datasets", "evaluation", "exceptions", "preprocessing", "segmentation"]
    # In a new process, where nothing has imported them before.
    code = f"import sklearn_har; print(*[getattr(sklearn_har, name).__name__ for name in {names}])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [f"sklearn_har.{name}" for name in names]


# Imports of private modules that stay, (importing file, module) and the reason.
PRIVATE_IMPORTS = {
    ("cli/_tune.py", "model_selection._stepwise"): (
        "searches that keep their results on Ctrl-C: only the command line ends searches so"
    ),
    ("export/_reading.py", "neural_network._base"): (
        "export takes networks of this package only, whose base class is no public name"
    ),
    ("export/_portable.py", "neural_network._input_layers"): (
        "export gives these layers a form that converters know; users never construct them"
    ),
    ("export/_portable.py", "neural_network._layers"): "as above",
    ("cli/_data.py", "datasets._registry"): (
        "the registry is how the package finds data sets; users call their fetchers"
    ),
}


def private_imports():
    """Give the file and the module of each import from another package's private modules."""
    package = SOURCE / "sklearn_har"
    for path in sorted(package.rglob("*.py")):
        relative = path.relative_to(package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{relative} must import by absolute names"
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            for name in names:
                root, *parts = name.split(".")
                if root != "sklearn_har" or parts[:1] in ([], ["_version"]):
                    continue
                private = [i for i, part in enumerate(parts) if i and part.startswith("_")]
                if private and parts[0] not in {"utils", relative.parts[0]}:
                    yield relative.as_posix(), ".".join(parts[: private[0] + 1])


def test_no_package_imports_private_modules_of_another():
    found = set(private_imports())
    assert found == PRIVATE_IMPORTS.keys(), "remove what is no longer imported, and add no more"


def test_utils_import_nothing_of_other_packages_when_they_are_loaded():
    code = (
        "import sys, pkgutil, importlib, sklearn_har.utils as utils;"
        "[importlib.import_module(m.name)"
        " for m in pkgutil.iter_modules(utils.__path__, 'sklearn_har.utils.')];"
        "print(sorted({name.split('.')[1] for name in sys.modules"
        " if name.startswith('sklearn_har.')}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['_version', 'exceptions', 'utils']"
