"""One HTTP call, safely: no redirects, no .netrc, verified TLS, bounded time and size.

What it raises tells the caller the one thing that decides what may be done next: whether the server
may have acted on the request.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urlsplit

from requests import exceptions as requests_errors
from urllib3 import Timeout
from urllib3.exceptions import HTTPError, LocationValueError
from urllib3.exceptions import TimeoutError as Urllib3TimeoutError

from reconciler.api import wire
from reconciler.api.credentials import ApiKey
from reconciler.api.errors import Ambiguous, ApiError, BadAnswer, Passing, Unreachable
from reconciler.api.http_session import Digest, Session, read
from reconciler.api.tls import SharedContextAdapter
from reconciler.core.problem import Failed, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

    from requests.adapters import BaseAdapter

    from reconciler.api.credentials import Credentials

CONNECT_SECONDS = 5
_COURTESY_SECONDS = 3.0
"""For what nobody waits for: that a token be given back."""
_ALWAYS = frozenset({("POST", wire.TOKEN), ("POST", wire.REVOKE)})
"""What a run that only reads may send besides GET: it changes nothing that users look after."""
_UNSENDABLE = (
    requests_errors.InvalidURL,
    requests_errors.InvalidSchema,
    requests_errors.MissingSchema,
    LocationValueError,
)
_BROKEN = (requests_errors.RequestException, HTTPError, HTTPException, OSError, ValueError)


class Reply(NamedTuple):
    """A complete answer, whatever its status; headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ReadOnlyError(RuntimeError):
    """A write was attempted by a command that only reads: a mistake in this program."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the API: scheme, host and port; credentials; seconds for one request."""

    base_url: str
    credentials: Credentials
    timeout: float = 30
    ca_bundle: str | None = None
    proxy: str | None = field(default=None, repr=False)
    connections: int = 8
    trace: Callable[[str], None] | None = None
    """Is told verb, path, status and time of every request, and nothing else of it."""
    adapter: BaseAdapter | None = None
    """Stands in for the network, for an API in this process."""


class Transport:
    """A pool of connections to one API that all threads share.

    `writable` says whether this run may write at all; every verb but GET is refused otherwise,
    whoever asks. Only a token may still be asked for and given back, at their two paths.

    An API key signs each request here. For a service account the headers have to: see `Bearer`.
    """

    signed: type[Credentials] = ApiKey

    def __init__(self, connection: Connection, *, writable: bool) -> None:
        """Prepare the session; nothing is sent yet.

        Raises Failed for a key that is no key, and for a CA bundle that cannot be used.
        """
        credentials = connection.credentials
        if not credentials.are_sendable:
            raise Failed(_unsendable(credentials))
        auth = Digest(*credentials.pair) if isinstance(credentials, ApiKey) else None
        adapter = connection.adapter or SharedContextAdapter(
            connection.ca_bundle, connection.connections
        )
        self._base_url = connection.base_url.rstrip("/")
        self._timeout = connection.timeout
        self._writable = writable
        self._trace = connection.trace
        self._session = Session(adapter, auth, connection.proxy)

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
        if method != "GET" and not self._writable and (method, path) not in _ALWAYS:
            raise ReadOnlyError(f"{method} in a run that only reads")
        started, said = time.monotonic(), ""
        trouble: Passing
        try:
            query = f"?{urlencode(params)}" if params else ""
            reply = self._exchange(method, path + query, headers or {}, body)
        except (Passing, *_BROKEN) as error:
            trouble = _judge(error)
            said = str(trouble)
        else:
            said = str(reply.status)
            return reply
        finally:
            if self._trace:
                seconds = time.monotonic() - started
                self._trace(f"{method} {path} {said} {seconds:.3f} s")
        raise trouble  # outside the handler: the original quotes the URL and keeps the body

    def _exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Reply:
        seconds = min(self._timeout, _COURTESY_SECONDS) if target == wire.REVOKE else self._timeout
        timeout = Timeout(total=seconds, connect=CONNECT_SECONDS)
        url = self._base_url + target
        if not _is_address(url):
            raise requests_errors.InvalidURL
        with self._session.ask(method, url, headers, body, timeout) as response:
            shown = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, shown, read(response))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()


def _unsendable(credentials: Credentials) -> Problem:
    sentence = f"the {credentials.noun} holds white space, or a character that none has"
    return Problem("bad-credentials", sentence, f"check {' and '.join(credentials.variables)}")


def _is_address(url: str) -> bool:
    try:
        return bool(urlsplit(url).netloc)
    except ValueError:
        return False


def _judge(error: Exception) -> Passing:
    """Say whether the server may have acted, of anything that went wrong on the way.

    A connection of ours says itself when it did not come about. All else counts as sent, unless the
    library says that it was not; what stands in for the network may say so too.
    """
    if isinstance(error, Passing):
        return error.with_traceback(None)
    if isinstance(error, _UNSENDABLE):
        told = ApiError("the address cannot be used", "check --base-url and --proxy")
        return Unreachable(told)
    if isinstance(error, requests_errors.ConnectTimeout):
        return Unreachable("no connection within the time-out")
    if isinstance(error, requests_errors.ContentDecodingError):
        return Ambiguous(BadAnswer("the answer cannot be decompressed"))
    if _is_timeout(error):
        return Ambiguous("no whole answer within the time-out")
    return Ambiguous("the connection broke before the answer was whole")


def _is_timeout(error: Exception) -> bool:
    """Look into the wrapping too: a time-out in the body comes as a ConnectionError."""
    kinds = (TimeoutError, requests_errors.Timeout, Urllib3TimeoutError)
    return isinstance(error, kinds) or any(isinstance(part, kinds) for part in error.args)
