"""One word to every thread: begin nothing more."""

from __future__ import annotations

from threading import Event


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The run is ending, so the wait was given up."""


class Stop:
    """Says whether the run is ending, and why; any thread may ask for it, the first reason stays."""

    def __init__(self) -> None:
        """Let the run go on, for now."""
        self._event = Event()
        self.reason = ""
        self.signal = 0

    def __bool__(self) -> bool:
        """Tell whether the run is ending."""
        return self._event.is_set()

    def request(self, reason: str) -> None:
        """End the run at the next chance; wakes every thread that waits."""
        self.reason = self.reason or reason
        self._event.set()

    def interrupt(self, signal: int, name: str) -> None:
        """End the run because of a signal."""
        self.signal = signal
        self.request(f"interrupted by {name}")

    def pause(self, seconds: float) -> None:
        """Wait, unless the run is ending: raises Stopped then, at once."""
        if self._event.wait(seconds):
            raise Stopped(self.reason)
