"""What the operator allows: which secrets the desired state may refer to, and where webhooks lead.

Whoever changes the desired state decides which secret goes where. A job that obeys them lends them
its own rights, unless somebody else has said what those are for: that is the policy. It never
comes from the desired state, and without one some things are forbidden all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from reconciler.core.forbidden import forbidden
from reconciler.core.problem import Problem, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.core.address import Host
    from reconciler.core.secret import Reference
    from reconciler.core.state import ProjectRef

_ID = re.compile("[a-f0-9]{24}")


@dataclass(frozen=True, slots=True)
class Rule:
    """What some projects may refer to: globs of their ids and names, and of names by source."""

    projects: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Program:
    """A program that gives secrets: its absolute path and arguments, and variables that it gets."""

    argv: tuple[str, ...]
    environment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """What one file of the operator says; made with nothing, that there is no such file.

    `rules` and `hosts` are None where nothing is said. With rules, what none of them allows is
    refused. `programs` are those that an `exec` reference may name.
    """

    file: str = ""
    rules: tuple[Rule, ...] | None = None
    hosts: tuple[Host, ...] | None = None
    programs: Mapping[str, Program] = field(default_factory=dict)


NO_POLICY = Policy()


def refusal(policy: Policy, project: ProjectRef, reference: Reference) -> Problem | None:
    """Say why a project may not refer to a secret, if so; whoever asks knows the place."""
    allowed = patterns(policy, project, reference.source)
    ban = forbidden(reference.source, reference.name)
    if ban and (ban.own or reference.name not in allowed):
        return forbidden_problem(reference.name, ban.holds, own=ban.own)
    if reference.source == "exec" and _program(reference) not in policy.programs:
        return _no_program(policy, _program(reference))
    if policy.rules is None:
        return None
    if ".." in unquote(reference.name).replace("\\", "/").split("/"):
        sentence = f"{reference} climbs by `..`, which the policy cannot follow"
        return Problem("secret-not-allowed", sentence, "write the path without it")
    if any(fnmatchcase(reference.name, pattern) for pattern in allowed):
        return None
    sentence = f"{reference} is not allowed for {project}"
    return Problem("secret-not-allowed", sentence, _instead(policy, project, reference.source))


def forbidden_problem(name: str, holds: str, *, own: bool) -> Problem:
    """Refuse a name that is known to hold what no integration may get."""
    hint = "refer to another secret"
    if not own:
        hint += "; only an operator's policy can allow it, by its full name"
    return Problem("forbidden-secret", f"{name} holds {holds}, which no integration may get", hint)


def patterns(policy: Policy, project: ProjectRef, source: str) -> Sequence[str]:
    """Give the globs of a source that the rules for a project have; none where none is for it."""
    return () if policy.rules is None else _allowed(policy, project).get(source, ())


@lru_cache(maxsize=64)
def _allowed(policy: Policy, project: ProjectRef) -> Mapping[str, Sequence[str]]:
    allowed: dict[str, list[str]] = {}
    for rule in policy.rules or ():
        if any(_is_for(pattern, project) for pattern in rule.projects):
            for source, names in rule.names.items():
                allowed.setdefault(source, []).extend(names)
    return allowed


def _is_for(pattern: str, project: ProjectRef) -> bool:
    """Tell whether a glob means a project. A whole id means no project that is merely so called."""
    if _ID.fullmatch(pattern):
        return pattern == project.id
    return any(part and fnmatchcase(part, pattern) for part in (project.id, project.name))


def _program(reference: Reference) -> str:
    """Take the key and the version off: NAME#KEY@VERSION."""
    return re.split("[#@]", reference.name)[0]


def _no_program(policy: Policy, name: str) -> Problem:
    if policy.rules is None:
        sentence = f"{name} is a program, and only an operator's policy can allow one"
        return Problem("secret-not-allowed", sentence, "give the policy with --policy")
    sentence = f"{policy.file} has no program {name}"
    hint = did_you_mean(name, policy.programs) or "ask the operator"
    return Problem("secret-not-allowed", sentence, hint)


def _instead(policy: Policy, project: ProjectRef, source: str) -> str:
    """Say what would be allowed."""
    allowed = _allowed(policy, project)
    if source in allowed:
        return f"{policy.file} allows {source} {', '.join(allowed[source])}"
    if allowed:
        return f"{policy.file} allows {', '.join(allowed)} here, and no {source}"
    missing = "" if project.id and project.name else "; give its id and its name if one has"
    return f"no rule of {policy.file} is for this project{missing}"
