"""Carrying out a plan, once it is agreed to: wave by wave, watched, and with a journal."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.api.overseer import Overseer
from reconciler.api.stop import Stopped
from reconciler.core.guard import allowed_dark
from reconciler.core.plan import Operation, Outcome, Status
from reconciler.core.problem import Failed, Problem, warning
from reconciler.core.waves import Breaker, retry_budget, unverified, waves
from reconciler.core.witness import is_by_time
from reconciler.journal import unwritable
from reconciler.steps.look import look_again

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.api.client import Client
    from reconciler.core.state import ProjectRef
    from reconciler.run import Run

_HINT = "mend that and run again; --no-waves writes to all projects at once"


def perform(run: Run, client: Client) -> None:
    """Carry the plan out; one project's failure stops that project only, and the next wave."""
    operations = run.plan.operations if run.plan else ()
    parts = _parts(run, operations)
    watch = _Watch(run, len(operations), in_waves=len(parts) > 1)
    known: list[Outcome] = []
    for number, part in enumerate(parts, start=1):
        done = _write(run, client, part, watch, (len(known), len(operations)))
        known += done
        run.outcomes = _whole(parts, known, "cut off")
        if number < len(parts) and (why := _unverified(run, client, done)):
            watch.end_waves(number, len(parts), why)
            break
    run.outcomes = _whole(parts, known, run.job.stop.reason or watch.objection())
    run.job.stop.shielded = run.job.stop.deaf = False
    _tell(run, client, watch)


def _parts(run: Run, operations: Sequence[Operation]) -> Sequence[Sequence[Operation]]:
    if not run.job.waves:
        return [operations]
    return waves(operations, {project.ref.id or "" for project in run.projects if project.canary})


def _write(
    run: Run,
    client: Client,
    part: Sequence[Operation],
    watch: _Watch,
    share: tuple[int, int],
) -> list[Outcome]:
    """Carry out one wave; of `share` are those operations that ended before, and all there are."""
    from reconciler.api.perform import perform_all

    job, (before, whole) = run.job, share
    doing = "Rehearsing" if run.rehearsal else "Writing"
    return perform_all(
        client,
        part,
        catalogue.kinds(client.dialect.name),
        job.stop,
        job.target.concurrency,
        lambda done, _: job.progress(doing, before + done, whole),
        watch,
    )


def _unverified(run: Run, client: Client, outcomes: list[Outcome]) -> str:
    """Say why nothing may follow after a wave; empty if all is done, and lasts."""
    if why := unverified(outcomes):
        return why
    seen = replace(run, outcomes=outcomes, problems=[], unread=[], settled=False)
    try:
        run.job.stop.deaf = False
        look_again(seen, client)
    except (Stopped, Failed):
        return "the second look was cut off"
    finally:
        run.job.stop.deaf = True
    if seen.settled:
        return ""
    if seen.unread:
        return "; ".join(problem.message for problem in seen.problems)
    belied = unverified(seen.outcomes or [])
    return f"a second look found {belied or 'something else left'}"


def _whole(
    parts: Sequence[Sequence[Operation]], known: Sequence[Outcome], why: str
) -> list[Outcome]:
    """Give an outcome for each operation, in the order of the plan, with its wave if it had one."""
    by_number = {outcome.operation.number: outcome for outcome in known}
    found = [
        replace(
            by_number.get(one.number, Outcome(one, Status.SKIPPED, f"not begun: {why}")),
            wave=wave if len(parts) > 1 else None,
        )
        for wave, part in enumerate(parts, start=1)
        for one in part
    ]
    return sorted(found, key=lambda outcome: outcome.operation.number)


def _tell(run: Run, client: Client, watch: _Watch) -> None:
    """Say why the run ended early, and what turned out about the API."""
    outcomes, stop = run.outcomes or [], run.job.stop
    by_time = any(is_by_time(outcome.operation.change) for outcome in outcomes)
    if not client.ids.tell_time and by_time:
        sentence = "the API's ids do not tell when an integration was written"
        hint = "add --rotation-by-time off, or the same is found in every run"
        run.problems.append(warning("ids-tell-no-time", sentence, hint))
    if stop.code and not stop.signal:
        run.problems.append(Problem(stop.code, stop.reason, stop.hint))
    elif watch.problem and not stop:
        run.problems.append(watch.problem)


class _Watch(Overseer):
    """Keeps the journal, without which nothing is written, and stops what goes wrong too often."""

    def __init__(self, run: Run, whole: int, *, in_waves: bool) -> None:
        self._journal = run.journal
        self._stop = run.job.stop
        self._breaker = Breaker(whole) if in_waves else None
        self._retries = self._budget = retry_budget(whole)
        self._dark = allowed_dark(run.plan.changes if run.plan else (), run.job.overrides)
        self._lock = Lock()
        self._why = ""
        self.problem: Problem | None = None

    def objection(self) -> str:
        return self._why

    def may_darken(self, project: ProjectRef) -> bool:
        return project in self._dark

    def end_waves(self, number: int, whole: int, why: str) -> None:
        """Let no wave follow, and say why, unless the breaker did."""
        if not self._why:
            self._why = f"wave {number} was not verified"
            sentence = f"wave {number} of {whole} was not verified: {why}"
            self.problem = Problem("wave-unverified", sentence, _HINT)

    def intent(self, operation: Operation, method: str, before: str | None) -> None:
        if self._journal:
            try:
                self._journal.intent(operation, method, before)
            except OSError as error:
                self._stop.request(*unwritable(error))
                self._stop.pause(0)

    def retry(self) -> None:
        with self._lock:
            self._retries -= 1
            used_up = self._retries < 0
        if used_up:
            reason = f"the {self._budget} writes that a run may repeat are used up"
            self._stop.request(reason, "retry-budget", "the API fails too often; run again later")
            self._stop.pause(0)

    def outcome(self, outcome: Outcome) -> None:
        if self._breaker:
            with self._lock:
                self._trip(self._breaker.take([outcome]))
        if self._journal:
            try:
                self._journal.outcome(outcome)
            except OSError as error:
                self._stop.request(*unwritable(error))

    def _trip(self, why: str) -> None:
        if why and not self._why:
            self._why = f"the breaker tripped at {why}"
            self.problem = Problem("breaker", f"the run was stopped by {why}", _HINT)
