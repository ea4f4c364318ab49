"""One word to every thread: begin nothing more."""

from __future__ import annotations

import time
from contextlib import suppress
from math import inf
from threading import Lock


class Stopped(Exception):
    """The run is ending, so the wait was given up."""


class Stop:
    """Says whether the run is ending, and why; any thread may ask for it, the first reason stays.

    A signal handler may ask too, wherever it breaks in. That is why this is a bare lock, held until
    the run is to end: `threading.Event` takes a lock of its own in `wait` and in `set`, and would
    wait for ever in a handler that breaks into the one to call the other.
    """

    def __init__(self) -> None:
        """Let the run go on, for now."""
        self._going = Lock()
        self._going.acquire()
        self._ending = False
        self.reason = ""
        self.code = ""
        self.hint = ""
        self.signal = 0
        self._end_at = inf
        self._granted = inf
        self.shielded = False
        """Whether something is in flight that a first signal must not cut off."""
        self.deaf = False
        """Whether no signal may break in: what is known is being put together."""

    def __bool__(self) -> bool:
        """Tell whether the run is ending."""
        return self._ending

    def request(self, reason: str, code: str = "", hint: str = "") -> None:
        """End the run at the next chance; wakes every thread that waits.

        `code` and `hint` make the reason a problem to tell; what has none is told otherwise.
        """
        if not self.reason:
            self.reason, self.code, self.hint = reason, code, hint
        self._ending = True
        self._pass_on()

    def interrupt(self, signal: int, name: str) -> None:
        """End the run because of a signal."""
        self.signal = signal
        self.request(f"interrupted by {name}")

    def end_after(self, seconds: float) -> None:
        """Let the run last so long from now on, apart from a request in flight."""
        self._end_at, self._granted = self.now() + seconds, seconds

    def now(self) -> float:
        """Give the seconds of the clock that pauses go by."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Wait, unless the run is ending: raises Stopped then, at once.

        A wait that would outlast the deadline is not begun, and ends the run.
        """
        if self.now() + seconds >= self._end_at:
            hint = "run again, or give it more time with --deadline"
            self.request(f"the deadline of {self._granted:g} s has come", "deadline", hint)
        if self._going.acquire(timeout=seconds):
            self._pass_on()
            raise Stopped(self.reason)

    def _pass_on(self) -> None:
        """Let the next one through; that somebody else just did is as good."""
        with suppress(RuntimeError):
            self._going.release()
