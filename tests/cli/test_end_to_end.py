"""The command line with a real network, data and process."""

import json
import os
import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("model", ["lstm", "cnn-lstm", "conv-lstm"])
def test_evaluate_on_simulated_windows(model, tmp_path):
    path = tmp_path / "figures.json"
    options = ("--repeats", "1", "--epochs", "1", "--scaling", "standard", "--json", str(path))
    environment = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    process = subprocess.run(
        [sys.executable, "-m", "sklearn_har", "evaluate", "--model", model, *options],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
    )
    assert process.returncode == 0, process.stderr
    # Nothing but the line of the repeat: the chatter of the libraries is turned off.
    assert len(process.stderr.splitlines()) == 1
    assert process.stderr.startswith(">#1: ")
    assert "Confusion matrix" in process.stdout
    assert max(map(len, process.stdout.splitlines())) <= 80
    published = {"lstm": 54_706, "cnn-lstm": 423_650, "conv-lstm": 249_026}
    content = json.loads(path.read_text())
    assert content["n_parameters"] == published[model]
    assert content["evaluation"]["mean"] > 1 / 6
    assert list(tmp_path.iterdir()) == [path]
