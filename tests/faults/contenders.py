"""Two runs and a person at work on the same projects at once, in every order that matters.

Each goes on until it asks the API; who goes next is the schedule's choice. Every schedule that
takes the turn away three times at most is tried, and random ones.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from itertools import combinations
from typing import TYPE_CHECKING

from tests.faults.api import Edit
from tests.faults.fleet import ONE, Fleet, by_others
from tests.faults.history import Verdict, broken, quietly
from tests.faults.invariants import lost_updates
from tests.faults.plain import Plain
from tests.faults.ran import How, Ran, Runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.simulator import Request, Response
    from tests.faults.api import State
    from tests.faults.fleet import Key

KEY = ("0" * 23 + "1", "PAGER_DUTY")
HOW = How(short=True, outputs=False)
POINTS = 22
"""Calls of both runs together, at best."""
PREEMPTIONS = 3
RANDOM = 5000
_PATIENCE = 60


class Turns:
    """Lets one thread go on at a time, and changes over when the schedule says so."""

    def __init__(self, switches: frozenset[int], names: list[str]) -> None:
        """Take the points, counted over all, at which the turn is taken away."""
        self._switches = switches
        self._waiting = deque(names)
        self._point = 0
        self._is_open = False
        self._changed = threading.Condition()

    def take(self, name: str) -> None:
        """Wait for the turn, and count a point."""
        with self._changed:
            self._await(name)
            if self._point in self._switches:
                self._waiting.rotate(-1)
                self._changed.notify_all()
            self._point += 1
            self._await(name)

    def end(self, name: str) -> None:
        """Take no further part."""
        with self._changed:
            self._waiting.remove(name)
            self._changed.notify_all()

    def open(self) -> None:
        """Let whoever comes go on, from now on."""
        self._is_open = True

    def _await(self, name: str) -> None:
        if self._is_open:
            return
        assert self._changed.wait_for(lambda: self._waiting[0] == name, _PATIENCE)


class World:
    """What is live, for all who see it."""

    def __init__(self, turns: Turns) -> None:
        """Nobody looks yet."""
        self.live: State = {}
        self.turns = turns
        self.seats: list[Seat] = []


class Seat(Plain):
    """The API as one run sees it: what the others do there are edits of somebody else."""

    def __init__(self, fleet: Fleet, world: World, name: str) -> None:
        """Take a seat."""
        self._world, self._name = world, name
        super().__init__(fleet)
        world.seats.append(self)

    @property
    def live(self) -> State:
        """Give what is live for all."""
        return self._world.live

    @live.setter
    def live(self, state: State) -> None:
        self._world.live = state

    def handle(self, request: Request) -> Response:
        """Answer when it is this run's turn, and let the others know of the effect."""
        self._world.turns.take(self._name)
        before = self.live
        answer = super().handle(request)
        if self.live is not before:
            key = self.events[-1].key
            tell(self._world, key, before, self)
        return answer


def tell(world: World, key: Key, before: State, author: Seat | None) -> None:
    """Note what somebody did as an edit in the books of all the others."""
    now = world.live.get(key, ("", None))[1]
    if now == before.get(key, ("", None))[1]:
        return  # the same once more: nothing of anybody's is lost by it
    for seat in world.seats:
        if seat is not author:
            seat.edits.append(Edit(len(seat.events) + 1, key, now))


def cases() -> Iterator[tuple[int, ...]]:
    """Give each schedule: the points at which the turn is taken away."""
    for count in range(PREEMPTIONS + 1):
        yield from combinations(range(POINTS), count)


def random_cases() -> Iterator[tuple[int, ...]]:
    """Give schedules that take the turn away as often as not."""
    for seed in range(RANDOM):
        chance = random.Random(seed)
        yield tuple(point for point in range(3 * POINTS) if chance.random() < 0.5)


def carry_out(case: tuple[int, ...]) -> Verdict:
    """Try one schedule; the one run wants another PAGER_DUTY than the other does."""
    turns = Turns(frozenset(case), ["one", "two", "person"])
    world = World(turns)
    runners = [_runner(world, name) for name in ("one", "two")]
    runs: dict[int, Ran] = {}

    def run(number: int) -> None:
        runs[number] = runners[number].run(how=HOW)
        turns.end(runners[number].fleet.name)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(runners))]
    threads.append(threading.Thread(target=_edit, args=(world, turns)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns.open()
    found = [*broken([runs[0], runs[1]]), *quietly(runners[0], HOW)]
    lost = sum(len(list(lost_updates(ran))) for ran in runs.values())
    return Verdict(
        f"contenders {' '.join(map(str, case))}", tuple(found), lost, tuple(runs.values())
    )


def _runner(world: World, name: str) -> Runner:
    fleet = Fleet(name, ONE)
    if name == "two":
        fleet.declared[KEY]["region"] = "US"
    runner = Runner(fleet, short=True)
    runner.api = Seat(fleet, world, name)
    return runner


def _edit(world: World, turns: Turns) -> None:
    """Have a person write once, when the turn comes, and go."""
    turns.take("person")
    before = world.live
    world.live = {**before, KEY: ("f" * 24, by_others(KEY, 1))}
    tell(world, KEY, before, None)
    turns.end("person")


def all_cases() -> Iterator[tuple[int, ...]]:
    """Give them all."""
    yield from cases()
    yield from random_cases()
