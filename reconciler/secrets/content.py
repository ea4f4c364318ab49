"""Take one text out of what a source keeps together: JSON, or a mapping of fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler.secrets.source import missing


def parse(text: str | bytes, where: str) -> Any:
    """Read JSON. Raises Unavailable, without the text, for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass  # outside the handler: the error keeps the text
    raise missing(f"{where} is not JSON", "look at how the secret is kept")


def field(found: Any, name: str, where: str) -> str:
    """Give a field of a mapping. Raises Unavailable where it is not there, or is no text."""
    if not isinstance(found, Mapping):
        raise missing(f"{where} has no fields", "refer to what holds the field")
    if name not in found:
        raise missing(f"{where} has no field {name}", "check the name of the field")
    return text(found[name], f"the field {name} of {where}")


def within(found: Any, name: str) -> Any:
    """Give what a mapping has under a name; None where there is no such thing."""
    return found.get(name) if isinstance(found, Mapping) else None


def text(value: Any, where: str) -> str:
    """Give a value that is text. Raises Unavailable for any other: how to write it is not known."""
    if not isinstance(value, str):
        raise missing(f"{where} is not text", "keep it as text, in quotes")
    return value


def is_alone(found: Any) -> bool:
    """Tell whether a mapping holds one thing only, so that its time is that thing's."""
    while isinstance(found, Mapping | list) and len(found) == 1:
        found = next(iter(found.values())) if isinstance(found, Mapping) else found[0]
    return not isinstance(found, Mapping | list)


def moment(value: Any) -> datetime | None:
    """Read a time as RFC 3339 writes it; None for what is none, or has no zone."""
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo else None
