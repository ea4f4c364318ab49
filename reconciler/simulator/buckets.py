"""Rate limits: one bucket of tokens per set of endpoints and scope.

Source: "Atlas Administration API Rate Limits". Integrations and single projects are counted per
project, lists of projects per caller, lists of an organization's projects per organization, where
the numbers are smaller. Before v2 nothing is said of headers, and an older error and text are
documented; which of the old numbers still count is unknown, so here they are those of v2.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.api import wire
from reconciler.simulator.call import is_v2
from reconciler.simulator.errors import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.api.dialects import Dialect
    from reconciler.simulator.errors import ApiError
    from reconciler.simulator.switches import Switches

_SECONDS = 60
_ORGANIZATION_CAPACITY, _ORGANIZATION_REFILL = 500, 250
ORGANIZATION = "organization"
"""The scope with the smaller bucket."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float
    """When tokens last came in."""


class Buckets:
    """Every bucket of a service. Thread-safe."""

    def __init__(self, switches: Switches, clock: Callable[[], float]) -> None:
        """Start with all of them full."""
        self._switches = switches
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, scope: str, whose: str, path: str, dialect: Dialect) -> Mapping[str, str]:
        """Take one token and give the headers that say how many are left, if the dialect has them.

        Raises 429 when there is none; `path` is what that error names.
        """
        capacity, refill = self._size(scope)
        with self._lock:
            now = self._clock()
            bucket = self._buckets.setdefault((scope, whose), _Bucket(capacity, now))
            self._fill(bucket, now, capacity, refill)
            if bucket.tokens < 1:
                if not is_v2(dialect):
                    raise refuse("RATE_LIMITED", path, capacity, 1)
                raise self._exceeded(path, self._wait(bucket, now, refill), capacity, refill)
            bucket.tokens -= 1
            return _headers(capacity, int(bucket.tokens)) if is_v2(dialect) else {}

    def _exceeded(self, path: str, wait: int, capacity: int, refill: int) -> ApiError:
        retry = {"Retry-After": str(wait)} if self._switches.retry_after else {}
        return refuse(
            wire.RATE_LIMITED, path.lstrip("/"), wait, capacity, refill, _SECONDS,
            headers={**retry, **_headers(capacity, 0)},
        )  # fmt: skip

    def _size(self, scope: str) -> tuple[int, int]:
        capacity, refill = self._switches.capacity, self._switches.refill_per_minute
        if scope == ORGANIZATION:
            return min(capacity, _ORGANIZATION_CAPACITY), min(refill, _ORGANIZATION_REFILL)
        return capacity, refill

    def _fill(self, bucket: _Bucket, now: float, capacity: int, refill: int) -> None:
        elapsed = max(0.0, now - bucket.filled)
        if self._switches.refill_at_once:
            elapsed -= elapsed % _SECONDS
        bucket.tokens = min(capacity, bucket.tokens + elapsed * refill / _SECONDS)
        bucket.filled += elapsed

    def _wait(self, bucket: _Bucket, now: float, refill: int) -> int:
        if self._switches.refill_at_once or not refill:
            return max(1, math.ceil(bucket.filled + _SECONDS - now))
        return max(1, math.ceil((1 - bucket.tokens) * _SECONDS / refill))


def _headers(capacity: int, left: int) -> dict[str, str]:
    return {"RateLimit-Limit": str(capacity), "RateLimit-Remaining": str(left)}
