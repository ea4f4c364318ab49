"""The matrix of the HTML page: a row for each project, a column for each type."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.exits import Exit
from reconciler.core.plan import Status
from reconciler.core.secret import Verdict
from reconciler.report.findings import LONGEST, kind_of
from reconciler.report.page import SIGNS
from reconciler.report.standing import reason
from reconciler.report.values import foundation, sides
from reconciler.report.view import Report, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.core.change import Change, FieldChange
    from reconciler.core.plan import Outcome
    from reconciler.core.problem import Place
    from reconciler.core.state import ProjectRef

_RANKS = {state: rank for rank, state in enumerate(SIGNS)}
_QUIET = ("in sync", "consistent", "ignored", "done")
"""What needs no look: paper shows its state alone."""

_UNREAD = "not read"
_TOGETHER = 50
"""Rows that a browser lays out together, once one of them comes into sight."""

Key = tuple[str, str]


def matrix(report: Report) -> Iterator[str]:
    """Give counts, search and table; nothing where nothing was read.

    What needs a look stands in the first rows and columns. Roles are written out,
    since the style lays rows out as grids.
    """
    states = states_of(report)
    rows: dict[str, dict[str, Change]] = {}
    for change in report.changes:
        rows.setdefault(change.key[0], {})[change.type] = change
    unread = [ref for ref in report.unread if ref.id not in rows]
    if not rows and not unread:
        return
    types = _types(report, states) or ["Integrations"]
    outcomes = _outcomes(report)
    yield from _controls(Counter([*states.values(), *[_UNREAD] * len(unread)]))
    yield '<div class="wide" role="region" aria-label="Integrations" tabindex="0">'
    yield '<table role="table">\n<caption>Integrations by project and type</caption>'
    heads = "".join(f'<th scope="col" role="columnheader">{shown(type_)}</th>' for type_ in types)
    yield '<thead role="rowgroup">\n<tr role="row"><th scope="col" role="columnheader">Project</th>'
    yield f"{heads}</tr>\n</thead>"
    ranked = sorted(rows.values(), key=lambda row: _rank(row, states))
    lines = [_unread(ref, types) for ref in unread]
    lines += [_row(report, row, types, states, outcomes) for row in ranked]
    for begin in range(0, len(lines), _TOGETHER):
        yield '<tbody role="rowgroup">'
        for line in lines[begin : begin + _TOGETHER]:
            yield from line
        yield "</tbody>"
    yield "</table>\n</div>\n</section>"


def _types(report: Report, states: Mapping[Key, str]) -> list[str]:
    """Give the columns, those that need a look first."""
    ranks: dict[str, int] = {}
    for change in report.changes:
        rank = _RANKS[states[change.key]]
        ranks[change.type] = min(rank, ranks.get(change.type, rank))
    return sorted(ranks, key=lambda type_: (ranks[type_], type_))


def _rank(row: Mapping[str, Change], states: Mapping[Key, str]) -> int:
    return min(_RANKS[states[change.key]] for change in row.values())


def _controls(counts: Mapping[str, int]) -> Iterator[str]:
    """Give a count for each state, which is a switch too, and a search."""
    yield '<section>\n<form id="controls">\n<h2>Integrations</h2>'
    yield "<fieldset>\n<legend>Show only projects that have</legend>"
    for state in SIGNS:
        if state in counts:
            box = f'<input type="checkbox" value="{_class(state)}">'
            yield f"<label>{box} <b>{counts[state]}</b> {_chip(state)}</label>"
    yield '</fieldset>\n<div class="find">'
    yield '<label>Search <input type="search" id="search" autocomplete="off"></label>'
    yield '<span role="status" id="shown"></span>'
    yield '<span class="keys more"><kbd>/</kbd> search, <kbd>Esc</kbd> show all, arrows go from'
    yield "cell to cell, <kbd>Enter</kbd> opens one</span>\n</div>\n</form>"


def _row(
    report: Report,
    row: Mapping[str, Change],
    types: list[str],
    states: Mapping[Key, str],
    outcomes: Mapping[Key, Outcome],
) -> Iterator[str]:
    yield from _project(
        next(iter(row.values())).project, {states[change.key] for change in row.values()}
    )
    for type_ in types:
        change = row.get(type_)
        inner = (
            _cell(report, change, states[change.key], outcomes.get(change.key)) if change else ""
        )
        yield f'<td role="cell">{inner}</td>'
    yield "</tr>"


def _unread(project: ProjectRef, types: list[str]) -> Iterator[str]:
    """Give the row of a project of which nothing is known: no type of it is in sync."""
    yield from _project(project, {_UNREAD})
    for type_ in types:
        yield f'<td role="cell"><span class="type">{shown(type_)} </span>{_chip(_UNREAD)}</td>'
    yield "</tr>"


def _project(project: ProjectRef, states: set[str]) -> Iterator[str]:
    """Begin a row, with the states that it is found by."""
    yield f'<tr role="row" data-states="{" ".join(sorted(map(_class, states)))}">'
    named = f"{shown(project.name)}<br>" if project.name else ""
    small = f"<small>{shown(project.id or '')}</small>"
    yield f'<th scope="row" role="rowheader">{named}{small}</th>'


def _cell(report: Report, change: Change, state: str, outcome: Outcome | None) -> str:
    """Give the state, and why where it needs a look; opened, the settings and their places."""
    head = f'<span class="type">{shown(change.type)} </span>{_chip(state)}'
    if change.action.is_pending and report.exit == Exit.REFUSED:
        head += f" {_chip('refused')}"
    loud = "" if state in _QUIET else " data-tell"
    if change.action.is_pending:
        head += f"<small>{escape(reason(report, change))}</small>"
    why = "" if change.action.is_pending else f"<p>{escape(reason(report, change))}</p>"
    told = _outcome(outcome) if outcome else ""
    where = f"<p>{place(change.at)}</p>" if change.at else ""
    fields = "".join(_field(change, field) for field in change.fields)
    body = f"{why}{told}{where}{f'<dl>{fields}</dl>' if fields else ''}"
    return f'<details{loud}><summary>{head}</summary><div class="body">{body}</div></details>'


def _outcome(outcome: Outcome) -> str:
    detail = f": {shown(outcome.detail, LONGEST)}" if outcome.detail else ""
    operation = outcome.operation
    return f"<p>{operation.number}. {operation.method}: <b>{outcome.status}</b>{detail}</p>"


def _field(change: Change, field: FieldChange) -> str:
    before, after = sides(field)
    at = change.place(field.name)
    evidence = f", {escape(foundation(field))}" if foundation(field) else ""
    return (
        f"<dt>{shown(field.name)}</dt>"
        f'<dd class="before">{escape(before) or "(none)"}</dd>'
        f'<dd class="after">{escape(after) or "(none)"}</dd>'
        f"<dd>{field.verdict}{evidence}{f', {place(at)}' if at else ''}</dd>"
    )


def _outcomes(report: Report) -> Mapping[Key, Outcome]:
    return {each.operation.change.key: each for each in report.outcomes or () if report.performed}


def states_of(report: Report) -> dict[Key, str]:
    """Say of each integration, by its key, how it stands: one of `SIGNS`."""
    outcomes = _outcomes(report)
    return {change.key: _state(change, outcomes.get(change.key)) for change in report.changes}


def _state(change: Change, outcome: Outcome | None) -> str:
    if change.action.is_pending and outcome is not None:
        return "done" if outcome.status is Status.DONE else "not done"
    if change.action is not Action.KEEP or change.held:
        return kind_of(change)
    unproved = (Verdict.UNVERIFIABLE, Verdict.CONSISTENT)
    return next((verdict.value for verdict in unproved if change.has(verdict)), "in sync")


def _chip(state: str) -> str:
    return f'<span class="chip {_class(state)}">{SIGNS[state]} {state}</span>'


def _class(state: str) -> str:
    return state.replace(" ", "-")


def place(at: Place) -> str:
    """Show a place in a file as text that is safe in a page."""
    return f"<code>{shown(str(at), LONGEST)}</code>"


def shown(text: str, most: int = 200) -> str:
    """Show any text as text that is safe in a page."""
    return escape(safe_text(text, most))
