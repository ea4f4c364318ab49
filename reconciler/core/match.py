"""Find the live project that each declared one means."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from reconciler.core.problem import Invalid, Problem, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.core.state import Desired, DesiredProject, ProjectRef

    Names = dict[str, list[ProjectRef]]

_NAMES_AN_ID = re.compile(r"[0-9a-f]{24}|.*[*?\[].*")
"""An id has 24 hexadecimal digits; what a pattern with wildcards can match is not worked out."""

_GRANTED = "check the name, `api`, and which projects they were granted"
_PATTERNS = "give an id, a name, or a pattern such as 'payments-*'"


def match(desired: Desired, listed: Iterable[ProjectRef]) -> list[DesiredProject]:
    """Complete each declared project with the id and name that the API lists, sorted by id.

    An id that is not listed stays as it is: reading it will say why. Raises Invalid for names that
    are unknown, ambiguous or at odds with their id, and where two declarations mean one project.
    """
    by_id: dict[str | None, ProjectRef] = {}
    by_name: Names = defaultdict(list)
    for ref in listed:
        by_id[ref.id] = ref
        by_name[ref.name or ""].append(ref)
    found: dict[str | None, DesiredProject] = {}
    problems = []
    for project in desired.projects:
        wrong = _fault(project, by_id, by_name)
        if wrong is None:
            ref = by_id.get(project.ref.id) or _by_name(project.ref, by_name)
            if ref.id in found:
                wrong = _twice(project, found[ref.id])
            found.setdefault(ref.id, replace(project, ref=ref))
        if wrong:
            problems.append(wrong)
    if problems:
        raise Invalid(problems)
    return sorted(found.values(), key=lambda project: project.ref.id or "")


def select(projects: Sequence[DesiredProject], patterns: Sequence[str]) -> list[DesiredProject]:
    """Keep the projects whose id or name one of the patterns names; all, where there is none.

    Raises Invalid for a pattern that names no declared project.
    """
    wanted = set(pick([project.ref for project in projects], patterns, "declared project"))
    return [project for project in projects if project.ref in wanted]


def pick(
    refs: Iterable[ProjectRef], patterns: Sequence[str], what: str = "project that can be seen"
) -> list[ProjectRef]:
    """Keep the projects whose id or name one of the patterns names; all, where there is none.

    Raises Invalid for a pattern that names none; `what` is what it should have named.
    """
    refs = list(refs)
    problems = [
        Problem(
            "unknown-project",
            f"--project {pattern} names no {what}",
            did_you_mean(pattern, [ref.name or "" for ref in refs]) or _PATTERNS,
        )
        for pattern in patterns
        if not any(_is_named(ref, pattern) for ref in refs)
    ]
    if problems:
        raise Invalid(problems)
    return [
        ref for ref in refs if not patterns or any(_is_named(ref, pattern) for pattern in patterns)
    ]


def may_be_selected(ref: ProjectRef, patterns: Sequence[str]) -> bool:
    """Tell whether a project may be among those that `select` keeps, once it is matched.

    What is not declared, its id or its name, may be anything that one of them can be.
    """
    return not patterns or any(
        pattern == ref.name
        or ref.name is None
        or fnmatchcase(ref.name, pattern)
        or (fnmatchcase(ref.id, pattern) if ref.id else bool(_NAMES_AN_ID.fullmatch(pattern)))
        for pattern in patterns
    )


def _is_named(ref: ProjectRef, pattern: str) -> bool:
    return pattern == ref.name or any(
        fnmatchcase(part or "", pattern) for part in (ref.id, ref.name)
    )


def _by_name(ref: ProjectRef, by_name: Names) -> ProjectRef:
    return ref if ref.id else by_name[ref.name or ""][0]


def _fault(
    project: DesiredProject, by_id: dict[str | None, ProjectRef], by_name: Names
) -> Problem | None:
    ref = project.ref
    candidates = by_name.get(ref.name or "", [])
    if ref.id:
        listed = by_id.get(ref.id)
        if listed is None or ref.name is None or listed.name == ref.name:
            return None
        return _mismatch(project, listed, candidates)
    if not candidates:
        sentence = f"there is no project called {ref.name}, or the credentials may not see it"
        hint = did_you_mean(ref.name or "", by_name) or _GRANTED
        return Problem("unknown-project", sentence, hint, project.at)
    if len(candidates) > 1:
        sentence = f"several projects are called {ref.name}: {_told_apart(candidates)}"
        hint = "beside the name, write the `id` of the one that is meant"
        return Problem("ambiguous-project", sentence, hint, project.at)
    return None


def _mismatch(
    project: DesiredProject, listed: ProjectRef, candidates: Sequence[ProjectRef]
) -> Problem:
    """Refuse an id and a name that belong to two projects: either could be the one meant."""
    ref = project.ref
    sentence = f"the project {ref.id} is called {listed.name}, not {ref.name}"
    hint = f"write `name: {listed.name}`, or the id of {ref.name}"
    if candidates:
        hint = f"{hint}: {_told_apart(candidates)}"
    return Problem("project-mismatch", sentence, hint, project.at)


def _told_apart(candidates: Sequence[ProjectRef]) -> str:
    """Name projects by their ids, and by their organizations where these are known."""
    return ", ".join(
        f"{ref.id} (organization {ref.org})" if ref.org else f"{ref.id}"
        for ref in sorted(candidates, key=lambda ref: ref.id or "")
    )


def _twice(project: DesiredProject, first: DesiredProject) -> Problem:
    sentence = f"the project {first.ref} is declared a second time"
    hint = f"the first one is at {first.at}; put them together"
    return Problem("duplicate-project", sentence, hint, project.at)
