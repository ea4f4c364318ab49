"""The protocol with one rule removed: the campaign is only worth what it finds of these.

Each mutant changes one function of the product, for as long as it is tried.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest import mock

from reconciler import journal, proof, run, workflow
from reconciler.api import decide, perform, write
from reconciler.api.attempt import Attempt, Fate
from reconciler.api.client import Client
from reconciler.api.errors import Refused
from reconciler.api.pages import Listed
from reconciler.api.stop import Stop
from reconciler.api.write import _Course
from reconciler.core import plan
from reconciler.core.change import Action
from reconciler.core.exits import Exit
from reconciler.core.plan import Outcome, Status
from reconciler.core.state import LiveIntegration, LiveProject
from reconciler.steps import look, planning, rollout
from reconciler.steps.rollout import _Watch
from tests.faults import chance, pairs, single
from tests.faults.disk import Disk
from tests.faults.history import ENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.faults.history import Verdict

    Mutant = Callable[[], AbstractContextManager[Any]]

_ANY = LiveIntegration("", None, {})
"""An answer that confirms whatever is live."""
_attempt, _diff = write.attempt, look.diff
_break_off, _look_before = _Course.break_off, _Course._look_before  # noqa: SLF001
_perform, _record, _integrations = rollout.perform, proof.record, Client.integrations


def _without_a_look(self: Any, number: int) -> None:
    self._live.client.pause(number)


def _look_for_a_price(self: Any, number: int) -> None:
    self._overseer.retry()
    _look_before(self, number)


def _always_done(*args: Any) -> Attempt:
    tried = _attempt(*args)
    return Attempt(Fate.PROCESSED) if tried.fate is Fate.DOUBTFUL else tried


def _nothing_where_refused(self: Client, ref: Any) -> LiveProject:
    try:
        return _integrations(self, ref)
    except Refused:
        return LiveProject(ref, {})


def _anew(live: Any, change: Any, method: str, path: str, body: bytes | None) -> Attempt:
    if method != "PUT":
        return _attempt(live, change, method, path, body)
    _attempt(live, change, "DELETE", path, None)
    return _attempt(live, change, "POST", path, body)


def _masked(kind: Any, desired: Any) -> bytes:
    from reconciler.api.codec import encode  # noqa: PLC0415 - the real one

    members = json.loads(encode(kind, desired))
    for name, field in kind.fields.items():
        if field.sensitive and name in members:
            members[name] = "*" * 28 + members[name][-4:]
    return json.dumps(members).encode()


def _record_first(run_: Any, client: Client) -> None:
    if run_.proof and run_.plan:
        proof.record(
            run_.proof, [Outcome(o, Status.DONE, answer=_ANY) for o in run_.plan.operations]
        )
        run_.proof.save()
    _perform(run_, client)


def _record_all(kept: Any, outcomes: Any) -> None:
    _record(kept, [replace(outcome, status=Status.DONE, answer=_ANY) for outcome in outcomes])


def _record_found(kept: Any, outcomes: Any) -> None:
    _record(kept, [replace(outcome, answer=outcome.answer or _ANY) for outcome in outcomes])


def _record_of_anybody(kept: Any, outcomes: Any) -> None:
    _record(kept, [replace(o, answer=o.answer and _ANY) for o in outcomes])


@contextmanager
def _unbound() -> Iterator[None]:
    """Undo both of what holds an answer against the second look."""
    unheard = _patch(look, "_overtaken", lambda outcome, _: outcome)
    with unheard, _patch(proof, "record", _record_of_anybody):
        yield


def _told_later(self: _Watch, outcome: Outcome) -> None:
    if self._journal:
        self._journal.intent(outcome.operation, outcome.operation.method, None)
        self._journal.outcome(outcome)


def _told_or_not(self: _Watch, operation: Any, method: str, before: str | None) -> None:
    with suppress(OSError):
        self._journal.intent(operation, method, before)


def _believed(run_: Any, client: Client) -> None:
    run_.settled = True


def _break_off_as_failed(self: Any, reason: str) -> Outcome:
    outcome = _break_off(self, reason)
    return replace(outcome, status=Status.FAILED) if outcome.status is Status.UNKNOWN else outcome


def _untold(foreign: set[Any], _: Any) -> tuple[()]:
    foreign.clear()
    return ()


def _pruned(desired: Any, *rest: Any) -> Any:
    return _diff(replace(desired, prune=True), *rest)


_DELETES_FIRST = {Action.DELETE: 0, Action.UPDATE: 1, Action.CREATE: 2}
_patch = mock.patch.object
_nothing = lambda *_, **__: None  # noqa: E731 - what stands for no rule at all

MUTANTS: dict[str, Mutant] = {
    "a write is repeated without a look":
        partial(_patch, _Course, "_look_before", _without_a_look),
    "a time-out counts as success": partial(_patch, write, "attempt", _always_done),
    "a short list is trusted": partial(_patch, Listed, "lack", ""),
    "a project that cannot be read has nothing":
        partial(_patch, Client, "integrations", _nothing_where_refused),
    "an update is a delete and a create": partial(_patch, write, "attempt", _anew),
    "a mask is sent": partial(_patch, write, "encode", _masked),
    "receipts are written before the write": partial(_patch, workflow, "perform", _record_first),
    "receipts are written whatever came of it": partial(_patch, proof, "record", _record_all),
    "receipts are written of what was found in place":
        partial(_patch, proof, "record", _record_found),
    "receipts are written of what others wrote over ours": _unbound,
    "deletes do not wait": partial(_patch, perform, "_clear_the_way", _nothing),
    "deletes come first": partial(_patch, plan, "_TURN", _DELETES_FIRST),
    "nobody asks whether others wrote":
        partial(_patch, decide, "has_moved", lambda *_: False),
    "a conflict counts as done":
        partial(_patch, decide, "_WRITTEN", decide.Settled(Status.DONE, "")),
    "an intent is told after the write":
        lambda: mock.patch.multiple(_Watch, intent=_nothing, outcome=_told_later),
    "an intent is not synced": partial(_patch, Disk, "fsync", _nothing),
    "a full disk stops nothing": partial(_patch, _Watch, "intent", _told_or_not),
    "nobody looks again": partial(_patch, workflow, "look_again", _believed),
    "a doubtful write that cannot be looked for has failed":
        partial(_patch, _Course, "break_off", _break_off_as_failed),
    "a write that may be done has failed": partial(_patch, write, "has_moved", lambda *_: False),
    "deletes go by what was said to be done": partial(_patch, perform, "_undone", _nothing),
    "nobody asks whether a delete leaves a project dark":
        partial(_patch, perform, "_darkens", lambda *_: ""),
    "what is not known is not in doubt": partial(_patch, journal, "_UNKNOWN", "never"),
    "a wave does not wait for the one before": partial(_patch, rollout, "_unverified", _nothing),
    "nobody looks between waves": partial(_patch, rollout, "look_again", _believed),
    "what else is found left is not told": partial(_patch, look, "_tell_foreign", _untold),
    "what was in doubt is not told": partial(_patch, workflow, "tell_doubts", _nothing),
    "a write is tried on and on": partial(_patch, write, "TRIES", 9),
    "repeats have no budget": partial(_patch, _Watch, "retry", _nothing),
    "a look counts as a repeat": partial(_patch, _Course, "_look_before", _look_for_a_price),
    "a run has no deadline": partial(_patch, Stop, "end_after", _nothing),
    "guards are not asked": partial(_patch, planning, "refusals", lambda *_, **__: ()),
    "a stale plan is carried out": partial(_patch, planning, "_objections", lambda _: []),
    "what is not declared is deleted": partial(_patch, look, "diff", _pruned),
    "every exit is 0": partial(_patch, run, "_applied", lambda *_, **__: Exit.OK),
}  # fmt: skip


SHORTCUTS: dict[str, tuple[Callable[[Any], Verdict], Any]] = {
    "a time-out counts as success": (chance.carry_out, (17,)),
    "a short list is trusted": (single.carry_out, (0, 22, "short page", "always")),
    "a project that cannot be read has nothing": (chance.carry_out, (34,)),
    "receipts are written of what others wrote over ours": (chance.carry_out, (176,)),
    "a write is tried on and on": (single.carry_out, (0, 29, "503", "writes")),
    "repeats have no budget": (single.carry_out, (0, 17, "500 before", "writes")),
    "a write that may be done has failed": (single.carry_out, (0, 3, "truncated JSON", "writes")),
    "nobody asks whether a delete leaves a project dark": (
        single.carry_out,
        (4, 4, "deleted elsewhere", "once"),
    ),
    "a look counts as a repeat": (single.carry_out, (0, 10, "500 after", "writes")),
    "guards are not asked": (single.carry_out, (3, 9, "401 expiry", "once")),
    "a stale plan is carried out": (chance.carry_out, (25,)),
}
"""Cases that found some mutants after a while: they are tried first, to save that while."""


def kill(name: str, most: int = 3000) -> str:
    """Give the first case that finds the mutant, and what it breaks; empty if it survives."""
    with MUTANTS[name]():
        ENDS.clear()
        try:
            for number, verdict in zip(range(most), _cases(name), strict=False):
                if verdict.broken:
                    return f"{number + 1} cases: {verdict.name}: {verdict.broken[0]}"
        finally:
            ENDS.clear()
    return ""


def _cases(name: str) -> Iterator[Verdict]:
    """Walk all three campaigns at once, in steps that soon come past every fault and every call."""
    if name in SHORTCUTS:
        carry_out, case = SHORTCUTS[name]
        yield carry_out(case)
    singles, twos = list(single.cases()), list(pairs.cases())
    for number in range(10_000):
        yield chance.carry_out((number,))
        yield pairs.carry_out(twos[number * 1237 % len(twos)])
        yield single.carry_out(singles[number * 619 % len(singles)])
