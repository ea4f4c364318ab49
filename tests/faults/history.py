"""A history: runs that meet faults, and then quiet ones, until there is nothing left to do."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.core.exits import Exit
from reconciler.core.guard import Overrides
from reconciler.journal import in_doubt, read
from tests.faults.faults import FAULTS
from tests.faults.invariants import OF_ALL, OF_EACH, lost_updates
from tests.faults.ran import PLAINLY, How, Ran, Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tests.faults.api import Fault
    from tests.faults.fleet import Fleet

    Step = Callable[[Runner], Ran]

_QUIET_RUNS = 3


@dataclass(frozen=True)
class Verdict:
    """What came of one history."""

    name: str
    """The arguments that bring it about once more."""
    broken: tuple[str, ...]
    lost: int
    """How many edits of others were lost within one round trip."""
    runs: tuple[Ran, ...] = ()
    """Those that met faults."""


def meeting(calls: dict[int, str], how: How = PLAINLY) -> Step:
    """Make a step: a run that meets faults at some calls, by their names."""
    due = {number: (name, FAULTS[name]) for number, name in calls.items()}
    return lambda runner: runner.run(due.get, how)


def lasting(since: int, fault: str, how: How = PLAINLY, *, writes: bool = False) -> Step:
    """Make a step: a run that meets the same fault at every call from one on, or every write."""
    due = fault, FAULTS[fault]

    def step(runner: Runner) -> Ran:
        def schedule(number: int) -> tuple[str, Fault] | None:
            counts = runner.api.events[-1].key[1] or not writes
            return due if counts and number >= since else None

        return runner.run(schedule, how)

    return step


def try_out(name: str, fleet: Fleet, steps: Iterable[Step], how: How = PLAINLY) -> Verdict:
    """Take the steps, then run quietly, and hold all of it against the invariants.

    A step may change what it likes before it runs the command.
    """
    runner = Runner(fleet, short=how.short)
    try:
        runs = [step(runner) for step in steps]
        found = [*broken(runs), *_in_the_end(runner, how)]
    finally:
        runner.close()
    return Verdict(
        name, tuple(found), sum(len(list(lost_updates(ran))) for ran in runs), tuple(runs)
    )


def broken(runs: Sequence[Ran]) -> Iterator[str]:
    """Say what runs broke: the number of the invariant, and a sentence."""
    for number, ran in enumerate(runs, start=1):
        for name, invariant in OF_EACH.items():
            yield from (f"{name}, run {number}: {said}" for said in invariant(ran))


ENDS: dict[object, tuple[str, ...]] = {}
"""What the quiet runs came to, by what they began with: without faults, that decides it all."""


def _in_the_end(runner: Runner, how: How) -> tuple[str, ...]:
    state = _state(runner, how)
    if how.receipts or state not in ENDS:
        ENDS[state] = tuple(quietly(runner, how))
    return ENDS[state]


def quietly(runner: Runner, how: How) -> Iterator[str]:
    """Run until a run has nothing to do, three times at most, and hold it against the rest."""
    runs: list[Ran] = []
    while len(runs) < _QUIET_RUNS and (len(runs) < 2 or runs[-1].writes):
        runs.append(_allowed(runner, how))
    yield from (f"when all is quiet, {said}" for said in broken(runs))
    for name, invariant in OF_ALL.items() if not runner.fleet.is_refused else ():
        yield from (f"{name}: {said}" for said in invariant(runs))


def _allowed(runner: Runner, how: How) -> Ran:
    """Run; where others changed so much that a guard asks, allow that many updates and deletes."""
    ran = runner.run(how=how)
    if runner.fleet.is_refused or ran.report is None or ran.report.exit != Exit.REFUSED:
        return ran
    count = Counter(operation.method for operation in ran.report.operations)
    allowed = Overrides(deletes=count["DELETE"], updates=count["PUT"])
    return runner.run(how=replace(how, overrides=allowed))


def _state(runner: Runner, how: How) -> object:
    """Give all that the next run depends on, apart from ids."""
    api = runner.api
    live = sorted((key, settings) for key, (_, settings) in api.live.items())
    text = json.dumps([live, sorted(api.wanted.items())])
    doubts = {entry.key for entry in in_doubt(read(api.disk.read_text()))}
    return runner.fleet, how, text, frozenset(doubts)


def story(ran: Ran) -> Iterator[str]:
    """Tell a run call by call, for people who look into it."""
    yield f"{ran.fleet.name}, {ran.how}"
    edits = list(ran.edits)
    for event in ran.events:
        for edit in [edit for edit in edits if edit.number == event.number]:
            yield f"      others: {edit.key} {'put' if edit.settings else 'deleted'}"
        effect = "*" if event.is_effect else " "
        whole = "" if event.is_whole else "not whole"
        yield (f"{event.number:4} {effect} {event.method:6} {' '.join(event.key):40} "
               f"{event.status:3} {event.fault} {whole}")  # fmt: skip
    if ran.report is None:
        yield "down"
        return
    yield f"exit {ran.report.exit}"
    yield from (f"  {problem.code}: {problem.message}" for problem in ran.report.problems)
    for outcome in ran.report.outcomes or ():
        yield f"  {outcome.operation.path[-40:]} {outcome.status}: {outcome.detail}"
