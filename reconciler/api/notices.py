"""What answers say, in passing, about the end of the API's life."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.api.retry import http_date
from reconciler.core.problem import Problem, warning

if TYPE_CHECKING:
    from collections.abc import Mapping


class Notices:
    """Keeps the first announcement of each sort; any thread may bring one."""

    def __init__(self) -> None:
        """Know of none yet."""
        self._said: dict[str, str] = {}

    def note(self, headers: Mapping[str, str]) -> None:
        """Look for the headers Deprecation (RFC 9745, or a plain date) and Sunset (RFC 8594)."""
        for name in ("deprecation", "sunset"):
            if name in headers:
                self._said.setdefault(name, headers[name])

    def problems(self) -> list[Problem]:
        """Give one warning, or none."""
        if not self._said:
            return []
        since, until = _day(self._said.get("deprecation", "")), _day(self._said.get("sunset", ""))
        sentence = "the API announces that it will end what this tool uses of it"
        sentence += f"; deprecated since {since}" if since else ""
        sentence += f"; gone on {until}" if until else ""
        return [warning("api-deprecated", sentence, "update this tool before then")]


def _day(value: str) -> str:
    """Read a date in either form, and show no more of a foreign string than that."""
    since = re.fullmatch(r"@([0-9]{1,11})", value.strip())
    date = datetime.fromtimestamp(int(since[1]), UTC) if since else http_date(value)
    return date.date().isoformat() if date else ""
