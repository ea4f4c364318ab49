"""A rehearsal: what the plan is to write to is copied, and the plan carried out in the copy."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from reconciler.core.exits import Exit
from reconciler.core.problem import Problem
from reconciler.inside import of_copy
from reconciler.session import client_of
from reconciler.steps.alerts import read_alerts
from reconciler.steps.read import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.api.client import Client
    from reconciler.core.state import Desired, ProjectRef
    from reconciler.run import Run
    from reconciler.simulator import Shown


def copy_live(run: Run, client: Client) -> Sequence[Shown] | None:
    """Read the projects that the plan writes to, as the API shows them.

    Like an apply before its first write, it reads them once more, since the look may be old by now.
    Gives None, and ends the run, where one cannot be read. Raises Failed when the API asks for too
    long a wait.
    """
    from reconciler.simulator import Shown

    def integrations(ref: ProjectRef) -> list[dict[str, Any]]:
        return client.entries(client.dialect.integrations(ref.id or ""), "type")

    def alerts(ref: ProjectRef) -> list[dict[str, Any]]:
        return client.entries(client.dialect.alert_configurations(ref.id or ""), "id")

    places = _places(run)
    unread = len(run.unread)
    shown = dict(read(run, integrations, places))
    if len(run.unread) > unread:
        sentence = "nothing was rehearsed: a project could not be read once more"
        run.end(Exit.FAILED, Problem("no-rehearsal", sentence, "run again"))
        return None
    alerting = dict(read_alerts(run, alerts, list(places)))
    return [
        Shown(ref.id or "", ref.name, found, alerting.get(ref, ())) for ref, found in shown.items()
    ]


@contextmanager
def connect_copy(run: Run, desired: Desired, live: Sequence[Shown]) -> Iterator[Client]:
    """Open the copy in the place of the API, under its address; what is written stays in it."""
    target, api, url = run.job.target, desired.api, run.base_url or ""
    with ExitStack() as stack:
        connection = of_copy(live, api, url, target.trace, stack)
        yield client_of(connection, target, desired, run.job.stop, stack, writable=True)


def _places(run: Run) -> dict[ProjectRef, Any]:
    """Give each project that the plan writes to, with a place where that is declared."""
    operations = run.plan.operations if run.plan else ()
    return {o.change.project: o.change.at for o in reversed(operations)}
