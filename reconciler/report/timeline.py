"""The latest runs of a history as a part of the HTML page: a drawing, and the same in words.

Plain SVG with no script and no style of its own; colours are the page's.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from reconciler.report.standing import in_short, moment, resolved, unseen
from reconciler.report.view import safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.core.past import Moment, Past
    from reconciler.report.view import Report

_HEIGHT = 120
_LEGEND = (
    "From the ground up: missing, changed, should be gone; a ring is none. A cross is a run that"
    " saw nothing, a question mark one that did not see all that drifted before."
)
_STEP = 14
_BAR = 10
_PARTS = (("missing", "undeclared"), ("changed", "changed"), ("unwanted", "refused"))
"""Kinds of drift from the ground up, and the class that gives each its colour."""


def timeline(report: Report) -> Iterator[str]:
    """Give the part of the page that is about earlier runs; nothing where none are known."""
    if report.past is None and report.accepted is None:
        return
    yield '<section class="card">\n<h2>Over time</h2>'
    yield f"<p>{'<br>'.join(map(escape, in_short(report)))}</p>"
    for title, lines in {**resolved(report), "Could not be seen": unseen(report)}.items():
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        if items:
            yield f"<h3>{title}</h3>\n<ul>{items}</ul>"
    if report.past:
        yield from _figure(report.past)
    yield "</section>"


def _figure(past: Past) -> Iterator[str]:
    moments = past.moments
    most = max([1, *(one.drift or 0 for one in moments)])
    width = len(moments) * _STEP + _BAR
    first, last = moment(moments[0].at), moment(moments[-1].at)
    about = f"Integrations that drift, by run, from {first} to {last}; at most {most}."
    yield '<figure>\n<div class="wide" role="region" aria-label="Timeline" tabindex="0">'
    yield (
        f'<svg role="img" aria-label="{about}" width="{width}" height="{_HEIGHT + 20}"'
        f' viewBox="0 0 {width} {_HEIGHT + 20}">'
    )
    for place, one in enumerate(moments):
        yield "".join(_column(_BAR // 2 + place * _STEP, one, most))
    ground = f'<line x1="0" y1="{_HEIGHT}" x2="{width}" y2="{_HEIGHT}" stroke="currentColor"/>'
    yield f"{ground}\n</svg>\n</div>"
    yield f"<figcaption>{about} {_LEGEND}</figcaption>"
    yield "<details><summary>The runs in words</summary>\n<ol>"
    yield from (f"<li>{_words(one)}</li>" for one in reversed(moments))
    yield "</ol></details>\n</figure>"


def _column(left: int, one: Moment, most: int) -> Iterator[str]:
    """Draw one run: a bar of the kinds of drift, a ring for none, a cross for not seen."""
    yield f"<g><title>{_words(one)}</title>"
    middle = left + _BAR // 2
    if one.drift is None:
        yield f'<text class="refused" x="{middle}" y="{_HEIGHT - 4}" fill="currentColor"'
        yield ' text-anchor="middle">✗</text>'
    elif one.drift == 0:
        yield f'<circle class="in-sync" cx="{middle}" cy="{_HEIGHT - 6}" r="3" fill="none"'
        yield ' stroke="currentColor"/>'
    top = float(_HEIGHT)
    for name, look in _PARTS if one.drift else ():
        height = _HEIGHT * (getattr(one, name) or 0) / most
        top -= height
        if height:
            yield f'<rect class="{look}" x="{left}" y="{top:.1f}" width="{_BAR}"'
            yield f' height="{height:.1f}" fill="currentColor" stroke="Canvas"/>'
    if one.unseen and one.drift is not None:
        place = max(top - 3, 12)
        yield f'<text class="unverifiable" x="{middle}" y="{place:.1f}" fill="currentColor"'
        yield ' text-anchor="middle">?</text>'
    yield "</g>"


def _words(one: Moment) -> str:
    if one.drift is None:
        return f"{moment(one.at)}: exit {one.exit}, nothing was seen"
    counts = f"{one.missing} missing, {one.changed} changed, {one.unwanted} that should be gone"
    news = f"{one.new} new, {one.resolved} resolved, {one.unseen} not seen"
    return escape(safe_text(f"{moment(one.at)}: {counts}; {news}"))
