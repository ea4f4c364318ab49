"""The two doors: a socket, and an adapter that stays in the process."""

from __future__ import annotations

import http.client
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.simulator import Response, StateError

PROJECT = "6a79404f2c88faeba59beea6"
BODIES = [
    {"type": "PAGER_DUTY", "serviceKey": "0" * 32},
    {"type": "SLACK", "apiToken": "token", "channelName": "alerts"},
    {"type": "DATADOG", "apiKey": "0" * 32},
    {"type": "OPS_GENIE", "apiKey": "key-1"},
    {"type": "VICTOR_OPS", "apiKey": "key-2"},
    {"type": "WEBHOOK", "url": "https://example.com/hook"},
    {"type": "PROMETHEUS", "username": "p", "enabled": True, "serviceDiscovery": "http"},
    {"type": "MICROSOFT_TEAMS", "microsoftTeamsWebhookUrl": "https://example.com/teams"},
]


@pytest.fixture(params=["in process", "over a socket"])
def connect(request, call_of, served):
    return call_of if request.param == "in process" else served


class Echo:
    """Answers with what it was asked."""

    def handle(self, request):
        asked = [request.method, request.path, dict(request.query), request.header("X-Test")]
        body = json.dumps([*asked, request.body.decode("latin-1")]).encode()
        return Response(200, {"Content-Type": "application/json"}, body)


class Broken:
    """Has lost its state."""

    def handle(self, request):
        raise StateError("state.db cannot be used: disk full.")


def test_both_doors_hand_over_the_same_request(served, call_of):
    answers = []
    for call in (served(Echo()), call_of(Echo())):
        answer = call("POST", "/a%2Fb", {"k": "ü"}, headers={"X-Test": "1"}, params={"q": "a b"})
        answers.append(answer.json())
    assert answers[0] == answers[1]
    assert answers[0] == ["POST", "/api/atlas/v2/a%2Fb", {"q": "a b"}, "1", '{"k": "\\u00fc"}']


def test_eight_threads_that_create_eight_types_all_succeed(make_service, connect):
    call = connect(make_service())

    def post(body):
        return call("POST", call.integrations(f"/{body['type']}"), body)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, BODIES))
    assert [answer.status_code for answer in answers] == [200] * 8
    assert sorted(answer.json()["totalCount"] for answer in answers) == list(range(1, 9))
    final = call("GET", call.integrations()).json()["results"]
    assert {item["type"] for item in final} == {body["type"] for body in BODIES}
    assert len({item["id"] for item in final}) == 8


def test_of_eight_threads_that_create_the_same_type_one_succeeds(make_service, connect):
    call = connect(make_service())

    def post(number):
        body = {"type": "OPS_GENIE", "apiKey": f"key-{number:04}"}
        return call("POST", call.integrations("/OPS_GENIE"), body).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(post, range(8))) == [200] + [409] * 7


def test_an_answer_can_be_streamed(make_service, connect):
    call = connect(make_service())
    with call("GET", "/groups", stream=True) as answer:
        body = b"".join(answer.iter_content(7))
    assert json.loads(body)["totalCount"] == 1
    with call("GET", "/groups", stream=True) as answer:
        assert answer.raw.read() == body
        assert int(answer.headers["Content-Length"]) == len(body)


def test_an_answer_without_a_body_leaves_the_connection_usable(make_service, connect):
    call = connect(make_service())
    for body in BODIES[:2]:
        call("POST", call.integrations(f"/{body['type']}"), body)
    assert call("DELETE", call.integrations("/SLACK")).status_code == 204
    assert call("HEAD", call.integrations()).status_code == 405
    assert call("GET", call.integrations()).json()["totalCount"] == 1


def test_a_body_that_is_too_large_is_refused_and_the_next_request_works(make_service, connect):
    call = connect(make_service())
    url = f"{call.base}{call.integrations('/SLACK')}"
    assert call("GET", "/groups").status_code == 200  # the body is sent once, not twice
    assert call.session.post(url, data=b"x" * 3_000_000).status_code == 413
    assert call("GET", "/groups").status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PATCH", "QUERY", "HEAD"])
def test_methods_that_no_path_has_reach_the_service(make_service, connect, method):
    answer = connect(make_service())(method, "/groups")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")
    assert answer.content == b""


def raw(call, text):
    """Send bytes as they are and read until the server closes."""
    host, port = call.base.removeprefix("http://").split("/")[0].split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: five", b"400"),
        (b"Content-Length: -5", b"400"),
        (b"Transfer-Encoding: chunked", b"411"),
    ],
)
def test_a_length_that_cannot_be_read_is_refused(served, head, status):
    answer = raw(served(Echo()), b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\nhello")
    assert answer.split()[1] == status
    assert answer.count(b"HTTP/1.1") == 1


def test_a_target_that_is_no_url_is_refused(served):
    assert raw(served(Echo()), b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n").split()[1] == b"400"


def test_a_request_that_breaks_off_does_nothing(served):
    seen = []

    class Watch(Echo):
        def handle(self, request):
            seen.append(request)
            return super().handle(request)

    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello"
    assert raw(served(Watch()), request) == b""
    assert seen == []


def test_two_requests_on_one_connection_are_two_answers(served):
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    assert raw(served(Echo()), request * 2).count(b"HTTP/1.1 200 OK") == 2


def test_a_body_that_is_too_large_is_read_past_and_ends_the_connection(make_service, served):
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000
    answer = raw(served(make_service()), request)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"\r\nConnection: close\r\n" in answer


def test_an_answer_to_head_has_a_length_and_no_body(served, call_of):
    head, body = raw(served(Echo()), b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").split(b"\r\n\r\n")
    assert b"\r\nContent-Length: " in head
    assert body == b""
    answer = call_of(Echo())("HEAD", "/")
    assert int(answer.headers["Content-Length"]) > 0
    assert answer.content == b""


def test_of_a_query_parameter_given_twice_the_first_counts(call_of):
    answer = call_of(Echo())("GET", "/?name=a&name=b&empty=")
    assert answer.json()[2] == {"name": "a", "empty": ""}


def test_a_service_that_lost_its_state_answers_500(served, capsys):
    answer = served(Broken())("GET", "/groups")
    assert (answer.status_code, answer.json()["errorCode"]) == (500, "UNEXPECTED_ERROR")
    assert "disk full" not in answer.text
    assert capsys.readouterr() == ("", "")


def test_nothing_is_logged_unless_asked(make_service, served, capsys):
    call = served(make_service())
    call("GET", "/groups")
    call.session.close()
    lines = []
    other = served(make_service(), log=lines.append)
    other("GET", "/groups")
    assert capsys.readouterr() == ("", "")
    assert lines == [
        '"GET /api/atlas/v2/groups HTTP/1.1" 401 -',
        '"GET /api/atlas/v2/groups HTTP/1.1" 200 -',
    ]


def test_a_log_line_holds_no_control_characters(served):
    lines = []
    raw(served(Echo(), log=lines.append), b"GET /\x1b[2J HTTP/1.1\r\nHost: x\r\n\r\n")
    assert lines == ['"GET /?[2J HTTP/1.1" 200 -']


def test_the_server_says_what_it_is(served):
    call = served(Echo())
    connection = http.client.HTTPConnection(call.base.removeprefix("http://").split("/")[0])
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.headers["Server"] == "atlas-simulator"
    answer.read()
    connection.close()
