"""A clock that only waits and requests move, so that an hour of trouble costs nothing."""

from __future__ import annotations

from reconciler.api.stop import Stop


class Patience(Stop):
    """Passes every wait at once, and counts it."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.passed = 0.0
        super().__init__()

    def now(self) -> float:
        """Give the seconds that were waited, and that requests took."""
        return self.passed

    def pause(self, seconds: float) -> None:
        """End the run as the real one does, and otherwise let the time have passed."""
        beyond = self.now() + seconds >= self._end_at
        super().pause(seconds if beyond else 0)
        self.passed += seconds
