"""An API on this machine that fails in every way, echoing what it was sent; and another host.

The simulator answers behind it; a fault takes an answer and writes another one in its place.
"""

from __future__ import annotations

import gzip
import json
import os
import signal
import threading
from base64 import b64encode
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote

from reconciler import catalogue
from reconciler.simulator import Request, open_service
from tests.leaks.case import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.simulator import Response
    from tests.leaks.world import Planted, World

    Fault = Callable[["Exchange"], bytes | None]

COMMANDS = {
    "plan": ("plan", "d.yaml", "--verbose"),
    "apply": (
        "apply",
        "d.yaml",
        "--yes",
        "--verbose",
        "--format",
        "json",
        "--journal",
        "journal.json",
    ),
}


_BOMB = gzip.compress(b"0" * (11 << 20))


class Exchange:
    """One request and what the simulator says to it."""

    def __init__(self, request: Request, answer: Response, canary: str, elsewhere: str) -> None:
        self.request = request
        self.answer = answer
        self.canary = canary
        self.elsewhere = elsewhere

    @property
    def echo(self) -> str:
        """What the request held, and a secret that only the API knows."""
        sent = self.request.body.decode(errors="replace")
        return f"{sent} {dict(self.request.headers)} {self.canary}"

    def say(self, status: int, body: bytes | str | object, *headers: str, why: str = "So") -> bytes:
        """Put an answer together."""
        if not isinstance(body, bytes | str):
            body = json.dumps(body)
        raw = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status} {why}", f"Content-Length: {len(raw)}", *headers, "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace") + raw

    def whole(self, *headers: str, body: bytes | None = None) -> bytes:
        """Give the simulator's answer, with more headers, or another body."""
        own = [f"{name}: {value}" for name, value in self.answer.headers.items()]
        return self.say(
            self.answer.status, self.answer.body if body is None else body, *own, *headers
        )

    def changed(self, change: Callable[[dict], object]) -> bytes:
        """Give the simulator's answer with every integration in it changed."""
        document = json.loads(self.answer.body or b"{}")
        for one in document.get("results", []):
            change(one)
        return self.whole(body=json.dumps(document).encode())


def _refused(status: int, *headers: str) -> Fault:
    def fault(it: Exchange) -> bytes:
        error = {"error": status, "errorCode": it.canary, "detail": it.echo, "reason": it.echo}
        return it.say(status, error | {"parameters": [it.echo]}, *headers, why=it.canary)

    return fault


def _refused_known(code: str) -> Fault:
    def fault(it: Exchange) -> bytes:
        return it.say(400, {"error": 400, "errorCode": code, "detail": f"Bad value: {it.echo}"})

    return fault


def _header(line: str) -> Fault:
    return lambda it: it.whole(line.replace("CANARY", it.canary))


def _body(body: str) -> Fault:
    return lambda it: it.whole(body=body.replace("CANARY", it.canary).encode())


def _fill(one: dict, canary: str) -> None:
    """Show every secret in full, as the API once did."""
    fields = catalogue.kinds("atlas")[one["type"]].fields
    one.update({name: canary for name in one if name in fields and fields[name].sensitive})


def _quoting(cut: Callable[[str], str]) -> Fault:
    """Refuse what was sent, and quote it in a form of its own."""

    def fault(it: Exchange) -> bytes:
        sent = json.loads(it.request.body or b"{}")
        quoted = " ".join(cut(value) for value in sent.values() if isinstance(value, str))
        said = {"error": 400, "errorCode": "INTEGRATION_FIELDS_INVALID", "detail": f"Not {quoted}."}
        return it.say(400, said)

    return fault


FAULTS: dict[str, Fault] = {
    **{f"status {code}": _refused(code) for code in (400, 401, 402, 403, 404, 405, 406, 409, 413)},
    **{f"status {code}": _refused(code) for code in (415, 422, 500, 501, 502, 503, 504, 299)},
    "status 429": _refused(429, "Retry-After: 0"),
    "status 429 for long": _refused(429, "Retry-After: 9999"),
    **{
        f"redirect {code}": lambda it, code=code: it.say(
            code, it.echo, f"Location: {it.elsewhere}/{it.canary}"
        )
        for code in (301, 302, 303, 307, 308)
    },
    "known error": _refused_known("INTEGRATION_FIELDS_INVALID"),
    "quoted beginnings": _quoting(lambda value: value[:12]),
    "quoted middles": _quoting(lambda value: value[8:24]),
    "quoted in capitals": _quoting(str.upper),
    "quoted as a URL has it": _quoting(lambda value: quote(value[:20], safe="")),
    "quoted in hex": _quoting(lambda value: value[:20].encode().hex()),
    "quoted in base64": _quoting(lambda value: b64encode(value[:-3].encode()).decode()),
    "quoted backwards": _quoting(lambda value: value[-6::-1]),
    "unexpected error": _refused_known("UNEXPECTED_ERROR"),
    "HTML error": lambda it: it.say(500, f"<html>{it.echo}</html>", "Content-Type: text/html"),
    "challenge": lambda it: it.say(401, it.echo, f'WWW-Authenticate: Digest realm="{it.canary}"'),
    "odd challenge": lambda it: it.say(401, it.echo, f"WWW-Authenticate: {it.canary}"),
    "reset": lambda it: b"",
    "no HTTP": lambda it: f"{it.canary}\r\n\r\n".encode(),
    "bad status": lambda it: f"HTTP/1.1 {it.canary}\r\n\r\n".encode(),
    "truncated": lambda it: it.say(200, "", "Content-Length: 9999") + it.echo.encode(),
    "chunks that are none": lambda it: (
        b"HTTP/1.1 200 So\r\nTransfer-Encoding: chunked\r\n\r\n" + it.canary.encode()
    ),
    "header without a colon": _header("CANARY"),
    "header with a colon first": _header(": CANARY"),
    "header name": _header("CANARY CANARY: x"),
    "content type": _header("Content-Type: application/json; charset=CANARY"),
    "content encoding": _header("Content-Encoding: CANARY"),
    "gzip that is none": _header("Content-Encoding: gzip"),
    "cookie": _header("Set-Cookie: session=CANARY"),
    "deprecation": _header("Deprecation: CANARY"),
    "sunset": _header("Sunset: CANARY"),
    "warning": _header('Warning: 299 - "CANARY"'),
    "notice": _header("X-MongoDB-Service-Version: CANARY"),
    "retry": _header("Retry-After: CANARY"),
    "text": _body("CANARY"),
    "broken JSON": lambda it: it.whole(body=it.answer.body[:-3] + it.canary.encode()),
    "broken UTF-8": lambda it: it.whole(body=b"\xff" + it.canary.encode()),
    "text of JSON": _body('"CANARY"'),
    "key": _body('{"CANARY": []}'),
    "results that are none": _body('{"results": "CANARY", "totalCount": "CANARY"}'),
    "result that is none": _body('{"results": ["CANARY"], "totalCount": 1}'),
    "count": _body('{"results": [], "totalCount": 5, "links": ["CANARY"]}'),
    "nesting": _body("[" * 100_000 + '"CANARY"'),
    "number": _body('{"results": [], "totalCount": 1e999, "x": "CANARY"}'),
    "bomb": lambda it: it.whole("Content-Encoding: gzip", body=_BOMB),
    "plaintext": lambda it: it.changed(partial(_fill, canary=it.canary)),
    "unknown settings": lambda it: it.changed(
        lambda one: one.update({"newToken": it.canary, "nested": {"token": [it.canary]}})
    ),
    "unknown type": lambda it: it.changed(
        lambda one: one.update({"type": "NEW_TYPE", "token": it.canary, "url": it.canary})
    ),
    "settings of other types": lambda it: it.changed(
        lambda one: one.update((name, {"x": it.canary}) for name in one.keys() - {"type", "id"})
    ),
    "lists for settings": lambda it: it.changed(
        lambda one: one.update((name, [it.canary]) for name in one.keys() - {"type"})
    ),
    "agentApiKey": lambda it: it.changed(lambda one: one.update({"agentApiKey": it.canary})),
}


def cases(planted: Planted) -> Iterator[Case]:
    """Give them all."""
    for name, fault in FAULTS.items():
        for command, line in COMMANDS.items():
            yield Case(f"network, {name}, {command}", partial(meet, fault=fault, line=line))
    for name in (
        "status 400",
        "status 503",
        "reset",
        "broken JSON",
        "text",
        "challenge",
        "plaintext",
    ):
        for line in (("export",), ("targets", "d.yaml"), ("drift", "d.yaml")):
            act = partial(meet, fault=FAULTS[name], line=(*line, "--verbose"))
            yield Case(f"network, {name}, {line[0]}", act)
        act = partial(meet, fault=FAULTS[name], line=COMMANDS["plan"], account=True)
        yield Case(f"network, {name}, of a service account", act)
        tokens = partial(meet, fault=FAULTS[name], line=COMMANDS["plan"], account=True, at="token")
        yield Case(f"network, {name}, for a token", tokens)
    line = (*COMMANDS["apply"], "--timeout", "0.2")
    yield Case("network, silence", partial(meet, fault=lambda it: None, line=line))
    for number in (signal.SIGINT, signal.SIGTERM):
        for command, line in COMMANDS.items():
            act = partial(meet, fault=partial(_interrupt, number=number), line=line)
            yield Case(f"network, {number.name}, {command}", act)


def _interrupt(it: Exchange, number: int) -> bytes:
    os.kill(os.getpid(), number)
    return it.whole()


def meet(
    world: World, fault: Fault, line: tuple[str, ...], *, account: bool = False, at: str = ""
) -> None:
    """Run a command against an API that has the fault once somebody has signed in.

    An apply meets it in writes alone, other commands in reads.
    """
    with elsewhere() as other, faulty(world, fault, line[0] == "apply", other.url, at) as url:
        known = {"CLIENT_ID": "mdb_sa_id_5d791c84"} if account else {"CLIENT_SECRET": ""}
        more = {f"MONGODB_ATLAS_{name}": value for name, value in known.items()}
        line = (*line, *(("--allow-updates", "10") if line[0] == "apply" else ()))
        world.run(*line, "--base-url", url, HTTP_PROXY=other.url, ALL_PROXY=other.url, **more)
        if other.heard:
            world.strays.append("another host was asked")


@contextmanager
def faulty(world: World, fault: Fault, writes: bool, other: str, at: str) -> Iterator[str]:
    """Serve the simulator with a fault; gives its address."""
    service = open_service(world.work / "state.db", seed=world.work / "live.seed.json")
    canary = world.planted.canaries.values["echo of the API"]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request.parse(self.command, self.path, self.headers.items(), body)
            it = Exchange(request, service.handle(request), canary, other)
            spoilt = self._is_spoilt(request)
            said = fault(it) if spoilt else it.whole()
            if said is None:
                self.rfile.read(1)  # until the client goes away
            with suppress(OSError):
                self.wfile.write(said or b"")
            self.close_connection = spoilt

        def _is_spoilt(self, request: Request) -> bool:
            if at:
                return at in request.path
            return (
                "authorization" in request.headers
                and writes is (request.method != "GET")
                and ("oauth" not in request.path)
            )

    with _serving(Handler) as server:
        yield f"http://127.0.0.1:{server.server_port}"
    service.close()


class _Elsewhere:
    def __init__(self) -> None:
        self.heard = bytearray()
        self.url = ""


@contextmanager
def elsewhere() -> Iterator[_Elsewhere]:
    """Listen where nobody should speak."""
    other = _Elsewhere()

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            other.heard.extend(self.rfile.readline(65537))
            self.close_connection = True

    with _serving(Handler) as server:
        other.url = f"http://127.0.0.1:{server.server_port}"
        yield other


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
