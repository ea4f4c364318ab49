"""A report in a few lines, for a chat: what it came to, the first changes, and what to do next.

Who reads it there follows what looks like a link, and is called by what looks like a name. Targets
differ in their markup, so whatever somebody else may have chosen is kept to letters, digits and a
few signs that mean nothing in any of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.core.plan import Status
from reconciler.report.conclusion import conclusion
from reconciler.report.findings import kind_of
from reconciler.report.next_step import next_step
from reconciler.report.standing import in_short, resolved
from reconciler.report.view import Report, left, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.core.change import Change
    from reconciler.core.problem import Problem

_FIRST = 5
_LONGEST = 120
_LOUD = re.compile(r"[^\w .,:;()+=/-]|(?<!\w)_+|_+(?!\w)|(?<=/)/|(?<=www)\.")


def is_news(report: Report) -> bool:
    """Tell whether something changed since the last run.

    Of an apply, that it came to writing; of a look at drift, that something is new or resolved, or
    that the run ended in another way than the one before.
    """
    if report.command == "apply":
        return report.performed and bool(report.operations) and not report.rehearsal
    past = report.past
    if past is None or past.previous is None:
        return report.exit != 0
    return bool(past.new or past.resolved) or report.exit != past.previous.exit


def notice(report: Report) -> tuple[str, str]:
    """Give a title and a body, both plain text that no target takes for more."""
    lines = [*conclusion(report).split("\n"), *in_short(report), *_errors(report)]
    lines += [*_changes(report), *_first(_resolved(report), "lines")]
    if step := next_step(report):
        lines.append(step)
    return f"reconciler {report.command}", "\n".join(lines)


def _errors(report: Report) -> Iterator[str]:
    errors = [problem for problem in report.problems if problem.is_error]
    yield from _first([_error(problem) for problem in errors], "errors")


def _error(problem: Problem) -> str:
    return f"error: {quiet(problem.code)}: {quiet(problem.message)}"


def _changes(report: Report) -> Iterator[str]:
    """Name what is left to do, or what an apply did."""
    if report.performed:
        outcomes = sorted(report.outcomes or (), key=lambda one: one.status is Status.DONE)
        told = [f"{one.status}: {_named(one.operation.change)}" for one in outcomes]
    else:
        told = [f"{kind_of(change)}: {_named(change)}" for change in left(report)]
    yield from _first(told, "changes")


def _resolved(report: Report) -> list[str]:
    return [
        f"{title.lower()}: {quiet(line)}"
        for title, lines in resolved(report).items()
        for line in lines
    ]


def _named(change: Change) -> str:
    return f"{quiet(str(change.project))} {quiet(change.type)} ({quiet(change.reason)})"


def _first(lines: list[str], what: str) -> Iterator[str]:
    yield from lines[:_FIRST]
    if len(lines) > _FIRST:
        yield f"and {len(lines) - _FIRST} more {what}"


def quiet(text: str) -> str:
    """Show a foreign text on one line, with nothing in it that means something to a target."""
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    return _LOUD.sub("?", safe_text(text))
