"""The state on disk: one SQLite file, shared by all threads of the service."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.simulator.state import Integration, Project, Seed, StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MARK = 0x61746C73
"""Says in the file's header that the file is ours."""
_VERSION = 1
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
_MATCHING = """
FROM projects WHERE (:org IS NULL OR org_id = :org)
AND (:prefix = '' OR substr(casefold(name), 1, length(:prefix)) = :prefix)
"""


class Store:
    """Projects and integrations. Everything but `open` and `close` belongs inside `transaction`."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, is_new: bool) -> None:
        """Take a connection to a file that has our tables; see `open`."""
        self._path = path
        self._connection = connection
        self._lock = threading.Lock()
        self.is_new = is_new

    @classmethod
    def open(cls, path: Path, fill: Callable[[], Seed] = Seed) -> Store:
        """Open a state, or make it, readable by its owner only, and fill it.

        `fill` is called for a new state only: one whose file is missing or empty. Tables and
        content come in one step, so a state is either whole or still new. Raises StateError when
        the file cannot be used, and whatever `fill` raises.
        """
        try:
            # It will hold secrets, and SQLite would make it readable by all.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise StateError(f"{path} cannot be opened as simulator state: {error}") from error
        try:
            return cls(path, connection, is_new=_prepare(connection, path, fill))
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self, *, writing: bool = False) -> Iterator[None]:
        """Keep others out, and undo what was written if the block fails.

        Raises StateError for what goes wrong with the file.
        """
        with self._lock, _explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
            with self._connection:
                yield

    def projects(
        self, org: str | None, prefix: str, limit: int, offset: int
    ) -> tuple[int, list[Project]]:
        """Count the projects of an organization, or of all, and give one page of them, by name.

        `prefix` is what their names start with, in whatever case.
        """
        match = {"org": org, "prefix": prefix.casefold(), "limit": limit, "offset": offset}
        count = self._connection.execute(f"SELECT count(*) {_MATCHING}", match)
        rows = self._connection.execute(
            f"SELECT * {_MATCHING} ORDER BY name, id LIMIT :limit OFFSET :offset",
            match,
        )
        return count.fetchone()[0], [_project(row) for row in rows]

    def project(self, id_: str) -> Project | None:
        """Give one project."""
        rows = self._connection.execute("SELECT * FROM projects WHERE id = ?", (id_,))
        return next(map(_project, rows), None)

    def projects_named(self, name: str) -> list[Project]:
        """Give the projects of exactly this name: several organizations may have one."""
        rows = self._connection.execute("SELECT * FROM projects WHERE name = ?", (name,))
        return [_project(row) for row in rows]

    def add_project(self, project: Project) -> None:
        """Keep a project whose id is new."""
        _insert(self._connection, Seed((project,)))

    def delete_project(self, id_: str) -> None:
        """Forget a project and its integrations."""
        self._connection.execute("DELETE FROM projects WHERE id = ?", (id_,))

    def integrations(self, project_id: str) -> list[Integration]:
        """Give a project's integrations, in no order."""
        rows = self._connection.execute(
            "SELECT type, id, settings FROM integrations WHERE project_id = ?", (project_id,)
        )
        return [Integration(type_, id_, json.loads(settings)) for type_, id_, settings in rows]

    def put_integration(self, project_id: str, integration: Integration) -> None:
        """Keep an integration, in the place of any of its type."""
        self.delete_integration(project_id, integration.type)
        _insert(self._connection, Seed(integrations=((project_id, integration),)))

    def delete_integration(self, project_id: str, type_: str) -> bool:
        """Forget an integration; tells whether there was one."""
        cursor = self._connection.execute(
            "DELETE FROM integrations WHERE project_id = ? AND type = ?", (project_id, type_)
        )
        return cursor.rowcount > 0


def _prepare(connection: sqlite3.Connection, path: Path, fill: Callable[[], Seed]) -> bool:
    """Check that the file is ours, or make it so; tells whether it was new."""
    with _explained(path):
        # A crash of the machine may cost the state, one of the program does not; 20 times faster.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.create_function("casefold", 1, str.casefold, deterministic=True)
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                _check(connection, path)
                return False
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            _insert(connection, fill())
            connection.execute(f"PRAGMA application_id = {_MARK}")
            connection.execute(f"PRAGMA user_version = {_VERSION}")
            return True


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (health,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if mark != _MARK:
        raise StateError(f"{path} is a database of another program, not simulator state.")
    if version != _VERSION:
        raise StateError(f"{path} was written by another version of the simulator.")
    if health != "ok":
        raise StateError(f"{path} is damaged.")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StateError(f"{path} cannot be used as simulator state: {error}.") from error


def _insert(connection: sqlite3.Connection, seed: Seed) -> None:
    connection.executemany(
        "INSERT INTO projects VALUES (?, ?, ?, ?, ?)",
        ((p.id, p.name, p.org_id, p.created, json.dumps(p.tags)) for p in seed.projects),
    )
    connection.executemany(
        "INSERT INTO integrations VALUES (?, ?, ?, ?)",
        ((project, i.type, i.id, json.dumps(i.settings)) for project, i in seed.integrations),
    )


def _project(row: tuple[str, str, str, str, str]) -> Project:
    id_, name, org_id, created, tags = row
    return Project(id_, name, org_id, created, tuple(json.loads(tags)))
