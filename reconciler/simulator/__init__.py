"""The admin API on this machine: for a first try without an account, for rehearsals, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.simulator.copied import Shown, open_copy
from reconciler.simulator.doors import InProcess, serve
from reconciler.simulator.message import Handles, Request, Response
from reconciler.simulator.refusals import Refusal, read_refusal
from reconciler.simulator.seed import from_projects, load_seed
from reconciler.simulator.service import Service
from reconciler.simulator.state import Seed, StateError
from reconciler.simulator.store import Store
from reconciler.simulator.switches import LIKELIEST, Switches, list_switches, read_switches

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "LIKELIEST",
    "Handles",
    "InProcess",
    "Refusal",
    "Request",
    "Response",
    "Seed",
    "Service",
    "Shown",
    "StateError",
    "Store",
    "Switches",
    "from_projects",
    "list_switches",
    "load_seed",
    "open_copy",
    "open_service",
    "read_refusal",
    "read_switches",
    "serve",
]


def open_service(  # noqa: PLR0913 - each of them has a default
    state: Path,
    *,
    seed: Path | None = None,
    projects: Sequence[tuple[str | None, str | None]] = (),
    keys: tuple[str, str] | None = None,
    account: tuple[str, str] | None = None,
    switches: Switches = LIKELIEST,
    dialect: str = "atlas",
    refusals: Sequence[Refusal] = (),
) -> Service:
    """Serve the state in a file.

    A new file is filled from the seed, or else with the given projects, by id or name or both, and
    no integrations; for a file that holds a state already, both are ignored. Projects that do not
    say which API they belong to are those of the dialect. Raises StateError.
    """

    def fill() -> Seed:
        return _read(seed, dialect) if seed else from_projects(projects, dialect)

    store = Store.open(state, fill)
    return Service(store, keys=keys, account=account, switches=switches, refusals=refusals)


def _read(seed: Path, dialect: str) -> Seed:
    try:
        text = seed.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(f"The seed {seed} cannot be read: {error}.") from error
    try:
        return load_seed(text, dialect)
    except StateError as error:
        raise StateError(f"{seed}: {error}") from None
