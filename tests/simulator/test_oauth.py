"""Service accounts: a token for the id and secret, and the API for the token."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import requests

from reconciler.simulator import InProcess, Request, load_seed

HOST = "https://cloud.mongodb.com"
ACCOUNT = ("mdb_sa_id_0123", "mdb_sa_sk_s3cret-_")
ACCEPT = {"Accept": "application/vnd.atlas.2023-01-01+json"}
GRANT = {"grant_type": "client_credentials"}
RECORDED = Path(__file__).parents[2].parent / "shared" / "api" / "recorded"
MIXED = load_seed(
    json.dumps(
        {
            "projects": [
                {"id": "a" * 24},
                {"id": "c" * 24, "api": "cloud-manager"},
                {"id": "d" * 24, "api": "ops-manager"},
            ]
        }
    )
)


@pytest.fixture
def site(make_service):
    """Give a session of a service that knows one service account, and nobody's keys."""

    def make(account=ACCOUNT, **switches):
        service = make_service(account=account, seed=MIXED, **switches)
        session = requests.Session()
        session.trust_env = False
        session.mount(HOST, InProcess(service.handle))
        return session

    return make


def ask(session, form=GRANT, account=ACCOUNT, path="/api/oauth/token", **options):
    return session.post(f"{HOST}{path}", data=form, auth=account, **options)


def token_of(session):
    return ask(session).json()["access_token"]


def get(session, token, path="/api/atlas/v2/groups"):
    headers = {**ACCEPT, "Authorization": f"Bearer {token}"}
    return session.get(f"{HOST}{path}", headers=headers)


def test_the_token_is_answered_as_documented_and_has_the_form_of_a_jwt(site, clock):
    answer = ask(site())
    assert answer.status_code == 200
    body = answer.json()
    assert {**body, "access_token": ""} == {
        "access_token": "",
        "expires_in": 3600,
        "token_type": "Bearer",
    }
    header, claims, signature = body["access_token"].split(".")
    read = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert (read["sub"], read["exp"] - read["iat"]) == (ACCOUNT[0], 3600)
    assert header
    assert signature
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "application/json",
        "no-store",
    )


def test_a_token_opens_every_api_but_ops_managers(site):
    session = site()
    token = token_of(session)
    for path in (
        "/api/atlas/v2/groups",
        "/api/atlas/v1.0/groups",
        "/api/public/v1.0/groups",
        f"/api/atlas/v2/groups/{'a' * 24}/integrations",
        f"/api/public/v1.0/groups/{'c' * 24}/integrations",
    ):
        assert get(session, token, path).status_code == 200, path
    refused = get(session, token, f"/api/public/v1.0/groups/{'d' * 24}/integrations")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Digest ")


def test_a_token_writes_too(site):
    session = site()
    answer = session.post(
        f"{HOST}/api/atlas/v2/groups/{'a' * 24}/integrations/OPS_GENIE",
        json={"type": "OPS_GENIE", "apiKey": "key"},
        headers={**ACCEPT, "Authorization": f"Bearer {token_of(session)}"},
    )
    assert answer.status_code == 200


def test_a_token_expires(site, clock):
    session = site(token_seconds=60)
    token = token_of(session)
    clock.now += 59
    assert get(session, token).status_code == 200
    clock.now += 1
    refused = get(session, token)
    assert (refused.status_code, refused.json()["errorCode"]) == (401, "UNEXPECTED_ERROR")
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_revoked_token_is_refused_and_revoking_is_never_an_error(site):
    session = site()
    token, other = token_of(session), token_of(session)
    form = {"token": token, "token_type_hint": "access_token"}
    for _ in range(2):
        answer = ask(session, form, path="/api/oauth/revoke")
        assert (answer.status_code, answer.content) == (200, b"")
    assert (get(session, token).status_code, get(session, other).status_code) == (401, 200)


def test_the_token_of_another_account_cannot_be_revoked(site):
    session = site(account=None)
    token = token_of(session)
    assert ask(session, {"token": token}, ("b", "b"), "/api/oauth/revoke").status_code == 200
    assert get(session, token).status_code == 200


@pytest.mark.parametrize("token", ["", "guess", "a.b.c", "ü".encode().decode("latin-1")])
def test_a_token_that_was_never_given_is_refused(site, token):
    assert get(site(), token).status_code == 401


def test_an_account_that_is_encoded_as_oauth_asks_is_the_same(site):
    session = site(account=("mdb sa", "s+/c%ret"))
    assert ask(session, account=("mdb sa", "s+/c%ret")).status_code == 200
    assert ask(session, account=("mdb+sa", "s%2B%2Fc%25ret")).status_code == 200
    assert ask(session, account=("mdb sa", "s+/cret")).status_code == 401


def test_a_service_without_an_account_takes_any(site):
    assert ask(site(account=None), account=("any", "thing")).status_code == 200


REFUSED = {
    "no credentials": ({"account": None}, 400, "invalid_request"),
    "half of them": ({"account": ("id", "")}, 400, "invalid_request"),
    "a wrong secret": ({"account": (ACCOUNT[0], "x")}, 401, "invalid_client"),
    "a wrong id": ({"account": ("x", ACCOUNT[1])}, 401, "invalid_client"),
    "another grant": ({"form": {"grant_type": "password"}}, 400, "unsupported_grant_type"),
    "no grant": ({"form": {"a": "b"}}, 400, "invalid_request"),
    "no form": ({"headers": {"Content-Type": "application/json"}}, 400, "invalid_request"),
    "nothing to revoke": ({"path": "/api/oauth/revoke"}, 400, "invalid_request"),
}


@pytest.mark.parametrize(("changes", "status", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_what_oauth_refuses_has_the_shape_of_oauth(site, changes, status, error):
    answer = ask(site(), **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json().keys() == {"error", "error_description"}
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic /w==", "Basic bm9jb2xvbg=="])
def test_credentials_that_are_not_whole_are_no_credentials(site, header):
    answer = ask(site(), account=None, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_the_errors_are_those_of_the_manual(site):
    if not RECORDED.is_dir():
        pytest.skip("the recordings are not at hand")
    documented = json.loads((RECORDED / "oauth-token-doc-examples.json").read_text())["bodies"]
    session = site()
    assert ask(session, account=None).json() == documented["400"][0]
    assert ask(session, {"grant_type": "x"}).json() == documented["400"][1]
    assert ask(session, account=("x", "y")).json() == documented["401"]


def test_only_a_post_is_taken(site):
    answer = site().get(f"{HOST}/api/oauth/token", auth=ACCOUNT)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_the_51st_request_of_a_minute_is_429_in_the_shape_of_the_api(site, clock):
    session = site()
    for _ in range(50):
        assert ask(session).status_code == 200
    refused = ask(session)
    assert refused.json() == {
        "detail": "Resource /api/oauth/token is limited to 50 requests every 1 minutes.",
        "error": 429,
        "errorCode": "RATE_LIMITED",
        "parameters": ["/api/oauth/token", 50, 1],
        "reason": "Too Many Requests",
    }
    assert ask(session, account=("another", "one")).status_code == 401
    clock.now += 60
    assert ask(session).status_code == 200


def test_each_address_has_a_limit_of_its_own(make_service):
    service = make_service(account=None, tokens_per_minute=1)
    body, headers = b"grant_type=client_credentials", [
        ("Authorization", "Basic YTpi"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ]  # fmt: skip
    statuses = [
        service.handle(
            Request.parse("POST", "/api/oauth/token", headers, body, address=address)
        ).status
        for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1")
    ]
    assert statuses == [200, 200, 429]


def test_more_live_tokens_than_allowed_are_refused_until_some_have_gone(site, clock):
    session = site(live_tokens=2, token_seconds=100)
    first = token_of(session)
    token_of(session)
    refused = ask(session)
    assert (refused.status_code, refused.json()["error"]) == (403, "access_denied")
    ask(session, {"token": first}, path="/api/oauth/revoke")
    assert ask(session).status_code == 200
    assert ask(session).status_code == 403
    clock.now += 100
    assert ask(session).status_code == 200


def test_a_hundred_live_tokens_are_allowed(site, clock):
    session = site()
    for _ in range(2):
        assert {ask(session).status_code for _ in range(50)} == {200}
        clock.now += 60
    assert ask(session).status_code == 403


def test_a_bearer_counts_against_limits_by_the_name_of_the_account(site):
    session = site(account=None, capacity=1)
    one, other = (
        ask(session, account=(name, "x")).json()["access_token"] for name in ("one", "other")
    )
    assert get(session, one).status_code == 200
    assert get(session, one).status_code == 429
    assert get(session, other).status_code == 200


def test_it_is_the_same_over_a_socket(make_service, served):
    call = served(make_service(account=ACCOUNT))
    host = call.base.removesuffix("/api/atlas/v2")
    answer = requests.post(f"{host}/api/oauth/token", data=GRANT, auth=ACCOUNT, timeout=10)
    headers = {**ACCEPT, "Authorization": f"Bearer {answer.json()['access_token']}"}
    assert requests.get(f"{call.base}/groups", headers=headers, timeout=10).status_code == 200
