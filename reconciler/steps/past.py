"""The stations of drift over time: what is known already, what is new, and what is resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.core import drift
from reconciler.core.past import Accepted
from reconciler.core.problem import Failed, Problem, warning
from reconciler.report.view import totals

if TYPE_CHECKING:
    from reconciler.core.past import Past
    from reconciler.run import Run


def prepare(run: Run) -> None:
    """Read the baseline, and see that there is a history to write to, before anything is asked.

    Raises Invalid for a baseline that cannot be understood, and Failed for no history.
    """
    from reconciler import baseline, history

    job = run.job
    if job.baseline is not None:
        missing = job.write_baseline is not None
        run.kept = baseline.load(job.baseline, may_be_missing=missing)
    if job.history is None:
        return
    try:
        with history.opened(job.history):
            return
    except history.HistoryError as error:
        problem = Problem("bad-history", error.sentence, error.hint)
    raise Failed(problem)


def scope_of(run: Run) -> drift.Scope | None:
    """Say what the run looked at; None where it did not come as far."""
    if run.looked is None:
        return None
    blind = frozenset[tuple[str, str]]()
    if not run.job.secrets and run.api:
        kinds = catalogue.kinds(run.api).values()
        blind = frozenset((k.type, f.name) for k in kinds for f in k.fields.values() if f.sensitive)
    return drift.Scope(run.looked, run.job.types, blind, drift.ignored(run.changes))


def settle(run: Run) -> None:
    """Hold what drifts against the baseline, or put it there. Raises Failed if that cannot be."""
    from reconciler import baseline

    scope = scope_of(run)
    if run.job.baseline is None or scope is None:
        return
    found = [baseline.as_kept(one) for one in drift.drifts(run.changes)]
    if run.job.write_baseline is None:
        gone = drift.resolved(run.kept, found, scope)
        run.accepted = Accepted(drift.known(run.kept, found, scope), tuple(gone))
        return
    others = [one for one in run.kept if not scope.has(one.key)]
    try:
        run.job.write_baseline(baseline.render([*others, *found]))
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        sentence = f"the baseline cannot be written: {why}"
        problem = Problem("baseline-unwritable", sentence, "name another file")
    else:
        run.accepted = Accepted(frozenset(one.key for one in found), written=True)
        return
    raise Failed(problem)


def remember(run: Run) -> None:
    """Add the run to the history, however it ended; what cannot be kept is a warning."""
    from reconciler import history

    report = run.report()
    file, scope = run.job.history, scope_of(run)
    if file is None or any(problem.code == "bad-history" for problem in report.problems):
        return
    found = drift.drifts(run.changes) if scope else []
    seen = history.Seen(_address(run), run.job.now, report.exit, totals(report), found, scope)
    try:
        with history.opened(file) as connection:
            run.past = history.record(connection, seen)
    except history.HistoryError as error:
        sentence = f"the run is not in the history: {error.sentence}"
        run.problems.append(warning("history-unwritable", sentence, error.hint))
        return
    run.problems += _backwards(run.past)


def _address(run: Run) -> str:
    """Say which API the run was about, also where it did not get there; empty if unknown."""
    from reconciler import session

    if run.base_url or run.api is None:
        return run.base_url or ""
    try:
        return session.base_url(run.job.target, run.api)
    except Failed:
        return ""


def _backwards(past: Past) -> list[Problem]:
    if past.previous is None or past.previous.at <= past.at:
        return []
    sentence = "the last run of the history is later than this one"
    hint = "set the clock; runs are told apart by their order, and ages are wrong until then"
    return [warning("clock-backwards", sentence, hint)]
