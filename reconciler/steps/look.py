"""Compare what is live with what is declared: before anything is written, and again afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.core import plan
from reconciler.core.assertion import NOTHING
from reconciler.core.change import Action
from reconciler.core.diff import diff
from reconciler.core.exits import Exit
from reconciler.core.guard import unproven_secrets
from reconciler.core.ignore import unused
from reconciler.core.match import match, select
from reconciler.core.problem import Problem
from reconciler.core.witness import is_by_time
from reconciler.steps.read import collect, listed_for, observing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.api.client import Client
    from reconciler.api.observe import Observer
    from reconciler.core.assertion import Assertion
    from reconciler.core.change import Change
    from reconciler.core.state import Desired, DesiredProject, LiveProject
    from reconciler.run import Run

_SEVERAL = 3
"""So many projects are not empty all at once without a second look."""


def look(run: Run, client: Client, declared: Desired) -> None:
    """Read every declared project and compare; one that cannot be read fails alone.

    Those that are declared by id are asked about while the list of projects is still under way.
    """
    with observing(run, client.integrations) as observer:
        if not run.job.projects:
            observer.begin(project.ref for project in declared.projects if project.ref.id)
        run.projects = select(match(declared, listed_for(run, client, declared)), run.job.projects)
        found = _compare(run, client, observer, run.projects, run.job.assertion)
        if _all_seem_empty(run, found):
            found = _compare(run, client, observer, run.projects, run.job.assertion)
    run.changes = [change for change in found if run.job.covers(change.type)]
    run.beyond = [change for change in found if not run.job.covers(change.type)]
    run.problems += [told for change in run.changes for told in change.warnings]
    unread = {ref.id for ref in run.unread}
    run.looked = frozenset(
        project.ref.id or "" for project in run.projects if project.ref.id not in unread
    )


def _all_seem_empty(run: Run, found: Sequence[Change]) -> bool:
    """Tell whether nothing is live in any of several projects: a bad moment looks like that."""
    several = len(run.projects) >= _SEVERAL and not run.unread
    return several and not any(change.is_live for change in found)


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
    unread = {ref.id for ref in run.unread[before:]}
    left = _left(run, client)
    earlier = {key: why for key, why in run.left.items() if key[0] in unread}
    run.left.clear()  # in its place: the looks between waves and the last one share it
    run.left.update(earlier | left)
    foreign = run.left.keys() - {outcome.operation.change.key for outcome in outcomes}
    run.problems += _tell_foreign(foreign, projects)
    ids = {change.key: change.live_id for change in changes}
    if client.ids.tell_time:
        outcomes = [_overtaken(outcome, ids) for outcome in outcomes]
    run.outcomes = [_belied(outcome, run.left) for outcome in outcomes]
    run.settled = not left and not run.unread
    run.settled &= all(one.status is not plan.Status.CONFLICT for one in run.outcomes)
    run.overtaken |= bool(foreign)


def _left(run: Run, client: Client) -> dict[tuple[str, str], str]:
    """Say what the second look found left, and why."""
    return {
        change.key: f"{change.type} is there" if change.action is Action.DELETE else change.reason
        for change in run.found_again
        if change.action.is_pending and run.job.covers(change.type)
        if client.ids.tell_time or not is_by_time(change)
    }


def _tell_foreign(
    foreign: Iterable[tuple[str, str]], projects: Sequence[DesiredProject]
) -> Iterator[Problem]:
    names = {project.ref.id: project.ref for project in projects}
    for project, type_ in sorted(foreign):
        sentence = f"{type_} of {names[project]} changed while the plan was carried out"
        yield Problem("changed-meanwhile", sentence, "run again")


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


def _overtaken(outcome: plan.Outcome, ids: Mapping[tuple[str, str], str | None]) -> plan.Outcome:
    """Tell of a write that somebody else wrote over before the second look, though it may fit."""
    now = ids.get(outcome.operation.change.key)
    mine = outcome.answer.id if outcome.answer else None
    if outcome.status is not plan.Status.DONE or None in (now, mine) or now == mine:
        return outcome
    detail = "it was done, and then somebody else wrote it"
    return replace(outcome, status=plan.Status.CONFLICT, detail=detail, kind="conflict")


def _belied(outcome: plan.Outcome, left: Mapping[tuple[str, str], str]) -> plan.Outcome:
    reason = left.get(outcome.operation.change.key)
    if outcome.status is not plan.Status.DONE or reason is None:
        return outcome
    detail = f"not-converged: the API took the write, and a second look shows: {reason}"
    return replace(outcome, status=plan.Status.FAILED, detail=detail)
