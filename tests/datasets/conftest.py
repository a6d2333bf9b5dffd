"""What the tests of data sets share: a tiny data set, and a server that misbehaves on request."""

import time
from types import SimpleNamespace

import pytest

from faulty_server import Answer, Server

# Patched: the pauses of the download, and the table of the windows of each published recording.
from sklearn_har.datasets import _download, _uci_har
from tiny_uci_har import DATASETS, RECORDINGS, TinyUciHar


@pytest.fixture(scope="session")
def tiny_files():
    return TinyUciHar()


@pytest.fixture
def tiny(tiny_files, monkeypatch):
    """Let `fetch_uci_har` fetch the tiny data set; nothing is served at its addresses."""
    dataset = tiny_files.dataset("http://127.0.0.1:9/outer.zip", "http://127.0.0.1:9/inner.zip")
    monkeypatch.setitem(DATASETS, "uci_har", dataset)
    monkeypatch.setattr(_uci_har, "WINDOWS_OF_RECORDINGS", RECORDINGS)
    return tiny_files


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data home that does not exist yet and is the default one."""
    path = tmp_path / "home"
    monkeypatch.setenv("SKLEARN_HAR_DATA", str(path))
    return path


@pytest.fixture
def pauses(monkeypatch):
    """Record the pauses between attempts instead of making them."""
    recorded = []
    clock = SimpleNamespace(sleep=recorded.append, monotonic=time.monotonic, time=time.time)
    monkeypatch.setattr(_download, "time", clock)
    return recorded


@pytest.fixture
def server(monkeypatch):
    """A server on the local machine; a path without answers is a 404."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    yield server
    server.close()


@pytest.fixture
def served(tiny, server, monkeypatch, pauses):
    """The tiny data set at `/outer.zip` and `/inner.zip` of the server; answers can be replaced."""
    server.answers["/outer.zip"] = [Answer(tiny.outer())]
    server.answers["/inner.zip"] = [Answer(tiny.zipped())]
    dataset = tiny.dataset(server.url("/outer.zip"), server.url("/inner.zip"))
    monkeypatch.setitem(DATASETS, "uci_har", dataset)
    return server
