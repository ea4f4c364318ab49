"""What a run could see, and what no client of this API can.

A mask shows the end of a secret, a list may be of an earlier moment and look like any other, and
between the last look and the write there is a round trip. These are the only excuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults.fleet import SECRETS, effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.faults.api import Edit, Event, State
    from tests.faults.fleet import Key, Settings
    from tests.faults.ran import Ran


def fits(ran: Ran, key: Key, state: State) -> bool:
    """Tell whether a state looks as declared to whoever sees no more of it than is shown."""
    if key in ran.fleet.absent or key not in state:
        return key in ran.fleet.absent and key not in state
    return _looks_alike(key[1], ran.wanted[key], state[key][1])


def is_fair(ran: Ran, key: Key, states: Sequence[State]) -> bool:
    """Tell whether it could be said that something is as declared."""
    if _holds(ran, key, states):
        return True
    if any(event.key == key and event.is_effect for event in ran.writes):
        return False
    return any(fits(ran, key, state) for state in states) or key[0] in looked_back(ran)


def looked_back(ran: Ran) -> set[str]:
    """Give the projects whose last list was of an earlier moment, and nothing gives that away.

    Where each write makes a new id, an answer to one of ours does.
    """
    last = {event.key[0]: event.fault for event in ran.events if event.is_list}
    answered = {event.key[0] for event in ran.writes if event.is_whole and event.is_effect}
    known = answered if ran.fleet.shows_writes else set()
    return {project for project, fault in last.items() if fault == "stale read"} - known


def unseen(ran: Ran) -> set[Key]:
    """Give what a run cannot see to be another: of a secret, only its mask is shown."""
    if ran.how.receipts:
        return set()
    written = {event.key for event in ran.writes if event.is_effect}
    there = ran.wanted.keys() & ran.end.keys() - written
    return {key for key in there if _looks_alike(key[1], ran.wanted[key], ran.end[key][1])}


def _looks_alike(type_: str, wanted: Settings, live: Settings) -> bool:
    """Tell whether all is equal that is shown: of a secret the end, and of a password nothing."""
    secret = SECRETS[type_]
    plain = {name: value for name, value in wanted.items() if name != secret}
    hidden = type_ == "PROMETHEUS" or _tail(wanted[secret]) == _tail(live.get(secret))
    return hidden and plain.items() <= live.items()


def _tail(secret: object) -> str:
    return str(secret)[-4:]


def overwritten(ran: Ran) -> Iterator[tuple[Edit, Event, int]]:
    """Walk the edits of others that a write of ours undid, and which call had shown each."""
    planned = _planned(ran)
    for edit in ran.edits:
        if edit.number <= planned:
            continue
        for event in ran.writes:
            if event.key != edit.key or event.number < edit.number or not event.is_effect:
                continue
            if edit.settings is None and event.method == "POST":
                break  # a create of which no answer came: that others took it is not to be seen
            if event.before.get(event.key, ("", None))[1] != edit.settings:
                break
            shown = [e.number for e in ran.events[edit.number - 1 : event.number - 1]
                     if _shows(e, edit.key[0])]  # fmt: skip
            silent = [e.number for e in ran.events[edit.number - 1 : event.number - 1]
                      if e.key[0] == edit.key[0] and e.is_whole]  # fmt: skip
            hidden = _last_list(ran, event).fault == "stale read" or _may_be_ours(ran, edit, event)
            yield edit, event, 0 if hidden else (shown or silent or [0])[0]
            break


def _may_be_ours(ran: Ran, edit: Edit, write: Event) -> bool:
    """Tell whether what somebody wrote looks like what a try of ours without an answer did."""
    tries = [e for e in ran.writes if e.key == edit.key and e.number < write.number]
    state = {} if edit.settings is None else {edit.key: ("", edit.settings)}
    return any(not e.is_whole for e in tries) and fits(ran, edit.key, state)


def _last_list(ran: Ran, write: Event) -> Event:
    """Give the look that a write went by: the last one before it."""
    looks = [e for e in ran.events[: write.number - 1] if reads(e, write.key[0])]
    return looks[-1]


def _planned(ran: Ran) -> int:
    """Give the number of the last call that the plan was made from."""
    first = next((event.number for event in ran.writes), len(ran.events) + 1)
    asked = [event.number for event in ran.events[: first - 1] if event.key[0]]
    return asked[-1] - 1 if asked else 0


def _shows(event: Event, project: str) -> bool:
    """Tell whether an answer listed what is live in a project."""
    return event.key[0] == project and event.is_whole and event.method != "DELETE"


def reads(event: Event, project: str) -> bool:
    """Tell whether a request was answered with a project's list."""
    return event.is_list and event.key[0] == project


def last_look(events: Sequence[Event], project: str) -> Event | None:
    """Give the last list of a project, unless that was of an earlier moment."""
    looks = [event for event in events if reads(event, project)]
    return looks[-1] if looks and looks[-1].fault != "stale read" else None


def is_confirmed(ran: Ran, key: Key) -> bool:
    """Tell whether a write of ours was answered, and is what the last look at its project shows.

    A look that shows an earlier moment shows what cannot be known here, but no write of others.
    """
    shown = [e for e in ran.writes if e.is_whole or e.fault == "short page"]
    written = [event.after.get(key) for event in shown if event.key == key and event.is_effect]
    ours = [one for one in written if one and ran.wanted[key].items() <= one[1].items()]
    last = [event for event in ran.events if reads(event, key[0])][-1]
    return bool(ours) if last.fault == "stale read" else last.before.get(key) in ours


def _holds(ran: Ran, key: Key, states: Sequence[State]) -> bool:
    return any(effect(ran.fleet, ran.wanted, key, state) for state in states)
