"""Two doors to a service: a socket on this machine, and an adapter that stays in the process."""

from __future__ import annotations

import io
import re
import socketserver
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import urllib3
from requests.adapters import HTTPAdapter

from reconciler.simulator.errors import phrase, refuse
from reconciler.simulator.message import MOST_BODY, Request, Response
from reconciler.simulator.state import StateError

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from reconciler.simulator.message import Handles

_MOST_DISCARDED = 16 * MOST_BODY
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY")


class InProcess(HTTPAdapter):
    """Carries the requests of a `requests.Session` to a handler, without a network."""

    def __init__(self, handle: Callable[[Request], Response]) -> None:
        """Take what answers, usually a service's `handle`; it must be thread-safe."""
        super().__init__()
        self._handle = handle

    def send(
        self, request: requests.PreparedRequest, *_args: Any, **_options: Any
    ) -> requests.Response:
        """Answer a prepared request; time-outs, TLS and proxies mean nothing here."""
        answer = self._handle(_from_prepared(request))
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(b"" if request.method == "HEAD" else answer.body),
            headers=answer.sized(),
            status=answer.status,
            reason=phrase(answer.status),
            preload_content=False,
            request_method=request.method,
        )
        return self.build_response(request, raw)


def _from_prepared(request: requests.PreparedRequest) -> Request:
    url = urlsplit(request.url or "")
    body = request.body or b""
    return Request.parse(
        request.method or "",
        request.path_url,
        [("Host", url.netloc), *request.headers.items()],
        body.encode() if isinstance(body, str) else body,
        scheme=url.scheme,
    )


def serve(
    service: Handles,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    log: Callable[[str], None] | None = None,
) -> ThreadingHTTPServer:
    """Open a socket for a service; the caller runs `serve_forever`, and closes.

    Port 0 takes a free one. `log` gets a line for each answer.
    """
    return _Server((host, port), service, log)


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def __init__(
        self, address: tuple[str, int], service: Handles, log: Callable[[str], None] | None
    ) -> None:
        self.service = service
        self.log = log
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking a resolver for the host's full name, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        host, self.server_port = self.server_address[:2]
        self.server_name = str(host)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller that has gone away."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Headers and body leave together and at once: otherwise each answer waits 40 ms, until Nagle's
    # algorithm and the other side's delayed acknowledgement have sorted themselves out.
    wbufsize = -1
    disable_nagle_algorithm = True

    def version_string(self) -> str:
        return "atlas-simulator"

    def log_message(self, format: str, *args: Any) -> None:
        if self.server.log:
            line = format % args
            self.server.log("".join(sign if sign.isprintable() else "?" for sign in line))

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
        elif not re.fullmatch(r"[0-9]{1,15}", length):
            self.send_error(HTTPStatus.BAD_REQUEST)
        else:
            self._answer_with_body(int(length))

    def _answer_with_body(self, length: int) -> None:
        body = self.rfile.read(min(length, MOST_BODY + 1))
        if len(body) < min(length, MOST_BODY + 1):
            self.close_connection = True  # the caller gave up half-way: nothing may come of it
            return
        self._discard(length - len(body))
        try:
            headers, address = self.headers.items(), self.client_address[0]
            request = Request.parse(self.command, self.path, headers, body, address=address)
        except ValueError:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self._write(self._handled(request))

    def _handled(self, request: Request) -> Response:
        try:
            return self.server.service.handle(request)
        except StateError as error:
            self.log_error("%s", error)
            return refuse("UNEXPECTED_ERROR").response

    def _discard(self, length: int) -> None:
        """Read on past a body that is too large: a caller that is still writing hears no answer."""
        self.close_connection = self.close_connection or length > 0
        left = min(length, _MOST_DISCARDED)
        while left > 0 and (chunk := self.rfile.read(min(left, MOST_BODY))):
            left -= len(chunk)

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.sized().items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)


for _method in _METHODS:
    setattr(_Handler, f"do_{_method}", _Handler._answer)  # noqa: SLF001 - the name is the library's
