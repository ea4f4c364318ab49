"""What a run has seen so far: wherever it ends, and why ever, that is one complete report."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from reconciler.core.exits import Exit
from reconciler.core.plan import Outcome, Plan, Status
from reconciler.core.policy import NO_POLICY
from reconciler.core.problem import Failed, Invalid, Problem
from reconciler.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from reconciler.core.change import Change
    from reconciler.core.drift import Drift
    from reconciler.core.past import Accepted, Past
    from reconciler.core.policy import Policy
    from reconciler.core.state import DesiredProject, ProjectRef
    from reconciler.export import Declaration
    from reconciler.job import Job
    from reconciler.journal import Entry, Journal
    from reconciler.proof import Proof

_SIGNALLED = 128


@dataclass
class Run:
    """One command on its way; the steps fill it in.

    Leaving the `with` block for a reason that ends a run is no exception: it becomes a problem.
    """

    command: str
    job: Job
    rehearsal: bool = False
    """Whether writes go to a copy of what is live, and nowhere else."""
    policy: Policy = NO_POLICY
    api: str | None = None
    base_url: str | None = None
    projects: list[DesiredProject] = field(default_factory=list)
    """Those looked at, with their ids, sorted by id."""
    declared: list[Declaration] = field(default_factory=list)
    """What to declare of the projects read so far, in no order."""
    changes: list[Change] = field(default_factory=list)
    beyond: list[Change] = field(default_factory=list)
    """What the run is not about."""
    plan: Plan | None = None
    outcomes: list[Outcome] | None = None
    problems: list[Problem] = field(default_factory=list)
    unread: list[ProjectRef] = field(default_factory=list)
    """The projects that could not be read, each time that one could not."""
    journal: Journal | None = None
    doubts: list[Entry] = field(default_factory=list)
    """Writes of earlier runs of which the journal tells no outcome."""
    left_off: set[str] = field(default_factory=set)
    """The ids of the projects in which the last run wrote, if it never came to its end."""
    proof: Proof | None = None
    """The receipts, where the user keeps some."""
    offline: bool = False
    """Whether it is at what `validate` does as well: reading what is declared."""
    ended: Exit | None = None
    """How the run ended, if not by coming to its end."""
    found_again: list[Change] = field(default_factory=list)
    """What the second look found, of the projects that were worked on."""
    settled: bool = False
    """Whether a second look found nothing left."""
    left: dict[tuple[str, str], str] = field(default_factory=dict)
    """Why there was something left to do when it was last looked at again, by project and type."""
    overtaken: bool = False
    """Whether it found something left that no operation was about."""
    looked: frozenset[str] | None = None
    """The ids of the projects that were read and compared; None before that."""
    kept: list[Drift] = field(default_factory=list)
    """What the baseline says."""
    accepted: Accepted | None = None
    """What of the drift is in the baseline, where there is one."""
    past: Past | None = None
    """What the history says of the drift, where one is kept."""

    def __enter__(self) -> Self:
        """Set out."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Take in what ended the run.

        A mistake of this program is told by its place alone: its message may hold anything.
        """
        from reconciler.api.stop import Stopped

        self.job.stop.deaf = True
        if isinstance(error, Invalid):
            self.end(Exit.INVALID, *error.problems)
        elif isinstance(error, Failed):
            self.end(Exit.FAILED, error.problem)
        elif isinstance(error, Stopped):
            self.end(Exit.FAILED, *self._why_stopped())
        elif isinstance(error, Exception):
            self.end(Exit.FAILED, mistake(error))
        return isinstance(error, Exception)

    def end(self, code: Exit, *problems: Problem) -> None:
        """Fix how the run ends, and say why."""
        self.ended = code
        self.problems += problems

    def _why_stopped(self) -> list[Problem]:
        stop = self.job.stop
        if stop.signal:
            return [Problem("interrupted", stop.reason, "run again")]
        return [Problem(stop.code, stop.reason, stop.hint)] if stop.code else []

    def report(self) -> Report:
        """Give what is known by now."""
        plan = self.plan
        return Report(
            command=self.command,
            exit=self._exit(),
            api=self.api,
            base_url=self.base_url,
            digest=plan.digest if plan else None,
            applyable=plan.applyable if plan else False,
            changes=plan.changes if plan else tuple(self.changes),
            operations=plan.operations if plan else (),
            outcomes=tuple(self._outcomes()) if self.command == "apply" else None,
            problems=tuple(sorted(self.problems, key=lambda problem: problem.sort_key)),
            performed=self.outcomes is not None,
            settled=self.settled,
            offline=self.offline,
            dry_run=self.job.dry_run,
            rehearsal=self.rehearsal,
            accepted=self.accepted,
            past=self.past,
            unread=tuple(dict.fromkeys(self.unread)),
        )

    def _outcomes(self) -> list[Outcome]:
        """Give one outcome for each operation, also where none was begun."""
        if self.outcomes is not None or self.plan is None:
            return self.outcomes or []
        why = "dry run" if self.job.dry_run else "the plan was not carried out"
        return [Outcome(operation, Status.SKIPPED, why) for operation in self.plan.operations]

    def _exit(self) -> int:
        if self.job.stop.signal:
            return _SIGNALLED + self.job.stop.signal
        if self.ended not in (None, Exit.FAILED):
            return self.ended
        if self.outcomes is not None:
            cut_off = self.ended or (self.job.stop and not self.settled)
            whole = not (cut_off or self.unread or self.overtaken)
            return _applied(self.outcomes, complete=whole)
        if self.ended is not None:
            return self.ended
        if self.unread:
            return Exit.FAILED
        asked = self.command == "drift" or self.job.detailed
        known = self.accepted.known if self.accepted else ()
        pending = any(c.action.is_pending and c.key not in known for c in self.changes)
        return Exit.PENDING if asked and pending else Exit.OK


def _applied(outcomes: Sequence[Outcome], *, complete: bool) -> Exit:
    done = sum(outcome.status is Status.DONE for outcome in outcomes)
    if done == len(outcomes) and complete:
        return Exit.OK
    return Exit.INCOMPLETE if done else Exit.FAILED


def mistake(error: BaseException) -> Problem:
    """Say that this program made a mistake, and where; never the error's own words."""
    frames = traceback.extract_tb(error.__traceback__)
    places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    sentence = f"this program made a mistake: {type(error).__name__} at {places}"
    return Problem("internal-error", sentence, "please report it with this line")
