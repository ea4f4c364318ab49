"""A disk with a cache in front of it: what was not synced is lost when the machine goes down.

Stands in the place of `os` in the journal's module, so that a line that is written and never synced
is found out, and so that the disk may be full at any moment. The real disk is for the runs that are
processes of their own.
"""

from __future__ import annotations

import os
import stat
from errno import ENOSPC
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST = 1000


class Folder:
    """Where that file has its name, which was there from the start."""

    def fsync(self, handle: int) -> None:
        """Hold nothing that could be lost."""


class Disk:
    """One file, which is there from the start; the journal takes it for a path."""

    parent = Folder()

    def __init__(self) -> None:
        """Hold nothing."""
        self.kept = b""
        """What is on the disk."""
        self.cached = b""
        """What was written since."""
        self.full = False
        self.takes = 0
        """How many bytes a full disk takes before it says so."""

    # -- As a path

    def is_file(self) -> bool:
        """Be one."""
        return True

    def read_text(self, **_: str) -> str:
        """Give all that a program sees."""
        return (self.kept + self.cached).decode(errors="replace")

    # -- As `os`, by its handle

    def fstat(self, handle: int) -> SimpleNamespace:
        """Tell what a file of its owner alone is."""
        return SimpleNamespace(st_mode=stat.S_IFREG | 0o600, st_size=len(self.kept + self.cached))

    def fchmod(self, handle: int, mode: int) -> None:
        """Change nothing."""

    def pread(self, handle: int, count: int, offset: int) -> bytes:
        """Read from anywhere."""
        return (self.kept + self.cached)[offset : offset + count]

    def write(self, handle: int, data: bytes) -> int:
        """Take what there is room for."""
        if not self.full:
            self.cached += data
            return len(data)
        taken, self.takes = data[: self.takes], 0
        self.cached += taken
        if not taken:
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        return len(taken)

    def fsync(self, handle: int) -> None:
        """Keep what was written."""
        self.kept, self.cached = self.kept + self.cached, b""

    # -- As a machine

    def go_down(self, torn: float) -> bytes:
        """Give what is left after the machine went down: of the cache, some share may be there."""
        return self.kept + self.cached[: round(len(self.cached) * torn)]


class Disks:
    """Takes the place of `os` in the journal's module, for every disk there is."""

    O_RDWR, O_APPEND, O_CREAT = os.O_RDWR, os.O_APPEND, os.O_CREAT
    O_RDONLY, O_DIRECTORY = os.O_RDONLY, os.O_DIRECTORY
    strerror = staticmethod(os.strerror)

    def __init__(self) -> None:
        """Have no file open."""
        self._open: dict[int, Disk | Folder] = {}

    def open(self, file: Disk | Folder, flags: int, mode: int = 0) -> int:
        """Open the one file of a disk, to append to it, for its owner alone; or its folder."""
        if isinstance(file, Disk):
            assert flags & os.O_APPEND
            assert mode == 0o600
        handle = _FIRST + id(file)
        self._open[handle] = file
        return handle

    def close(self, handle: int) -> None:
        """Let go; what is written stays in the cache."""
        del self._open[handle]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda handle, *rest: getattr(self._open[handle], name)(handle, *rest)
