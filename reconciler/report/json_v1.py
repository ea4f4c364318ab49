"""The report as JSON, format `reconciler/1`: frozen, whatever becomes of our own types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.report.standing import age, ended, is_known, timestamp
from reconciler.report.view import Report, Style, totals

if TYPE_CHECKING:
    from reconciler.core.change import Change, FieldChange
    from reconciler.core.past import Accepted, Past
    from reconciler.core.plan import Operation, Outcome
    from reconciler.core.problem import Place, Problem
    from reconciler.core.state import Ignore
    from reconciler.report.standing import Ended

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
        "changes": [_change(change) | _standing(report, change) for change in report.changes],
        "operations": [_operation(operation) for operation in report.operations],
    }
    if report.rehearsal:
        shown["rehearsal"] = True
    if report.outcomes is not None:
        shown["outcomes"] = [_outcome(outcome) for outcome in report.outcomes]
    if report.accepted:
        shown["baseline"] = _baseline(report.accepted)
    if report.past:
        shown["history"] = _history(report.past)
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


def _standing(report: Report, change: Change) -> dict[str, Any]:
    """Say how drift stands beside a baseline and a history, where there are such."""
    shown: dict[str, Any] = {}
    if report.accepted and change.action.is_pending:
        shown["known"] = is_known(report, change)
    found = age(report, change)
    if found:
        shown |= {"new": found.new, "since": timestamp(found.since)}
    return shown | ({"newFields": list(found.fresh)} if found and found.fresh else {})


def _baseline(accepted: Accepted) -> dict[str, Any]:
    resolved = [
        {
            "project": {"id": one.id, "name": one.project.name},
            "type": one.type,
            "kind": one.kind,
            "fields": [difference.name for difference in one.fields],
        }
        for one in accepted.resolved
    ]
    return {"written": accepted.written, "resolved": resolved}


def _history(past: Past) -> dict[str, Any]:
    return {
        "at": timestamp(past.at),
        "previous": timestamp(past.previous.at) if past.previous else None,
        "resolved": [_ended(one) for one in ended(past.resolved)],
        "unseen": [_ended(one) for one in ended(past.unseen)],
    }


def _ended(one: Ended) -> dict[str, Any]:
    return {
        "project": {"id": one.project, "name": one.name},
        "type": one.type,
        "kind": one.kind,
        "fields": list(one.fields),
        "since": timestamp(one.since),
    }


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
