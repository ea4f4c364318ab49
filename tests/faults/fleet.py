"""Small fleets: what is live, what is declared, and what it takes to get from one to the other."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from reconciler.simulator import LIKELIEST, Switches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Key = tuple[str, str]
"""A project's id, and a type."""
Settings = dict[str, Any]

SECRETS = {
    "PAGER_DUTY": "serviceKey",
    "OPS_GENIE": "apiKey",
    "VICTOR_OPS": "apiKey",
    "DATADOG": "apiKey",
    "PROMETHEUS": "password",
    "WEBHOOK": "url",
    "SLACK": "apiToken",
}
"""The setting of each type that is a secret, or stands where one is."""


ALERTING = {"PAGER_DUTY", "OPS_GENIE", "VICTOR_OPS", "WEBHOOK", "SLACK"}


@dataclass(frozen=True)
class Project:
    """Types by what becomes of them; `kept` are live as declared, `others` are not declared."""

    updates: str = ""
    creates: str = ""
    deletes: str = ""
    kept: str = ""
    others: str = ""


@dataclass(frozen=True)
class Fleet:
    """Projects, and which of the API's unknowns holds."""

    name: str
    projects: tuple[Project, ...]
    api: str = "atlas"
    switches: Switches = LIKELIEST
    prune: bool = False
    canary: bool = False
    """Whether the first project is written before the others."""
    is_refused: bool = False
    """Whether a guard must refuse what is declared."""
    declared: dict[Key, Settings] = field(default_factory=dict, compare=False)
    """In plain text, as it must be in the end."""
    live: dict[Key, Settings] = field(default_factory=dict, compare=False)
    """In plain text, as it is in the beginning."""
    absent: set[Key] = field(default_factory=set, compare=False)
    """What must be gone in the end."""

    def __post_init__(self) -> None:
        """Work out both sides."""
        for id_, project in zip(self.ids, self.projects, strict=True):
            for type_ in _types(project.updates, project.creates, project.kept):
                self.declared[id_, type_] = settings(id_, type_)
            for type_ in _types(project.kept, project.others, project.deletes):
                self.live[id_, type_] = settings(id_, type_)
            for type_ in _types(project.updates):
                self.live[id_, type_] = changed(self.declared[id_, type_])
            self.absent.update((id_, type_) for type_ in _types(project.deletes))

    @property
    def shows_writes(self) -> bool:
        """Whether an integration's id is shown, and is another one after each write."""
        return self.switches.ids_change and self.api == "atlas"

    @property
    def ids(self) -> list[str]:
        """Give the ids of the projects."""
        return [f"{number:024x}" for number in range(1, len(self.projects) + 1)]

    @property
    def keys(self) -> list[Key]:
        """Give what the run is about, in the order of the plan."""
        return sorted({*self.declared, *self.absent})

    @property
    def writes(self) -> int:
        """Give how many writes lead from one side to the other."""
        parts = (_types(p.updates, p.creates, p.deletes) for p in self.projects)
        return sum(len(part) for part in parts)

    def yaml(self) -> str:
        """Write it as a desired state; JSON is YAML too."""
        projects = [
            {"id": id_, "prune": self.prune, "canary": self.canary and id_ == self.ids[0],
             "integrations": self._items(id_)} for id_ in self.ids
        ]  # fmt: skip
        return json.dumps({"version": 1, "api": self.api, "projects": projects}, indent=1)

    def _items(self, id_: str) -> list[dict[str, Any]]:
        items = []
        for project, type_ in self.keys:
            if project == id_ and (project, type_) in self.absent and not self.prune:
                items.append({"type": type_, "ensure": "absent"})
            elif project == id_ and (project, type_) in self.declared:
                secret = {SECRETS[type_]: {"env": variable((project, type_))}}
                items.append({"type": type_, **self.declared[project, type_], **secret})
        return items


def variable(key: Key) -> str:
    """Name the variable that holds a secret."""
    return f"CAMPAIGN_{int(key[0], 16)}_{key[1]}"


def environment(declared: Mapping[Key, Settings]) -> dict[str, str]:
    """Give the variables of all declared secrets."""
    return {variable(key): wanted[SECRETS[key[1]]] for key, wanted in declared.items()}


def settings(project: str, type_: str, edition: str = "ours") -> Settings:
    """Give an integration's settings; every edition of a secret is another one."""
    hidden = hashlib.sha256(f"{project} {type_} {edition}".encode()).hexdigest()[:32]
    secret = f"https://{hidden[:6]}.example/{hidden[6:]}" if type_ == "WEBHOOK" else hidden
    return {**_PLAIN[type_], SECRETS[type_]: secret}


_PLAIN: dict[str, Settings] = {
    "PAGER_DUTY": {"region": "EU"},
    "OPS_GENIE": {"region": "EU"},
    "VICTOR_OPS": {"routingKey": "team"},
    "DATADOG": {"region": "EU"},
    "PROMETHEUS": {"username": "prom", "enabled": True, "serviceDiscovery": "http"},
    "WEBHOOK": {},
    "SLACK": {"channelName": "alerts"},
}
_OTHER = {"region": "US", "routingKey": "others", "username": "other", "channelName": "others"}


def changed(one: Settings) -> Settings:
    """Give settings that can be seen to be others."""
    return {name: _another(name, value) for name, value in one.items()}


def _another(name: str, value: Any) -> Any:
    if name in _OTHER:
        return _OTHER[name]
    if name not in SECRETS.values():
        return value
    turned = value.rsplit("/", maxsplit=1)[-1][::-1]
    return f"https://others.example/{turned}" if value.startswith("https:") else turned


def by_others(key: Key, number: int) -> Settings:
    """Give what somebody else writes: seen to be neither ours nor what anybody wrote before."""
    theirs = changed(settings(*key, f"others {number}"))
    return {**theirs, **({"username": f"other{number}"} if "username" in theirs else {})}


def rotated(one: Settings, type_: str, number: int = 0) -> Settings:
    """Give the same with another secret, which no mask tells from the one before."""
    secret = one[SECRETS[type_]]
    head, tail = secret[:-8], secret[-4:]
    middle = f"{(int(secret[-8:-4], 16) + 1 + number) % 65536:04x}"
    return {**one, SECRETS[type_]: f"{head}{middle}{tail}"}


def _types(*texts: str) -> list[str]:
    return [type_ for text in texts for type_ in text.split()]


THREE = (
    Project("PAGER_DUTY PROMETHEUS", "OPS_GENIE WEBHOOK", "VICTOR_OPS", others="SLACK"),
    Project("DATADOG WEBHOOK", "PAGER_DUTY PROMETHEUS", "OPS_GENIE", "VICTOR_OPS"),
    Project("OPS_GENIE VICTOR_OPS", "DATADOG PAGER_DUTY", "PROMETHEUS", "WEBHOOK", "SLACK"),
)
"""Three projects, fifteen writes."""
ONE = (Project("PAGER_DUTY", "OPS_GENIE PROMETHEUS", "VICTOR_OPS", others="SLACK"),)
"""One project, four writes."""
TWO = (
    Project("PAGER_DUTY PROMETHEUS", "OPS_GENIE", "DATADOG VICTOR_OPS", others="SLACK"),
    Project("WEBHOOK", "DATADOG PROMETHEUS", kept="PAGER_DUTY"),
)
"""Two projects, eight writes; two deletes in a row."""
ANOTHER_ALERTS = (Project(creates="DATADOG", deletes="PAGER_DUTY", kept="WEBHOOK"),)
"""One project, which stays lit only as long as nobody takes what is kept."""
MANY_DELETES = (Project(deletes="DATADOG OPS_GENIE PROMETHEUS VICTOR_OPS", kept="PAGER_DUTY"),)
"""One project, and more deletes than a plan may have that nobody allowed."""


@cache
def evidence(projects: tuple[Project, ...]) -> list[Fleet]:
    """Give the same projects behind APIs of each kind that the real one may be of."""
    return [
        Fleet("ids that change", projects),
        Fleet("ids that stay, PUT merges", projects, switches=Switches(
            ids_change=False, put_merges=True, put_inserts=False)),
        Fleet("no ids", projects, api="atlas-v1"),
    ]  # fmt: skip


def effect(fleet: Fleet, wanted: Mapping[Key, Settings], key: Key, state: Mapping) -> bool:
    """Tell whether a state holds what is declared of one integration."""
    if key in fleet.absent:
        return key not in state
    return key in state and wanted[key].items() <= state[key][1].items()


def is_settled(fleet: Fleet, wanted: Mapping[Key, Settings], state: Mapping) -> bool:
    """Tell whether a state holds all that is declared."""
    return all(effect(fleet, wanted, key, state) for key in fleet.keys)


def projects_of(keys: Iterable[Key]) -> set[str]:
    """Give the projects of some integrations."""
    return {project for project, _ in keys}
