"""Whatever a server does, the outcome is the right data or an error that says what happened."""

import email.utils
import hashlib
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

import sklearn_har

# Limits of the download are patched: with the real ones some tests would take a minute. The name
# of a part-file and an archive without a published hash are seen by `download` only.
from sklearn_har.datasets import _cache, _download, fetch_uci_har
from sklearn_har.exceptions import DownloadError
from tiny_uci_har import DATASETS, Remote

HTML = b"<!doctype html><title>Sign in</title>" + b" " * 300


def assert_fetched(tiny, home, **params):
    bunch = fetch_uci_har(**params)
    np.testing.assert_array_equal(bunch.data, tiny.arrays["train"][0])
    assert names_below(home) == {"uci_har/sklearn-har-arrays.npz"}


def names_below(home):
    return {str(path.relative_to(home)) for path in home.glob("*/*")}


def assert_no_trace(home):
    assert not list(home.rglob("*.*"))
    assert names_below(home) == set()


def test_the_first_address_is_asked_once_and_told_who_asks(tiny, served, home, pauses):
    assert_fetched(tiny, home)
    assert served.paths == ["/outer.zip"]
    agent = served.requests[0][1]["User-Agent"]
    assert agent == f"sklearn-har/{sklearn_har.__version__}"
    assert pauses == []
    assert_fetched(tiny, home)
    assert len(served.requests) == 1


@pytest.mark.fault("403, 404, 410", "the other address gives the data")
@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_refusal_is_not_tried_again_and_the_second_address_is(tiny, served, home, pauses, status):
    served.answers["/outer.zip"] = [served.Answer(b"no", status)]
    assert_fetched(tiny, home)
    assert served.paths == ["/outer.zip", "/inner.zip"]
    assert pauses == []


@pytest.mark.fault("408, 429, 500, 502, 503, then fine", "right data after growing pauses")
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_passing_failure_is_tried_again_after_growing_pauses(tiny, served, home, pauses, status):
    broken = served.Answer(b"wait", status)
    served.answers["/outer.zip"] = [broken, broken, broken, *served.answers["/outer.zip"]]
    assert_fetched(tiny, home, n_retries=3, delay=0.5)
    assert served.paths == ["/outer.zip"] * 4
    assert pauses == [0.5, 1.0, 2.0]


def test_after_the_last_retry_the_second_address_is_asked(tiny, served, home, pauses):
    served.answers["/outer.zip"] = [served.Answer(b"broken", 500)]
    assert_fetched(tiny, home, n_retries=2)
    assert served.paths == ["/outer.zip"] * 3 + ["/inner.zip"]
    assert pauses == [1.0, 2.0]


def test_without_retries_each_address_is_asked_once(served, home, pauses):
    for path in ("/outer.zip", "/inner.zip"):
        served.answers[path] = [served.Answer(b"broken", 500)]
    with pytest.raises(DownloadError):
        fetch_uci_har(n_retries=0)
    assert served.paths == ["/outer.zip", "/inner.zip"]
    assert pauses == []


@pytest.mark.fault("429 and 503 with Retry-After (seconds, date, nonsense)", "heeded, right data")
def test_a_waiting_time_named_by_the_server_is_heeded(tiny, served, home, pauses):
    in_20_s = email.utils.formatdate(time.time() + 20, usegmt=True)
    served.answers["/outer.zip"] = [
        served.Answer(b"", 429, {"Retry-After": "7"}),
        served.Answer(b"", 503, {"Retry-After": in_20_s}),
        served.Answer(b"", 503, {"Retry-After": "soon"}),
        *served.answers["/outer.zip"],
    ]
    assert_fetched(tiny, home)
    assert pauses[0] == 7
    assert 17 < pauses[1] <= 20
    assert pauses[2] == 4


@pytest.mark.fault("429 with Retry-After of an hour", "the other address gives the data")
def test_a_server_that_asks_for_an_hour_is_left(tiny, served, home, pauses):
    served.answers["/outer.zip"] = [served.Answer(b"", 429, {"Retry-After": "3600"})]
    assert_fetched(tiny, home)
    assert served.paths == ["/outer.zip", "/inner.zip"]
    assert pauses == []


@pytest.mark.fault("redirection", "followed, right data")
def test_a_redirection_is_followed(tiny, served, home):
    served.answers["/new"] = served.answers["/outer.zip"]
    served.answers["/outer.zip"] = [served.Answer(b"", 301, {"Location": served.url("/new")})]
    assert_fetched(tiny, home)
    assert served.paths == ["/outer.zip", "/new"]


@pytest.mark.fault("redirection to itself or to nowhere", "the other address gives the data")
@pytest.mark.parametrize("location", ["/outer.zip", "file:///etc/passwd", "http://[", "nonsense:"])
def test_a_redirection_to_nowhere_is_given_up(tiny, served, home, location):
    served.answers["/outer.zip"] = [served.Answer(b"", 302, {"Location": location})]
    assert_fetched(tiny, home)
    assert served.paths[-1] == "/inner.zip"


@pytest.mark.fault("connection cut at every tenth of the body", "tried again, right data")
@pytest.mark.parametrize("tenth", range(10))
@pytest.mark.parametrize("announced", [True, False])
def test_a_connection_that_is_cut_is_tried_again(tiny, served, home, pauses, tenth, announced):
    body = tiny.outer()
    cut = served.Answer(body, cut=len(body) * tenth // 10)
    if not announced:
        cut.headers["Content-Length"] = None
    served.answers["/outer.zip"] = [cut, *served.answers["/outer.zip"]]
    assert_fetched(tiny, home)
    assert served.paths == ["/outer.zip"] * 2


@pytest.mark.fault("HTML in place of a zip", "error that says so, nothing left")
def test_a_web_page_in_place_of_the_archive_is_told(served, home, pauses):
    for path, content_type in (("/outer.zip", "text/html"), ("/inner.zip", "application/zip")):
        served.answers[path] = [
            served.Answer(HTML, headers={"Content-Type": content_type, "Content-Length": None})
        ]
    with pytest.raises(DownloadError) as e:
        fetch_uci_har()
    assert str(e.value).count(": a web page came in place of the archive") == 2
    assert pauses == []
    assert_no_trace(home)


@pytest.mark.fault("right length and wrong bytes", "error with both SHA-256, nothing left")
def test_wrong_bytes_of_the_right_length_are_refused(tiny, served, home, pauses):
    wrong = bytearray(tiny.outer())
    wrong[1000] ^= 1
    served.answers["/outer.zip"] = [served.Answer(bytes(wrong))]
    served.answers["/inner.zip"] = [served.Answer(b"", 404)]
    with pytest.raises(DownloadError, match=r"SHA-256 is [0-9a-f]{64} where [0-9a-f]{64} is exp"):
        fetch_uci_har()
    assert_no_trace(home)


@pytest.mark.fault("wrong length, announced or not", "error with both lengths, nothing left")
@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("change", [lambda body: body[:-1], lambda body: body + b"x"])
def test_a_body_of_another_length_is_refused(tiny, served, home, pauses, announced, change):
    for path, body in (("/outer.zip", tiny.outer()), ("/inner.zip", tiny.zipped())):
        answer = served.Answer(change(body))
        if not announced:
            answer.headers["Content-Length"] = None
        served.answers[path] = [answer]
    with pytest.raises(DownloadError, match="bytes"):
        fetch_uci_har(n_retries=1)
    assert_no_trace(home)


@pytest.mark.fault("body without end", "the other address gives the data")
def test_an_endless_body_is_left_when_it_is_too_long(tiny, served, home):
    endless = served.Answer(tiny.outer() + bytes(5_000_000), headers={"Content-Length": None})
    served.answers["/outer.zip"] = [endless]
    assert_fetched(tiny, home)


@pytest.mark.fault("stall beyond the timeout (before, within)", "the other address gives the data")
@pytest.mark.parametrize("stall", ["before", "within"])
def test_a_silent_server_is_left_after_the_timeout(tiny, served, home, monkeypatch, stall):
    monkeypatch.setattr(_download, "TIMEOUT", 0.2)
    body = tiny.outer()
    served.answers["/outer.zip"] = [served.Answer(body, cut=len(body) // 2, stall=stall)]
    start = time.monotonic()
    assert_fetched(tiny, home, n_retries=1)
    assert time.monotonic() - start < 5
    assert served.paths == ["/outer.zip"] * 2 + ["/inner.zip"]


@pytest.mark.fault("slow drip of the body", "error that says so, nothing left")
def test_a_server_that_drips_is_left(tiny, served, home, monkeypatch):
    monkeypatch.setattr(_download, "SLOWEST_PERIOD", 0.3)
    served.answers["/outer.zip"] = [served.Answer(tiny.outer(), drip=0.02)]
    served.answers["/inner.zip"] = [served.Answer(b"", 404)]
    with pytest.raises(DownloadError, match=r"stalled: \d+ bytes in the last 0.3 s"):
        fetch_uci_har(n_retries=0)
    assert_no_trace(home)


def test_a_slow_server_that_keeps_up_is_waited_for(tiny, served, home, monkeypatch):
    monkeypatch.setattr(_download, "SLOWEST_PERIOD", 1.0)
    monkeypatch.setattr(_download, "SLOWEST_BYTES", 3000)
    body = tiny.outer()
    served.answers["/outer.zip"] = [served.Answer(body, drip=0.06, piece=len(body) // 30)]
    assert_fetched(tiny, home)
    assert served.paths == ["/outer.zip"]


@pytest.mark.fault("nobody listens", "error with every way out, nothing left")
def test_nobody_listening_is_told_with_every_way_out(tiny, home, pauses):
    with pytest.raises(DownloadError) as e:
        fetch_uci_har(n_retries=1)
    message = str(e.value)
    for part in ("http://127.0.0.1:9/outer.zip", "http://127.0.0.1:9/inner.zip", "refused"):
        assert part in message
    assert str(home / "uci_har") in message
    assert "archive=" in message
    assert "data_home=" in message
    assert isinstance(e.value, OSError)
    assert_no_trace(home)


@pytest.mark.fault("unknown host", "error at once")
def test_an_unknown_host_is_told_at_once(tiny, home, pauses, monkeypatch):
    def no_network(*args, **kwargs):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(DownloadError, match="Temporary failure in name resolution"):
        fetch_uci_har()
    assert pauses == []


def test_an_interrupted_download_leaves_nothing(served, home, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    sha256 = hashlib.sha256
    download = SimpleNamespace(update=interrupt)
    monkeypatch.setattr(
        hashlib, "sha256", lambda *content: sha256(*content) if content else download
    )
    with pytest.raises(KeyboardInterrupt):
        fetch_uci_har()
    assert_no_trace(home)


@pytest.mark.fault("damaged cache and no server", "warning and error")
def test_a_damaged_cache_is_told_of_when_nothing_can_replace_it(tiny, served, home):
    fetch_uci_har()
    next(home.rglob("*.npz")).write_bytes(b"")
    for path in ("/outer.zip", "/inner.zip"):
        served.answers[path] = [served.Answer(b"", 404)]
    with (
        pytest.warns(UserWarning, match=r"arrays.npz' is damaged.*built again"),
        pytest.raises(DownloadError, match="HTTP 404"),
    ):
        fetch_uci_har()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress_is_shown_on_terminals_only(served, home, monkeypatch, capsys, is_terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal, raising=False)
    fetch_uci_har()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert ("Downloading" in captured.err and "100 %" in captured.err) is is_terminal
    assert ("Reading UCI HAR: file 1 of " in captured.err) is is_terminal
    assert bool(captured.err) is is_terminal
    # Nothing of it is left on the line.
    assert captured.err[-80:].strip() == ""


def test_progress_fits_into_a_terminal(tiny, served, home, monkeypatch, capsys):
    path = f"/{'long' * 30}.zip"
    served.answers[path] = [served.Answer(tiny.outer())]
    dataset = tiny.dataset(served.url(path), served.url("/inner.zip"))
    monkeypatch.setitem(DATASETS, "uci_har", dataset)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    fetch_uci_har()
    lines = capsys.readouterr().err.split("\r")
    assert max(map(len, lines)) == 79
    assert any(line.startswith("Downloading") and "longlong" in line for line in lines)


def test_the_file_has_a_name_of_its_own(tiny, served, tmp_path):
    remote = DATASETS["uci_har"].remotes[0]
    path = _download.download([remote], tmp_path)
    assert path.read_bytes() == tiny.outer()
    assert list(tmp_path.iterdir()) == [path]
    # What is swept up, if the caller is killed.
    assert path.name.startswith(_cache.STRAY_PREFIX)


def test_an_archive_without_a_published_sha_256_is_taken(tiny, served, tmp_path):
    # Its size is approximate; each of its files is verified later.
    remote = Remote(served.url("/outer.zip"), len(tiny.outer()) // 2, None)
    path = _download.download([remote], tmp_path)
    assert path.read_bytes() == tiny.outer()
    path.unlink()
    with pytest.raises(DownloadError, match=r"more than the \d+ bytes expected"):
        _download.download([Remote(remote.url, 100, None)], tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_imported_for_a_download_before_there_is_one():
    code = (
        "import sys, sklearn_har.datasets as d; assert 'pandas' not in sys.modules; "
        "d.fetch_uci_har; assert 'requests' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
