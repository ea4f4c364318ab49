"""Before the first write: a desired state that would bring back what is live now."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from reconciler.core.exits import Exit
from reconciler.core.problem import Problem
from reconciler.steps.read import read

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.run import Run

_NOTES = (
    "Brings back what was live before an apply, of the integrations that it was to write alone.",
    "What it was to create is deleted. Old secrets are not known: where one is referred to, the",
    "write cannot be undone before the old value is filled in.",
)


def keep_rollback(run: Run, client: Client) -> bool:
    """Write the rollback down, if one is asked for, and say whether writing may begin.

    The projects are read once more, since it may have taken long to agree to the plan. Raises
    Failed when the API asks for too long a wait.
    """
    if run.job.rollback is None or not (run.plan and run.plan.operations):
        return True
    try:
        text = _text(run, client)
        if text is None:
            return _refuse(run, "a project could not be read", "run again")
        run.job.rollback(text)
    except OSError as error:
        return _refuse(run, (error.strerror or "unknown reason").lower(), "name another file")
    return True


def _text(run: Run, client: Client) -> str | None:
    from reconciler.export import Export, lay_out, restore

    operations = run.plan.operations if run.plan else ()
    grouped = groupby((o.change for o in operations), key=lambda change: change.project)
    changes = {ref: list(group) for ref, group in grouped}
    unread = len(run.unread)
    api = client.dialect.name
    found = [
        restore(api, live, changes[ref])
        for ref, live in read(
            run, client.integrations, {ref: own[0].at for ref, own in changes.items()}
        )
    ]
    if len(run.unread) > unread:
        return None
    return lay_out(Export(api, found, notes=_NOTES, is_past=True))


def _refuse(run: Run, why: str, hint: str) -> bool:
    run.end(Exit.FAILED, Problem("no-rollback", f"the rollback cannot be written: {why}", hint))
    return False
