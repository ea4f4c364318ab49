"""The command, in a process that kills itself at a line of its journal.

`python -m tests.faults.dying EVENT NUMBER MOMENT ARGUMENTS…`: at the line of that event and number,
before it is written, after that, or once it is synced. From outside no moment of these can be hit.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any
from unittest import mock

from reconciler.__main__ import main

MOMENTS = ("unwritten", "unsynced", "synced")


class Dying:
    """Takes the place of `os` in the journal's module; all of it is real."""

    def __init__(self, event: str, number: int, moment: str) -> None:
        """Wait for the line."""
        self._mark = f'"event": "{event}"'.encode()
        self._left, self._moment = number, moment
        self._is_due = False

    def write(self, handle: int, data: bytes) -> int:
        """Write, if it is not to die first."""
        self._left -= self._mark in data
        self._is_due = self._mark in data and not self._left
        self._die_at("unwritten")
        return os.write(handle, data)

    def fsync(self, handle: int) -> None:
        """Sync, and die before it, after it, or not at all."""
        self._die_at("unsynced")
        os.fsync(handle)
        self._die_at("synced")

    def _die_at(self, moment: str) -> None:
        if self._is_due and moment == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


if __name__ == "__main__":
    event, number, moment, *sys.argv[1:] = sys.argv[1:]
    with mock.patch("reconciler.journal.os", Dying(event, int(number), moment)):
        main()
