"""Progress is for terminals, and leaves an empty line."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from sklearn_har.evaluation import repeated_evaluation

# Five commands and functions show this line; its pauses and ends are tried here once for all.
from sklearn_har.utils._progress import ProgressLine, is_watched, time_left


@pytest.fixture
def watch(monkeypatch):
    """A function that makes a terminal of the error stream, of which each phase has its own."""
    return lambda: monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


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


def test_a_line_takes_the_place_of_the_one_before(watch, capsys):
    watch()
    with ProgressLine() as progress:
        progress.show("a long line")
        progress.show("short")
        assert _screen(capsys.readouterr().err) == ["short"]
        progress.show("x" * 200)
        assert _screen(capsys.readouterr().err) == ["x" * 79]
    assert _screen("x" * 79 + capsys.readouterr().err) == [""]


def test_what_comes_too_soon_is_left_out_but_for_the_last(watch, capsys):
    watch()
    progress = ProgressLine(pause=60.0)
    progress.show("first")
    progress.show("too soon")
    assert _screen(capsys.readouterr().err) == ["first"]
    progress.show("the end", last=True)
    assert _screen(capsys.readouterr().err) == ["the end"]


def test_nothing_is_written_where_nobody_looks(capsys, watch):
    with ProgressLine() as progress:
        progress.show("something")
    watch()
    with ProgressLine(wanted=False) as progress:
        progress.show("something")
    with ProgressLine():  # and a line that nothing was written to needs no clearing
        pass
    assert capsys.readouterr() == ("", "")


def test_a_process_without_streams_is_not_watched(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)  # as of pythonw
    assert not is_watched()
    with ProgressLine() as progress:
        progress.show("something")


def test_an_error_leaves_its_message_a_line_of_its_own(watch, capsys):
    watch()

    def fail(progress):
        progress.show("something")
        raise KeyError

    with pytest.raises(KeyError), ProgressLine() as progress:
        fail(progress)
    assert _screen(capsys.readouterr().err) == [""]


def test_the_time_left_is_that_of_what_was_done(monkeypatch):
    monkeypatch.setattr(time, "monotonic", lambda: 130.0)
    assert time_left(100.0, 0, 4) == ""
    assert time_left(100.0, 3, 9) == ", 60 s left"
    assert time_left(100.0, 3, 3) == ", 0.0 s left"


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
