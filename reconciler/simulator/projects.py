"""The operations on projects, which the API also calls groups."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reconciler.api import wire
from reconciler.api.dialects import Family
from reconciler.simulator.bodies import read_object
from reconciler.simulator.call import Entity, Nothing, Page, is_v2
from reconciler.simulator.errors import refuse
from reconciler.simulator.shapes import show_project
from reconciler.simulator.state import Project, is_id, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.dialects import Dialect
    from reconciler.simulator.call import Answer, Call

_NAME = re.compile(r"[\w\-.(),:&@+' ]{1,64}")
"""Letters and digits of any script, and some signs; the space is in old names only."""
_WRONG_GROUP = {Family.ATLAS: wire.NOT_ATLAS_GROUP, Family.PUBLIC: wire.ATLAS_GROUP}
_WRONG_ORG = {Family.ATLAS: "NOT_ATLAS_ORG", Family.PUBLIC: "EXPECTED_NON_ATLAS_ORG"}
"""What an API answers to a project, or an organization, of the other family."""
_BODY = {"name": str, "orgId": str, "tags": list, "withDefaultAlertsSettings": bool}
_READ_ONLY = {"clusterCount", "created", "id", "links"}
"""Nothing comes of sending these; the vendor's own Go client sends the first two on each POST."""


def list_all(call: Call) -> Answer:
    """Give a page of all projects, by name."""
    return _page(call, None, "")


def list_of_organization(call: Call) -> Answer:
    """Give a page of an organization's projects, whose names may be asked to start with `name`.

    An organization exists by having a project.
    """
    org = call.names["orgId"]
    here, elsewhere = (
        call.store.projects(family, org, "", 1, 0)[0]
        for family in sorted(Family, key=lambda family: family is not call.dialect.family)
    )
    if not here:
        raise refuse(_WRONG_ORG[call.dialect.family] if elsewhere else "ORG_NOT_FOUND", org)
    return _page(call, org, call.request.query.get("name", ""))


def get(call: Call) -> Answer:
    """Give one project."""
    project = call.store.project(call.names["groupId"])
    if project is None:
        raise refuse(wire.GROUP_NOT_FOUND, call.names["groupId"])
    return Entity(show_project(call, project, alone=True))


def get_by_name(call: Call) -> Answer:
    """Give the one project of a name. An unknown name is answered as if access were missing."""
    name = call.names["groupName"]
    named = call.store.projects_named(name)
    found = [project for project in named if project.family is call.dialect.family]
    if not found:
        for project in named:
            refuse_family(call.dialect, project)
        if call.switches.unknown_name_status == 401:  # noqa: PLR2004 - a status
            raise refuse(wire.NOT_IN_GROUP)
        raise refuse("GROUP_NAME_NOT_FOUND", name)
    if len(found) > 1:
        raise refuse("MULTIPLE_GROUPS")
    return Entity(show_project(call, found[0], alone=True))


def create(call: Call) -> Answer:
    """Make a project; 201, and `tags` only if it has some (recorded)."""
    body = read_object(call.request.body)
    _check(call.dialect, body)
    if any(project.org_id == body["orgId"] for project in call.store.projects_named(body["name"])):
        raise refuse("GROUP_ALREADY_EXISTS", body["name"])
    created = datetime.fromtimestamp(call.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tags = tuple(body.get("tags", ()))
    api = "atlas" if call.dialect.family is Family.ATLAS else call.switches.public_api
    project = Project(new_id(call.now), body["name"], body["orgId"], created, tags, api)
    call.store.add_project(project)
    shown = show_project(call, project, alone=True)
    bare = is_v2(call.dialect) and not tags
    return Entity({k: shown[k] for k in shown if k != "tags"} if bare else shown, 201)


def delete(call: Call) -> Answer:
    """Remove a project and all its integrations."""
    call.store.delete_project(call.names["groupId"])
    return Nothing()


def refuse_family(dialect: Dialect, project: Project) -> None:
    """Refuse a project that belongs to the other family. Raises 404."""
    if project.family is not dialect.family:
        raise refuse(_WRONG_GROUP[dialect.family], project.id)


def _page(call: Call, org: str | None, prefix: str) -> Answer:
    options = call.options
    total, projects = call.store.projects(
        call.dialect.family, org, prefix, options.per_page, options.offset
    )
    results = [show_project(call, project, alone=False) for project in projects]
    return Page(results, total, {"name": prefix} if prefix else {})


def _check(dialect: Dialect, body: Mapping[str, Any]) -> None:
    for name, value in body.items():
        if name not in _BODY and name not in _READ_ONLY:
            raise refuse("INVALID_ATTRIBUTE", name)
        if not isinstance(value, _BODY.get(name, object)):
            raise refuse("INVALID_JSON_ATTRIBUTE", name)
    for name in ("name", "orgId"):
        if name not in body:
            raise refuse("MISSING_ATTRIBUTE", name)
    if not _NAME.fullmatch(body["name"]):
        raise refuse("INVALID_GROUP_NAME", body["name"])
    if not is_id(body["orgId"]):
        raise refuse("INVALID_ATTRIBUTE", "orgId")
    if not all(is_tag(dialect.family, tag) for tag in body.get("tags", ())):
        raise refuse("INVALID_JSON_ATTRIBUTE", "tags")


def is_tag(family: Family, tag: Any) -> bool:
    """Tell whether a value is a tag as a family has it: a key and a value, or a plain string."""
    if family is Family.PUBLIC:
        return isinstance(tag, str) and len(tag) > 0
    return (
        isinstance(tag, dict)
        and set(tag) == {"key", "value"}
        and all(isinstance(text, str) and 1 <= len(text) <= 255 for text in tag.values())  # noqa: PLR2004 - documented
    )
