"""The simulator in this process, as an API to connect to: of a state file, or of a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.core.problem import Failed, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from reconciler.api.transport import Connection
    from reconciler.core.state import Desired
    from reconciler.simulator import Service, Shown

    Trace = Callable[[str], None] | None


def of_state(  # noqa: PLR0913, PLR0917 - a state file has as many sides
    state: Path, seed: Path | None, desired: Desired, url: str, trace: Trace, stack: ExitStack
) -> Connection:
    """Serve a state file until the stack is left; a new one is filled as `open_service` says.

    Raises Failed where it cannot be used.
    """
    from reconciler.simulator import StateError, open_service

    projects = [(project.ref.id, project.ref.name) for project in desired.projects]
    try:
        service = open_service(state, seed=seed, projects=projects, dialect=desired.api)
    except StateError as error:
        problem = Problem("simulator-state", str(error), "check --simulate and --seed")
    else:
        return _connection(service, url, trace, stack)
    raise Failed(problem)


def of_copy(
    projects: Sequence[Shown], dialect: str, url: str, trace: Trace, stack: ExitStack
) -> Connection:
    """Serve a copy in memory until the stack is left; requests to it are traced as such."""
    from reconciler.simulator import open_copy

    def traced(line: str) -> None:
        if trace:
            trace(f"in the copy: {line}")

    return _connection(open_copy(projects, dialect), url, traced if trace else None, stack)


def _connection(service: Service, url: str, trace: Trace, stack: ExitStack) -> Connection:
    from reconciler.api.credentials import ApiKey
    from reconciler.api.transport import Connection
    from reconciler.simulator import InProcess

    stack.callback(service.close)
    return Connection(url, ApiKey("sim", "sim"), trace=trace, adapter=InProcess(service.handle))
