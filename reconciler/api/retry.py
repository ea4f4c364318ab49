"""How long to wait, and how often to try."""

from __future__ import annotations

import random
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from reconciler.api.errors import Halted

if TYPE_CHECKING:
    from reconciler.api.transport import Reply

TRIES = 5
TRANSIENT = frozenset({408, 500, 502, 503, 504})
TOO_MANY_REQUESTS = 429
_FIRST_SECONDS = 1.0
_MOST_SECONDS = 60.0
_LONGEST_RETRY_AFTER = 300.0


def wait_before(attempt: int, reply: Reply | None = None) -> float:
    """Give the seconds to wait before try number `attempt` (from 2), after an answer or none.

    What the server asks for, and full jitter on top of it: many runs must not come back at once.
    Raises Halted when the server asks for more than five minutes.
    """
    asked = _retry_after(reply.headers.get("retry-after", "")) if reply else 0.0
    if asked > _LONGEST_RETRY_AFTER:
        raise Halted(f"the API asks to wait {asked:.0f} seconds")
    most = min(_MOST_SECONDS, _FIRST_SECONDS * 2 ** (attempt - 2))
    return asked + random.uniform(0, most)  # noqa: S311 - jitter is no secret


def _retry_after(value: str) -> float:
    """Read seconds or an HTTP date (RFC 9110, 10.2.3); anything else asks for nothing."""
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
