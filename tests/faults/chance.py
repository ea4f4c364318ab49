"""Three runs in which every third call meets a fault, edits and rotations between them, by seed."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from tests.faults.faults import FAULTS
from tests.faults.fleet import ONE, SECRETS, TWO, Fleet, by_others, evidence, rotated, settings
from tests.faults.history import Verdict, try_out
from tests.faults.ran import How

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.api import Fault
    from tests.faults.history import Step
    from tests.faults.ran import Ran, Runner

RATE = 0.35
RUNS = 3
_STALE = "sha256:" + "0" * 64


@cache
def _fleets() -> list[Fleet]:
    plain = [*evidence(ONE), *evidence(TWO)]
    pruned = [replace(fleet, name=f"{fleet.name}, pruned", prune=True) for fleet in evidence(ONE)]
    canary = [replace(fleet, name=f"{fleet.name}, canary", canary=True) for fleet in evidence(TWO)]
    return [*plain, *(fleet for fleet in pruned if not fleet.projects[0].others), *canary]


def carry_out(case: tuple[int]) -> Verdict:
    """Try one seed."""
    (seed,) = case
    chance = random.Random(seed)
    random.seed(seed)  # for the jitter of waits
    fleet = chance.choice(_fleets())
    how = How(
        receipts=fleet.shows_writes and chance.random() < 0.4,
        short=True,
        outputs=not seed % 8,
        account=fleet.api == "atlas" and chance.random() < 0.3,
    )
    return try_out(f"chance {seed}", fleet, _steps(chance, how), how)


def _steps(chance: random.Random, how: How) -> Iterator[Step]:
    for number in range(RUNS):
        expect = _STALE if chance.random() < 0.05 else None
        deadline = chance.choice([900.0, 900.0, 60.0, 5.0])
        odd = replace(how, expect=expect, deadline=deadline)

        def step(runner: Runner, number: int = number, odd: How = odd) -> Ran:
            if number:
                _meddle(chance, runner, how)
            return runner.run(lambda _: _fault(chance), odd)

        yield step


def _fault(chance: random.Random) -> tuple[str, Fault] | None:
    if chance.random() >= RATE:
        return None
    name = chance.choice(list(FAULTS))
    return name, FAULTS[name]


def _meddle(chance: random.Random, runner: Runner, how: How) -> None:
    """Rotate a secret, or have somebody else write or delete something, between two runs."""
    api = runner.api
    if chance.random() < 0.3:
        key = chance.choice(sorted(api.wanted))
        now = api.wanted[key]
        new = rotated(now, key[1]) if how.receipts else settings(*key, f"edition {chance.random()}")
        runner.rotate(key, {**now, SECRETS[key[1]]: new[SECRETS[key[1]]]})
    if chance.random() < 0.3:
        key = chance.choice(api.fleet.keys)
        api.put(key, by_others(key, api.edited))
    if chance.random() < 0.2:
        api.delete(chance.choice(api.fleet.keys))
