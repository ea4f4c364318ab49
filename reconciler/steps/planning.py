"""From changes to a plan, and to a yes or a no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.core import plan
from reconciler.core.exits import Exit
from reconciler.core.guard import refusals
from reconciler.core.problem import Problem, warning
from reconciler.report import saved

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.api.client import Client
    from reconciler.core.state import Desired
    from reconciler.report import Report
    from reconciler.run import Run


def make_plan(run: Run, client: Client, declared: Desired) -> None:
    """Order the changes, ask the guards, and fix it all with a digest."""
    job = run.job
    _warn_of_misses(run)
    kinds = catalogue.kinds(declared.api)
    refused = refusals(
        run.changes, kinds, job.overrides, desired_is_empty=declared.is_empty, beyond=run.beyond
    )
    context = {
        "api": declared.api,
        "baseUrl": run.base_url,
        "projects": sorted(job.projects),
        "types": sorted(job.types or ()),
        "assertSecrets": str(job.assertion) or False,
    }
    complete = job.secrets and not run.unread
    path_of = client.dialect.integration
    run.plan = plan.make_plan(run.changes, path_of, refused, context, complete=complete)
    if refused:
        run.end(Exit.REFUSED, *refused)


def is_approved(run: Run, approve: Callable[[Report], bool]) -> bool:
    """Say whether the plan may be carried out: guards first, then what was agreed, then a yes."""
    objections = [] if run.ended is not None else _objections(run)
    if objections:
        run.end(Exit.REFUSED, *objections)
    if run.ended is not None or run.job.dry_run:
        return False
    if run.plan and run.plan.operations and not approve(run.report()):
        run.end(
            Exit.REFUSED,
            Problem(
                "declined",
                "the plan was not approved",
                "nothing was written; apply again to be asked again",
            ),
        )
        return False
    return True


def _warn_of_misses(run: Run) -> None:
    """Warn of a pattern that fits nothing: a rotation that is mistyped would look done."""
    covered = (
        one for project in run.projects for one in project.integrations if run.job.covers(one.type)
    )
    if run.job.assertion.misses(covered):
        sentence = f"--assert-secrets={run.job.assertion.pattern} fits no secret of this run"
        hint = "a pattern is compared with SOURCE:NAME, as reports show a reference"
        run.problems.append(warning("unused-pattern", sentence, hint))


def _objections(run: Run) -> list[Problem]:
    job = run.job
    if not job.secrets and not job.dry_run:
        sentence = "this plan cannot be applied: its secrets were not resolved"
        return [Problem("not-applyable", sentence, "leave out --secrets none")]
    if job.expect is not None and run.plan:
        return _unexpected(run.plan, job.expect)
    return [] if job.saved is None else saved.objections(job.saved, run.report())


def _unexpected(made: plan.Plan, digest: str) -> list[Problem]:
    """Hold a plan against the digest that was agreed to; half a plan cannot be agreed to."""
    if made.digest != digest:
        sentence = f"the plan is not the expected one: its digest is {made.digest}"
        return [Problem("stale-plan", sentence, "plan again, and look at what moved")]
    if not made.applyable:
        sentence = "the expected plan cannot be applied: not everything could be read"
        return [Problem("not-applyable", sentence, "mend that and plan again, or apply with --yes")]
    return []
