"""The road that every command walks, each to its own stop.

    paths ─load─▶ Desired ─resolve─▶ Desired ─┐
                                              ├─look─▶ Changes ─make_plan─▶ Plan ─perform─▶ Outcomes
                               live projects ─┘

`validate` gets off after load, `drift` after look, `plan` after make_plan. `apply` goes on to
perform and then looks a second time, when nothing must be left to do; a rehearsal does that in a
copy. Each gives one report, whatever happens on the way.

`export` walks the lower half alone, from the live projects to what a file would declare of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.core.state import Desired
from reconciler.export import Export
from reconciler.job import Job
from reconciler.run import Run
from reconciler.steps.alerts import check_alerts
from reconciler.steps.connect import connect
from reconciler.steps.discover import Targets, discover, narrow
from reconciler.steps.evidence import journaling, tell_doubts
from reconciler.steps.export import write_down
from reconciler.steps.load import load, resolve
from reconciler.steps.look import demand_proof, look, look_again, tell_unused
from reconciler.steps.notify import tell_others
from reconciler.steps.past import prepare, remember, settle
from reconciler.steps.planning import is_approved, make_plan
from reconciler.steps.receipts import keep_receipts
from reconciler.steps.rehearsal import connect_copy, copy_live
from reconciler.steps.rollback import keep_rollback
from reconciler.steps.rollout import perform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.report import Report

__all__ = [
    "Job", "apply", "drift", "export", "look_by_receipts", "plan", "rehearse", "targets",
    "validate",
]  # fmt: skip


def look_by_receipts(job: Job, act: Callable[[Run], None]) -> Report:
    """Look at every declared secret by its receipt, and do something about that; writes no API."""
    with Run("receipts", job) as run:
        desired = resolve(run, load(run))
        with connect(run, desired, writable=False) as client:
            look(run, client, desired)
        act(run)
    return run.report()


def validate(job: Job) -> Report:
    """Say what is wrong with the desired state; needs no secret and no network."""
    with Run("validate", job) as run:
        load(run)
    return run.report()


def drift(job: Job) -> Report:
    """Say how live differs from what is declared, and what earlier runs know of that."""
    with Run("drift", job) as run:
        prepare(run)
        desired = resolve(run, load(run))
        with connect(run, desired, writable=False) as client:
            look(run, client, desired)
            tell_unused(run)
            demand_proof(run)
        settle(run)
    with run:
        remember(run)
    tell_others(run)
    return run.report()


def plan(job: Job) -> Report:
    """Say what an apply would do."""
    with Run("plan", job) as run:
        desired = resolve(run, load(run))
        with connect(run, desired, writable=False) as client:
            look(run, client, desired)
            make_plan(run, client, desired)
    return run.report()


def export(job: Job, api: str, org_id: str | None = None) -> tuple[Report, Export]:
    """Write down what is live in one API, of one organization or all, as a desired state.

    The job has no paths. Where the run ends early, what was read by then is given all the same.
    """
    everywhere = Desired(api, ())
    with Run("export", job, api=api) as run, connect(run, everywhere, writable=False) as client:
        write_down(run, client, org_id)
    ended = run.ended is not None or bool(job.stop)
    types = job.types or ()
    return run.report(), Export(api, run.declared, run.unread, cut_off=ended, types=types)


def apply(job: Job, approve: Callable[[Report], bool]) -> Report:
    """Make what is declared live, once `approve` has said yes to the plan.

    A dry run ends where the question would be asked, and could not write if it tried.
    """
    with Run("apply", job) as run:
        desired = resolve(run, load(run))
        with journaling(run), connect(run, desired, writable=not job.dry_run) as client:
            look(run, client, desired)
            tell_doubts(run)
            make_plan(run, client, desired)
            if is_approved(run, approve) and keep_rollback(run, client):
                perform(run, client)
                look_again(run, client)
                check_alerts(run, client)
                keep_receipts(run)
    tell_others(run)
    return run.report()


def rehearse(job: Job) -> Report:
    """Make what is declared live in a copy of what is live, and nowhere else.

    The API is only read, and let go of before the first write to the copy. Nobody is asked, and no
    journal, receipt or rollback is kept, since each would tell of writes.
    """
    with Run("apply", job, rehearsal=True) as run:
        desired = resolve(run, load(run))
        with connect(run, desired, writable=False) as client:
            look(run, client, desired)
            make_plan(run, client, desired)
            live = copy_live(run, client) if is_approved(run, lambda _: True) else None
        if live is not None:
            with connect_copy(run, desired, live) as copy:
                perform(run, copy)
                look_again(run, copy)
                check_alerts(run, copy)
    return run.report()


def targets(job: Job, params: Mapping[str, str]) -> tuple[Report, Targets]:
    """Ask Prometheus discovery about the declared projects; `params` are the request's query.

    Gives what was found up to where the run ended, and how it ended.
    """
    targets = Targets()
    with Run("targets", job) as run:
        desired = resolve(run, narrow(run, load(run), params))
        discover(run, desired, params, targets)
    return run.report(), targets
