"""The steps of `targets`: which projects to ask, with which password, and what they answer.

Only the passwords that discovery takes are resolved, and the admin API is asked only where a
project's id is not declared: a machine that runs Prometheus needs no other secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconciler import session
from reconciler.core.match import match, may_be_selected, select
from reconciler.core.problem import Failed, Invalid, Problem, warning
from reconciler.core.secret import Reference, Secret
from reconciler.core.target import merge
from reconciler.steps.connect import connect
from reconciler.steps.read import listed, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.core.state import Desired, DesiredProject, Integration, ProjectRef
    from reconciler.core.target import TargetGroup
    from reconciler.run import Run

_TYPE = "PROMETHEUS"
_USED = ("type", "username", "password")
_ID = re.compile("[0-9a-f]{24}")


@dataclass(slots=True)
class Targets:
    """The projects that are asked, and the target groups of those that answered, by id."""

    asked: list[ProjectRef] = field(default_factory=list)
    found: dict[str | None, tuple[TargetGroup, ...]] = field(default_factory=dict)

    @property
    def missed(self) -> list[ProjectRef]:
        """The projects that could not be read, or were not, because the run ended before."""
        return [ref for ref in self.asked if ref.id not in self.found]

    def groups(self) -> list[TargetGroup]:
        """Give all that was found, merged and sorted."""
        return merge(group for groups in self.found.values() for group in groups)


def narrow(run: Run, declared: Desired, params: Mapping[str, str]) -> Desired:
    """Leave of every project what asking it takes: a user name and a password, or nothing.

    Raises Invalid where nobody is left to ask, where one lacks what discovery takes, for a pattern
    that names no declared project, and for a query that the dialect does not offer.
    """
    from reconciler.api.dialects import DIALECTS, Family

    if params and DIALECTS[declared.api].family is not Family.ATLAS:
        sentence = f"{DIALECTS[declared.api].title} has one kind of address only"
        raise Invalid([Problem("not-offered", sentence, "leave out --scheme")])
    chosen = _chosen(run, declared)
    projects = tuple(_narrowed(run, project, chosen) for project in declared.projects)
    asked = [integration for project in projects for integration in project.integrations]
    if not asked:
        raise _nobody()
    problems = [wrong for integration in asked for wrong in _faults(integration)]
    if problems:
        raise Invalid(problems)
    return replace(declared, projects=projects)


def discover(run: Run, declared: Desired, params: Mapping[str, str], targets: Targets) -> None:
    """Ask for the targets of every project; one that cannot be read fails alone."""
    from reconciler.api.discovery import discover as ask

    projects = {project.ref: project for project in _located(run, declared)}
    run.base_url = session.base_url(run.job.target, declared.api)
    targets.asked = list(projects)
    places = {ref: project.at for ref, project in projects.items()}
    with session.discovery(run.job.target, declared, run.job.stop) as client_of:

        def ask_one(ref: ProjectRef) -> tuple[TargetGroup, ...]:
            return ask(client_of(*_login(projects[ref])), ref, params)

        for ref, groups in read(run, ask_one, places, "the targets of "):
            targets.found[ref.id] = groups
    run.problems += _warnings(targets, projects)


def _chosen(run: Run, declared: Desired) -> set[ProjectRef]:
    """Name the projects that --project means, or may mean where only the API can tell."""
    patterns = run.job.projects
    if _is_told(run, declared):
        return {project.ref for project in select(declared.projects, patterns)}
    refs = (project.ref for project in declared.projects)
    return {ref for ref in refs if may_be_selected(ref, patterns)}


def _is_told(run: Run, declared: Desired) -> bool:
    """Tell whether the declarations say which projects are meant, and what their ids are.

    A pattern that is no id may be the name of a project whose name is not declared.
    """
    by_id = all(_ID.fullmatch(pattern) for pattern in run.job.projects)
    return all(
        project.ref.id and (by_id or project.ref.name)
        for project in declared.projects
        if may_be_selected(project.ref, run.job.projects)
        and any(_is_asked(integration) for integration in project.integrations)
    )


def _is_asked(integration: Integration) -> bool:
    is_there = integration.type == _TYPE and not integration.absent
    return is_there and integration.settings.get("enabled") is not False


def _narrowed(run: Run, project: DesiredProject, chosen: set[ProjectRef]) -> DesiredProject:
    """Keep the integration that discovery is about, if it is meant and enabled."""
    if project.ref not in chosen:
        return replace(project, integrations=())
    for integration in project.integrations:
        if integration.settings.get("enabled") is False and integration.type == _TYPE:
            sentence = f"{project.ref} has no targets, since its {_TYPE} is not enabled"
            run.problems.append(warning("not-enabled", sentence, at=integration.at))
    kept = tuple(_used(one) for one in project.integrations if _is_asked(one))
    return replace(project, integrations=kept)


def _nobody() -> Invalid:
    sentence = f"none of the declared projects has a {_TYPE} integration that is enabled"
    return Invalid([Problem("no-prometheus", sentence, "declare one; check paths and --project")])


def _used(integration: Integration) -> Integration:
    """Leave out every other setting, so that no other secret is asked for."""
    marks = dict(zip(integration.settings, integration.marks, strict=True))
    settings = {name: integration.settings[name] for name in _USED if name in marks}
    return replace(integration, settings=settings, marks=[marks[name] for name in settings])


def _faults(integration: Integration) -> Iterator[Problem]:
    """Say what keeps a user name and a password from being sent (RFC 7617, 2)."""
    if ":" in str(integration.settings["username"]):
        sentence = "discovery takes no user name with a colon in it"
        at = integration.place("username")
        yield Problem("bad-username", sentence, "use another user name", at)
    if not isinstance(integration.settings.get("password"), Reference):
        hint = "write password: {env: NAME} or password: {file: PATH}"
        yield Problem(
            "no-password", "discovery takes a password, and none is declared", hint, integration.at
        )


def _located(run: Run, declared: Desired) -> list[DesiredProject]:
    """Give the projects to ask, with their ids; the API is asked where they are not declared."""
    projects = list(declared.projects)
    if not _is_told(run, declared):
        asked = replace(declared, projects=tuple(p for p in projects if p.integrations))
        others = [project for project in projects if not project.integrations]
        projects = [*match(asked, _listed(run, declared)), *others]
    found = [p for p in select(projects, run.job.projects) if p.integrations]
    if not found:
        raise _nobody()
    return found


def _listed(run: Run, declared: Desired) -> list[ProjectRef]:
    """List the projects that the credentials can see; the only step that takes any."""
    try:
        with connect(run, declared, writable=False) as client:
            return listed(client)
    except Failed as error:
        problem = error.problem
    if problem.code == "no-credentials":
        problem = replace(problem, hint=f"{problem.hint}; or declare the ids of all projects")
    raise Failed(problem)


def _login(project: DesiredProject) -> tuple[str, Secret]:
    settings = project.integrations[0].settings
    username, password = settings["username"], settings["password"]
    assert isinstance(username, str)  # noqa: S101 - the schema says so
    assert isinstance(password, Secret)  # noqa: S101 - it was resolved
    return username, password


def _warnings(targets: Targets, projects: Mapping[ProjectRef, DesiredProject]) -> list[Problem]:
    """Say which answers are good, and empty: alerts may go with what they no longer show."""
    empty = (ref for ref in projects if targets.found.get(ref.id) == ())
    hint = "look at the project's clusters, if there should be some"
    return [
        warning("no-targets", f"discovery shows no targets of {ref}", hint, projects[ref].at)
        for ref in empty
    ]
