"""Carry out one project's operations, deletes last and only when all else is there."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from reconciler.api.decide import contradictions
from reconciler.api.errors import ApiError
from reconciler.api.live import Live
from reconciler.api.overseer import LENIENT, Overseer
from reconciler.api.stop import Stopped
from reconciler.api.write import carry_out
from reconciler.core.change import Action
from reconciler.core.plan import Operation, Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.api.client import Client
    from reconciler.api.stop import Stop
    from reconciler.core.change import Change
    from reconciler.core.kind import Kind
    from reconciler.core.state import Integration, LiveIntegration

    Kinds = Mapping[str, Kind]


class _Hindered(Exception):
    """Nothing more may be begun in a project; the message says why."""


class _Undone(_Hindered):
    """Something that seemed to be done is not there."""

    def __init__(self, outcome: Outcome) -> None:
        """Say of which operation."""
        super().__init__(_told(outcome))
        self.outcome = outcome


def perform(  # noqa: PLR0913, PLR0917 - the same as below, for one project
    client: Client,
    operations: Sequence[Operation],
    kinds: Kinds,
    stop: Stop,
    overseer: Overseer = LENIENT,
    known: list[Outcome] | None = None,
) -> list[Outcome]:
    """Carry out a project's operations in order; give one outcome each, in that order.

    They are put into `known` one by one, for whoever cannot wait to the end.

    The project is read first, since the plan may be old by the time it is agreed to, and again
    before each operation unless the answer to the last one showed all of it. A failure does not
    stop other updates and creates. Deletes wait until everything before them is done and, read
    once more, seen to be there; they are skipped otherwise. Once the run is ending, nothing more is
    begun. Raises nothing.
    """
    outcomes: list[Outcome] = [] if known is None else known
    live: Live | None = None
    for operation in operations:
        change = operation.change
        try:
            live = live or Live(client, change.project)
            if change.action is Action.DELETE:
                _clear_the_way(live, outcomes, kinds)
            _heed(overseer.objection(), stop)
            live.freshen()
            hindrance = partial(_hindrance, change, live, outcomes, kinds, overseer)
            _heed(hindrance(), stop)
        except (_Hindered, ApiError, Stopped) as error:
            rest = operations[len(outcomes) :]
            if isinstance(error, _Undone):
                outcomes = [_belied(one) if one is error.outcome else one for one in outcomes]
            return outcomes + [Outcome(o, Status.SKIPPED, f"not begun: {error}") for o in rest]
        outcomes.append(carry_out(operation, kinds[change.type], live, overseer, hindrance))
        overseer.outcome(outcomes[-1])
    return outcomes


def _heed(objection: str, stop: Stop) -> None:
    """Begin no other operation if anything speaks against it."""
    stop.pause(0)
    if objection:
        raise _Hindered(objection)


def _clear_the_way(live: Live, before: list[Outcome], kinds: Kinds) -> None:
    """See to it that all that was written is there before anything is taken away."""
    if any(outcome.status is not Status.DONE for outcome in before):
        raise _Hindered("something before it in the project is not done")
    if before and before[-1].operation.change.action is not Action.DELETE:
        live.look()
    live.freshen()
    if undone := _undone(live, before, kinds):
        raise _Undone(undone)


def _darkens(change: Change, live: Live, kinds: Kinds, overseer: Overseer) -> str:
    """Say that a project's last alerting integration would go, where others may have gone since."""
    alerting = {type_ for type_ in live.types if type_ in kinds and kinds[type_].alerting}
    if alerting != {change.type} or overseer.may_darken(change.project):
        return ""
    return f"{change.project} would be left without an alerting integration"


def _hindrance(
    change: Change, live: Live, before: list[Outcome], kinds: Kinds, overseer: Overseer
) -> str:
    """Say what the look before each try of a delete speaks against it."""
    if change.action is not Action.DELETE:
        return ""
    undone = _undone(live, before, kinds)
    return _told(undone) if undone else _darkens(change, live, kinds, overseer)


def _undone(live: Live, before: list[Outcome], kinds: Kinds) -> Outcome | None:
    """Find something that was done, and is not there as it was last seen."""
    for outcome in before:
        change = outcome.operation.change
        is_gone = change.action is Action.DELETE
        if not is_gone and not _is_there(change.desired, kinds[change.type], live.get(change.type)):
            return outcome
    return None


def _told(undone: Outcome) -> str:
    return f"{undone.operation.change.type} is not there as written"


def _belied(outcome: Outcome) -> Outcome:
    detail = "not-converged: it seemed to be done, and is not there as written"
    return replace(outcome, status=Status.FAILED, detail=detail, kind="not-converged")


def _is_there(desired: Integration | None, kind: Kind, live: LiveIntegration | None) -> bool:
    return desired is None or (live is not None and not contradictions(kind, desired, live))


def perform_all(  # noqa: PLR0913, PLR0917 - what carrying out takes, and what observing takes
    client: Client,
    operations: Sequence[Operation],
    kinds: Kinds,
    stop: Stop,
    concurrency: int,
    progress: Callable[[int, int], None],
    overseer: Overseer = LENIENT,
) -> list[Outcome]:
    """Carry out a plan: projects at once, one project's operations in turn.

    Gives one outcome for each operation, in the order of the plan. Raises nothing: told to stop at
    once, it leaves what is in flight, and says that its fate is unknown. It shields the run from a
    first signal, and afterwards from all; whoever called lifts that, once the outcomes are safe.
    """
    groups = [list(group) for _, group in groupby(operations, key=lambda o: o.change.project.id)]
    futures: list[Future[list[Outcome]]] = []
    pool, done = ThreadPoolExecutor(concurrency), 0
    stop.shielded, stop.deaf = True, False
    known: list[list[Outcome]] = [[] for _ in groups]
    with suppress(Stopped):
        futures.extend(
            pool.submit(perform, client, group, kinds, stop, overseer, own)
            for group, own in zip(groups, known, strict=True)
        )
        for group, future in zip(groups, futures, strict=True):
            future.exception()
            done += len(group)
            progress(done, len(operations))
    stop.deaf = True
    pool.shutdown(wait=False, cancel_futures=True)
    return [o for each in zip_longest(groups, known, futures) for o in _fates(*each)]


def _fates(
    group: list[Operation], known: list[Outcome], future: Future[list[Outcome]] | None
) -> list[Outcome]:
    """Give a project's outcomes as far as they are known; a mistake of ours hides no others'.

    What the first without an outcome came to is not known, and those after it are not begun.
    """
    if future is None or not future.done():
        detail = "cut off while it was under way"
    elif future.cancelled():
        return [Outcome(o, Status.SKIPPED, "not begun: cut off") for o in group]
    elif error := future.exception():
        detail = f"this program made a mistake: {type(error).__name__}; please report it"
    else:
        return future.result()
    known = list(known)  # a thread that was left behind may still add to it
    first, rest = group[len(known) : len(known) + 1], group[len(known) + 1 :]
    known += [Outcome(o, Status.UNKNOWN, detail) for o in first]
    return known + [Outcome(o, Status.SKIPPED, "not begun: cut off") for o in rest]
