"""One token of a service account for a whole run, shared by all threads.

It is asked for with the first request, renewed before it ends, and given back at the end.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from reconciler.api import oauth, wire
from reconciler.api.codec import decode_error
from reconciler.api.codes import meaning
from reconciler.api.credentials import ServiceAccount
from reconciler.api.errors import Ambiguous, ApiError, Passing, TooMany
from reconciler.api.retry import TOO_MANY_REQUESTS, asked_wait, may_pass
from reconciler.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    from reconciler.api.credentials import Credentials
    from reconciler.api.transport import Reply, Transport
    from reconciler.api.waits import Waits
    from reconciler.core.secret import Ends

_OK = 200
_UNAUTHORIZED = 401
_EARLY_SECONDS = 120.0
_EARLY_SHARE = 0.25
_CLOSING_SECONDS = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class _Token:
    value: str = field(repr=False)
    renewed_at: float
    """When to ask for the next: early, for a request on its way must not meet the end."""


class Bearer:
    """Sends requests as Transport does, with a token in each."""

    signed: type[Credentials] = ServiceAccount

    def __init__(
        self, transport: Transport, account: ServiceAccount, waits: Waits, ends: Ends
    ) -> None:
        """Ask for nothing yet. `ends` learns every token, so that no text shows one."""
        self._transport = transport
        self._headers = oauth.headers(account)
        self._waits = waits
        self._ends = ends
        self._lock = Lock()
        self._token: _Token | None = None
        self._refused_fresh: _Token | None = None
        self._end: ApiError | None = None

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send a request; once more with a new token, where the API no longer takes the old one.

        Such an answer says that the request was not looked at, so that this is no blind repeat of
        a write. Raises what Transport does, what `Waits` does, and ApiError where there is no
        token: nothing was sent then, or what was sent had no effect.
        """

        def send(token: _Token) -> Reply:
            signed = {**(headers or {}), "Authorization": f"Bearer {token.value}"}
            return self._transport.send(method, path, params=params, headers=signed, body=body)

        token = self._live()
        reply = send(token)
        if not self._is_stale(token, reply):
            return reply
        token = self._renew(token)
        reply = send(token)
        if self._is_stale(token, reply):
            self._refused_fresh = token
        return reply

    def _is_stale(self, token: _Token, reply: Reply) -> bool:
        """Tell whether another token may help: not where a fresh one has already been refused."""
        if reply.status != _UNAUTHORIZED or token is self._refused_fresh:
            return False
        code, _ = decode_error(reply.body)
        return meaning(_UNAUTHORIZED, code, challenged=True).code == "bad-credentials"

    def _live(self) -> _Token:
        token = self._token
        if token and self._waits.now() < token.renewed_at:
            return token
        return self._renew(token)

    def _renew(self, old: _Token | None) -> _Token:
        """Put another in the place of the old one, unless another thread just did.

        That there is none to be had is asked once, and holds for the rest of the run.
        """
        with self._lock:
            if self._end:
                raise self._end.with_traceback(None)
            if self._token and self._token is not old:
                return self._token
            try:
                self._token = self._waits.persist(self._ask)
            except ApiError as error:
                self._end = error
                raise
            return self._token

    def _ask(self) -> _Token:
        """Ask for a token once."""
        now = self._waits.now()
        reply = self._transport.send("POST", wire.TOKEN, headers=self._headers, body=oauth.GRANT)
        if reply.status == _OK:
            value, seconds = oauth.decode_token(reply.body)
            self._ends.add(Secret(value))
            return _Token(value, now + seconds - min(_EARLY_SECONDS, seconds * _EARLY_SHARE))
        refusal = oauth.refusal(reply, self._ends)
        if reply.status == TOO_MANY_REQUESTS:
            raise TooMany(refusal, asked_wait(reply))
        if may_pass(reply.status):
            raise Ambiguous(refusal, asked_wait(reply))
        raise refusal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the token back, if that is quickly done; it ends by itself otherwise."""
        if not self._lock.acquire(timeout=_CLOSING_SECONDS):
            return
        token, self._token = self._token, None
        self._end = ApiError("the run is over")
        self._lock.release()
        if token:
            form = oauth.revocation(token.value)
            with suppress(Passing):
                self._transport.send("POST", wire.REVOKE, headers=self._headers, body=form)
