"""The campaign: every case is tried, and every sink of it looked into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.leaks import blows, children, mistakes, network, planted, roads, stores
from tests.leaks.case import try_out
from tests.leaks.world import plant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.leaks.case import Case, Ran
    from tests.leaks.world import Planted

SEED = 1
ROOMS = (roads, mistakes, network, blows, children, stores)
ONE_IN = 7
"""How many cases of the whole campaign stand for one that every run of the tests tries."""


@dataclass(frozen=True)
class Figures:
    """What came of it."""

    canaries: int
    ran: Sequence[Ran]
    leaks: Sequence[Ran]
    """What was planted."""

    @property
    def runs(self) -> int:
        """How often the command was run."""
        return sum(len(one.codes) for one in self.ran)

    @property
    def sinks(self) -> int:
        """How many outputs, files and names of files were looked into."""
        return sum(one.sinks for one in self.ran)

    @property
    def hits(self) -> list[str]:
        """What leaked, and where."""
        return [hit for one in self.ran for hit in one.hits]

    @property
    def missed(self) -> list[str]:
        """Which planted leaks were not found."""
        return [one.case.name for one in self.leaks if not one.hits]

    def __str__(self) -> str:
        found = len(self.leaks) - len(self.missed)
        return (
            f"{len(self.ran)} cases, {self.runs} runs, {self.canaries} canaries, "
            f"{self.sinks} sinks: {len(self.hits)} hits. "
            f"{len(self.leaks)} planted leaks: {found} found."
        )


def carry_out(*, full: bool) -> Figures:
    """Try every case, or some of every kind; and every planted leak."""
    made = plant(SEED)
    cases = list(_all(made))
    chosen = cases if full else cases[::ONE_IN]
    ran = [try_out(case, made) for case in chosen]
    leaks = [try_out(case, made) for case in planted.leaks()]
    return Figures(len(made.canaries.values), ran, leaks)


def _all(made: Planted) -> Iterator[Case]:
    for room in ROOMS:
        yield from room.cases(made)
