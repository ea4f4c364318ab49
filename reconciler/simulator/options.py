"""What every operation lets a caller choose in the query: wrapping, printing and paging."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.api import wire
from reconciler.simulator.errors import refuse

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Options:
    """The common query parameters, read."""

    envelope: bool
    pretty: bool
    include_count: bool
    page: int
    per_page: int

    @property
    def offset(self) -> int:
        """How many results come before this page."""
        return (self.page - 1) * self.per_page


def read_options(query: Mapping[str, str]) -> Options:
    """Read the common parameters; others are ignored. Raises 400 for a value out of range."""
    return Options(
        envelope=_flag(query, "envelope", default=False),
        pretty=_flag(query, "pretty", default=False),
        include_count=_flag(query, "includeCount", default=True),
        page=_number(query, "pageNum", 1, 10**9),
        per_page=_number(query, "itemsPerPage", wire.ITEMS_PER_PAGE, wire.MAX_ITEMS_PER_PAGE),
    )


def _flag(query: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = query.get(name, str(default)).lower()
    if value not in ("true", "false"):
        raise refuse("INVALID_QUERY_PARAMETER", name)
    return value == "true"


def _number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    value = query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,10}", value) or not 1 <= int(value) <= most:
        raise refuse("INVALID_QUERY_PARAMETER", name)
    return int(value)
