"""Reading live projects from a server that takes its time."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from reconciler.api.credentials import ApiKey
from reconciler.api.stop import Stop
from reconciler.job import Job
from reconciler.run import Run
from reconciler.session import Target
from reconciler.steps.connect import connect
from reconciler.steps.load import load
from reconciler.steps.look import look
from tests.bench.child import ROOT
from tests.bench.fleet import PER_PROJECT
from tests.bench.row import Row

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.fleet import Fleet

LATENCY = 0.05
CONNECTIONS = 16


def measure(fleet: Fleet, folder: Path, repeat: int) -> Row:
    """Compare the whole live phase with the least that the server's latency allows.

    What else runs on the machine only ever adds to a wait, so the shortest of several counts.
    """
    file = str(fleet.write(folder))
    command = [sys.executable, "-m", "tests.bench.server", str(fleet.size), str(LATENCY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            url = server.stdout.readline().strip()
            seconds = min(_look(file, url, fleet.size) for _ in range(repeat))
        finally:
            server.terminate()
    least = fleet.size * LATENCY / CONNECTIONS
    what = f"read {fleet.size} live projects at {LATENCY * 1000:.0f} ms, {CONNECTIONS} connections"
    return Row(what, f"{least:.3f} s", f"{seconds:.3f} s", seconds / least, bound=1.15)


def _look(file: str, url: str, size: int) -> float:
    """Time what `drift` does from the first connection to the last change."""
    target = Target(url, (ApiKey("public", "private"),), concurrency=CONNECTIONS)
    run = Run("drift", Job([file], Stop(), target, secrets=False))
    declared = load(run)
    started = time.perf_counter()
    with connect(run, declared, writable=False) as client:
        look(run, client, declared)
    seconds = time.perf_counter() - started
    assert not run.unread
    assert len(run.changes) == PER_PROJECT * size
    return seconds
