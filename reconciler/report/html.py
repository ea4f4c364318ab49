"""The report as a page that needs nothing else: projects by types, with search, and print.

Style and script are the same in every page, and the page's policy allows just these two, by their
hashes. Whatever comes from a report stands in text, escaped.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from reconciler.report.conclusion import conclusion, unproven, waves
from reconciler.report.findings import LONGEST
from reconciler.report.matrix import matrix, place, shown
from reconciler.report.next_step import next_step
from reconciler.report.page import POLICY, SCRIPT, STYLE
from reconciler.report.timeline import timeline
from reconciler.report.view import Report, Style, tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.core.problem import Problem

_SIGNS = {"well": "✓", "pending": "~", "unwell": "✗"}
_TITLES = {"error": "Errors", "warning": "Warnings"}
_FOOT = f"</main>\n<script>{SCRIPT}</script>\n</body>\n</html>"


def render(report: Report, style: Style) -> str:
    """Write the whole page."""
    del style
    parts = [
        *_head(report),
        *_result(report),
        *_problems(report),
        *timeline(report),
        *matrix(report),
        _FOOT,
    ]
    return "\n".join(parts) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>reconciler {report.name}</title>"
    yield f"<style>{STYLE}</style>\n</head>\n<body>\n<main>"


def _result(report: Report) -> Iterator[str]:
    """Say what the run came to, and what to do next; then where and when it was."""
    how = tone(report)
    lead, *rest = conclusion(report).split("\n")
    look = ' class="lead"' if how == "unwell" else ""
    sign = f'<span aria-hidden="true">{_SIGNS[how]}</span>'
    yield f'<header class="result {how}">\n<h1>reconciler {report.name}</h1>'
    yield f'<p class="lead">{sign}{escape(lead)}</p>'
    yield from (f"<p{look}>{escape(line)}</p>" for line in rest)
    if step := next_step(report):
        yield f'<p class="next">{escape(step)}</p>'
    for lines in (unproven(report), waves(report)):
        if told := " ".join(lines):
            yield f'<p class="more">{escape(told)}</p>'
    yield f'<p class="more">{escape(" · ".join(_about(report)))}</p>\n</header>'


def _about(report: Report) -> Iterator[str]:
    """Say when the run was, and what it was about."""
    if report.finished is not None:
        after = "" if report.took is None else f", after {report.took:.1f} s"
        yield f"Ended {datetime.fromtimestamp(report.finished, UTC):%Y-%m-%d %H:%M:%S} UTC{after}"
    if report.api and report.base_url:
        yield f"API {report.api} at {report.base_url}"
    if report.digest and report.applyable:
        yield f"Digest {report.digest}"


def _problems(report: Report) -> Iterator[str]:
    """Tell errors first; warnings are folded, so that they hide nothing."""
    for severity, title in _TITLES.items():
        problems = [one for one in report.problems if one.severity == severity]
        if problems:
            codes = ", ".join(sorted({one.code for one in problems}))
            yield f'<details class="card" {"open" if severity == "error" else "data-tell"}>'
            yield f"<summary><h2>{title} ({len(problems)})</h2> {shown(codes)}</summary>"
            yield '<ul class="problems">'
            yield from map(_problem, problems)
            yield "</ul>\n</details>"


def _problem(problem: Problem) -> str:
    hint = f'<br><span class="hint">{shown(problem.hint, LONGEST)}</span>' if problem.hint else ""
    where = f"<br>{place(problem.at)}" if problem.at else ""
    sentence = shown(problem.message, LONGEST)
    told = f"<b>{problem.severity}: {shown(problem.code)}</b>: {sentence}{hint}{where}"
    return f'<li class="{problem.severity}">{told}</li>'
