"""Turn changes into an ordered, frozen list of operations with a digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.secret import Literal, Reference, Secret, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reconciler.core.change import Change
    from reconciler.core.problem import Problem
    from reconciler.core.state import Integration, LiveIntegration

_METHODS = {Action.UPDATE: "PUT", Action.CREATE: "POST", Action.DELETE: "DELETE"}
_TURN = {action: turn for turn, action in enumerate(_METHODS)}


@dataclass(frozen=True, slots=True)
class Operation:
    """One write, before any HTTP. Numbers count from 1 in the order of the plan."""

    number: int
    method: str
    path: str
    change: Change


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done, and whether it may be.

    `changes` are sorted by project id and type. `operations` are sorted by project id; in a project
    come updates, then creates, then deletes, each by type. `refusals` say which guards refuse.
    """

    changes: tuple[Change, ...]
    operations: tuple[Operation, ...]
    refusals: tuple[Problem, ...]
    applyable: bool
    digest: str


class Status(StrEnum):
    """What became of an operation. Only DONE claims that the effect is there."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one operation, and why."""

    operation: Operation
    status: Status
    detail: str = ""
    kind: str = ""
    """The code of what went wrong, by which failures are counted; empty where nothing did."""
    wave: int | None = None
    """In which wave it was to be done, from 1; None in a run that has only one."""
    answer: LiveIntegration | None = None
    """What the API's answer showed of our own write; None where none told that it is ours."""


def make_plan(
    changes: Iterable[Change],
    path_of: Callable[[str, str], str],
    refusals: Sequence[Problem],
    context: Mapping[str, object],
    *,
    complete: bool,
) -> Plan:
    """Order the changes into operations. Same input, same plan, byte for byte.

    `path_of` gives the request path for a project id and a type. `context` is what else the digest
    covers: API, base URL, filters. `complete` is false when a project could not be read or secrets
    were not resolved; such a plan, and one that a guard refuses, is not applyable.
    """
    ordered = tuple(sorted(changes, key=lambda change: change.key))
    pending = sorted(
        (change for change in ordered if change.action.is_pending),
        key=lambda change: (change.project.id or "", _TURN[change.action], change.type),
    )
    operations = tuple(
        Operation(number, _METHODS[change.action], path_of(*change.key), change)
        for number, change in enumerate(pending, start=1)
    )
    applyable = complete and not refusals
    digest = _digest({**context, "applyable": applyable}, ordered)
    return Plan(ordered, operations, tuple(refusals), applyable, digest)


def _digest(context: Mapping[str, object], changes: Iterable[Change]) -> str:
    """Fingerprint what approval is given to, one line of JSON at a time.

    Covers what each change is, the live `id` that each operation replaces, plain values, literals
    as written, and the names of references. No resolved secret, and no line numbers.
    """
    hasher = hashlib.sha256()
    for part in chain([context], map(_canonical, changes)):
        line = json.dumps(part, sort_keys=True, separators=(",", ":"))
        hasher.update(f"{line}\n".encode())
    return f"sha256:{hasher.hexdigest()}"


def _canonical(change: Change) -> list[object]:
    return [
        *change.key,
        change.project.name,
        change.action,
        change.live_id if change.action.is_pending else None,
        [[field.name, field.before, field.after, field.verdict] for field in change.fields],
        _as_written(change.desired) if change.desired else None,
    ]


def _as_written(integration: Integration) -> dict[str, object]:
    written: dict[str, object] = {}
    for name, value in integration.settings.items():
        if isinstance(value, Literal):
            written[name] = value.as_written()
        elif isinstance(value, Reference | Secret):
            written[name] = {"secret": describe(value)}
        else:
            written[name] = value
    return written
