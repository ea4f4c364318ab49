"""Signals at a random call of a process, before it is processed or after, and once or twice."""

from __future__ import annotations

import random
import signal
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
_PAUSE = 0.05


def cases() -> Iterator[tuple[int]]:
    """Give each seed."""
    return ((seed,) for seed in range(CASES))


def carry_out(case: tuple[int]) -> Verdict:
    """Try one seed: interrupt a run, and run again."""
    (seed,) = case
    chance = random.Random(seed)
    number = chance.choice([signal.SIGINT, signal.SIGTERM])
    with machine(Fleet("interrupted", THREE)) as made:
        runs = [_interrupt(made, chance, number), made.end(made.start())]
        found = [*broken(runs), *_told(runs, number)]
    return Verdict(f"signals {seed}", tuple(found), 0, tuple(runs))


def _interrupt(made: Machine, chance: random.Random, number: int) -> Ran:
    call, when = chance.randint(1, _CALLS), chance.random() < 0.5
    twice = chance.random() < 0.5
    process: list[Popen[str]] = []

    def hook(at: int, done: bool) -> None:
        if (at, done) == (call, when) or (twice and (at, done) == (call + 1, when)):
            process[0].send_signal(number)

    process.append(made.start(hook))
    return made.end(process[0])


def _told(runs: list[Ran], number: int) -> Iterator[str]:
    first, second = runs
    code = first.report.exit if first.report else None
    if code not in (0, 128 + number):
        yield f"I13: exit {code} after signal {number}"
    if (
        second.report is None
        or second.report.exit
        or not is_settled(second.fleet, second.wanted, second.end)
    ):
        yield "I1: the run after it does not converge"
