"""The steps of `targets`: which projects to ask, with which password, and what they answer.

Only the passwords that discovery takes are resolved, and the admin API is asked only where a
project's id is not declared: a machine that runs Prometheus needs no other secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconciler import session
from reconciler.core.match import match, select
from reconciler.core.problem import Failed, Invalid, Problem, warning
from reconciler.core.secret import Reference, Secret
from reconciler.core.target import merge
from reconciler.read import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.core.state import Desired, DesiredProject, Integration, ProjectRef
    from reconciler.core.target import TargetGroup
    from reconciler.run import Run

_TYPE = "PROMETHEUS"
_USED = ("type", "username", "password")


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
    """Keep the projects to ask, and of each the user name and password alone.

    Where what is declared does not tell which projects are meant, all are kept. Raises Invalid
    where none is left, where one lacks what discovery takes, and for a query that the dialect does
    not offer.
    """
    from reconciler.api.dialects import DIALECTS, Family

    if params and DIALECTS[declared.api].family is not Family.ATLAS:
        sentence = f"{DIALECTS[declared.api].title} has one kind of address only"
        raise Invalid([Problem("not-offered", sentence, "leave out --scheme")])
    projects = [one for project in declared.projects for one in _narrowed(run, project)]
    if not projects:
        sentence = f"no declared project has a {_TYPE} integration that is enabled"
        raise Invalid([Problem("no-prometheus", sentence, "declare one, or check the paths")])
    projects = _selected(run, projects) or projects
    problems = [wrong for project in projects for wrong in _faults(project.integrations[0])]
    if problems:
        raise Invalid(problems)
    return replace(declared, projects=tuple(projects))


def discover(run: Run, declared: Desired, params: Mapping[str, str], targets: Targets) -> None:
    """Ask for the targets of every project; one that cannot be read fails alone."""
    from reconciler.api.discovery import discover as ask

    projects = {project.ref: project for project in _located(run, declared)}
    run.base_url = session.base_url(run.job.target, declared.api)
    targets.asked = list(projects)
    places = {ref: project.at for ref, project in projects.items()}
    with session.discovery(run.job.target, declared, run.job.stop) as client_of:

        def ask_one(ref: ProjectRef) -> tuple[str | None, tuple[TargetGroup, ...]]:
            return ref.id, ask(client_of(*_login(projects[ref])), ref, params)

        targets.found.update(read(run, ask_one, places, "the targets of "))
    run.problems += _warnings(targets, projects)


def _narrowed(run: Run, project: DesiredProject) -> Iterator[DesiredProject]:
    """Give the project with what discovery takes, if its integration is declared and enabled."""
    for integration in project.integrations:
        if integration.type != _TYPE or integration.absent:
            continue
        if integration.settings.get("enabled") is False:
            sentence = f"{project.ref} has no targets, since its {_TYPE} is not enabled"
            run.problems.append(warning("not-enabled", sentence, at=integration.at))
            continue
        yield replace(project, integrations=(_used(integration),))


def _used(integration: Integration) -> Integration:
    """Leave out every other setting, so that no other secret is asked for."""
    marks = dict(zip(integration.settings, integration.marks, strict=True))
    settings = {name: integration.settings[name] for name in _USED if name in marks}
    return replace(integration, settings=settings, marks=[marks[name] for name in settings])


def _selected(run: Run, projects: list[DesiredProject]) -> list[DesiredProject] | None:
    """Keep what --project names; None where only the API can tell, since names are not declared."""
    try:
        return select(projects, run.job.projects)
    except Invalid:
        if all(project.ref.name for project in projects):
            raise
    return None


def _faults(integration: Integration) -> Iterator[Problem]:
    """Say what keeps a user name and a password from being sent (RFC 7617, 2)."""
    if ":" in str(integration.settings["username"]):
        sentence = "discovery takes no user name with a colon in it"
        at = integration.place("username")
        yield Problem("bad-username", sentence, "use another user name", at)
    if not isinstance(integration.settings.get("password"), Reference):
        hint = "write password: {env: NAME} or password: {file: PATH}"
        yield Problem("no-password", "discovery takes the password", hint, integration.at)


def _located(run: Run, declared: Desired) -> list[DesiredProject]:
    """Give the projects with their ids; the API is asked only where they are not declared."""
    from reconciler.api.errors import ApiError

    projects = list(declared.projects)
    if all(project.ref.id for project in projects) and _selected(run, projects) is not None:
        return projects
    try:
        with session.connect(run.job.target, declared, run.job.stop, writable=False) as client:
            return select(match(declared, client.projects()), run.job.projects)
    except ApiError as error:
        problem = error.problem("listing the projects")
    except Failed as error:
        hint = f"{error.problem.hint}, or declare every project by its id"
        problem = replace(error.problem, hint=hint)
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
