"""The stations of the journal: it is kept, and read for what an earlier run left in doubt."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.core.change import Action, Change
from reconciler.core.problem import Failed, Problem, warning
from reconciler.core.secret import UNPROVEN, Verdict
from reconciler.journal import Entry, Journal, in_doubt, left_off, read, unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.run import Run

_GONE = "not there"
_HINT = "the plan is made from what is there now, so nothing has to be done about it"


@contextmanager
def journaling(run: Run) -> Iterator[None]:
    """Keep a journal from before the first request on, where one is wanted.

    Raises Failed when it cannot be kept. A dry run writes nothing, and keeps none.
    """
    file = run.job.journal
    if file is None or run.job.dry_run:
        yield
        return
    try:
        run.journal = Journal(file)
        told = [] if run.journal.shared else read(_text(file))
        run.doubts, run.left_off = in_doubt(told), left_off(told[:-1])
    except OSError as error:
        raise Failed(_problem(error)) from None
    if run.journal.shared:
        sentence = "another process is at work with this journal, so no doubt in it is looked into"
        run.problems.append(warning("journal-shared", sentence, "let one run at a time use it"))
    try:
        yield
    finally:
        _close(run, run.journal)


def tell_doubts(run: Run) -> None:
    """Say of each write that an earlier run left in doubt what is there now."""
    unread = {ref.id for ref in run.unread}
    names = {project.ref.id: project.ref for project in run.projects}
    changes = {change.key: change for change in (*run.changes, *run.beyond)}
    for entry in run.doubts if run.journal else ():
        what = f"an earlier run was cut off at {entry.method} {entry.type}"
        if entry.project in unread:
            told = f"{what} of {names[entry.project]}, which could not be read"
            run.problems.append(warning("in-doubt", told, "run again"))
            continue
        if entry.project not in names:
            told = f"{what} of {entry.project}, which this run does not look at"
            run.problems.append(warning("in-doubt", told, "run again with that project"))
            continue
        found = _found(entry, changes.get(entry.key))
        told = f"{what} of {names[entry.project]}; now it is {found}"
        run.problems.append(warning("in-doubt", told, _HINT))
        _note(run, entry, found)


def _found(entry: Entry, change: Change | None) -> str:
    """Say what is there now, by what is left to do about it."""
    if change is None or not change.is_live:
        return _GONE
    is_proved = change.action is Action.KEEP and not any(map(change.has, UNPROVEN))
    if is_proved and change.held is None:
        return "in place"  # whatever its id, which need not be new
    if entry.before is not None and change.live_id == entry.before:
        return "as it was before"
    if change.action is Action.KEEP and change.held is None:
        return _kept(change)
    if change.action is Action.LEAVE:
        return "there, and not declared"
    return "something else than declared"


def _kept(change: Change) -> str:
    hidden = change.has(Verdict.UNVERIFIABLE)
    return "in place, as far as it can be seen" if hidden else "in place"


def _note(run: Run, entry: Entry, found: str) -> None:
    """Keep what was found, or else it would be told in every run."""
    try:
        if run.journal:
            run.journal.found(entry, found)
    except OSError as error:
        problem = _problem(error)
    else:
        return
    raise Failed(problem)


def _close(run: Run, journal: Journal) -> None:
    """Tell what became of the rest, such as what was not begun or not lasting, and close it."""
    try:
        journal.close(*(run.outcomes or ()))
    except OSError as error:
        if run.job.stop.code != "journal-unwritable":  # nothing was left undone for it
            sentence, code, hint = unwritable(error)
            run.problems.append(warning(code, sentence, hint))


def _problem(error: OSError) -> Problem:
    sentence, code, hint = unwritable(error)
    return Problem(code, sentence, hint)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
