"""The steps of the road: each takes the run one station on, and leaves in it what it found."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler import catalogue, desired, policy, proof, session
from reconciler.core import plan
from reconciler.core.assertion import NOTHING
from reconciler.core.change import Action
from reconciler.core.diff import diff
from reconciler.core.exits import Exit
from reconciler.core.guard import refusals, unproven_secrets
from reconciler.core.ignore import expired, in_force, unused
from reconciler.core.match import match, may_be_selected, pick, select
from reconciler.core.problem import Problem, warning
from reconciler.core.witness import is_by_time
from reconciler.read import collect, listed, listed_for, observing, read
from reconciler.report import saved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconciler.api.client import Client
    from reconciler.api.observe import Observer
    from reconciler.core.assertion import Assertion
    from reconciler.core.change import Change
    from reconciler.core.secret import Reference
    from reconciler.core.state import Desired, DesiredProject, Integration, LiveProject
    from reconciler.job import Job
    from reconciler.report import Report
    from reconciler.run import Run


def load(run: Run) -> Desired:
    """Read the operator's policy, and the files by it.

    What is loaded stays, so the garbage collector need not look at it.
    """
    from reconciler.secrets.gate import check
    from reconciler.secrets.key import refuse_own

    run.job.stop.pause(0)
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
    refuse_own(declared, _own(run.job))
    return in_force(declared, run.job.today)


def _own(job: Job) -> Mapping[Reference, str]:
    """Say which references are for the run itself, and what for."""
    own = dict.fromkeys(job.ledger.keys if job.ledger else (), "the key of the receipts")
    return own if job.notify is None else {**own, job.notify: "where notices go"}


def resolve(run: Run, declared: Desired) -> Desired:
    """Put secrets in the place of the references that the run covers, unless none are wanted."""
    from reconciler.secrets.resolve import resolve as resolve_all

    job = run.job
    if not job.secrets:
        return declared

    def covers(project: DesiredProject, integration: Integration) -> bool:
        return job.covers(integration.type) and may_be_selected(project.ref, job.projects)

    return resolve_all(declared, run.policy, run.problems.append, covers)


@contextmanager
def connect(run: Run, declared: Desired, *, writable: bool) -> Iterator[Client]:
    """Open the API; only with `writable` can anything be written to it."""
    run.base_url = session.base_url(run.job.target, declared.api)
    if run.job.ledger:
        run.proof, problems = proof.open_proof(run.job.ledger, run.base_url, run.policy)
        run.problems += problems
    with session.connect(run.job.target, declared, run.job.stop, writable=writable) as client:
        try:
            yield client
        finally:
            run.problems += client.warnings()


def look(run: Run, client: Client, declared: Desired) -> None:
    """Read every declared project and compare; one that cannot be read fails alone.

    Those that are declared by id are asked about while the list of projects is still under way.
    """
    with observing(run, client.integrations) as observer:
        if not run.job.projects:
            observer.begin(project.ref for project in declared.projects if project.ref.id)
        run.projects = select(match(declared, listed_for(run, client, declared)), run.job.projects)
        found = _compare(run, client, observer, run.projects, run.job.assertion)
    run.changes = [change for change in found if run.job.covers(change.type)]
    run.beyond = [change for change in found if not run.job.covers(change.type)]
    run.problems += [told for change in run.changes for told in change.warnings]
    unread = {ref.id for ref in run.unread}
    run.looked = frozenset(
        project.ref.id or "" for project in run.projects if project.ref.id not in unread
    )


def write_down(run: Run, client: Client, org_id: str | None) -> None:
    """Read the projects that are asked for, and say of each what to declare."""
    from reconciler.export import declare

    refs = pick(listed(client, org_id), run.job.projects)
    for _, live in read(run, client.integrations, dict.fromkeys(refs)):
        found = declare(client.dialect.name, live, run.job.covers)
        run.declared.append(found)
        run.problems += found.warnings()


def tell_unused(run: Run) -> None:
    """Warn of rules that ignore nothing, where the run saw all that they could be about."""
    job = run.job
    if job.secrets and job.types is None and not job.projects and not run.unread:
        run.problems += unused(run.projects, run.changes)


def demand_proof(run: Run) -> None:
    """Fail a look that leaves secrets unproved, where the user wants every one proved."""
    problem = unproven_secrets(run.changes, run.job.overrides)
    if problem:
        run.end(Exit.FAILED, problem)


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


def _warn_of_misses(run: Run) -> None:
    """Warn of a pattern that fits nothing: a rotation that is mistyped would look done."""
    covered = (
        one for project in run.projects for one in project.integrations if run.job.covers(one.type)
    )
    if run.job.assertion.misses(covered):
        sentence = f"--assert-secrets={run.job.assertion.pattern} fits no secret of this run"
        hint = "a pattern is compared with SOURCE:NAME, as reports show a reference"
        run.problems.append(warning("unused-pattern", sentence, hint))


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


def look_again(run: Run, client: Client) -> None:
    """Read again what was touched: what is left belies an operation that seemed to be done.

    Of a project that cannot be read any more, what an earlier look found left counts.
    """
    outcomes = run.outcomes or []
    touched = {outcome.operation.change.project.id or "" for outcome in outcomes}
    if run.proof:
        run.proof.overlook(touched)
    if run.job.stop:
        return
    projects = [project for project in run.projects if project.ref.id in touched]
    before = len(run.unread)
    with observing(run, client.integrations) as observer:
        run.found_again = changes = _compare(run, client, observer, projects, NOTHING)
    left = {
        change.key: f"{change.type} is there" if change.action is Action.DELETE else change.reason
        for change in changes
        if change.action.is_pending and run.job.covers(change.type)
        if client.ids.tell_time or not is_by_time(change)
    }
    unread = {ref.id for ref in run.unread[before:]}
    earlier = {key: why for key, why in run.left.items() if key[0] in unread}
    run.left.clear()
    run.left.update(earlier | left)
    foreign = left.keys() - {outcome.operation.change.key for outcome in outcomes}
    names = {project.ref.id: project.ref for project in projects}
    for project, type_ in sorted(foreign):
        sentence = f"{type_} of {names[project]} changed while the plan was carried out"
        run.problems.append(Problem("changed-meanwhile", sentence, "run again"))
    run.outcomes = [_belied(outcome, run.left) for outcome in outcomes]
    run.settled = not left and not run.unread
    run.overtaken |= bool(foreign)


def keep_receipts(run: Run) -> None:
    """Write receipts of what was done and seen, and renew those that an older key made."""
    if run.proof is None:
        return
    proof.record(run.proof, run.outcomes or [])
    proof.renew(run.proof)
    run.problems += run.proof.save()


def _compare(
    run: Run,
    client: Client,
    observer: Observer[LiveProject],
    projects: Sequence[DesiredProject],
    assertion: Assertion,
) -> list[Change]:
    """Read and compare projects as they arrive; give the changes sorted by project and type."""
    kinds = catalogue.kinds(client.dialect.name)
    declared = {project.ref: project for project in projects}
    witnesses = [*([run.proof.witness] if run.proof else []), *run.job.witnesses]
    changes: list[Change] = []
    for ref, found in collect(run, observer, {ref: one.at for ref, one in declared.items()}):
        live = replace(found, ref=ref)  # who asked early knew no more than an id
        changes += diff(declared[ref], live, kinds, assertion, witnesses)
        if run.proof:
            run.proof.look(declared[ref], live, kinds)
    return sorted(changes, key=lambda change: change.key)


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


def _belied(outcome: plan.Outcome, left: Mapping[tuple[str, str], str]) -> plan.Outcome:
    reason = left.get(outcome.operation.change.key)
    if outcome.status is not plan.Status.DONE or reason is None:
        return outcome
    detail = f"not-converged: the API took the write, and a second look shows: {reason}"
    return replace(outcome, status=plan.Status.FAILED, detail=detail)
