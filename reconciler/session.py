"""Open the API that a run speaks to: the real one, or the simulator in this process."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler import catalogue
from reconciler.core.problem import Failed, Problem
from reconciler.core.secret import Literal, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reconciler.api.client import Client
    from reconciler.api.stop import Stop
    from reconciler.api.transport import Connection
    from reconciler.core.secret import Sensitive
    from reconciler.core.state import Desired

SIMULATOR_URL = "http://simulator"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and how. Never comes from the desired state.

    `base_url` is None for where MongoDB serves the dialect; `timeout` is in seconds for one
    request; `simulate` is the simulator's state file, and nothing else is then needed.
    """

    base_url: str | None = None
    public_key: str | None = None
    private_key: str | None = field(default=None, repr=False)
    timeout: float = 30
    concurrency: int = 8
    ca_bundle: str | None = None
    proxy: str | None = None
    simulate: Path | None = None
    seed: Path | None = None
    trace: Callable[[str], None] | None = None
    """Is told verb, path, status and time of every request."""


def base_url(target: Target, api: str) -> str:
    """Give the scheme, host and port that the run speaks to. Raises Failed where none is known."""
    from reconciler.api.dialects import DIALECTS

    if target.simulate:
        return SIMULATOR_URL
    url = target.base_url or DIALECTS[api].base_url
    if url is None:
        hint = "give --base-url, or set MONGODB_ATLAS_BASE_URL"
        raise Failed(Problem("no-base-url", f"{api} has no address of its own", hint))
    return url.rstrip("/")


@contextmanager
def connect(target: Target, desired: Desired, stop: Stop, *, writable: bool) -> Iterator[Client]:
    """Give a client of the API; everything is closed at the end. Raises Failed with no credentials.

    A new simulator has the projects that the desired state names, unless a seed says otherwise.
    """
    from reconciler.api.client import Client
    from reconciler.api.dialects import DIALECTS
    from reconciler.api.transport import Transport

    dialect = DIALECTS[desired.api]
    with ExitStack() as stack:
        connection = (
            _simulated(target, desired, stack) if target.simulate else _real(target, desired.api)
        )
        transport = stack.enter_context(Transport(connection, writable=writable))
        kinds = catalogue.kinds(desired.api)
        yield Client(transport, dialect, kinds, stop, _hidden(desired, connection))


def _hidden(desired: Desired, connection: Connection) -> list[Sensitive]:
    """Gather every secret of the run, the key that it connects with among them."""
    return [
        Secret(connection.private_key),
        *(
            value
            for project in desired.projects
            for integration in project.integrations
            for value in integration.settings.values()
            if isinstance(value, Secret | Literal)
        ),
    ]


def _real(target: Target, api: str) -> Connection:
    from reconciler.api.transport import Connection

    if not target.public_key or not target.private_key:
        hint = "set MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY"
        raise Failed(Problem("no-credentials", "there is no API key to connect with", hint))
    return Connection(
        base_url(target, api),
        target.public_key,
        target.private_key,
        target.timeout,
        target.ca_bundle,
        target.proxy,
        target.concurrency,
        target.trace,
    )


def _simulated(target: Target, desired: Desired, stack: ExitStack) -> Connection:
    from reconciler.api.transport import Connection
    from reconciler.simulator import InProcess, StateError, open_service

    assert target.simulate  # noqa: S101 - its caller asked
    projects = [(project.ref.id, project.ref.name) for project in desired.projects]
    try:
        service = open_service(
            target.simulate, seed=target.seed, projects=projects, dialect=desired.api
        )
    except StateError as error:
        problem = Problem("simulator-state", str(error), "check --simulate and --seed")
    else:
        stack.callback(service.close)
        adapter = InProcess(service.handle)
        return Connection(SIMULATOR_URL, "sim", "sim", trace=target.trace, adapter=adapter)
    raise Failed(problem)
