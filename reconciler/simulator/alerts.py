"""Alert configurations of a project: only a seed brings some, and no write of ours changes them.

A seed names the integration of a notification by its id, or by its type, for the id that the
integration begins with:

    "alertConfigs": [{"eventTypeName": "HOST_DOWN",
                      "notifications": [{"typeName": "SLACK", "integrationType": "SLACK"}]}]

A write gives an integration another id, unless a switch says otherwise, so that what pointed at it
then points at nothing. Source of the members: the API's reference; whether the real API keeps such
a reference up to date is not documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.core.problem import quote
from reconciler.simulator.call import Page, is_v2
from reconciler.simulator.state import StateError, derived_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.simulator.call import Answer, Call
    from reconciler.simulator.state import Project

_KEYS = {"id", "eventTypeName", "enabled", "notifications"}


def list_all(call: Call) -> Answer:
    """Give a page of the project's alert configurations, in the order of the seed."""
    project = call.store.project(call.names["groupId"])
    alerts = project.alerts if project else ()
    start = call.options.offset
    page = alerts[start : start + call.options.per_page]
    return Page([_show(call, project, alert) for alert in page if project], len(alerts))


def read_alerts(items: list[Any], id_of: Callable[[str], str], at: str) -> list[dict[str, Any]]:
    """Read the alert configurations of a project in a seed. Raises StateError.

    `id_of` gives the id of the project's integration of a type, and of an alert by its place.
    """
    return [_alert(item, id_of, f"{at}[{n}]") for n, item in enumerate(items)]


def _alert(item: Any, id_of: Callable[[str], str], at: str) -> dict[str, Any]:
    if not isinstance(item, dict) or not isinstance(item.get("eventTypeName"), str):
        raise StateError(f"{at} of the seed is not a mapping with an `eventTypeName`.")
    if unknown := sorted(map(str, set(item) - _KEYS)):
        names = ", ".join(map(quote, unknown))
        raise StateError(f"{at} of the seed has unknown members: {names}.")
    notifications = item.get("notifications", [])
    if not isinstance(notifications, list):
        raise StateError(f"{at}.notifications of the seed is not a list.")
    told = [_notification(n, id_of, f"{at}.notifications") for n in notifications]
    id_ = item.get("id", id_of(f"alert {at}"))
    return {"id": id_, "enabled": True, **item, "notifications": told}


def _notification(item: Any, id_of: Callable[[str], str], at: str) -> dict[str, Any]:
    if not isinstance(item, dict) or not isinstance(item.get("typeName"), str):
        raise StateError(f"{at} of the seed has one without a `typeName`.")
    told = {"delayMin": 0, "intervalMin": 5, **item}
    type_ = told.pop("integrationType", None)
    return told if type_ is None else {**told, "integrationId": id_of(str(type_))}


def _show(call: Call, project: Project, alert: Mapping[str, Any]) -> dict[str, Any]:
    here = f"{call.request.origin}{call.dialect.alert_configurations(project.id)}/{alert['id']}"
    shown = {
        "created": project.created,
        "groupId": project.id,
        "links": [{"href": here, "rel": "self"}],
        "matchers": [],
        "updated": project.created,
        **alert,
    }
    shown["notifications"] = [_notified(call, project, each) for each in alert["notifications"]]
    return {name: shown[name] for name in sorted(shown)}


def _notified(call: Call, project: Project, notification: Mapping[str, Any]) -> dict[str, Any]:
    """Show a notification; that it has an id of its own is known of v2 only."""
    named = {"notifierId": derived_id(project.id, str(notification), moment=0)}
    shown = {**(named if is_v2(call.dialect) else {}), **notification}
    return {name: shown[name] for name in sorted(shown)}
