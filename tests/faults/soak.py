"""A thousand runs in one process, with faults and edits now and then: nothing may grow."""

from __future__ import annotations

import gc
import random
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from tests.faults.faults import FAULTS
from tests.faults.fleet import ONE, Fleet, by_others
from tests.faults.history import Verdict, broken
from tests.faults.ran import How, Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.ran import Ran

_freeze = gc.freeze  # which a campaign that keeps all its runs does without
CYCLES = 1000
_WARM = 200
"""Runs until all is loaded and every cache is full."""
_MOST_KIB = 5 * 1024
_RATE = 0.01
_EDITS = 0.2


def carry_out(case: tuple[int]) -> Verdict:
    """Try so many runs, and hold what the process has after some against what it has in the end."""
    (cycles,) = case
    with mock.patch.object(gc, "freeze", _freeze):
        return Verdict(f"soak {cycles}", tuple(_grow(cycles)), 0)


def _grow(cycles: int) -> Iterator[str]:
    chance = random.Random(1)
    runner = Runner(Fleet("soaked", ONE))
    before = (0, 0)
    for number in range(cycles):
        if number == min(_WARM, cycles // 2):
            before = _held()
        if chance.random() < _EDITS:
            key = chance.choice(runner.fleet.keys)
            runner.api.put(key, by_others(key, runner.api.edited))
        yield from broken([_run(runner, chance)])
        gc.unfreeze()  # as `targets --watch` does: each run freezes what it has loaded
        gc.collect()
        if not number % 50:
            runner.api.disk.kept = b""  # as whoever rotates logs does
    runner.close()
    kib, files = (now - then for now, then in zip(_held(), before, strict=True))
    if kib > _MOST_KIB:
        yield f"F8: memory grew by {kib} KiB"
    if files > 0:
        yield f"F8: {files} files stay open"


def _run(runner: Runner, chance: random.Random) -> Ran:
    def due(_: int) -> object:
        name = chance.choice(list(FAULTS))
        return (name, FAULTS[name]) if chance.random() < _RATE else None

    return runner.run(due, How())


def _held() -> tuple[int, int]:
    """Give the KiB of memory in use, and the number of open files."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(resident.split()[1]), len(list(Path("/proc/self/fd").iterdir()))
