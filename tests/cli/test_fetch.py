"""``sklearn-har fetch``."""

import re

import numpy as np
import pytest
from sklearn.utils import Bunch

import sklearn_har.datasets
from sklearn_har.cli import main
from sklearn_har.exceptions import ArchiveError, DownloadError


def test_fetch_says_what_there_is_and_where(small, monkeypatch, capsys, tmp_path):
    calls = []

    def fetch(*, subset, archive, data_home):
        calls.append((subset, archive, data_home))
        windows = small.windows(5)
        windows.split = np.where(windows.subject > 3, "test", "train")
        return windows

    monkeypatch.setattr(sklearn_har.datasets, "fetch_uci_har", fetch)
    archive = tmp_path / "har.zip"
    home = tmp_path / "home"
    assert main(["fetch", "uci-har", "--archive", str(archive), "--data-home", str(home)]) == 0
    assert calls == [("all", archive, home)]
    out = capsys.readouterr().out
    assert "36 windows of 3 subjects" in out
    assert "24 windows of 2 subjects" in out
    assert str(home) in " ".join(out.split())


@pytest.mark.parametrize(
    "error",
    [
        DownloadError("could not download\nhttps://example.org"),
        ArchiveError("har.zip holds an HTML page"),
        PermissionError(13, "Permission denied", "/data"),
    ],
)
def test_failure_is_one_line_and_status_1(monkeypatch, capsys, error):
    def fetch(**_):
        raise error

    monkeypatch.setattr(sklearn_har.datasets, "fetch_uci_har", fetch)
    assert main(["fetch", "uci-har"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sklearn-har: error: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_fetch_counts_recordings(monkeypatch, capsys, tmp_path):
    calls = []

    def fetch(*, subset, archive, data_home):
        calls.append((subset, archive, data_home))
        return Bunch(
            recordings=[np.zeros((n, 6)) for n in (100, 20, 3)],
            subject=np.array([1, 1, 2]),
            split=np.array(["train", "train", "test"]),
            target_names=["walking", "stand_to_sit"],
            sampling_rate=50.0,
        )

    monkeypatch.setattr(sklearn_har.datasets, "fetch_hapt", fetch)
    assert main(["fetch", "hapt", "--data-home", str(tmp_path)]) == 0
    assert calls == [("all", None, tmp_path)]
    out = " ".join(capsys.readouterr().out.split())
    assert "train 2 recordings of 1 subjects, 120 samples at 50 Hz" in out
    assert "test 1 recordings of 1 subjects, 3 samples at 50 Hz" in out
    assert "walking, stand_to_sit" in out


def test_the_help_names_every_data_set(capsys):
    assert main(["fetch", "--help"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    fetchers = [name for name in sklearn_har.datasets.__all__ if name.startswith("fetch_")]
    for fetcher in fetchers:
        name = fetcher.removeprefix("fetch_").replace("_", "-")
        assert re.search(rf"{name}: \w+", out), name
