"""Compare what is declared with what the API shows, one project at a time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from reconciler.core.assertion import NOTHING, Assertion
from reconciler.core.change import Action, Change
from reconciler.core.compare import compare, created, removed
from reconciler.core.ignore import covering, held, in_words, marked, overwritten, rule_for
from reconciler.core.kind import Echo
from reconciler.core.problem import Problem, warning
from reconciler.core.secret import UNPROVEN, Verdict
from reconciler.core.witness import WITNESSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.core.change import FieldChange
    from reconciler.core.kind import Kind
    from reconciler.core.state import (
        DesiredProject,
        Ignore,
        Integration,
        LiveIntegration,
        LiveProject,
        ProjectRef,
    )
    from reconciler.core.witness import Witness


def diff(
    desired: DesiredProject,
    live: LiveProject,
    kinds: Mapping[str, Kind],
    assertion: Assertion = NOTHING,
    witnesses: Sequence[Witness] = WITNESSES,
) -> list[Change]:
    """Give one change per type that is declared or live, sorted by type; keep and leave included.

    `witnesses` are asked where a mask leaves a secret unproved; `assertion` turns a keep into an
    update where it covers a secret that is unproved even so. The project's rules of `ignore` all
    count. Raises nothing: a live type that `kinds` lacks is left, and said so.
    """
    declared = {integration.type: integration for integration in desired.integrations}
    changes = []
    for type_ in sorted(declared.keys() | live.integrations.keys()):
        kind, mine, theirs = kinds.get(type_), declared.get(type_), live.integrations.get(type_)
        rules = [rule for rule in desired.ignore if rule.type == type_]
        if theirs is not None and (kind is None or (mine is None and not desired.prune)):
            changes.append(held(_leave(live.ref, kind, theirs), rules))
        elif kind is None:
            continue
        elif mine is None or mine.absent:
            changes.append(held(_remove(live.ref, kind, mine, theirs, desired), rules))
        elif theirs is None:
            fields = created(kind, mine)
            made = Change(live.ref, type_, Action.CREATE, "not there yet", fields, mine)
            changes.append(held(made, rules))
        else:
            policy = (assertion, witnesses, rules)
            changes.append(_keep_or_update(live.ref, kind, mine, theirs, policy))
    return changes


def _leave(ref: ProjectRef, kind: Kind | None, live: LiveIntegration) -> Change:
    if kind is not None:
        return Change(ref, live.type, Action.LEAVE, "not declared", live_id=live.id)
    told = warning(
        "unknown-type",
        f"{ref} has an integration of the unknown type {live.type}, which is left alone",
        "look at it in the web interface; a newer version of this tool may know the type",
    )
    return Change(ref, live.type, Action.LEAVE, "unknown type", live_id=live.id, warnings=(told,))


def _remove(
    ref: ProjectRef,
    kind: Kind,
    mine: Integration | None,
    live: LiveIntegration | None,
    project: DesiredProject,
) -> Change:
    if live is None:
        return Change(ref, kind.type, Action.KEEP, "absent, as declared", (), mine)
    reason = "ensure: absent" if mine else "not declared, and prune is on"
    fields = removed(kind, live)
    gone = Change(ref, kind.type, Action.DELETE, reason, fields, mine, project.at, live.id)
    return replace(gone, seen=live)


def _keep_or_update(
    ref: ProjectRef,
    kind: Kind,
    mine: Integration,
    live: LiveIntegration,
    policy: tuple[Assertion, Sequence[Witness], Sequence[Ignore]],
) -> Change:
    assertion, witnesses, rules = policy
    fields = marked(compare(kind, mine, live, witnesses, ref.id or ""), rules)
    warnings = [_unknown_setting(ref, live.type, name, mine) for name in live.unknown]
    differing = [field for field in fields if field.counts]
    asserted = [
        field.name
        for field in fields
        if assertion.covers(field) and not rule_for(rules, field.name)
    ]
    if not differing and not asserted:
        kept = _keep(ref, kind, mine, live, fields)
        return replace(kept, warnings=tuple(warnings)) if warnings else kept
    reason = _update_reason(differing, asserted)
    if differing and not any(field.name in mine.settings for field in differing):
        reason += " from the default"
        names = [field.name for field in differing]
        warnings.append(_default_applied(ref, kind.type, names, mine))
    lost = [field.name for field in fields if field.verdict is Verdict.UNDECLARED]
    losses = sum(kind.fields[name].sensitive for name in lost if name in kind.fields)
    warnings += _settings_lost(ref, kind, mine, lost)
    warnings += overwritten(ref, kind.type, fields)
    return Change(
        ref,
        kind.type,
        Action.UPDATE,
        reason,
        fields,
        mine,
        None,
        live.id,
        losses,
        tuple(warnings),
        live,
        covering(fields),
    )


def _keep(
    ref: ProjectRef,
    kind: Kind,
    mine: Integration,
    live: LiveIntegration,
    fields: tuple[FieldChange, ...],
) -> Change:
    ignored = covering(fields)
    unproven = (field.name for field in fields if field.verdict in UNPROVEN)
    reason = in_words(fields) if ignored else _keep_reason(*unproven)
    kept = Change(ref, kind.type, Action.KEEP, reason, fields, mine, None, live.id)
    return replace(kept, ignored=ignored, held=Action.UPDATE) if ignored else kept


def _update_reason(differing: list[FieldChange], asserted: list[str]) -> str:
    """Say what differs, and first what a witness knows of it."""
    if not differing:
        return f"{', '.join(asserted)} sent as asked"
    told = [f"{field.name} {field.evidence}" for field in differing if field.evidence]
    plain = [field.name for field in differing if not field.evidence]
    if plain:
        told.append(f"{', '.join(plain)} {'differs' if len(plain) == 1 else 'differ'}")
    return "; ".join(told)


@cache
def _keep_reason(*unproven: str) -> str:
    """Say it once for all that are kept for the same reason: there may be many."""
    return f"in sync, {', '.join(unproven)} not proved" if unproven else "in sync"


def _unknown_setting(ref: ProjectRef, type_: str, name: str, mine: Integration) -> Problem:
    return warning(
        "unknown-live-setting",
        f"{type_} of {ref} has a setting {name} that this tool does not know",
        "it is neither compared nor sent; a newer version of this tool may know it",
        mine.at,
    )


def _default_applied(
    ref: ProjectRef, type_: str, names: Iterable[str], mine: Integration
) -> Problem:
    return warning(
        "default-applied",
        f"{type_} of {ref} changes only because {', '.join(names)} is not declared",
        "declare the value that you want to keep",
        mine.at,
    )


def _settings_lost(
    ref: ProjectRef, kind: Kind, mine: Integration, lost: list[str]
) -> Iterable[Problem]:
    """Warn of what an update drops: PUT replaces the whole, and these are not declared."""
    unseen = [
        name
        for name, field in kind.fields.items()
        if field.echo is Echo.ABSENT and name not in mine.settings
    ]
    for name in lost + unseen:
        yield warning(
            "setting-lost",
            f"the update of {kind.type} of {ref}"
            f" {'may drop' if name in unseen else 'drops'} {name}, which is not declared",
            f"declare {name} to keep it",
            mine.at,
        )
