"""Processes that are killed at a write, and journals whose last line is torn.

Each of fifteen writes has eight instants: three about the line that tells of the intent, two in
which the request is under way, and three about the line that tells what came of it. Then, of each
write that was done and never answered, the journal is cut within its last line, at five places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.core.exits import Exit
from reconciler.journal import in_doubt, read
from tests.faults.dying import MOMENTS
from tests.faults.fleet import THREE, Fleet, is_settled
from tests.faults.history import Verdict, broken
from tests.faults.served import machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from tests.faults.ran import Ran
    from tests.faults.served import Machine

WRITES = 15
UNDER_WAY = ("arrived", "done")
INSTANTS = (
    *(f"intent {moment}" for moment in MOMENTS),
    *UNDER_WAY,
    *(f"outcome {moment}" for moment in MOMENTS),
)
CUTS = (1, 10, 40, 80, 120)
"""How many bytes a crash of the machine takes from the last line."""


def cases() -> Iterator[tuple[int, str, int]]:
    """Give each case: which write, which instant, and how many bytes are cut off."""
    for write in range(1, WRITES + 1):
        yield from ((write, instant, 0) for instant in INSTANTS)
        yield from ((write, "done", cut) for cut in CUTS)


def carry_out(case: tuple[int, str, int]) -> Verdict:
    """Try one case: kill, run again, and run once more."""
    write, instant, cut = case
    with machine(Fleet("killed", THREE)) as made:
        kill = _kill_from_outside if instant in UNDER_WAY else _kill_from_inside
        runs = [kill(made, write, instant)]
        if cut:
            made.api.disk.path.write_bytes(made.api.disk.kept[:-cut])
        runs += [made.end(made.start()), made.end(made.start())]
        found = [*broken(runs), *_told(runs)]
    return Verdict(f"kills {write} {instant!r} {cut}", tuple(found), 0, tuple(runs))


def _kill_from_inside(made: Machine, write: int, instant: str) -> Ran:
    event, moment = instant.split()
    dying = ("tests.faults.dying", event, str(write), moment)
    return made.end(made.start(command=dying))


def _kill_from_outside(made: Machine, write: int, instant: str) -> Ran:
    process: list[Popen[str]] = []

    def hook(number: int, done: bool) -> None:
        tries = [event for event in made.api.events if event.is_try]
        if done:
            is_due = instant == "done" and tries[write - 1 :] == made.api.events[number - 1 :]
        else:
            is_due = instant == "arrived" and len(tries) == write - 1 and _is_next(made, write - 1)
        if is_due:
            _end(process[0])

    process.append(made.start(hook))
    return made.end(process[0])


def _is_next(made: Machine, count: int) -> bool:
    """Tell whether an intent is in the journal that no call answers yet."""
    told = read(made.api.disk.kept.decode(errors="replace"))
    return sum(entry.event == "intent" for entry in told) > count


def _end(process: Popen[str]) -> None:
    """Kill it, and let the call come to nothing."""
    if process.poll() is None:
        process.kill()
        process.wait()
        raise ConnectionResetError


def _told(runs: list[Ran]) -> Iterator[str]:
    killed, second, third = runs
    if killed.report is not None:
        yield "F4: the run was not killed"
    if second.report is None or second.report.exit != Exit.OK or third.writes:
        code, count = second.report and second.report.exit, len(third.writes)
        yield f"I1: the run after the crash exits {code}, and the next writes {count} times"
    if not is_settled(third.fleet, third.wanted, third.end):
        yield "I10: not all is as declared in the end"
    if in_doubt(read(third.journal.decode(errors="replace"))):
        yield "I13: something stays in doubt"
