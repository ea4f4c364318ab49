"""Problems as lines that people read and editors jump to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.report.paint import paint
from reconciler.report.view import Style, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.core.problem import Problem

_LONGEST = 2000


def problem_lines(problems: Iterable[Problem], style: Style) -> Iterator[str]:
    """Give `file:line:column: code: sentence` for each, and the next step on a second line.

    What has no place in a file begins with the program's name.
    """
    for problem in problems:
        where = safe_text(str(problem.at or "reconciler"), _LONGEST)
        severity = paint("warning", "yellow", style) + ": " if not problem.is_error else ""
        code = paint(problem.code, "bold red" if problem.is_error else "bold", style)
        yield f"{where}: {severity}{code}: {safe_text(problem.message, _LONGEST)}"
        if problem.hint:
            yield f"    {safe_text(problem.hint, _LONGEST)}"
