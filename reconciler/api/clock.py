"""What time it is for the API, by what its answers say."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from reconciler.api.retry import http_date
from reconciler.core.problem import Problem, warning
from reconciler.core.witness import SKEW

if TYPE_CHECKING:
    from collections.abc import Mapping

_MINUTE = 60


class Clock:
    """Learns from each answer's header Date (RFC 9110, 6.6.1); any thread may bring one.

    An answer may come late. What counts is therefore the one that is nearest to our own time.
    """

    def __init__(self) -> None:
        """Go by our own time until an answer tells another."""
        self._ahead: float | None = None

    def note(self, headers: Mapping[str, str]) -> None:
        """Look for the header."""
        date = http_date(headers.get("date", ""))
        if date is not None:
            ahead = date.timestamp() - time.time()
            self._ahead = ahead if self._ahead is None else min(ahead, self._ahead, key=abs)

    def now(self) -> float:
        """Give the seconds since 1970 for the API."""
        return time.time() + (self._ahead or 0.0)

    def problems(self) -> list[Problem]:
        """Give one warning, or none."""
        if self._ahead is None or abs(self._ahead) <= SKEW.total_seconds():
            return []
        order = "behind" if self._ahead > 0 else "ahead of"
        minutes = f"{abs(self._ahead) / _MINUTE:,.0f}"
        sentence = f"this machine's clock is {minutes} minutes {order} the API's"
        hint = "set the clock: times in journal, receipts and history are this machine's own"
        return [warning("clock-skew", sentence, hint)]
