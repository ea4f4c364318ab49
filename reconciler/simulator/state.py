"""What the simulator keeps, as values: projects, their integrations, and how ids are made."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reconciler.api.dialects import DIALECTS, Family

if TYPE_CHECKING:
    from collections.abc import Mapping

_ID = re.compile(r"[0-9a-f]{24}")

PROJECT_APIS = {
    "atlas": "atlas",
    "atlas-v1": "atlas",
    "cloud-manager": "cloud-manager",
    "ops-manager": "ops-manager",
}
"""The `api` of a project that a dialect speaks of: both of Atlas speak of the same projects."""


class StateError(Exception):
    """The state or its seed cannot be used; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A deployment whose `hosts`, with or without a port, Prometheus discovery shows."""

    name: str
    provider: str
    region: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A project; `created` in ISO 8601, `tags` as its own API shows them, `api` of PROJECT_APIS."""

    id: str
    name: str
    org_id: str
    created: str
    tags: tuple[Mapping[str, str] | str, ...] = ()
    api: str = "atlas"
    clusters: tuple[Cluster, ...] = ()
    alerts: tuple[Mapping[str, Any], ...] = ()
    """Alert configurations, as far as they are a seed's own."""

    @property
    def family(self) -> Family:
        """The family of APIs that answer for the project."""
        return DIALECTS[self.api].family


@dataclass(frozen=True, slots=True)
class Integration:
    """An integration with its settings in plaintext; its repr shows none of them.

    With `as_shown`, the settings are all that an API showed of it instead, its id too.
    """

    type: str
    id: str
    settings: Mapping[str, Any]
    as_shown: bool = False

    def __repr__(self) -> str:
        return f"Integration({self.type}, {self.id})"


@dataclass(frozen=True, slots=True)
class Seed:
    """What a new state is filled with; integrations beside the id of their project."""

    projects: tuple[Project, ...] = ()
    integrations: tuple[tuple[str, Integration], ...] = ()


def is_id(text: str) -> bool:
    """Tell whether a text has the form of an id: 24 hexadecimal digits, lower case."""
    return _ID.fullmatch(text) is not None


def new_id(now: float) -> str:
    """Make an id; as in the API it starts with the second of its making."""
    return f"{int(now):08x}{secrets.token_hex(8)}"


def derived_id(*parts: str, moment: int) -> str:
    """Make the id that the same parts always give, so that runs from a seed are reproducible."""
    return f"{moment:08x}{hashlib.sha256('/'.join(parts).encode()).hexdigest()[:16]}"
