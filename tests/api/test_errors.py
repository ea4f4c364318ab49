"""What the API's refusals mean to the user: the table, and what an answer makes of it."""

import json

import pytest

from reconciler.api.codec import decode_error
from reconciler.api.codes import meaning
from reconciler.api.credentials import ApiKey, ServiceAccount
from reconciler.api.errors import ApiError, BadAnswer, Halted, Refused
from reconciler.simulator import Response

TABLE = [
    (400, "INVALID_INTEGRATION_SETTINGS", "invalid-settings"),
    (400, "INTEGRATION_FIELDS_INVALID", "invalid-settings"),
    (400, "INVALID_ATTRIBUTE", "invalid-settings"),
    (400, "MISSING_ATTRIBUTE", "invalid-settings"),
    (400, "MISSING_ATTRIBUTES", "invalid-settings"),
    (400, "MISSING_OR_INVALID_ATTRIBUTE", "invalid-settings"),
    (400, "ATTRIBUTE_READ_ONLY", "invalid-settings"),
    (400, "INVALID_ENUM_VALUE", "invalid-settings"),
    (400, "INVALID_JSON", "invalid-settings"),
    (400, "MALFORMED_JSON", "invalid-settings"),
    (400, "INVALID_JSON_ATTRIBUTE", "invalid-settings"),
    (400, "VALIDATION_ERROR", "invalid-settings"),
    (400, "INVALID_PAGER_DUTY_SERVICE_KEY", "invalid-settings"),
    (400, "INVALID_DATADOG_API_KEY", "invalid-settings"),
    (400, "INVALID_URL", "invalid-settings"),
    (400, "SLACK_OAUTH2_NOT_CONFIGURED", "slack-oauth"),
    (400, "LEGACY_SLACK_CONFIGURATION_UNSUPPORTED", "slack-oauth"),
    (400, "MUST_RECONFIGURE_SLACK_OAUTH2", "slack-oauth"),
    (400, "DATADOG_NOT_SUPPORTED_FOR_CLOUD_MANAGER", "not-offered"),
    (400, "HIPCHAT_NOT_SUPPORTED", "not-offered"),
    (400, "FIELD_UNSUPPORTED_FOR_OPS_MANAGER", "invalid-settings"),
    (400, "WEBHOOK_NOTIFICATIONS_PRESENT", "in-use"),
    (400, "INVALID_PATH_PARAMETER", "not-offered"),
    (400, "INVALID_QUERY_PARAMETER", "api-refused"),
    (400, "PATH_PARAM_PARSE_ERROR", "no-such-project"),
    (400, "INVALID_VERSION_DATE", "bad-version"),
    (401, "USER_UNAUTHORIZED", "no-access"),
    (401, "NO_CURRENT_USER", "no-access"),
    (401, "NOT_IN_GROUP", "no-such-project"),
    (401, "USER_CANNOT_ACCESS_GROUP", "no-access"),
    (401, "USER_CANNOT_ACCESS_ORG", "no-access"),
    (402, "ACCOUNT_SUSPENDED", "billing"),
    (402, "NO_PAYMENT_INFORMATION_FOUND", "billing"),
    (403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", "no-access"),
    (403, "IP_ADDRESS_NOT_ON_WHITELIST", "no-access"),
    (403, "RESOURCE_REQUIRES_ACCESS_LIST", "no-access"),
    (403, "RESOURCE_REQUIRES_WHITELIST", "no-access"),
    (403, "ORG_REQUIRES_ACCESS_LIST", "no-access"),
    (403, "ORG_REQUIRES_WHITELIST", "no-access"),
    (403, "ACCESS_FORBIDDEN", "no-access"),
    (403, "FEATURE_UNSUPPORTED", "no-access"),
    (403, "UNSUPPORTED_FOR_CURRENT_PLAN", "no-access"),
    (403, "UNSUPPORTED_FOR_CURRENT_CONFIG", "no-access"),
    (403, "NO_FREE_TIER_API", "no-access"),
    (404, "INTEGRATION_NOT_CONFIGURED", "conflict"),
    (404, "GROUP_NOT_FOUND", "no-such-project"),
    (404, "INVALID_GROUP_ID", "no-such-project"),
    (404, "ORG_NOT_FOUND", "no-such-org"),
    (404, "INVALID_ORG_ID", "no-such-org"),
    (404, "ATLAS_GROUP", "wrong-api"),
    (404, "NOT_ATLAS_GROUP", "wrong-api"),
    (404, "INVALID_ATLAS_GROUP", "wrong-api"),
    (404, "EXPECTED_NON_ATLAS_ORG", "wrong-api"),
    (404, "NOT_ATLAS_ORG", "wrong-api"),
    (404, "RESOURCE_NOT_FOUND", "not-found"),
    (405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES", "maintenance"),
    (409, "INTEGRATION_ALREADY_CONFIGURED", "conflict"),
    (410, "VERSION_GONE", "version-gone"),
    (429, "RATE_LIMITED", "rate-limited"),
    (429, "RATE_LIMITED_TOKEN_BUCKET", "rate-limited"),
    (500, "UNEXPECTED_ERROR", "api-failing"),
    (503, "SERVICE_UNAVAILABLE", "api-failing"),
]
BY_STATUS = [
    (302, "redirect"),
    (308, "redirect"),
    (400, "api-refused"),
    (401, "no-access"),
    (402, "billing"),
    (403, "no-access"),
    (404, "not-found"),
    (405, "api-refused"),
    (406, "bad-version"),
    (410, "version-gone"),
    (418, "api-refused"),
    (429, "rate-limited"),
    (502, "api-failing"),
    (599, "api-failing"),
]


@pytest.mark.parametrize(("status", "code", "expected"), TABLE)
def test_every_code_that_can_be_met_has_a_meaning(status, code, expected):
    assert meaning(status, code, challenged=False, writing=True).code == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("INVALID_PATH_PARAMETER", "no-such-project"), ("VALIDATION_ERROR", "api-refused")],
)
def test_of_a_read_some_codes_mean_something_else(code, expected):
    assert meaning(400, code, challenged=False).code == expected


@pytest.mark.parametrize(("status", "expected"), BY_STATUS)
@pytest.mark.parametrize("code", ["", "SOMETHING_NEW"])
def test_an_unknown_code_is_judged_by_its_status(status, expected, code):
    assert meaning(status, code, challenged=False).code == expected


def test_a_code_counts_more_than_the_status_it_comes_with():
    assert meaning(403, "GROUP_NOT_FOUND", challenged=False).code == "no-such-project"


@pytest.mark.parametrize(
    ("code", "challenged", "expected"),
    [
        ("UNEXPECTED_ERROR", True, "bad-credentials"),
        ("", True, "bad-credentials"),
        ("UNEXPECTED_ERROR", False, "no-access"),
        ("NOT_IN_GROUP", False, "no-such-project"),
        ("NOT_IN_GROUP", True, "no-such-project"),
    ],
)
def test_a_401_is_bad_credentials_only_with_a_challenge(code, challenged, expected):
    assert meaning(401, code, challenged=challenged).code == expected


def sentences(signed=ApiKey):
    for status, code, _ in TABLE:
        for writing in (False, True):
            yield meaning(status, code, challenged=False, signed=signed, writing=writing)
    for status, _ in BY_STATUS:
        for writing in (False, True):
            yield meaning(status, "", challenged=True, signed=signed, writing=writing)


@pytest.mark.parametrize("signed", [ApiKey, ServiceAccount])
def test_sentences_and_next_steps_read_well_after_a_colon(signed):
    names = ("Slack", "Ops Manager", "Cloud Manager", "Atlas")
    for code, sentence, hint in sentences(signed):
        assert code == code.lower().replace(" ", "-")
        for text in (sentence, hint):
            assert text == text.strip().rstrip(".")
            assert text[0].islower() or text.startswith(names)
            assert len(text) <= 80
            assert "{" not in text


def test_nobody_is_told_to_look_at_credentials_that_were_not_used():
    for signed, other in ((ApiKey, ServiceAccount), (ServiceAccount, ApiKey)):
        said = " ".join(f"{sentence} {hint}" for _, sentence, hint in sentences(signed))
        for word in (f" the {other.noun} ", *other.variables):
            assert word not in said
        for word in (f" the {signed.noun} ", *signed.variables):
            assert word in said


def test_old_and_new_spellings_of_the_access_list_mean_the_same():
    for stem in ("IP_ADDRESS_NOT_ON", "RESOURCE_REQUIRES", "ORG_REQUIRES"):
        new, old = (
            meaning(403, f"{stem}_{list_}", challenged=False)
            for list_ in ("ACCESS_LIST", "WHITELIST")
        )
        assert new == old
        assert "access list" in new.sentence


# -- From an answer --------------------------------------------------------------------------------


@pytest.fixture
def refused(ask, answers):
    """Give what reading the projects raises for an answer."""

    def by(answer):
        with pytest.raises(Refused) as caught:
            ask(answers(answer)).projects()
        return caught.value

    return by


def test_a_recorded_challenge_that_stays_is_told_as_bad_credentials(reference, refused):
    told = json.loads((reference / "recorded" / "v2-error-401-digest-challenge.json").read_text())
    response = told["response"]
    headers = {"Www-Authenticate": response["headers"]["Www-Authenticate"]}
    error = refused(Response(401, headers, json.dumps(response["body"]).encode()))
    problem = error.problem("listing the projects")
    assert (problem.code, problem.message) == (
        "bad-credentials",
        "listing the projects: the API does not accept the key",
    )
    assert "MONGODB_ATLAS_PUBLIC_API_KEY" in problem.hint


def test_a_recorded_unknown_project_is_told_with_the_apis_own_text(reference, refused):
    told = json.loads((reference / "recorded" / "v2-error-404-group-not-found.json").read_text())
    error = refused(Response(404, {}, json.dumps(told["response"]["body"]).encode()))
    assert str(error) == (
        "no such project (GROUP_NOT_FOUND: No group with ID 111111111111111111111111 exists.)"
    )


def test_every_error_that_was_reported_in_public_is_known(reference):
    reported = json.loads((reference / "recorded" / "reported-errors.json").read_text())
    for error in reported["errors"]:
        known = meaning(error.get("status") or 400, error["errorCode"], challenged=False)
        assert known.code != "api-refused", error["errorCode"]


def test_a_refusal_without_a_body_is_told_by_its_status(refused):
    error = refused(Response(403, {}, b"<html>Forbidden by the firewall</html>"))
    assert str(error) == "the key may not do that"


def test_a_redirect_is_told_as_one(refused):
    problem = refused(Response(302, {"Location": "https://elsewhere/"})).problem("reading")
    assert (problem.code, problem.hint) == ("redirect", "check --base-url")
    assert "elsewhere" not in problem.message


@pytest.mark.parametrize(
    ("error", "code", "hint"),
    [
        (ApiError("no route"), "api-unreachable", "check the network and --base-url"),
        (ApiError("no route", "check --proxy"), "api-unreachable", "check --proxy"),
        (BadAnswer("no JSON"), "bad-answer", "check --base-url; then run again"),
        (Halted("wait 999 seconds"), "rate-limited", "run again after that time"),
    ],
)
def test_every_failure_becomes_a_problem_with_a_next_step(error, code, hint):
    problem = error.problem("reading payments")
    assert (problem.code, problem.hint, problem.at) == (code, hint, None)
    assert problem.message == f"reading payments: {error}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"errorCode": "A_CODE", "detail": "A text."}', ("A_CODE", "A text.")),
        (b'{"errorCode": "A_CODE", "detail": null}', ("A_CODE", "")),
        (b'{"detail": "only this"}', ("", "only this")),
        (b'{"error": "invalid_client", "errorCode": 5, "detail": []}', ("", "")),
        (b'{"errorCode": "a code that is a text"}', ("", "")),
        (b'{"errorCode": "A_CODE\\u001b[31m"}', ("", "")),
        (b"[]", ("", "")),
        (b"null", ("", "")),
        (b"", ("", "")),
        (b"<html>", ("", "")),
        (b"[" * 100_000, ("", "")),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_what_an_error_says_is_taken_where_it_is_what_is_documented(body, expected):
    assert decode_error(body) == expected


# -- Announcements ---------------------------------------------------------------------------------

EMPTY = b'{"results": [], "totalCount": 0}'


def announcing(**headers):
    return Response(200, headers, EMPTY)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Deprecation": "@1767225600"}, "; deprecated since 2026-01-01"),
        ({"Deprecation": "Thu, 01 Jan 2026 00:00:00 GMT"}, "; deprecated since 2026-01-01"),
        ({"Deprecation": "true"}, ""),
        ({"Deprecation": "\x1b[31mred"}, ""),
        ({"Deprecation": "@99999999999999999999"}, ""),
        ({"Sunset": "Fri, 01 Jan 2027 00:00:00 GMT"}, "; gone on 2027-01-01"),
        ({"Sunset": "Fri, 31 Dec 9999 23:59:59 -1200"}, "; gone on 9999-12-31"),
        (
            {"Deprecation": "@1767225600", "Sunset": "Fri, 01 Jan 2027 00:00:00 GMT"},
            "; deprecated since 2026-01-01; gone on 2027-01-01",
        ),
    ],
)
def test_an_announced_end_is_one_warning_however_often_it_is_said(ask, answers, headers, said):
    client = ask(answers(announcing(**headers)))
    client.projects()
    client.projects()
    (problem,) = client.warnings()
    assert not problem.is_error
    assert problem.code == "api-deprecated"
    assert problem.message == (
        f"the API announces that it will end what this tool uses of it{said}"
    )
    assert problem.hint == "update this tool before then"


def test_without_an_announcement_there_is_no_warning(ask, answers):
    client = ask(answers(announcing(Server="any")))
    client.projects()
    assert client.warnings() == []


def test_an_announcement_counts_on_an_error_and_in_any_case_of_letters(ask, answers):
    client = ask(answers(Response(403, {"SUNSET": "Fri, 01 Jan 2027 00:00:00 GMT"})))
    with pytest.raises(Refused):
        client.projects()
    assert "2027-01-01" in client.warnings()[0].message
