"""How long the command line takes to say anything at all."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

from tests.bench.child import cpu_of
from tests.bench.row import Row, of_pairs


def measure(repeat: int) -> Row:
    """Compare `reconciler --help` with a Python that only imports click."""
    script = Path(sysconfig.get_path("scripts"), "reconciler")
    program = [script] if script.exists() else [sys.executable, "-m", "reconciler"]
    floor, measured = [sys.executable, "-c", "import click"], [*program, "--help"]
    for command in (floor, measured):  # byte code is compiled, files are in the cache
        cpu_of(command)
    pairs = [(cpu_of(floor), cpu_of(measured)) for _ in range(repeat)]
    return of_pairs("reconciler --help", pairs, bound=1.5)
