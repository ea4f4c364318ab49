"""Rate limits: headers, 429, refill, and what is counted together."""

from __future__ import annotations

import pytest

PROJECT = "6a79404f2c88faeba59beea6"
OTHER = "b" * 24


def left(answer):
    return answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Remaining"]


@pytest.fixture
def limited(make_service, call_of):
    def make(**switches):
        return call_of(make_service(projects=[(PROJECT, "a"), (OTHER, "b")], **switches))

    return make


def test_each_request_takes_one_even_when_it_fails(call):
    assert left(call("GET", call.integrations())) == ("1200", "1199")
    assert left(call("GET", call.integrations("/SLACK"))) == ("1200", "1198")
    assert left(call("POST", call.integrations("/SLACK"), {})) == ("1200", "1197")


def test_neither_a_challenge_nor_an_unknown_project_takes_any(call):
    refused = call.session.get(f"{call.base}/groups", auth=lambda request: request)
    unknown = call("GET", call.integrations(project=OTHER))
    for answer in (refused, unknown):
        assert "RateLimit-Limit" not in answer.headers
    assert left(call("GET", call.integrations()))[1] == "1199"


def test_projects_and_sets_of_endpoints_are_counted_apart(limited):
    call = limited()
    paths = [call.integrations(), call.integrations(project=OTHER), f"/groups/{PROJECT}", "/groups"]
    assert [left(call("GET", path))[1] for path in paths] == ["1199"] * 4


def test_an_organization_has_a_smaller_bucket(call):
    org = call("GET", f"/groups/{PROJECT}").json()["orgId"]
    assert left(call("GET", f"/orgs/{org}/groups")) == ("500", "499")


def test_an_empty_bucket_is_429_and_says_how_long_to_wait(limited):
    call = limited(capacity=2, refill_per_minute=6)
    for _ in range(2):
        assert call("GET", call.integrations()).status_code == 200
    answer = call("GET", call.integrations())
    path = f"api/atlas/v2/groups/{PROJECT}/integrations"
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "10"
    assert left(answer) == ("2", "0")
    assert answer.json() == {
        "detail": f"Rate limit exceeded for {path}. Please retry after 10 seconds. "
        "Request capacity: 2. Refill rate: 6 per 60 seconds.",
        "error": 429,
        "errorCode": "RATE_LIMITED_TOKEN_BUCKET",
        "parameters": [path, 10, 2, 6, 60],
        "reason": "Too Many Requests",
    }
    assert call("GET", call.integrations(project=OTHER)).status_code == 200


def test_after_the_wait_one_more_request_passes(limited, clock):
    call = limited(capacity=1, refill_per_minute=6)
    assert call("GET", call.integrations()).status_code == 200
    clock.now += 9
    assert call("GET", call.integrations()).headers["Retry-After"] == "1"
    clock.now += 1
    assert call("GET", call.integrations()).status_code == 200
    assert call("GET", call.integrations()).status_code == 429


def test_tokens_can_come_back_together_at_the_end_of_the_minute(limited, clock):
    call = limited(capacity=2, refill_per_minute=6, refill_at_once=True)
    call("GET", call.integrations())
    call("GET", call.integrations())
    clock.now += 5
    assert call("GET", call.integrations()).headers["Retry-After"] == "55"
    clock.now += 55
    assert [call("GET", call.integrations()).status_code for _ in range(3)] == [200, 200, 429]


def test_a_bucket_never_holds_more_than_its_capacity(limited, clock):
    call = limited(capacity=2)
    call("GET", call.integrations())
    clock.now += 3600
    assert left(call("GET", call.integrations())) == ("2", "1")


def test_a_bucket_that_is_never_refilled_still_says_when_to_ask_again(limited):
    call = limited(capacity=1, refill_per_minute=0)
    call("GET", call.integrations())
    assert call("GET", call.integrations()).headers["Retry-After"] == "60"


def test_a_refused_write_by_the_limit_does_nothing(limited, clock):
    call = limited(capacity=1, refill_per_minute=60)
    call("GET", call.integrations())
    body = {"type": "OPS_GENIE", "apiKey": "key"}
    assert call("POST", call.integrations("/OPS_GENIE"), body).status_code == 429
    clock.now += 60
    assert call("GET", call.integrations()).json()["results"] == []
