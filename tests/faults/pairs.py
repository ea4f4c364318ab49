"""Every pair of faults at every pair of calls of a run of one project and four writes."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

from tests.faults.faults import FAULTS
from tests.faults.fleet import ONE, evidence
from tests.faults.history import Verdict, meeting, try_out
from tests.faults.ran import How

if TYPE_CHECKING:
    from collections.abc import Iterator

HOW = How(short=True, outputs=False)
CALLS = 12
"""A run at best has ten; the first fault makes for more."""


def cases() -> Iterator[tuple[int, str, int, str]]:
    """Give each case: a call and its fault, and a later one and its."""
    for (first, second), (one, other) in product(
        combinations(range(1, CALLS + 1), 2), product(FAULTS, repeat=2)
    ):
        yield first, one, second, other


def carry_out(case: tuple[int, str, int, str]) -> Verdict:
    """Try one case."""
    first, one, second, other = case
    name = f"pairs {first} {one!r} {second} {other!r}"
    return try_out(name, evidence(ONE)[0], [meeting({first: one, second: other}, HOW)], HOW)
