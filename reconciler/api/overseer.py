"""Who is asked before an operation is begun, and told of every write."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.core.plan import Operation, Outcome
    from reconciler.core.state import ProjectRef


class Overseer:
    """Lets everything happen, and keeps nothing; whoever knows more overrides that.

    All threads share one.
    """

    def objection(self) -> str:
        """Say why nothing more may be begun, or nothing."""
        return ""

    def may_darken(self, project: ProjectRef) -> bool:
        """Tell whether a project may lose its last alerting integration."""
        del project
        return True

    def intent(self, operation: Operation, method: str, before: str | None) -> None:
        """Hear of a write that is tried next; `before` is the id of what is live.

        Raises Stopped to prevent it.
        """

    def retry(self) -> None:
        """Hear that a write is to be tried once more. Raises Stopped to prevent it."""

    def outcome(self, outcome: Outcome) -> None:
        """Hear what became of an operation that was begun. Raises nothing."""


LENIENT = Overseer()
