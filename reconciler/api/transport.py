"""One HTTP call, safely: no redirects, no .netrc, verified TLS, bounded time and size.

What it raises tells the caller the one thing that decides what may be done next: whether the server
may have acted on the request.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import requests
import urllib3
from requests.auth import HTTPDigestAuth

from reconciler import __version__
from reconciler.api.tls import SharedContextAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

    from requests.adapters import BaseAdapter

CONNECT_SECONDS = 5
MOST_BYTES = 10 * 1024 * 1024
_CHUNK = 64 * 1024


class Reply(NamedTuple):
    """A complete answer, whatever its status; headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Unreachable(Exception):  # noqa: N818 - the state of things, not a mistake
    """No connection came about, so the server has not seen the request."""


class Ambiguous(Exception):  # noqa: N818
    """The request was sent and no whole answer came: the server may have acted on it, or not."""


class ReadOnlyError(RuntimeError):
    """A write was attempted by a command that only reads: a mistake in this program."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the API: scheme, host and port; an API key; seconds for one request."""

    base_url: str
    public_key: str
    private_key: str = field(repr=False)
    timeout: float = 30
    ca_bundle: str | None = None
    proxy: str | None = None
    connections: int = 8
    trace: Callable[[str], None] | None = None
    """Is told verb, path, status and time of every request, and nothing else of it."""
    adapter: BaseAdapter | None = None
    """Stands in for the network, for an API in this process."""


class Transport:
    """A pool of connections to one API that all threads share.

    `writable` says whether this run may write at all; every verb but GET is refused otherwise,
    whoever asks.
    """

    def __init__(self, connection: Connection, *, writable: bool) -> None:
        """Prepare the session; nothing is sent yet."""
        self._base_url = connection.base_url.rstrip("/")
        self._timeout = connection.timeout
        self._writable = writable
        self._trace = connection.trace
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = HTTPDigestAuth(connection.public_key, connection.private_key)
        self._session.headers["User-Agent"] = f"atlas-reconciler/{__version__}"
        if connection.proxy:
            self._session.proxies = {"http": connection.proxy, "https": connection.proxy}
        adapter = connection.adapter or SharedContextAdapter(
            connection.ca_bundle, connection.connections
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send one request and read its whole answer; tries nothing twice.

        Raises Unreachable or Ambiguous, with a sentence that holds neither URL nor body.
        """
        if method != "GET" and not self._writable:
            raise ReadOnlyError(f"{method} in a run that only reads")
        started, said = time.monotonic(), ""
        trouble: Exception
        try:
            reply = self._exchange(method, path, params=params, headers=headers, data=body)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            trouble = _classify(error)
            said = str(trouble)
        else:
            said = str(reply.status)
            return reply
        finally:
            if self._trace:
                seconds = time.monotonic() - started
                self._trace(f"{method} {path} {said} {seconds:.3f} s")
        raise trouble  # outside the handler: the original quotes the URL and keeps the body

    def _exchange(self, method: str, path: str, **request: Any) -> Reply:
        deadline = time.monotonic() + self._timeout
        with self._session.request(
            method,
            self._base_url + path,
            timeout=(min(CONNECT_SECONDS, self._timeout), self._timeout),
            allow_redirects=False,
            stream=True,
            **request,
        ) as response:
            chunks, size = [], 0
            for chunk in response.iter_content(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > MOST_BYTES:
                    raise requests.exceptions.ContentDecodingError("larger than 10 MiB")
                if time.monotonic() > deadline:
                    raise requests.exceptions.ReadTimeout("the answer took too long")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, headers, b"".join(chunks))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()


def _classify(error: Exception) -> Exception:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Unreachable("no connection within the time-out")
    if isinstance(error, requests.exceptions.SSLError):
        return Unreachable(_tls_trouble(error))
    if isinstance(error, requests.exceptions.ProxyError):
        return Unreachable("the proxy refused or could not be reached")
    if isinstance(error, requests.exceptions.ConnectionError) and _never_connected(error):
        return Unreachable("could not connect")
    if isinstance(error, requests.exceptions.Timeout):
        return Ambiguous("no answer within the time-out")
    return Ambiguous("the connection broke before the answer was whole")


def _never_connected(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def _tls_trouble(error: Exception) -> str:
    """Keep the library's short reason and drop the URL that it quotes around it."""
    reason = re.search(r"certificate verify failed: [a-z' -]+", str(error))
    return f"TLS failed: {reason[0]}" if reason else "TLS failed"
