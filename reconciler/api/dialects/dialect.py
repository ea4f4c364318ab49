"""What one admin API of the family is like."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Dialect:
    """Paths and media type of one admin API; its types and fields stand in the schemas.

    `base_url` is where MongoDB serves it; None where only the operator knows.
    """

    name: str
    base_url: str | None
    base_path: str
    media_type: str

    def projects(self) -> str:
        """Give the path of the list of projects."""
        return f"{self.base_path}/groups"

    def integrations(self, project_id: str) -> str:
        """Give the path of the list of a project's integrations."""
        return f"{self.base_path}/groups/{quote(project_id, safe='')}/integrations"

    def integration(self, project_id: str, type_: str) -> str:
        """Give the path of one integration."""
        return f"{self.integrations(project_id)}/{type_}"
