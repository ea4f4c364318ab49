"""Carrying out a plan, once it is agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.api.overseer import Overseer
from reconciler.core.problem import Problem, warning
from reconciler.core.witness import is_by_time
from reconciler.journal import unwritable

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.core.plan import Operation, Outcome
    from reconciler.run import Run


def perform(run: Run, client: Client) -> None:
    """Carry the plan out; one project's failure stops that project only."""
    from reconciler.api.perform import perform_all

    job, operations = run.job, run.plan.operations if run.plan else ()
    run.outcomes = perform_all(
        client,
        operations,
        catalogue.kinds(client.dialect.name),
        job.stop,
        job.target.concurrency,
        lambda done, whole: job.progress("Writing", done, whole),
        _Watch(run),
    )
    job.stop.shielded = False
    if not client.ids.tell_time and any(is_by_time(o.change) for o in operations):
        sentence = "the API's ids do not tell when an integration was written"
        hint = "add --rotation-by-time off, or the same is found in every run"
        run.problems.append(warning("ids-tell-no-time", sentence, hint))
    if job.stop.code and not job.stop.signal:
        run.problems.append(Problem(job.stop.code, job.stop.reason, job.stop.hint))


class _Watch(Overseer):
    """Keeps the journal; where that fails, the run ends before the next write."""

    def __init__(self, run: Run) -> None:
        self._journal = run.journal
        self._stop = run.job.stop

    def intent(self, operation: Operation, method: str, before: str | None) -> None:
        if self._journal:
            try:
                self._journal.intent(operation, method, before)
            except OSError as error:
                self._end(error)
                self._stop.pause(0)

    def outcome(self, outcome: Outcome) -> None:
        if self._journal:
            try:
                self._journal.outcome(outcome)
            except OSError as error:
                self._end(error)

    def _end(self, error: OSError) -> None:
        self._stop.request(*unwritable(error))
