"""Rules that refuse a plan. Each is one function with its own code, sentence and option."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.problem import Problem
from reconciler.core.secret import UNPROVEN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reconciler.core.change import Change
    from reconciler.core.kind import Kind
    from reconciler.core.secret import Verdict
    from reconciler.core.state import ProjectRef

MOST_DELETES = 3
MOST_DELETES_SHARE = 0.20
MOST_UPDATES_SHARE = 0.50
FLEET = 10
"""How many managed integrations it takes before a share of them means anything."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the user allows by option; numbers must be the plan's own, to the unit."""

    deletes: int | None = None
    updates: int | None = None
    losses: int | None = None
    empty: bool = False
    unproven: frozenset[Verdict] = UNPROVEN
    """Verdicts that prove nothing and are put up with."""
    dark: frozenset[str] = frozenset()
    """Projects, by id or name, that may lose their last alerting integration."""


def refusals(
    changes: Sequence[Change],
    kinds: Mapping[str, Kind],
    overrides: Overrides,
    *,
    desired_is_empty: bool,
    beyond: Collection[Change] = (),
) -> list[Problem]:
    """Give one problem for each guard that refuses; `changes` are sorted by project.

    `beyond` are changes that filters leave out, so that what is live stays as it is.
    """
    found = [
        too_many_deletes(changes, overrides),
        too_many_updates(changes, overrides),
        too_many_losses(changes, overrides),
        unproven_secrets(changes, overrides),
        empty_desired_state(overrides, desired_is_empty=desired_is_empty),
        *left_dark(changes, kinds, overrides, beyond),
    ]
    return [problem for problem in found if problem]


def too_many_deletes(changes: Collection[Change], overrides: Overrides) -> Problem | None:
    """Refuse more than a few deletes, or a large share of a fleet."""
    deletes, managed = _count(changes, Action.DELETE), _managed(changes)
    over_share = managed >= FLEET and deletes > MOST_DELETES_SHARE * managed
    if not (deletes > MOST_DELETES or over_share) or overrides.deletes == deletes:
        return None
    return Problem(
        "too-many-deletes",
        f"the plan deletes {deletes} of {managed} managed integrations",
        f"if that is meant, say so with --allow-deletes {deletes}",
    )


def too_many_updates(changes: Collection[Change], overrides: Overrides) -> Problem | None:
    """Refuse to rewrite most of a fleet at once."""
    updates, managed = _count(changes, Action.UPDATE), _managed(changes)
    over_share = managed >= FLEET and updates > MOST_UPDATES_SHARE * managed
    if not over_share or overrides.updates == updates:
        return None
    return Problem(
        "too-many-updates",
        f"the plan updates {updates} of {managed} managed integrations",
        f"if that is meant, say so with --allow-updates {updates}",
    )


def too_many_losses(changes: Collection[Change], overrides: Overrides) -> Problem | None:
    """Refuse an update that drops a secret which is live and not declared."""
    losses = sum(change.losses for change in changes)
    if not losses or overrides.losses == losses:
        return None
    return Problem(
        "secrets-lost",
        f"the plan's updates drop {losses} live secret{'s' * (losses != 1)}"
        " that the desired state does not declare",
        f"declare what you want to keep, or say so with --allow-loss {losses}",
    )


def unproven_secrets(changes: Collection[Change], overrides: Overrides) -> Problem | None:
    """Refuse to put up with secrets that stay as they are and could not be verified."""
    kept = (field for change in changes if not change.action.is_pending for field in change.fields)
    failing = UNPROVEN - overrides.unproven
    count = sum(field.verdict in failing for field in kept)
    if not count:
        return None
    return Problem(
        "unproven-secrets",
        f"{count} secret{'s' * (count != 1)} could not be verified ({', '.join(sorted(failing))})",
        "send them with --assert-secrets, or leave out the option that asks for proof",
    )


def empty_desired_state(overrides: Overrides, *, desired_is_empty: bool) -> Problem | None:
    """Refuse files that declare no integration at all: a wrong path looks just like that."""
    if not desired_is_empty or overrides.empty:
        return None
    return Problem(
        "empty-desired-state",
        "the desired state declares no integration at all",
        "check the paths; if that is meant, say so with --allow-empty",
    )


def left_dark(
    changes: Sequence[Change],
    kinds: Mapping[str, Kind],
    overrides: Overrides,
    beyond: Collection[Change] = (),
) -> list[Problem]:
    """Refuse to take a project's last alerting integration away."""
    alerting = {type_ for type_, kind in kinds.items() if kind.alerting}
    allowed, named = allowed_dark(changes, overrides), _spoken_of(changes)
    lit = {change.project for change in beyond if change.type in alerting and change.is_live}
    found = []
    for ref, group in groupby(changes, key=lambda change: change.project):
        ours = [change for change in group if change.type in alerting]
        had = any(change.is_live for change in ours)
        keeps = any(_will_be_there(change) for change in ours)
        if had and not keeps and ref not in lit and ref not in allowed:
            found.append(
                Problem(
                    "left-dark",
                    f"{ref} would be left without an alerting integration",
                    f"if that is meant, say so with --allow-dark {_quoted(named[ref])}",
                    next((change.at for change in ours if change.at), None),
                )
            )
    return found


def allowed_dark(changes: Collection[Change], overrides: Overrides) -> set[ProjectRef]:
    """Give the projects that may lose their last alerting integration.

    A name that two of the projects have, in two organizations, is not enough to allow it for one.
    """
    named = _spoken_of(changes)
    return {ref for ref, name in named.items() if overrides.dark & {ref.id, name}}


def _spoken_of(changes: Collection[Change]) -> dict[ProjectRef, str]:
    refs = {change.project for change in changes}
    names = Counter(ref.name for ref in refs)
    return {ref: (ref.id or "") if names[ref.name] > 1 else str(ref) for ref in refs}


def _quoted(text: str) -> str:
    """Quote a text for a shell; a project's name may hold an apostrophe."""
    escaped = text.replace("'", r"'\''")
    return f"'{escaped}'"


def _count(changes: Collection[Change], action: Action) -> int:
    return sum(change.action is action for change in changes)


def _managed(changes: Collection[Change]) -> int:
    return len(changes) - _count(changes, Action.LEAVE)


def _will_be_there(change: Change) -> bool:
    return change.action is Action.CREATE or (change.is_live and change.action is not Action.DELETE)
