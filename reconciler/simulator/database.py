"""The SQLite file of the state: made, marked as ours, brought up to date, checked."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.simulator.state import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MARK = 0x61746C73
"""Says in the file's header that the file is ours."""
_TABLES = """
CREATE TABLE projects (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, org_id TEXT NOT NULL,
  created TEXT NOT NULL, tags TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX by_name ON projects (name, id);
CREATE TABLE integrations (
  project_id TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  type TEXT NOT NULL, id TEXT NOT NULL UNIQUE, settings TEXT NOT NULL,
  PRIMARY KEY (project_id, type)
) WITHOUT ROWID
"""
_DIALECTS = """
ALTER TABLE projects ADD COLUMN api TEXT NOT NULL DEFAULT 'atlas';
ALTER TABLE projects ADD COLUMN clusters TEXT NOT NULL DEFAULT '[]'
"""
_ALERTS = "ALTER TABLE projects ADD COLUMN alerts TEXT NOT NULL DEFAULT '[]'"
_COPIES = "ALTER TABLE integrations ADD COLUMN as_shown INTEGER NOT NULL DEFAULT 0"
_STEPS = (_TABLES, _DIALECTS, _ALERTS, _COPIES)
"""What leads from each version to the next, from an empty file on. Only ever added to."""


def connect(path: Path | None) -> sqlite3.Connection:
    """Open a file, or make it, readable by its owner only; or memory. Raises StateError."""
    if path is None:
        return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        # It will hold secrets, and SQLite would make it readable by all.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise StateError(f"{path} cannot be opened as simulator state: {error}") from error


def prepare(connection: sqlite3.Connection, path: Path | None, fill: Callable[[], None]) -> bool:
    """Check that the file is ours and bring it up to date, or make it so and fill it, in one step.

    Tells whether it was new. Raises StateError, and whatever `fill` raises.
    """
    with explained(path):
        # A crash of the machine may cost the state, one of the program does not; 20 times faster.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.create_function("casefold", 1, str.casefold, deterministic=True)
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            is_new = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            _bring_up_to_date(connection, 0 if is_new else _checked_version(connection, path))
            if is_new:
                fill()
            return is_new


@contextmanager
def explained(path: Path | None) -> Iterator[None]:
    """Turn what SQLite says into a StateError."""
    try:
        yield
    except sqlite3.Error as error:
        raise StateError(f"{path} cannot be used as simulator state: {error}.") from error


def _bring_up_to_date(connection: sqlite3.Connection, version: int) -> None:
    if version == len(_STEPS):
        return
    for step in _STEPS[version:]:
        for statement in step.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {_MARK}")
    connection.execute(f"PRAGMA user_version = {len(_STEPS)}")


def _checked_version(connection: sqlite3.Connection, path: Path | None) -> int:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (health,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if mark != _MARK:
        raise StateError(f"{path} is a database of another program, not simulator state.")
    if not 1 <= version <= len(_STEPS):
        raise StateError(f"{path} was written by another version of the simulator.")
    if health != "ok":
        raise StateError(f"{path} is damaged.")
    return int(version)
