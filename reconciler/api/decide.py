"""What to do next about one operation, given what is live: small tables, and no I/O.

`doubt` says that a try of ours got no whole answer. What is live may then be our own work; without
it, whatever is not as the plan saw it is somebody else's.

| live is | create | update | delete |
| --- | --- | --- | --- |
| absent | POST | conflict | done |
| as the plan saw it | | PUT | DELETE |
| something else | see below | see below | conflict |

| something else, which is | no doubt | doubt |
| --- | --- | --- |
| the same as declared | done | done |
| consistent with it | done for a create, conflict for an update | done |
| unverifiable | conflict | PUT |
| different | conflict | conflict |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.compare import compare, is_alike
from reconciler.core.plan import Status
from reconciler.core.secret import Verdict

if TYPE_CHECKING:
    from reconciler.core.change import Change, FieldChange
    from reconciler.core.kind import Kind
    from reconciler.core.state import Integration, LiveIntegration


@dataclass(frozen=True, slots=True)
class Settled:
    """The fate of an operation is known."""

    status: Status
    detail: str


_IN_PLACE = Settled(Status.DONE, "found in place when read again")
_GONE = Settled(Status.DONE, "found gone when read again")
_DELETED = Settled(Status.CONFLICT, "somebody else deleted it meanwhile")
_WRITTEN = Settled(Status.CONFLICT, "somebody else wrote it meanwhile")
_HIDDEN = Settled(
    Status.CONFLICT, "somebody else wrote it meanwhile, and its secrets cannot be compared"
)


_FITS = (Verdict.CONSISTENT, Verdict.UNDECLARED)


def decide(
    change: Change, kind: Kind, live: LiveIntegration | None, *, doubt: bool
) -> str | Settled:
    """Give the verb to send next, or what became of the operation."""
    if change.action is Action.DELETE or change.desired is None:
        return _delete(change, live)
    if change.action is Action.CREATE:
        return _create(change.desired, kind, live, doubt=doubt)
    return _update(change, change.desired, kind, live, doubt=doubt)


def contradictions(kind: Kind, desired: Integration, live: LiveIntegration) -> list[str]:
    """Name the settings that the API shows otherwise than they are declared."""
    fields = compare(kind, desired, live)
    return [field.name for field in fields if field.verdict is Verdict.DIFFERENT]


def _create(
    desired: Integration, kind: Kind, live: LiveIntegration | None, *, doubt: bool
) -> str | Settled:
    if live is None:
        return "POST"
    fields = compare(kind, desired, live)
    if fields and all(field.verdict in _FITS for field in fields):
        return _IN_PLACE  # the next plan would keep it, and there was nothing of theirs to lose
    return _something_else(fields, doubt=doubt)


def _update(
    change: Change, desired: Integration, kind: Kind, live: LiveIntegration | None, *, doubt: bool
) -> str | Settled:
    if live is None:
        return _DELETED
    if not has_moved(change, live):
        return "PUT"
    return _something_else(compare(kind, desired, live), doubt=doubt)


def _delete(change: Change, live: LiveIntegration | None) -> str | Settled:
    if live is None:
        return _GONE
    return _WRITTEN if has_moved(change, live) else "DELETE"


def has_moved(change: Change, live: LiveIntegration) -> bool:
    """Tell whether somebody wrote since the plan was made."""
    return change.seen is None or not is_alike(change.seen, live)


def _something_else(fields: tuple[FieldChange, ...], *, doubt: bool) -> str | Settled:
    verdicts = {field.verdict for field in fields}
    if Verdict.DIFFERENT in verdicts:
        return _WRITTEN
    if Verdict.UNVERIFIABLE in verdicts:
        return "PUT" if doubt else _HIDDEN
    if Verdict.CONSISTENT in verdicts:
        return _IN_PLACE if doubt else _HIDDEN
    return _IN_PLACE
