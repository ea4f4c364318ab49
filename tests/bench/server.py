"""An API that answers reads alone, each after the same wait: `python -m tests.bench.server`.

Answers are whole buffers on connections that stay open, with Nagle's algorithm off: a server that
writes headers and body apart would measure itself.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.bench.fleet import Fleet

BASE = "/api/atlas/v2/groups"
CHALLENGE = 'Digest realm="bench", domain="", nonce="0f1e2d3c", algorithm=MD5, qop="auth"'


class Server(ThreadingHTTPServer):
    """Serves a fleet; every answer is made before the first is asked for."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, fleet: Fleet, latency: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.latency = latency
        self.projects = fleet.projects()
        self.answers = {
            f"{BASE}/{fleet.id(number)}/integrations": _page(fleet.live(number), 6)
            for number in range(fleet.size)
        }


class Handler(BaseHTTPRequestHandler):
    """Waits, then answers from memory, to whoever comes with any digest."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        time.sleep(self.server.latency)
        if not self.headers.get("Authorization", "").startswith("Digest "):
            self._answer(401, b"{}", ("WWW-Authenticate", CHALLENGE))
            return
        url = urlsplit(self.path)
        if url.path == BASE:
            self._answer(200, self._projects(parse_qs(url.query)))
        else:
            self._answer(200, self.server.answers[url.path])

    def _projects(self, query: dict[str, list[str]]) -> bytes:
        size, number = int(query["itemsPerPage"][0]), int(query["pageNum"][0])
        projects = self.server.projects
        page = projects[(number - 1) * size : number * size]
        return _page(page, len(projects), more=number * size < len(projects))

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _page(results: list[dict], total: int, *, more: bool = False) -> bytes:
    links = [{"rel": rel, "href": ""} for rel in ("self", "next")[: 1 + more]]
    return json.dumps({"links": links, "results": results, "totalCount": total}).encode()


def main() -> None:
    """Serve until the end of the process; the address is the first line printed."""
    size, latency = int(sys.argv[1]), float(sys.argv[2])
    with Server(Fleet(size), latency) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
