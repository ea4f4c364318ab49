"""What the API shows of an integration.

Source: recorded answers for keys, URLs and the members that are shown though unset; the rest is the
likeliest reading, see the switches. Written apart from the client's reading of masks, so that each
checks the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reconciler.catalogue import kinds
from reconciler.core.kind import Echo, Mask

if TYPE_CHECKING:
    from reconciler.core.kind import Field
    from reconciler.simulator.state import Integration
    from reconciler.simulator.switches import Switches

_SHOWN_UNSET = {
    ("atlas", "DATADOG"): ("customEndpoint",),
    ("atlas", "WEBHOOK"): ("bodyTemplate", "headersTemplate"),
}
"""Members that are null while unset, by dialect and type; `customEndpoint` is always null."""
_TAIL = 4


def show(dialect: str, integration: Integration, switches: Switches) -> dict[str, Any]:
    """Give an integration as the API shows it: masked, defaults filled in, `type` last.

    What the catalogue does not know, and only a seed can bring, is shown as it is.
    """
    kind = kinds(dialect).get(integration.type)
    fields = kind.fields if kind else {}
    members: dict[str, Any] = dict.fromkeys(_SHOWN_UNSET.get((dialect, integration.type), ()))
    for field in fields.values():
        if field.default is not None:
            members[field.name] = field.default
        elif switches.unset_as_null and not field.required:
            members[field.name] = None
    for name, value in integration.settings.items():
        members[name] = _echo(fields[name], value, switches) if name in fields else value
    for field in fields.values():
        if field.echo is Echo.ABSENT:
            members.pop(field.name, None)
    members["id"] = integration.id
    return {name: members[name] for name in sorted(members)} | {"type": integration.type}


def _echo(field: Field, value: Any, switches: Switches) -> Any:
    if field.echo is not Echo.MASKED:
        return value
    if field.mask is Mask.URL:
        return mask_url(str(value), tail=switches.url_mask_tail)
    return mask_key(str(value))


def mask_key(value: str) -> str:
    """Put a star for every character but the last four.

    Unknown is what the API does with four characters or fewer; here they are all stars.
    """
    hidden = len(value) - _TAIL if len(value) > _TAIL else len(value)
    return "*" * hidden + value[hidden:]


def mask_url(value: str, *, tail: bool) -> str:
    """Keep scheme and host, then four stars whatever the length, then the last four characters.

    Recorded for one path segment only. Unknown is the rest: here a port or user stays with its
    host, and four characters or fewer after the host are not shown.
    """
    parts = urlsplit(value)
    origin = f"{parts.scheme}://{parts.netloc}"
    rest = value[len(origin) + 1 :]
    return f"{origin}/****{rest[-_TAIL:] if tail and len(rest) > _TAIL else ''}"
