"""What is live in one project while it is worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.api.client import Client
    from reconciler.core.state import LiveIntegration, ProjectRef


class Live:
    """One project's integrations as they were last seen, be it in a read or in a write's answer.

    An answer to a write lists what else is there. What it lists counts, and what it leaves out does
    not: that something is gone is only learnt by reading. After an answer that left out something,
    or that was none, what was seen before is old.
    """

    def __init__(self, client: Client, project: ProjectRef) -> None:
        """Read the project. Raises as `look` does."""
        self.client = client
        self._project = project
        self._seen: Mapping[str, LiveIntegration] = {}
        self._is_old = True
        self.look()

    def look(self) -> None:
        """Read the project. Raises ApiError, and Stopped when the run is ending."""
        self._seen = self.client.integrations(self._project).integrations
        self._is_old = False

    def freshen(self) -> None:
        """Read the project if what was seen is old. Raises as `look` does."""
        if self._is_old:
            self.look()

    def get(self, type_: str) -> LiveIntegration | None:
        """Give an integration as it was last seen."""
        return self._seen.get(type_)

    @property
    def types(self) -> Iterable[str]:
        """Give the types that were last seen."""
        return self._seen.keys()

    def write(
        self, method: str, path: str, type_: str, body: bytes | None
    ) -> Mapping[str, LiveIntegration]:
        """Try one write once; give what the answer says is now there. Raises as the client does."""
        self._is_old = True
        shown = self.client.write(method, path, body)
        self.client.ids.watch(self.get(type_), shown.get(type_))
        self._is_old = not self._seen.keys() <= shown.keys()
        self._seen = {**self._seen, **shown}
        return shown
