"""Recorded answers of the real API as witness, where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.simulator import Seed
from reconciler.simulator.state import Integration, Project

RECORDED = Path(__file__).parents[2].parent / "shared" / "api" / "recorded"
PROJECT = "6a79404f2c88faeba59beea6"
HOST = "http://localhost:8080"  # which the recorder put in the place of the real one
POSTED = ("datadog", "ops_genie", "pager_duty", "victor_ops", "webhook")

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not at hand")


def recording(name):
    return json.loads((RECORDED / f"{name}.json").read_text())


def without_ids(body):
    if isinstance(body, list):
        return [without_ids(item) for item in body]
    if isinstance(body, dict):
        return {name: without_ids(value) for name, value in body.items() if name != "id"}
    return body


def assert_same(answer, recorded):
    """Compare status, body but for ids, and the headers that a client reads."""
    assert answer.status_code == recorded["status"]
    assert answer.reason == recorded["reason"]
    body = answer.json() if answer.content else None
    assert without_ids(body) == without_ids(recorded["body"])
    for name in ("Content-Type", "Content-Length", "X-Error-Code", "Ratelimit-Limit"):
        assert answer.headers.get(name) == recorded["headers"].get(name), name


@pytest.fixture
def call(make_service, call_of):
    return call_of(make_service(), base=HOST)


@pytest.fixture
def filled(call):
    for name in POSTED:
        request = recording(f"v2-post-{name}")["request"]
        assert call("POST", request["path"].removeprefix("/api/atlas/v2"), request["body"]).ok
    return call


def test_posting_the_recorded_bodies_gives_the_recorded_answers(call):
    for name in POSTED:
        recorded = recording(f"v2-post-{name}")
        path = recorded["request"]["path"].removeprefix("/api/atlas/v2")
        answer = call("POST", path, recorded["request"]["body"])
        assert_same(answer, recorded["response"])
        left = recorded["response"]["headers"]["Ratelimit-Remaining"]
        assert answer.headers["RateLimit-Remaining"] == left


@pytest.mark.parametrize("name", ["v2-get-all", "v2-get-one-webhook", "v2-delete-webhook"])
def test_what_was_posted_reads_and_goes_as_recorded(filled, name):
    recorded = recording(name)
    path = recorded["request"]["path"].removeprefix("/api/atlas/v2")
    assert_same(filled(recorded["request"]["method"], path), recorded["response"])


def test_before_may_2026_a_masked_url_had_no_tail(make_service, call_of):
    caller = call_of(make_service(url_mask_tail=False), base=HOST)
    body = recording("v2-post-webhook")["request"]["body"]
    caller("POST", caller.integrations("/WEBHOOK"), body)
    old = recording("v2-get-all-history")["recordings"][0]["response"]["body"]["results"]
    shown = next(item["url"] for item in old if item["type"] == "WEBHOOK")
    assert caller("GET", caller.integrations("/WEBHOOK")).json()["url"] == shown


def test_the_challenge_is_the_recorded_one_but_for_the_nonce(call):
    recorded = recording("v2-error-401-digest-challenge")["response"]
    answer = call.session.get(f"{HOST}/api/atlas/v2/groups", auth=lambda request: request)
    assert_same(answer, recorded)
    given, expected = answer.headers["WWW-Authenticate"], recorded["headers"]["Www-Authenticate"]
    assert len(given) == len(expected)
    before, _, rest = expected.partition('nonce="')
    assert given.startswith(before)
    assert given.endswith(rest[rest.index('"') :])


def test_an_unknown_project_is_the_recorded_error(call):
    recorded = recording("v2-error-404-group-not-found")["response"]
    assert_same(call("GET", call.integrations(project="1" * 24)), recorded)


def test_an_unknown_path_has_the_shape_of_the_recorded_error(call):
    recorded = recording("v2-error-404-resource-not-found")["response"]["body"]
    answer = call("GET", "/nowhere").json()
    assert answer.keys() == recorded.keys()
    assert {**answer, "detail": "", "parameters": []} == {
        **recorded,
        "detail": "",
        "parameters": [],
    }


def test_projects_look_as_recorded(make_service, call_of):
    recorded = recording("v2-groups-list")["response"]["body"]
    projects = [
        Project(item["id"], item["name"], item["orgId"], item["created"], tuple(item["tags"]))
        for item in recorded["results"]
    ]
    caller = call_of(make_service(seed=Seed(tuple(reversed(projects)))), base=HOST)
    for item in recorded["results"]:
        item["clusterCount"] = 0  # there are no clusters here
    assert caller("GET", "/groups").json() == recorded


def test_a_project_alone_looks_as_recorded(make_service, call_of):
    recorded = recording("v2-groups-get")["response"]["body"]
    tags = tuple(recorded["tags"])
    names = ("id", "name", "orgId", "created")
    project = Project(*(recorded[name] for name in names), tags)
    caller = call_of(make_service(seed=Seed((project,))), base=HOST)
    assert caller("GET", f"/groups/{project.id}").json() == recorded


def test_making_a_project_answers_as_recorded(call):
    recorded = recording("v2-groups-create")["response"]
    wanted = {name: recorded["body"][name] for name in ("name", "orgId", "tags")}
    answer = call("POST", "/groups", wanted)
    assert answer.status_code == recorded["status"]
    assert answer.headers["Content-Length"] == recorded["headers"]["Content-Length"]
    made = answer.json()
    text = json.dumps(recorded["body"]).replace(recorded["body"]["id"], made["id"])
    assert made == {**json.loads(text), "created": made["created"]}


@pytest.mark.parametrize(("type_", "name"), [("SLACK", "apiToken"), ("OPS_GENIE", "apiKey")])
def test_masks_are_as_long_as_in_the_specification(make_service, call_of, type_, name):
    mask = recording("v2-openapi-examples")["fields"][type_][name]
    key = "k" * mask.count("*") + mask.lstrip("*")
    seed = Seed(
        (Project(PROJECT, "payments", "0" * 24, "2026-01-01T00:00:00Z"),),
        ((PROJECT, Integration(type_, "1" * 24, {name: key})),),
    )
    caller = call_of(make_service(seed=seed))
    assert caller("GET", caller.integrations(f"/{type_}")).json()[name] == mask
