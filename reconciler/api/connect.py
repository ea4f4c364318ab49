"""Connections that know whether anything was sent, and that do not wait for ever.

What fails while a connection is made is raised as Unreachable, straight through `requests`: once
the libraries have wrapped it, a reset handshake looks like an answer that broke off, and a refused
certificate like a record that was garbled later.
"""

from __future__ import annotations

import ssl
import time
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)

from reconciler.api.errors import ApiError, Unreachable

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from _typeshed import WriteableBuffer


class _Hurried(RawIOBase):
    """Reads a socket until its time-out is over, which counts for all reads together."""

    def __init__(self, raw: RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._end = time.monotonic() + (sock.gettimeout() or 0.0)
        self.may_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        count = self._raw.readinto(buffer)
        if count == 0 and not self.may_end:
            raise ConnectionResetError
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(HTTPResponse):
    """An answer that must be whole within the time-out, even if it comes drop by drop.

    The library takes headers that break off for headers that are at their end.
    """

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._hurried = _Hurried(self.fp.detach(), sock)
        self.fp = BufferedReader(self._hurried)

    def begin(self) -> None:
        """Read the headers; only what follows may last until the connection ends."""
        super().begin()
        self._hurried.may_end = True


class PlainConnection(HTTPConnection):
    """A connection without TLS: to this machine, or to a proxy."""

    response_class = _Answer

    def connect(self) -> None:
        """Connect. Raises Unreachable."""
        _connect(super().connect, proxied=self.proxy is not None)


class TlsConnection(HTTPSConnection):
    """A connection with TLS."""

    response_class = _Answer

    def connect(self) -> None:
        """Connect, through the proxy if there is one, and shake hands. Raises Unreachable."""
        _connect(super().connect, proxied=self.proxy is not None)


def _connect(connect: Callable[[], None], *, proxied: bool) -> None:
    try:
        connect()
    except (OSError, HTTPError, HTTPException, ValueError) as error:
        trouble = _explain(error, proxied=proxied)
    else:
        return
    raise trouble  # outside the handler: the original would come along


def _explain(error: Exception, *, proxied: bool) -> Unreachable:
    match error:
        case ssl.SSLError():
            hint = "check --base-url and --ca-bundle"
            return Unreachable(ApiError(f"TLS failed: {_tls(error)}", hint))
        case _ if proxied:
            return Unreachable(
                ApiError("the proxy refused, or could not be reached", "check --proxy")
            )
        case NameResolutionError():
            return Unreachable("the name of the host is not known")
        case NewConnectionError(__cause__=OSError(strerror=str() as reason)):
            return Unreachable(f"could not connect: {reason}")
        case TimeoutError() | ConnectTimeoutError():
            return Unreachable("no connection within the time-out")
        case _:
            return Unreachable("the connection broke while it was being made")


def _tls(error: ssl.SSLError) -> str:
    """Give OpenSSL's own short reason; the rest of the text names the library's source."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".")
    return (error.reason or "no reason given").replace("_", " ").lower()
