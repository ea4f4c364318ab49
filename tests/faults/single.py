"""Every single fault, at every call of a run of three projects and fifteen writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.faults import FAULTS
from tests.faults.fleet import ANOTHER_ALERTS, MANY_DELETES, THREE, Fleet, evidence
from tests.faults.history import Verdict, lasting, meeting, try_out
from tests.faults.ran import How, Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

HOW = How(rollback=True)
FLEETS = [
    *evidence(THREE),
    Fleet("too many deletes", MANY_DELETES, is_refused=True),
    Fleet("another alerts", ANOTHER_ALERTS),
]
MORE = 2
"""Calls beyond those of a run at best: a fault makes for more."""


def calls_at_best(fleet: Fleet, how: How) -> int:
    """Count the calls of a run that nothing happens to."""
    runner = Runner(fleet)
    try:
        return len(runner.run(how=how).events)
    finally:
        runner.close()


def cases() -> Iterator[tuple[int, int, str, str]]:
    """Give each case: which API, which call, which fault, and at which calls from then on."""
    for number, fleet in enumerate(FLEETS):
        for call in range(1, calls_at_best(fleet, HOW) + MORE):
            for fault in FAULTS:
                yield number, call, fault, "once"
                if not number:
                    yield number, call, fault, "always"
                    yield number, call, fault, "writes"


def carry_out(case: tuple[int, int, str, str]) -> Verdict:
    """Try one case."""
    number, call, fault, when = case
    name = f"single {number} {call} {fault!r} {when}"
    lasts = lasting(call, fault, HOW, writes=when == "writes")
    step = meeting({call: fault}, HOW) if when == "once" else lasts
    return try_out(name, FLEETS[number], [step], HOW)
