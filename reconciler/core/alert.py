"""Alert configurations, and which of them point at an integration that is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.core.problem import warning

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from reconciler.core.problem import Place, Problem
    from reconciler.core.state import ProjectRef


@dataclass(frozen=True, slots=True)
class Route:
    """A notification that goes through an integration of the project, which it names by id."""

    type: str
    integration_id: str


@dataclass(frozen=True, slots=True)
class AlertConfiguration:
    """What a project raises an alert for; of its notifications, those that name an integration."""

    id: str
    event: str
    routes: tuple[Route, ...]


def dangling(
    project: ProjectRef,
    configurations: Iterable[AlertConfiguration],
    live_ids: Collection[str],
    place_of: Callable[[str], Place | None],
) -> list[Problem]:
    """Warn of each notification whose integration is gone, in the order of the alerts' ids.

    `place_of` gives where an integration is declared, by its type.
    """
    return [
        warning(
            "dangling-alert",
            f"alert {alert.id} ({alert.event}) of {project} notifies through the {route.type}"
            f" integration {route.integration_id}, which no longer exists",
            "open the alert in the web interface, choose the integration again, and save",
            place_of(route.type),
        )
        for alert in sorted(configurations, key=lambda alert: alert.id)
        for route in alert.routes
        if route.integration_id not in live_ids
    ]
