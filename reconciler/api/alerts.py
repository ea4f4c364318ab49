"""Read alert configurations, of which only the notifications through integrations matter here.

Source: the reference of the API: `notifications[].integrationId` is the id of the integration that
a notification of its type goes through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.core.alert import AlertConfiguration, Route

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def decode_alert(item: Mapping[str, Any]) -> AlertConfiguration:
    """Read one alert configuration that has an id; what is not as documented names nothing."""
    event = item.get("eventTypeName")
    told = event if isinstance(event, str) else "of no known event"
    return AlertConfiguration(item["id"], told, tuple(_routes(item.get("notifications"))))


def _routes(notifications: object) -> Iterator[Route]:
    for each in notifications if isinstance(notifications, list) else []:
        match each:
            case {"typeName": str(type_), "integrationId": str(id_)} if id_:
                yield Route(type_, id_)
