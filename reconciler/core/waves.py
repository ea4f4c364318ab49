"""Waves: in which order projects are worked on, so that a mistake meets few of them first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.core.plan import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from reconciler.core.plan import Operation, Outcome

FLEET = 10
"""So many projects must be touched to be worked on in waves, unless some are canaries."""
FIRST_SHARE = 10
"""The second wave is one project in so many."""
MOST_IN_A_ROW = 3
MOST_SHARE = 0.10
ENOUGH = 5
"""How many operations must have ended before a share of failures means anything."""


def waves(operations: Iterable[Operation], canaries: Collection[str]) -> list[list[Operation]]:
    """Divide a plan by projects: the canaries, or else one; then a tenth of the rest; the rest.

    `canaries` are ids of projects; those that the plan does not touch do not count. A project is
    never divided, and the order within each wave is the plan's. A small plan with no canary is one
    wave.
    """
    operations = list(operations)
    projects = list(dict.fromkeys(_project(operation) for operation in operations))
    marked = [project for project in projects if project in canaries]
    if not marked and len(projects) < FLEET:
        return [operations] if operations else []
    first = marked or projects[:1]
    rest = [project for project in projects if project not in set(first)]
    tenth = -(-len(rest) // FIRST_SHARE)
    parts = (set(first), set(rest[:tenth]), set(rest[tenth:]))
    return [[o for o in operations if _project(o) in part] for part in parts if part]


def retry_budget(whole: int) -> int:
    """Give how many writes a run may repeat, of so many operations: a tenth of them, and ten."""
    return whole // 10 + 10


def unverified(outcomes: Sequence[Outcome]) -> str:
    """Say why nothing may follow after a wave; empty if all of it is done."""
    bad = [outcome for outcome in outcomes if outcome.status is not Status.DONE]
    return f"{len(bad)} of {len(outcomes)} operations not done" if bad else ""


@dataclass
class Breaker:
    """Watches outcomes as they come in, and trips when too much goes wrong.

    Not thread-safe: whoever gathers the outcomes asks.
    """

    whole: int
    """How many operations there are."""
    ended: int = 0
    failed: int = 0
    row: list[str] = field(default_factory=list)
    """The kinds of the last failures, with no success between them."""

    def take(self, outcomes: Iterable[Outcome]) -> str:
        """Count what has ended; say why the run must stop, or nothing."""
        for outcome in outcomes:
            self.ended += outcome.status is not Status.SKIPPED
            if outcome.status is Status.DONE:
                self.row = []
            elif outcome.status is not Status.SKIPPED:
                self.failed += 1
                self.row.append(outcome.kind)
        return self._reason()

    def _reason(self) -> str:
        kind, count = max(Counter(self.row[-MOST_IN_A_ROW:]).items(), default=("", 0))
        if count >= MOST_IN_A_ROW:
            return f"{count} failures of a kind in a row ({kind})"
        if self.ended >= ENOUGH and self.failed >= MOST_SHARE * self.whole:
            return f"{self.failed} of {self.whole} operations failed"
        return ""


def _project(operation: Operation) -> str:
    return operation.change.project.id or ""
