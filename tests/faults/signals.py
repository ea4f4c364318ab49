"""Signals to a process, once or twice: at a random call, or at a random instant of its life.

At a call it comes before that is processed or after, which hits the writes; at an instant it may
come before the first line of the program or while the report is put out.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

from tests.faults.fleet import THREE, Fleet, is_settled
from tests.faults.history import Verdict, broken
from tests.faults.served import machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from tests.faults.ran import Ran
    from tests.faults.served import Machine

CASES = 200
_CALLS = 34
_APART = 0.2
"""Seconds between two signals, at most."""


def cases() -> Iterator[tuple[int]]:
    """Give each seed; every other is of an instant."""
    return ((seed,) for seed in range(CASES))


def carry_out(case: tuple[int]) -> Verdict:
    """Try one seed: interrupt a run, and run again."""
    (seed,) = case
    chance = random.Random(seed)
    number = chance.choice([signal.SIGINT, signal.SIGTERM])
    interrupt = _at_an_instant if seed % 2 else _at_a_call
    with machine(Fleet("interrupted", THREE)) as made:
        runs = [interrupt(made, chance, number), made.end(made.start())]
        found = [*broken(runs), *_told(runs, number)]
    return Verdict(f"signals {seed}", tuple(found), 0, tuple(runs))


def _at_a_call(made: Machine, chance: random.Random, number: int) -> Ran:
    call, when = chance.randint(1, _CALLS), chance.random() < 0.5
    twice = chance.random() < 0.5
    process: list[Popen[str]] = []

    def hook(at: int, done: bool) -> None:
        if (at, done) == (call, when) or (twice and (at, done) == (call + 1, when)):
            process[0].send_signal(number)

    process.append(made.start(hook))
    return made.end(process[0])


def _at_an_instant(made: Machine, chance: random.Random, number: int) -> Ran:
    instants = [chance.random() * _length()]
    if chance.random() < 0.5:
        instants.append(instants[0] + chance.random() * _APART)
    process = made.start()
    timers = [threading.Timer(at, process.send_signal, [number]) for at in instants]
    for timer in timers:
        timer.start()
    try:
        return made.end(process)
    finally:
        for timer in timers:
            timer.cancel()


@cache
def _length() -> float:
    """Give the seconds that a run takes which nothing happens to."""
    with machine(Fleet("timed", THREE)) as made:
        started = time.monotonic()
        made.end(made.start())
        return time.monotonic() - started


def _told(runs: list[Ran], number: int) -> Iterator[str]:
    first, second = runs
    if first.report is None and first.events:
        yield f"I13: signal {number} ends a run that had begun, and there is no report"
    if first.report and first.report.exit not in (0, 128 + number):
        yield f"I13: exit {first.report.exit} after signal {number}"
    if (
        second.report is None
        or second.report.exit
        or not is_settled(second.fleet, second.wanted, second.end)
    ):
        yield "I1: the run after it does not converge"
