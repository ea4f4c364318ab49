"""Open the API that a run speaks to: the real one, or the simulator in this process."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from reconciler import catalogue
from reconciler.core.problem import Failed, Invalid, Problem
from reconciler.core.secret import Ends, Literal, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from reconciler.api.bearer import Bearer
    from reconciler.api.client import Client
    from reconciler.api.credentials import Credentials
    from reconciler.api.dialects import Dialect
    from reconciler.api.stop import Stop
    from reconciler.api.transport import Connection, Transport
    from reconciler.api.waits import Waits
    from reconciler.core.secret import Sensitive
    from reconciler.core.state import Desired

SIMULATOR_URL = "http://simulator"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and how. Never comes from the desired state.

    `base_url` is None for where MongoDB serves the dialect. Of `credentials`, the first that is
    given and that the dialect takes counts. `timeout` is in seconds for one request; `simulate` is
    the simulator's state file, and nothing else is then needed.
    """

    base_url: str | None = None
    credentials: Sequence[Credentials] = ()
    timeout: float = 30
    concurrency: int = 8
    ca_bundle: str | None = None
    proxy: str | None = None
    simulate: Path | None = None
    seed: Path | None = None
    trace: Callable[[str], None] | None = None
    """Is told verb, path, status and time of every request."""
    told: Callable[[str], None] | None = None
    """Is told of waits that are long enough to be noticed."""


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

    Raises Invalid for what the API at this address does not offer.
    A new simulator has the projects that the desired state names, unless a seed says otherwise.
    """
    from reconciler.api.dialects import DIALECTS

    dialect = DIALECTS[desired.api]
    _check_offer(target, desired, dialect)
    with ExitStack() as stack:
        connection = (
            _simulated(target, desired, stack) if target.simulate else _real(target, dialect)
        )
        yield client_of(connection, target, desired, stop, stack, writable=writable)


@contextmanager
def discovery(
    target: Target, desired: Desired, stop: Stop
) -> Iterator[Callable[[str, Secret], Client]]:
    """Give what makes a client of Prometheus discovery, of a user name and a password.

    All of them share one pool of connections. No other credentials are needed.
    """
    from reconciler.api.basic import Basic, Login
    from reconciler.api.client import Client
    from reconciler.api.dialects import DIALECTS
    from reconciler.api.transport import Transport
    from reconciler.api.waits import Waits

    dialect = replace(DIALECTS[desired.api], media_type="application/json")
    _check_offer(target, desired, dialect)
    with ExitStack() as stack:
        unsigned = Login("", "")
        connection = (
            replace(_simulated(target, desired, stack), credentials=unsigned)
            if target.simulate
            else _connection(target, dialect, unsigned)
        )
        transport = stack.enter_context(Transport(connection, writable=False))
        waits, ends = Waits(stop, target.told), Ends(_hidden(desired, connection))
        yield lambda name, password: Client(
            Basic(transport, name, password), dialect, {}, waits, ends
        )


def _check_offer(target: Target, desired: Desired, dialect: Dialect) -> None:
    """Raise Invalid for types that the API at this address does not have, before it is asked."""
    url = base_url(target, dialect.name)
    lacking = dialect.lacks(url)
    hint = "remove it here, or run against another address"
    problems = [
        Problem("type-not-offered", f"{one.type} is not offered at {url}", hint, one.at)
        for project in desired.projects
        for one in project.integrations
        if one.type in lacking and not one.absent
    ]
    if problems:
        raise Invalid(problems)


def client_of(  # noqa: PLR0913 - what a run has, and what it connects to
    connection: Connection, target: Target, desired: Desired, stop: Stop, stack: ExitStack,
    *, writable: bool,
) -> Client:  # fmt: skip
    """Give a client of a connection, until the stack is left."""
    from reconciler.api.client import Client
    from reconciler.api.dialects import DIALECTS
    from reconciler.api.transport import Transport
    from reconciler.api.waits import Waits

    transport = stack.enter_context(Transport(connection, writable=writable))
    waits, ends = Waits(stop, target.told), Ends(_hidden(desired, connection))
    signed = _signed(transport, connection.credentials, waits, ends, stack)
    kinds = catalogue.kinds(desired.api)
    return Client(signed, DIALECTS[desired.api], kinds, waits, ends)


def _signed(
    transport: Transport, credentials: Credentials, waits: Waits, ends: Ends, stack: ExitStack
) -> Transport | Bearer:
    """Put a token into every request, where it takes one."""
    from reconciler.api.credentials import ServiceAccount

    if not isinstance(credentials, ServiceAccount):
        return transport
    from reconciler.api.bearer import Bearer

    return stack.enter_context(Bearer(transport, credentials, waits, ends))


def _hidden(desired: Desired, connection: Connection) -> list[Sensitive]:
    """Gather every secret of the run, those that it connects with among them."""
    proxy_password = urlsplit(connection.proxy or "").password
    return [
        Secret(connection.credentials.secret),
        *([Secret(unquote(proxy_password))] if proxy_password else []),
        *(
            value
            for project in desired.projects
            for integration in project.integrations
            for value in integration.settings.values()
            if isinstance(value, Secret | Literal)
        ),
    ]


def _real(target: Target, dialect: Dialect) -> Connection:
    from reconciler.api.credentials import choose

    return _connection(target, dialect, choose(target.credentials, dialect))


def _connection(target: Target, dialect: Dialect, credentials: Credentials) -> Connection:
    from reconciler.api.transport import Connection

    return Connection(
        base_url(target, dialect.name),
        credentials,
        target.timeout,
        target.ca_bundle,
        target.proxy,
        target.concurrency,
        target.trace,
    )


def _simulated(target: Target, desired: Desired, stack: ExitStack) -> Connection:
    from reconciler.inside import of_state

    assert target.simulate  # noqa: S101 - its caller asked
    return of_state(target.simulate, target.seed, desired, SIMULATOR_URL, target.trace, stack)
