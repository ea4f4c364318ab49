"""A service on a fresh state, and a caller who holds its keys."""

from __future__ import annotations

import threading

import pytest
import requests
from requests.auth import HTTPDigestAuth

from reconciler.simulator import InProcess, Service, Store, Switches, from_projects, serve

PROJECT = "6a79404f2c88faeba59beea6"
ACCEPT = {"Accept": "application/vnd.atlas.2023-01-01+json"}
KEYS = ("abcdefgh", "00000000-1111-2222-3333-444444444444")


class Caller:
    """Sends requests below the base path, with the keys and the version that the API wants."""

    def __init__(self, base: str, keys=KEYS, path="/api/atlas/v2"):
        self.base = base + path
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = HTTPDigestAuth(*keys)

    def __call__(self, method, path, body=None, *, headers=ACCEPT, **options):
        return self.session.request(method, self.base + path, json=body, headers=headers, **options)

    def integrations(self, tail="", project=PROJECT):
        return f"/groups/{project}/integrations{tail}"


class Clock:
    """Stands still until it is told to move."""

    def __init__(self):
        self.now = 1_786_331_221.0  # 2026-08-10T03:07:01Z

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make_service(tmp_path, clock):
    """Make a service on a state of its own; `projects` are pairs of id and name."""
    services = []

    def make(
        *,
        projects=((PROJECT, "payments"),),
        keys=KEYS,
        account=None,
        seed=None,
        refusals=(),
        **switches,
    ):
        path = tmp_path / f"state-{len(services)}.db"
        store = Store.open(path, lambda: seed or from_projects(projects))
        services.append(
            Service(
                store,
                keys=keys,
                account=account,
                switches=Switches(**switches),
                refusals=refusals,
                clock=clock,
            )
        )
        return services[-1]

    yield make
    for service in services:
        service.close()


@pytest.fixture
def call_of():
    """Give a caller of a service that stays in the process."""
    sessions = []

    def connect(service, keys=KEYS, base="https://cloud.mongodb.com", path="/api/atlas/v2"):
        caller = Caller(base, keys, path)
        caller.session.mount(base, InProcess(service.handle))
        sessions.append(caller.session)
        return caller

    yield connect
    for session in sessions:
        session.close()


@pytest.fixture
def call(make_service, call_of):
    """Give a caller of a service with one empty project."""
    return call_of(make_service())


@pytest.fixture
def served():
    """Serve something on a socket and give a caller of it."""
    opened = []

    def start(service, **options):
        server = serve(service, **options)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        caller = Caller(f"http://127.0.0.1:{server.server_port}")
        opened.append((server, thread, caller))
        return caller

    yield start
    for server, thread, caller in opened:
        caller.session.close()
        server.shutdown()
        thread.join()
        server.server_close()
