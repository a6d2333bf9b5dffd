"""Progress is for terminals, and leaves an empty line."""

from __future__ import annotations

import itertools
import re
import sys
import time

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from sklearn_har.evaluation import repeated_evaluation
from sklearn_har.recordings import read_recordings


@pytest.fixture
def watch(monkeypatch):
    """A function that makes a terminal of the error stream, of which each phase has its own."""
    return lambda: monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still, with its time in a list."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def folder(tmp_path):
    """Five recordings."""
    for i in range(5):
        (tmp_path / f"s{i}.csv").write_text("time,x\n0.0,0.5\n0.02,0.7\n0.04,0.2\n")
    return tmp_path


def _screen(text):
    """What a terminal of 80 columns shows after `text`."""
    lines = [""]
    column = 0
    for letter in text:
        if letter == "\n":
            lines.append("")
            column = 0
        elif letter == "\r":
            column = 0
        else:
            lines[-1] = lines[-1][:column].ljust(column) + letter + lines[-1][column + 1 :]
            column += 1
    return [line.rstrip() for line in lines]


def test_a_line_takes_the_place_of_the_one_before(watch, capsys, folder, monkeypatch):
    watch()
    ticks = itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: next(ticks))
    read_recordings(folder, "{subject}.csv", time="time")
    err = capsys.readouterr().err
    lines = [f"Reading recordings: {i} of 5" for i in range(5)]
    assert [line for line in lines if line in err] == lines
    assert _screen(err) == [""]
    for line in lines:
        assert _screen(err[: err.rindex(line) + len(line)]) == [line]


def test_what_comes_too_soon_is_left_out(watch, clock, capsys, folder):
    watch()
    read_recordings(folder, "{subject}.csv", time="time")
    err = capsys.readouterr().err
    assert "0 of 5" in err
    assert "1 of 5" not in err
    assert _screen(err) == [""]


def test_nothing_is_written_where_nobody_looks(capsys, folder):
    read_recordings(folder, "{subject}.csv", time="time")
    assert capsys.readouterr() == ("", "")


def test_a_process_without_streams_is_not_watched(monkeypatch, folder):
    monkeypatch.setattr(sys, "stderr", None)  # as of pythonw
    assert len(read_recordings(folder, "{subject}.csv", time="time")) == 5


def test_an_error_leaves_its_message_a_line_of_its_own(watch, capsys, folder):
    watch()
    (folder / "s3.csv").write_text("time,x\n0.0,a\n0.02,b\n")
    with pytest.raises(ValueError, match=r"s3\.csv"):
        read_recordings(folder, "{subject}.csv", time="time")
    assert _screen(capsys.readouterr().err) == [""]


def test_the_time_left_is_that_of_what_was_done(watch, clock, capsys):
    class Slow(DummyClassifier):
        def fit(self, X, y):
            clock[0] += 10.0
            return super().fit(X, y)

    watch()
    X, y = np.zeros((8, 1)), np.arange(8) % 2
    repeated_evaluation(Slow(), X, y, cv=2, n_repeats=2, random_state=0, verbose=1)
    err = capsys.readouterr().err
    found = re.findall(r"training (\d/4)(?:, (\d+ s) left)?", err)
    assert list(dict.fromkeys(found)) == [
        ("1/4", ""),
        ("2/4", "30 s"),
        ("3/4", "20 s"),
        ("4/4", "10 s"),
    ]


@pytest.mark.parametrize("verbose", [0, 1])
def test_a_repeated_evaluation_says_how_far_it_is(watch, capsys, verbose):
    watch()
    X, y = np.zeros((8, 1)), np.arange(8) % 2
    repeated_evaluation(DummyClassifier(), X, y, cv=2, n_repeats=2, random_state=0, verbose=verbose)
    out, err = capsys.readouterr()
    assert out == ""
    for done in range(1, 5):
        assert (f"\rtraining {done}/4" in err) is bool(verbose)
    assert ("training 4/4, 0.0 s left" in err) is bool(verbose)
    # What remains are the lines of the repeats, which are there without a terminal too.
    expected = [">#1: 50.000", ">#2: 50.000", ""] if verbose else [""]
    assert _screen(err) == expected
