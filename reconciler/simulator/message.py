"""A request and its answer as values, whichever door they come through."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_BODY = 1024 * 1024
"""Bytes of a request's body that are read; more is answered with 413."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `path` is still percent-encoded, `target` is path and query as sent."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    """Decoded; of a name given twice, the first."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    scheme: str = "http"
    address: str = "127.0.0.1"
    """Where the caller is."""

    @classmethod
    def parse(  # noqa: PLR0913 - so many parts has a request
        cls,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]],
        body: bytes,
        *,
        scheme: str = "http",
        address: str = "127.0.0.1",
    ) -> Self:
        """Take a request apart. Raises ValueError for a target that is no URL."""
        parts = urlsplit(target)
        query = dict(reversed(parse_qsl(parts.query, keep_blank_values=True)))
        lower = {name.lower(): value for name, value in headers}
        return cls(method, target, parts.path, query, lower, body, scheme, address)

    def header(self, name: str) -> str:
        """Give a header's value, whatever the case of its name; empty when it was not sent."""
        return self.headers.get(name.lower(), "")

    @property
    def origin(self) -> str:
        """Scheme and host under which the caller sees the service, for links."""
        return f"{self.scheme}://{self.header('Host') or 'localhost'}"


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, without the headers that the door adds."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def sized(self) -> Mapping[str, str]:
        """Give the headers with the body's length, which only 204 must not have."""
        if self.status == HTTPStatus.NO_CONTENT:
            return self.headers
        return {**self.headers, "Content-Length": str(len(self.body))}

    def plus(self, headers: Mapping[str, str]) -> Response:
        """Add headers."""
        return dataclasses.replace(self, headers={**self.headers, **headers})


def write_json(document: Any, *, pretty: bool = False) -> bytes:
    """Write a body; printed prettily as the length of a recorded one says that the API does it."""
    if pretty:
        return json.dumps(document, indent=2, separators=(",", " : ")).encode()
    return json.dumps(document, separators=(",", ":")).encode()


class Handles(Protocol):
    """Whatever answers requests: the service, or a test's own in front of it."""

    def handle(self, request: Request) -> Response:
        """Answer one request; called from many threads."""
        ...
