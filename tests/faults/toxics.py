"""Real sockets through a proxy of our own that spoils a connection in one of eight ways.

The run is in this process, so that its waits cost nothing; what is slow is bounded by its time-out.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from unittest import mock

from reconciler import workflow
from reconciler.api.credentials import ApiKey
from reconciler.session import Target
from tests.faults.clock import Patience
from tests.faults.fleet import ONE, Fleet, environment, is_settled
from tests.faults.history import Verdict, broken
from tests.faults.ran import PLAINLY, Ran
from tests.faults.served import Machine, machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMEOUT = 0.5
"""Seconds for one request: everything on this machine is much faster."""
CHUNKS = 25
"""Answers of the server, over all connections: each is spoilt in turn."""
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_SLICE, _LITTLE, _SLOW = 7, 20, 0.05


def _latency(client: socket.socket, data: bytes) -> bool:
    time.sleep(_SLOW)
    client.sendall(data)
    return True


def _down(client: socket.socket, data: bytes) -> bool:
    return False


def _bandwidth(client: socket.socket, data: bytes) -> bool:
    for at in range(0, len(data), len(data) // 10 + 1):
        client.sendall(data[at : at + len(data) // 10 + 1])
        time.sleep(_SLOW / 10)
    return True


def _slow_close(client: socket.socket, data: bytes) -> bool:
    client.sendall(data)
    time.sleep(_SLOW)
    return False


def _timeout(client: socket.socket, data: bytes) -> bool:
    select.select([client], [], [], 2 * TIMEOUT)
    return False


def _reset(client: socket.socket, data: bytes) -> bool:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    return False


def _slicer(client: socket.socket, data: bytes) -> bool:
    for at in range(0, len(data), _SLICE):
        client.sendall(data[at : at + _SLICE])
    return True


def _limit_data(client: socket.socket, data: bytes) -> bool:
    client.sendall(data[: len(data) - _LITTLE])
    return False


TOXICS: dict[str, Callable[[socket.socket, bytes], bool]] = {
    "latency": _latency, "down": _down, "bandwidth": _bandwidth, "slow close": _slow_close,
    "timeout": _timeout, "reset": _reset, "slicer": _slicer, "limit data": _limit_data,
}  # fmt: skip
"""Each is given an answer to pass on, and tells whether the connection lives on."""


def cases() -> Iterator[tuple[str, int]]:
    """Give each case: what is done to which answer."""
    for name in TOXICS:
        yield from ((name, chunk) for chunk in range(1, CHUNKS + 1))


def carry_out(case: tuple[str, int]) -> Verdict:
    """Try one case: a run through the proxy, and one past it."""
    name, chunk = case
    with machine(Fleet("far away", ONE)) as made, proxy(made.url, TOXICS[name], chunk) as url:
        runs = [_run(made, url), _run(made, made.url), _run(made, made.url)]
    found = [*broken(runs)]
    if runs[1].report is None or runs[1].report.exit or runs[2].writes:
        found.append("I1: the run after it does not converge")
    if not is_settled(made.fleet, runs[2].wanted, runs[2].end):
        found.append("I10: not all is as declared in the end")
    return Verdict(f"toxics {name!r} {chunk}", tuple(found), 0, tuple(runs))


def _run(made: Machine, url: str) -> Ran:
    api, said = made.api, []
    api.begin(lambda _: None)
    api.stop = Patience()
    older = len(api.disk.kept)
    target = Target(url, [ApiKey("a", "b")], TIMEOUT, 1, trace=said.append)
    job = workflow.Job(
        [str(made.folder / "desired.yaml")], api.stop, target, journal=made.folder / "journal"
    )
    with mock.patch.dict(os.environ, environment(made.fleet.declared)):
        report = workflow.apply(job, lambda _: True)
    with api._lock:  # noqa: SLF001 - a call may still be under way
        return Ran(
            made.fleet, PLAINLY, dict(api.wanted), report, api.start, api.live, list(api.events),
            [], api.disk.kept, older, "", "", False, 900.0, said,
        )  # fmt: skip


@contextmanager
def proxy(url: str, toxic: Callable[[socket.socket, bytes], bool], chunk: int) -> Iterator[str]:
    """Pass bytes on between here and a server, and spoil one of its answers."""
    host, port = url.removeprefix("http://").split(":")
    listener = socket.create_server(("127.0.0.1", 0))
    passed = _Counter(chunk)
    threads: list[threading.Thread] = []
    ends: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection((host, int(port)))
                ends.append(client)
                threads.append(threading.Thread(target=_pump, args=(client, server, toxic, passed)))
                threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for end in ends:  # one that the run dropped is closed when garbage is, which may be never
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


class _Counter:
    """Counts answers over all connections, to the one that is spoilt."""

    def __init__(self, nth: int) -> None:
        self._left = nth
        self._lock = threading.Lock()

    def is_due(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left == 0


def _pump(
    client: socket.socket,
    server: socket.socket,
    toxic: Callable[[socket.socket, bytes], bool],
    passed: _Counter,
) -> None:
    with client, server, suppress(OSError):
        while True:
            ready, _, _ = select.select([client, server], [], [])
            if client in ready:
                data = client.recv(65536)
                if not data:
                    return
                server.sendall(data)
            if server in ready:
                data = server.recv(65536)
                if not data:
                    return
                if not passed.is_due():
                    client.sendall(data)
                elif not toxic(client, data):
                    return
