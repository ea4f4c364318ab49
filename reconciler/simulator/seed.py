"""What a new state is filled with: a document of projects and integrations in plaintext.

    {"projects": [{"id": …, "name": …, "orgId": …, "api": …, "tags": …, "clusters": …,
                   "alertConfigs": …, "integrations": [{"type": …, …settings…}]}]}

`api` says which API a project belongs to: atlas, cloud-manager or ops-manager.

Types and settings that the catalogue does not know are kept, and known settings may break their
rules, so that a seed can rehearse what an API of tomorrow, or a write of long ago, would show.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.api.dialects import DIALECTS, Family
from reconciler.catalogue import kinds
from reconciler.core.problem import quote
from reconciler.simulator.alerts import read_alerts
from reconciler.simulator.clusters import read_clusters
from reconciler.simulator.projects import is_tag
from reconciler.simulator.state import (
    PROJECT_APIS,
    Integration,
    Project,
    Seed,
    StateError,
    derived_id,
    is_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_CREATED = datetime(2020, 1, 1, tzinfo=UTC)
"""When everything that is seeded was made: fixed, so that the same seed gives the same answers."""
_MOMENT = int(_CREATED.timestamp())
_ORGANIZATION = derived_id("organization", moment=_MOMENT)
_PROJECT_KEYS = {"id", "name", "orgId", "api", "tags", "clusters", "alertConfigs", "integrations"}


def load_seed(text: str, dialect: str = "atlas") -> Seed:
    """Read a seed from JSON or YAML. Raises StateError that names what is wrong.

    Ids and names that are left out are derived: an id from the name, a name from the id. Projects
    that do not say their api are those of the dialect.
    """
    document = _parse(text)
    if not isinstance(document, dict) or set(document) != {"projects"}:
        raise StateError("The seed is not a mapping with `projects` and nothing else.")
    items = _list(document["projects"], "projects")
    projects = [_project(item, f"projects[{at}]", dialect) for at, item in enumerate(items)]
    _refuse_twins("id", (project.id for project in projects))
    return Seed(tuple(projects), tuple(_all_integrations(items, projects)))


def from_projects(
    projects: Iterable[tuple[str | None, str | None]], dialect: str = "atlas"
) -> Seed:
    """Make a seed of projects of a dialect, by id or name or both, that have no integrations."""
    api = PROJECT_APIS[dialect]
    named = (_derive(id_, name, _ORGANIZATION, (), api) for id_, name in projects)
    return Seed(tuple({project.id: project for project in named}.values()))


def _parse(text: str) -> Any:
    try:
        return json.loads(text)  # not all JSON is YAML to PyYAML: tabs, and `\/`
    except ValueError:
        pass
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        trouble = f"The seed is neither JSON nor YAML{at}."
    except (yaml.YAMLError, ValueError):
        trouble = "The seed is neither JSON nor YAML."
    raise StateError(trouble)  # outside the handler: the original quotes the seed's secrets


def _project(item: Any, at: str, dialect: str) -> Project:
    if not isinstance(item, dict) or not (item.get("id") or item.get("name")):
        raise StateError(f"{at} of the seed is not a mapping with an `id` or a `name`.")
    if unknown := sorted(map(str, set(item) - _PROJECT_KEYS)):
        names = ", ".join(map(quote, unknown))
        raise StateError(f"{at} of the seed has unknown members: {names}.")
    org = item.get("orgId") or _ORGANIZATION
    for name, id_ in (("id", item.get("id")), ("orgId", org)):
        if id_ is not None and not (isinstance(id_, str) and is_id(id_)):
            raise StateError(f"{at}.{name} of the seed is not a string of 24 hexadecimal digits.")
    if not isinstance(item.get("name", ""), str):
        raise StateError(f"{at}.name of the seed is not a string.")
    api = _api(item.get("api", dialect), at)
    tags = _tags(DIALECTS[api].family, item.get("tags"), at)
    project = _derive(item.get("id"), item.get("name"), org, tags, api)
    project = replace(project, alerts=_alerts(item, project.id, f"{at}.alertConfigs"))
    if item.get("clusters") is None:
        return project
    at = f"{at}.clusters"
    return replace(project, clusters=read_clusters(_list(item["clusters"], at), project.id, at))


def _alerts(item: Mapping[str, Any], project_id: str, at: str) -> tuple[dict[str, Any], ...]:
    def id_of(name: str) -> str:
        return derived_id(project_id, name, moment=_MOMENT)

    return tuple(read_alerts(_list(item.get("alertConfigs"), at), id_of, at))


def _api(dialect: Any, at: str) -> str:
    if not isinstance(dialect, str) or dialect not in PROJECT_APIS:
        raise StateError(f"{at}.api of the seed is none of {', '.join(PROJECT_APIS)}.")
    return PROJECT_APIS[dialect]


def _derive(
    id_: str | None, name: str | None, org: str, tags: tuple[dict[str, str] | str, ...], api: str
) -> Project:
    id_ = id_ or derived_id(name or "", moment=_MOMENT)
    created = f"{_CREATED:%Y-%m-%dT%H:%M:%SZ}"
    clusters = read_clusters(None, id_, "")
    return Project(id_, name or f"project-{id_}", org, created, tags, api, clusters)


def _tags(family: Family, tags: Any, at: str) -> tuple[dict[str, str] | str, ...]:
    listed = _list(tags, f"{at}.tags")
    if not all(is_tag(family, tag) for tag in listed):
        form = "strings" if family is Family.PUBLIC else "mappings of `key` and `value`"
        raise StateError(f"{at}.tags of the seed are not {form}.")
    return tuple(listed)


def _all_integrations(
    items: list[Any], projects: list[Project]
) -> Iterator[tuple[str, Integration]]:
    for index, (item, project) in enumerate(zip(items, projects, strict=True)):
        at = f"projects[{index}].integrations"
        members = enumerate(_list(item.get("integrations"), at))
        made = [_integration(entry, f"{at}[{n}]", project) for n, entry in members]
        _refuse_twins(f"type in {at}", (integration.type for integration in made))
        yield from ((project.id, integration) for integration in made)


def _integration(item: Any, at: str, project: Project) -> Integration:
    type_ = item.get("type") if isinstance(item, dict) else None
    if not isinstance(type_, str):
        raise StateError(f"{at} of the seed is not a mapping with a `type`.")
    settings = {
        str(name): value
        for name, value in item.items()
        if name not in ("type", "id") and value is not None
    }
    for dialect, api in PROJECT_APIS.items():
        if api == project.api:
            _refuse_unquoted(type_, settings, at, dialect)
    try:
        json.dumps(settings)
    except (TypeError, ValueError):
        trouble = f"{at} of the seed holds a value that JSON does not know; quote it."
    else:
        return Integration(type_, derived_id(project.id, type_, moment=_MOMENT), settings)
    raise StateError(trouble)


def _refuse_unquoted(type_: str, settings: dict[str, Any], at: str, dialect: str) -> None:
    """Refuse a secret that YAML read as a number, and so lost its leading zeros."""
    kind = kinds(dialect).get(type_)
    for name, value in settings.items():
        sensitive = kind and name in kind.fields and kind.fields[name].sensitive
        if sensitive and not isinstance(value, str):
            raise StateError(f"{at}.{name} of the seed is not a string; quote it.")


def _list(value: Any, at: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise StateError(f"{at} of the seed is not a list.")
    return value


def _refuse_twins(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            shown = value if is_id(value) else quote(value)
            raise StateError(f"The seed gives the same {what} twice: {shown}.")
        seen.add(value)
