"""The examples run from beginning to end, as scripts that a user has downloaded.

The documentation runs them as well, when it is built. The quick tests read them only.
"""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sklearn_har
from sklearn_har import datasets

ROOT = Path(__file__).parent.parent / "examples"
EXAMPLES = sorted(ROOT.rglob("plot_*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in EXAMPLES]
# A sentence in a comment may name a fetcher too; a switch is a statement.
SWITCH = re.compile(r"^ *# (from sklearn_har\.datasets import fetch_\w+; .*)$", flags=re.MULTILINE)


def test_there_are_examples_of_every_step():
    # The folders are named as the subpackages; displays are drawn in many of them.
    assert {path.parent.name for path in EXAMPLES} >= {
        "augmentation",
        "evaluation",
        "export",
        "model_selection",
        "neural_network",
        "preprocessing",
        "recordings",
        "segmentation",
        "recognition",
        "timeline",
    }
    assert {path.parent.name for path in EXAMPLES} <= set(dir(sklearn_har))


@pytest.mark.parametrize("folder", sorted({path.parent for path in EXAMPLES}), ids=lambda p: p.name)
def test_folder_is_part_of_the_gallery(folder):
    header = (folder / "GALLERY_HEADER.rst").read_text(encoding="utf-8")
    title, underline = header.splitlines()[:2]
    assert underline == "-" * len(title)
    conf = (ROOT.parent / "docs" / "conf.py").read_text(encoding="utf-8")
    assert f'"{folder.name}",' in conf


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_example_can_be_read(path):
    text = path.read_text(encoding="utf-8")
    compile(text, str(path), "exec")
    title = ast.get_docstring(ast.parse(text)).splitlines()
    assert set(title[0]) == {"="}
    assert title[0] == title[2]
    assert len(title[0]) >= len(title[1])
    assert "plt.show()" in text


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_example_switches_to_real_data_by_one_line(path):
    text = path.read_text(encoding="utf-8")
    (line,) = SWITCH.findall(text)
    imported, assigned = ast.parse(line).body
    (fetcher,) = (name.name for name in imported.names)
    call = assigned.value
    assert call.func.id == fetcher
    assert fetcher in datasets.__all__
    parameters = getattr(datasets, fetcher).__kwdefaults__
    assert {keyword.arg for keyword in call.keywords} <= set(parameters)
    # It replaces the simulated data, under the same name.
    (name,) = (target.id for target in assigned.targets)
    before = text[: text.index(line)]
    assert re.search(rf"^{name} = make_har_\w+\(", before, flags=re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_example_runs(path, tmp_path):
    for module in ("matplotlib", "optuna", "onnxruntime", "ai_edge_litert", "skops"):
        if f"import {module}" in path.read_text(encoding="utf-8"):
            pytest.importorskip(module, reason=f"{module} is not installed")
    process = subprocess.run(
        # Warnings of TensorFlow's own modules are not ours to mend.
        [sys.executable, "-W", "error::UserWarning:__main__", str(path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout.strip()
    # An example leaves nothing behind.
    assert list(tmp_path.iterdir()) == []
