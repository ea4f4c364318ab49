"""Keep what one run saw, and say what the runs before it know of that."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.core.drift import Item
from reconciler.core.past import Gone, Moment, Past

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping

    from reconciler.core.drift import Drift, Scope

    Open = dict[Item, Gone]

SHOWN = 60
"""How many runs a report looks back."""
_IS_ITEM = "base_url = ? AND project = ? AND type = ? AND kind = ? AND field = ? AND ended IS NULL"
_MOMENT = "at, exit, missing, changed, unwanted, new, resolved, unseen"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one run came to. `scope` is None where it did not come as far as comparing.

    `base_url` is empty where the run ended before it knew of any: it stands among all others.
    """

    base_url: str
    at: int
    exit: int
    totals: Mapping[str, int] = field(default_factory=dict)
    drifts: Collection[Drift] = ()
    scope: Scope | None = None


def record(connection: sqlite3.Connection, seen: Seen) -> Past:
    """Add a run, and give it beside those before it. What it did not look at stays as it was."""
    before, now = _open(connection, seen.base_url), _now(seen)
    absent = {item: gone for item, gone in before.items() if item not in now}
    resolved = {i: gone for i, gone in absent.items() if seen.scope and seen.scope.covers(i)}
    ignored = seen.scope.ignored if seen.scope else frozenset()
    unseen = [gone for i, gone in absent.items() if i not in resolved and i not in ignored]
    new = now.keys() - before.keys()
    counts = (len(new), len(resolved), len(unseen))
    run = _add_run(connection, seen, counts)
    _add_items(connection, seen, run, {item: now[item] for item in new})
    _touch(connection, seen.base_url, run, {item: now[item] for item in now.keys() - new})
    _end(connection, seen.base_url, run, resolved)
    since = {item: before[item].since if item in before else seen.at for item in now}
    shown = tuple(_latest(connection, seen.base_url))
    gone = tuple(sorted(resolved.values()))
    return Past(seen.at, since, frozenset(new), gone, tuple(sorted(unseen)), shown)


def runs(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Give every run, the oldest first."""
    names = ("id", "base_url", "totals", *_MOMENT.split(", "))
    rows = connection.execute(f"SELECT {', '.join(names)} FROM run ORDER BY id")  # noqa: S608 - the words are ours
    told = (dict(zip(names, row, strict=True)) for row in rows)
    return [{**run, "totals": json.loads(run["totals"])} for run in told]


def everything(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Give all that ever drifted, the oldest first, with the runs that saw it first and last."""
    names = ("base_url", *Item._fields, "name", "since", "first", "last", "ended")
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM item ORDER BY first, base_url, project, type, kind, field"  # noqa: S608 - the words are ours
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _now(seen: Seen) -> dict[Item, str]:
    """Give each item of drift with the name of its project."""
    return {item: str(drift.project) for drift in seen.drifts for item in drift.items}


def _open(connection: sqlite3.Connection, base_url: str) -> Open:
    rows = connection.execute(
        "SELECT project, type, kind, field, name, since FROM item"
        " WHERE ? IN (base_url, '') AND ended IS NULL",
        (base_url,),
    )
    items = ((Item(*row[:4]), row[4], row[5]) for row in rows)
    return {item: Gone(item, name, since) for item, name, since in items}


def _add_run(connection: sqlite3.Connection, seen: Seen, counts: tuple[int, int, int]) -> int:
    kinds = [drift.kind for drift in seen.drifts]
    told = [kinds.count(kind) for kind in ("missing", "changed", "unwanted")]
    row = (seen.base_url, json.dumps(dict(seen.totals)), seen.at, int(seen.exit))
    cursor = connection.execute(
        f"INSERT INTO run (base_url, totals, {_MOMENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - the words are ours
        (*row, *(told if seen.scope else (None, None, None)), *counts),
    )
    return int(cursor.lastrowid or 0)


def _add_items(
    connection: sqlite3.Connection, seen: Seen, run: int, items: Mapping[Item, str]
) -> None:
    connection.executemany(
        "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        [(seen.base_url, *item, name, seen.at, run, run) for item, name in items.items()],
    )


def _touch(
    connection: sqlite3.Connection, base_url: str, run: int, items: Mapping[Item, str]
) -> None:
    connection.executemany(
        f"UPDATE item SET last = ?, name = ? WHERE {_IS_ITEM}",  # noqa: S608 - the words are ours
        [(run, name, base_url, *item) for item, name in items.items()],
    )


def _end(connection: sqlite3.Connection, base_url: str, run: int, items: Collection[Item]) -> None:
    connection.executemany(
        f"UPDATE item SET ended = ? WHERE {_IS_ITEM}",  # noqa: S608 - the words are ours
        [(run, base_url, *item) for item in items],
    )


def _latest(connection: sqlite3.Connection, base_url: str) -> list[Moment]:
    rows = connection.execute(
        f"SELECT {_MOMENT} FROM run WHERE base_url IN (:url, '') OR :url = ''"  # noqa: S608 - the words are ours
        " ORDER BY id DESC LIMIT :most",
        {"url": base_url, "most": SHOWN},
    )
    return [Moment(*row) for row in rows][::-1]
