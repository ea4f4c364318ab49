"""One thing that is tried: a machine, and what is run on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.leaks.world import world

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.leaks.world import Planted, World


@dataclass(frozen=True)
class Case:
    """What is tried, under a name that is like no other."""

    name: str
    act: Callable[[World], object]
    api: str = "atlas"
    seeded: bool = True
    """Whether other secrets are live."""


@dataclass(frozen=True)
class Ran:
    """What came of a case."""

    case: Case
    codes: tuple[int, ...]
    sinks: int
    hits: tuple[str, ...]
    """What leaked, and where."""


def try_out(case: Case, planted: Planted) -> Ran:
    """Run a case, and look into everything that it wrote."""
    with world(planted, case.api, seeded=case.seeded) as made:
        case.act(made)
        sinks = made.gather()
        hits = [
            f"{case.name}: {found} in {name}"
            for name, data in sinks.items()
            for found in planted.detector.find(data)
        ]
        hits += [f"{case.name}: {stray}" for stray in made.strays]
        return Ran(case, tuple(made.codes), len(sinks), tuple(hits))
