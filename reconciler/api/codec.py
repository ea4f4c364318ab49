"""Turn a declaration into a request's body, and an answer's body into live state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reconciler.core.compare import wanted
from reconciler.core.secret import Literal, Reference, Secret, wrap_live
from reconciler.core.state import LiveIntegration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.core.kind import Kind
    from reconciler.core.state import DesiredValue, Integration, LiveValue

_NOT_SETTINGS = ("type", "id")


class Malformed(ValueError):
    """An answer that is not what the API documents; holds no part of the answer."""


def encode(kind: Kind, desired: Integration) -> bytes:
    """Build the body of a POST or PUT, from the declaration alone.

    It holds every declared setting, every secret in full, and every default stated; what is null is
    left out. The one place where secrets are revealed. Raises TypeError for a reference that was
    not resolved: such a plan is not applyable.
    """
    body: dict[str, object] = {"type": kind.type}
    for field, value in wanted(kind, desired):
        if value is not None:
            body[field.name] = _plain(value)
    return json.dumps(body).encode()


def decode_page(body: bytes) -> tuple[list[dict[str, Any]], int | None, bool]:
    """Read one page of a list: its results, the total if it is told, and whether more follow.

    Raises Malformed for anything but an object whose `results` are objects.
    """
    page = _json(body)
    results = page.get("results") if isinstance(page, dict) else None
    if not isinstance(results, list) or not all(isinstance(item, dict) for item in results):
        raise Malformed("the answer is not a list of results")
    total = page.get("totalCount")
    links = page.get("links")
    more = isinstance(links, list) and any(
        isinstance(link, dict) and link.get("rel") == "next" for link in links
    )
    return results, total if isinstance(total, int) else None, more


def decode_integrations(
    results: list[dict[str, Any]], kinds: Mapping[str, Kind]
) -> dict[str, LiveIntegration]:
    """Read the integrations of a project, by type. Raises Malformed where one names no type."""
    integrations = {}
    for item in results:
        type_ = item.get("type")
        if not isinstance(type_, str) or type_ in integrations:
            raise Malformed("the answer holds an integration without a type of its own")
        integrations[type_] = _integration(type_, item, kinds.get(type_))
    return integrations


def decode_error(body: bytes) -> tuple[str, str]:
    """Read an error's code and text; both empty where the body is not the API's own."""
    try:
        error = _json(body)
    except Malformed:
        return "", ""
    if not isinstance(error, dict):
        return "", ""
    code, detail = error.get("errorCode"), error.get("detail")
    return code if isinstance(code, str) else "", detail if isinstance(detail, str) else ""


def _integration(type_: str, item: Mapping[str, Any], kind: Kind | None) -> LiveIntegration:
    settings: dict[str, LiveValue] = {}
    unknown = []
    for name, value in item.items():
        if value is None or name in _NOT_SETTINGS:
            continue
        field = kind.fields.get(name) if kind else None
        if field is None:
            unknown.append(name)
        else:
            settings[name] = _live_value(value, sensitive=field.sensitive)
    id_ = item.get("id")
    return LiveIntegration(
        type_, id_ if isinstance(id_, str) else None, settings, tuple(sorted(unknown))
    )


def _live_value(value: object, *, sensitive: bool) -> LiveValue:
    """Hide what is sensitive as soon as it comes in; a value of an odd JSON type stays as text."""
    if sensitive:
        return wrap_live(value if isinstance(value, str) else json.dumps(value))
    return value if isinstance(value, str | bool | int | float) else json.dumps(value)


def _plain(value: DesiredValue) -> object:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Literal):
        return value.as_written()
    if isinstance(value, Reference):
        raise TypeError(f"{value} was not resolved")
    return value


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        pass  # outside the handler, so that the error does not carry the body along
    raise Malformed("the answer is not JSON")
