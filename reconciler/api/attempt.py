"""One try of one write, and what it tells about the server."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from reconciler.api import wire
from reconciler.api.errors import Ambiguous, ApiError, Passing, Refused
from reconciler.core.mask import looks_masked
from reconciler.core.secret import Literal, Secret, echoes

if TYPE_CHECKING:
    from reconciler.api.live import Live
    from reconciler.core.change import Change
    from reconciler.core.state import LiveIntegration

_OVERTAKEN = {
    "POST": wire.ALREADY_CONFIGURED,
    "PUT": wire.NOT_CONFIGURED,
    "DELETE": wire.NOT_CONFIGURED,
}
"""The refusal of each verb that says: live is no longer what was read."""


class Fate(Enum):
    """What became of a request."""

    PROCESSED = auto()
    NOT_PROCESSED = auto()
    """Worth another try, since nothing speaks against the request itself."""
    DOUBTFUL = auto()
    REFUSED = auto()


class Attempt(NamedTuple):
    """A try and what came of it."""

    fate: Fate
    detail: str = ""
    asked: float = 0.0
    """Seconds that the API asks to wait before the next."""
    shown: LiveIntegration | None = None
    """The integration as the answer to a POST or PUT holds it."""
    kind: str = ""
    """The code of what went wrong, by which failures are counted."""
    hint: str = ""
    """What the user can do, should it stay at that."""


def attempt(live: Live, change: Change, method: str, path: str, body: bytes | None) -> Attempt:
    """Send a write once. An answer that does not show the effect leaves it in doubt."""
    try:
        shown = live.write(method, path, change.type, body).get(change.type)
    except Ambiguous as error:
        return _told(Fate.DOUBTFUL, error.told, change, error.asked)
    except Passing as error:
        return _told(Fate.NOT_PROCESSED, error.told, change, error.asked)
    except Refused as error:
        overtaken = error.code == _OVERTAKEN[method]
        return _told(Fate.NOT_PROCESSED if overtaken else Fate.REFUSED, error, change)
    if (shown is None) is not (method == "DELETE"):
        detail = f"the answer does not tell what became of {change.type}"
        return Attempt(Fate.DOUBTFUL, detail, hint="run again", kind="bad-answer")
    return Attempt(Fate.PROCESSED, shown=shown)


def _told(fate: Fate, error: ApiError, change: Change, asked: float = 0.0) -> Attempt:
    kind = error.meaning.code if isinstance(error, Refused) else "api-unreachable"
    return Attempt(fate, _say(error, change), asked, hint=error.hint, kind=kind)


def _say(error: ApiError, change: Change) -> str:
    """Say why, without the API's own text where that gives part of a secret away."""
    if not isinstance(error, Refused):
        return str(error)
    settings = change.desired.settings.values() if change.desired else ()
    hidden = [value for value in settings if isinstance(value, Secret | Literal)]
    betrays = looks_masked(error.detail) or any(echoes(error.detail, value) for value in hidden)
    return error.say(quoting=not betrays)
