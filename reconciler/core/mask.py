"""What a mask shows of a value, and whether it can be that value's: plain strings, no verdicts."""

from __future__ import annotations

import re
from typing import NamedTuple

_STARS = re.compile(r"\*{3,}")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*/?", re.IGNORECASE)


class _Parts(NamedTuple):
    """A mask in pieces: a URL's scheme and host if they are whole, what else it shows, its end."""

    origin: str
    head: str
    tail: str


def looks_masked(text: str) -> bool:
    """Tell whether a text holds a mask; fewer than three stars in a row are none."""
    return _STARS.search(text) is not None


def shown(mask: str) -> str:
    """Give what a mask shows of the secret itself: not a URL's scheme and host."""
    head, tail = mask[: mask.index("*")], mask[mask.rindex("*") + 1 :]
    origin = _ORIGIN.match(head)
    return (head[origin.end() :] if origin else head) + tail


def fits(mask: str, value: str, *, length_counts: bool) -> bool:
    """Tell whether a mask can be that of a value.

    `length_counts` says that a mask of this kind is as long as the value.
    """
    parts = _parts(mask)
    if parts.origin:
        return _fits_url(parts, value)
    head, tail = parts.head, parts.tail
    if not (value.startswith(head) and value.endswith(tail)):
        return False
    if len(mask) != len(value):
        return not length_counts and len(value) >= len(head) + len(tail)
    if mask.count("*") + len(head) + len(tail) == len(mask):
        return True
    return all(m in ("*", v) for m, v in zip(mask, value, strict=True))


def _parts(mask: str) -> _Parts:
    head, tail = mask[: mask.index("*")], mask[mask.rindex("*") + 1 :]
    found = _ORIGIN.match(head) if head else None
    if found and found[0].endswith("/"):
        return _Parts(found[0], head[found.end() :], tail)
    return _Parts("", head, tail)


def _fits_url(mask: _Parts, value: str) -> bool:
    """Compare with the mask of a URL, whose length says nothing.

    The mask puts a slash behind the host even where the URL has none, and its tail is that of the
    whole URL, so it may reach back over the path into the host. The case of a scheme and host
    carries no meaning (RFC 3986, 6.2.2.1).
    """
    found = _ORIGIN.match(value)
    if found is None or found[0].rstrip("/").lower() != mask.origin.rstrip("/").lower():
        return False
    rest = value[found.end() :]
    return rest.startswith(mask.head) and (found[0].lower() + rest).endswith(mask.tail)
