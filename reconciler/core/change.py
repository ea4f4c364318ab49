"""What the comparison of the two sides gives: one `Change` per project and type."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from reconciler.core.secret import Verdict

if TYPE_CHECKING:
    from reconciler.core.kind import Plain
    from reconciler.core.problem import Place, Problem
    from reconciler.core.state import Ignore, Integration, LiveIntegration, ProjectRef


class Action(StrEnum):
    """What one key needs, in the order in which a project is worked on."""

    UPDATE = "update"
    CREATE = "create"
    DELETE = "delete"
    KEEP = "keep"
    LEAVE = "leave"

    @property
    def is_pending(self) -> bool:
        """Whether there is something to do; keep and leave are only told."""
        return self not in (Action.KEEP, Action.LEAVE)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One setting that is not the same. Holds what may be shown, never a secret.

    `evidence` is for people, and says what the verdict of a secret stands on, if there is more to
    say than the verdict does: such as `1 in 65,536`, the chance of a false match. `ignored` is the
    rule that covers the difference; it stays one, and is no drift.
    """

    name: str
    before: Plain | None
    after: Plain | None
    verdict: Verdict
    evidence: str = field(default="", compare=False)
    ignored: Ignore | None = field(default=None, compare=False)

    @property
    def counts(self) -> bool:
        """Whether this is a difference that somebody has to do something about."""
        return self.verdict is Verdict.DIFFERENT and self.ignored is None


@dataclass(frozen=True, slots=True)
class Change:
    """One key's difference.

    | action | `desired` | `live_id` |
    | --- | --- | --- |
    | create | what to make | None |
    | update | what it should be | of what is there |
    | delete | the tombstone; None when pruned | of what is there |
    | keep | what is declared | of what is there; None where nothing is |
    | leave | None | of what is there |

    `reason` is for people: nothing decides by it. `losses` counts the secrets that are live, not
    declared, and would be dropped by the update. `pruned_by` is where the project is that prunes.
    `seen` is what an update replaces, and a delete takes away: what a later look would see again,
    had nobody written since.

    `ignored` are the rules that cover some of the difference. Where they cover all of it, this is a
    keep or a leave, and `held` is the action that it would be without them.
    """

    project: ProjectRef
    type: str
    action: Action
    reason: str
    fields: tuple[FieldChange, ...] = ()
    desired: Integration | None = None
    pruned_by: Place | None = None
    live_id: str | None = None
    losses: int = 0
    warnings: tuple[Problem, ...] = ()
    seen: LiveIntegration | None = None
    ignored: tuple[Ignore, ...] = ()
    held: Action | None = None

    @property
    def is_live(self) -> bool:
        """Whether the integration is there, before anything is done."""
        action = self.held or self.action
        tombstone = self.desired is not None and self.desired.absent
        return action is not Action.CREATE and not (action is Action.KEEP and tombstone)

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the integration: the project's id, and the type."""
        return (self.project.id or "", self.type)

    @property
    def at(self) -> Place | None:
        """Where the change comes from; None for what is left."""
        return self.desired.at if self.desired else self.pruned_by

    def place(self, setting: str) -> Place | None:
        """Where a setting is declared, if it is."""
        if self.desired is None or setting not in self.desired.settings:
            return None
        return self.desired.place(setting)

    def has(self, *verdicts: Verdict) -> bool:
        """Whether some setting got one of these verdicts."""
        return any(field.verdict in verdicts for field in self.fields)
