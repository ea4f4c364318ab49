"""Turn a declaration into a request's body, and an answer's body into live state."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from reconciler.api import wire
from reconciler.core.compare import wanted
from reconciler.core.secret import Literal, Reference, Secret, wrap_live
from reconciler.core.state import LiveIntegration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.core.kind import Kind
    from reconciler.core.state import DesiredValue, Integration, LiveValue

_NOT_SETTINGS = ("type", "id")
_CODE = re.compile("[A-Z][A-Z0-9_]{1,63}")


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


class Page(NamedTuple):
    """One page of a list: its entries, how many the whole has, and whether more are announced."""

    items: list[dict[str, Any]]
    total: int | None
    """None where the answer does not say."""
    more: bool | None
    """None where the answer has no links to tell by."""

    def by(self, key: str) -> dict[str, dict[str, Any]]:
        """Give the entries by what identifies them. Raises Malformed if something does not."""
        found = {item[key]: item for item in self.items if isinstance(item.get(key), str)}
        if len(found) < len(self.items):
            raise Malformed(f"the answer holds an entry without {key}, or two with the same")
        return found


def decode_page(body: bytes, *, may_be_empty: bool = False) -> Page:
    """Read one page of a list.

    Raises Malformed for anything but an object whose `results` are objects. With `may_be_empty`, an
    empty body and an object without results are an empty page.
    """
    page = {} if may_be_empty and not body.strip() else _json(body)
    results = page.get("results", [] if may_be_empty else None) if isinstance(page, dict) else None
    if not isinstance(results, list) or not all(isinstance(item, dict) for item in results):
        raise Malformed("the answer is not a list of results")
    total = page.get("totalCount")
    return Page(results, total if type(total) is int else None, _has_next(page.get("links")))


def decode_integrations(
    results: list[dict[str, Any]], kinds: Mapping[str, Kind]
) -> dict[str, LiveIntegration]:
    """Read the integrations of a project, by type.

    Raises Malformed where one has no type, or two have the same.
    """
    items = Page(results, None, more=False).by("type")
    return {type_: _integration(type_, item, kinds.get(type_)) for type_, item in items.items()}


def decode_object(body: bytes) -> dict[str, Any]:
    """Read one thing. Raises Malformed for anything but an object."""
    found = _json(body)
    if not isinstance(found, dict):
        raise Malformed("the answer is not an object")
    return found


def decode_error(body: bytes) -> tuple[str, str]:
    """Read an error's code and text; both empty where the body is not the API's own."""
    try:
        error = _json(body)
    except Malformed:
        return "", ""
    if not isinstance(error, dict):
        return "", ""
    code, detail = error.get(wire.ERROR_CODE), error.get("detail")
    return (
        code if isinstance(code, str) and _CODE.fullmatch(code) else "",
        detail if isinstance(detail, str) else "",
    )


def _has_next(links: object) -> bool | None:
    if not isinstance(links, list) or not links:
        return None
    return any(isinstance(link, dict) and link.get("rel") == "next" for link in links)


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
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        pass  # outside the handler, so that the error does not carry the body along
    raise Malformed("the answer is not JSON")


def _refuse_constant(name: str) -> NoReturn:
    """Take NaN and Infinity for what they are: not JSON, and not equal to themselves."""
    raise ValueError(name)
