"""Every dialect at once: the path picks it, and a project belongs to one API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.api.dialects import DIALECTS
from reconciler.simulator import load_seed

ATLAS, CLOUD, OPS = "a" * 24, "c" * 24, "d" * 24
MIXED = {
    "projects": [
        {"id": ATLAS, "name": "on-atlas", "orgId": "1" * 24},
        {"id": CLOUD, "name": "on-cloud", "orgId": "2" * 24, "api": "cloud-manager"},
        {"id": OPS, "name": "on-ops", "orgId": "2" * 24, "api": "ops-manager", "tags": ["x"]},
    ]
}
RECORDED = Path(__file__).parents[2].parent / "shared" / "api" / "recorded"
V1, PUBLIC = "/api/atlas/v1.0", "/api/public/v1.0"
KEY = "0123456789abcdef0123456789abcdef"
PAGER = {"type": "PAGER_DUTY", "serviceKey": KEY}
DATADOG = {"type": "DATADOG", "apiKey": KEY, "region": "US"}
HIP_CHAT = {"type": "HIP_CHAT", "notificationToken": "hip-hip-hurrah", "roomName": "ops"}
FLOWDOCK = {"type": "FLOWDOCK", "apiToken": "token-of-a-user", "orgName": "o", "flowName": "f"}
SLACK = {"type": "SLACK", "apiToken": "1234567890", "teamName": "My Team"}


@pytest.fixture
def calls(make_service, call_of):
    """Give callers of one service, one for each base path."""

    def make(**switches):
        service = make_service(seed=load_seed(json.dumps(MIXED)), **switches)
        return [call_of(service, path=path) for path in ("/api/atlas/v2", V1, PUBLIC)]

    return make


def post(call, project, body):
    return call("POST", call.integrations(f"/{body['type']}", project), body)


def code(answer):
    return answer.status_code, answer.json()["errorCode"]


def names(call):
    return [project["name"] for project in call("GET", "/groups").json()["results"]]


def test_lists_show_the_projects_of_their_own_family(calls):
    assert [names(call) for call in calls()] == [["on-atlas"], ["on-atlas"], ["on-cloud", "on-ops"]]


def test_a_project_of_the_other_family_is_refused_by_id_and_name(calls):
    v2, v1, public = calls()
    for call in (v2, v1):
        for path in (f"/groups/{CLOUD}", call.integrations(project=OPS), "/groups/byName/on-ops"):
            assert code(call("GET", path)) == (404, "NOT_ATLAS_GROUP")
        assert code(call("GET", f"/orgs/{'2' * 24}/groups")) == (404, "NOT_ATLAS_ORG")
        assert code(post(call, CLOUD, PAGER)) == (404, "NOT_ATLAS_GROUP")
    for path in (f"/groups/{ATLAS}", public.integrations(project=ATLAS), "/groups/byName/on-atlas"):
        assert code(public("GET", path)) == (404, "ATLAS_GROUP")
    assert code(public("GET", f"/orgs/{'1' * 24}/groups")) == (404, "EXPECTED_NON_ATLAS_ORG")


def test_before_v2_no_version_is_asked_for_and_none_given(calls):
    v2, *others = calls()
    for call in others:
        answer = call("GET", "/groups", headers={})
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            200,
            "application/json;charset=utf-8",
        )
        assert "RateLimit-Limit" not in answer.headers
    assert v2("GET", "/groups", headers={}).status_code == 406


def test_before_v2_a_malformed_id_is_404(calls):
    for call in calls()[1:]:
        assert code(call("GET", "/groups/XYZ")) == (404, "INVALID_GROUP_ID")
        assert code(call("GET", "/orgs/XYZ/groups")) == (404, "INVALID_ORG_ID")


def test_before_v2_a_full_bucket_has_the_older_error_and_no_headers(calls):
    call = calls(capacity=1)[1]
    assert call("GET", f"/groups/{ATLAS}").status_code == 200
    answer = call("GET", f"/groups/{ATLAS}")
    assert code(answer) == (429, "RATE_LIMITED")
    assert answer.json()["parameters"] == [f"{V1}/groups/{ATLAS}", 1, 1]
    assert not {"Retry-After", "RateLimit-Limit"} & set(answer.headers)


def test_what_a_dialect_does_not_offer_is_refused_as_its_error_reference_says(calls):
    v2, v1, public = calls()
    assert code(post(public, CLOUD, DATADOG)) == (400, "DATADOG_NOT_SUPPORTED_FOR_CLOUD_MANAGER")
    assert post(public, OPS, DATADOG).status_code == 200
    for call, project in ((v2, ATLAS), (v1, ATLAS), (public, CLOUD)):
        assert code(post(call, project, HIP_CHAT)) == (400, "HIPCHAT_NOT_SUPPORTED")
    assert post(public, OPS, HIP_CHAT).status_code == 200
    assert code(post(v2, ATLAS, FLOWDOCK)) == (400, "INVALID_PATH_PARAMETER")
    assert post(v1, ATLAS, FLOWDOCK).status_code == 200
    for type_ in ("DATADOG", "HIP_CHAT"):
        answer = public("GET", public.integrations(f"/{type_}", CLOUD))
        assert code(answer) == (404, "INTEGRATION_NOT_CONFIGURED")


def test_a_setting_of_other_dialects_is_refused_with_the_code_of_ops_manager(calls):
    _, v1, public = calls()
    refused = post(public, OPS, PAGER | {"region": "US"})
    assert code(refused) == (400, "FIELD_UNSUPPORTED_FOR_OPS_MANAGER")
    assert refused.json()["parameters"] == ["region"]
    assert code(post(public, OPS, PAGER | {"zone": "x"})) == (400, "INVALID_ATTRIBUTE")
    assert code(post(public, CLOUD, PAGER | {"region": "US"})) == (400, "INVALID_ATTRIBUTE")
    assert code(post(v1, ATLAS, DATADOG | {"sendDatabaseMetrics": True})) == (
        400,
        "INVALID_ATTRIBUTE",
    )


def test_each_dialect_shows_what_it_knows(calls):
    v2, v1, _ = calls()
    post(v1, ATLAS, FLOWDOCK)
    post(v2, ATLAS, DATADOG | {"sendDatabaseMetrics": True})
    shown_v2 = v2("GET", v2.integrations(project=ATLAS)).json()
    shown_v1 = v1("GET", v1.integrations(project=ATLAS)).json()
    assert ([item["type"] for item in shown_v2["results"]], shown_v2["totalCount"]) == (
        ["DATADOG"],
        1,
    )
    assert [item["type"] for item in shown_v1["results"]] == ["DATADOG", "FLOWDOCK"]
    assert shown_v1["results"][0] == {
        "apiKey": "*" * 28 + "cdef",
        "region": "US",
        "type": "DATADOG",
    }
    assert code(v2("GET", v2.integrations("/FLOWDOCK", ATLAS))) == (400, "INVALID_PATH_PARAMETER")


def test_ids_are_shown_by_v2_and_by_the_others_if_asked(calls):
    for switch, shown in ((False, [True, False, False]), (True, [True] * 3)):
        triple = calls(ids_before_v2=switch)
        projects = (ATLAS, ATLAS, CLOUD)
        post(triple[0], ATLAS, PAGER)
        post(triple[2], CLOUD, PAGER)
        bodies = [
            call("GET", call.integrations("/PAGER_DUTY", project)).json()
            for call, project in zip(triple, projects, strict=True)
        ]
        assert ["id" in body for body in bodies] == shown


@pytest.mark.parametrize(
    ("masks", "shown"),
    [("six", "******cdef"), ("length", "*" * 28 + "cdef"), ("none", KEY)],
)
def test_the_public_api_has_masks_of_its_own(calls, masks, shown):
    _, v1, public = calls(public_masks=masks)
    post(v1, ATLAS, PAGER)
    post(public, CLOUD, PAGER)
    of_atlas = v1("GET", v1.integrations("/PAGER_DUTY", ATLAS)).json()
    of_public = public("GET", public.integrations("/PAGER_DUTY", CLOUD)).json()
    assert (of_atlas["serviceKey"], of_public["serviceKey"]) == ("*" * 28 + "cdef", shown)


def test_a_project_made_through_the_public_api_belongs_to_one_of_two(calls):
    for api, answer in (("cloud-manager", 400), ("ops-manager", 200)):
        public = calls(public_api=api)[2]
        made = public("POST", "/groups", {"name": "new", "orgId": "2" * 24, "tags": ["a"]})
        assert (made.status_code, made.json()["tags"]) == (201, ["a"])
        assert post(public, made.json()["id"], HIP_CHAT).status_code == answer


def test_the_agents_key_is_shown_of_a_public_project_alone(calls):
    *_, public = calls()
    by_id = public("GET", f"/groups/{CLOUD}").json()
    by_name = public("GET", "/groups/byName/on-cloud").json()
    assert by_id == by_name
    assert len(by_id["agentApiKey"]) == 32
    assert "agentApiKey" not in public("GET", "/groups").text


def recorded_projects(file):
    if not RECORDED.is_dir():
        pytest.skip("the recordings are not at hand")
    return json.loads((RECORDED / file).read_text())["bodies"]


@pytest.mark.parametrize(
    ("number", "project", "file", "more"),
    [
        (1, ATLAS, "v1-sdk-fixture-groups.json", set()),
        (2, CLOUD, "public-v1-sdk-fixture-groups.json", {"agentApiKey"}),
    ],
)
def test_projects_have_the_members_of_the_fixtures(calls, number, project, file, more):
    fixtures = recorded_projects(file)
    call = calls()[number]
    listed = call("GET", "/groups").json()
    assert listed.keys() == fixtures["GET /groups"].keys()
    assert listed["results"][0].keys() == fixtures["GET /groups"]["results"][0].keys()
    for path in (f"/groups/{project}", f"/groups/byName/{listed['results'][0]['name']}"):
        assert call("GET", path).json().keys() == fixtures["GET /groups/{id}"].keys() | more


def test_an_answer_of_the_public_api_is_as_its_page_prints_it(make_service, call_of):
    documented = recorded_projects("public-v1-doc-examples.json")["PUT SLACK"]
    projects = [{"id": CLOUD, "api": "cloud-manager", "integrations": [
        {"type": "PAGER_DUTY", "serviceKey": "1234567890"},
        SLACK | {"channelName": "My Channel"},
    ]}]  # fmt: skip
    service = make_service(seed=load_seed(json.dumps({"projects": projects})), put_merges=True)
    call = call_of(service, path=PUBLIC)
    answer = call("PUT", call.integrations("/SLACK", CLOUD), documented["request"])
    text = json.dumps(documented["response"]).replace("{PROJECT-ID}", CLOUD)
    assert answer.json() == json.loads(text)


@pytest.mark.parametrize(
    ("dialect", "api"),
    [
        ("atlas", "atlas"),
        ("atlas-v1", "atlas"),
        ("cloud-manager", "cloud-manager"),
        ("ops-manager", "ops-manager"),
    ],
)
def test_a_project_that_does_not_say_its_api_is_the_dialects(dialect, api):
    seed = load_seed('{"projects": [{"name": "a"}, {"name": "b", "api": "atlas-v1"}]}', dialect)
    assert [project.api for project in seed.projects] == [api, "atlas"]
    assert seed.projects[0].family is DIALECTS[dialect].family
