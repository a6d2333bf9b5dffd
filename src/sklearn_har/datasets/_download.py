"""Download one remote file with `requests`.

This adds what the library lacks. The `Retry` of urllib3 does not repeat a truncated answer, and
waits for hours if a server asks. The timeout of requests and pooch applies to each piece, so a slow
server could hold it for days. A truncated download starts again, because requests cannot resume.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import queue
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from sklearn_har._version import __version__
from sklearn_har.datasets._archives import looks_like_html
from sklearn_har.datasets._cache import STRAY_PREFIX, folder_error
from sklearn_har.datasets._registry import Remote
from sklearn_har.exceptions import DownloadError
from sklearn_har.utils._errors import one_line
from sklearn_har.utils._progress import ProgressLine

if TYPE_CHECKING:
    import requests

# In s: the longest silence of a connection, and the longest pause that a server may ask for.
TIMEOUT = 30.0
LONGEST_PAUSE = 60.0
# In s: a server that sends less than the minimum in this time has stalled.
SLOWEST_PERIOD = 60.0
SLOWEST_BYTES = 64 * 1024

_CHUNK = 256 * 1024
_LONGEST_REDIRECTION = 10
_RETRIED_STATUS = {408, 425, 429}


class _AttemptError(Exception):
    """One attempt failed; `pause` is the pause asked for, None if a retry is useless."""

    def __init__(self, reason: str, *, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


def download(
    remotes: Sequence[Remote], folder: Path, *, n_retries: int = 3, delay: float = 1.0
) -> Path:
    """Download the first available of `remotes`; return a new file in `folder`.

    It raises a DownloadError if no address gives the right bytes, and an OSError if `folder` is not
    writable. Neither leaves a file. The caller removes the returned file.
    """
    failures = []
    for remote in remotes:
        for attempt in range(n_retries + 1):
            path = folder / f"{STRAY_PREFIX}{uuid.uuid4().hex}.part"
            try:
                _attempt(remote, path)
                return path
            except BaseException as failure:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
                if not isinstance(failure, _AttemptError):
                    raise
                reason, asked = str(failure), failure.pause
            if asked is None or attempt == n_retries:
                break
            if asked > LONGEST_PAUSE:
                reason += f" (it asks to wait {asked:.0f} s)"
                break
            time.sleep(min(max(asked, delay * 2**attempt), LONGEST_PAUSE))
        tries = f" ({attempt + 1} attempts)" if attempt else ""
        failures.append(f"{remote.url}: {reason}{tries}")
    raise DownloadError("; ".join(failures))


def _attempt(remote: Remote, path: Path) -> None:
    """Transfer `remote` to `path`; raise an error unless it is the archive, byte for byte."""
    longest = remote.size if remote.sha256 else 10 * remote.size
    digest = hashlib.sha256()
    received = before = 0
    start = time.monotonic()
    with contextlib.closing(_chunks(remote)) as chunks, ProgressLine(pause=0.2) as progress:
        try:
            # This includes closing, which writes the rest of the buffer.
            with path.open("xb") as file:
                for chunk in chunks:
                    received += len(chunk)
                    if received > longest:
                        raise _AttemptError(f"more than the {longest} bytes expected")
                    if time.monotonic() - start > SLOWEST_PERIOD:
                        if received - before < SLOWEST_BYTES:
                            raise _stall(received - before)
                        start, before = time.monotonic(), received
                    digest.update(chunk)
                    file.write(chunk)
                    # The address comes last, because it may exceed a line.
                    share = f"{received / 1e6:.1f} of {remote.size / 1e6:.1f} MB "
                    share += f"({100 * received // remote.size} %)"
                    progress.show(
                        f"Downloading {share}: {remote.url}", last=received == remote.size
                    )
        except OSError as error:
            raise folder_error(path.parent, error) from error
    if remote.sha256 and received < remote.size:
        raise _AttemptError(f"cut off after {received} of {remote.size} bytes", pause=0.0)
    if remote.sha256 and digest.hexdigest() != remote.sha256:
        raise _AttemptError(f"SHA-256 is {digest.hexdigest()} where {remote.sha256} is expected")


def _chunks(remote: Remote) -> Generator[bytes, None, None]:
    """Yield the body of the answer as long as data arrives.

    A thread reads it, so that a server with endless headers blocks only the thread.
    """
    from urllib3.exceptions import HTTPError

    chunks: queue.SimpleQueue[bytes | BaseException] = queue.SimpleQueue()
    done = threading.Event()
    responses: list[requests.Response] = []

    def read() -> None:
        received = 0
        try:
            with _open_response(remote) as response:
                responses.append(response)
                chunk: bytes = b"."
                while chunk and not done.is_set():
                    # read1, because read waits for a full chunk however slowly the bytes arrive.
                    chunk = response.raw.read1(_CHUNK, decode_content=False)
                    if received == 0 and looks_like_html(chunk):
                        raise _AttemptError("a web page came in place of the archive")
                    received += len(chunk)
                    chunks.put(chunk)
        except (OSError, HTTPError, http.client.HTTPException, ValueError) as error:
            reason = f"cut off after {received} of {remote.size} bytes ({one_line(error)})"
            chunks.put(_AttemptError(reason, pause=0.0))
        except BaseException as error:
            chunks.put(error)

    threading.Thread(target=read, daemon=True).start()
    try:
        while chunk := chunks.get(timeout=SLOWEST_PERIOD):
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk
    except queue.Empty:
        raise _stall(0) from None
    finally:
        done.set()
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            for response in responses:
                response.raw.shutdown()


def _stall(n_bytes: int) -> _AttemptError:
    return _AttemptError(f"stalled: {n_bytes} bytes in the last {SLOWEST_PERIOD:g} s", pause=0.0)


@contextlib.contextmanager
def _open_response(remote: Remote) -> Iterator[requests.Response]:
    # Imported here: a fetcher with a cache needs neither.
    import requests
    from urllib3 import Retry
    from urllib3.exceptions import InvalidHeader

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> None:
            """Follow no redirection: requests would read its page, which may be endless."""

    url = remote.url
    with Session() as session:
        session.headers.update(
            {"User-Agent": f"sklearn-har/{__version__}", "Accept-Encoding": "identity"}
        )
        for _ in range(_LONGEST_REDIRECTION):
            try:
                response = session.get(url, stream=True, timeout=TIMEOUT)
                if not response.is_redirect:
                    break
                response.close()
                url = urljoin(url, response.headers["Location"])
            except (requests.RequestException, ValueError) as error:
                raise _network_failure(error) from error
        else:
            raise _AttemptError("the redirections have no end")
        with response:
            status = response.status_code
            if status != 200:
                pause = None
                if status in _RETRIED_STATUS or status >= 500:
                    try:
                        pause = Retry().get_retry_after(response.raw) or 0.0
                    except InvalidHeader:
                        pause = 0.0
                raise _AttemptError(f"HTTP {status} {response.reason}".rstrip(), pause=pause)
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if kind in ("text/html", "application/xhtml+xml"):
                raise _AttemptError("a web page came in place of the archive")
            length = response.headers.get("Content-Length", "")
            if remote.sha256 and length.isdecimal() and int(length) != remote.size:
                raise _AttemptError(
                    f"the server announces {int(length)} bytes, the archive has {remote.size}"
                )
            yield response


def _network_failure(error: Exception) -> _AttemptError:
    """Describe an error of requests or urllib3 by its cause."""
    cause: BaseException = error
    while inner := [
        value
        for value in (cause.__cause__, cause.__context__, *cause.args)
        if isinstance(value, Exception)
    ]:
        cause = inner[0]
    # Waiting does not help with an unknown host, a wrong certificate or an unsupported address.
    hopeless = isinstance(error, ValueError) or isinstance(
        cause, socket.gaierror | ssl.SSLCertVerificationError
    )
    if isinstance(cause, TimeoutError):
        reason = f"no answer for {TIMEOUT:g} s"
    else:
        reason = f"{type(cause).__name__}: {one_line(cause)}"
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason += " (REQUESTS_CA_BUNDLE may name the certificate of your proxy)"
    return _AttemptError(reason, pause=None if hopeless else 0.0)
