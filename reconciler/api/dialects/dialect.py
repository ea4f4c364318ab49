"""What one admin API of the family is like."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote, urlsplit

_GOVERNMENT = "mongodbgov.com"


class Family(StrEnum):
    """The two families of projects; an API answers for those of its own family alone."""

    ATLAS = "atlas"
    PUBLIC = "public"
    """Projects of Cloud Manager and of Ops Manager, under the public API."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Paths, media type and statuses of one admin API; its types and fields stand in the schemas.

    `base_url` is where MongoDB serves it; None where only the operator knows. `success` are the
    statuses of a request that was carried out. `service_accounts` says whether it takes their
    tokens; API keys it takes always. `government_lacks` are types that Atlas for Government does
    not have, though it speaks the dialect.
    """

    name: str
    title: str
    family: Family
    base_url: str | None
    base_path: str
    media_type: str
    service_accounts: bool = True
    government_lacks: frozenset[str] = frozenset()
    success: frozenset[int] = field(default=frozenset({200, 201, 204}))

    def lacks(self, base_url: str) -> frozenset[str]:
        """Name the types that are not offered at an address, though the dialect has them."""
        host = urlsplit(base_url).hostname or ""
        is_government = f".{host}".endswith(f".{_GOVERNMENT}")
        return self.government_lacks if is_government else frozenset()

    def projects(self) -> str:
        """Give the path of the list of projects."""
        return f"{self.base_path}/groups"

    def project(self, project_id: str) -> str:
        """Give the path of one project."""
        return f"{self.projects()}/{quote(project_id, safe='')}"

    def projects_of(self, org_id: str) -> str:
        """Give the path of the list of an organization's projects."""
        return f"{self.base_path}/orgs/{quote(org_id, safe='')}/groups"

    def integrations(self, project_id: str) -> str:
        """Give the path of the list of a project's integrations."""
        return f"{self.project(project_id)}/integrations"

    def integration(self, project_id: str, type_: str) -> str:
        """Give the path of one integration."""
        return f"{self.integrations(project_id)}/{type_}"

    def alert_configurations(self, project_id: str) -> str:
        """Give the path of the list of a project's alert configurations."""
        return f"{self.project(project_id)}/alertConfigs"

    def discovery(self, project_id: str) -> str:
        """Give the path of Prometheus discovery, which lies outside the API's own base path."""
        return f"/prometheus/v1.0/groups/{quote(project_id, safe='')}/discovery"
