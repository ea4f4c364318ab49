"""Service accounts: OAuth 2.0 client credentials for a token, and the token for the API.

Source: the manual's pages on service accounts for requests, answers and errors; RFC 6749 and 7009
for what they leave open. The answer to a token that is not valid is that of RFC 6750, with the body
of a wrong key, which is a guess.
"""

from __future__ import annotations

import base64
import hmac
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote_plus

from reconciler.api import wire
from reconciler.simulator.errors import (
    ApiError,
    error_response,
    refuse,
    refuse_bare,
    unauthorized,
)
from reconciler.simulator.message import Response, write_json
from reconciler.simulator.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.simulator.message import Request
    from reconciler.simulator.switches import Switches

PATHS = (wire.TOKEN, wire.REVOKE)
_FORM = "application/x-www-form-urlencoded"
_SECONDS = 60


class ServiceAccounts:
    """Gives tokens to whoever has the account's id and secret, and lets tokens in. Thread-safe.

    With no account given, any id and secret will do.
    """

    def __init__(
        self, account: tuple[str, str] | None, switches: Switches, clock: Callable[[], float]
    ) -> None:
        """Take the one account to accept, id and secret."""
        self._account = account
        self._seconds = switches.token_seconds
        self._tokens = Tokens(seconds=self._seconds, most=switches.live_tokens, clock=clock)
        self._limit = _Limit(switches.tokens_per_minute, clock)

    def client(self, request: Request) -> str | None:
        """Give the id of the account whose token came along; None where none did. Raises 401."""
        scheme, _, token = request.header("Authorization").partition(" ")
        if scheme.lower() != "bearer":
            return None
        client = self._tokens.client(token.strip())
        if client is None:
            raise unauthorized('Bearer error="invalid_token"')
        return client

    def answer(self, request: Request) -> Response | None:
        """Answer a request to one of PATHS; None to others. Raises what OAuth refuses it with."""
        if request.path not in PATHS:
            return None
        if request.method != "POST":
            raise refuse_bare(405, {"Allow": "POST"})
        client, secret = read_basic(request)
        if request.path == wire.TOKEN:
            self._limit.take(request.address, client)
        if not client or not secret:
            raise _refuse(400, "invalid_request", "The provided credentials are not valid.")
        if not self._fits(client, secret):
            raise _refuse(401, "invalid_client", "Invalid credentials provided.")
        form = _read_form(request)
        return (
            self._issue(client, form) if request.path == wire.TOKEN else self._revoke(client, form)
        )

    def _issue(self, client: str, form: Mapping[str, str]) -> Response:
        if "grant_type" not in form:
            raise _refuse(400, "invalid_request", "The grant type is missing.")
        if form["grant_type"] != "client_credentials":
            raise _refuse(400, "unsupported_grant_type", "Invalid grant type.")
        token = self._tokens.issue(client)
        if token is None:
            text = "The limit of access tokens is reached for the service account."
            raise _refuse(403, "access_denied", text)
        body = {"access_token": token, "expires_in": self._seconds, "token_type": "Bearer"}
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        return Response(200, headers, write_json(body))

    def _revoke(self, client: str, form: Mapping[str, str]) -> Response:
        """Revoke a token; one that is not known, or not the client's, is no error (RFC 7009)."""
        if "token" not in form:
            raise _refuse(400, "invalid_request", "The token is missing.")
        self._tokens.revoke(client, form["token"])
        return Response(200, {})

    def _fits(self, client: str, secret: str) -> bool:
        """Compare as it came, and decoded: RFC 6749 has both encoded, and not all clients do it."""
        if self._account is None:
            return True
        right = ":".join(self._account).encode()
        given = (f"{client}:{secret}", f"{unquote_plus(client)}:{unquote_plus(secret)}")
        return any(hmac.compare_digest(pair.encode(), right) for pair in given)


class _Limit:
    """So many requests every minute, for each address and client."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._begun: dict[tuple[str, str], tuple[float, int]] = {}
        self._lock = threading.Lock()

    def take(self, address: str, client: str) -> None:
        """Count a request. Raises 429, in the API's own shape as quoted."""
        with self._lock:
            oldest = self._clock() - _SECONDS
            self._begun = {key: kept for key, kept in self._begun.items() if kept[0] > oldest}
            since, count = self._begun.get((address, client), (self._clock(), 0))
            if count >= self._most:
                raise refuse("RATE_LIMITED", wire.TOKEN, self._most, 1)
            self._begun[address, client] = since, count + 1


def read_basic(request: Request) -> tuple[str, str]:
    """Read user and password of HTTP Basic (RFC 7617); both empty where they are not whole."""
    scheme, _, encoded = request.header("Authorization").partition(" ")
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (user, password) if scheme.lower() == "basic" and colon else ("", "")


def _read_form(request: Request) -> Mapping[str, str]:
    if request.header("Content-Type").partition(";")[0].strip().lower() != _FORM:
        raise _refuse(400, "invalid_request", "The request is not a form.")
    try:
        return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    except ValueError:
        raise _refuse(400, "invalid_request", "The form is malformed.") from None


def _refuse(status: int, error: str, description: str) -> ApiError:
    """Build an error in OAuth's shape (RFC 6749, 5.2)."""
    challenge = {"WWW-Authenticate": "Basic"} if error == "invalid_client" else {}
    body = {"error": error, "error_description": description}
    return ApiError(error_response(status, body, challenge))
