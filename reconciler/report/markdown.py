"""The report as Markdown, for a comment on a pull request or the summary of a job.

Whatever somebody else may have chosen stands in a code span: nobody is called, nothing is a link or
an image, and no fold is left.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.plan import Status
from reconciler.report.conclusion import conclusion, unproven
from reconciler.report.findings import LONGEST
from reconciler.report.next_step import next_step
from reconciler.report.standing import in_short, reason, resolved, standing
from reconciler.report.values import foundation, sides, told
from reconciler.report.view import Report, Style, safe_text, tone, totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.core.change import Change, FieldChange
    from reconciler.core.plan import Outcome
    from reconciler.core.problem import Place, Problem

MOST = 60_000
"""Characters; GitHub takes comments of up to 65,536."""

_RESERVE = 2_000
"""Characters kept for what closes a report that is cut."""

_SIGNS = {"well": "✅", "pending": "~", "unwell": "❌"}
_TITLES = {
    Action.DELETE: "to delete",
    Action.UPDATE: "to update",
    Action.CREATE: "to create",
    Action.LEAVE: "left alone, since not declared",
}
_PROBLEMS = "| | code | what | next step | where |\n| --- | --- | --- | --- | --- |\n"
_OUTCOMES = (
    "| | operation | project | type | status | why |\n| ---: | --- | --- | --- | --- | --- |\n"
)
_CHANGES = (
    "| project | type | setting | before | after | verdict | where |\n"
    "| --- | --- | --- | --- | --- | --- | --- |\n"
)
_GONE = "| what |\n| --- |\n"
_CUT = (
    "\n**Cut here.** Not everything fits into a comment: see the full report, in another format.\n"
)


def render(report: Report, style: Style) -> str:
    """Write at most `MOST` characters: the counts first, then what went wrong, then the changes.

    The first line is the same in every report of a command, and in no value: with the author, it
    tells the comment that is to be replaced.
    """
    del style
    text = _head(report)
    for title, head, rows in _sections(report):
        begin, end = f"\n<details><summary>{title}</summary>\n\n{head}", "\n</details>\n"
        if not head.startswith(_CHANGES):
            begin, end = f"\n{title}:\n\n{head}", ""
        text += begin
        for row in rows:
            if len(text) + len(row) > MOST - _RESERVE:
                return text + end + _CUT
            text += row
        text += end
    return text


def _head(report: Report) -> str:
    counts = totals(report)
    said = [*unproven(report), *in_short(report), *conclusion(report).split("\n")]
    if report.is_offer:
        said.append(f"Digest `{report.digest}`")
    if step := next_step(report):
        said.append(step)
    names, numbers = " | ".join(counts), " | ".join(map(str, counts.values()))
    rule = " | ".join(["---:"] * len(counts))
    sign = _SIGNS[tone(report)]
    return (
        f"<!-- reconciler:{report.name} -->\n### {sign} reconciler {report.name}\n\n"
        f"| {names} |\n| {rule} |\n| {numbers} |\n\n" + "\\\n".join(said) + "\n"
    )


def _sections(report: Report) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Give a title, the head of a table and its rows, for each part that has any."""
    if report.problems:
        yield f"Problems ({len(report.problems)})", _PROBLEMS, map(_problem, report.problems)
    performed = (report.outcomes or ()) if report.performed else ()
    undone = [outcome for outcome in performed if outcome.status is not Status.DONE]
    if undone:
        yield f"Not done ({len(undone)})", _OUTCOMES, map(_outcome, undone)
    for title, lines in resolved(report).items():
        yield f"{title} ({len(lines)})", _GONE, (_row(code(line)) for line in lines)
    planned = "planned: " if report.performed else ""
    for action, title in _TITLES.items():
        own = [c for c in report.changes if c.action is action and not c.held]
        yield from _changes(report, f"{planned}{len(own)} {title}", own)
    ignored = [change for change in report.changes if change.held]
    yield from _changes(report, f"{len(ignored)} ignored", ignored)


def _changes(
    report: Report, title: str, changes: list[Change]
) -> Iterator[tuple[str, str, Iterable[str]]]:
    if changes:
        yield title, _CHANGES, (row for change in changes for row in _change(report, change))


def _problem(problem: Problem) -> str:
    sign = "❌" if problem.is_error else "⚠️"
    hint = code(safe_text(problem.hint, LONGEST)) if problem.hint else ""
    what = code(safe_text(problem.message, LONGEST))
    return _row(f"{sign} {problem.severity}", code(problem.code), what, hint, _where(problem.at))


def _outcome(outcome: Outcome) -> str:
    operation = outcome.operation
    change = operation.change
    return _row(
        str(operation.number),
        operation.method,
        code(safe_text(str(change.project))),
        code(safe_text(change.type)),
        outcome.status,
        code(safe_text(outcome.detail, LONGEST)) if outcome.detail else "",
    )


def _change(report: Report, change: Change) -> Iterator[str]:
    """Give a row for each setting, or one that says why."""
    key = code(safe_text(str(change.project))), code(safe_text(change.type))
    since = standing(report, change)
    for field in told(change):
        name, before, after, verdict = _field(field)
        verdict = f"{verdict}, {code(since)}" if since else verdict
        yield _row(
            *key, name, before, after, verdict, _where(change.place(field.name) or change.at)
        )
    if not told(change):
        yield _row(*key, "", "", "", code(reason(report, change)), _where(change.at))


def _field(field: FieldChange) -> tuple[str, str, str, str]:
    before, after = (code(side) if side else "" for side in sides(field))
    evidence = f" ({code(foundation(field))})" if foundation(field) else ""
    return code(safe_text(field.name)), before, after, f"{field.verdict}{evidence}"


def _where(at: Place | None) -> str:
    return code(safe_text(f"{at.file}:{at.line}", LONGEST)) if at else ""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def code(text: str) -> str:
    """Put a text that is safe to print into a code span that holds all of it, also in a table."""
    text = text.replace("<!--", "<\\u0021--").replace("|", "\\|") or " "
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    room = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{room}{text}{room}{fence}"
