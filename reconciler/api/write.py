"""Carry out one operation, so that what is reported as done is done.

A write is never repeated blindly. When no whole answer came, the project is read again, and what is
seen there decides: done, try again, or somebody else wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from reconciler.api import wire
from reconciler.api.client import TooMany
from reconciler.api.codec import encode
from reconciler.api.errors import ApiError, Halted, Refused
from reconciler.api.retry import TRIES, wait_before
from reconciler.api.stop import Stopped
from reconciler.api.transport import Ambiguous, Unreachable
from reconciler.core.change import Action
from reconciler.core.compare import compare
from reconciler.core.plan import Operation, Outcome, Status
from reconciler.core.secret import Literal, Secret, Verdict, echoes, looks_masked

if TYPE_CHECKING:
    from reconciler.api.client import Client
    from reconciler.api.stop import Stop
    from reconciler.api.transport import Reply
    from reconciler.core.kind import Kind
    from reconciler.core.state import Integration, LiveIntegration

_DECIDED_BY_READING = {
    Action.CREATE: wire.ALREADY_CONFIGURED,
    Action.UPDATE: wire.NOT_CONFIGURED,
    Action.DELETE: wire.NOT_CONFIGURED,
}


class _Fate(Enum):
    """What one try tells about the server: did it, did not, will not, or may have."""

    PROCESSED = auto()
    NOT_PROCESSED = auto()
    REFUSED = auto()
    DOUBTFUL = auto()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One try and what came of it; `shown` is the integration as the answer holds it."""

    fate: _Fate
    detail: str = ""
    reply: Reply | None = None
    shown: LiveIntegration | None = None
    contested: bool = False
    """Refused because somebody else was there first."""


def carry_out(client: Client, operation: Operation, kind: Kind, stop: Stop) -> Outcome:
    """Try an operation until its fate is known, five times at most. Raises nothing.

    A wait that the API asks for and that is too long ends the whole run, through `stop`.
    """
    desired, method = operation.change.desired, operation.method
    body = None if desired is None or desired.absent else encode(kind, desired)
    attempt = _Attempt(_Fate.NOT_PROCESSED)
    for number in range(1, TRIES + 1):
        try:
            if number > 1:
                stop.pause(wait_before(number, attempt.reply))
        except (Halted, Stopped) as error:
            stop.request(str(error))
            return Outcome(operation, Status.FAILED, f"{attempt.detail}; {error}")
        attempt = _attempt(client, operation, method, body)
        if attempt.fate is _Fate.NOT_PROCESSED:
            continue
        settled = _settle(client, operation, kind, attempt)
        if isinstance(settled, Outcome):
            return settled
        method = settled
    return Outcome(operation, Status.FAILED, f"{attempt.detail}; gave up after {TRIES} tries")


def is_as_desired(kind: Kind, desired: Integration, live: LiveIntegration | None) -> bool:
    """Tell whether nothing that the API shows contradicts the declaration."""
    return live is not None and not _contradictions(kind, desired, live)


def _attempt(client: Client, operation: Operation, method: str, body: bytes | None) -> _Attempt:
    change = operation.change
    try:
        shown = client.write(method, operation.path, body).get(change.type)
    except TooMany as error:
        return _Attempt(_Fate.NOT_PROCESSED, str(error), error.reply)
    except Unreachable as error:
        return _Attempt(_Fate.NOT_PROCESSED, str(error))
    except Ambiguous as error:
        return _Attempt(_Fate.DOUBTFUL, str(error))
    except Refused as error:
        contested = error.code == _DECIDED_BY_READING[change.action]
        return _Attempt(_Fate.REFUSED, _say(error, change.desired), contested=contested)
    if shown is None and change.action is not Action.DELETE:
        return _Attempt(_Fate.DOUBTFUL, f"the answer holds no {change.type}")
    return _Attempt(_Fate.PROCESSED, shown=shown)


def _settle(
    client: Client, operation: Operation, kind: Kind, attempt: _Attempt
) -> Outcome | str:
    """Give the outcome, or the verb to try next."""
    change = operation.change
    if attempt.fate is _Fate.REFUSED and not attempt.contested:
        return Outcome(operation, Status.FAILED, attempt.detail)
    if attempt.fate is _Fate.PROCESSED:
        if change.desired is None or attempt.shown is None:
            return Outcome(operation, Status.DONE)
        return _confirm(operation, kind, change.desired, attempt.shown)
    try:
        live = client.integrations(change.project).integrations.get(change.type)
    except (ApiError, Stopped) as error:
        detail = f"{attempt.detail}, and reading again failed: {error}"
        return Outcome(operation, Status.UNKNOWN, detail)
    decide = {Action.CREATE: _created, Action.UPDATE: _updated, Action.DELETE: _deleted}
    return decide[change.action](operation, kind, live, attempt)


def _confirm(
    operation: Operation, kind: Kind, desired: Integration, shown: LiveIntegration
) -> Outcome:
    names = _contradictions(kind, desired, shown)
    if not names:
        return Outcome(operation, Status.DONE)
    detail = f"not-converged: the API took the write and still shows another {', '.join(names)}"
    return Outcome(operation, Status.FAILED, detail)


def _created(
    operation: Operation, kind: Kind, live: LiveIntegration | None, attempt: _Attempt
) -> Outcome | str:
    desired = operation.change.desired
    if live is None or desired is None:
        return "POST"
    fields = compare(kind, desired, live)
    verdicts = {field.verdict for field in fields}
    if Verdict.DIFFERENT in verdicts:
        return Outcome(operation, Status.CONFLICT, "somebody else created it meanwhile")
    if Verdict.UNVERIFIABLE not in verdicts:
        return Outcome(operation, Status.DONE, "found in place when read again")
    if attempt.contested:
        detail = "somebody created it meanwhile, and its secrets cannot be compared"
        return Outcome(operation, Status.CONFLICT, detail)
    return "PUT"


def _updated(
    operation: Operation, kind: Kind, live: LiveIntegration | None, attempt: _Attempt
) -> Outcome | str:
    change = operation.change
    if live is None or change.desired is None:
        return Outcome(operation, Status.CONFLICT, "somebody else deleted it meanwhile")
    moved = live.id != change.live_id
    verdicts = {field.verdict for field in compare(kind, change.desired, live)}
    if Verdict.DIFFERENT in verdicts:
        detail = "somebody else wrote it meanwhile"
        return Outcome(operation, Status.CONFLICT, detail) if moved else "PUT"
    seen = moved or change.has(Verdict.DIFFERENT)
    if seen and Verdict.UNVERIFIABLE not in verdicts and not attempt.contested:
        return Outcome(operation, Status.DONE, "found in place when read again")
    return "PUT"


def _deleted(
    operation: Operation, kind: Kind, live: LiveIntegration | None, attempt: _Attempt
) -> Outcome | str:
    del kind, attempt
    if live is None:
        return Outcome(operation, Status.DONE, "found gone when read again")
    if live.id != operation.change.live_id:
        return Outcome(operation, Status.CONFLICT, "somebody else wrote it meanwhile")
    return "DELETE"


def _contradictions(kind: Kind, desired: Integration, live: LiveIntegration) -> list[str]:
    fields = compare(kind, desired, live)
    return [field.name for field in fields if field.verdict is Verdict.DIFFERENT]


def _say(error: Refused, desired: Integration | None) -> str:
    """Say why, without the API's own text where that gives part of a secret away."""
    hidden = [v for v in desired.settings.values() if isinstance(v, Secret | Literal)] if desired else []
    if looks_masked(error.detail) or any(echoes(error.detail, value) for value in hidden):
        error = Refused(error.status, error.code, "")
    return str(error)
