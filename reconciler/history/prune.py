"""Forget old runs, and what was resolved in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_OLD = "FROM run WHERE id NOT IN (SELECT id FROM run ORDER BY id DESC LIMIT ?) AND at < ?"


def prune(connection: sqlite3.Connection, keep: int, before: int | None) -> tuple[int, int]:
    """Drop runs that are not among the latest `keep`, and that are from `before` if it is given.

    With them goes what was resolved in them, and what no kept run that looked has seen since: of a
    project that is no longer declared, for instance. What still drifts keeps its age. Gives how
    many runs were dropped, and how many are left.
    """
    limit = before if before is not None else 1 << 62
    dropped = connection.execute(f"DELETE {_OLD}", (keep, limit)).rowcount
    connection.execute("DELETE FROM item WHERE ended NOT IN (SELECT id FROM run)")
    connection.execute(
        "DELETE FROM item WHERE ended IS NULL AND last NOT IN (SELECT id FROM run) AND last <"
        " (SELECT min(id) FROM run WHERE changed IS NOT NULL AND run.base_url = item.base_url)"
    )
    [left] = connection.execute("SELECT count(*) FROM run").fetchone()
    return dropped, int(left)
