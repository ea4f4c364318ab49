"""The report for people: a table of changes, then each change's settings, then totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from reconciler.core.change import Action
from reconciler.core.plan import Status
from reconciler.report.conclusion import conclusion, unproven, waves
from reconciler.report.next_step import next_step
from reconciler.report.paint import paint
from reconciler.report.problems import problem_lines
from reconciler.report.standing import in_short, reason, resolved
from reconciler.report.values import in_words, told
from reconciler.report.view import Report, Style, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.core.change import Change, FieldChange
    from reconciler.core.plan import Outcome

_SIGNS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.DELETE: "-",
    Action.KEEP: "=",
    Action.LEAVE: "?",
}
_PAINT = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.DELETE: "red",
    Action.KEEP: "dim",
    Action.LEAVE: "cyan",
}


def render(report: Report, style: Style) -> str:
    """Write the whole report; ends with one line break."""
    parts = [
        "\n".join(problem_lines(report.problems, style)),
        "\n".join(_table(report, style)),
        "\n".join(_details(report, style)),
        "\n".join(_outcomes(report, style)),
        "\n".join(_summary(report, style)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _shown(report: Report) -> list[Change]:
    return [c for c in report.changes if c.action is not Action.KEEP or c.held]


def _table(report: Report, style: Style) -> Iterator[str]:
    """Give a row for every change but what is simply kept, in columns that fit the width."""
    rows = [
        (safe_text(str(change.project)), safe_text(change.type), reason(report, change))
        for change in _shown(report)
    ]
    if not rows:
        return
    widths = _widths([("PROJECT", "TYPE", "WHY"), *rows], style.width - 4)
    yield paint(f"    {_row(('PROJECT', 'TYPE', 'WHY'), widths)}", "bold", style)
    for change, row in zip(_shown(report), rows, strict=True):
        line = f"  {_SIGNS[change.action]} {_row(row, widths)}"
        yield paint(line, _PAINT[change.action], style)


def _widths(rows: Sequence[tuple[str, str, str]], room: int) -> tuple[int, int, int]:
    """Give the type its width, the project two fifths or what the why leaves, and the why the rest.

    Nothing gets more than it needs.
    """
    project, type_, why = (max(cell_len(row[column]) for row in rows) for column in range(3))
    project = min(project, max(7, room * 2 // 5, room - type_ - why - 4))
    return project, type_, max(8, room - project - type_ - 4)


def _row(cells: tuple[str, str, str], widths: tuple[int, int, int]) -> str:
    return "  ".join(_fit(cell, width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _fit(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def _details(report: Report, style: Style) -> Iterator[str]:
    """Give each change's settings, and where it is declared."""
    blocks = []
    for change in report.changes:
        fields = told(change)
        if fields or change.held:
            blocks.append("\n".join(_block(change, fields, style)))
    yield from "\n\n".join(blocks).splitlines()


def _block(change: Change, fields: Sequence[FieldChange], style: Style) -> Iterator[str]:
    title = f"{_SIGNS[change.action]} {safe_text(str(change.project))} {safe_text(change.type)}"
    yield paint(title, f"bold {_PAINT[change.action]}", style) + (
        f"  {safe_text(str(change.at))}" if change.at else ""
    )
    if not fields:
        yield f"    {safe_text(change.reason)}"
    width = max((len(field.name) for field in fields), default=0)
    for field in fields:
        at = change.place(field.name) if change.action is Action.UPDATE else None
        where = f"  (line {at.line})" if at else ""
        yield f"    {safe_text(field.name):<{width}}  {in_words(change, field)}{where}"


def _outcomes(report: Report, style: Style) -> Iterator[str]:
    """Give a line for every operation that was not simply done."""
    for outcome in (report.outcomes or ()) if report.performed else ():
        if outcome.status is not Status.DONE or outcome.detail:
            look = "green" if outcome.status is Status.DONE else "red"
            yield paint(_outcome(outcome), look, style)


def _outcome(outcome: Outcome) -> str:
    operation = outcome.operation
    what = f"{safe_text(str(operation.change.project))} {safe_text(operation.change.type)}"
    detail = f": {safe_text(outcome.detail, 2000)}" if outcome.detail else ""
    return f"  {operation.number}. {operation.method} {what} {outcome.status}{detail}"


def _summary(report: Report, style: Style) -> Iterator[str]:
    """Say what it came to and what can be done next, most important last."""
    yield from unproven(report)
    for title, lines in resolved(report).items():
        yield from (f"{title}: {line}" for line in lines)
    yield from in_short(report)
    if report.is_offer:
        yield f"Digest {report.digest}"
    yield from waves(report)
    yield paint(conclusion(report), "bold", style)
    if step := next_step(report):
        yield step
