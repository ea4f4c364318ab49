"""The operations on projects, which the API also calls groups."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reconciler.api import wire
from reconciler.simulator.bodies import read_object
from reconciler.simulator.call import Entity, Nothing, Page
from reconciler.simulator.errors import refuse
from reconciler.simulator.state import Project, is_id, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.simulator.call import Answer, Call

_NAME = re.compile(r"[\w\-.(),:&@+' ]{1,64}")
"""Letters and digits of any script, and some signs; the space is in old names only."""
_BODY = {"name": str, "orgId": str, "tags": list, "withDefaultAlertsSettings": bool}
_PARTS = ("containers", "clusters", "databaseUsers", "peers", "processes", "whitelist")
"""What a project that is shown alone links to."""


def list_all(call: Call) -> Answer:
    """Give a page of all projects, by name."""
    return _page(call, None, "")


def list_of_organization(call: Call) -> Answer:
    """Give a page of an organization's projects, whose names may be asked to start with `name`.

    An organization exists by having a project.
    """
    org = call.names["orgId"]
    if not call.store.projects(org, "", 1, 0)[0]:
        raise refuse("ORG_NOT_FOUND", org)
    return _page(call, org, call.request.query.get("name", ""))


def get(call: Call) -> Answer:
    """Give one project."""
    project = call.store.project(call.names["groupId"])
    if project is None:
        raise refuse(wire.GROUP_NOT_FOUND, call.names["groupId"])
    return Entity(_show(call, project, alone=True))


def get_by_name(call: Call) -> Answer:
    """Give the one project of a name. An unknown name is answered as if access were missing."""
    name = call.names["groupName"]
    found = call.store.projects_named(name)
    if not found:
        if call.switches.unknown_name_status == 401:  # noqa: PLR2004 - a status
            raise refuse(wire.NOT_IN_GROUP)
        raise refuse("GROUP_NAME_NOT_FOUND", name)
    if len(found) > 1:
        raise refuse("MULTIPLE_GROUPS")
    return Entity(_show(call, found[0], alone=True))


def create(call: Call) -> Answer:
    """Make a project; 201, and `tags` only if it has some (recorded)."""
    body = read_object(call.request.body)
    _check(body)
    if any(project.org_id == body["orgId"] for project in call.store.projects_named(body["name"])):
        raise refuse("GROUP_ALREADY_EXISTS", body["name"])
    created = datetime.fromtimestamp(call.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tags = tuple(body.get("tags", ()))
    project = Project(new_id(call.now), body["name"], body["orgId"], created, tags)
    call.store.add_project(project)
    shown = _show(call, project, alone=True)
    return Entity(shown if tags else {k: shown[k] for k in shown if k != "tags"}, 201)


def delete(call: Call) -> Answer:
    """Remove a project and all its integrations."""
    call.store.delete_project(call.names["groupId"])
    return Nothing()


def _page(call: Call, org: str | None, prefix: str) -> Answer:
    options = call.options
    total, projects = call.store.projects(org, prefix, options.per_page, options.offset)
    results = [_show(call, project, alone=False) for project in projects]
    return Page(results, total, {"name": prefix} if prefix else {})


def _show(call: Call, project: Project, *, alone: bool) -> dict[str, Any]:
    here = f"{call.request.origin}{call.dialect.projects()}/{project.id}"
    links = [{"href": here, "rel": "self"}]
    if alone:
        host = "https://cloud.mongodb.com"
        links += [{"href": f"{here}/{part}", "rel": f"{host}/{part}"} for part in _PARTS]
    return {
        "clusterCount": 0,
        "created": project.created,
        "id": project.id,
        "links": links,
        "name": project.name,
        "orgId": project.org_id,
        "tags": list(project.tags),
        "withDefaultAlertsSettings": True,
    }


def _check(body: Mapping[str, Any]) -> None:
    for name, value in body.items():
        if name not in _BODY:
            raise refuse("INVALID_ATTRIBUTE", name)
        if not isinstance(value, _BODY[name]):
            raise refuse("INVALID_JSON_ATTRIBUTE", name)
    for name in ("name", "orgId"):
        if name not in body:
            raise refuse("MISSING_ATTRIBUTE", name)
    if not _NAME.fullmatch(body["name"]):
        raise refuse("INVALID_GROUP_NAME", body["name"])
    if not is_id(body["orgId"]):
        raise refuse("INVALID_ATTRIBUTE", "orgId")
    if not all(_is_tag(tag) for tag in body.get("tags", ())):
        raise refuse("INVALID_JSON_ATTRIBUTE", "tags")


def _is_tag(tag: Any) -> bool:
    return (
        isinstance(tag, dict)
        and set(tag) == {"key", "value"}
        and all(isinstance(text, str) and 1 <= len(text) <= 255 for text in tag.values())  # noqa: PLR2004 - documented
    )
