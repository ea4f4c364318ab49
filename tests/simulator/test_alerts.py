"""Alert configurations of a seed, and the integrations that they point at."""

import json

import pytest

from reconciler.api.dialects import DIALECTS
from reconciler.simulator import StateError, load_seed
from reconciler.simulator.state import PROJECT_APIS

PROJECT = "673f4ae24759b47bdd3a2e90"
KEY = "11111111-2222-3333-4444-555555556666"
ALERTS = [
    {
        "eventTypeName": event,
        "notifications": [
            {"typeName": "OPS_GENIE", "integrationType": "OPS_GENIE"},
            {"typeName": "EMAIL", "emailAddress": "a@example.com"},
        ],
    }
    for event in ("HOST_DOWN", "NO_PRIMARY", "CLUSTER_MONGOS_IS_MISSING")
]


def seed_of(alerts, api="atlas"):
    project = {"id": PROJECT, "name": "shop", "api": api, "alertConfigs": alerts}
    project["integrations"] = [{"type": "OPS_GENIE", "apiKey": KEY}]
    return load_seed(json.dumps({"projects": [project]}))


@pytest.fixture
def caller(make_service, call_of):
    def make(alerts=ALERTS, api="atlas", **switches):
        service = make_service(seed=seed_of(alerts, api), **switches)
        return call_of(service, path=DIALECTS[api].base_path)

    return make


def pointed_at(call):
    results = call("GET", f"/groups/{PROJECT}/alertConfigs").json()["results"]
    return {n["integrationId"] for alert in results for n in alert["notifications"][:1]}


def live_id(call):
    return call("GET", f"/groups/{PROJECT}/integrations").json()["results"][0]["id"]


@pytest.mark.parametrize("api", PROJECT_APIS)
def test_every_dialect_lists_them(caller, api):
    answer = caller(api=api)("GET", f"/groups/{PROJECT}/alertConfigs")
    assert answer.status_code == 200
    assert answer.json()["totalCount"] == 3
    alert = answer.json()["results"][0]
    assert (alert["eventTypeName"], alert["groupId"]) == ("HOST_DOWN", PROJECT)
    assert [n["typeName"] for n in alert["notifications"]] == ["OPS_GENIE", "EMAIL"]
    assert ("notifierId" in alert["notifications"][0]) == (api == "atlas")


def test_they_come_in_pages(caller):
    call = caller()
    pages = [
        call("GET", f"/groups/{PROJECT}/alertConfigs", params={"itemsPerPage": 2, "pageNum": n})
        for n in (1, 2)
    ]
    names = [[a["eventTypeName"] for a in page.json()["results"]] for page in pages]
    assert names == [["HOST_DOWN", "NO_PRIMARY"], ["CLUSTER_MONGOS_IS_MISSING"]]
    ids = {a["id"] for page in pages for a in page.json()["results"]}
    assert len(ids) == 3


@pytest.mark.parametrize("changes", [True, False])
def test_a_write_that_changes_the_id_leaves_them_pointing_at_nothing(caller, changes):
    call = caller(ids_change=changes)
    assert pointed_at(call) == {live_id(call)}
    call("PUT", f"/groups/{PROJECT}/integrations/OPS_GENIE", {"type": "OPS_GENIE", "apiKey": KEY})
    assert (pointed_at(call) == {live_id(call)}) == (not changes)


@pytest.mark.parametrize(
    ("alerts", "told"),
    [
        ("HOST_DOWN", "projects[0].alertConfigs of the seed is not a list."),
        ([{}], "projects[0].alertConfigs[0] of the seed is not a mapping with an `eventTypeName`."),
        (
            [{"eventTypeName": "A", "event": "B"}],
            'projects[0].alertConfigs[0] of the seed has unknown members: "event".',
        ),
        (
            [{"eventTypeName": "A", "notifications": {}}],
            "projects[0].alertConfigs[0].notifications of the seed is not a list.",
        ),
        (
            [{"eventTypeName": "A", "notifications": [{}]}],
            "projects[0].alertConfigs[0].notifications of the seed has one without a `typeName`.",
        ),
    ],
)
def test_a_seed_that_is_wrong_is_refused(alerts, told):
    with pytest.raises(StateError) as refused:
        seed_of(alerts)
    assert str(refused.value) == told
