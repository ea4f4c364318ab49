"""Read a list page by page: whole, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.api import wire
from reconciler.api.codec import Malformed
from reconciler.api.errors import BadAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.api.codec import Page

_MOST_PAGES = 1_000
"""Half a million projects; a list that goes on is made to go on."""
_TIMES = 2


class Listed(NamedTuple):
    """What was read: entries by key, each once, and the highest number that the answers told."""

    found: dict[str, dict[str, Any]]
    total: int
    ends: bool
    """Whether links said that there is no more."""

    @property
    def lack(self) -> str:
        """Say that there should be more; nothing, where there is as much as there should be."""
        if len(self.found) >= self.total:
            return ""
        return f"the list has {len(self.found)} entries and says that there are {self.total}"


def read_list(ask: Callable[[int], Page], key: str) -> Listed:
    """Read all pages, which `ask` gives by number from 1.

    A list that is broken or shorter than it says is read once more. Raises BadAnswer where it is
    broken again; what is short is given, and tells what it lacks.
    """
    trouble = ""
    listed: Listed | None = None
    for _ in range(_TIMES):
        try:
            listed = _read(ask, key)
        except Malformed as error:
            trouble, listed = str(error), None
            continue
        if not listed.lack:
            return listed
    if listed is None:
        raise BadAnswer(trouble)
    return listed


def _read(ask: Callable[[int], Page], key: str) -> Listed:
    """Read pages until one brings nothing new, or nothing says that there is another.

    A count is only an estimate: links say where the list ends, and in an answer without any a short
    page does.
    """
    found: dict[str, dict[str, Any]] = {}
    total, ends = 0, False
    for number in range(1, _MOST_PAGES + 1):
        page = ask(number)
        new = page.by(key)
        total, ends = max(total, page.total or 0), ends or page.more is False
        if new.keys() <= found.keys():
            return Listed(found, total, ends)
        found |= new
        full = wire.ITEMS_PER_PAGE if page.total is None else wire.MAX_ITEMS_PER_PAGE
        is_last = page.more is False or (page.more is None and len(new) < full)
        if is_last and len(found) >= total:
            return Listed(found, total, ends)
    raise Malformed("the list does not end")
