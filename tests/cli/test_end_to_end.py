"""The command line with a real network, data and process."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
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


@pytest.mark.slow
def test_tune_and_predict_with_what_it_saved(tmp_path):
    pytest.importorskip("skops.io", reason="skops is not installed")
    rng = np.random.default_rng(0)
    y = np.tile(["rest", "walk"], 30)
    X = rng.normal(scale=0.2, size=(60, 50, 6)) + (y == "walk")[:, None, None]
    np.savez(tmp_path / "mine.npz", X=X, y=y, groups=np.repeat(np.arange(4), 15))
    # Two jobs, so that scores are sent from other processes.
    options = ("--windows", "mine.npz", "--folds", "2", "--epochs", "2", "--jobs", "2")
    grid = ("--grid", "units=3,6", "n_steps=5,7", "scaling=standard")
    files = ("--save", "best.skops", "--table", "table.csv")
    process = subprocess.run(
        [sys.executable, "-m", "sklearn_har", "tune", "--model", "lstm", *options, *grid, *files],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert process.returncode == 0, process.stderr
    # No progress without a terminal; TensorFlow greets in each worker.
    assert not any(line.startswith("fit ") for line in process.stderr.splitlines())
    out = process.stdout
    assert max(map(len, out.splitlines())) <= 80
    # 50 time steps are not cut into seven, which both folds of two settings find out.
    said = " ".join(out.split())
    assert said.count("n_steps must divide the number of time steps of a window") == 2
    with (tmp_path / "table.csv").open() as file:
        assert len(file.readlines()) == 3
    recording = np.column_stack([np.arange(500) / 50.0, rng.normal(scale=0.2, size=(500, 6))])
    header = "time,ax,ay,az,gx,gy,gz"
    np.savetxt(tmp_path / "new.csv", recording, delimiter=",", header=header, comments="")
    predict = ("predict", "new.csv", "--model", "best.skops", "--preset", "resample")
    process = subprocess.run(
        [sys.executable, "-m", "sklearn_har", *predict],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert process.returncode == 0, process.stderr
    assert "rest" in process.stdout


@pytest.mark.slow
def test_an_interrupted_search_shows_what_is_finished(tmp_path):
    process = subprocess.Popen(
        [
            *(sys.executable, "-u", "-m", "sklearn_har", "tune", "--model", "lstm", "--jobs", "2"),
            *("--grid", "units=2,3,4,5,6,7,8,9", "n_steps=4", "epochs=1,2,3,4,5,6,7,8"),
            *("--folds", "2", "--table", str(tmp_path / "table.csv")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    # Of 128 trainings of a second each some are finished by then, and not all.
    time.sleep(60)
    # As a terminal does: to the program and to its workers.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "sklearn-har: interrupted"
    assert "best        " in out
    with (tmp_path / "table.csv").open() as file:
        assert 2 <= len(file.readlines()) < 65
