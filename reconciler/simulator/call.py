"""What a handler is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.api.dialects import Dialect
    from reconciler.simulator.message import Request
    from reconciler.simulator.options import Options
    from reconciler.simulator.store import Store
    from reconciler.simulator.switches import Switches


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was admitted: who may call, what the path names, what the query asks for."""

    request: Request
    dialect: Dialect
    names: Mapping[str, str]
    """The path's parameters, decoded; ids are well-formed, and the project exists."""
    options: Options
    store: Store
    switches: Switches
    now: float


@dataclass(frozen=True, slots=True)
class Entity:
    """An answer that is one object."""

    content: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Page:
    """An answer that is one page of a list; `total` counts the whole list."""

    results: list[dict[str, Any]]
    total: int
    filters: Mapping[str, str] = field(default_factory=dict)
    """Query parameters that the links must repeat."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """An answer without content."""

    status: int = 204


Answer = Entity | Page | Nothing


def is_v2(dialect: Dialect) -> bool:
    """Tell the one dialect that has versions, and that shows how much of a limit is left."""
    return dialect.name == "atlas"
