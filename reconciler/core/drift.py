"""Drift in the form in which it is kept from run to run: what differs, and never a secret.

Values are those that a report may show: a secret is the name of its reference, or `(masked)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from reconciler.core.change import Action
from reconciler.core.secret import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from reconciler.core.change import Change
    from reconciler.core.kind import Plain
    from reconciler.core.state import ProjectRef

    Key = tuple[str, str]

CHANGED = "changed"
KINDS = {
    Action.CREATE: "missing",
    Action.UPDATE: CHANGED,
    Action.DELETE: "unwanted",
    Action.LEAVE: "undeclared",
}
"""What is wrong with an integration, by what would mend it."""


class Difference(NamedTuple):
    """One setting that differs: what live has, and what is declared."""

    name: str
    before: Plain | None
    after: Plain | None


class Item(NamedTuple):
    """The smallest thing that can drift: one setting, or `""` for the integration as a whole.

    `project` is an id, so that a project may be renamed. No value is part of it: a setting that
    differs in another way is the same item still.
    """

    project: str
    type: str
    kind: str
    field: str


@dataclass(frozen=True, slots=True)
class Drift:
    """How one integration differs. `fields`, sorted by name, are those of a changed one alone."""

    project: ProjectRef = field(compare=False)
    id: str
    type: str
    kind: str
    fields: tuple[Difference, ...] = ()

    @property
    def key(self) -> Key:
        """What identifies the integration: the project's id, and the type."""
        return self.id, self.type

    @property
    def items(self) -> frozenset[Item]:
        """Give it in its smallest parts."""
        names = [difference.name for difference in self.fields] or [""]
        return frozenset(Item(self.id, self.type, self.kind, name) for name in names)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run looked at: of all else it knows nothing, and least of all that it is resolved.

    `projects` are the ids of those that were read whole, and `types` those asked for; None for all.
    `blind` are settings by type that could not be compared, such as secrets that were not resolved,
    and `ignored` is what differs and is put up with.
    """

    projects: frozenset[str] = frozenset()
    types: frozenset[str] | None = None
    blind: frozenset[tuple[str, str]] = frozenset()
    ignored: frozenset[Item] = frozenset()

    def has(self, key: Key) -> bool:
        """Whether the run was about an integration, and saw it or its absence."""
        project, type_ = key
        return project in self.projects and (self.types is None or type_ in self.types)

    def covers(self, item: Item) -> bool:
        """Whether the run would have shown this as drift, if it were."""
        blind = (item.type, item.field) in self.blind
        return self.has((item.project, item.type)) and not blind and item not in self.ignored


def drifts(changes: Iterable[Change]) -> list[Drift]:
    """Give what is drift, in the order of the changes."""
    return [
        Drift(
            change.project,
            change.project.id or "",
            change.type,
            KINDS[change.action],
            _differences(change) if change.action is Action.UPDATE else (),
        )
        for change in changes
        if change.action.is_pending
    ]


def ignored(changes: Iterable[Change]) -> frozenset[Item]:
    """Give what would be drift, were it not ignored."""
    return frozenset(
        Item(change.project.id or "", change.type, KINDS[action], name)
        for change in changes
        if change.ignored
        for action in [change.held or change.action]
        for name in _ignored_names(change, action)
    )


def known(kept: Iterable[Drift], found: Iterable[Drift], scope: Scope) -> frozenset[Key]:
    """Name the integrations that drift exactly as they did when that was kept."""
    before = {drift.key: _visible(drift, scope) for drift in kept}
    return frozenset(drift.key for drift in found if before.get(drift.key) == drift)


def resolved(kept: Iterable[Drift], found: Collection[Drift], scope: Scope) -> list[Drift]:
    """Give what was kept and is not so any longer, as far as the run could see."""
    now = {drift.key: drift for drift in found}
    seen = ((drift, _visible(drift, scope)) for drift in kept if scope.has(drift.key))
    return [drift for drift, visible in seen if visible and now.get(drift.key) != visible]


def _visible(drift: Drift, scope: Scope) -> Drift | None:
    """Leave out the settings that the run could not see; None where nothing is left."""
    if not drift.items & scope.ignored and drift.kind != CHANGED:
        return drift
    names = {item.field for item in drift.items if scope.covers(item)}
    fields = tuple(difference for difference in drift.fields if difference.name in names)
    return replace(drift, fields=fields) if fields else None


def _differences(change: Change) -> tuple[Difference, ...]:
    return tuple(sorted(Difference(f.name, f.before, f.after) for f in change.fields if f.counts))


def _ignored_names(change: Change, action: Action) -> list[str]:
    if action is not Action.UPDATE:
        return [""]
    return [f.name for f in change.fields if f.verdict is Verdict.DIFFERENT and f.ignored]
