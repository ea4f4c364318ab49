"""What a run came to, in a sentence or two, with the next step."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reconciler.core.exits import Exit
from reconciler.core.plan import Status
from reconciler.core.secret import Verdict
from reconciler.report.view import Report, totals

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTERRUPTED = 128
_REHEARSAL = "This was a rehearsal, in a copy of what is live: nothing was written to the API."


def conclusion(report: Report) -> str:
    """Say what the run came to, a line for each sentence that matters; the last matters most."""
    said = _conclusion(report)
    return f"{said}\n{_REHEARSAL}" if report.rehearsal else said


def _conclusion(report: Report) -> str:
    if report.exit >= _INTERRUPTED:
        return "Interrupted." + (f" {_applied(report)}" if report.performed else _untouched(report))
    if report.exit == Exit.INVALID:
        count = sum(problem.is_error for problem in report.problems)
        return f"{_count(count, 'error')}.{_untouched(report)}"
    if report.exit == Exit.FAILED and not report.changes:
        return f"Failed.{_untouched(report)}"
    return _BY_COMMAND[report.command](report)


def _untouched(report: Report) -> str:
    """Say that nothing was written, where anybody would think of it: drift never writes."""
    return "" if report.command == "drift" else " Nothing was written."


def unproven(report: Report) -> Iterator[str]:
    """Say how many secrets of what is kept could not be verified, and how to send them."""
    verdicts = Counter(
        field.verdict
        for change in report.changes
        if not change.action.is_pending
        for field in change.fields
    )
    fits, hidden = verdicts[Verdict.CONSISTENT], verdicts[Verdict.UNVERIFIABLE]
    if fits + hidden:
        yield (
            f"{_count(fits + hidden, 'secret')} could not be verified:"
            f" {fits} consistent with a mask, {hidden} unverifiable."
        )
        yield from _chances(report)
        yield "To send them all the same: reconciler apply --assert-secrets"


def waves(report: Report) -> Iterator[str]:
    """Say what each wave came to, where there were several."""
    outcomes = (report.outcomes or ()) if report.performed else ()
    whole = Counter(outcome.wave for outcome in outcomes if outcome.wave)
    done = Counter(outcome.wave for outcome in outcomes if outcome.status is Status.DONE)
    for wave, count in sorted(whole.items()):
        yield f"Wave {wave}: {done[wave]} of {_count(count, 'operation')} done."


def _chances(report: Report) -> Iterator[str]:
    """Say how seldom how many of the masks would fit a wrong secret, where that is known."""
    counts = Counter(
        field.evidence
        for change in report.changes
        if not change.action.is_pending
        for field in change.fields
        if field.verdict is Verdict.CONSISTENT and field.evidence
    )
    for evidence, count in sorted(counts.items()):
        yield f"A mask fits a wrong secret by chance: {evidence} ({count} of them)."


def _valid(_: Report) -> str:
    return "The desired state is valid."


def _plan(report: Report) -> str:
    counts = totals(report)
    if report.exit == Exit.REFUSED:
        return f"{_planned(report)}\nRefused: nothing was written."
    pending = counts["create"] + counts["update"] + counts["delete"]
    if report.exit == Exit.FAILED:
        return f"{_planned(report)}\n{_why_failed(report)}"
    if not pending:
        return f"Nothing is left to do: {_rest(report)}."
    if not report.applyable:
        return f"{_planned(report)}\nIt cannot be applied: secrets were not resolved."
    return _planned(report)


def _why_failed(report: Report) -> str:
    if report.unread:
        return "Incomplete: not everything could be read."
    return f"Failed: the errors say why.{_untouched(report)}"


def _planned(report: Report) -> str:
    counts = totals(report)
    return (
        f"Plan: {counts['create']} to create, {counts['update']} to update,"
        f" {counts['delete']} to delete; {_rest(report)}."
    )


def _drift(report: Report) -> str:
    counts = totals(report)
    drift = (
        f"{counts['create']} missing, {counts['update']} changed,"
        f" {counts['delete']} that should be gone; {_rest(report)}."
    )
    if any(problem.code == "unproven-secrets" for problem in report.problems):
        return f"Drift: {drift}\nFailed: not every secret is proved."
    if report.exit == Exit.FAILED:
        return f"Drift so far: {drift}\n{_why_failed(report)}"
    if report.exit == Exit.PENDING:
        return f"Drift: {drift}"
    if counts["create"] + counts["update"] + counts["delete"]:
        return f"Known drift alone: {drift}"
    return f"In sync: {_rest(report)}."


def _rest(report: Report) -> str:
    counts = totals(report)
    ignored = f", {counts['ignored']} of them ignored" if "ignored" in counts else ""
    return f"{counts['keep']} kept, {counts['leave']} left alone{ignored}"


def _apply(report: Report) -> str:
    if not (report.performed and report.operations):
        return _plan(report)
    return _applied(report) + _lacking(report)


def _lacking(report: Report) -> str:
    """Say why a run that did all it knew of is not whole, on a line of its own."""
    if report.succeeded:
        return ""
    if report.unread:
        return "\nIncomplete: not everything could be read."
    if all(outcome.status is Status.DONE for outcome in report.outcomes or ()):
        return "\nIncomplete: the errors name what is left."
    return ""


def _applied(report: Report) -> str:
    outcomes = report.outcomes or ()
    counts = Counter(outcome.status for outcome in outcomes)
    place = " in a copy" if report.rehearsal else ""
    said = f"{counts[Status.DONE]} of {_count(len(outcomes), 'operation')} done{place}"
    others = [f"{counts[status]} {status}" for status in Status if status is not Status.DONE]
    said += "".join(f", {text}" for text in others if not text.startswith("0 "))
    rest = "would be" if report.rehearsal else "is"
    return f"{said}. Nothing {rest} left to do." if report.settled else f"{said}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


_BY_COMMAND = {"validate": _valid, "plan": _plan, "drift": _drift, "apply": _apply}
