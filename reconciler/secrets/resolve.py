"""Put a secret in the place of every reference, before anything is read or written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.core.address import objection
from reconciler.core.kind import Mask
from reconciler.core.policy import NO_POLICY
from reconciler.core.problem import Invalid, Problem
from reconciler.core.secret import Reference, Secret
from reconciler.secrets import allowing, env
from reconciler.secrets.gate import check
from reconciler.secrets.lint import lint
from reconciler.secrets.source import Resolved, Unresolved, forbidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from reconciler.core.policy import Policy
    from reconciler.core.problem import Place
    from reconciler.core.state import Desired, DesiredProject, Integration
    from reconciler.secrets.source import Answer, Source

    Answers = Mapping[Reference, Answer]
    Covers = Callable[[DesiredProject, Integration], bool]
    Spot = tuple[Integration, str, Reference]


def resolve(
    desired: Desired,
    policy: Policy = NO_POLICY,
    warn: Callable[[Problem], object] = lambda _: None,
    covers: Covers = lambda *_: True,
) -> Desired:
    """Give the same state with every reference replaced by its secret.

    References of integrations that the run does not cover stay as they are. Each other one is
    fetched once, whatever the number of places that hold it; none is, if the policy does not allow
    one of them. `warn` is told what may be meant. Raises Invalid with a problem at every place
    whose secret cannot be had or cannot be right, and at the first of each source that cannot be
    used at all.
    """
    check(desired, policy)
    spots = list(_spots(desired, covers))
    answers = _fetch({reference for _, _, reference in spots}, allowing(policy))
    problems = list(_problems(spots, answers, policy))
    if any(problem.is_error for problem in problems):
        raise Invalid(problems)
    for problem in problems:
        warn(problem)
    secrets = {
        reference: Secret(answer.value, reference, answer.created, answer.version)
        for reference, answer in answers.items()
        if isinstance(answer, Resolved)
    }
    projects = (
        replace(
            project,
            integrations=tuple(_with_secrets(item, secrets) for item in project.integrations),
        )
        for project in desired.projects
    )
    return replace(desired, projects=tuple(projects))


def _spots(desired: Desired, covers: Covers) -> Iterator[Spot]:
    for project in desired.projects:
        for integration in project.integrations:
            if covers(project, integration):
                for name, value in integration.settings.items():
                    if isinstance(value, Reference):
                        yield integration, name, value


def _fetch(references: Iterable[Reference], sources: Mapping[str, Source]) -> Answers:
    names: dict[str, list[str]] = defaultdict(list)
    for reference in references:
        names[reference.source].append(reference.name)
    own = env.own_secrets()
    return {
        Reference(source, name): forbidden(name) if _holds(answer, own) else answer
        for source, wanted in names.items()
        for name, answer in sources[source](sorted(wanted)).items()
    }


def _holds(answer: Answer, secrets: Iterable[str]) -> bool:
    return isinstance(answer, Resolved) and any(secret in answer.value for secret in secrets)


def _problems(spots: Iterable[Spot], answers: Answers, policy: Policy) -> Iterator[Problem]:
    """Give what is wrong at each place; what is wrong with a source once, at the first of them."""
    firsts: dict[tuple[str, Unresolved], Place] = {}
    for integration, name, reference in spots:
        answer, at = answers[reference], integration.place(name)
        if isinstance(answer, Resolved):
            wrong = _fault(integration.type, name, reference, answer.value, policy)
            if wrong:
                yield replace(wrong, at=at)
        elif answer.everywhere:
            key = (reference.source, answer)
            firsts[key] = min(at, firsts.get(key, at))
        else:
            yield _told(answer, at)
    for (_, answer), at in firsts.items():
        yield _told(answer, at)


def _told(answer: Unresolved, at: Place) -> Problem:
    return Problem(answer.code, answer.sentence, answer.hint, at)


def _fault(
    type_: str, name: str, reference: Reference, value: str, policy: Policy
) -> Problem | None:
    """Say what is wrong with a value, without the value."""
    part = catalogue.schema(f"integrations/{type_}")["properties"][name]
    reason = lint(value, is_template=part.get("x-mask") == Mask.TEXT)
    if reason:
        hint = f"look at {reference} where it is kept"
        return Problem("bad-secret", f"the value of {reference} {reason}", hint)
    if not catalogue.setting_as_sent(type_, name).is_valid(value):
        sentence = f"the value of {reference} does not have the form of {type_} {name}"
        return Problem("bad-secret", sentence, part["description"])
    if part.get("x-mask") == Mask.URL:
        return objection(f"the value of {reference}", value, policy.hosts)
    return None


def _with_secrets(integration: Integration, secrets: Mapping[Reference, Secret]) -> Integration:
    settings = {
        name: secrets.get(value, value) if isinstance(value, Reference) else value
        for name, value in integration.settings.items()
    }
    return replace(integration, settings=settings)
