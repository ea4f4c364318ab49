"""Discovery: a user name and a password go out, and target groups or a reason come back."""

from base64 import b64decode

import pytest

from reconciler.api.basic import Basic, Login
from reconciler.api.client import Client
from reconciler.api.dialects import DIALECTS
from reconciler.api.discovery import discover
from reconciler.api.errors import ApiError, Halted
from reconciler.api.transport import Connection, ReadOnlyError, Transport
from reconciler.api.waits import Waits
from reconciler.core.secret import Ends, Secret
from reconciler.core.state import ProjectRef
from reconciler.simulator import InProcess, Response

REF = ProjectRef("5d791c84ff7a2522cc4f9aa1", "payments")
USERNAME, PASSWORD = "prom_ü", "pässword: with all of 7Q9z"
GROUP = {"targets": ["a.example.net:27018"], "labels": {"group_id": REF.id}}


@pytest.fixture
def traced():
    return []


@pytest.fixture
def transport(traced):
    def of(handle):
        connection = Connection(
            "http://test", Login("", ""), trace=traced.append, adapter=InProcess(handle)
        )
        return Transport(connection, writable=False)

    return of


@pytest.fixture
def found(transport, stop):
    """Ask whatever answers requests in this process."""

    def of(handle, **params):
        password = Secret(PASSWORD)
        signed = Basic(transport(handle), USERNAME, password)
        client = Client(signed, DIALECTS["atlas"], {}, Waits(stop), Ends([password]))
        return discover(client, REF, params)

    return of


def told(found, handle):
    """Give the problem that an answer becomes, which never holds the password."""
    with pytest.raises(ApiError) as caught:
        found(handle)
    problem = caught.value.problem("reading the targets of project payments")
    for part in (PASSWORD, PASSWORD[-4:], PASSWORD[:4]):
        assert part not in f"{problem} {caught.value!r}"
    return problem


def test_the_path_the_query_and_the_signature(found, answers):
    server = answers([GROUP])
    (group,) = found(server, targetScheme="PRIVATE_ENDPOINT", endpointId="vpce-1")
    assert group.targets == ("a.example.net:27018",)
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", f"/prometheus/v1.0/groups/{REF.id}/discovery")
    assert request.query == {"targetScheme": "PRIVATE_ENDPOINT", "endpointId": "vpce-1"}
    kind, _, pair = request.header("Authorization").partition(" ")
    assert (kind, b64decode(pair).decode()) == ("Basic", f"{USERNAME}:{PASSWORD}")


def test_the_signature_stays_with_its_request(transport, answers):
    """Many passwords share one pool of connections, and none of them stays behind."""
    server = answers([])
    shared = transport(server)
    Basic(shared, "one", Secret("first-password")).send("GET", "/x")
    Basic(shared, "two", Secret("other-password")).send("GET", "/x")
    shared.send("GET", "/x")
    pairs = [request.header("Authorization").partition(" ")[2] for request in server.requests]
    assert [b64decode(pair).decode() for pair in pairs] == [
        "one:first-password", "two:other-password", "",
    ]  # fmt: skip


def test_a_trace_shows_neither_the_password_nor_the_query(found, answers, traced):
    found(answers([GROUP]), targetScheme="PRIVATE")
    (line,) = traced
    assert line.startswith(f"GET /prometheus/v1.0/groups/{REF.id}/discovery 200 ")


def test_nothing_can_be_written_this_way(transport, answers):
    with pytest.raises(ReadOnlyError):
        Basic(transport(answers([])), "one", Secret("a-password")).send("POST", "/x", body=b"{}")


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "bad-credentials", "does not accept the integration's user name and password"),
        (403, "no-access", "closed to the integration's user name and password"),
        (404, "not-found", "no such project, or no Prometheus integration"),
        (302, "redirect", "never followed"),
        (410, "version-gone", "retired"),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"errorCode": "SOMETHING_ELSE"}'])
def test_a_refusal_says_what_it_means_here_and_what_to_do(
    found, answers, status, code, words, body
):
    server = answers(Response(status, {"Location": "http://elsewhere"}, body))
    problem = told(found, server)
    assert problem.code == code
    assert problem.message.startswith("reading the targets of project payments: ")
    assert words in problem.message
    assert problem.hint
    assert "API key" not in f"{problem.message} {problem.hint}"
    assert len(server.requests) == 1


def test_a_text_that_quotes_the_password_is_not_passed_on(found, answers, refuse):
    server = answers(refuse(404, "GROUP_NOT_FOUND", f"nothing for {PASSWORD}"))
    assert "nothing for" not in told(found, server).message


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[", b"{}", b"null", b'{"results": []}', b'["a:1"]', b"\xff", b"[" * 100_000,
        b'[{"targets": ["http://a:1/metrics"], "labels": {}}]', b'[{"targets": ["a:1"]}]',
        b'[{"targets": ["a:1"], "labels": {"a-b": "c"}}]', b'[{"targets": [], "labels": {"a": 1}}]',
        b"<html>Sign in</html>",
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_a_bad_answer(found, answers, body):
    problem = told(found, answers(Response(200, {}, body)))
    assert problem.code == "bad-answer"
    assert problem.hint


def test_no_content_is_not_taken_for_no_targets(found, answers):
    assert told(found, answers(Response(204, {}))).code == "bad-answer"


def test_an_empty_list_is_an_answer(found, answers):
    assert found(answers([])) == ()


def test_what_may_pass_is_asked_again(found, answers, stop):
    server = answers(Response(503, {}), Response(429, {"Retry-After": "7"}), [GROUP])
    assert len(found(server)) == 1
    assert len(server.requests) == 3
    assert stop.waits[-1] >= 7


def test_a_server_that_stays_down_is_told_after_five_tries(found, answers):
    server = answers(Response(503, {}))
    assert told(found, server).code == "api-failing"
    assert len(server.requests) == 5


def test_too_long_a_wait_is_not_waited_for(found, answers, stop):
    with pytest.raises(Halted, match="301 seconds"):
        found(answers(Response(429, {"Retry-After": "301"})))
    assert stop
