"""Compare what is declared with what the API shows, one project at a time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.compare import compare, created, removed
from reconciler.core.kind import Echo
from reconciler.core.problem import Problem, warning
from reconciler.core.secret import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.core.kind import Kind
    from reconciler.core.state import (
        DesiredProject,
        Integration,
        LiveIntegration,
        LiveProject,
        ProjectRef,
    )


def diff(
    desired: DesiredProject,
    live: LiveProject,
    kinds: Mapping[str, Kind],
    *,
    assert_secrets: bool = False,
) -> list[Change]:
    """Give one change per type that is declared or live, sorted by type; keep and leave included.

    `assert_secrets` turns a keep into an update where a secret
    could not be proved equal. Raises nothing: a live type that `kinds` lacks is left, and said so.
    """
    declared = {integration.type: integration for integration in desired.integrations}
    changes = []
    for type_ in sorted(declared.keys() | live.integrations.keys()):
        kind, mine, theirs = kinds.get(type_), declared.get(type_), live.integrations.get(type_)
        if theirs is not None and (kind is None or (mine is None and not desired.prune)):
            changes.append(_leave(live.ref, kind, theirs))
        elif kind is None:
            continue
        elif mine is None or mine.absent:
            changes.append(_remove(live.ref, kind, mine, theirs, desired))
        elif theirs is None:
            fields = created(kind, mine)
            changes.append(Change(live.ref, type_, Action.CREATE, "not there yet", fields, mine))
        else:
            changes.append(_keep_or_update(live.ref, kind, mine, theirs, assert_secrets))
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
    return Change(ref, kind.type, Action.DELETE, reason, fields, mine, project.at, live.id)


def _keep_or_update(
    ref: ProjectRef,
    kind: Kind,
    mine: Integration,
    live: LiveIntegration,
    assert_secrets: bool,  # noqa: FBT001 - private, and named at its one call
) -> Change:
    fields = compare(kind, mine, live)
    warnings = [_unknown_setting(ref, live.type, name, mine) for name in live.unknown]
    differing = [field.name for field in fields if field.verdict is Verdict.DIFFERENT]
    unproven = [field.name for field in fields if _is_unproven(field)]
    losses = 0
    if differing or (assert_secrets and unproven):
        action, reason = Action.UPDATE, _update_reason(differing, unproven)
        if differing and not any(name in mine.settings for name in differing):
            reason += " from the default"
            warnings.append(_default_applied(ref, kind.type, differing, mine))
        lost = [field.name for field in fields if field.verdict is Verdict.UNDECLARED]
        losses = sum(kind.fields[name].sensitive for name in lost if name in kind.fields)
        warnings += _settings_lost(ref, kind, mine, lost)
    else:
        action, reason = Action.KEEP, _keep_reason(*unproven)
    return Change(
        ref, kind.type, action, reason, fields, mine, None, live.id, losses, tuple(warnings)
    )


def _is_unproven(field: FieldChange) -> bool:
    return field.verdict in (Verdict.CONSISTENT, Verdict.UNVERIFIABLE)


def _update_reason(differing: list[str], unproven: list[str]) -> str:
    if not differing:
        return f"{', '.join(unproven)} sent as asked"
    return f"{', '.join(differing)} {'differs' if len(differing) == 1 else 'differ'}"


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
