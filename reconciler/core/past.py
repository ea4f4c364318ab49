"""What earlier runs know of a run's drift: what is new, what is still there, what is resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.core.drift import Drift, Item, Key


class Gone(NamedTuple):
    """Something that drifted before: which, the project's name at that time, and since when."""

    item: Item
    name: str
    since: int


class Moment(NamedTuple):
    """One run of the past; times in seconds since 1970.

    Counts of integrations by kind of drift, then of items that are new, resolved, and that could
    not be seen. A run that saw nothing has no counts of drift: None.
    """

    at: int
    exit: int
    missing: int | None
    changed: int | None
    unwanted: int | None
    new: int
    resolved: int
    unseen: int

    @property
    def drift(self) -> int | None:
        """How many integrations drifted; None where that was not seen."""
        parts = (self.missing, self.changed, self.unwanted)
        return None if None in parts else sum(part or 0 for part in parts)


@dataclass(frozen=True, slots=True)
class Age:
    """How long an integration has been drifting: since when, and which of its settings are new."""

    since: int
    new: bool
    fresh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """One run beside those before it.

    `since` is of each item of drift, and is `at` for those that are new. `unseen` drifted when it
    was last looked at, which this run did not do; what it saw and ignores is in neither. `moments`
    are the latest runs, however they ended, this one last.
    """

    at: int
    since: Mapping[Item, int]
    new: frozenset[Item] = frozenset()
    resolved: tuple[Gone, ...] = ()
    unseen: tuple[Gone, ...] = ()
    moments: tuple[Moment, ...] = ()

    @property
    def previous(self) -> Moment | None:
        """The run before, if there was one."""
        return self.moments[-2] if len(self.moments) > 1 else None

    def age(self, drift: Drift) -> Age:
        """Say since when an integration has been drifting."""
        fresh = drift.items & self.new
        since = min(self.since.get(item, self.at) for item in drift.items)
        if fresh == drift.items:
            return Age(since, new=True)
        return Age(since, new=False, fresh=tuple(sorted(item.field for item in fresh)))


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a baseline says of a run: which drift is in it, and which of it is there no longer."""

    known: frozenset[Key]
    resolved: tuple[Drift, ...] = ()
    written: bool = False
    """Whether the run put all its drift into the baseline."""
