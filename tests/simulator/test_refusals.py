"""Errors that are asked for, to rehearse them."""

from __future__ import annotations

import pytest
import requests

from reconciler.simulator import InProcess, Refusal, read_refusal

HOST = "https://cloud.mongodb.com"
WEBHOOK = {"type": "WEBHOOK", "url": "https://example.com/hook"}


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("* * 500", Refusal("*", "*", 500)),
        ("PUT */WEBHOOK 400 INVALID_URL", Refusal("PUT", "*/WEBHOOK", 400, "INVALID_URL")),
        (
            "GET /a/? 503 SERVICE_UNAVAILABLE 2",
            Refusal("GET", "/a/?", 503, "SERVICE_UNAVAILABLE", 2),
        ),
    ],
)
def test_a_refusal_is_read_from_one_line(text, refusal):
    assert read_refusal(text) == refusal


@pytest.mark.parametrize(
    "text",
    ["", "GET", "GET *", "GET * 200", "GET * 600", "get * 400", "GET * 400 A 0", "GET * 400 1"],
)
def test_what_is_none_is_told(text):
    with pytest.raises(ValueError, match=r"must be METHOD PATH STATUS"):
        read_refusal(text)


def test_what_fits_is_answered_in_the_shape_of_the_api_and_writes_nothing(make_service, call_of):
    refusal = read_refusal("POST */integrations/WEBHOOK 403 ACCESS_FORBIDDEN")
    call = call_of(make_service(refusals=[refusal]))
    answer = call("POST", call.integrations("/WEBHOOK"), WEBHOOK)
    assert answer.json() == {
        "detail": "The simulator was asked to refuse this.",
        "error": 403,
        "errorCode": "ACCESS_FORBIDDEN",
        "parameters": [],
        "reason": "Forbidden",
    }
    assert (answer.status_code, answer.headers["X-Error-Code"]) == (403, "ACCESS_FORBIDDEN")
    assert call("GET", call.integrations()).json()["results"] == []


def test_the_challenge_comes_first(make_service, call_of):
    call = call_of(make_service(refusals=[read_refusal("* * 503 SERVICE_UNAVAILABLE 1")]))
    refused = call("GET", "/groups")
    assert [earlier.status_code for earlier in refused.history] == [401]
    assert (refused.status_code, call("GET", "/groups").status_code) == (503, 200)


def test_it_is_given_as_often_as_asked_and_then_the_next(make_service, call_of):
    texts = ("GET */groups 503 SERVICE_UNAVAILABLE 2", "GET */groups 429 RATE_LIMITED 1")
    call = call_of(make_service(refusals=[read_refusal(text) for text in texts]))
    assert [call("GET", "/groups").status_code for _ in range(5)] == [503, 503, 429, 200, 200]


def test_without_a_code_it_is_the_answer_of_a_proxy(make_service, call_of):
    call = call_of(make_service(refusals=[read_refusal("GET * 502")]))
    answer = call("GET", "/groups")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    assert "errorCode" not in answer.text


@pytest.mark.parametrize("status", [403, 429])
def test_a_token_is_refused_in_the_shape_of_oauth_but_for_the_limit(make_service, status):
    service = make_service(refusals=[read_refusal(f"POST /api/oauth/token {status} access_denied")])
    with requests.Session() as session:
        session.mount(HOST, InProcess(service.handle))
        answer = session.post(f"{HOST}/api/oauth/token", auth=("a", "b"), data={})
    assert answer.status_code == status
    assert answer.json()["error"] == ("access_denied" if status == 403 else 429)


def test_a_status_that_http_does_not_know_can_be_given(make_service, call_of, served):
    service = make_service(refusals=[read_refusal("GET * 599")])
    for connect in (call_of, served):
        assert connect(service)("GET", "/groups").status_code == 599
