"""The report as JSON, format `reconciler/1`: frozen, whatever becomes of our own types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.report.view import Report, Style, totals

if TYPE_CHECKING:
    from reconciler.core.change import Change, FieldChange
    from reconciler.core.plan import Operation, Outcome
    from reconciler.core.problem import Place, Problem
    from reconciler.core.state import Ignore

FORMAT = "reconciler/1"


def render(report: Report, style: Style) -> str:
    """Write the document; the same report gives the same bytes, and only ASCII."""
    del style
    return json.dumps(document(report), indent=2) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Give the report as JSON values; see `schemas/report-v1.schema.json`."""
    shown = {
        "format": FORMAT,
        "command": report.command,
        "api": report.api,
        "baseUrl": report.base_url,
        "digest": report.digest,
        "applyable": report.applyable,
        "totals": dict(totals(report)),
        "changes": [_change(change) for change in report.changes],
        "operations": [_operation(operation) for operation in report.operations],
    }
    if report.rehearsal:
        shown["rehearsal"] = True
    if report.outcomes is not None:
        shown["outcomes"] = [_outcome(outcome) for outcome in report.outcomes]
    return {**shown, "problems": [_problem(problem) for problem in report.problems]}


def _change(change: Change) -> dict[str, Any]:
    shown = {
        "project": {"id": change.project.id, "name": change.project.name},
        "type": change.type,
        "action": change.action,
        "reason": change.reason,
        "at": _place(change.at),
        "fields": [_field(field) for field in change.fields],
    }
    if change.held:
        shown["held"] = change.held
    if change.ignored:
        shown["ignored"] = [_rule(rule) for rule in change.ignored]
    return shown


def _rule(rule: Ignore) -> dict[str, Any]:
    return {"field": rule.field, "until": rule.until.isoformat(), "reason": rule.reason}


def _field(field: FieldChange) -> dict[str, Any]:
    shown = {
        "name": field.name,
        "before": field.before,
        "after": field.after,
        "verdict": field.verdict,
    }
    if field.evidence:
        shown["evidence"] = field.evidence
    return {**shown, "ignored": True} if field.ignored else shown


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "number": operation.number,
        "method": operation.method,
        "path": operation.path,
        "project": operation.change.project.id,
        "type": operation.change.type,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    shown = {
        "number": outcome.operation.number,
        "status": outcome.status,
        "detail": outcome.detail,
    }
    return shown if outcome.wave is None else {**shown, "wave": outcome.wave}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "hint": problem.hint,
        "at": _place(problem.at),
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else dict(place._asdict())
