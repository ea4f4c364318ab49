"""How long to wait, and how often to try."""

from __future__ import annotations

import random
import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from reconciler.api.errors import Halted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.transport import Reply

TRIES = 5
TOO_MANY_REQUESTS = 429
_REQUEST_TIMEOUT = 408
_SERVER_ERRORS = 500
_FIRST_SECONDS = 1.0
_MOST_SECONDS = 60.0
_UNSAID_SECONDS = 15.0
"""For a rate limit that does not say; four such waits outlast the minute in which it refills."""
_LONGEST_RETRY_AFTER = 300.0
_FOREVER = 1e9


def may_pass(status: int) -> bool:
    """Tell whether a status may be another one if asked again."""
    return status in (_REQUEST_TIMEOUT, TOO_MANY_REQUESTS) or status >= _SERVER_ERRORS


def asked_wait(reply: Reply) -> float:
    """Give the seconds that an answer asks to wait before the next try, 0 if it asks for none."""
    said = _retry_after(reply.headers)
    if said is None:
        return _UNSAID_SECONDS if reply.status == TOO_MANY_REQUESTS else 0.0
    return said


def wait_before(attempt: int, asked: float = 0.0) -> float:
    """Give the seconds to wait before try number `attempt` (from 2).

    What the server asked for, and full jitter on top of it: many runs must not come back at once.
    Raises Halted when the server asked for more than five minutes.
    """
    if asked > _LONGEST_RETRY_AFTER:
        raise Halted(f"the API asks to wait {asked:.0f} seconds")
    most = min(_MOST_SECONDS, _FIRST_SECONDS * 2 ** (attempt - 2))
    return asked + random.uniform(0, most)  # noqa: S311 - jitter is no secret


def http_date(value: str) -> datetime | None:
    """Read a date as HTTP writes it (RFC 9110, 5.6.7); None for anything else."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read seconds, or a date (RFC 9110, 10.2.3), which is held against the server's own clock."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]+", value):
        return min(float(value), _FOREVER)
    then = http_date(value)
    if then is None:
        return None
    now = http_date(headers.get("date", ""))
    return max(0.0, then.timestamp() - (now.timestamp() if now else time.time()))
