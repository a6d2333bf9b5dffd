"""What the subcommands share."""

import os

import pytest

# What libraries print at their start depends on the machine, so it is written by the test itself.
from sklearn_har.cli._common import quiet_start


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
