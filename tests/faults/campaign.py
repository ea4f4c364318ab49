"""The campaigns by name: how many cases each has, and what came of those that were tried."""

from __future__ import annotations

import multiprocessing
import shlex
import time
from ast import literal_eval
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.faults import chance, contenders, kills, pairs, signals, single, soak, toxics
from tests.faults.history import story
from tests.faults.mutants import MUTANTS, kill
from tests.faults.ran import instantly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tests.faults.history import Verdict

SEEDS = 10_000


@dataclass(frozen=True)
class Campaign:
    """What is tried, and how; `name` is what a case is called by as well."""

    title: str
    cases: Callable[[], Iterable[Any]]
    carry_out: Callable[[Any], Verdict]
    is_instant: bool = True
    """Whether it needs no processes and no sockets."""
    one_in: int = 1
    """How many of the whole stand for one that every run of the tests tries."""


@dataclass(frozen=True)
class Result:
    """What came of a campaign, or of a part of it."""

    size: int = 0
    broken: tuple[str, ...] = ()
    """Each with the arguments that bring it about once more."""
    lost: int = 0
    seconds: float = 0.0

    def __add__(self, other: Result) -> Result:
        return Result(
            self.size + other.size,
            self.broken + other.broken,
            self.lost + other.lost,
            max(self.seconds, other.seconds),
        )


def campaigns(seeds: int = SEEDS) -> dict[str, Campaign]:
    """Give all campaigns but that of the mutants, by name."""
    return {
        "single": Campaign("every fault at every call of 15 writes, and from it on",
                           single.cases, single.carry_out, one_in=40),
        "pairs": Campaign("every pair of faults at every two calls of 4 writes",
                          pairs.cases, pairs.carry_out, one_in=40),
        "chance": Campaign("random faults at 35 % of the calls of three runs",
                           lambda: [(seed,) for seed in range(seeds)], chance.carry_out,
                           one_in=-(-seeds // 200)),
        "kills": Campaign("kill -9 at eight instants of 15 writes, and torn journals",
                          kills.cases, kills.carry_out, is_instant=False, one_in=32),
        "contenders": Campaign("two runs and a person at once", contenders.all_cases,
                               contenders.carry_out, one_in=50),
        "toxics": Campaign("sockets through a toxic proxy", toxics.cases, toxics.carry_out,
                           is_instant=False, one_in=20),
        "signals": Campaign("signals at random calls and instants, one and two",
                            signals.cases, signals.carry_out, is_instant=False, one_in=41),
        "soak": Campaign("1,000 runs with faults and edits, in one process",
                         lambda: [(soak.CYCLES,)], soak.carry_out),
    }  # fmt: skip


def try_part(name: str, part: int, parts: int, seeds: int = SEEDS) -> Result:
    """Try one case in `parts`, from number `part` on."""
    campaign = campaigns(seeds)[name]
    started = time.monotonic()
    whole = Result()
    chosen = _cases(name, seeds)[part::parts]
    if campaign.is_instant:
        with instantly():
            verdicts = [_slim(campaign.carry_out(case)) for case in chosen]
    else:
        verdicts = [_slim(campaign.carry_out(case)) for case in chosen]
    for broken, lost in verdicts:
        whole += Result(1, broken, lost)
    return Result(whole.size, whole.broken, whole.lost, time.monotonic() - started)


@cache
def _cases(name: str, seeds: int) -> Sequence[Any]:
    with instantly():
        return list(campaigns(seeds)[name].cases())


def _slim(verdict: Verdict) -> tuple[tuple[str, ...], int]:
    """Keep what is told, and none of the runs."""
    return tuple(f"{verdict.name}: {said}" for said in verdict.broken), verdict.lost


def try_all(name: str, jobs: int, seeds: int = SEEDS) -> Result:
    """Try a whole campaign, in so many processes."""
    started = time.monotonic()
    if jobs == 1 or name == "soak":
        return try_part(name, 0, 1, seeds)
    parts = [(name, part, jobs * 4, seeds) for part in range(jobs * 4)]
    with multiprocessing.Pool(jobs) as pool:
        found = sum(pool.starmap(try_part, parts), Result())
    return Result(found.size, found.broken, found.lost, time.monotonic() - started)


def try_mutant(name: str, most: int) -> str:
    """Give what finds a mutant; empty if it survives."""
    with instantly():
        return kill(name, most)


def try_mutants(jobs: int, most: int) -> dict[str, str]:
    """Give what finds each mutant."""
    with multiprocessing.Pool(jobs) as pool:
        found = pool.starmap(try_mutant, [(name, most) for name in MUTANTS])
    return dict(zip(MUTANTS, found, strict=True))


def again(arguments: str) -> Iterator[str]:
    """Try one case once more, by the arguments that it is told with, and tell its runs."""
    name, *rest = shlex.split(arguments)
    campaign, case = campaigns()[name], tuple(_value(text) for text in rest)
    with instantly() if campaign.is_instant else nullcontext():
        verdict = campaign.carry_out(case)
    for ran in verdict.runs:
        yield from story(ran)
        yield ""
    yield from verdict.broken or ["all invariants hold"]


def _value(text: str) -> Any:
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        return text
