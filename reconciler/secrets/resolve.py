"""Put a secret in the place of every reference, before anything is read or written."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.core.address import objection
from reconciler.core.kind import Mask
from reconciler.core.mask import looks_masked
from reconciler.core.policy import NO_POLICY
from reconciler.core.problem import Invalid, Problem
from reconciler.core.secret import Reference, Secret
from reconciler.secrets import SOURCES, env
from reconciler.secrets.gate import check
from reconciler.secrets.source import Unresolved, forbidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from reconciler.core.policy import Policy
    from reconciler.core.state import Desired, Integration

    Values = Mapping[Reference, str | Unresolved]

_FLAWS = (
    (re.compile(r"\A\Z"), "is empty"),
    (re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"), "holds control characters"),
)
_FLAWS_OF_A_LINE = (
    (re.compile(r"\A\s|\s\Z"), "begins or ends with white space"),
    (re.compile("[\t\n\r]"), "has more than one line, or a tab"),
    (re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"), "holds invisible characters"),
)
"""What copying from a page, and some editors, slip in. Templates may have lines and margins."""


def resolve(
    desired: Desired,
    policy: Policy = NO_POLICY,
    warn: Callable[[Problem], object] = lambda _: None,
) -> Desired:
    """Give the same state with every reference replaced by its secret.

    Each reference is fetched once, whatever the number of places that hold it; none is, if the
    policy does not allow one of them. `warn` is told what may be meant. Raises Invalid with a
    problem at every place whose secret cannot be had or cannot be right.
    """
    check(desired, policy)
    values = _fetch(reference for _, _, reference in _references(desired))
    problems = [
        problem
        for integration, name, reference in _references(desired)
        if (problem := _fault(integration, name, reference, values[reference], policy))
    ]
    if any(problem.is_error for problem in problems):
        raise Invalid(problems)
    for problem in problems:
        warn(problem)
    secrets = {
        reference: Secret(value, reference)
        for reference, value in values.items()
        if isinstance(value, str)
    }
    projects = (
        replace(
            project,
            integrations=tuple(_with_secrets(item, secrets) for item in project.integrations),
        )
        for project in desired.projects
    )
    return replace(desired, projects=tuple(projects))


def _references(desired: Desired) -> Iterator[tuple[Integration, str, Reference]]:
    for project in desired.projects:
        for integration in project.integrations:
            for name, value in integration.settings.items():
                if isinstance(value, Reference):
                    yield integration, name, value


def _fetch(references: Iterable[Reference]) -> Values:
    names: dict[str, set[str]] = defaultdict(set)
    for reference in references:
        names[reference.source].add(reference.name)
    own = env.own_secrets()
    return {
        Reference(source, name): forbidden(name) if _holds(value, own) else value
        for source, wanted in names.items()
        for name, value in SOURCES[source](sorted(wanted)).items()
    }


def _holds(value: str | Unresolved, secrets: Iterable[str]) -> bool:
    return isinstance(value, str) and any(secret in value for secret in secrets)


def _fault(
    integration: Integration,
    name: str,
    reference: Reference,
    value: str | Unresolved,
    policy: Policy,
) -> Problem | None:
    """Say what is wrong with a value, without the value."""
    at = integration.place(name)
    if isinstance(value, Unresolved):
        return Problem(value.code, value.sentence, value.hint, at)
    part = catalogue.schema(f"integrations/{integration.type}")["properties"][name]
    reason = _lint(value, is_template=part.get("x-mask") == Mask.TEXT)
    if reason:
        hint = f"look at {reference} where it is kept"
        return Problem("bad-secret", f"the value of {reference} {reason}", hint, at)
    if not catalogue.setting_as_sent(integration.type, name).is_valid(value):
        sentence = f"the value of {reference} does not have the form of {integration.type} {name}"
        return Problem("bad-secret", sentence, part["description"], at)
    if part.get("x-mask") == Mask.URL:
        wrong = objection(f"the value of {reference}", value, policy.hosts)
        return wrong and replace(wrong, at=at)
    return None


def _lint(value: str, *, is_template: bool) -> str:
    """Say what is wrong with a value, as the end of a sentence; empty if nothing is."""
    if looks_masked(value):
        return "looks masked: it holds a run of stars"
    flaws = _FLAWS if is_template else _FLAWS + _FLAWS_OF_A_LINE
    return next((words for flaw, words in flaws if flaw.search(value)), "")


def _with_secrets(integration: Integration, secrets: Mapping[Reference, Secret]) -> Integration:
    settings = {
        name: secrets[value] if isinstance(value, Reference) else value
        for name, value in integration.settings.items()
    }
    return replace(integration, settings=settings)
