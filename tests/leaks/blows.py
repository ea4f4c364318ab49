"""Mistakes of the program itself: any of its functions raises an error that quotes a secret."""

from __future__ import annotations

import random
import sys
import threading
from contextlib import contextmanager
from functools import partial
from types import CodeType, FunctionType
from typing import TYPE_CHECKING

from tests.leaks.case import Case
from tests.leaks.roads import APPLY, RECEIPTS, SIMULATE
from tests.leaks.world import world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.leaks.world import Planted, World

POINTS = 120
_ERRORS = ("RuntimeError", "ValueError", "OSError", "KeyError", "TypeError", "LookupError")
_LINES = (
    ("validate", "d.yaml"),
    ("plan", "literal.yaml", *SIMULATE, "--out", "plan.json", "--verbose"),
    (*APPLY, "--allow-updates", "10", *RECEIPTS),
    ("drift", "d.yaml", *SIMULATE, "--format", "json", *RECEIPTS),
    ("receipts", "verify", "d.yaml", *SIMULATE, *RECEIPTS),
    ("export", *SIMULATE, "--output", "live.yml"),
    ("targets", "d.yaml", *SIMULATE, "--output", "targets.json"),
)
_SPARED = ("reconciler.cli.last_word", "reconciler.api.stop", "reconciler.run.mistake")
"""What tells of a mistake, and the lock that every thread waits for."""


def cases(planted: Planted) -> Iterator[Case]:
    """Give as many points as there shall be, of those that the commands come by, spread by chance.

    Each has its own kind of error in turn.
    """
    points = sorted(_points(planted).items())
    chosen = random.Random(1).sample(points, min(POINTS, len(points)))
    for number, (name, (function, line)) in enumerate(sorted(chosen, key=lambda one: one[0])):
        error = _ERRORS[number % len(_ERRORS)]
        act = partial(_blow, function=function, line=line, error=error)
        yield Case(f"{error} in {name}, {line[0]}", act)


def _blow(world: World, function: FunctionType, line: tuple[str, ...], error: str) -> None:
    canary = world.planted.canaries.values["carried by an error"]
    with blowing(function, f"raise {error}({canary!r}) from Exception({canary!r})"):
        world.run(*line)


@contextmanager
def blowing(function: FunctionType, statement: str) -> Iterator[None]:
    """Have a function do something else, whoever calls it by whatever name."""
    spoilt: dict[str, FunctionType] = {}
    exec(f"def spoilt(*given, **named):\n    {statement}", spoilt)  # noqa: S102 - it is ours
    before = function.__code__
    function.__code__ = spoilt["spoilt"].__code__
    try:
        yield
    finally:
        function.__code__ = before


def _points(planted: Planted) -> dict[str, tuple[FunctionType, tuple[str, ...]]]:
    """Find the functions of the package that commands come by, each with the first that does."""
    found: dict[str, tuple[FunctionType, tuple[str, ...]]] = {}
    for line in _LINES:
        with world(planted) as made, _recorded() as seen:
            made.run(*line)
        for name, function in _functions():
            if function.__code__ in seen and not name.startswith(_SPARED):
                found.setdefault(name, (function, line))
    return found


@contextmanager
def _recorded() -> Iterator[set[CodeType]]:
    seen: set[CodeType] = set()

    def note(frame: object, event: str, argument: object) -> None:
        if event == "call":
            seen.add(frame.f_code)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def _functions() -> Iterator[tuple[str, FunctionType]]:
    """List what can be spoilt: every function of the package that is no closure."""
    for module in [name for name in sys.modules if name.startswith("reconciler.")]:
        for holder in (sys.modules[module], *_classes(module)):
            for value in list(vars(holder).values()):
                function = getattr(value, "__func__", getattr(value, "fget", value))
                function = getattr(function, "__wrapped__", function)
                if _can_be_spoilt(function, module):
                    yield f"{module}.{function.__qualname__}", function


def _classes(module: str) -> list[type]:
    values = vars(sys.modules[module]).values()
    return [one for one in values if isinstance(one, type) and one.__module__ == module]


def _can_be_spoilt(function: object, module: str) -> bool:
    own = isinstance(function, FunctionType) and function.__module__ == module
    return own and not function.__code__.co_freevars
