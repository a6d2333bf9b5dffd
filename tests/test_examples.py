"""The examples run from beginning to end, as scripts that a user has downloaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").rglob("plot_*.py"))


def test_there_are_examples():
    assert EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(path, tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
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
