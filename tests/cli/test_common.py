"""What the subcommands share."""

import os
from pathlib import Path

import pytest

from sklearn_har.cli._common import UsageError, check_writable, quiet_start


def test_start_up_chatter_is_held_back(capfd, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    with quiet_start():
        os.write(2, b"chatter of a library\n")
        assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
    os.write(2, b"later\n")
    assert capfd.readouterr().err == "later\n"


def test_it_is_shown_if_the_start_fails(capfd, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")

    @quiet_start()
    def start():
        os.write(2, b"no such library\n")
        raise ImportError("tensorflow")

    with pytest.raises(ImportError, match="tensorflow"):
        start()
    assert capfd.readouterr().err == "no such library\n"
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


@pytest.mark.parametrize(
    ("has_it", "remedy"), [(True, "; to write to the screen, name /dev/stdout"), (False, "")]
)
def test_the_screen_is_named_where_it_is_a_file(monkeypatch, has_it, remedy):
    monkeypatch.setattr(Path, "exists", lambda path: has_it)
    with pytest.raises(UsageError) as error:
        check_writable(Path("-"))
    assert str(error.value) == f"- is the name of no file{remedy}"
