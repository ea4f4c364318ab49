"""The report as a table for spreadsheets: CSV as in RFC 4180, with a row for every setting.

A cell that a spreadsheet would take for a formula is prefixed with an apostrophe, and every cell
is quoted, so that none falls apart where the separator is another.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from reconciler.report.conclusion import conclusion
from reconciler.report.findings import LONGEST
from reconciler.report.standing import resolved, standing
from reconciler.report.values import foundation, sides, told
from reconciler.report.view import Report, Style, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.core.change import Change, FieldChange
    from reconciler.core.plan import Outcome
    from reconciler.core.problem import Place, Problem

_COLUMNS = (
    "record", "status", "code", "project_id", "project", "type", "action", "reason", "detail",
    "file", "line", "column", "setting", "before", "after", "verdict", "evidence", "standing",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render(report: Report, style: Style) -> str:
    """Write a row of the run, its problems, then its changes with a row for each setting told.

    `status` is the exit code of the run, the severity of a problem, and what became of a change.
    """
    del style
    stream = StringIO()
    writer = csv.DictWriter(
        stream, _COLUMNS, restval="", lineterminator="\r\n", quoting=csv.QUOTE_ALL
    )
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({name: _inert(str(cell)) for name, cell in row.items()})
    return stream.getvalue()


def _rows(report: Report) -> Iterator[Mapping[str, object]]:
    reason = " ".join(conclusion(report).split("\n"))
    yield {"record": "run", "status": report.exit, "code": report.name, "reason": reason}
    yield from map(_problem, report.problems)
    outcomes = {outcome.operation.change.key: outcome for outcome in report.outcomes or ()}
    for change in report.changes:
        row = _change(change, outcomes.get(change.key)) | {"standing": standing(report, change)}
        for field in told(change):
            yield row | _place(change.place(field.name) or change.at) | _field(field)
        if not told(change):
            yield row
    yield from _resolved(report)


def _resolved(report: Report) -> Iterator[Mapping[str, object]]:
    """Give a row for what drifted before, and for what holds no longer of the baseline."""
    for title, lines in resolved(report).items():
        for line in lines:
            yield {"record": "resolved", "reason": line, "detail": title}


def _problem(problem: Problem) -> Mapping[str, object]:
    return {
        "record": "problem",
        "status": problem.severity,
        "code": problem.code,
        "reason": safe_text(problem.message, LONGEST),
        "detail": safe_text(problem.hint, LONGEST),
        **_place(problem.at),
    }


def _change(change: Change, outcome: Outcome | None) -> dict[str, object]:
    return {
        "record": "change",
        "status": outcome.status if outcome else "",
        "project_id": safe_text(change.project.id or ""),
        "project": safe_text(change.project.name or ""),
        "type": safe_text(change.type),
        "action": change.action,
        "reason": safe_text(change.reason),
        "detail": safe_text(outcome.detail, LONGEST) if outcome else "",
        **_place(change.at),
    }


def _field(field: FieldChange) -> dict[str, object]:
    before, after = sides(field)
    return {
        "setting": safe_text(field.name),
        "before": before,
        "after": after,
        "verdict": field.verdict,
        "evidence": foundation(field),
    }


def _place(at: Place | None) -> dict[str, object]:
    if at is None:
        return {}
    return {"file": safe_text(at.file, LONGEST), "line": at.line, "column": at.column}


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
