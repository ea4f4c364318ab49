"""What must hold of every run, whatever happens to it: fourteen promises, each a function.

Each gives sentences about what broke it, and none where it holds. They are held against what
really happened at the API, which the run itself cannot see.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from reconciler.core.exits import Exit
from reconciler.core.plan import Status
from reconciler.core.waves import retry_budget
from reconciler.journal import in_doubt, read
from reconciler.report import FORMATS, Report, Style
from tests.faults.fleet import ALERTING, SECRETS, effect
from tests.faults.sight import (
    fits,
    is_confirmed,
    is_fair,
    last_look,
    looked_back,
    overwritten,
    reads,
    unseen,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reconciler.core.plan import Outcome
    from reconciler.journal import Entry
    from tests.faults.api import Event, State
    from tests.faults.fleet import Key
    from tests.faults.ran import Ran

_TRIES = 5
_GRAM = 8


def fixpoint(runs: Sequence[Ran]) -> Iterator[str]:
    """I1: once nothing goes wrong any more, two runs converge, and the next has nothing to do.

    Of the runs that are given the last two or three are quiet; the last wrote nothing.
    """
    *_, before, last = runs
    if last.writes or last.report is None or last.report.operations:
        yield f"a converged run still writes {len(last.writes)} times"
    if before.report is None or before.report.exit != Exit.OK:
        yield f"two quiet runs do not converge: exit {before.report and before.report.exit}"


def never_dark(ran: Ran) -> Iterator[str]:
    """I2: what was live and is declared is live at every instant, unless others took it away.

    And whoever took what: nothing is deleted that the last look showed to be all that alerts.
    """
    for event in ran.writes:
        look = last_look(ran.events[: event.number - 1], event.key[0])
        if (
            event.method == "DELETE"
            and look
            and _alerting(look.before, event.key[0]) == {event.key}
        ):
            yield f"{_name(event.key)} is deleted, and is all that alerts"
    taken = {edit.key for edit in ran.edits if edit.settings is None}
    for key in ran.start.keys() & ran.wanted.keys() - taken:
        if any(key not in event.after for event in ran.events):
            yield f"{_name(key)} was gone for a while"


def _alerting(state: State, project: str) -> set[Key]:
    return {key for key in state if key[0] == project and key[1] in ALERTING}


def untouched(ran: Ran) -> Iterator[str]:
    """I3: what is not declared is not written, and stays as it was."""
    ours = {*ran.wanted, *ran.fleet.absent}
    for event in ran.writes:
        if event.key not in ours:
            yield f"{event.method} {_name(event.key)}, which is not declared"
    for key in ran.start.keys() - ours - {edit.key for edit in ran.edits}:
        if ran.end.get(key) != ran.start[key]:
            yield f"{_name(key)} is not declared, and is not as it was"


def no_masks(ran: Ran) -> Iterator[str]:
    """I4: no request holds a mask."""
    for event in ran.events:
        if b"**" in event.body:
            yield f"{event.method} {_name(event.key)} sends a mask"


def true_claims(ran: Ran) -> Iterator[str]:
    """I5: what is said to be done is done, and what is said to be settled is settled.

    Who edits meanwhile may undo what was done; then it must have been done for a while. What is
    said by a look alone cannot be more than what is shown: masks that fit, or a list that is whole
    and of an earlier moment.
    """
    edited = {edit.key for edit in ran.edits}
    for outcome in _outcomes(ran):
        key = outcome.operation.change.key
        states = [event.after for event in ran.events] if key in edited else [ran.end]
        if outcome.status is Status.DONE and not is_fair(ran, key, states):
            yield f"{_name(key)} is said to be done, and is not"
        if outcome.status is Status.SKIPPED and any(e.key == key for e in ran.writes):
            yield f"{_name(key)} is said to be skipped, and was written"
        failed = outcome.status is Status.FAILED and "not-converged" not in outcome.detail
        if failed and _is_ours(ran, key):
            yield f"{_name(key)} is said to have failed, and is done"
    if ran.report and ran.report.settled:
        for key in {*ran.wanted, *ran.fleet.absent} - edited - unseen(ran):
            if key[0] not in looked_back(ran) and not effect(ran.fleet, ran.wanted, key, ran.end):
                yield f"nothing is said to be left, and {_name(key)} is"


def intents_first(ran: Ran) -> Iterator[str]:
    """I6: every try of a write has an intent in the journal that was safe before it."""
    tries: Counter[tuple[str, str, str]] = Counter()
    for event in ran.writes:
        told = read(ran.journal[ran.older : event.synced].decode(errors="replace"))
        about = (event.method, *event.key)
        tries[about] += 1
        intents = [e for e in told if e.event == "intent" and (e.method, *e.key) == about]
        if len(intents) < tries[about]:
            yield f"{event.method} {_name(event.key)} has no intent before it"


def in_order(ran: Ran) -> Iterator[str]:
    """I7: nothing is deleted, and no wave begun, while what was written before is not seen."""
    operations = [outcome.operation for outcome in _outcomes(ran)]
    for event in ran.writes:
        if event.method == "DELETE":
            before = [o.change.key for o in operations
                      if o.method != "DELETE" and o.change.project.id == event.key[0]]  # fmt: skip
            for said in _unverified(ran, event, before):
                yield f"{_name(event.key)} is deleted, and {said}"
    waves = {o.operation.change.key: getattr(o, "wave", None) or 1 for o in _outcomes(ran)}
    for wave in {*waves.values()} - {1}:
        first = next((event for event in ran.writes if waves.get(event.key) == wave), None)
        before = [key for key, own in waves.items() if own < wave]
        for said in _unverified(ran, first, before) if first else ():
            yield f"wave {wave} begins, and {said}"


def _unverified(ran: Ran, event: Event, keys: Sequence[Key]) -> Iterator[str]:
    """Say what the last look before a write did not show, and whether there was none."""
    for project in {project for project, _ in keys}:
        own = [key for key in keys if key[0] == project]
        past = ran.events[: event.number - 1]
        since = max((e.number for e in past if e.is_try and e.key in own), default=0)
        if not any(reads(e, project) for e in past[since:]):
            yield f"nobody looked at project {int(project, 16)} since it was written"
        look = last_look(past, project)
        yield from (f"{_name(key)} was not seen there" for key in own
                    if look and not fits(ran, key, look.before))  # fmt: skip


def conflicts(ran: Ran) -> Iterator[str]:
    """I8: what others wrote is not overwritten once it could be seen.

    It could be seen in the first answer of a project that listed it; the plan may have seen it too.
    What falls between the last answer and the write is lost, as without a precondition that the API
    would check it has to be, and so is what a last look of an earlier moment hid: `lost_updates`.
    """
    for edit, event, seen in overwritten(ran):
        if seen:
            what = f"{event.method} {_name(edit.key)}"
            yield f"{what} overwrites what others wrote and call {seen} showed"


def lost_updates(ran: Ran) -> Iterator[str]:
    """Count what others wrote in the last round trip before a write of the same, and was lost."""
    for edit, event, seen in overwritten(ran):
        if not seen:
            yield f"{event.method} {_name(edit.key)} came within one round trip of another's write"


def receipts_last(ran: Ran) -> Iterator[str]:
    """I9: a receipt is only written of a write whose answer came, and that the last look shows.

    Whatever others do: what one of them wrote over ours, or before it, is nothing to prove.
    """
    if not ran.how.receipts:
        return
    old = _receipts(ran.receipts_before)
    done = {o.operation.change.key for o in _outcomes(ran) if o.status is Status.DONE}
    for key, receipt in _receipts(ran.receipts).items():
        if receipt == old.get(key):
            continue
        if key not in done:
            yield f"{_name(key)} has a receipt and was not done"
        elif not is_confirmed(ran, key):
            yield f"{_name(key)} has a receipt, and what was seen last is not what was written"


def _receipts(text: str) -> dict[Key, object]:
    items = json.loads(text)["receipts"] if text else []
    return {(item["project"], item["type"]): item for item in items}


def rotation_kept(runs: Sequence[Ran]) -> Iterator[str]:
    """I10: in the end every secret is the declared one.

    With receipts that holds whatever others did; without, of what masks can tell.
    """
    last = runs[-1]
    for key in last.wanted:
        if effect(last.fleet, last.wanted, key, last.end):
            continue
        if last.how.receipts or not unseen(last) & {key}:
            yield f"{_name(key)} is not as declared in the end"


def refused_is_unwritten(ran: Ran) -> Iterator[str]:
    """I11: a plan that is refused, or that is to be refused, writes nothing."""
    is_as_made = not ran.edits and ran.fleet.absent <= ran.start.keys()
    if ran.writes and ((ran.fleet.is_refused and is_as_made) or ran.how.expect):
        yield "a plan was to be refused, and writes"
    if ran.report and ran.report.exit in (Exit.REFUSED, Exit.INVALID) and ran.writes:
        yield f"exit {ran.report.exit}, after {len(ran.writes)} writes"


def bounded(ran: Ran) -> Iterator[str]:
    """I12: a write has one effect and five tries, within the budget and before the deadline."""
    tries = Counter(event.key for event in ran.writes)
    for key, count in tries.items():
        if count > _TRIES:
            yield f"{_name(key)} is written {count} times"
    yield from _doubled(ran)
    operations = len(ran.report.operations) if ran.report else len(ran.fleet.keys)
    repeated, budget = sum(tries.values()) - len(tries), retry_budget(operations)
    if repeated > budget:
        yield "more writes are repeated than the budget has"
    told = {problem.code for problem in ran.report.problems} if ran.report else ()
    if "retry-budget" in told and repeated < budget:
        yield f"the budget is said to be used up, and {repeated} writes were repeated"
    late = [event for event in ran.events if event.at > ran.deadline + 1 and event.key[0]]
    if late:
        yield f"{len(late)} calls are begun after the deadline"


def _doubled(ran: Ran) -> Iterator[str]:
    """Find what was done twice, where a look could have told that it was done.

    It cannot where nothing is shown of the secret, or where a list is of an earlier moment.
    """
    aged = {event.key[0] for event in ran.events if event.fault == "stale read"}
    edited = {edit.key for edit in ran.edits}
    effects = Counter(event.key for event in ran.writes if event.is_effect)
    for key, count in effects.items():
        if count > 1 and key not in edited and key[0] not in aged and key[1] != "PROMETHEUS":
            yield f"{_name(key)} is written {count} times with effect"


def all_agree(ran: Ran) -> Iterator[str]:
    """I13: exit code, report and journal say the same, and nothing stays in doubt unsaid."""
    if ran.report is None:
        return
    yield from _exit_agrees(ran, [outcome.status for outcome in _outcomes(ran)])
    if ran.full:
        return
    told = {e.number: (e.status, e.detail) for e in ran.entries if e.event == "outcome"}
    for outcome in _outcomes(ran) if ran.report.performed else []:
        if told.get(outcome.operation.number) != (outcome.status, outcome.detail):
            yield f"the journal tells otherwise of {_name(outcome.operation.change.key)}"
    unknown = {o.operation.change.key for o in _outcomes(ran) if o.status is Status.UNKNOWN}
    for entry in in_doubt(ran.entries):
        if entry.key not in unknown:
            yield f"{_name(entry.key)} is left in doubt, and not said to be"


def _exit_agrees(ran: Ran, statuses: Sequence[Status]) -> Iterator[str]:
    done = statuses.count(Status.DONE)
    if ran.report.exit == Exit.OK:
        yield from _all_is_well(ran, statuses)
    if ran.report.exit == Exit.FAILED and done and ran.report.performed:
        yield f"exit 1, and {done} are done"
    if ran.report.exit == Exit.INCOMPLETE and not done:
        yield "exit 5, and nothing is done"
    if ran.report.settled and Status.CONFLICT in statuses:
        yield "nothing is said to be left, and there is a conflict"


def _all_is_well(ran: Ran, statuses: Sequence[Status]) -> Iterator[str]:
    if any(status is not Status.DONE for status in statuses):
        yield "exit 0, and not all is done"
    if any(problem.is_error for problem in ran.report.problems):
        yield "exit 0, and an error is told"
    for key in {*ran.wanted, *ran.fleet.absent}:
        look = last_look(ran.events, key[0])
        if look and not fits(ran, key, look.before):
            yield f"exit 0, and the last look showed {_name(key)} not as declared"


def nothing_in_doubt(runs: Sequence[Ran]) -> Iterator[str]:
    """I13, in the end: of every write that is in doubt a later run says what it found."""
    open_: dict[tuple[str, int], Entry] = {}
    for entry in read(runs[-1].journal.decode(errors="replace")):
        if entry.event == "intent":
            open_[entry.run, entry.number] = entry
        elif entry.event == "outcome" and entry.status != "unknown":
            open_.pop((entry.run, entry.number), None)
        elif entry.event == "found":
            open_ = {own: intent for own, intent in open_.items() if intent.key != entry.key}
    yield from (f"{entry.method} {_name(entry.key)} stays in doubt" for entry in open_.values())


def no_canary(ran: Ran) -> Iterator[str]:
    """I14: no eight characters of a secret are in anything that is put out."""
    if not ran.how.outputs:
        return
    said = [ran.journal[ran.older :].decode(errors="replace"), ran.receipts, *ran.said]
    if isinstance(ran.report, Report):  # a process has put its own out
        style = Style()
        said += [FORMATS[name](ran.report, style) for name in ("text", "json")]
    whole = "\n".join(said)
    grams = {whole[at : at + _GRAM] for at in range(len(whole) - _GRAM + 1)}
    for key, settings in (*ran.wanted.items(), *((k, v) for k, (_, v) in ran.end.items())):
        if not grams.isdisjoint(_parts(settings[SECRETS[key[1]]])):
            yield f"part of the secret of {_name(key)} is put out"


@cache
def _parts(secret: str) -> frozenset[str]:
    hidden = secret.rsplit("/", maxsplit=1)[-1]
    return frozenset(hidden[at : at + _GRAM] for at in range(len(hidden) - _GRAM + 1))


def _is_ours(ran: Ran, key: Key) -> bool:
    """Tell whether a write of ours is what is live in the end, and no older list hid that."""
    written = [e.after.get(key) for e in ran.writes if e.key == key and e.is_effect]
    is_live = ran.end.get(key) in written and effect(ran.fleet, ran.wanted, key, ran.end)
    return is_live and last_look(ran.events, key[0]) is not None


def _outcomes(ran: Ran) -> Sequence[Outcome]:
    return (ran.report.outcomes or ()) if ran.report else ()


def _name(key: Key) -> str:
    return f"{key[1]} of project {int(key[0], 16)}"


OF_EACH: dict[str, Callable[[Ran], Iterator[str]]] = {
    "I2": never_dark, "I3": untouched, "I4": no_masks, "I5": true_claims, "I6": intents_first,
    "I7": in_order, "I8": conflicts, "I9": receipts_last, "I11": refused_is_unwritten,
    "I12": bounded, "I13": all_agree, "I14": no_canary,
}  # fmt: skip
"""What is held against every run."""
OF_ALL: dict[str, Callable[[Sequence[Ran]], Iterator[str]]] = {
    "I1": fixpoint, "I10": rotation_kept, "I13": nothing_in_doubt,
}  # fmt: skip
"""What is held against a whole history, whose last runs are quiet."""
