"""After the writes, find the alerts whose integration is gone.

An integration that is written may get another id, and one that is deleted has none; an alert
configuration keeps the id that it was given. What is found is told, and fails nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from reconciler.core.alert import dangling
from reconciler.core.plan import Status
from reconciler.core.problem import warning
from reconciler.steps.read import observing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reconciler.api.client import Client
    from reconciler.core.alert import AlertConfiguration
    from reconciler.core.problem import Place, Problem
    from reconciler.core.state import ProjectRef
    from reconciler.run import Run

T = TypeVar("T")
_UNTRIED = (Status.SKIPPED, Status.CONFLICT)


def check_alerts(run: Run, client: Client) -> None:
    """Warn of alerts that point at integrations which are gone, in projects that were written to.

    What is live is known from the second look, and where nothing was written now from the first.
    """
    for ref, found in read_alerts(run, client.alert_configurations, _written(run)):
        run.problems += _judge(run, ref, found)


def read_alerts(
    run: Run, ask: Callable[[ProjectRef], T], refs: Sequence[ProjectRef]
) -> Iterator[tuple[ProjectRef, T]]:
    """Give what is asked about the alerts of each project, as it arrives, if they are checked.

    Where they cannot be read is a warning.
    """
    from reconciler.api.errors import ApiError
    from reconciler.api.stop import Stopped

    if not run.job.alert_check or run.job.stop:
        return

    def progress(done: int, whole: int) -> None:
        run.job.progress("Reading alerts", done, whole)

    try:
        with observing(run, ask) as observer:
            for ref, found in observer.observe(refs, progress):
                if isinstance(found, ApiError):
                    run.problems.append(_unread(ref, found))
                else:
                    yield ref, found
    except (ApiError, Stopped) as error:
        hint = "look at the alerts in the web interface"
        run.problems.append(warning("alerts-unchecked", f"reading alerts ended: {error}", hint))


def _written(run: Run) -> list[ProjectRef]:
    """Give the projects in which a write was tried, now or by the last run if it was cut off.

    One that could not be read is left out.
    """
    refs = [o.operation.change.project for o in run.outcomes or [] if o.status not in _UNTRIED]
    refs += [project.ref for project in run.projects if project.ref.id in run.left_off]
    return [ref for ref in dict.fromkeys(refs) if ref not in run.unread]


def _judge(run: Run, ref: ProjectRef, alerts: Sequence[AlertConfiguration]) -> list[Problem]:
    seen = [change for change in run.found_again if change.project == ref]
    seen = seen or [one for one in (*run.changes, *run.beyond) if one.project == ref]
    live = [change for change in seen if change.is_live]
    ids = {change.live_id for change in live if change.live_id}
    if len(ids) < len(live) and any(alert.routes for alert in alerts):
        sentence = f"the alerts of {ref} cannot be checked: the API shows no ids of integrations"
        hint = "look at them in the web interface, or add --no-alert-check"
        return [warning("alerts-unchecked", sentence, hint)]
    places = {o.operation.change.type: o.operation.change.at for o in run.outcomes or []
              if o.operation.change.project == ref}  # fmt: skip

    def place_of(type_: str) -> Place | None:
        return places.get(type_)

    return dangling(ref, alerts, ids, place_of)


def _unread(ref: ProjectRef, error: Exception) -> Problem:
    from reconciler.api.errors import Refused

    sentence = f"the alerts of {ref} cannot be checked: {error}"
    hint = "look at them in the web interface"
    if isinstance(error, Refused):
        hint = "let the credentials read alert configurations, or add --no-alert-check"
    return warning("alerts-unchecked", sentence, hint)
