"""The simulator on a socket, and desired states of every dialect."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from reconciler.simulator import Switches, open_service, serve

PROJECT = ("5d791c84ff7a2522cc4f9aa1", "payments")
PATIENCE = 60
"""Seconds after which something that should come about is given up."""


@pytest.fixture
def serving(tmp_path):
    """Serve a state with one project of a dialect; gives its address."""
    with ExitStack() as stack:

        def start(dialect="atlas", projects=(PROJECT,), **options):
            switches = Switches(**options.pop("switches", {}))
            state = tmp_path / f"{dialect}.db"
            service = open_service(
                state, projects=projects, dialect=dialect, switches=switches, **options
            )
            stack.callback(service.close)
            server = stack.enter_context(serve(service))
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


@pytest.fixture
def poll():
    """Look again and again until there is something to see, for a bounded time; gives that."""

    def until(look):
        end, pause = time.monotonic() + PATIENCE, threading.Event()
        while time.monotonic() < end:
            if found := look():
                return found
            pause.wait(0.05)
        raise AssertionError("that did not come about in time")

    return until
