"""The work of the offline rows: `python -m tests.bench.work read|diff|memory|drift`."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from reconciler import catalogue, desired
from reconciler.api.codec import decode_integrations
from reconciler.api.dialects import DIALECTS
from reconciler.api.stop import Stop
from reconciler.core.diff import diff
from reconciler.core.plan import make_plan
from reconciler.core.state import LiveProject
from reconciler.desired.document import read
from reconciler.job import Job
from reconciler.run import Run
from reconciler.secrets.resolve import resolve as resolve_all
from reconciler.steps.load import load, resolve
from tests.bench.child import peak_megabytes
from tests.bench.fleet import PER_PROJECT, Fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reconciler.core.change import Change
    from reconciler.core.state import DesiredProject

KINDS = catalogue.kinds("atlas")


def time_read(file: str, repeat: str) -> str:
    """Time reading alone, in pairs with the floor."""
    content = Path(file).read_bytes()
    return json.dumps(_pairs(content, lambda: read(file, content), int(repeat)))


def time_diff(file: str, size: str, repeat: str) -> str:
    """Time loading and comparing, in pairs with the floor.

    Secrets are resolved and the live side is there before: both are compared, and not timed.
    """
    fleet = Fleet(int(size))
    _set_variables(fleet)
    resolved = resolve_all(desired.load([file])[0]).projects
    live = [
        LiveProject(project.ref, decode_integrations(fleet.live(number), KINDS))
        for number, project in enumerate(resolved)
    ]

    def work() -> object:
        loaded = desired.load([file])
        return loaded, [diff(*pair, KINDS) for pair in zip(resolved, live, strict=True)]

    return json.dumps(_pairs(Path(file).read_bytes(), work, int(repeat)))


def weigh(file: str, size: str) -> str:
    """Plan, from the files to the digest, and tell the most memory that it took."""
    fleet = Fleet(int(size))
    _set_variables(fleet)
    run = Run("plan", Job([file], Stop()))
    projects = resolve(run, load(run)).projects
    changes = _changes(projects, (fleet.live(number) for number in range(fleet.size)))
    plan = make_plan(changes, DIALECTS["atlas"].integration, (), {}, complete=True)
    assert len(plan.changes) == PER_PROJECT * fleet.size
    return str(peak_megabytes())


def find_drift(file: str, live: str) -> str:
    """Look for drift with no secrets, where live is a file as well: a project's JSON in a line."""
    run = Run("drift", Job([file], Stop(), secrets=False))
    projects = resolve(run, load(run)).projects
    with Path(live).open() as lines:
        changes = _changes(projects, map(json.loads, lines))
    pending = sum(change.action.is_pending for change in changes)
    assert 0 < pending < len(changes) / 50
    return ""


def _set_variables(fleet: Fleet) -> None:
    """Stand a mapping in for the environment: setting so many variables takes seconds by itself."""
    os.environ = {**os.environ, **dict(fleet.secrets())}  # type: ignore[assignment]  # noqa: B003


def _changes(
    projects: Iterable[DesiredProject], live: Iterable[list[dict[str, Any]]]
) -> list[Change]:
    """Compare as the product does: what is live is not kept."""
    changes = []
    for project, results in zip(projects, live, strict=True):
        found = LiveProject(project.ref, decode_integrations(results, KINDS))
        changes += diff(project, found, KINDS)
    return changes


def _pairs(content: bytes, work: Callable[[], object], repeat: int) -> list[tuple[float, float]]:
    """Time the floor and the work in turn; the floor counts as it was before and after."""
    text = content.decode()
    work()
    gc.disable()
    pairs = []
    for _ in range(repeat):
        before = _cpu(lambda: _bare_events(text))
        measured = _cpu(work)
        after = _cpu(lambda: _bare_events(text))
        pairs.append(((before + after) / 2, measured))
        gc.collect()
    return pairs


def _bare_events(text: str) -> None:
    following, last = yaml.CSafeLoader(text).get_event, yaml.StreamEndEvent
    while type(following()) is not last:
        pass


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    made = work()
    seconds = time.process_time() - started
    del made  # letting go of it is not timed
    return seconds


WORK = {"read": time_read, "diff": time_diff, "memory": weigh, "drift": find_drift}

if __name__ == "__main__":
    sys.stdout.write(WORK[sys.argv[1]](*sys.argv[2:]))
