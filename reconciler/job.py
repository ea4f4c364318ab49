"""What a run is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING, Any

from reconciler.core.assertion import NOTHING, Assertion
from reconciler.core.guard import Overrides
from reconciler.core.witness import WITNESSES
from reconciler.session import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from reconciler.api.stop import Stop
    from reconciler.core.secret import Reference
    from reconciler.core.witness import Witness
    from reconciler.proof import Ledger


def _silent(doing: str, done: int, whole: int) -> None:
    del doing, done, whole


@dataclass(frozen=True, slots=True)
class Job:
    """Paths, and names or globs of projects, as the user gave them; everything else decided.

    `policy` is the operator's file, if there is one. `secrets` is false for a look that resolves
    none. `assertion` is what to send of the secrets that could not be verified; `witnesses` are
    asked about those first, and the receipts of `ledger` before them. `alert_check` says whether to
    look, after writing, for alerts that lead nowhere. `detailed` asks for an exit code of its own
    where changes are pending. `expect` is the digest that the plan must have, `saved` the plan file
    that it must be equal to. `rollback` is given the text of a desired state that brings back what
    was, and may raise OSError. `notify` refers to where others are told of the run. Writes are told
    of in `journal`; large fleets are written in `waves`. `progress` is told what is being done, how
    much of it is done, and how much there is. `stop` is where others end the run. `now` is when it
    begins, in seconds since 1970.

    For a look at drift, `baseline` is the file of what is known; `write_baseline` is given a new
    one, and may raise OSError. `history` is the file in which the run is recorded.
    """

    paths: Sequence[str]
    stop: Stop
    target: Target = field(default_factory=Target)
    projects: Sequence[str] = ()
    types: frozenset[str] | None = None
    policy: str | None = None
    secrets: bool = True
    assertion: Assertion = NOTHING
    witnesses: Sequence[Witness] = WITNESSES
    ledger: Ledger | None = None
    overrides: Overrides = field(default_factory=Overrides)
    detailed: bool = False
    dry_run: bool = False
    alert_check: bool = True
    expect: str | None = None
    saved: Mapping[str, Any] | None = None
    journal: Path | None = None
    waves: bool = True
    rollback: Callable[[str], None] | None = None
    notify: Reference | None = None
    progress: Callable[[str, int, int], None] = _silent
    baseline: str | None = None
    write_baseline: Callable[[str], None] | None = None
    history: Path | None = None
    now: int = field(default_factory=lambda: int(time()))

    @property
    def today(self) -> date:
        """The day on which the run begins, in UTC."""
        return datetime.fromtimestamp(self.now, UTC).date()

    def covers(self, type_: str) -> bool:
        """Whether the run is about integrations of this type."""
        return self.types is None or type_ in self.types
