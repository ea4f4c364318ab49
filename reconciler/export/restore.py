"""Decide what a desired state says, so that applying it brings back what was live before a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.core.change import Action
from reconciler.core.kind import Echo
from reconciler.export.declare import declare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.core.change import Change
    from reconciler.core.kind import Kind
    from reconciler.core.state import LiveProject
    from reconciler.export.declare import Declaration, Declared


def restore(api: str, live: LiveProject, changes: Iterable[Change]) -> Declaration:
    """Say what to declare of a project that is still as it was: of what the changes touch, alone.

    What they create is declared absent, and what they set that was not set is declared null.
    """
    kinds = catalogue.kinds(api)
    touched = {change.type: change for change in changes}
    created = {type_ for type_, change in touched.items() if change.action is Action.CREATE}
    found = declare(api, live, lambda type_: type_ in touched.keys() - created)
    return replace(
        found,
        integrations=tuple(
            replace(old, unset=tuple(_unset(kinds[old.type], old, touched[old.type])))
            for old in found.integrations
        ),
        tombstones=tuple(sorted(created - live.integrations.keys())),
    )


def _unset(kind: Kind, old: Declared, change: Change) -> Iterator[str]:
    """Name what the change sets and the old state has not; defaults need no word."""
    settled = {setting.name for setting in old.settings}
    settled |= {part.name for part in old.left_out} - old.empty
    mine = change.desired.settings if change.desired else {}
    for name, field in kind.fields.items():
        free = field.default is None and not field.required and field.echo is not Echo.ABSENT
        if free and name not in settled and mine.get(name) is not None:
            yield name
