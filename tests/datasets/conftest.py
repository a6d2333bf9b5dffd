"""A tiny data set in the layout of UCI HAR, and a local server that misbehaves on request.

The tiny data set takes the place of the real one's description only: what reads, checks, caches and
downloads it is the code that users run.
"""

import dataclasses
import hashlib
import io
import threading
import time
import zipfile
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import numpy as np
import pytest

from sklearn_har._names import ACTIVITY_NAMES, CHANNEL_NAMES
from sklearn_har.datasets import _download, _uci_har
from sklearn_har.datasets._archives import Member
from sklearn_har.datasets._download import RemoteArchive
from sklearn_har.datasets._uci_har_files import Partition

FOLDER = "UCI HAR Dataset"
TINY_PARTITIONS = {
    "train": Partition((2, 1, 1, 2, 1, 1), frozenset({1, 3})),
    "test": Partition((1, 1, 1, 1, 1, 1), frozenset({2, 4})),
}


class TinyUciHar:
    """Files of the tiny data set, what they were made from, and the forms that users have."""

    def __init__(self):
        rng = np.random.default_rng(0)
        labels = (f"{i} {name.upper()}\n" for i, name in enumerate(ACTIVITY_NAMES, start=1))
        self.files = {
            "README.txt": "Università\r\n".encode("latin-1"),
            "activity_labels.txt": "".join(labels).encode(),
        }
        self.arrays = {}
        for subset, partition in TINY_PARTITIONS.items():
            target = rng.permutation(np.repeat(np.arange(6), partition.class_counts))
            subject = np.resize(sorted(partition.subjects), len(target))
            data = np.round(rng.normal(size=(len(target), 128, 9)), 5)
            self.arrays[subset] = (data.astype(np.float32), target, subject)
            for name, column in (("y", target + 1), ("subject", subject)):
                content = "".join(f"{value}\n" for value in column)
                self.files[f"{subset}/{name}_{subset}.txt"] = content.encode()
            for i, channel in enumerate(CHANNEL_NAMES):
                lines = ("".join(f" {v:15.7e}" for v in row) + "\r\n" for row in data[:, :, i])
                path = f"{subset}/Inertial Signals/{channel}_{subset}.txt"
                self.files[path] = "".join(lines).encode()

    def members(self, files=None):
        return {
            name: Member(len(content), hashlib.sha256(content).hexdigest())
            for name, content in (files or self.files).items()
        }

    def zipped(self, files=None, *, folder=FOLDER, extra=(), compression=zipfile.ZIP_DEFLATED):
        """Return a zip file: the files below `folder`, then `extra` pairs of name and content."""
        buffer = io.BytesIO()
        files = self.files if files is None else files
        named = [(f"{folder}/{name}" if folder else name, c) for name, c in files.items()]
        with zipfile.ZipFile(buffer, "w") as z:
            for name, content in [*named, *extra]:
                # A ZipInfo has a fixed date: the bytes, and so their SHA-256, are always the same.
                info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
                z.writestr(info, content, compression)
        return buffer.getvalue()

    def outer(self, inner=None):
        """Return the inner zip file within another, as the repository publishes it."""
        inner = self.zipped() if inner is None else inner
        files = {f"{FOLDER}.zip": inner, f"{FOLDER}.names": b"Names"}
        return self.zipped(files, folder="", compression=zipfile.ZIP_STORED)

    def unpack(self, folder, files=None):
        for name, content in (self.files if files is None else files).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder

    def remotes(self, *urls):
        """Describe two addresses, of the outer and of the inner zip file."""
        return tuple(
            RemoteArchive(f"tiny {i}", url, hashlib.sha256(content).hexdigest(), len(content))
            for i, (url, content) in enumerate(
                zip(urls, (self.outer(), self.zipped()), strict=True)
            )
        )


@pytest.fixture(scope="session")
def tiny_files():
    return TinyUciHar()


@pytest.fixture
def tiny(tiny_files, monkeypatch):
    """Let `fetch_uci_har` fetch the tiny data set; nothing is served at its addresses."""
    dataset = dataclasses.replace(
        _uci_har.UCI_HAR,
        contents=dataclasses.replace(_uci_har.UCI_HAR.contents, members=tiny_files.members()),
        remotes=tiny_files.remotes("http://127.0.0.1:9/outer.zip", "http://127.0.0.1:9/inner.zip"),
        parse=partial(_uci_har.parse_uci_har, partitions=TINY_PARTITIONS),
    )
    monkeypatch.setattr(_uci_har, "UCI_HAR", dataset)
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


class Answer:
    """What the server does with one request."""

    def __init__(self, body=b"", status=200, headers=(), *, cut=None, stall=None, drip=None):
        self.body = body
        self.status = status
        self.headers = {"Content-Type": "application/zip", "Content-Length": str(len(body))}
        self.headers.update(headers)
        self.cut = len(body) if cut is None else cut
        self.stall = stall
        self.drip = drip


class Server:
    """Answers each path with the given answers in turn, the last one for ever."""

    Answer = Answer

    def __init__(self):
        self.answers = {}
        self.requests = []
        self._released = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.requests.append((self.path, dict(self.headers)))
                queue = server.answers.get(self.path, [Answer(status=404)])
                server.answer(self, queue.pop(0) if len(queue) > 1 else queue[0])

            def log_message(self, *args):
                pass

        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._httpd.daemon_threads = True
        self._thread = threading.Thread(
            target=self._httpd.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def answer(self, handler, answer):
        if answer.stall == "before":
            self._released.wait(10)
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            if value is not None:
                handler.send_header(name, value)
        handler.end_headers()
        try:
            if answer.drip:
                for i in range(answer.cut):
                    handler.wfile.write(answer.body[i : i + 1])
                    handler.wfile.flush()
                    if self._released.wait(answer.drip):
                        return
            else:
                handler.wfile.write(answer.body[: answer.cut])
                handler.wfile.flush()
        except OSError:
            return  # the client has seen enough
        if answer.stall == "within":
            self._released.wait(10)

    def url(self, path):
        return f"http://127.0.0.1:{self._httpd.server_port}{path}"

    @property
    def paths(self):
        return [path for path, _ in self.requests]

    def close(self):
        self._released.set()
        self._httpd.shutdown()
        self._thread.join()
        self._httpd.server_close()


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
    remotes = tiny.remotes(server.url("/outer.zip"), server.url("/inner.zip"))
    monkeypatch.setattr(_uci_har, "UCI_HAR", dataclasses.replace(_uci_har.UCI_HAR, remotes=remotes))
    return server
