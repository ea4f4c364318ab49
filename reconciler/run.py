"""The stations of the road, and what a run has seen so far.

Whatever ends a run, and wherever, what it knows by then is one complete report.
"""

from __future__ import annotations

import gc
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from reconciler import catalogue
from reconciler.core.diff import diff
from reconciler.core.exits import Exit
from reconciler.core.guard import Overrides, refusals
from reconciler.core.match import match, select
from reconciler.core.plan import Outcome, Plan, Status, make_plan
from reconciler.core.problem import Failed, Invalid, Problem
from reconciler.core.state import Desired
from reconciler.desired import load
from reconciler.report import Report, saved
from reconciler.session import Target, base_url, connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

    from reconciler.api.client import Client
    from reconciler.api.stop import Stop
    from reconciler.core.change import Change
    from reconciler.core.state import DesiredProject

_SIGNALLED = 128


def _silent(doing: str, done: int, whole: int) -> None:
    del doing, done, whole


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is asked for. Paths, and names or globs of projects, as the user gave them.

    `secrets` is false for a look that resolves none. `expect` is the digest that the plan must
    have, `saved` the plan file that it must be equal to. `progress` is told what is being done, how
    much of it is done, and how much there is.
    """

    paths: Sequence[str]
    stop: Stop
    target: Target = Target()
    projects: Sequence[str] = ()
    types: frozenset[str] | None = None
    secrets: bool = True
    assert_secrets: bool = False
    overrides: Overrides = Overrides()
    detailed: bool = False
    dry_run: bool = False
    expect: str | None = None
    saved: Mapping[str, Any] | None = None
    progress: Callable[[str, int, int], None] = _silent


@dataclass
class Run:
    """One command on its way. Leaving the `with` block for a known reason is not an exception."""

    command: str
    job: Job
    api: str | None = None
    base_url: str | None = None
    changes: list[Change] = field(default_factory=list)
    plan: Plan | None = None
    outcomes: list[Outcome] | None = None
    problems: list[Problem] = field(default_factory=list)
    ended: Exit | None = None
    """How the run ended early, if it did."""
    unread: int = 0
    """How many projects could not be read."""
    settled: bool = False
    """Whether a second look found nothing left."""
    _desired: dict[str | None, DesiredProject] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Turn what ends a run early into problems.

        A mistake of this program is told by its place alone: its message may hold anything.
        """
        from reconciler.api.stop import Stopped  # noqa: PLC0415 - threads, which few need

        gc.unfreeze()
        if isinstance(error, Invalid):
            self._end(Exit.INVALID, *error.problems)
        elif isinstance(error, Failed):
            self._end(Exit.FAILED, error.problem)
        elif isinstance(error, Stopped):
            self._end(Exit.FAILED)
        elif isinstance(error, Exception):
            self._end(Exit.FAILED, _mistake(error))
        return isinstance(error, Exception)

    def load(self) -> Desired:
        """Read the files. What is loaded stays, so the garbage collector need not look at it."""
        gc.disable()
        try:
            desired, warnings = load(self.job.paths)
        finally:
            gc.freeze()
            gc.enable()
        self.problems += warnings
        self.api = desired.api or None
        return desired

    def resolve(self, desired: Desired) -> Desired:
        """Put secrets in the place of references, unless none are wanted."""
        from reconciler.secrets.resolve import resolve  # noqa: PLC0415 - `validate` needs none

        if not self.job.secrets:
            return desired
        try:
            return resolve(desired)
        except Invalid as error:
            problems = [*self.problems, *error.problems]
            self.problems = []
        raise Invalid(problems)

    @contextmanager
    def connect(self, desired: Desired, *, writable: bool) -> Iterator[Client]:
        """Open the API; only with `writable` can anything be written to it."""
        from reconciler.api.dialects import DIALECTS  # noqa: PLC0415

        self.base_url = base_url(self.job.target, DIALECTS[desired.api])
        with connect(self.job.target, desired, self.job.stop, writable=writable) as client:
            yield client

    def look(self, client: Client, desired: Desired) -> None:
        """Read every declared project and compare; one that cannot be read fails alone."""
        from reconciler.api.errors import ApiError  # noqa: PLC0415

        try:
            listed = client.projects()
        except ApiError as error:
            problem = error.problem("listing the projects")
        else:
            projects = select(match(desired, listed), self.job.projects)
            self._desired = {project.ref.id: project for project in projects}
            self.changes = self._compare(client, projects, assert_secrets=self.job.assert_secrets)
            self.problems += [told for change in self.changes for told in change.warnings]
            return
        raise Failed(problem)

    def make_plan(self, client: Client, desired: Desired) -> None:
        """Order the changes, ask the guards, and fix it all with a digest."""
        job = self.job
        context = {
            "api": desired.api,
            "baseUrl": self.base_url,
            "projects": sorted(job.projects),
            "types": sorted(job.types or ()),
            "assertSecrets": job.assert_secrets,
        }
        kinds = catalogue.kinds(desired.api)
        refused = refusals(
            self.changes, kinds, job.overrides, desired_is_empty=desired.is_empty
        )
        complete = job.secrets and not self.unread
        path_of = client.dialect.integration
        self.plan = make_plan(self.changes, path_of, refused, context, complete=complete)
        if refused:
            self._end(Exit.REFUSED, *refused)

    def is_approved(self, approve: Callable[[Report], bool]) -> bool:
        """Say whether the plan may be carried out: by the guards, by approval given, by the user."""
        if self.ended is not None:
            return False
        objections = self._objections()
        if objections:
            self._end(Exit.REFUSED, *objections)
        if self.job.dry_run or objections:
            return False
        if self.plan and self.plan.operations and not approve(self.report()):
            self._end(Exit.REFUSED, Problem("declined", "the plan was not approved"))
            return False
        return True

    def perform(self, client: Client) -> None:
        """Carry the plan out; no failure stops another project."""
        from reconciler.api.perform import perform_all  # noqa: PLC0415

        assert self.plan  # noqa: S101 - a plan was approved
        job = self.job
        self.outcomes = perform_all(
            client,
            self.plan.operations,
            catalogue.kinds(client.dialect.name),
            job.stop,
            job.target.concurrency,
            lambda done, whole: job.progress("Writing", done, whole),
        )
        if job.stop and not job.stop.signal:
            hint = "run again after that time"
            self.problems.append(Problem("rate-limited", job.stop.reason, hint))

    def look_again(self, client: Client) -> None:
        """Read again what was touched. What is left belies an operation that seemed to be done."""
        if self.job.stop or self.outcomes is None:
            return
        touched = {outcome.operation.change.project.id for outcome in self.outcomes}
        projects = [self._desired[id_] for id_ in sorted(touched, key=str)]
        unread = self.unread
        left = {
            change.key: change.reason
            for change in self._compare(client, projects, assert_secrets=False)
            if change.action.is_pending
        }
        self.settled = not left and self.unread == 0
        self.outcomes = [_belied(outcome, left) for outcome in self.outcomes]
        written = {outcome.operation.change.key for outcome in self.outcomes}
        for project, type_ in sorted(left.keys() - written):
            sentence = f"{type_} of {project} changed while the plan was carried out"
            self.problems.append(Problem("changed-meanwhile", sentence, "run again"))
        if self.unread > unread or left.keys() - written:
            self.ended = Exit.INCOMPLETE

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
            changes=plan.changes if plan else tuple(sorted(self.changes, key=lambda c: c.key)),
            operations=plan.operations if plan else (),
            outcomes=None if self.outcomes is None else tuple(self.outcomes),
            problems=tuple(sorted(self.problems, key=lambda problem: problem.sort_key)),
            settled=self.settled,
        )

    def _compare(
        self, client: Client, projects: Sequence[DesiredProject], *, assert_secrets: bool
    ) -> list[Change]:
        from reconciler.api.errors import ApiError, Halted  # noqa: PLC0415
        from reconciler.api.observe import observe  # noqa: PLC0415

        job, changes = self.job, []
        kinds = catalogue.kinds(client.dialect.name)
        def progress(done: int, whole: int) -> None:
            job.progress("Reading", done, whole)
        try:
            for project, live in observe(client, projects, job.target.concurrency, progress):
                if isinstance(live, ApiError):
                    self.unread += 1
                    self.problems.append(live.problem(f"reading project {project.ref}", project.at))
                else:
                    changes += diff(
                        project, live, kinds, types=job.types, assert_secrets=assert_secrets
                    )
        except Halted as error:
            problem = error.problem("reading the projects")
        else:
            return sorted(changes, key=lambda change: change.key)
        raise Failed(problem)

    def _objections(self) -> list[Problem]:
        job, report = self.job, self.report()
        if not job.secrets:
            sentence = "this plan cannot be applied: its secrets were not resolved"
            return [Problem("not-applyable", sentence, "leave out --secrets none")]
        if job.expect is not None and job.expect != report.digest:
            sentence = f"the plan is not the expected one: its digest is {report.digest}"
            return [Problem("stale-plan", sentence, "plan again, and look at what moved")]
        return saved.objections(job.saved, report) if job.saved is not None else []

    def _end(self, code: Exit, *problems: Problem) -> None:
        self.ended = code
        self.problems += problems

    def _exit(self) -> int:
        if self.job.stop.signal:
            return _SIGNALLED + self.job.stop.signal
        if self.ended is not None:
            return self.ended
        if self.outcomes is not None:
            return _applied(self.outcomes, self.unread)
        if self.unread:
            return Exit.FAILED
        asked = self.command == "drift" or (self.command == "plan" and self.job.detailed)
        pending = any(change.action.is_pending for change in self.changes)
        return Exit.PENDING if asked and pending else Exit.OK


def _mistake(error: Exception) -> Problem:
    frames = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    sentence = f"this program made a mistake: {type(error).__name__} at {', '.join(frames)}"
    return Problem("internal-error", sentence, "please report it with this line")


def _applied(outcomes: Sequence[Outcome], unread: int) -> Exit:
    done = sum(outcome.status is Status.DONE for outcome in outcomes)
    if done == len(outcomes) and not unread:
        return Exit.OK
    return Exit.INCOMPLETE if done else Exit.FAILED


def _belied(outcome: Outcome, left: Mapping[tuple[str, str], str]) -> Outcome:
    reason = left.get(outcome.operation.change.key)
    if outcome.status is not Status.DONE or reason is None:
        return outcome
    detail = f"not-converged: the API took the write, and still {reason}"
    return replace(outcome, status=Status.FAILED, detail=detail)
