"""What to do after a run, in one line: the end of the summary that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.core.exits import Exit
from reconciler.core.plan import Status
from reconciler.report.view import left

if TYPE_CHECKING:
    from reconciler.report.view import Report

_AGAIN = "Next: mend what the errors name, then run the same command again."
_INTERRUPTED = 128


def next_step(report: Report) -> str:
    """Say what to do next; empty where nothing is left to do."""
    if report.command == "validate" or report.rehearsal:
        return ""  # each error has its own; a rehearsal ends by saying that it was one
    if report.exit == Exit.INVALID and report.offline:
        return "Next: mend what the errors name; reconciler validate checks it offline."
    if report.command == "apply" and report.performed:
        return _after_writing(report)
    if report.exit >= _INTERRUPTED:
        return "Next: run the same command again."
    if report.exit == Exit.REFUSED:
        return _after_refusal(report)
    return _after_looking(report) if report.succeeded else _AGAIN


def _after_writing(report: Report) -> str:
    """Say how to go on; what is done is not written again."""
    if report.succeeded and not left(report):
        return ""
    failed = any(outcome.status is Status.FAILED for outcome in report.outcomes or ())
    if report.exit >= _INTERRUPTED and not failed:
        return "Next: run apply again: it writes only what is left."
    return "Next: mend what the errors name, then run apply again: it writes only what is left."


def _after_refusal(report: Report) -> str:
    """Say how a refused plan gets through; where a person said no, there is nothing to mend."""
    if any(problem.is_error for problem in report.problems):
        return "Next: if the plan is what you want, do what the errors name."
    return ""


def _after_looking(report: Report) -> str:
    asks = report.command == "apply" and not report.dry_run
    if asks or not left(report):
        return ""
    if report.command == "drift":
        return "Next: reconciler plan shows how an apply would mend it."
    if not report.applyable:
        return "Next: plan again with --secrets all."
    return f"Next: reconciler apply --expect {report.digest}"
