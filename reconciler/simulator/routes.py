"""Which dialect and operation answer a method and path, and which rate limit they count against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from reconciler.api.dialects import DIALECTS
from reconciler.simulator import alerts, integrations, projects
from reconciler.simulator.buckets import ORGANIZATION
from reconciler.simulator.errors import refuse, refuse_bare

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.api.dialects import Dialect
    from reconciler.simulator.call import Answer, Call

_ONE = "/groups/{groupId}/integrations/{integrationType}"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `whose` names the path parameter that a rate limit is counted by.

    Where it is empty, the limit is the caller's.
    """

    method: str
    pattern: str
    handler: Callable[[Call], Answer]
    scope: str
    whose: str = "groupId"


ROUTES = (
    Route("GET", "/groups", projects.list_all, "projects", ""),
    Route("POST", "/groups", projects.create, "projects", ""),
    Route("GET", "/groups/byName/{groupName}", projects.get_by_name, "projects", ""),
    Route("GET", "/groups/{groupId}", projects.get, "projects"),
    Route("DELETE", "/groups/{groupId}", projects.delete, "projects"),
    Route("GET", "/orgs/{orgId}/groups", projects.list_of_organization, ORGANIZATION, "orgId"),
    Route("GET", "/groups/{groupId}/integrations", integrations.list_all, "integrations"),
    Route("GET", _ONE, integrations.get, "integrations"),
    Route("POST", _ONE, integrations.create, "integrations"),
    Route("PUT", _ONE, integrations.replace, "integrations"),
    Route("DELETE", _ONE, integrations.delete, "integrations"),
    Route("GET", "/groups/{groupId}/alertConfigs", alerts.list_all, "alertConfigs"),
)
"""Where two patterns fit a path, the first one counts."""


def find_dialect(path: str) -> Dialect:
    """Find the first dialect whose base path a path is below. Raises 404 where there is none.

    Cloud Manager and Ops Manager share theirs; which of them it is depends on the project.
    """
    for dialect in DIALECTS.values():
        if path.startswith(f"{dialect.base_path}/"):
            return dialect
    raise refuse("RESOURCE_NOT_FOUND", path)


def find(method: str, path: str, dialect: Dialect) -> tuple[Route, Mapping[str, str]]:
    """Find the route of a request and what its path names, decoded.

    Raises 404 for a path that no pattern fits, and 405 with Allow for a method that its pattern
    does not have.
    """
    rest = path.removeprefix(dialect.base_path)
    fitting = [
        (route, names) for route in ROUTES if (names := fit(route.pattern, rest)) is not None
    ]
    if not fitting:
        raise refuse("RESOURCE_NOT_FOUND", path)
    first = fitting[0][0].pattern
    methods = {route.method: (route, names) for route, names in fitting if route.pattern == first}
    if method not in methods:
        raise refuse_bare(405, {"Allow": ", ".join(sorted(methods))})
    return methods[method]


def fit(pattern: str, path: str) -> dict[str, str] | None:
    """Give what a path has in the places of a pattern's names, decoded; None if it does not fit."""
    wanted, given = pattern.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    names = {}
    for want, segment in zip(wanted, given, strict=True):
        if want.startswith("{"):
            names[want[1:-1]] = unquote(segment)
        elif want != segment:
            return None
    return names
