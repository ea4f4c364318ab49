"""A server on this machine that plays every host: a proxy that ends TLS and keeps bodies."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme

HOSTS = ("hooks.slack.com", "prod-00.westeurope.logic.azure.com", "hooks.example.com")


@dataclass
class Played:
    """What was sent, as host, path and JSON; what is answered; and the port."""

    sent: list[tuple[str, str, dict]] = field(default_factory=list)
    status: int = 200
    port: int = 0


@pytest.fixture
def played(monkeypatch, tmp_path):
    pytest.importorskip("apprise", reason="apprise is not installed: it comes with `notify`")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = _context(authority)
    played = Played()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        host = "127.0.0.1"

        def do_CONNECT(self):
            self.host = self.path.partition(":")[0]
            self.send_response(200)
            self.end_headers()
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)
            self.close_connection = False  # the request itself is still to come

        def finish(self):
            super().finish()
            self.connection.close()

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            played.sent.append((self.host, self.path, json.loads(body)))
            self.send_response(played.status)
            self.send_header("Location", f"http://127.0.0.1:{played.port}/elsewhere")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        played.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        yield played
        server.shutdown()
        thread.join()


def _context(authority):
    import ssl  # noqa: PLC0415 - beside its only use

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(context)
    return context
