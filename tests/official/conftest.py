"""MongoDB's own description of the API, and a served project that has every type it describes."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.simulator import Service, Store, Switches, load_seed, serve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOCUMENT = Path(__file__).parents[2].parent / "shared/api/openapi-atlas-v2-integrations.json"
PROJECT, EMPTY = "5d791c84ff7a2522cc4f9aa1", "5d791c84ff7a2522cc4f9aa2"
ORGANIZATION = "5d791c84ff7a2522cc4f9aa0"
KEY = "0123456789abcdef0123456789abcdef"
INTEGRATIONS = {
    "PAGER_DUTY": {"serviceKey": KEY, "region": "EU"},
    "SLACK": {"apiToken": "xoxb-made-up", "channelName": "alerts", "teamName": "example"},
    "DATADOG": {"apiKey": KEY, "region": "US1_FED", "sendDatabaseMetrics": True},
    "NEW_RELIC": {
        "accountId": KEY + "01234567",
        "licenseKey": KEY + "89abcdef",
        "readToken": "made-up-read",
        "writeToken": "made-up-write",
    },
    "OPS_GENIE": {"apiKey": "adbf6e09-made-up", "region": "EU"},
    "VICTOR_OPS": {"apiKey": "558e7ebc-made-up", "routingKey": "database"},
    "WEBHOOK": {
        "url": "https://hooks.example.com/atlas",
        "secret": "made-up",
        "bodyTemplate": '{"text": "${id}"}',
        "headersTemplate": '{"X-Alert": "${id}"}',
    },
    "PROMETHEUS": {
        "username": "prom_user",
        "password": "made-up",
        "enabled": True,
        "serviceDiscovery": "http",
        "sendUserProvidedResourceTagsEnabled": True,
    },
    "MICROSOFT_TEAMS": {"microsoftTeamsWebhookUrl": "https://teams.example.com/hook/1"},
}
"""A good body of each type, but for `type` itself; HIP_CHAT has no schema in the document."""


@dataclass(frozen=True)
class Sample:
    """What the served state holds: values of path parameters, and bodies by type."""

    names: Mapping[str, Sequence[str]]
    integrations: Mapping[str, Mapping[str, object]]


@pytest.fixture(scope="session")
def sample():
    names = {
        "groupId": [PROJECT, EMPTY],
        "orgId": [ORGANIZATION],
        "groupName": ["payments", "staging"],
        "integrationType": sorted(INTEGRATIONS),
    }
    return Sample(names, INTEGRATIONS)


@pytest.fixture(scope="session")
def document():
    """Give the OpenAPI document, with the two corrections that recorded answers ask for."""
    if not DOCUMENT.is_file():
        pytest.skip("MongoDB's OpenAPI document is not beside this checkout")
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    # It says that the parameters of an error are objects; every recorded error has strings there.
    schemas["ApiError"]["properties"]["parameters"]["items"] = {}
    # It says that the templates of a webhook are strings; recorded ones that are not set are null.
    for name in ("bodyTemplate", "headersTemplate"):
        schemas["Webhook"]["properties"][name]["nullable"] = True
    return document


@pytest.fixture
def service(tmp_path):
    """Give the simulator with every type set up in one project, and no limit that tests meet."""
    integrations = [{"type": name, **settings} for name, settings in INTEGRATIONS.items()]
    full = {"id": PROJECT, "orgId": ORGANIZATION, "name": "payments", "integrations": integrations}
    empty = {"id": EMPTY, "orgId": ORGANIZATION, "name": "staging"}
    seed = json.dumps({"projects": [full, empty]})
    store = Store.open(tmp_path / "state.db", lambda: load_seed(seed))
    service = Service(store, switches=Switches(capacity=10**6))
    yield service
    service.close()


@pytest.fixture
def url(service):
    """Give the address at which that simulator is served."""
    with serve(service) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
