"""Carry out one operation, so that what is reported as done is done.

A write is never repeated blindly. Before each try the project is read, and what is seen there
decides: try, done, or somebody else wrote.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.api.attempt import Attempt, Fate, attempt
from reconciler.api.codec import encode
from reconciler.api.decide import Settled, contradictions, decide, has_moved
from reconciler.api.errors import ApiError
from reconciler.api.overseer import LENIENT, Overseer
from reconciler.api.retry import TRIES
from reconciler.api.stop import Stopped
from reconciler.core.plan import Operation, Outcome, Status
from reconciler.core.witness import is_by_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.api.live import Live
    from reconciler.core.kind import Kind


_NOTHING = Attempt(Fate.NOT_PROCESSED)
_NO_TIME = "not begun: the API's ids turn out not to tell when an integration was written"


def carry_out(
    operation: Operation,
    kind: Kind,
    live: Live,
    overseer: Overseer = LENIENT,
    hindrance: Callable[[], str] = lambda: "",
) -> Outcome:
    """Try an operation until its fate is known, five times at most. Raises nothing.

    What is live must have been seen just now. `hindrance` says, after a later look, why it must not
    be tried again. A wait that the API asks for and that is too long ends the whole run.
    """
    course = _Course(operation, kind, live, overseer, hindrance)
    try:
        return course.follow()
    except (ApiError, Stopped) as error:
        return course.break_off(str(error))


class _Course:
    """The tries of one operation, and what they leave to know."""

    def __init__(
        self,
        operation: Operation,
        kind: Kind,
        live: Live,
        overseer: Overseer,
        hindrance: Callable[[], str],
    ) -> None:
        self._operation = operation
        self._change = operation.change
        self._kind = kind
        self._live = live
        self._overseer = overseer
        self._hindrance = hindrance
        self._last = _NOTHING
        self._doubt = False

    def follow(self) -> Outcome:
        """Decide, write and look, until it is settled. Raises what looking raises."""
        for number in range(1, TRIES + 1):
            step = self._decide()
            if isinstance(step, Outcome):
                return step
            self._last = self._try(step)
            if self._last.fate is Fate.PROCESSED:
                return self._confirm()
            if self._last.fate is Fate.REFUSED:
                return self._refused()
            self._doubt |= self._last.fate is Fate.DOUBTFUL
            self._look_before(number + 1)
        return self._give_up(f"{self._last.detail}; gave up after {TRIES} tries")

    def break_off(self, reason: str) -> Outcome:
        """End without another look."""
        if self._last is _NOTHING:
            return self._end(Status.SKIPPED, f"not begun: {reason}")
        status = Status.UNKNOWN if self._doubt else Status.FAILED
        return self._end(status, f"{self._last.detail}; then {reason}")

    def _decide(self) -> str | Outcome:
        ids = self._live.client.ids
        if self._last is _NOTHING and not ids.tell_time and is_by_time(self._change):
            return self._end(Status.SKIPPED, _NO_TIME)
        seen = self._live.get(self._change.type)
        step = decide(self._change, self._kind, seen, doubt=self._doubt)
        if isinstance(step, Settled):
            return self._end(step.status, step.detail)
        if self._last is not _NOTHING and (why := self._hindrance()):
            return self._end(Status.FAILED, f"{self._last.detail}; not tried again: {why}")
        return step

    def _try(self, method: str) -> Attempt:
        self._live.client.pause(1)
        if self._last is not _NOTHING:
            self._overseer.retry()
        desired, body = self._change.desired, None
        if desired and method != "DELETE":
            body = encode(self._kind, desired)
        seen = self._live.get(self._change.type)
        self._overseer.intent(self._operation, method, seen.id if seen else None)
        return attempt(self._live, self._change, method, self._operation.path, body)

    def _look_before(self, number: int) -> None:
        """Wait as long as it takes before the next try, and look; after the last, only look."""
        last = self._last
        self._live.client.pause(number if number <= TRIES else 1, last.asked, last.detail)
        self._live.look()

    def _confirm(self) -> Outcome:
        """Hold what the answer shows against what was sent; look once more before saying no."""
        desired, shown = self._change.desired, self._last.shown
        if desired is None or shown is None or not contradictions(self._kind, desired, shown):
            return replace(self._end(Status.DONE), answer=shown)
        self._last = Attempt(Fate.PROCESSED, "the API took the write and shows something else")
        self._doubt = True
        self._live.look()
        seen = self._live.get(self._change.type)
        if seen is None:
            return self._end(Status.CONFLICT, "somebody else deleted it meanwhile")
        names = contradictions(self._kind, desired, seen)
        if not names:
            return self._end(Status.DONE, "found in place when read again")
        detail = f"not-converged: the API took the write and still shows another {', '.join(names)}"
        return self._end(Status.FAILED, detail)

    def _refused(self) -> Outcome:
        """Say that it failed; after a try without an answer, look what that one did."""
        if not self._doubt:
            return self._end(Status.FAILED, f"{self._last.detail}; {self._last.hint}")
        self._live.look()
        return self._give_up(self._last.detail)

    def _give_up(self, why: str) -> Outcome:
        """Say by what was just seen that it failed, or that it may be done."""
        step = self._decide()
        if isinstance(step, Outcome):
            return step
        seen = self._live.get(self._change.type)
        may_be_ours = self._doubt and seen is not None and has_moved(self._change, seen)
        return self._end(
            Status.UNKNOWN if may_be_ours else Status.FAILED, f"{why}; {self._last.hint}"
        )

    def _end(self, status: Status, detail: str = "") -> Outcome:
        fine = status in (Status.DONE, Status.SKIPPED)
        kind = self._last.kind or "not-converged" if status is Status.FAILED else status.value
        return Outcome(self._operation, status, detail, "" if fine else kind)
