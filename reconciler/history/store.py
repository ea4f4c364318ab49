"""The file: opened for its owner alone, made where it is missing, and refused where it is not ours.

Rows of `item` are spans: from the run that saw something drift first, `first`, to the one that saw
it last, `last`; `ended` is the run that saw it resolved. Runs count by their number, since a clock
may go backwards.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = 1
APPLICATION = 0x52434448
"""What tells our files from other programs' in the header of SQLite."""
PATIENCE = 10.0
"""Seconds to wait for another run that is writing."""

_TABLES = """
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT, base_url TEXT NOT NULL, at INTEGER NOT NULL,
  exit INTEGER NOT NULL, totals TEXT NOT NULL, missing INTEGER, changed INTEGER, unwanted INTEGER,
  new INTEGER NOT NULL, resolved INTEGER NOT NULL, unseen INTEGER NOT NULL
);
CREATE TABLE item (
  base_url TEXT NOT NULL, project TEXT NOT NULL, type TEXT NOT NULL, kind TEXT NOT NULL,
  field TEXT NOT NULL, name TEXT NOT NULL, since INTEGER NOT NULL, first INTEGER NOT NULL,
  last INTEGER NOT NULL, ended INTEGER
);
CREATE UNIQUE INDEX open_item ON item (base_url, project, type, kind, field) WHERE ended IS NULL;
"""


class HistoryError(Exception):
    """The file cannot be used; says why, and what to do next."""

    def __init__(self, sentence: str, hint: str) -> None:
        """Keep both for people."""
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint


@contextmanager
def opened(
    file: Path, *, create: bool = True, writing: bool = True
) -> Iterator[sqlite3.Connection]:
    """Open a history for one piece of work, which is kept whole or not at all.

    Where it is for `writing`, nobody else writes meanwhile. Raises HistoryError for a file that is
    no history, of another version, locked for long, or not to be written.
    """
    try:
        if create:
            _touch(file)
        with closing(_connected(file, "rw" if writing else "ro")) as connection:
            connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
            with connection:
                _prepare(file, connection, new=create)
                yield connection
    except sqlite3.Error as error:
        raise _explained(file, error) from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise HistoryError(f"{file} cannot be opened: {reason}", "name another file") from None


def _touch(file: Path) -> None:
    """Make a file that is missing, for its owner alone, before anything is in it."""
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))


def _connected(file: Path, mode: str) -> sqlite3.Connection:
    address = f"{file.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)


def _prepare(file: Path, connection: sqlite3.Connection, *, new: bool) -> None:
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if new and (application, version, tables) == (0, 0, 0):
        for statement in filter(str.strip, _TABLES.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    elif application != APPLICATION:
        sentence = f"{file} is no history of drift"
        raise HistoryError(sentence, "name another file; a new one is made")
    elif version != VERSION:
        sentence = f"{file} is a history of version {version}, and this tool knows {VERSION}"
        raise HistoryError(sentence, "use the tool that made it, or name another file")


def _explained(file: Path, error: sqlite3.Error) -> HistoryError:
    match getattr(error, "sqlite_errorname", "").split("_"):
        case ["SQLITE", "BUSY" | "LOCKED", *_]:
            return HistoryError(f"{file} is locked by another run", "run again later")
        case ["SQLITE", "READONLY" | "CANTOPEN" | "PERM", *_]:
            return HistoryError(f"{file} cannot be written", "let its owner run this")
        case ["SQLITE", "FULL" | "IOERR", *_]:
            return HistoryError(f"{file} cannot be written: no room, or a fault", "make room")
        case ["SQLITE", "NOTADB", *_]:
            return HistoryError(f"{file} is no database", "name another file; a new one is made")
        case _:
            return HistoryError(f"{file} is damaged", "move it away; a new one is made")
