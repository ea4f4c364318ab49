"""The two sides that are compared: what the YAML declares, and what the API shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.core.kind import Plain
from reconciler.core.problem import Place
from reconciler.core.secret import Literal, Masked, Reference, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

DesiredValue = Plain | Reference | Literal | Secret | None
LiveValue = Plain | Masked | Secret


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """A project as people and the API know it; any part may be unknown.

    `org` is the id of its organization. It tells projects of one name apart, and is no part of what
    a project is.
    """

    id: str | None
    name: str | None
    org: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.name or self.id or "?"


@dataclass(frozen=True, slots=True)
class Integration:
    """One declared integration.

    `settings` is the mapping as declared, `type` and `ensure` included, every sensitive value
    already a `Reference`, `Literal` or `Secret`; a `None` in it means that live must not have the
    setting; a tombstone has none. `marks` are the positions of its keys, in the same order.
    """

    type: str
    settings: Mapping[str, DesiredValue]
    absent: bool
    file: str
    mark: int
    marks: Sequence[int]

    @property
    def at(self) -> Place:
        """Where the integration begins."""
        return Place.of(self.file, self.mark)

    def place(self, setting: str) -> Place:
        """Where a setting is declared; where the integration begins, if it is not."""
        if setting not in self.settings:
            return self.at
        return Place.of(self.file, self.marks[list(self.settings).index(setting)])


@dataclass(frozen=True, slots=True)
class Ignore:
    """A rule that puts up with a difference for a while, and says why.

    `field` is the one setting that it is about; None for the integration as a whole, be it there or
    not. `until` is the last day on which it counts, in UTC.
    """

    type: str
    field: str | None
    reason: str
    until: date
    file: str
    mark: int

    @property
    def at(self) -> Place:
        """Where the rule begins."""
        return Place.of(self.file, self.mark)

    def __str__(self) -> str:
        return f"ignored until {self.until}: {self.reason}"


@dataclass(frozen=True, slots=True)
class DesiredProject:
    """One declared project: by id, by name, or by both; no type twice.

    What is wrong shows first in a `canary`: it is worked on before the others. `ignore` has one
    rule at most for each setting, and for each integration as a whole.
    """

    ref: ProjectRef
    prune: bool
    integrations: tuple[Integration, ...]
    file: str
    mark: int
    canary: bool = False
    ignore: tuple[Ignore, ...] = ()

    @property
    def at(self) -> Place:
        """Where the project begins."""
        return Place.of(self.file, self.mark)


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything that a run's files declare, for one API; no project twice."""

    api: str
    projects: tuple[DesiredProject, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no integration at all is declared."""
        return not any(project.integrations for project in self.projects)


@dataclass(frozen=True, slots=True)
class LiveIntegration:
    """One integration as the API shows it: settings that are null are left out.

    `id` changes with every write, so it tells whether somebody wrote since; `unknown` are the names
    of settings that the catalogue does not know.
    """

    type: str
    id: str | None
    settings: Mapping[str, LiveValue]
    unknown: tuple[str, ...] = ()

    def is_later_than(self, seen: LiveIntegration) -> bool:
        """Tell whether the ids say that somebody wrote since; not every API shows one."""
        return None not in (self.id, seen.id) and self.id != seen.id


@dataclass(frozen=True, slots=True)
class LiveProject:
    """All integrations of one project, by type, from one complete read."""

    ref: ProjectRef
    integrations: Mapping[str, LiveIntegration]
