"""A user name and a password in every request, for what takes neither keys nor tokens."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from reconciler.api.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.transport import Reply, Transport
    from reconciler.core.secret import Secret


class Login(Credentials):
    """The user name and password of a Prometheus integration, under the names of its settings."""

    __slots__ = ()
    noun = "user name and password"
    variables = ("username", "password")


class Basic:
    """Sends requests as Transport does, signed with HTTP Basic (RFC 7617, in UTF-8)."""

    signed: type[Credentials] = Login

    def __init__(self, transport: Transport, username: str, password: Secret) -> None:
        """Take a transport that signs nothing itself, and a user name without a colon."""
        self._transport = transport
        pair = f"{username}:{password.reveal()}".encode()
        self._signature = f"Basic {b64encode(pair).decode()}"

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Send one request. Raises what Transport does."""
        signed = {**(headers or {}), "Authorization": self._signature}
        return self._transport.send(method, path, params=params, headers=signed, body=body)
