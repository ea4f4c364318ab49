"""SIGINT and SIGTERM end a run in good order; a second one ends it at once."""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from reconciler.api.stop import Stop

_STDERR = 2
_TOLD = b"\nInterrupted: finishing what is in flight. Once more ends it at once.\n"


@contextmanager
def stopping(stop: Stop) -> Iterator[None]:
    """Let a signal tell the run to begin nothing more; what is in flight is finished."""

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        if stop:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        stop.interrupt(number, signal.Signals(number).name)
        os.write(_STDERR, _TOLD)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def read_line(stop: Stop) -> str:
    """Read a line from stdin; empty at its end, and when the run is told to end before.

    A read alone would sleep through a signal that comes just before it.
    """
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    before = signal.set_wakeup_fd(waker)
    try:
        ready = [] if stop else select.select([sys.stdin, woken], [], [])[0]
        return sys.stdin.readline() if ready == [sys.stdin] else ""
    finally:
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(waker)
