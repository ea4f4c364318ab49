"""The five operations on a project's integrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.api import wire
from reconciler.api.dialects import DIALECTS
from reconciler.catalogue import kinds
from reconciler.core.kind import Echo
from reconciler.simulator.bodies import read_settings, refuse_masks
from reconciler.simulator.call import Entity, Nothing, Page
from reconciler.simulator.errors import refuse
from reconciler.simulator.masks import is_shown, show
from reconciler.simulator.state import Integration, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from reconciler.simulator.call import Answer, Call


def list_all(call: Call) -> Answer:
    """Give the project's integrations in the fixed order of types."""
    integrations = sorted(_all_shown(call), key=_order)
    start = call.options.offset
    page = integrations[start : start + call.options.per_page]
    shown = [show(call.dialect.name, integration, call.switches) for integration in page]
    return Page(shown, len(integrations))


def get(call: Call) -> Answer:
    """Give one integration, bare."""
    found = _present(call)
    return Entity(show(call.dialect.name, found, call.switches))


def create(call: Call) -> Answer:
    """Add an integration of a type that the project lacks; gives the whole list, with 200."""
    _offered(call)
    settings = _settings(call, {}, updating=False)
    if _find(call):
        raise refuse(wire.ALREADY_CONFIGURED, call.names["integrationType"])
    return _keep(call, settings, creating=True)


def replace(call: Call) -> Answer:
    """Put an integration in the place of the one there, or of none; gives the whole list."""
    _offered(call)
    old = _find(call)
    settings = _settings(call, _kept(call, old), updating=True)
    if not old and not call.switches.put_inserts:
        raise refuse(wire.NOT_CONFIGURED, call.names["integrationType"])
    return _keep(call, settings, creating=not old)


def delete(call: Call) -> Answer:
    """Remove an integration."""
    found = _present(call)
    call.store.delete_integration(call.names["groupId"], found.type)
    return Nothing(call.switches.delete_status)


def _keep(call: Call, settings: Mapping[str, Any], *, creating: bool) -> Answer:
    """Store settings under a new id: it changes on each write, as clients report."""
    type_ = call.names["integrationType"]
    if creating and type_ == "SLACK" and not call.switches.creates_slack:
        raise refuse("SLACK_OAUTH2_NOT_CONFIGURED")
    old = None if call.switches.ids_change else _find(call)
    integration = Integration(type_, old.id if old else new_id(call.now), settings)
    call.store.put_integration(call.names["groupId"], integration)
    return list_all(call)


def _kept(call: Call, old: Integration | None) -> Mapping[str, Any]:
    """Give what stays of an integration where a body says nothing of it."""
    if old is None or call.switches.put_merges:
        return old.settings if old else {}
    fields = kinds(call.dialect.name)[old.type].fields if call.switches.put_keeps_unseen else {}
    unseen = {name for name, field in fields.items() if field.echo is Echo.ABSENT}
    return {name: value for name, value in old.settings.items() if name in unseen}


def _settings(call: Call, kept: Mapping[str, Any], *, updating: bool) -> dict[str, Any]:
    dialect, type_ = call.dialect.name, call.names["integrationType"]
    settings = read_settings(dialect, type_, call.request.body, kept, updating=updating)
    if not call.switches.stores_masks:
        refuse_masks(dialect, type_, settings)
    return settings


def _offered(call: Call) -> None:
    """Refuse a type that cannot be written here. What an unknown type is answered is a guess."""
    match call.dialect.name, call.names["integrationType"]:
        case ("cloud-manager", "DATADOG"):
            raise refuse("DATADOG_NOT_SUPPORTED_FOR_CLOUD_MANAGER")
        case ("cloud-manager", "HIP_CHAT"):
            raise refuse("HIPCHAT_NOT_SUPPORTED")
        case ("atlas" | "atlas-v1", "HIP_CHAT") if not call.switches.creates_hip_chat:
            raise refuse("HIPCHAT_NOT_SUPPORTED")
        case (dialect, type_) if type_ not in kinds(dialect):
            raise refuse("INVALID_PATH_PARAMETER", "integrationType")


def _find(call: Call) -> Integration | None:
    wanted = call.names["integrationType"]
    return next((found for found in _all_shown(call) if found.type == wanted), None)


def _all_shown(call: Call) -> list[Integration]:
    kept = call.store.integrations(call.names["groupId"])
    return [integration for integration in kept if is_shown(call.dialect.name, integration)]


def _present(call: Call) -> Integration:
    found = _find(call)
    if found:
        return found
    type_ = call.names["integrationType"]
    if not any(type_ in kinds(dialect) for dialect in _of_path(call)):
        raise refuse("INVALID_PATH_PARAMETER", "integrationType")
    raise refuse(wire.NOT_CONFIGURED, type_)


def _of_path(call: Call) -> list[str]:
    """Name the dialects that share the base path."""
    path = call.dialect.base_path
    return [dialect.name for dialect in DIALECTS.values() if dialect.base_path == path]


def _order(integration: Integration) -> tuple[int, str]:
    known = wire.TYPE_ORDER
    type_ = integration.type
    return (known.index(type_) if type_ in known else len(known)), type_
