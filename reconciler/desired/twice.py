"""Find projects that are declared more than once, in whatever order they come."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reconciler.core.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.core.state import DesiredProject


def declared_twice(projects: Iterable[DesiredProject]) -> Iterator[Problem]:
    """Give a problem for each declaration too many.

    Two with the same id are one project. So are two with the same name, unless each has an id:
    names are unique in an organization only. That a project goes by its id here and by its name
    there cannot be seen in files; it is found where projects are looked up.
    """
    by_id: dict[str, DesiredProject] = {}
    by_name: dict[str, list[DesiredProject]] = defaultdict(list)
    for project in projects:
        ref = project.ref
        if ref.name:
            by_name[ref.name].append(project)
        first = by_id.setdefault(ref.id, project) if ref.id else project
        if first is not project:
            yield _problem(f"with the id {ref.id}", project, first)
    for name, same in by_name.items():
        first = next((project for project in same if project.ref.id), same[0])
        for project in same:
            if not project.ref.id and project is not first:
                yield _problem(name, project, first)


def _problem(which: str, project: DesiredProject, first: DesiredProject) -> Problem:
    sentence = f"the project {which} is declared more than once"
    hint = f"it also stands at {first.at}; put the two together"
    return Problem("duplicate-project", sentence, hint, project.at)
