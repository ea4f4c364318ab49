"""A report as a list of findings, for the formats that know nothing else."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from posixpath import join, normpath
from typing import TYPE_CHECKING

from reconciler.core.change import Action
from reconciler.core.drift import KINDS
from reconciler.core.plan import Status
from reconciler.report.conclusion import conclusion
from reconciler.report.standing import is_known, reason
from reconciler.report.values import in_words, told
from reconciler.report.view import Report, left, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.core.change import Change
    from reconciler.core.plan import Outcome
    from reconciler.core.problem import Place, Problem
    from reconciler.report.view import Style

LONGEST = 2000
"""The most characters of a sentence that somebody else may have had a part in."""

IGNORED = "ignored"


def kind_of(change: Change) -> str:
    """Say what is wrong with an integration that is not simply kept."""
    return IGNORED if change.held else KINDS[change.action]


class Level(StrEnum):
    """How bad a finding is; a note is not wrong at all."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell, and where it is declared.

    `rule` is ours, and stable; `message` is one line that is safe to print. `identity` is the same
    from run to run as long as the finding is, wherever its line moves; no value is part of it.
    """

    rule: str
    level: Level
    message: str
    identity: tuple[str, ...]
    at: Place | None = None

    @property
    def file(self) -> str:
        """The file, safe to print; empty if there is none."""
        return safe_text(self.at.file, LONGEST) if self.at else ""


def findings(report: Report, style: Style) -> list[Finding]:
    """Give what is to be told, the worst first; never nothing of a run that did not succeed."""
    found = [*_run(report), *_outcomes(report), *map(_problem, report.problems), *_changes(report)]
    ordered = sorted(found, key=lambda finding: list(Level).index(finding.level))
    return [replace(finding, at=_seen_from(finding.at, style)) for finding in ordered]


def _seen_from(at: Place | None, style: Style) -> Place | None:
    """Name the file by its path below the root, if it lies there."""
    if at is None or not style.root:
        return at
    file, root = normpath(join(style.here, at.file)), f"{style.root.rstrip('/')}/"
    return at._replace(file=file.removeprefix(root)) if file.startswith(root) else at


def fingerprints(found: list[Finding]) -> list[str]:
    """Give each finding a name that outlives the run; of twins, each gets its own."""
    seen: Counter[tuple[str, ...]] = Counter()
    names = []
    for finding in found:
        identity = (finding.rule, *finding.identity)
        seen[identity] += 1
        text = "\0".join((*identity, str(seen[identity])))
        names.append(hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest())
    return names


def _run(report: Report) -> Iterator[Finding]:
    """Say what became of a run that did not succeed; a rehearsal always says that it is one."""
    sentence = " ".join(conclusion(report).split("\n"))
    if not report.succeeded:
        yield Finding("run", Level.ERROR, sentence, (report.name,))
    elif report.rehearsal:
        yield Finding("rehearsal", Level.NOTE, sentence, (report.name,))


def _problem(problem: Problem) -> Finding:
    level = Level.ERROR if problem.is_error else Level.WARNING
    sentence = safe_text(problem.message, LONGEST)
    hint = f"; {safe_text(problem.hint, LONGEST)}" if problem.hint else ""
    identity = (problem.at.file if problem.at else "", problem.message)
    return Finding(problem.code, level, f"{sentence}{hint}", identity, problem.at)


def _changes(report: Report) -> Iterator[Finding]:
    """Drift is a warning, unless it is known; all else is a note."""
    for change in left(report):
        counts = report.command == "drift" and not is_known(report, change)
        yield _change(report, change, Level.WARNING if counts else Level.NOTE)
    for change in report.changes:
        if change.action is Action.LEAVE or change.held:
            yield _change(report, change, Level.NOTE)


def _change(report: Report, change: Change, level: Level) -> Finding:
    kind = kind_of(change)
    parts = [f"{safe_text(field.name)}: {in_words(change, field)}" for field in told(change)]
    sentence = "; ".join([f"{_name(change)} is {kind}: {reason(report, change)}", *parts])
    return Finding(kind, level, sentence, change.key, change.at)


def _name(change: Change) -> str:
    return f"{safe_text(change.type)} of {safe_text(str(change.project))}"


def _outcomes(report: Report) -> Iterator[Finding]:
    for outcome in (report.outcomes or ()) if report.performed else ():
        if outcome.status is not Status.DONE:
            yield _outcome(outcome)


def _outcome(outcome: Outcome) -> Finding:
    operation = outcome.operation
    detail = f": {safe_text(outcome.detail, LONGEST)}" if outcome.detail else ""
    sentence = f"{operation.method} of {_name(operation.change)}: {outcome.status}{detail}"
    rule = f"operation-{outcome.status}"
    return Finding(rule, Level.ERROR, sentence, operation.change.key, operation.change.at)
