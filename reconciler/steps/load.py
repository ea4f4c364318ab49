"""From paths to a desired state, and from references to secrets."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from reconciler import desired, policy
from reconciler.core.ignore import expired, in_force
from reconciler.core.match import may_be_selected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.core.secret import Reference
    from reconciler.core.state import Desired, DesiredProject, Integration
    from reconciler.job import Job
    from reconciler.run import Run


def load(run: Run) -> Desired:
    """Read the operator's policy, and the files by it.

    What is loaded stays, so the garbage collector need not look at it.
    """
    from reconciler.secrets.gate import check
    from reconciler.secrets.key import refuse_own

    run.job.stop.pause(0)
    run.offline = True
    if run.job.policy is not None:
        run.policy = policy.load(run.job.policy)
    gc.disable()
    try:
        declared, warnings = desired.load(run.job.paths, run.policy)
    finally:
        gc.freeze()
        gc.enable()
    run.problems += [*warnings, *expired(declared, run.job.today)]
    run.api = declared.api or None
    check(declared, run.policy)
    run.offline = False
    refuse_own(declared, _own(run.job))
    return in_force(declared, run.job.today)


def resolve(run: Run, declared: Desired) -> Desired:
    """Put secrets in the place of the references that the run covers, unless none are wanted."""
    from reconciler.secrets.resolve import resolve as resolve_all

    job = run.job
    if not job.secrets:
        return declared

    def covers(project: DesiredProject, integration: Integration) -> bool:
        return job.covers(integration.type) and may_be_selected(project.ref, job.projects)

    return resolve_all(declared, run.policy, run.problems.append, covers)


def _own(job: Job) -> Mapping[Reference, str]:
    """Say which references are for the run itself, and what for."""
    own = dict.fromkeys(job.ledger.keys if job.ledger else (), "the key of the receipts")
    return own if job.notify is None else {**own, job.notify: "where notices go"}
