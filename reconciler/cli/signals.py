"""SIGINT and SIGTERM end a run in good order; a second one ends it at once."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from reconciler.api.stop import Stop

_STDERR = 2
_TOLD = b"Interrupted: finishing what is in flight. Once more ends it at once.\n"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(BaseException):
    """A signal came while the user was being asked."""


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

    with _handlers(handle):
        yield


@contextmanager
def asking(stop: Stop) -> Iterator[None]:
    """Let a signal break into a question: raises Interrupted, with the run told to end."""

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        stop.interrupt(number, signal.Signals(number).name)
        raise Interrupted

    with _handlers(handle):
        yield


@contextmanager
def _handlers(handle: signal._HANDLER) -> Iterator[None]:
    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
