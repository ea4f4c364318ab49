"""A copy shows what an API showed, to the last member, and takes writes like any state."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reconciler.simulator import Shown, open_copy

PROJECT = "6a79404f2c88faeba59beea6"
UUID = "00000000-aaaa-2222-bbbb-333333333311"
SHOWN = [
    {
        "apiKey": "********************************3311",
        "id": "1" * 24,
        "region": None,
        "tomorrow": {"is": ["another", 1, 2.5, True, None]},
        "type": "OPS_GENIE",
    },
    {"hill": "north", "id": "1" * 24, "secret": "in full", "type": "SMOKE_SIGNAL"},
    {"apiToken": "****", "flowName": "f", "id": 7, "orgName": "o", "type": "FLOWDOCK"},
]
ALERT = {"id": "2" * 24, "eventTypeName": "HOST_DOWN", "notifications": [{"typeName": "SLACK"}]}
JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def call(call_of):
    with closing(open_copy([Shown(PROJECT, "payments", SHOWN, [ALERT])], "atlas")) as service:
        yield call_of(service)


def by_type(answer):
    return {item["type"]: item for item in answer.json()["results"]}


def test_each_entry_is_shown_as_it_was_whatever_the_catalogue_says(call):
    shown = call("GET", call.integrations())
    assert shown.json()["totalCount"] == len(SHOWN)
    assert by_type(shown) == {item["type"]: item for item in SHOWN}
    for item in SHOWN:
        assert call("GET", call.integrations(f"/{item['type']}")).json() == item


def test_the_project_keeps_its_id_and_name(call):
    (project,) = call("GET", "/groups").json()["results"]
    assert (project["id"], project["name"]) == (PROJECT, "payments")


def test_a_write_replaces_what_was_copied_and_leaves_the_rest(call):
    body = {"type": "OPS_GENIE", "apiKey": UUID, "region": "EU"}
    after = by_type(call("PUT", call.integrations("/OPS_GENIE"), body))
    assert after["OPS_GENIE"].keys() == {"apiKey", "id", "region", "type"}
    assert after["OPS_GENIE"]["id"] != "1" * 24
    assert [after[item["type"]] for item in SHOWN[1:]] == SHOWN[1:]


def test_a_copied_integration_is_there_for_post_and_delete(call):
    body = {"type": "OPS_GENIE", "apiKey": UUID}
    assert call("POST", call.integrations("/OPS_GENIE"), body).status_code == 409
    assert call("DELETE", call.integrations("/OPS_GENIE")).status_code == 204
    assert call("GET", call.integrations("/OPS_GENIE")).status_code == 404


def test_alerts_are_copied_and_what_is_no_notification_goes_to_nobody(call_of):
    odd = [ALERT, {"id": "a", "notifications": "none"}, {"id": "b", "notifications": [3]}]
    with closing(open_copy([Shown(PROJECT, None, [], odd)], "atlas")) as service:
        call = call_of(service)
        shown = call("GET", f"/groups/{PROJECT}/alertConfigs").json()["results"]
    assert [item["id"] for item in shown] == ["2" * 24, "a", "b"]
    assert shown[0]["notifications"][0]["typeName"] == "SLACK"
    assert [item["notifications"] for item in shown[1:]] == [[], []]


@pytest.mark.parametrize("shows", [True, False])
def test_an_older_api_shows_ids_after_a_write_if_it_showed_them_before(call_of, shows):
    item = {"type": "OPS_GENIE", "apiKey": "****3311"} | ({"id": "1" * 24} if shows else {})
    with closing(open_copy([Shown(PROJECT, "p", [item])], "cloud-manager")) as service:
        call = call_of(service, path="/api/public/v1.0")
        body = {"type": "VICTOR_OPS", "apiKey": UUID}
        after = by_type(call("POST", call.integrations("/VICTOR_OPS"), body))
    assert ("id" in after["VICTOR_OPS"]) is shows


def test_there_is_no_rate_limit(call):
    answers = [call("GET", call.integrations()) for _ in range(1300)]
    assert {answer.status_code for answer in answers} == {200}


@given(some.dictionaries(some.text(max_size=8), JSON, max_size=5), some.text(min_size=1))
def test_any_json_object_survives(settings, type_):
    item = {**settings, "type": type_}
    with closing(open_copy([Shown(PROJECT, "p", [item])], "atlas")) as service:
        with service.store.transaction():
            (kept,) = service.store.integrations(PROJECT)
        assert (kept.type, kept.settings, kept.as_shown) == (type_, item, True)
