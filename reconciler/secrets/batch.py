"""Read many things from one source, several at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from reconciler.secrets import child
from reconciler.secrets.source import Unavailable, Unresolved

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

Key = TypeVar("Key")
Value = TypeVar("Value")

WORKERS = 8


def each(
    keys: Iterable[Key],
    read: Callable[[Key], Value],
    group: Callable[[Key], Hashable] = lambda _: None,
) -> dict[Key, Value | Unresolved]:
    """Read every key once, and give its value or why it cannot be had.

    The first goes ahead alone, so that a source that cannot be reached is waited for once. When a
    group has failed as a whole nothing more of it is begun. What ends the run, such as a
    signal, ends the programs that were started, and is not kept waiting.
    """
    failed: dict[Hashable, Unresolved] = {}

    def attempt(key: Key) -> Value | Unresolved:
        known = failed.get(group(key))
        if known:
            return known
        try:
            return read(key)
        except Unavailable as error:
            why = error.why
        if why.everywhere:
            failed[group(key)] = why
        return why

    wanted = list(dict.fromkeys(keys))
    pool = ThreadPoolExecutor(WORKERS)
    try:
        first = list(pool.map(attempt, wanted[:1]))
        return dict(zip(wanted, first + list(pool.map(attempt, wanted[1:])), strict=True))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        child.end_all()
