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
_TALLEST = 100
"""Of a bar; there is room for a sign above it."""
_MANY = 40
"""Runs that fit into the width of a phone."""
_LEGEND = (
    "A ring is a run that found none, a cross one that saw nothing, a question mark one that did"
    " not see all that drifted before."
)
_PARTS = (
    ("missing", "missing", "undeclared"),
    ("changed", "changed", "changed"),
    ("unwanted", "should be gone", "refused"),
)
"""Kinds of drift from the ground up, in words, and the class that gives each its colour."""


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
    step = 100 / len(moments)
    many = " many" if len(moments) > _MANY else ""
    first, last = moment(moments[0].at), moment(moments[-1].at)
    about = f"Integrations that drift, by run, from {first} to {last}; at most {most}."
    yield '<figure>\n<div class="wide" role="region" aria-label="Timeline" tabindex="0">'
    yield (
        f'<svg class="runs{many}" role="img" aria-label="{about}" width="100%"'
        f' height="{_HEIGHT + 20}">'
    )
    for place, one in enumerate(moments):
        yield "".join(_column(place * step, step, one, most))
    yield f'<line x1="0" y1="{_HEIGHT}" x2="100%" y2="{_HEIGHT}" stroke="currentColor"/>'
    yield from _ends([moment(one.at) for one in moments])
    yield "</svg>\n</div>"
    yield _key()
    yield f"<figcaption>{about} {_LEGEND}</figcaption>"
    yield "<details><summary>The runs in words</summary>\n<ol>"
    yield from (f"<li>{_words(one)}</li>" for one in reversed(moments))
    yield "</ol></details>\n</figure>"


def _ends(times: list[str]) -> Iterator[str]:
    """Write when the first run was below it, and when the last was; only one where it is both."""
    below = f'y="{_HEIGHT + 16}"'
    if len(times) > 1:
        yield f'<text class="at" x="0" {below}>{times[0]}</text>'
    yield f'<text class="at" x="100%" {below} text-anchor="end">{times[-1]}</text>'


def _key() -> str:
    """Say which colour is which kind of drift."""
    parts = (
        f'<span><b class="{look}" aria-hidden="true">■</b> {kind}</span>'
        for _, kind, look in _PARTS
    )
    return f'<p class="key">From the ground up: {", ".join(parts)}.</p>'


def _column(left: float, step: float, one: Moment, most: int) -> Iterator[str]:
    """Draw one run: a bar of the kinds of drift, a ring for none, a cross for not seen.

    Places from the left and widths are in percent of the drawing, which is as wide as the page.
    """
    yield f"<g><title>{_words(one)}</title>"
    middle = f"{left + step / 2:.2f}%"
    if one.drift is None:
        yield f'<text class="refused" x="{middle}" y="{_HEIGHT - 4}" fill="currentColor"'
        yield ' text-anchor="middle">✗</text>'
    elif one.drift == 0:
        yield f'<circle class="in-sync" cx="{middle}" cy="{_HEIGHT - 7}" r="4" fill="none"'
        yield ' stroke="currentColor"/>'
    top = float(_HEIGHT)
    for name, _, look in _PARTS if one.drift else ():
        height = _TALLEST * (getattr(one, name) or 0) / most
        top -= height
        if height:
            yield f'<rect class="{look}" x="{left + step / 8:.2f}%" y="{top:.1f}"'
            yield f' width="{step * 3 / 4:.2f}%" height="{height:.1f}"'
            yield ' fill="currentColor" stroke="Canvas"/>'
    if one.unseen and one.drift is not None:
        place = top - (4 if one.drift else 16)
        yield f'<text class="unverifiable" x="{middle}" y="{place:.1f}" fill="currentColor"'
        yield ' text-anchor="middle">?</text>'
    yield "</g>"


def _words(one: Moment) -> str:
    if one.drift is None:
        return f"{moment(one.at)}: exit {one.exit}, nothing was seen"
    counts = f"{one.missing} missing, {one.changed} changed, {one.unwanted} that should be gone"
    news = f"{one.new} new, {one.resolved} resolved, {one.unseen} not seen"
    return escape(safe_text(f"{moment(one.at)}: {counts}; {news}"))
