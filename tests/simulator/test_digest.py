"""Digest authentication, through the client's own library and by hand."""

from __future__ import annotations

import pytest
from requests.auth import HTTPDigestAuth

from reconciler.simulator import Request

KEYS = ("abcdefgh", "00000000-1111-2222-3333-444444444444")
ACCEPT = {"Accept": "application/vnd.atlas.2023-01-01+json"}
PATH = "/groups"


@pytest.fixture(params=["in process", "over a socket"])
def connect(request, call_of, served):
    return call_of if request.param == "in process" else served


def challenges(answer):
    return [earlier.status_code for earlier in answer.history]


def answered(call, **changes):
    """Answer one challenge as the library does, then change parts of the Authorization header."""
    url = f"{call.base}{PATH}"
    auth = HTTPDigestAuth(*KEYS)
    first = call.session.get(url, auth=auth, headers=ACCEPT)
    assert first.status_code == 200
    header = first.request.headers["Authorization"]
    for old, new in changes.values():
        assert old in header
        header = header.replace(old, new)
    return call.session.get(
        url, headers={**ACCEPT, "Authorization": header}, auth=lambda request: request
    )


def test_the_right_keys_pass_after_one_challenge_and_then_without(make_service, connect):
    call = connect(make_service())
    first, second = call("GET", PATH), call("GET", PATH)
    assert (first.status_code, challenges(first)) == (200, [401])
    assert (second.status_code, challenges(second)) == (200, [])


def test_a_query_is_part_of_what_is_signed(make_service, connect):
    call = connect(make_service())
    for _ in range(2):
        answer = call("GET", PATH, params={"itemsPerPage": "5", "name": "a b&c/d"})
        assert answer.status_code == 200


@pytest.mark.parametrize("keys", [(KEYS[0], "wrong"), ("wrong", KEYS[1]), ("wrong", "wrong")])
def test_wrong_keys_look_like_no_keys(make_service, call_of, keys):
    service = make_service()
    wrong = call_of(service, keys)("GET", PATH)
    call = call_of(service)
    none = call.session.get(f"{call.base}{PATH}", auth=lambda request: request)
    for answer in (wrong, none):
        assert answer.status_code == 401
        assert answer.json()["errorCode"] == "UNEXPECTED_ERROR"
        assert "X-Error-Code" not in answer.headers
        assert "stale=false" in answer.headers["WWW-Authenticate"]


def test_a_service_without_keys_takes_any_pair_but_still_challenges(make_service, call_of):
    service = make_service(keys=None)
    answer = call_of(service, ("anybody", "anything"))("GET", PATH)
    assert (answer.status_code, challenges(answer)) == (200, [401])
    assert call_of(service, ("", ""))("GET", PATH).status_code == 401


def test_an_old_nonce_is_stale_and_the_library_recovers(make_service, connect, clock):
    call = connect(make_service(nonce_seconds=60))
    call("GET", PATH)
    clock.now += 60
    assert challenges(call("GET", PATH)) == []
    clock.now += 1
    answer = call("GET", PATH)
    assert (answer.status_code, challenges(answer)) == (200, [401])
    assert "stale=true" in answer.history[0].headers["WWW-Authenticate"]


def test_an_old_nonce_with_a_wrong_key_is_not_called_stale(make_service, call_of, clock):
    service = make_service(nonce_seconds=60)
    call = call_of(service)
    call("GET", PATH)
    call.session.auth.password = "wrong"
    clock.now += 61
    assert "stale=false" in call("GET", PATH).history[0].headers["WWW-Authenticate"]


@pytest.mark.parametrize("keys", [KEYS, None], ids=["known keys", "any keys"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('uri="/api/atlas/v2/groups"', 'uri="/api/atlas/v2/orgs"'),
        ('nonce="', 'nonce="AAAA'),
        ('nonce="', 'nonce="not base64 '),
        ('realm="MMS Public API"', 'realm="another"'),
        ('username="abcdefgh", ', ""),
        ('qop="auth", ', ""),
        ('qop="auth"', 'qop="auth-int"'),
        ("nc=00000001, ", ""),
        ('algorithm="MD5"', 'algorithm="SHA-256"'),
        ("Digest ", "Basic "),
        ("Digest username=", "Digest username, "),
        ("Digest username=", "Digest username="),
    ],
)
def test_an_answer_to_a_challenge_must_be_whole(make_service, call_of, keys, old, new):
    answer = answered(call_of(make_service(keys=keys)), change=(old, new))
    assert answer.status_code == (200 if old == new else 401)


def test_a_nonce_of_another_service_is_not_ours(make_service, call_of):
    first, second = make_service(), make_service()
    call = call_of(first)
    call("GET", PATH)
    used = call.session.get(f"{call.base}{PATH}", headers=ACCEPT).request
    request = Request.parse("GET", used.path_url, used.headers.items(), b"")
    assert first.handle(request).status == 200
    assert second.handle(request).status == 401


def test_an_answer_for_one_method_is_none_for_another(make_service, call_of):
    service = make_service()
    call = call_of(service)
    call("GET", PATH)
    used = call.session.get(f"{call.base}{PATH}", headers=ACCEPT).request
    request = Request.parse("POST", used.path_url, used.headers.items(), b"")
    assert service.handle(request).status == 401


def test_the_keys_are_asked_for_before_anything_else(call):
    answer = call.session.put(f"{call.base}/nowhere", auth=lambda request: request)
    assert answer.status_code == 401
