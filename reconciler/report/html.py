"""The report as a page that needs nothing else: projects by types, with search, and print.

Style and script are the same in every page, and the page's policy allows just these two, by their
hashes. Whatever comes from a report stands in text and quoted attributes, escaped.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.exits import Exit
from reconciler.core.plan import Status
from reconciler.core.secret import Verdict
from reconciler.report.conclusion import conclusion, unproven
from reconciler.report.findings import LONGEST, kind_of
from reconciler.report.page import SCRIPT, SIGNS, STYLE
from reconciler.report.standing import reason
from reconciler.report.timeline import timeline
from reconciler.report.values import foundation, sides, told
from reconciler.report.view import Report, Style, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.core.change import Change, FieldChange
    from reconciler.core.plan import Outcome
    from reconciler.core.problem import Place, Problem


def render(report: Report, style: Style) -> str:
    """Write the whole page."""
    del style
    parts = [*_head(report), *_problems(report), *timeline(report), *_matrix(report), _FOOT]
    return "\n".join(parts) + "\n"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


_POLICY = (
    f"default-src 'none'; style-src {_hash(STYLE)}; script-src {_hash(SCRIPT)};"
    " base-uri 'none'; form-action 'none'"
)
_FOOT = f"</main>\n<script>{SCRIPT}</script>\n</body>\n</html>"


def _head(report: Report) -> Iterator[str]:
    title = f"reconciler {report.name}"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{title}</h1>"
    told = [*unproven(report), *conclusion(report).split("\n")]
    kind = "well" if report.succeeded else "unwell"
    yield f'<p class="{kind}">' + "<br>\n".join(escape(line) for line in told) + "</p>"
    if report.digest and report.applyable:
        yield f"<p>Digest <code>{escape(report.digest)}</code></p>"


def _problems(report: Report) -> Iterator[str]:
    if report.problems:
        yield f"<h2>Problems ({len(report.problems)})</h2>\n<ul>"
        yield from map(_problem, report.problems)
        yield "</ul>"


def _problem(problem: Problem) -> str:
    hint = f"<br>{_shown(problem.hint, LONGEST)}" if problem.hint else ""
    where = f"{_place(problem.at)}: " if problem.at else ""
    sentence = _shown(problem.message, LONGEST)
    return f"<li>{where}{problem.severity}: <b>{_shown(problem.code)}</b>: {sentence}{hint}</li>"


def _matrix(report: Report) -> Iterator[str]:
    """Give a row for each project and a column for each type; nothing where nothing was read."""
    types = sorted({change.type for change in report.changes})
    rows: dict[str, dict[str, Change]] = {}
    for change in report.changes:
        rows.setdefault(change.key[0], {})[change.type] = change
    if not rows:
        return
    states = states_of(report)
    yield from _controls(states)
    yield '<div class="wide" role="region" aria-label="Integrations" tabindex="0">\n<table>'
    yield "<caption>Integrations by project and type; a cell opens its settings.</caption>"
    heads = "".join(f'<th scope="col">{_shown(type_)}</th>' for type_ in types)
    yield f'<thead>\n<tr><th scope="col">Project</th>{heads}</tr>\n</thead>\n<tbody>'
    for row in rows.values():
        yield "\n".join(_row(report, row, types, states))
    yield "</tbody>\n</table>\n</div>"


def _controls(states: dict[tuple[str, str], str]) -> Iterator[str]:
    """Give counts by state, each a switch, and a search; the script makes them work."""
    yield '<h2>Integrations</h2>\n<form id="controls">'
    yield '<label>Search <input type="search" id="search"></label>\n<fieldset>'
    yield "<legend>Show projects with</legend>"
    counts = list(states.values())
    for state, sign in SIGNS.items():
        if state in counts:
            label = f'<span class="{_class(state)}">{sign} {state}</span> {counts.count(state)}'
            yield f'<label><input type="checkbox" value="{_class(state)}"> {label}</label>'
    yield '</fieldset>\n<p role="status" id="shown"></p>\n</form>'


def _row(
    report: Report, row: dict[str, Change], types: list[str], states: dict[tuple[str, str], str]
) -> list[str]:
    project = next(iter(row.values())).project
    cells = [
        _cell(report, row[type_], states[row[type_].key]) if type_ in row else "<td></td>"
        for type_ in types
    ]
    head = (
        f'<tr><th scope="row">{_shown(str(project))}<br><small>{_shown(project.id or "")}</small>'
    )
    return [f"{head}</th>", *cells, "</tr>"]


def _cell(report: Report, change: Change, state: str) -> str:
    sign = f'<span class="{_class(state)}">{SIGNS[state]} {state}</span>'
    where = f"<p>{_place(change.at)}</p>" if change.at else ""
    fields = "".join(_field(change, field) for field in told(change))
    table = f"<dl>{fields}</dl>" if fields else ""
    return (
        f"<td><details><summary>{sign}</summary>"
        f"<p>{escape(reason(report, change))}</p>{where}{table}</details></td>"
    )


def _field(change: Change, field: FieldChange) -> str:
    before, after = sides(field)
    at = change.place(field.name)
    evidence = f", {escape(foundation(field))}" if foundation(field) else ""
    return (
        f"<dt>{_shown(field.name)}</dt>"
        f"<dd>before: <code>{escape(before) or '(none)'}</code></dd>"
        f"<dd>after: <code>{escape(after) or '(none)'}</code></dd>"
        f"<dd>{field.verdict}{evidence}{f', {_place(at)}' if at else ''}</dd>"
    )


def states_of(report: Report) -> dict[tuple[str, str], str]:
    """Say of each integration, by its key, how it stands: one of `SIGNS`."""
    outcomes = {outcome.operation.change.key: outcome for outcome in report.outcomes or ()}
    return {
        change.key: _state(report, change, outcomes.get(change.key)) for change in report.changes
    }


def _state(report: Report, change: Change, outcome: Outcome | None) -> str:
    if change.action.is_pending and report.performed and outcome is not None:
        return "done" if outcome.status is Status.DONE else "not done"
    if change.action.is_pending and report.exit == Exit.REFUSED:
        return "refused"
    if change.action is not Action.KEEP or change.held:
        return kind_of(change)
    unproved = (Verdict.UNVERIFIABLE, Verdict.CONSISTENT)
    return next((verdict.value for verdict in unproved if change.has(verdict)), "in sync")


def _class(state: str) -> str:
    return state.replace(" ", "-")


def _place(at: Place) -> str:
    return f"<code>{_shown(str(at), LONGEST)}</code>"


def _shown(text: str, most: int = 200) -> str:
    return escape(safe_text(text, most))
