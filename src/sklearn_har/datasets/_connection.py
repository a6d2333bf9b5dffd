"""Connections over HTTP that are given up when they are silent, slow or endless.

The timeout of `urllib` holds for each piece of an answer. A server that sends a byte now and then,
in the headers, in the length of a chunk or in the page of a redirection, would hold it for days.
"""

from __future__ import annotations

import http.client
import io
import time
import urllib.request
from typing import Any

__all__ = ["StalledError", "open_url"]

# In seconds: the longest silence of a connection.
TIMEOUT = 30.0
# A server that sends a byte now and then is never silent: less than this in a minute is a stall.
SLOWEST_PERIOD = 60.0
SLOWEST_BYTES = 64 * 1024
# In bytes, headers and chunk lengths included: several times the largest archive there is.
LONGEST_ANSWER = 1024**3


class StalledError(TimeoutError):
    """A server sends, but so slowly or so much that there is no use in waiting."""


class _PacedReader(io.RawIOBase):
    """The bytes of a socket, as long as they come fast enough and to an end."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self._total = 0
        self._start, self._bytes = time.monotonic(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        count: int | None = self._raw.readinto(buffer)
        self._total += count or 0
        if self._total > LONGEST_ANSWER:
            raise StalledError(f"no end after {self._total} bytes")
        if count and time.monotonic() - self._start > SLOWEST_PERIOD:
            if self._bytes + count < SLOWEST_BYTES:
                raise StalledError(
                    f"stalled: {self._bytes + count} bytes in the last {SLOWEST_PERIOD:g} s"
                )
            self._start, self._bytes = time.monotonic(), 0
        elif count:
            self._bytes += count
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # All that is read of an answer is read here, the status line as well.
        self.fp = io.BufferedReader(_PacedReader(self.fp.detach()))

    def read(self, amt: int | None = None) -> bytes:
        if 300 <= self.status < 400:
            # The page of a redirection, which urllib reads to its end. It may have none.
            return b""
        return super().read(amt)


class _Connection(http.client.HTTPConnection):
    response_class = _Response


class _SecureConnection(http.client.HTTPSConnection):
    response_class = _Response


class _Handler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, req)


class _SecureHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_SecureConnection, req)


def open_url(request: urllib.request.Request) -> http.client.HTTPResponse:
    """Open an address of http or https, by the proxies that the environment names.

    Parameters
    ----------
    request : urllib.request.Request
        The address and the headers.

    Returns
    -------
    response : http.client.HTTPResponse
        The answer; reading it raises a StalledError where it comes too slowly.

    Raises
    ------
    urllib.error.URLError
        If there is no connection, or if the status is an error.
    OSError, http.client.HTTPException, ValueError
        If the answer is not one of HTTP.
    """
    opener = urllib.request.OpenerDirector()
    # Not by build_opener, which follows redirections to FTP as well.
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        _Handler(),
        _SecureHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    response: http.client.HTTPResponse = opener.open(request, timeout=TIMEOUT)
    return response
