"""What the command line prints fits 80 columns, however long names and settings are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.utils import Bunch

import sklearn_har.datasets
from sklearn_har.cli import main
from sklearn_har.utils import saved_models

LONG = [f"walking slowly down a narrow staircase with bag number {i} in a hand" for i in range(6)]


@pytest.fixture
def printed(capsys):
    """A function that runs a command and returns the lines of its output."""

    def run(*argv):
        assert main(list(argv)) == 0
        out = capsys.readouterr().out.splitlines()
        assert len(out) > 3
        return out

    return run


@pytest.fixture
def long_names(small, monkeypatch):
    def windows(*args, **options):
        return Bunch(**{**small.windows(*args, **options), "target_names": LONG})

    monkeypatch.setattr(sklearn_har.datasets, "make_har_windows", windows)
    return windows


def test_evaluate(long_names, printed):
    settings = ("--set", "units=123456789", "epochs=12", "verbose=0")
    lines = printed("evaluate", "--model", "lstm", "--repeats", "1", *settings)
    assert max(map(len, lines)) <= 80
    assert any("units=123456789" in line for line in lines)


def test_tune(long_names, printed):
    grid = (
        "--grid",
        "units=123456789,987654321",
        "epochs=25",
        "verbose=0",
        "scaling=none,standard",
    )
    lines = printed("tune", "--model", "lstm", "--folds", "2", *grid)
    assert max(map(len, lines)) <= 80
    # Settings that are wrapped lose nothing.
    assert " ".join(" ".join(lines).split()).count("units=987654321, verbose=0") >= 2


def test_fetch(long_names, printed, monkeypatch):
    def fetch(*, subset, archive, data_home):
        windows = long_names(2)
        return Bunch(**windows, split=np.resize(["train", "test"], len(windows.subject)))

    monkeypatch.setattr(sklearn_har.datasets, "fetch_uci_har", fetch)
    lines = printed("fetch", "uci-har", "--data-home", "home")
    assert max(len(line) for line in lines if not line.startswith("folder")) <= 80
    assert all(name in " ".join(" ".join(lines).split()) for name in LONG)


def test_predict(printed, monkeypatch, tmp_path):
    class Model:
        """Says another activity every few windows, of whatever it is shown."""

        classes_ = np.arange(6)
        n_timesteps_in_, n_channels_in_ = 128, 9

        def predict(self, X):
            return self.predict_proba(X).argmax(axis=1)

        def predict_proba(self, X):
            return np.eye(6)[np.arange(len(X)) // 5 % 6] * 0.94 + 0.01

    monkeypatch.setattr(saved_models, "load_model", lambda path: Model())
    monkeypatch.chdir(tmp_path)
    samples = pd.DataFrame(np.zeros((3000, 6)), columns=["ax", "ay", "az", "gx", "gy", "gz"])
    samples["ax"] = 1.0 + np.random.default_rng(0).normal(scale=0.01, size=3000)
    # Hours after the clock began, so that times have many digits.
    samples.insert(0, "time", 1e5 + np.arange(3000) / 50.0)
    samples.to_csv("log.csv", index=False)
    options = ("--names", *LONG, "--timeline", "all.csv", "--smoothing", "none")
    lines = printed("predict", "log.csv", "--model", "m.skops", *options)
    assert max(map(len, lines)) <= 80
    assert any(f"{LONG[0][:37]}... 100000.00" in line for line in lines)
    assert pd.read_csv("all.csv")["activity"].iloc[0] == LONG[0]
