"""A server on this machine with every byte in hand, an API in the process, and what asks them."""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
from contextlib import suppress
from typing import NamedTuple

import pytest

from reconciler import catalogue
from reconciler.api.bearer import Bearer
from reconciler.api.client import Client
from reconciler.api.credentials import ApiKey, ServiceAccount
from reconciler.api.dialects import DIALECTS
from reconciler.api.observe import Observer
from reconciler.api.perform import perform
from reconciler.api.stop import Stop
from reconciler.api.transport import Connection, Transport
from reconciler.api.waits import Waits
from reconciler.core.assertion import NOTHING
from reconciler.core.diff import diff
from reconciler.core.plan import make_plan
from reconciler.core.secret import Ends, Secret
from reconciler.core.state import ProjectRef
from reconciler.simulator import InProcess, Response

KEYS = ("abcdefgh", "00000000-1111-2222-3333-444444444444")
ACCOUNT = ServiceAccount("mdb_sa_id_5d791c84", "mdb_sa_sk_q7Zr+/=%:x2-K9tail")
REF = ProjectRef("5d791c84ff7a2522cc4f9aa1", "payments")

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_GIVE_UP = 30  # seconds after which a broken test fails instead of waiting for ever


# -- Over a socket ---------------------------------------------------------------------------------


class Asked(NamedTuple):
    """A request as it stood on the wire; headers by lower-case name."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Wire:
    """The server's end of one connection."""

    def __init__(self, sock, log):
        self.sock = sock
        self._log = log
        self._kept = b""

    def read(self):
        """Read one whole request; None when the client has gone."""
        while b"\r\n\r\n" not in self._kept:
            if not self._receive():
                return None
        head, _, self._kept = self._kept.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (s.partition(": ") for s in lines)}
        length = int(headers.get("content-length", 0))
        while len(self._kept) < length:
            if not self._receive():
                return None
        body, self._kept = self._kept[:length], self._kept[length:]
        method, target, _ = first.split(" ")
        self._log.append(Asked(method, target, headers, body))
        return self._log[-1]

    def _receive(self):
        more = self.sock.recv(65536)
        self._kept += more
        return more

    def send(self, data):
        self.sock.sendall(data)

    def answer(self, status, body=b"", **headers):
        """Send a whole answer; in names of headers, `_` stands for `-`."""
        headers = {"Content_Length": str(len(body))} | headers
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head = "\r\n".join([f"HTTP/1.1 {status} So", *lines, "", ""])
        self.send(head.encode("latin-1") + body)

    def always(self, status, body=b"", **headers):
        """Answer everything on this connection alike."""
        while self.read():
            self.answer(status, body, **headers)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.sock.close()

    def until_gone(self):
        """Say nothing more until the client goes away."""
        while self.sock.recv(65536):
            pass

    def drip(self, data):
        """Send byte after byte, some time apart, unless the client goes away."""
        for byte in data:
            self.send(bytes([byte]))
            heard, _, _ = select.select([self.sock], [], [], 0.02)
            if heard and not self.sock.recv(1, socket.MSG_PEEK):
                return


class Scripted:
    """Listens on this machine; plays a script per connection, the last one from then on."""

    def __init__(self, scripts, tls):
        self._scripts = scripts
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self.requests = []
        self._open = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def url(self, host="127.0.0.1", scheme=None):
        return f"{scheme or ('https' if self._tls else 'http')}://{host}:{self.port}"

    def _accept(self):
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                script = self._scripts[min(self.connections, len(self._scripts) - 1)]
                self.connections += 1
                self._open.append(sock)
                self._threads.append(threading.Thread(target=self._play, args=(sock, script)))
                self._threads[-1].start()

    def _play(self, sock, script):
        with suppress(OSError):
            sock.settimeout(_GIVE_UP)
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
            with sock:
                script(Wire(sock, self.requests))

    def close(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def serve():
    """Play scripts on a socket; each is a function of a `Wire`."""
    servers = []

    def start(*scripts, tls=None):
        servers.append(Scripted(scripts, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def connect(serve):
    """Open a transport to a URL, which is closed before the servers are."""
    opened = []

    def to(url, *, writable=True, keys=KEYS, **options):
        options = {"timeout": _GIVE_UP, "credentials": ApiKey(*keys)} | options
        opened.append(Transport(Connection(url, **options), writable=writable))
        return opened[-1]

    yield to
    for transport in opened:
        transport.__exit__(None, None, None)


# -- In the process --------------------------------------------------------------------------------


class Patience(Stop):
    """Does not wait, and remembers how long it would have; only that moves its clock."""

    def __init__(self):
        super().__init__()
        self.waits = []
        self.passed = 0.0

    def now(self):
        return self.passed + sum(self.waits)

    def pause(self, seconds):
        super().pause(0)
        if seconds:
            self.waits.append(seconds)


@pytest.fixture
def stop():
    return Patience()


@pytest.fixture
def ask(stop):
    """Give a client of whatever answers requests in this process."""

    def of(handle, *, api="atlas", writable=True, kinds=None):
        connection = Connection("http://test", ApiKey(*KEYS), adapter=InProcess(handle))
        transport = Transport(connection, writable=writable)
        return Client(transport, DIALECTS[api], kinds or catalogue.kinds(api), Waits(stop))

    return of


@pytest.fixture
def ask_signed(stop):
    """Give the same for a service account; the token is given back when the test says so."""

    def of(handle, *, api="atlas", writable=True, told=None):
        connection = Connection("http://test", ACCOUNT, adapter=InProcess(handle))
        waits, ends = Waits(stop, told), Ends([Secret(ACCOUNT.secret)])
        bearer = Bearer(Transport(connection, writable=writable), ACCOUNT, waits, ends)
        client = Client(bearer, DIALECTS[api], catalogue.kinds(api), waits, ends)
        client.close = lambda: bearer.__exit__(None, None, None)
        return client

    return of


def json_answer(status, document, **headers):
    return Response(status, headers, json.dumps(document).encode())


@pytest.fixture
def answers():
    """Answer the requests in turn with what is given, the last from then on; keeps the requests."""

    class Answers:
        def __init__(self, *given):
            self.given = given
            self.requests = []

        def __call__(self, request):
            self.requests.append(request)
            answer = self.given[min(len(self.requests), len(self.given)) - 1]
            if isinstance(answer, Exception):
                raise answer
            return answer if isinstance(answer, Response) else json_answer(200, answer)

    return Answers


def page(*results, total=None, **more):
    """Give the document of a page that is the whole list."""
    return {"results": list(results), "totalCount": len(results) if total is None else total} | more


def masked(value):
    return "*" * (len(value) - 4) + value[-4:]


SHOWN = {"serviceKey": masked, "apiKey": masked, "secret": masked, "password": lambda _: None}


class Api:
    """One project's integrations, as plainly as can be, and what is planted into its calls.

    `plant(api, process)` stands before every answer if it is set; `process` gives the real one.
    `calls` are (verb, type) in order, `effects` those that changed something, `bodies` what was
    sent, and `states` what was live at first and after each call. With `upserts`, a PUT creates
    what is absent; without `ids`, none is shown, as in the older APIs of the family.
    """

    def __init__(self, *live, upserts=False, ids=True):
        self.live = {}
        self._upserts = upserts
        self._ids = ids
        self._written = 0
        self.calls = []
        self.bodies = []
        self.effects = []
        self.plant = None
        for settings in live:
            self.put(settings)
        self.states = [dict(self.live)]

    def put(self, settings):
        """Write as anybody may; every write gives a new id."""
        self._written += 1
        self.live[settings["type"]] = {**settings, "id": f"{self._written:024x}"}

    def remove(self, type_):
        del self.live[type_]

    def handle(self, request):
        type_ = request.path.partition("/integrations/")[2]
        self.calls.append((request.method, type_))
        if request.body:
            self.bodies.append(request.body)

        def process():
            return self._process(request.method, type_, request.body)

        try:
            return self.plant(self, process) if self.plant else process()
        finally:
            self.states.append(dict(self.live))

    def _process(self, method, type_, body):
        if method == "GET":
            return self.list()
        if method == "POST" and type_ in self.live:
            return error(409, "INTEGRATION_ALREADY_CONFIGURED")
        upserted = method == "PUT" and self._upserts
        if method != "POST" and type_ not in self.live and not upserted:
            return error(404, "INTEGRATION_NOT_CONFIGURED")
        self.effects.append((method, type_))
        if method == "DELETE":
            self.remove(type_)
            return Response(204, {})
        self.put(json.loads(body))
        return self.list()

    def list(self, live=None):
        results = (self.live if live is None else live).values()
        return json_answer(200, page(*map(self._show, results)))

    def _show(self, integration):
        return {
            name: SHOWN.get(name, lambda value: value)(value) for name, value in integration.items()
        }


def error(status, code, detail="", **headers):
    document = {"error": status, "errorCode": code, "detail": detail}
    return json_answer(status, document, **headers)


@pytest.fixture
def api():
    return Api


@pytest.fixture
def refuse():
    return error


@pytest.fixture
def plan(build):
    """Make the operations that bring a project of the API to what is declared."""

    def of(client, *integrations, prune=True, assertion=NOTHING):
        project = build.project(*integrations, prune=prune, ref=REF)
        kinds = catalogue.kinds(client.dialect.name)
        live = client.integrations(REF)
        changes = diff(project, live, kinds, assertion=assertion)
        path = client.dialect.integration
        return make_plan(changes, path, (), {}, complete=True).operations

    return of


@pytest.fixture
def observe():
    """Read projects with some threads; gives each with what was found, as it arrives."""

    def of(client, refs, concurrency=2, progress=lambda *_: None):
        with Observer(client.integrations, concurrency) as observer:
            yield from observer.observe(refs, progress)

    return of


@pytest.fixture
def carry(stop):
    """Carry out one project's operations; give the outcomes by type."""

    def out(client, operations):
        kinds = catalogue.kinds(client.dialect.name)
        outcomes = perform(client, operations, kinds, stop)
        assert [outcome.operation for outcome in outcomes] == list(operations)
        return {outcome.operation.change.type: outcome for outcome in outcomes}

    return out
