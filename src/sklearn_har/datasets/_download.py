"""Downloading one remote file: retries, a part-file, its length and its SHA-256.

The transfer is written on `urllib` rather than handed to `sklearn.datasets.fetch_file` or to pooch:
the former can set neither user agent nor timeout (a stalled server blocks for ever) and retries a
404 as patiently as a 503; the latter adds two dependencies and leaves `Retry-After`, the pause
between attempts and the fall-back address to its caller.
"""

from __future__ import annotations

import contextlib
import email.utils
import hashlib
import http.client
import socket
import ssl
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sklearn_har._version import __version__
from sklearn_har.datasets import _connection
from sklearn_har.datasets._archives import looks_like_html
from sklearn_har.datasets._cache import STRAY_PREFIX, folder_error
from sklearn_har.datasets._connection import StalledError, open_url
from sklearn_har.exceptions import DownloadError
from sklearn_har.utils._errors import one_line
from sklearn_har.utils._progress import ProgressLine

# In seconds: a server that asks for a longer pause is left for the next address.
LONGEST_PAUSE = 60.0

_CHUNK = 256 * 1024
_PROGRESS_PAUSE = 0.2
_RETRIED_STATUS = frozenset({408, 425, 429})


@dataclass(frozen=True)
class RemoteArchive:
    """An archive on a server: what it is called, where it is and what it must be."""

    name: str
    url: str
    sha256: str
    size: int


class _AttemptError(Exception):
    """One attempt failed; `pause` is what the server asks for, None where retrying is useless."""

    def __init__(self, reason: str, *, pause: float | None) -> None:
        super().__init__(reason)
        self.pause = pause


def download(
    remotes: Sequence[RemoteArchive], folder: Path, *, n_retries: int = 3, delay: float = 1.0
) -> Path:
    """Download the first of `remotes` that can be had into `folder`.

    Parameters
    ----------
    remotes : sequence of RemoteArchive
        The archives, in order of preference; any of them will do.
    folder : Path
        An existing folder. The file appears in it whole and verified, or not at all.
    n_retries : int, default=3
        How often an address is tried again after a failure that may pass.
    delay : float, default=1.0
        Seconds before the first retry; doubled for each further one.

    Returns
    -------
    path : Path
        The downloaded file, under a name of its own. It is the caller's to remove.

    Raises
    ------
    DownloadError
        If no address gave the right bytes.
    OSError
        If `folder` cannot be written to.
    """
    failures = []
    for remote in remotes:
        for attempt in range(n_retries + 1):
            try:
                return _attempt(remote, folder)
            except _AttemptError as failure:
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


def _attempt(remote: RemoteArchive, folder: Path) -> Path:
    """Transfer `remote` once, through a part-file that never outlives this call."""
    part = folder / f"{STRAY_PREFIX}{uuid.uuid4().hex}.part"
    target = part.with_suffix(".zip")
    try:
        with _response(remote) as response:
            _check_headers(remote, response)
            try:
                # Around the closing too, which writes what is still in the buffer.
                with part.open("xb") as file:
                    _receive(remote, response, file)
            except OSError as error:
                raise folder_error(folder, error) from error
        try:
            part.replace(target)
        except OSError as error:
            raise folder_error(folder, error) from error
    finally:
        part.unlink(missing_ok=True)
    return target


@contextlib.contextmanager
def _response(remote: RemoteArchive) -> Iterator[http.client.HTTPResponse]:
    request = urllib.request.Request(
        remote.url, headers={"User-Agent": f"sklearn-har/{__version__}", "Accept": "*/*"}
    )
    try:
        response = open_url(request)
    except urllib.error.HTTPError as error:
        with error:
            raise _status_failure(error) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        # ValueError: a redirection to something that is no address.
        raise _network_failure(error) from error
    with response:
        yield response


def _status_failure(error: urllib.error.HTTPError) -> _AttemptError:
    pause = None
    if error.code in _RETRIED_STATUS or error.code >= 500:
        pause = _retry_after(error.headers.get("Retry-After") if error.headers else None)
    return _AttemptError(f"HTTP {error.code} {error.reason}".rstrip(), pause=pause)


def _network_failure(error: Exception) -> _AttemptError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    # Without a network the name is unknown at once, and a certificate does not mend itself:
    # waiting for either only keeps the user from the message.
    # So does an address of another kind, a text.
    hopeless = isinstance(reason, (socket.gaierror, ssl.SSLCertVerificationError, ValueError, str))
    if isinstance(reason, StalledError):
        text = str(reason)
    elif isinstance(reason, TimeoutError):
        text = f"no answer for {_connection.TIMEOUT:g} s"
    else:
        text = (
            f"{type(reason).__name__}: {reason}" if isinstance(reason, Exception) else str(reason)
        )
    return _AttemptError(text, pause=None if hopeless else 0.0)


def _retry_after(value: str | None) -> float:
    """Read a Retry-After header, seconds or a date; 0 where it says nothing usable."""
    if value is None:
        return 0.0
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _check_headers(remote: RemoteArchive, response: http.client.HTTPResponse) -> None:
    if response.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        raise _AttemptError("a web page came in place of the archive", pause=None)
    length = response.headers.get("Content-Length", "").strip()
    if length.isdecimal() and int(length) != remote.size:
        raise _AttemptError(
            f"the server announces {int(length)} bytes, the archive has {remote.size}", pause=None
        )


def _receive(remote: RemoteArchive, response: http.client.HTTPResponse, file: BinaryIO) -> None:
    """Copy the body to `file`; raise unless it is `remote`, byte for byte.

    An OSError is one of the file.
    """
    digest = hashlib.sha256()
    received = 0
    with ProgressLine(pause=_PROGRESS_PAUSE) as progress:
        while True:
            try:
                # read1, because read waits for a full chunk however slowly the bytes drip.
                chunk = response.read1(_CHUNK)
            except (OSError, http.client.HTTPException, ValueError) as error:
                # ValueError: a chunk length that is not a number.
                raise _AttemptError(
                    f"cut off after {received} of {remote.size} bytes ({one_line(error)})",
                    pause=0.0,
                ) from error
            if not chunk:
                break
            if received == 0 and looks_like_html(chunk):
                raise _AttemptError("a web page came in place of the archive", pause=None)
            received += len(chunk)
            if received > remote.size:
                raise _AttemptError(f"more than the {remote.size} bytes expected", pause=None)
            digest.update(chunk)
            file.write(chunk)
            progress.show(_progress(remote, received), last=received == remote.size)
    file.flush()
    if received != remote.size:
        raise _AttemptError(f"cut off after {received} of {remote.size} bytes", pause=0.0)
    if digest.hexdigest() != remote.sha256:
        raise _AttemptError(
            f"SHA-256 is {digest.hexdigest()} where {remote.sha256} is expected", pause=None
        )


def _progress(remote: RemoteArchive, received: int) -> str:
    """Say how far a download is; how much comes first, for names that are longer than a line."""
    megabytes = f"{received / 1e6:.1f} of {remote.size / 1e6:.1f} MB"
    return f"Downloading {megabytes} ({100 * received // remote.size} %): {remote.name}"
