"""Waiting for the API: as long as it takes, shown to whoever watches, and ended with the run."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from reconciler.api.errors import ApiError, Halted, Passing
from reconciler.api.retry import TRIES, wait_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.api.stop import Stop

_WORTH_TELLING = 1.0
_WORTH_TELLING_OF_A_TURN = 3.0
"""Turns follow one another, and that requests slow down has been told."""
_ABOUT_THE_SAME = 5.0
_Answer = TypeVar("_Answer")


def _silent(line: str) -> None:
    del line


class Waits:
    """The waits of a run, which all threads share.

    `told` is given a line for every wait of a second or more; threads that wait at the same time
    for the same thing are one wait.
    """

    def __init__(self, stop: Stop, told: Callable[[str], None] | None = None) -> None:
        """Wait for nothing yet."""
        self._stop = stop
        self.told = told or _silent
        self._told_until: dict[str, float] = {}
        self._lock = Lock()

    def now(self) -> float:
        """Give the seconds of the clock that waits go by."""
        return self._stop.now()

    def before(self, attempt: int, asked: float = 0.0, why: str = "") -> None:
        """Wait before try number `attempt`; before the first, only look whether to go on.

        Raises Stopped when the run is ending. A wait that is too long ends the run: raises Halted.
        """
        try:
            self._pause(wait_before(attempt, asked) if attempt > 1 else 0.0, why)
        except Halted as error:
            self._stop.request(str(error), "rate-limited", "run again after that time")
            raise

    def until(self, moment: float, why: str) -> None:
        """Wait for a turn, until the clock shows that. Raises Stopped when the run is ending."""
        self._pause(max(0.0, moment - self.now()), why, _WORTH_TELLING_OF_A_TURN)

    def persist(self, ask: Callable[[], _Answer]) -> _Answer:
        """Ask until there is an answer, five times at most: for what changes nothing.

        Raises what `ask` raises for good, and what the last try came to.
        """
        trouble, asked = ApiError(""), 0.0
        for attempt in range(1, TRIES + 1):
            self.before(attempt, asked, trouble.sentence)
            try:
                return ask()
            except Passing as error:
                trouble, asked = error.told, error.asked
        raise trouble

    def _pause(self, seconds: float, why: str, worth_telling: float = _WORTH_TELLING) -> None:
        if seconds >= worth_telling and self._is_news(seconds, why):
            self.told(f"Waiting {seconds:.0f} s: {why}")
        self._stop.pause(seconds)

    def _is_news(self, seconds: float, why: str) -> bool:
        """Tell whether nobody is waiting for this yet, or not nearly for so long."""
        with self._lock:
            now, told_until = self.now(), self._told_until.get(why, 0.0)
            if now < told_until and now + seconds < told_until + _ABOUT_THE_SAME:
                return False
            self._told_until[why] = now + seconds
            return True
