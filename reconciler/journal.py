"""The journal of writes: what was about to be done, and what came of it, safe before it happens.

Evidence for people and for the next run's report, and never input: what is to be done is always
planned anew from what is declared and live. One JSON object a line, appended; a last line that was
torn by a crash is passed over. No secret is in it.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Self

    from reconciler.core.plan import Operation, Outcome


class Event(StrEnum):
    """What a line tells of."""

    BEGIN = "begin"
    INTENT = "intent"
    OUTCOME = "outcome"
    END = "end"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as it was read; all but run, time and event are empty where they do not apply.

    `before` is the id of what was live when the write was decided on.
    """

    run: str
    time: str
    event: str
    number: int = 0
    method: str = ""
    project: str = ""
    type: str = ""
    before: str | None = None
    status: str = ""
    detail: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What the write was about: the project's id, and the type."""
        return self.project, self.type


class Journal:
    """Appends to a file; each line is on the disk before the call returns. Thread-safe.

    Every method raises OSError when the line cannot be kept: no write may follow then.
    """

    def __init__(self, file: Path) -> None:
        """Open the file, for its owner alone, and say that a run begins."""
        self._run = secrets.token_hex(4)
        self._lock = Lock()
        self._handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        self._close_torn_line()
        self._write(Event.BEGIN)

    def intent(self, operation: Operation, method: str, before: str | None) -> None:
        """Tell of a write that is about to be tried."""
        self._write(Event.INTENT, **_about(operation), method=method, before=before)

    def outcome(self, outcome: Outcome) -> None:
        """Tell what became of an operation."""
        about = _about(outcome.operation)
        self._write(Event.OUTCOME, **about, status=outcome.status, detail=outcome.detail)

    def _close_torn_line(self) -> None:
        """End a line that a crash left without its end, so that the next one is whole."""
        size = os.fstat(self._handle).st_size
        if size and os.pread(self._handle, 1, size - 1) != b"\n":
            os.write(self._handle, b"\n")

    def _write(self, event: Event, **members: Any) -> None:
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
        line = json.dumps({"run": self._run, "time": now, "event": event, **members})
        with self._lock:
            os.write(self._handle, f"{line}\n".encode())
            os.fsync(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Say that the run came to its end, whatever that is, and close the file."""
        try:
            self._write(Event.END)
        finally:
            os.close(self._handle)


def read(text: str) -> list[Entry]:
    """Read what a journal tells; lines that are none, such as a torn one, are passed over."""
    return [entry for line in text.splitlines() if (entry := _entry(line))]


def in_doubt(entries: Iterable[Entry]) -> list[Entry]:
    """Give the last intent of each write of which no outcome is told."""
    open_: dict[tuple[str, int], Entry] = {}
    for entry in entries:
        if entry.event == Event.INTENT:
            open_[entry.run, entry.number] = entry
        elif entry.event == Event.OUTCOME:
            open_.pop((entry.run, entry.number), None)
    return list(open_.values())


def _entry(line: str) -> Entry | None:
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None


def _about(operation: Operation) -> dict[str, Any]:
    change = operation.change
    return {"number": operation.number, "project": change.project.id, "type": change.type}
