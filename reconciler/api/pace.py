"""Slows down where a rate limit is nearly used up, before the API has to refuse.

Source: "Atlas Administration API Rate Limits", with the headers RateLimit-Limit (what the bucket
holds) and RateLimit-Remaining. How fast a bucket refills is not said; in a minute the documented
ones get back 40 to 50 % of what they hold. Integrations are counted per project, lists per caller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.waits import Waits

_REMAINING, _LIMIT = "ratelimit-remaining", "ratelimit-limit"
_LEAST_LIMIT = 100
"""What the smallest known bucket holds; for answers that do not say."""
_LOW_SHARE = 0.05
_REFILL_SHARE = 0.4
_MINUTE = 60.0
_NOTICED_SECONDS = 1.0
_WHY = "the API's rate limit is all but used up"


@dataclass(slots=True)
class _Slow:
    """A scope whose requests go out one by one; both in seconds."""

    interval: float
    free_at: float


class Pace:
    """The scopes that are slow now. Thread-safe, and next to nothing where none is."""

    def __init__(self, waits: Waits) -> None:
        """Know of none yet."""
        self._waits = waits
        self._slow: dict[str, _Slow] = {}
        self._waited = 0.0
        self._told = False
        self._lock = Lock()

    def keep(self, path: str) -> None:
        """Wait for a request's turn, where its scope is slow. Raises Stopped."""
        if not self._slow:
            return
        with self._lock:
            slow = self._slow.get(_scope(path))
            if slow is None:
                return
            now = self._waits.now()
            turn = max(now, slow.free_at)
            slow.free_at = turn + slow.interval
            self._waited += turn - now
        self._tell(self._waited)
        self._waits.until(turn, _WHY)

    def note(self, path: str, headers: Mapping[str, str]) -> None:
        """Learn from an answer how much is left in its scope."""
        left = _number(headers.get(_REMAINING))
        if left is None:
            return
        limit = _number(headers.get(_LIMIT)) or _LEAST_LIMIT
        if left > limit * _LOW_SHARE:
            if self._slow:
                self._slow.pop(_scope(path), None)
            return
        interval = _MINUTE / (limit * _REFILL_SHARE)
        with self._lock:
            now = self._waits.now()
            slow = self._slow.setdefault(_scope(path), _Slow(interval, now))
            if left == 0:
                slow.free_at = max(slow.free_at, now + interval)
        self._tell(interval)

    def _tell(self, seconds: float) -> None:
        """Say once in a run why it takes its time, as soon as a person would notice."""
        if seconds >= _NOTICED_SECONDS and not self._told:
            self._told = True
            self._waits.told(f"Slowing down: {_WHY}")


def _scope(path: str) -> str:
    """Give what a request is counted with: a project's integrations, or its path alone."""
    project, found, _ = path.partition("/integrations")
    return project + found


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,9}", text) else None
