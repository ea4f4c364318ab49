"""The state on disk: one SQLite file, shared by all threads of the service."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import astuple
from typing import TYPE_CHECKING

from reconciler.api.dialects import Family
from reconciler.simulator.database import connect, explained, prepare
from reconciler.simulator.state import Cluster, Integration, Project, Seed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MATCHING = """
FROM projects WHERE (api = 'atlas') = :atlas AND (:org IS NULL OR org_id = :org)
AND (:prefix = '' OR substr(casefold(name), 1, length(:prefix)) = :prefix)
"""


class Store:
    """Projects and integrations. Everything but `open` and `close` belongs inside `transaction`."""

    def __init__(self, path: Path | None, connection: sqlite3.Connection, *, is_new: bool) -> None:
        """Take a connection to a file that has our tables; see `open`."""
        self._path = path
        self._connection = connection
        self._lock = threading.Lock()
        self.is_new = is_new

    @classmethod
    def open(cls, path: Path | None, fill: Callable[[], Seed] = Seed) -> Store:
        """Open a state, or make it, readable by its owner only, and fill it.

        Without a path it is new, and in memory. `fill` is called for a new state only: one whose
        file is missing or empty. Tables and content come in one step, so a state is either whole or
        still new. Raises StateError when the file cannot be used, and whatever `fill` raises.
        """
        connection = connect(path)
        try:
            is_new = prepare(connection, path, lambda: _insert(connection, fill()))
            return cls(path, connection, is_new=is_new)
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
        with self._lock, explained(self._path):
            self._connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
            with self._connection:
                yield

    def projects(
        self, family: Family, org: str | None, prefix: str, limit: int, offset: int
    ) -> tuple[int, list[Project]]:
        """Count a family's projects in an organization, or in all, and give a page, by name.

        `prefix` is what their names start with, in whatever case.
        """
        match = {
            "atlas": family is Family.ATLAS,
            "org": org,
            "prefix": prefix.casefold(),
            "limit": limit,
            "offset": offset,
        }
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
            "SELECT type, id, settings, as_shown FROM integrations WHERE project_id = ?",
            (project_id,),
        )
        return [
            Integration(type_, id_, json.loads(settings), bool(as_shown))
            for type_, id_, settings, as_shown in rows
        ]

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


def _insert(connection: sqlite3.Connection, seed: Seed) -> None:
    connection.executemany(
        "INSERT INTO projects VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_row, seed.projects)
    )
    connection.executemany(
        "INSERT INTO integrations VALUES (?, ?, ?, ?, ?)",
        (
            (project, i.type, i.id, json.dumps(i.settings), i.as_shown)
            for project, i in seed.integrations
        ),
    )


def _row(project: Project) -> tuple[str, ...]:
    return (
        project.id,
        project.name,
        project.org_id,
        project.created,
        json.dumps(project.tags),
        project.api,
        json.dumps([astuple(cluster) for cluster in project.clusters]),
        json.dumps(project.alerts),
    )


def _project(row: tuple[str, ...]) -> Project:
    id_, name, org_id, created, tags, api, clusters, alerts = row
    return Project(
        id_,
        name,
        org_id,
        created,
        tuple(json.loads(tags)),
        api,
        tuple(
            Cluster(name, provider, region, tuple(hosts))
            for name, provider, region, hosts in json.loads(clusters)
        ),
        tuple(json.loads(alerts)),
    )
