"""Every refusal of the API that can be met, and all that the user reads of it.

What is expected stands in `refusals/`: below each answer, what the command prints. `pytest
tests/contract --update-golden` writes what is printed now; read the diff, aloud.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.api.meanings import BY_CODE
from reconciler.simulator import Refusal
from reconciler.simulator.errors import error_body, error_response

HERE = Path(__file__).with_name("refusals")
PROJECT = "5d791c84ff7a2522cc4f9aa1"
ORG = "5f0000000000000000000001"
KEY = "00112233445566778899aabbccddeeff"
DESIRED = f"""\
version: 1
api: {{api}}
projects:
  - id: {PROJECT}
    integrations:
      - type: {{type}}
        {{settings}}
"""
SETTINGS = {
    "PAGER_DUTY": "serviceKey: {env: KEY}",
    "DATADOG": "apiKey: {env: KEY}",
    "HIP_CHAT": "notificationToken: {env: KEY}\n        roomName: ops",
    "SLACK": "apiToken: {env: KEY}\n        channelName: alerts\n        teamName: ops",
    "WEBHOOK": "url: https://hooks.example.com/a",
}
ANYTIME = [
    (400, "VALIDATION_ERROR", "The request is not valid."),
    (400, "PATH_PARAM_PARSE_ERROR", "A part of the path cannot be read."),
    (400, "INVALID_PATH_PARAMETER", "The path holds an invalid parameter."),
    (400, "INVALID_QUERY_PARAMETER", "The query holds an invalid parameter pageNum."),
    (400, "INVALID_VERSION_DATE", "No version was asked for."),
    (400, "SOMETHING_NEW", "Nobody has heard of this before."),
    (400, "", ""),
    (401, "UNEXPECTED_ERROR", "You are not authorized for this resource."),
    (401, "USER_UNAUTHORIZED", "The user is not authorized to access this."),
    (401, "NO_CURRENT_USER", "There is no current user."),
    (401, "NOT_IN_GROUP", "The user is not in the group, or there is none."),
    (401, "USER_CANNOT_ACCESS_GROUP", "The user cannot access the group."),
    (402, "ACCOUNT_SUSPENDED", "The account is suspended."),
    (402, "NO_PAYMENT_INFORMATION_FOUND", "There is no payment information."),
    (402, "SOMETHING_NEW", "Nobody has heard of this before."),
    (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", "IP address 192.0.2.7 is not allowed here."),
    (403, "IP_ADDRESS_NOT_ON_WHITELIST", "IP address 192.0.2.7 is not allowed here."),
    (403, "RESOURCE_REQUIRES_ACCESS_LIST", "This resource needs an access list."),
    (403, "ORG_REQUIRES_ACCESS_LIST", "The organization needs access lists."),
    (403, "ACCESS_FORBIDDEN", "Access is forbidden."),
    (403, "FEATURE_UNSUPPORTED", "The feature is not supported."),
    (403, "UNSUPPORTED_FOR_CURRENT_PLAN", "The plan does not support this."),
    (403, "UNSUPPORTED_FOR_CURRENT_CONFIG", "The configuration does not support this."),
    (403, "NO_FREE_TIER_API", "The API does not serve the free tier."),
    (403, "", ""),
    (404, "GROUP_NOT_FOUND", f"No group with ID {PROJECT} exists."),
    (404, "INVALID_GROUP_ID", "The group's ID is malformed."),
    (404, "INVALID_ATLAS_GROUP", "The group is not complete."),
    (404, "RESOURCE_NOT_FOUND", "There is no such resource."),
    (404, "", ""),
    (406, "", ""),
    (410, "VERSION_GONE", "Version 2023-01-01 is gone."),
    (429, "RATE_LIMITED", "Only so many requests are let through in 1 minutes."),
    (429, "RATE_LIMITED_TOKEN_BUCKET", "The bucket is empty; retry after 0 seconds."),
    (500, "UNEXPECTED_ERROR", "Unexpected error."),
    (502, "", ""),
    (503, "SERVICE_UNAVAILABLE", "The service is unavailable."),
    (504, "", ""),
    (599, "SOMETHING_NEW", "Nobody has heard of this before."),
]
"""Status, code and text; without a code, the answer of a proxy in between."""
FAMILIES = [
    ("cloud-manager", 404, "ATLAS_GROUP", "The group is one of Atlas."),
    ("ops-manager", 404, "ATLAS_GROUP", "The group is one of Atlas."),
    ("atlas", 404, "NOT_ATLAS_GROUP", "The group is none of Atlas."),
    ("atlas-v1", 404, "NOT_ATLAS_GROUP", "The group is none of Atlas."),
]
OF_A_WRITE = [
    ("atlas", "PAGER_DUTY", 400, "INVALID_INTEGRATION_SETTINGS", "PAGER_DUTY: it is too short."),
    ("atlas-v1", "PAGER_DUTY", 400, "INTEGRATION_FIELDS_INVALID", "Some fields are invalid."),
    ("atlas", "PAGER_DUTY", 400, "INVALID_PAGER_DUTY_SERVICE_KEY", "It needs 32 digits."),
    ("atlas", "PAGER_DUTY", 400, "INVALID_ATTRIBUTE", "Invalid attribute region."),
    ("atlas", "PAGER_DUTY", 400, "INVALID_ATTRIBUTE", f"Invalid attribute {KEY}."),
    ("atlas", "PAGER_DUTY", 400, "SOMETHING_NEW", f"What is this: {KEY[-8:]}?"),
    ("atlas", "PAGER_DUTY", 400, "MISSING_ATTRIBUTE", "serviceKey is missing."),
    ("atlas", "PAGER_DUTY", 400, "MISSING_ATTRIBUTES", "serviceKey, region are missing."),
    ("atlas", "PAGER_DUTY", 400, "MISSING_OR_INVALID_ATTRIBUTE", "serviceKey is missing or bad."),
    ("atlas", "PAGER_DUTY", 400, "ATTRIBUTE_READ_ONLY", "region cannot be written."),
    ("atlas", "PAGER_DUTY", 400, "INVALID_ENUM_VALUE", "MARS is no value of region."),
    ("atlas", "PAGER_DUTY", 400, "INVALID_JSON", "The JSON has another form."),
    ("atlas", "PAGER_DUTY", 400, "MALFORMED_JSON", "This is no JSON."),
    ("atlas", "PAGER_DUTY", 400, "INVALID_JSON_ATTRIBUTE", "region has another form."),
    ("atlas", "DATADOG", 400, "INVALID_DATADOG_API_KEY", "It needs 32 digits."),
    ("atlas", "WEBHOOK", 400, "INVALID_URL", "Invalid URL."),
    ("atlas", "WEBHOOK", 400, "WEBHOOK_URL_NOT_SET", "The webhook has no URL."),
    ("atlas", "SLACK", 400, "SLACK_OAUTH2_NOT_CONFIGURED", "Use the UI first."),
    ("atlas", "SLACK", 400, "LEGACY_SLACK_CONFIGURATION_UNSUPPORTED", "It is too old."),
    ("atlas", "SLACK", 400, "MUST_RECONFIGURE_SLACK_OAUTH2", "Use the UI."),
    ("atlas", "HIP_CHAT", 400, "HIPCHAT_NOT_SUPPORTED", "Only for Ops Manager."),
    ("ops-manager", "HIP_CHAT", 400, "INVALID_PATH_PARAMETER", "Invalid integrationType."),
    ("ops-manager", "DATADOG", 400, "DATADOG_NOT_SUPPORTED_FOR_CLOUD_MANAGER", "Not for these."),
    ("ops-manager", "PAGER_DUTY", 400, "FIELD_UNSUPPORTED_FOR_OPS_MANAGER", "region: not here."),
    ("atlas", "PAGER_DUTY", 405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES", "Come back later."),
    ("atlas", "PAGER_DUTY", 404, "INTEGRATION_NOT_CONFIGURED", "It is not configured."),
    ("atlas", "PAGER_DUTY", 405, "", ""),
    ("atlas", "PAGER_DUTY", 409, "INTEGRATION_ALREADY_CONFIGURED", "It is already configured."),
    ("atlas", "PAGER_DUTY", 422, "SOMETHING_NEW", "Nobody has heard of this before."),
]
ORGANIZATIONS = [
    ("atlas", 404, "ORG_NOT_FOUND", f"No organization with ID {ORG} exists."),
    ("atlas", 404, "INVALID_ORG_ID", "The organization's ID is malformed."),
    ("atlas", 404, "NOT_ATLAS_ORG", "The organization is none of Atlas."),
    ("cloud-manager", 404, "EXPECTED_NON_ATLAS_ORG", "The organization is one of Atlas."),
    ("atlas", 401, "USER_CANNOT_ACCESS_ORG", "The user cannot access the organization."),
]

CHALLENGES = {(401, "UNEXPECTED_ERROR"): {"WWW-Authenticate": 'Digest realm="x", nonce="y"'}}
"""What a key that is not accepted is answered with, also where some has been sent."""


@dataclass(frozen=True, slots=True)
class Said(Refusal):
    """A refusal with a text of one's choice, after which one may come back at once."""

    detail: str = ""

    def response(self, request):
        if not self.code:
            return Refusal.response(self, request)
        body = error_body(self.status, self.code, self.detail, ())
        headers = {"Retry-After": "0", **CHALLENGES.get((self.status, self.code), {})}
        return error_response(self.status, body, headers)


@pytest.fixture
def ask(run, serving, monkeypatch, tmp_path):
    """Run a command against an API that refuses one kind of request; give what it prints."""
    monkeypatch.setenv("MONGODB_ATLAS_PUBLIC_API_KEY", "public")
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_API_KEY", "private-key")
    monkeypatch.setenv("KEY", KEY)
    for seconds in ("_MOST_SECONDS", "_UNSAID_SECONDS"):
        monkeypatch.setattr(f"reconciler.api.retry.{seconds}", 0)

    def printed(words, method, path, api, answer, type_="PAGER_DUTY", first=()):
        status, code, detail = answer
        (tmp_path / "d.yaml").write_text(
            DESIRED.format(api=api, type=type_, settings=SETTINGS[type_])
        )
        refusal = Said(method, path, status, code, detail=detail)
        url = serving(api, projects=[(PROJECT, "payments")], refusals=[refusal])
        if first:
            assert run(*first, "--base-url", url, simulate=False).return_value == 0
            absent = DESIRED.format(api=api, type=type_, settings="ensure: absent")
            (tmp_path / "d.yaml").write_text(absent)
        result = run(*words, "--base-url", url, simulate=False)
        assert KEY not in result.output
        title = f"== {api}: {type_} " if words[0] == "apply" else f"== {api}: "
        title = f"{title}{status} {code} {detail}".rstrip()
        return f"{title}\n{_told(words[0], result)}\n[exit {result.return_value}]\n"

    return printed


def _told(command, result):
    """Leave out the plan of an apply; an export's own output is no report."""
    if command == "apply":
        return "\n".join(result.stdout.strip().split("\n\n")[2:])
    return (result.stderr if command == "export" else result.stdout).strip()


def check(name, shown, request):
    expected = HERE / f"{name}.txt"
    if request.config.getoption("--update-golden"):
        expected.write_text(shown)
    assert shown == expected.read_text()


def test_every_code_that_is_known_is_rehearsed():
    rehearsed = {"WEBHOOK_NOTIFICATIONS_PRESENT"}
    rehearsed |= {answer[-2] for answer in [*ANYTIME, *FAMILIES, *OF_A_WRITE, *ORGANIZATIONS]}
    assert BY_CODE.keys() <= rehearsed


def test_what_is_refused_while_a_project_is_read(ask, request):
    answers = [("atlas", *answer) for answer in ANYTIME] + FAMILIES
    shown = [ask(["drift", "d.yaml"], "GET", "*/integrations", api, a) for api, *a in answers]
    check("reading", "\n".join(shown), request)


def test_what_is_refused_while_the_projects_are_listed(ask, request):
    answers = [answer for answer in ANYTIME if "GROUP" not in answer[1] and "PATH" not in answer[1]]
    shown = [ask(["drift", "d.yaml"], "GET", "*/groups", "atlas", answer) for answer in answers]
    check("listing", "\n".join(shown), request)


def test_what_is_refused_while_an_organization_is_listed(ask, request):
    words = ["export", "--org", ORG, "--api"]
    shown = [ask([*words, api], "GET", "*/orgs/*", api, a) for api, *a in ORGANIZATIONS]
    check("organizations", "\n".join(shown), request)


def test_what_is_refused_of_a_write(ask, request):
    words = ["apply", "d.yaml", "--yes"]
    rows = [("atlas", "PAGER_DUTY", *answer) for answer in ANYTIME] + OF_A_WRITE
    shown = [
        ask(words, "POST", "*/integrations/*", api, answer, type_) for api, type_, *answer in rows
    ]
    check("writing", "\n".join(shown), request)


def test_a_webhook_that_alerts_still_use_is_not_deleted(ask, request):
    answer = (400, "WEBHOOK_NOTIFICATIONS_PRESENT", "Notifications exist.")
    words = ["apply", "d.yaml", "--yes"]
    dark = [*words, "--allow-dark", "payments"]
    shown = ask(dark, "DELETE", "*/integrations/*", "atlas", answer, "WEBHOOK", first=words)
    check("deleting", shown, request)
