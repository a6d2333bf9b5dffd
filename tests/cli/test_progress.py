"""Progress inside one training, on a terminal."""

import re
import sys

import numpy as np
import pytest

from sklearn_har.cli import main


def test_one_line_is_kept_up_to_date_and_left_empty(capsys, monkeypatch, tmp_path):
    windows = np.random.default_rng(0).normal(size=(12, 8, 2))
    path = tmp_path / "windows.npz"
    np.savez(path, X=windows, y=np.arange(12) % 2, groups=np.arange(12) // 6)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    tiny = ["--set", "units=2", "dense_units=None", "--epochs", "2"]
    argv = [
        "tune",
        "--model",
        "lstm",
        "--windows",
        str(path),
        "--grid",
        "n_steps=2",
        "--folds",
        "2",
    ]
    assert main([*argv, *tiny]) == 0
    lines = capsys.readouterr().err.split("\n")
    for epoch in (1, 2):
        assert re.search(rf"\repoch {epoch}/2  accuracy \d\.\d{{3}}  loss \d\.\d{{3}} ", lines[0])
    # Empty, for the line of the setting.
    assert lines[0].split("\r")[-1].startswith("setting 1/1")


@pytest.mark.parametrize(
    ("terminal", "jobs", "shown"), [(True, [], True), (True, ["--jobs", "1"], True),
    (False, [], False), (True, ["--jobs", "2"], False)],
)  # fmt: skip
def test_a_terminal_and_one_training_at_a_time_get_it(small, monkeypatch, terminal, jobs, shown):
    seen = []
    monkeypatch.setattr(
        small.classifier, "initialize", lambda self, X, y: seen.append(self.callbacks) or 1 / 0
    )
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with pytest.raises(ZeroDivisionError):
        main(["evaluate", "--model", "lstm", *jobs])
    assert [callbacks is not None for callbacks in seen] == [shown]
