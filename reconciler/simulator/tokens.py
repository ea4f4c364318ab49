"""Access tokens of service accounts: made, counted, looked up, revoked.

They live as long as the service runs, and its state's file holds none. Their form is that of a JSON
Web Token (RFC 7519), which clients may take apart, but nothing here relies on what is in them.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_HEADER = {"alg": "HS256", "typ": "JWT"}


class Tokens:
    """Every live token of a service. Thread-safe."""

    def __init__(self, *, seconds: int, most: int, clock: Callable[[], float]) -> None:
        """Take how long a token lives, and how many of them a client may have at once."""
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._live: dict[str, tuple[str, float]] = {}
        """The client, and when the token expires, by token."""
        self._lock = threading.Lock()

    def issue(self, client: str) -> str | None:
        """Make a token for a client; None where it has as many as it may have."""
        with self._lock:
            now = self._clock()
            self._live = {token: kept for token, kept in self._live.items() if kept[1] > now}
            if sum(owner == client for owner, _ in self._live.values()) >= self._most:
                return None
            expires = now + self._seconds
            token = self._sign(
                {"sub": client, "iat": int(now), "exp": int(expires), "jti": secrets.token_hex(8)}
            )
            self._live[token] = client, expires
            return token

    def client(self, token: str) -> str | None:
        """Give the client of a token; None unless it is live."""
        with self._lock:
            client, expires = self._live.get(token, ("", 0.0))
            return client if expires > self._clock() else None

    def revoke(self, client: str, token: str) -> None:
        """Forget a token, if it is the client's own."""
        with self._lock:
            if self._live.get(token, ("", 0.0))[0] == client:
                del self._live[token]

    def _sign(self, claims: dict[str, Any]) -> str:
        signed = ".".join(_encode(json.dumps(part).encode()) for part in (_HEADER, claims))
        return f"{signed}.{_encode(hmac.digest(self._secret, signed.encode(), 'sha256'))}"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
