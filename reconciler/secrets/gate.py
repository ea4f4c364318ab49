"""The last gate before a secret is fetched: what may be referred to, wherever links lead."""

from __future__ import annotations

import os
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from reconciler.core.forbidden import Ban, forbidden
from reconciler.core.policy import forbidden_problem, patterns, refusal
from reconciler.core.problem import Invalid, Problem
from reconciler.core.secret import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.core.policy import Policy
    from reconciler.core.state import Desired, DesiredProject, ProjectRef

    Bans = Mapping[str, Ban]

_WILD = frozenset("*?[")


def check(desired: Desired, policy: Policy) -> None:
    """Raise Invalid with a problem for each reference that is not allowed; fetches nothing."""
    bans = _named_by_variables()
    problems = [
        problem for project in desired.projects for problem in _refusals(project, policy, bans)
    ]
    if problems:
        raise Invalid(problems)


def _refusals(project: DesiredProject, policy: Policy, bans: Bans) -> Iterator[Problem]:
    for integration in project.integrations:
        for name, value in integration.settings.items():
            if isinstance(value, Reference):
                refused = refusal(policy, project.ref, value)
                if refused is None and value.source in ("file", "sops"):
                    refused = _astray(policy, project.ref, value, bans)
                if refused:
                    yield replace(refused, at=integration.place(name))


def _astray(
    policy: Policy, project: ProjectRef, reference: Reference, bans: Bans
) -> Problem | None:
    """Say why the file that a path leads to may not be read, if so."""
    source = reference.source
    globs = patterns(policy, project, source)
    path = _path(source, reference.name)
    if "\0" in path:  # which leads nowhere, as the source will tell
        return None
    real = os.path.realpath(path)
    ban = forbidden("file", real) or bans.get(real)
    named = {_path(source, glob) for glob in globs}
    if ban and (ban.own or not (real in named or (path in named and forbidden("file", path)))):
        return forbidden_problem(f"the file that {path} leads to", ban.holds, own=ban.own)
    fitting = (_path(source, glob) for glob in globs if fnmatchcase(reference.name, glob))
    if policy.rules is None or any(_is_within(real, glob) for glob in fitting):
        return None
    sentence = f"{reference} is a link that leads out of the folder that the policy allows"
    return Problem("secret-not-allowed", sentence, "refer to the file itself, or ask the operator")


def _is_within(real: str, glob: str) -> bool:
    """Tell whether a path lies in the folder that a glob begins with.

    A link above the folder is the operator's. One in the working directory is anybody's.
    """
    wild = next((at for at, character in enumerate(glob) if character in _WILD), len(glob))
    if wild == 0:
        return True
    folder = os.path.dirname(glob[:wild])  # noqa: PTH120 - pathlib would drop a last slash
    if not os.path.isabs(glob):  # noqa: PTH117 - as above
        return real.startswith(os.path.join(os.path.realpath(os.curdir), folder, ""))  # noqa: PTH118
    return real.startswith(os.path.join(os.path.realpath(folder), ""))  # noqa: PTH118


def _path(source: str, name: str) -> str:
    return name.partition("#")[0] if source == "sops" else name


def _named_by_variables() -> Bans:
    """Give the files that forbidden variables lead to: what a variable is for, its file is too."""
    paths = (
        (os.path.realpath(value), forbidden("env", name))
        for name, value in os.environ.items()
        if os.path.isabs(value)  # noqa: PTH117 - no value need be a path
    )
    return {path: ban for path, ban in paths if ban}
