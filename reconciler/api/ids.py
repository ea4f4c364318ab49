"""Whether the ids of integrations tell when they were written, as they seem to.

No documentation says so. What is decided by it is therefore held against each write of our own: its
id must be another than before, and of this moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.core.witness import SKEW, written_at

if TYPE_CHECKING:
    from reconciler.api.clock import Clock
    from reconciler.core.state import LiveIntegration


class Ids:
    """Believes in ids until one proves it wrong; any thread may bring one."""

    def __init__(self, clock: Clock) -> None:
        """Believe; the clock is the API's."""
        self._clock = clock
        self.tell_time = True

    def watch(self, before: LiveIntegration | None, after: LiveIntegration | None) -> None:
        """Look at what a write of ours replaced, and at what the answer shows in its place."""
        written = written_at(after.id) if after else None
        if after is None or written is None:
            return
        is_old = before is not None and before.id == after.id
        if is_old or abs(written.timestamp() - self._clock.now()) > SKEW.total_seconds():
            self.tell_time = False
