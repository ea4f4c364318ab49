"""Rules of the desired state that put up with a difference, until a day.

What a rule covers is neither drift nor the cause of a write. It stays visible: a change says which
rules cover it, and what would be done without them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.problem import Problem, warning
from reconciler.core.secret import UNPROVEN, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from reconciler.core.state import Desired, DesiredProject, Ignore, ProjectRef


def expired(desired: Desired, today: date) -> list[Problem]:
    """Warn of each rule whose last day is over. `today` is the date in UTC."""
    over = {rule.at: rule for rule in _all(desired.projects) if rule.until < today}
    return [
        warning(
            "ignore-expired",
            f"{_subject(rule)} was ignored until {rule.until}, and counts again",
            "remove the rule, or give it a later day",
            at,
        )
        for at, rule in over.items()
    ]


def in_force(desired: Desired, today: date) -> Desired:
    """Leave out the rules whose last day is over."""
    projects = tuple(
        replace(project, ignore=tuple(rule for rule in project.ignore if rule.until >= today))
        if project.ignore
        else project
        for project in desired.projects
    )
    return replace(desired, projects=projects)


def unused(projects: Iterable[DesiredProject], changes: Iterable[Change]) -> Iterator[Problem]:
    """Warn of each rule that covers no difference in all projects; one in a secret may be unseen.

    `changes` are those of all the projects and types that the rules are for.
    """
    rules = {rule.at: rule for rule in _all(projects)}
    for change in changes:
        unproven = {field.name for field in change.fields if field.verdict in UNPROVEN}
        for at, rule in list(rules.items()):
            if rule in change.ignored or (rule.type == change.type and rule.field in unproven):
                del rules[at]
    for at, rule in rules.items():
        sentence = f"{_subject(rule)} does not differ, so that nothing is ignored"
        yield warning("ignore-unused", sentence, "remove the rule, unless it is for later", at)


def rule_for(rules: Sequence[Ignore], setting: str | None) -> Ignore | None:
    """Give the rule that covers a setting, or the integration as a whole for None."""
    return next((rule for rule in rules if rule.field in (None, setting)), None)


def marked(fields: tuple[FieldChange, ...], rules: Sequence[Ignore]) -> tuple[FieldChange, ...]:
    """Say of each setting that differs which of the rules for its type covers it."""
    if not rules:
        return fields
    return tuple(
        replace(field, ignored=rule_for(rules, field.name))
        if field.verdict is Verdict.DIFFERENT
        else field
        for field in fields
    )


def covering(fields: Iterable[FieldChange]) -> tuple[Ignore, ...]:
    """Give the rules that cover some of the settings, each once."""
    return tuple(dict.fromkeys(field.ignored for field in fields if field.ignored))


def held(change: Change, rules: Sequence[Ignore]) -> Change:
    """Hold back a change of an integration that is ignored as a whole."""
    rule = rule_for(rules, None)
    if rule is None or change.action is Action.KEEP:
        return change
    action = Action.KEEP if change.desired else Action.LEAVE
    reason = f"{change.reason}, {rule}"
    return Change(
        change.project,
        change.type,
        action,
        reason,
        desired=change.desired,
        live_id=change.live_id,
        ignored=(rule,),
        held=change.action,
    )


def in_words(fields: Iterable[FieldChange]) -> str:
    """Say which settings differ, and by which rules that is ignored."""
    names: dict[Ignore, list[str]] = {}
    for field in fields:
        if field.ignored:
            names.setdefault(field.ignored, []).append(field.name)
    return "; ".join(
        f"{', '.join(own)} {'differs' if len(own) == 1 else 'differ'}, {rule}"
        for rule, own in names.items()
    )


def overwritten(ref: ProjectRef, type_: str, fields: Iterable[FieldChange]) -> Iterator[Problem]:
    """Warn of an update that ends what is ignored: PUT sends all that is declared."""
    for field in fields:
        if field.ignored:
            yield warning(
                "ignore-overwritten",
                f"the update of {type_} of {ref} also sets {field.name},"
                f" which is ignored until {field.ignored.until}",
                "declare what is live, if that is to stay",
                field.ignored.at,
            )


def _all(projects: Iterable[DesiredProject]) -> Iterator[Ignore]:
    return chain.from_iterable(project.ignore for project in projects)


def _subject(rule: Ignore) -> str:
    return f"{rule.field} of {rule.type}" if rule.field else rule.type
