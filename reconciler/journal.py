"""The journal of writes: what was about to be done, and what came of it, safe before it happens.

Evidence for people and for the next run's report, and never input: what is to be done is always
planned anew from what is declared and live. One JSON object a line, appended; a last line that was
torn by a crash is passed over. No secret is in it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from errno import EDQUOT, ENOSPC
from stat import S_ISREG
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from reconciler.core.plan import Operation, Outcome


class Event(StrEnum):
    """What a line tells of."""

    BEGIN = "begin"
    INTENT = "intent"
    OUTCOME = "outcome"
    FOUND = "found"
    """What a later run saw where an outcome was missing."""
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

    Several runs may append to one file, each line whole; `shared` says that another run was at work
    when this one began. Every method raises OSError when the line cannot be kept: no write may
    follow then.
    """

    def __init__(self, file: Path) -> None:
        """Open the file, for its owner alone, and say that a run begins. Raises OSError."""
        self._run = secrets.token_hex(4)
        self._lock = Lock()
        self._told: dict[int, dict[str, Any]] = {}
        self._handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if S_ISREG(os.fstat(self._handle).st_mode):
                os.fchmod(self._handle, 0o600)
            self.shared = self._meet_others()
            self._write({"event": Event.BEGIN})
            _keep_name(file)
        except BaseException:
            os.close(self._handle)
            raise

    def intent(self, operation: Operation, method: str, before: str | None) -> None:
        """Tell of a write that is about to be tried."""
        about = {**_about(operation), "method": method, "before": before}
        self._write({"event": Event.INTENT, **about})

    def outcome(self, *outcomes: Outcome) -> None:
        """Tell what became of operations, as far as that is news."""
        with self._lock:
            self._tell(outcomes)

    def found(self, entry: Entry, what: str) -> None:
        """Tell what is there now of a write of an earlier run that was in doubt."""
        about = {"project": entry.project, "type": entry.type, "detail": what}
        self._write({"event": Event.FOUND, **about})

    def close(self, *outcomes: Outcome) -> None:
        """Tell what became of operations, and that the run came to its end; close the file.

        That is the last word, whatever a thread that was left behind comes to know afterwards.
        """
        with self._lock:
            try:
                self._tell(outcomes, {"event": Event.END})
            finally:
                os.close(self._handle)
                self._handle = _CLOSED

    def _tell(self, outcomes: Iterable[Outcome], *more: dict[str, Any]) -> None:
        fates = {outcome.operation.number: _fate(outcome) for outcome in outcomes}
        news = {number: fate for number, fate in fates.items() if self._told.get(number) != fate}
        self._append(*({"event": Event.OUTCOME, **fate} for fate in news.values()), *more)
        self._told.update(news)

    def _meet_others(self) -> bool:
        """Lock the file together with all runs at work on it; tell whether there are others.

        Where files cannot be locked, nobody is known of. Nobody is waited for either.
        """
        others = False
        with suppress(OSError):
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                others = True
            fcntl.flock(self._handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return others

    def _ends_torn(self) -> bool:
        size = os.fstat(self._handle).st_size
        return bool(size) and os.pread(self._handle, 1, size - 1) != b"\n"

    def _write(self, *lines: dict[str, Any]) -> None:
        with self._lock:
            self._append(*lines)

    def _append(self, *lines: dict[str, Any]) -> None:
        """Append lines, and end one first that anybody left half done, so that all are whole."""
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
        about = {"run": self._run, "time": now}
        text = "".join(f"{json.dumps({**about, **line})}\n" for line in lines)
        data = f"{chr(10) * self._ends_torn()}{text}".encode()
        if os.write(self._handle, data) < len(data):
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        os.fsync(self._handle)


def _keep_name(file: Path) -> None:
    """Have the folder on the disk too, where a new file has its name; not all can be told to."""
    with suppress(OSError):
        folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def unwritable(error: OSError) -> tuple[str, str, str]:
    """Say for people that a line could not be kept: sentence, code and next step."""
    sentence = f"the journal cannot be written: {error.strerror}"
    is_full = error.errno in (ENOSPC, EDQUOT)
    hint = "make room for it" if is_full else "see that its folder is there and can be written to"
    return sentence, "journal-unwritable", f"{hint}, or name another; then run again"


def read(text: str) -> list[Entry]:
    """Read what a journal tells; lines that are none, such as a torn one, are passed over."""
    return [entry for line in text.split("\n") if (entry := _entry(line))]


def in_doubt(entries: Iterable[Entry]) -> list[Entry]:
    """Give the last intent of each write whose fate neither an outcome nor a later look tells."""
    open_: dict[tuple[str, int], Entry] = {}
    for entry in entries:
        if entry.event == Event.INTENT:
            open_[entry.run, entry.number] = entry
        elif entry.event == Event.OUTCOME and entry.status != _UNKNOWN:
            open_.pop((entry.run, entry.number), None)
        elif entry.event == Event.FOUND:
            open_ = {key: intent for key, intent in open_.items() if intent.key != entry.key}
    return list(open_.values())


def left_off(entries: Sequence[Entry]) -> set[str]:
    """Give the projects in which the last run wrote, if that never came to its end."""
    if not entries:
        return set()
    last = [entry for entry in entries if entry.run == entries[-1].run]
    if any(entry.event == Event.END for entry in last):
        return set()
    return {entry.project for entry in last if entry.event == Event.INTENT}


def _entry(line: str) -> Entry | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not {"run", "time", "event"} <= told.keys():
        return None
    known = {name: told[name] for name in _MEMBERS if name in told}
    return Entry(**known) if all(map(_fits, known, known.values())) else None


def _fits(name: str, value: object) -> bool:
    if name == "number":
        return type(value) is int
    return isinstance(value, str) or (name == "before" and value is None)


def _fate(outcome: Outcome) -> dict[str, Any]:
    return {**_about(outcome.operation), "status": outcome.status, "detail": outcome.detail}


def _about(operation: Operation) -> dict[str, Any]:
    change = operation.change
    return {"number": operation.number, "project": change.project.id, "type": change.type}


_CLOSED = -1
_UNKNOWN = "unknown"
"""The status of a write that was cut off: it stays in doubt until somebody looks."""
_MEMBERS = [member.name for member in fields(Entry)]
