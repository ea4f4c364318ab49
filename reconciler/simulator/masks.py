"""What the API shows of an integration.

Source: recorded answers for keys, URLs and the members that are shown though unset; the rest is the
likeliest reading, see the switches. Written apart from the client's reading of masks, so that each
checks the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reconciler.api.dialects import DIALECTS, Family
from reconciler.catalogue import dialects_of, kinds, types
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

    What the catalogue does not know, and only a seed can bring, is shown as it is; what it knows of
    other dialects only is not shown. A copy of what an API showed is shown like that again.
    """
    if integration.as_shown:
        return dict(integration.settings)
    kind = kinds(dialect).get(integration.type)
    fields = kind.fields if kind else {}
    elsewhere = _known_anywhere(integration.type) - fields.keys()
    members: dict[str, Any] = dict.fromkeys(_SHOWN_UNSET.get((dialect, integration.type), ()))
    for field in fields.values():
        if field.default is not None:
            members[field.name] = field.default
        elif switches.unset_as_null and not field.required:
            members[field.name] = None
    for name, value in integration.settings.items():
        if name not in elsewhere:
            shown = _echo(dialect, fields[name], value, switches) if name in fields else value
            members[name] = shown
    for field in fields.values():
        if field.echo is Echo.ABSENT:
            members.pop(field.name, None)
    if dialect == "atlas" or switches.ids_before_v2:
        members["id"] = integration.id
    return {name: members[name] for name in sorted(members)} | {"type": integration.type}


def is_shown(dialect: str, integration: Integration) -> bool:
    """Tell whether a dialect shows an integration: it knows the type, or nobody does."""
    type_ = integration.type
    return integration.as_shown or type_ in kinds(dialect) or type_ not in types()


def _known_anywhere(type_: str) -> frozenset[str]:
    """Name the settings of a type in any dialect."""
    if type_ not in types():
        return frozenset()
    return frozenset().union(*(kinds(dialect)[type_].fields for dialect in dialects_of(type_)))


def _echo(dialect: str, field: Field, value: Any, switches: Switches) -> Any:
    public = DIALECTS[dialect].family is Family.PUBLIC
    if not _is_masked(field, switches) or (public and switches.public_masks == "none"):
        return value
    if field.mask is Mask.URL:
        return mask_url(str(value), tail=switches.url_mask_tail)
    if public and switches.public_masks == "six":
        return mask_key_shortly(str(value))
    return mask_key(str(value))


def _is_masked(field: Field, switches: Switches) -> bool:
    if field.mask is Mask.TEXT:
        return switches.masks_texts
    shown = field.echo is Echo.PLAIN and field.sensitive
    return switches.masks_new_relic if shown else field.echo is Echo.MASKED


def mask_key(value: str) -> str:
    """Put a star for every character but the last four.

    Unknown is what the API does with four characters or fewer; here they are all stars.
    """
    hidden = len(value) - _TAIL if len(value) > _TAIL else len(value)
    return "*" * hidden + value[hidden:]


def mask_key_shortly(value: str) -> str:
    """Put six stars before the last four characters, whatever the length.

    Four characters or fewer are not shown, as above.
    """
    return "*" * 6 + (value[-_TAIL:] if len(value) > _TAIL else "")


def mask_url(value: str, *, tail: bool) -> str:
    """Keep scheme and host, then four stars whatever the length, then the last four characters.

    Recorded for one path segment only. Unknown is the rest: here a port or user stays with its
    host, and four characters or fewer after the host are not shown.
    """
    parts = urlsplit(value)
    origin = f"{parts.scheme}://{parts.netloc}"
    rest = value[len(origin) + 1 :]
    return f"{origin}/****{rest[-_TAIL:] if tail and len(rest) > _TAIL else ''}"
