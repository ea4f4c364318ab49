"""A copy of what an API showed: each answer is kept as it was, and shown again exactly so.

Nobody knows more of a masked value than its mask, so the mask is what is kept; types, members and
nulls that the catalogue does not know are kept too. What is written to the copy later is kept and
shown as in any other state.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.simulator.seed import from_projects
from reconciler.simulator.service import Service
from reconciler.simulator.state import Integration, Seed, derived_id
from reconciler.simulator.store import Store
from reconciler.simulator.switches import LIKELIEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_NO_LIMIT = 1_000_000_000


class Shown(NamedTuple):
    """What an API showed of a project: integrations with distinct types, and alert configurations.

    Each is a JSON object of the answer; an integration has a `type`, an alert an `id`.
    """

    id: str
    name: str | None
    integrations: Sequence[Mapping[str, Any]]
    alerts: Sequence[Mapping[str, Any]] = ()


def open_copy(projects: Iterable[Shown], dialect: str) -> Service:
    """Serve a copy in memory, which is gone once it is closed.

    It has no rate limits, which are those of a server, and shows ids where the original did.
    """
    projects = list(projects)
    seed = from_answers(projects, dialect)
    shows_ids = any("id" in item for project in projects for item in project.integrations)
    switches = replace(LIKELIEST, capacity=_NO_LIMIT, ids_before_v2=shows_ids)
    return Service(Store.open(None, lambda: seed), switches=switches)


def from_answers(projects: Iterable[Shown], dialect: str) -> Seed:
    """Make a seed of what an API of the dialect showed."""
    projects = list(projects)
    bare = from_projects(((project.id, project.name) for project in projects), dialect).projects
    alerts = {project.id: tuple(map(_alert, project.alerts)) for project in projects}
    return Seed(
        tuple(replace(project, alerts=alerts[project.id]) for project in bare),
        tuple(_integrations(projects)),
    )


def _integrations(projects: Iterable[Shown]) -> Iterator[tuple[str, Integration]]:
    for project in projects:
        for item in project.integrations:
            type_ = str(item["type"])
            inside = derived_id(project.id, type_, moment=0)
            yield project.id, Integration(type_, inside, item, as_shown=True)


def _alert(item: Mapping[str, Any]) -> dict[str, Any]:
    """Keep an alert; what is no list of notifications goes to nobody."""
    told = item.get("notifications")
    listed = told if isinstance(told, list) else []
    return {**item, "notifications": [each for each in listed if isinstance(each, dict)]}
