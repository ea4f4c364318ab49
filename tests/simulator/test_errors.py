"""Each error: its status, its code, its text, and the shape they all share."""

from __future__ import annotations

import json
from http import HTTPStatus

import pytest

from reconciler.simulator import Seed, from_projects

PROJECT = "6a79404f2c88faeba59beea6"
HERE = f"/groups/{PROJECT}/integrations"
KEY = "0123456789abcdef0123456789abcdef"
PAGER_DUTY = {"type": "PAGER_DUTY", "serviceKey": KEY}
DATADOG = {"type": "DATADOG", "apiKey": KEY, "region": "US"}
PROMETHEUS = {
    "type": "PROMETHEUS",
    "username": "prom",
    "enabled": True,
    "serviceDiscovery": "http",
}
WEBHOOK = {"type": "WEBHOOK", "url": "https://example.com/hook"}

CASES = {
    "a type that is there already": (
        ("POST", f"{HERE}/WEBHOOK", WEBHOOK),
        (409, "INTEGRATION_ALREADY_CONFIGURED", ["WEBHOOK"]),
        "The integration of type 'WEBHOOK' is already configured for this group.",
    ),
    "reading a type that is absent": (
        ("GET", f"{HERE}/SLACK", None),
        (404, "INTEGRATION_NOT_CONFIGURED", ["SLACK"]),
        "The integration of type 'SLACK' is not configured for this group.",
    ),
    "a project that does not exist": (
        ("GET", f"/groups/{'1' * 24}/integrations", None),
        (404, "GROUP_NOT_FOUND", ["1" * 24]),
        f"No group with ID {'1' * 24} exists.",
    ),
    "a project name that does not exist": (
        ("GET", "/groups/byName/nobody", None),
        (401, "NOT_IN_GROUP", []),
        "The current user is not in the group, or the group does not exist.",
    ),
    "a path that does not exist": (
        ("GET", "/nowhere", None),
        (404, "RESOURCE_NOT_FOUND", ["/api/atlas/v2/nowhere"]),
        "Cannot find resource /api/atlas/v2/nowhere.",
    ),
    "a project id that is none": (
        ("GET", "/groups/XYZ/integrations", None),
        (400, "PATH_PARAM_PARSE_ERROR", ["/api/atlas/v2/groups/XYZ/integrations"]),
        (
            "One or more path parameter in the request URI "
            "/api/atlas/v2/groups/XYZ/integrations is malformed."
        ),
    ),
    "an organization that does not exist": (
        ("GET", f"/orgs/{'1' * 24}/groups", None),
        (404, "ORG_NOT_FOUND", ["1" * 24]),
        f"No organization with ID {'1' * 24} exists.",
    ),
    "a type that nobody knows": (
        ("POST", f"{HERE}/CARRIER_PIGEON", {"type": "CARRIER_PIGEON"}),
        (400, "INVALID_PATH_PARAMETER", ["integrationType"]),
        "Invalid path parameter integrationType specified.",
    ),
    "reading a type that nobody knows": (
        ("GET", f"{HERE}/pager_duty", None),
        (400, "INVALID_PATH_PARAMETER", ["integrationType"]),
        "Invalid path parameter integrationType specified.",
    ),
    "a member of another type": (
        ("POST", f"{HERE}/PROMETHEUS", PROMETHEUS | {"sendCollectionLatencyMetrics": False}),
        (400, "INVALID_ATTRIBUTE", ["sendCollectionLatencyMetrics"]),
        "Invalid attribute sendCollectionLatencyMetrics specified.",
    ),
    "a body of another type": (
        ("POST", f"{HERE}/PAGER_DUTY", PAGER_DUTY | {"type": "OPS_GENIE"}),
        (400, "INVALID_ATTRIBUTE", ["type"]),
        "Invalid attribute type specified.",
    ),
    "a missing member": (
        ("POST", f"{HERE}/PAGER_DUTY", {"type": "PAGER_DUTY"}),
        (400, "MISSING_ATTRIBUTE", ["serviceKey"]),
        "The required attribute serviceKey was not specified.",
    ),
    "a missing type": (
        ("POST", f"{HERE}/PAGER_DUTY", {"serviceKey": KEY}),
        (400, "MISSING_ATTRIBUTE", ["type"]),
        "The required attribute type was not specified.",
    ),
    "a member that is null and must not be missing": (
        ("POST", f"{HERE}/PAGER_DUTY", {"type": "PAGER_DUTY", "serviceKey": None}),
        (400, "MISSING_ATTRIBUTE", ["serviceKey"]),
        "The required attribute serviceKey was not specified.",
    ),
    "several missing members": (
        ("POST", f"{HERE}/PROMETHEUS", {"type": "PROMETHEUS", "enabled": True}),
        (400, "MISSING_ATTRIBUTES", ["username, serviceDiscovery"]),
        "The required attributes username, serviceDiscovery were not specified.",
    ),
    "a value that is not of the list": (
        ("POST", f"{HERE}/DATADOG", DATADOG | {"region": "MARS"}),
        (400, "INVALID_ENUM_VALUE", ["MARS"]),
        "An invalid enumeration value MARS was specified.",
    ),
    "a member of another JSON type": (
        ("POST", f"{HERE}/PROMETHEUS", PROMETHEUS | {"enabled": "yes"}),
        (400, "INVALID_JSON_ATTRIBUTE", ["enabled"]),
        "Received JSON for the enabled attribute does not match expected format.",
    ),
    "a URL that is no string": (
        ("PUT", f"{HERE}/WEBHOOK", WEBHOOK | {"url": 5}),
        (400, "INVALID_JSON_ATTRIBUTE", ["url"]),
        "Received JSON for the url attribute does not match expected format.",
    ),
    "a PagerDuty key that is not hexadecimal": (
        ("POST", f"{HERE}/PAGER_DUTY", PAGER_DUTY | {"serviceKey": "*" * 28 + "cdef"}),
        (400, "INVALID_PAGER_DUTY_SERVICE_KEY", []),
        "PagerDuty service key must consist of 32 hexadecimal digits.",
    ),
    "a Datadog key that is too short": (
        ("POST", f"{HERE}/DATADOG", DATADOG | {"apiKey": KEY[1:]}),
        (400, "INVALID_DATADOG_API_KEY", []),
        "Datadog API key must consist of 32 hexadecimal digits.",
    ),
    "a Datadog key that is a mask, in a PUT": (
        ("PUT", f"{HERE}/DATADOG", DATADOG | {"apiKey": "*" * 28 + "cdef"}),
        (400, "INVALID_INTEGRATION_SETTINGS", ["DATADOG", "apiKey must be a hexadecimal string"]),
        (
            "The provided settings for the DATADOG integration were invalid: "
            "apiKey must be a hexadecimal string."
        ),
    ),
    "a URL that is none": (
        ("PUT", f"{HERE}/WEBHOOK", WEBHOOK | {"url": "example.com/hook"}),
        (400, "INVALID_URL", ["example.com/hook"]),
        "Invalid URL example.com/hook.",
    ),
    "a value that is too long": (
        ("POST", f"{HERE}/SLACK", {"type": "SLACK", "apiToken": "t", "channelName": "c" * 81}),
        (400, "VALIDATION_ERROR", ["channelName: maxLength is 80"]),
        "The request content produced the validation error: channelName: maxLength is 80.",
    ),
    "a body that is not an object": (
        ("POST", f"{HERE}/PAGER_DUTY", [PAGER_DUTY]),
        (400, "INVALID_JSON", []),
        "Received JSON does not match expected format.",
    ),
    "a new project with a strange member": (
        ("POST", "/groups", {"name": "new", "orgId": "1" * 24, "colour": "red"}),
        (400, "INVALID_ATTRIBUTE", ["colour"]),
        "Invalid attribute colour specified.",
    ),
    "a new project without a name": (
        ("POST", "/groups", {"orgId": "1" * 24}),
        (400, "MISSING_ATTRIBUTE", ["name"]),
        "The required attribute name was not specified.",
    ),
    "a new project with a strange name": (
        ("POST", "/groups", {"name": "a/b", "orgId": "1" * 24}),
        (400, "INVALID_GROUP_NAME", ["a/b"]),
        'An invalid group name "a/b" was specified.',
    ),
    "a new project whose name is a number": (
        ("POST", "/groups", {"name": 5, "orgId": "1" * 24}),
        (400, "INVALID_JSON_ATTRIBUTE", ["name"]),
        "Received JSON for the name attribute does not match expected format.",
    ),
    "a new project with tags that are none": (
        ("POST", "/groups", {"name": "new", "orgId": "1" * 24, "tags": ["red"]}),
        (400, "INVALID_JSON_ATTRIBUTE", ["tags"]),
        "Received JSON for the tags attribute does not match expected format.",
    ),
    "a new project in something that is no organization": (
        ("POST", "/groups", {"name": "new", "orgId": "acme"}),
        (400, "INVALID_ATTRIBUTE", ["orgId"]),
        "Invalid attribute orgId specified.",
    ),
}


@pytest.mark.parametrize(("request_", "error", "text"), CASES.values(), ids=CASES.keys())
def test_an_error_has_its_code_and_text(call, request_, error, text):
    call("POST", f"{HERE}/WEBHOOK", WEBHOOK)
    answer = call(*request_)
    status, code, parameters = error
    assert answer.status_code == status
    assert answer.json() == {
        "detail": text,
        "error": status,
        "errorCode": code,
        "parameters": parameters,
        "reason": HTTPStatus(status).phrase,
    }
    assert answer.headers["X-Error-Code"] == code
    assert answer.headers["Content-Type"] == "application/json"
    assert "WWW-Authenticate" not in answer.headers


def test_a_refused_write_changes_nothing(call):
    before = call("POST", f"{HERE}/WEBHOOK", WEBHOOK).json()["results"]
    for request, _, _ in CASES.values():
        call(*request)
    assert call("GET", HERE).json()["results"] == before


def test_the_members_of_another_type_are_named_before_the_missing_ones(call):
    answer = call("POST", f"{HERE}/PAGER_DUTY", {"type": "PAGER_DUTY", "apiKey": KEY, "zone": 1})
    assert answer.json()["parameters"] == ["apiKey"]


@pytest.mark.parametrize("body", ["", "{", "\xff", '{"type": ', "[" * 100_000])
def test_a_body_that_is_not_json_is_malformed(call, body):
    answer = call.session.post(
        f"{call.base}{HERE}/PAGER_DUTY",
        data=body.encode("latin-1"),
        headers={"Accept": "application/vnd.atlas.2023-01-01+json"},
    )
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "MALFORMED_JSON")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("itemsPerPage", "0"),
        ("itemsPerPage", "501"),
        ("itemsPerPage", "many"),
        ("itemsPerPage", "-1"),
        ("itemsPerPage", "１"),  # noqa: RUF001 - a digit to Python, not to the API
        ("pageNum", "0"),
        ("pageNum", "1.5"),
        ("pageNum", ""),
        ("pageNum", "9" * 5000),
        ("includeCount", "1"),
        ("envelope", "yes"),
        ("pretty", ""),
    ],
)
def test_a_query_value_out_of_range_is_refused_by_name(call, name, value):
    answer = call("GET", HERE, params={name: value})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "INVALID_QUERY_PARAMETER")
    assert answer.json()["parameters"] == [name]


def test_five_hundred_a_page_is_the_most(call):
    assert call("GET", HERE, params={"itemsPerPage": "500"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", f"{HERE}/WEBHOOK", "DELETE, GET, POST, PUT"),
        ("DELETE", HERE, "GET"),
        ("HEAD", HERE, "GET"),
        ("TRACE", "/groups", "GET, POST"),
        ("POST", "/groups/byName/payments", "GET"),
        ("PUT", f"/groups/{PROJECT}", "DELETE, GET"),
    ],
)
def test_a_method_that_a_path_does_not_have_is_405_and_says_which_it_has(call, method, path, allow):
    answer = call(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/json",
        "application/vnd.atlas.2022-12-31+json",
        "application/vnd.atlas.2023-13-01+json",
        "application/vnd.atlas.preview+json",
    ],
)
def test_a_request_for_no_known_version_is_406(call, accept):
    answer = call("GET", HERE, headers={"Accept": accept})
    assert answer.status_code == 406
    assert answer.json() == {
        "detail": "Invalid accept header or version date.",
        "error": 406,
        "errorCode": "INVALID_VERSION_DATE",
        "parameters": [],
        "reason": "Not Acceptable",
    }


def test_a_request_for_no_known_version_can_be_400(make_service, call_of):
    call = call_of(make_service(missing_version_status=400))
    answer = call("GET", HERE, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, 400)
    assert answer.json()["errorCode"] == "INVALID_VERSION_DATE"


@pytest.mark.parametrize("date", ["2023-01-01", "2025-03-12", "2031-01-01"])
def test_a_later_version_gives_the_one_there_is(call, date):
    answer = call("GET", HERE, headers={"Accept": f"application/vnd.atlas.{date}+json"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.atlas.2023-01-01+json;charset=utf-8"


def test_an_unknown_project_name_can_be_404(make_service, call_of):
    call = call_of(make_service(unknown_name_status=404))
    answer = call("GET", "/groups/byName/nobody")
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "GROUP_NAME_NOT_FOUND")


def test_a_name_that_several_projects_have_is_409(make_service, call_of):
    seed = from_projects([("1" * 24, "twin"), ("2" * 24, "twin")])
    call = call_of(make_service(seed=seed))
    answer = call("GET", "/groups/byName/twin")
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "MULTIPLE_GROUPS")


def test_a_project_name_that_its_organization_has_is_409(call):
    wanted = {"name": "payments", "orgId": "1" * 24}
    assert call("POST", "/groups", wanted).status_code == 201
    answer = call("POST", "/groups", wanted)
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "GROUP_ALREADY_EXISTS")


def test_more_than_a_mebibyte_is_413(call):
    body = json.dumps(PAGER_DUTY | {"region": "x" * 1024 * 1024})
    answer = call.session.post(f"{call.base}{HERE}/PAGER_DUTY", data=body)
    assert answer.status_code == 413


def test_an_empty_state_answers_too(make_service, call_of):
    call = call_of(make_service(seed=Seed()))
    assert call("GET", "/groups").json()["results"] == []
