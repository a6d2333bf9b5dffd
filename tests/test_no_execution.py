"""The package calls nothing that executes what a file says."""

import ast
import builtins
from pathlib import Path

import pytest

import sklearn_har

SOURCE = Path(sklearn_har.__file__).parent
FORBIDDEN = {
    "builtins.__import__",
    "builtins.compile",
    "builtins.eval",
    "builtins.exec",
    "dill.load",
    "dill.loads",
    "extractall",
    "joblib.load",
    "load_model",
    "marshal.load",
    "marshal.loads",
    "os.popen",
    "os.system",
    "pickle.Unpickler",
    "pickle.load",
    "pickle.loads",
    "read_pickle",
    "shelve.open",
    "subprocess",
    "torch.load",
    "unpack_archive",
    "yaml.load",
}
# What is allowed, and why.
ALLOWED = {
    # npm, whose package for browsers is checked by its SHA-256.
    ("export/_web_runtime.py", "subprocess"),
    # A check that an estimator survives pickling; what it loads, it has just dumped.
    ("utils/estimator_checks.py", "pickle.loads"),
    # Ours, which loads by skops.
    ("cli/_models.py", "load_model"),
    ("cli/_predict.py", "load_model"),
    ("cli/_evaluate.py", "load_model"),
    ("cli/_export.py", "load_model"),
}


def called(node):
    """Give the names by which a call may be known: whole, and without its module."""
    name = ast.unparse(node.func)
    if isinstance(node.func, ast.Name) and name in dir(builtins):
        return {f"builtins.{name}"}
    return {name, name.rpartition(".")[2], name.partition(".")[0] if "." in name else name}


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


@pytest.fixture(scope="module")
def trees():
    paths = sorted(SOURCE.rglob("*.py"))
    assert len(paths) > 100
    return {
        path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in paths
    }


def test_nothing_that_executes_is_called(trees):
    found = {
        (path, name)
        for path, tree in trees.items()
        for node in calls(tree)
        for name in called(node) & FORBIDDEN
    }
    assert found == ALLOWED


def test_no_array_is_loaded_with_objects(trees):
    n_loads = 0
    for path, tree in trees.items():
        for node in calls(tree):
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert keywords.get("allow_pickle", "False") == "False", path
            if called(node) & {"np.load", "numpy.load", "read_array"}:
                n_loads += 1
                assert keywords.get("allow_pickle") == "False", path
    assert n_loads >= 2
