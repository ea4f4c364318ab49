"""SIGINT and SIGTERM end a run in good order; a second one ends it at once."""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.api.stop import Stop, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_STDERR = 2
_TOLD = b"\nInterrupted: finishing what is in flight. Once more ends it at once.\n"


@contextmanager
def stopping(stop: Stop) -> Iterator[None]:
    """Let a signal end the run: at once while it reads, and after what is in flight as it writes.

    A second signal cuts that off too. Further ones change nothing: the report is being made. Where
    signals were held until now, one of them ends the run before it begins, and what comes after the
    run changes nothing either.
    """
    seen = 0

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal seen
        del frame
        seen += 1
        stop.interrupt(number, signal.Signals(number).name)
        if stop.deaf:
            return
        if seen == 1 and stop.shielded:
            os.write(_STDERR, _TOLD)
        elif seen == 1 or (seen == 2 and stop.shielded):  # noqa: PLR2004 - the second
            raise Stopped(stop.reason)

    stop.deaf = True
    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    held = signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    stop.deaf = False
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, signal.SIG_IGN if number in held else old)


def read_line() -> str:
    """Read a line from stdin; empty at its end.

    A read alone would sleep through a signal that comes just before it.
    """
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    before = signal.set_wakeup_fd(waker)
    try:
        ready, _, _ = select.select([sys.stdin, woken], [], [])
        return sys.stdin.readline() if ready == [sys.stdin] else ""
    finally:
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(waker)
