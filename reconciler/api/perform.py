"""Carry out one project's operations, deletes last and only when all else is there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import TYPE_CHECKING

from reconciler.api.errors import ApiError
from reconciler.api.stop import Stopped
from reconciler.api.write import carry_out, is_as_desired
from reconciler.core.change import Action
from reconciler.core.plan import Operation, Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reconciler.api.client import Client
    from reconciler.api.stop import Stop
    from reconciler.core.kind import Kind


def perform(
    client: Client, operations: Iterable[Operation], kinds: Mapping[str, Kind], stop: Stop
) -> list[Outcome]:
    """Carry out a project's operations in order; give one outcome each, in that order.

    A failure does not stop other updates and creates. Deletes wait until everything before them is
    done and, read once more, seen to be there; they are skipped otherwise. Once the run is ending,
    nothing more is begun. Raises nothing.
    """
    outcomes: list[Outcome] = []
    for operation in operations:
        hindrance = _hindrance(client, operation, outcomes, kinds, stop)
        if hindrance:
            outcomes.append(Outcome(operation, Status.SKIPPED, hindrance))
        else:
            outcomes.append(carry_out(client, operation, kinds[operation.change.type], stop))
    return outcomes


def _hindrance(
    client: Client,
    operation: Operation,
    before: list[Outcome],
    kinds: Mapping[str, Kind],
    stop: Stop,
) -> str:
    if stop:
        return f"not begun: {stop.reason}"
    if operation.change.action is not Action.DELETE or not before:
        return ""
    if any(outcome.status is not Status.DONE for outcome in before):
        return "not begun: something before it in the project is not done"
    if before[-1].operation.change.action is Action.DELETE:
        return ""
    return _unseen(client, before, kinds)


def _unseen(client: Client, written: list[Outcome], kinds: Mapping[str, Kind]) -> str:
    """Look again at what was written, before anything is taken away."""
    try:
        live = client.integrations(written[0].operation.change.project).integrations
    except (ApiError, Stopped) as error:
        return f"not begun: what was written before it could not be read: {error}"
    for change in (outcome.operation.change for outcome in written):
        desired = change.desired
        if desired and not is_as_desired(kinds[change.type], desired, live.get(change.type)):
            return f"not begun: {change.type} is not there as written"
    return ""


def perform_all(
    client: Client,
    operations: Sequence[Operation],
    kinds: Mapping[str, Kind],
    stop: Stop,
    concurrency: int,
    progress: Callable[[int, int], None],
) -> list[Outcome]:
    """Carry out a plan: projects at once, one project's operations in turn.

    Gives one outcome for each operation, in the order of the plan. Raises nothing.
    """
    groups = [list(group) for _, group in groupby(operations, key=lambda o: o.change.project.id)]
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(concurrency) as pool:
        for done in pool.map(lambda group: perform(client, group, kinds, stop), groups):
            outcomes += done
            progress(len(outcomes), len(operations))
    return outcomes
