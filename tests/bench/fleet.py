"""A fleet of projects to measure with: its YAML, its secrets, and the API's masked answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PER_PROJECT = 6
_CHANGED = 100
"""One integration in so many is not live as it is declared."""
_PROJECT = """\
  - id: "{id}"
    name: project-{n}
    integrations:
      - type: PAGER_DUTY
        serviceKey: {{env: "KEY_{n}_0"}}
        region: US
      - type: SLACK
        apiToken: {{env: "KEY_{n}_1"}}
        channelName: alerts-{n}
      - type: DATADOG
        apiKey: {{env: "KEY_{n}_2"}}
        region: US3
        sendDatabaseMetrics: true
      - type: OPS_GENIE
        apiKey: {{env: "KEY_{n}_3"}}
        region: EU
      - type: VICTOR_OPS
        apiKey: {{env: "KEY_{n}_4"}}
        routingKey: team-{n}
      - type: WEBHOOK
        url: https://hooks.example.com/atlas/{n:06}
        secret: {{env: "KEY_{n}_5"}}
"""


@dataclass(frozen=True)
class Fleet:
    """So many projects with six integrations each. The same size gives the same fleet."""

    size: int

    def write(self, folder: Path) -> Path:
        """Write the desired state as one file."""
        file = folder / f"fleet-{self.size}.yaml"
        projects = (_PROJECT.format(id=self.id(n), n=n) for n in range(self.size))
        file.write_text(f"version: 1\napi: atlas\nprojects:\n{''.join(projects)}")
        return file

    def id(self, number: int) -> str:
        """Give the id of a project: as random as ids look, and never the same twice."""
        return f"{number * 0x9E3779B97F4A7C15F39CC0605 % 2**96:024x}"

    def secrets(self) -> Iterator[tuple[str, str]]:
        """Give every variable that the fleet refers to, with its value."""
        for number in range(self.size):
            for slot in range(PER_PROJECT):
                yield f"KEY_{number}_{slot}", f"{self._key(number, slot):032x}"

    def projects(self) -> list[dict[str, str]]:
        """Give the projects as the API lists them."""
        return [{"id": self.id(n), "name": f"project-{n}"} for n in range(self.size)]

    def live(self, number: int) -> list[dict[str, Any]]:
        """Give the integrations of a project as the API shows them."""
        masks = [f"{'*' * 28}{self._key(number, slot) % 2**16:04x}" for slot in range(PER_PROJECT)]
        changed = [(number * 7 + slot) % _CHANGED == 0 for slot in range(PER_PROJECT)]
        tail = "gone" if changed[5] else f"{number:06}"[-4:]
        settings: list[dict[str, Any]] = [
            {"type": "PAGER_DUTY", "serviceKey": masks[0], "region": "EU" if changed[0] else "US"},
            {
                "type": "SLACK",
                "apiToken": masks[1],
                "channelName": "elsewhere" if changed[1] else f"alerts-{number}",
            },
            {
                "type": "DATADOG",
                "apiKey": masks[2],
                "customEndpoint": None,
                "region": "US3",
                "sendCollectionLatencyMetrics": False,
                "sendDatabaseMetrics": not changed[2],
                "sendQueryStatsMetrics": False,
                "sendUserProvidedResourceTags": False,
            },
            {"type": "OPS_GENIE", "apiKey": masks[3], "region": "US" if changed[3] else "EU"},
            {
                "type": "VICTOR_OPS",
                "apiKey": masks[4],
                "routingKey": "nobody" if changed[4] else f"team-{number}",
            },
            {
                "type": "WEBHOOK",
                "bodyTemplate": None,
                "headersTemplate": None,
                "secret": masks[5],
                "url": f"https://hooks.example.com/****{tail}",
            },
        ]
        return [{**each, "id": self.id(number)[::-1]} for each in settings]

    def _key(self, number: int, slot: int) -> int:
        return (number * PER_PROJECT + slot + 1) * 0xD1342543DE82EF95A4093822299F31D % 2**128
