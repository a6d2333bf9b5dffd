"""Servers that break the rules of HTTP and TLS, or keep them in bad faith."""

import shutil
import subprocess
import time

import numpy as np
import pytest

from faulty_server import Answer, Raw, Server

# Periods of the download are patched: with the real ones each test would take a minute.
from sklearn_har.datasets import _download, fetch_uci_har
from sklearn_har.exceptions import DownloadError
from tiny_uci_har import DATASETS

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: /inner.zip\r\n"


def assert_the_other_address_gives_the_data(tiny, served, home, **params):
    bunch = fetch_uci_har(**params)
    np.testing.assert_array_equal(bunch.data, tiny.arrays["train"][0])
    assert served.paths[-1] == "/inner.zip"
    assert {path.name for path in home.glob("*/*")} == {"sklearn-har-arrays.npz"}


@pytest.mark.fault("answer that is not HTTP", "the other address gives the data")
@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00\xff" * 500, id="noise"),
        pytest.param(b"220 mail.example.org ESMTP\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 abc OK\r\n\r\n", id="status is no number"),
        pytest.param(OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n", id="header too long"),
        pytest.param(OK + b"X: x\r\n" * 1000 + b"\r\n", id="too many headers"),
        pytest.param(OK + b"Content-Length: -5\r\n\r\n", id="negative length"),
        pytest.param(OK + b"Content-Length: many\r\n\r\nPK", id="length is no number"),
        pytest.param(CHUNKED + b"xyz\r\nPK", id="chunk length is no number"),
        pytest.param(CHUNKED + b"-5\r\nPK", id="negative chunk length"),
        pytest.param(CHUNKED + b"ffffffffffffffff\r\nPK", id="huge chunk"),
        pytest.param(CHUNKED + b"5\r\nPK", id="cut within a chunk"),
        pytest.param(CHUNKED + b"2\r\nPK\r\n0\r\n", id="cut before the trailer"),
    ],
)
def test_what_is_not_http_is_given_up(tiny, served, home, head):
    served.answers["/outer.zip"] = [Raw(head)]
    assert_the_other_address_gives_the_data(tiny, served, home, n_retries=1)


@pytest.mark.fault("slow drip (headers, chunks, trailers, redirection)", "the other address")
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        pytest.param(b"", b"H", id="status line"),
        pytest.param(OK, b"x", id="header"),
        pytest.param(CHUNKED, b"0", id="length of a chunk"),
        pytest.param(CHUNKED + b"0\r\n", b"X: x\r\n", id="trailers"),
        pytest.param(OK + b"\r\n", b"x", id="body"),
    ],
)
def test_a_drip_anywhere_is_given_up(tiny, served, home, monkeypatch, head, piece):
    monkeypatch.setattr(_download, "SLOWEST_PERIOD", 1.0)
    served.answers["/outer.zip"] = [Raw(head, piece, pause=0.02)]
    start = time.monotonic()
    assert_the_other_address_gives_the_data(tiny, served, home, n_retries=0)
    assert time.monotonic() - start < 10


@pytest.mark.fault("redirection with a page that never ends", "followed, right data")
@pytest.mark.parametrize("pause", [0.0, 0.02])
def test_the_page_of_a_redirection_is_not_read(tiny, served, home, pause):
    served.answers["/outer.zip"] = [Raw(MOVED + b"\r\n", b"x" * 10_000, pause=pause)]
    start = time.monotonic()
    # It leads to the inner archive, which is not what this address should give.
    assert_the_other_address_gives_the_data(tiny, served, home)
    assert served.paths == ["/outer.zip", "/inner.zip", "/inner.zip"]
    assert time.monotonic() - start < 10


@pytest.mark.fault("endless headers and trailers", "the other address gives the data")
@pytest.mark.parametrize("head", [OK, CHUNKED + b"0\r\n"], ids=["headers", "trailers"])
def test_endless_lines_are_given_up(tiny, served, home, monkeypatch, head):
    monkeypatch.setattr(_download, "SLOWEST_PERIOD", 1.0)
    served.answers["/outer.zip"] = [Raw(head, b"X: x\r\n" * 1000)]
    assert_the_other_address_gives_the_data(tiny, served, home, n_retries=0)


@pytest.mark.fault("redirection to another scheme", "the other address gives the data")
@pytest.mark.parametrize("location", ["ftp://127.0.0.1/x", "file:///etc/passwd", "data:,x"])
def test_a_redirection_to_another_scheme_is_not_followed(tiny, served, home, pauses, location):
    served.answers["/outer.zip"] = [Answer(b"", 302, {"Location": location})]
    assert_the_other_address_gives_the_data(tiny, served, home)
    assert served.paths == ["/outer.zip", "/inner.zip"]
    assert pauses == []


class TestCertificates:
    @pytest.fixture
    def secure(self, tiny, monkeypatch, tmp_path, pauses):
        """A function that serves the tiny data set by TLS with a certificate for a name."""
        if shutil.which("openssl") is None:
            pytest.skip("openssl, which makes certificates, is not installed")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        servers = []

        def start(name, *, trusted):
            path = tmp_path / "certificate.pem"
            command = (
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
                f"-subj /CN=test -addext subjectAltName={name} -keyout {path}.key -out {path}"
            )
            subprocess.run(command.split(), check=True, capture_output=True)
            if trusted:
                monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
            both = tmp_path / "both.pem"
            both.write_bytes((tmp_path / "certificate.pem.key").read_bytes() + path.read_bytes())
            server = Server(both)
            servers.append(server)
            server.answers["/outer.zip"] = [Answer(tiny.outer())]
            server.answers["/inner.zip"] = [Answer(tiny.zipped())]
            dataset = tiny.dataset(server.url("/outer.zip"), server.url("/inner.zip"))
            monkeypatch.setitem(DATASETS, "uci_har", dataset)
            return server

        yield start
        for server in servers:
            server.close()

    def test_a_right_certificate_is_accepted(self, secure, tiny, home):
        server = secure("IP:127.0.0.1", trusted=True)
        np.testing.assert_array_equal(fetch_uci_har().data, tiny.arrays["train"][0])
        assert server.paths == ["/outer.zip"]

    @pytest.mark.fault("wrong certificate", "refused at once, with the reason")
    @pytest.mark.parametrize(
        ("name", "trusted", "reason"),
        [
            ("IP:127.0.0.1", False, "self[- ]signed certificate"),
            ("DNS:example.org", True, "IP address mismatch"),
        ],
    )
    def test_a_wrong_one_is_refused_at_once(self, secure, home, pauses, name, trusted, reason):
        server = secure(name, trusted=trusted)
        with pytest.raises(DownloadError, match=rf"CERTIFICATE_VERIFY_FAILED.*{reason}.*CA_BUNDLE"):
            fetch_uci_har()
        assert server.paths == []
        assert pauses == []
        assert not home.joinpath("uci_har").exists()
