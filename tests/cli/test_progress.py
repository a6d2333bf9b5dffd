"""Progress inside one training, on a terminal."""

import sys

import pytest

from sklearn_har.cli import main
from sklearn_har.cli._progress import EpochProgress


def test_one_line_is_kept_up_to_date_and_left_empty(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = EpochProgress()
    progress.set_params({"epochs": 3})
    progress.on_epoch_end(0, {"accuracy": 0.51234, "loss": 1.25})
    progress.on_epoch_end(1, {"accuracy": 0.75, "loss": 1.0})
    progress.on_train_end()
    out, err = capsys.readouterr()
    assert out == ""
    assert "\repoch 1/3  accuracy 0.512  loss 1.250" in err
    assert "\repoch 2/3  accuracy 0.750  loss 1.000" in err
    assert "\n" not in err
    assert err.endswith("\r" + " " * 79 + "\r")


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
    assert seen == [EpochProgress if shown else None]
