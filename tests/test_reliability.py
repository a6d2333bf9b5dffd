"""The page about reliability promises nothing that no test keeps."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "reliability.rst").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"``(tests/[\w/]+\.py(?:::\w+)*)``", PAGE)))


def names_of_tests(path):
    """Give the tests of a file, as pytest names them behind the path."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = (part for part in node.body if isinstance(part, ast.FunctionDef))
            found |= {f"{node.name}::{method.name}" for method in methods}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


def test_each_promise_names_a_test():
    rows = re.split(r"^   \* - ", PAGE, flags=re.MULTILINE)[1:]
    promises = [row for row in rows if not row.startswith("promise\n")]
    assert len(promises) > 10
    assert [row for row in promises if "``tests/" not in row] == []


@pytest.mark.parametrize("name", NAMED)
def test_the_tests_exist(name):
    path, _, test = name.partition("::")
    assert test in names_of_tests(ROOT / path)
