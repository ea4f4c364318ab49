"""Reading is tried again when that may help: five times at most, and no longer than is sensible."""

from email.utils import formatdate

import pytest
import requests

from reconciler.api.errors import ApiError, BadAnswer, Halted, Refused
from reconciler.api.retry import wait_before
from reconciler.api.stop import Stopped
from reconciler.core.state import ProjectRef
from reconciler.simulator import Response

REF = ProjectRef("5d791c84ff7a2522cc4f9aa1", "payments")
GOOD = {"results": [], "totalCount": 0}
LIMITED = Response(429, {})


def limited(after, **headers):
    return Response(429, {"Retry-After": after, **headers})


PASSING = {
    "a reset": ConnectionResetError(),
    "a time-out": requests.ReadTimeout(),
    "no connection": requests.ConnectTimeout(),
    "408": Response(408, {}),
    "429": LIMITED,
    "500": Response(500, {}, b'{"errorCode": "UNEXPECTED_ERROR"}'),
    "501": Response(501, {}),
    "502": Response(502, {"Content-Type": "text/html"}, b"<html>Bad Gateway</html>"),
    "503": Response(503, {}, b'{"errorCode": "SERVICE_UNAVAILABLE"}'),
    "504": Response(504, {}),
}


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_reading_is_tried_again_after(ask, answers, stop, trouble):
    server = answers(*[trouble] * 4, GOOD)
    assert ask(server).projects() == []
    assert len(server.requests) == 5
    assert len(stop.waits) == 4


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_and_given_up_after_five_tries(ask, answers, stop, trouble):
    server = answers(trouble)
    with pytest.raises(ApiError):
        ask(server).projects()
    assert len(server.requests) == 5
    assert len(stop.waits) == 4


@pytest.mark.parametrize(
    "status", [301, 302, 400, 401, 402, 403, 404, 405, 406, 409, 410, 413, 415, 422, 451]
)
def test_other_answers_are_final(ask, answers, stop, status):
    server = answers(Response(status, {}))
    with pytest.raises(Refused):
        ask(server).projects()
    assert len(server.requests) == 1
    assert stop.waits == []


@pytest.mark.parametrize(
    ("trouble", "code", "hint"),
    [
        (ConnectionResetError(), "api-unreachable", "check the network and --base-url"),
        (LIMITED, "rate-limited", "run again later"),
        (Response(503, {}), "api-failing", "run again later"),
        (Response(200, {}, b"<html>"), "bad-answer", "check --base-url; then run again"),
    ],
)
def test_what_is_given_up_is_told_with_a_next_step(ask, answers, trouble, code, hint):
    with pytest.raises(ApiError) as caught:
        ask(answers(trouble)).projects()
    problem = caught.value.problem("listing the projects")
    assert (problem.code, problem.hint) == (code, hint)
    assert problem.message.startswith("listing the projects: ")
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


# -- How long --------------------------------------------------------------------------------------


def test_waits_grow_and_are_spread_at_random(ask, answers, monkeypatch, stop):
    monkeypatch.setattr("random.uniform", lambda least, most: most)
    with pytest.raises(ApiError):
        ask(answers(ConnectionResetError())).projects()
    assert stop.waits == [1, 2, 4, 8]
    spread = {wait_before(9) for _ in range(100)}
    monkeypatch.undo()
    spread = {wait_before(9) for _ in range(100)}
    assert len(spread) == 100
    assert all(0 <= wait <= 60 for wait in spread)


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({}, 15),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 300 "}, 300),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "soon"}, 15),
        ({"Retry-After": "-5"}, 15),
        ({"Retry-After": "1.5"}, 15),
        ({"Retry-After": "²"}, 15),
        ({"Retry-After": "Mon, 99 Abc 2026"}, 15),
        (
            {
                "Date": "Mon, 10 Aug 2026 03:00:00 GMT",
                "Retry-After": "Mon, 10 Aug 2026 03:00:40 GMT",
            },
            40,
        ),
        (
            {
                "Date": "Mon, 10 Aug 2026 03:00:00 -0000",
                "Retry-After": "Mon, 10 Aug 2026 03:00:40 -0000",
            },
            40,
        ),
        (
            {
                "Date": "Mon, 10 Aug 2026 03:00:00 GMT",
                "Retry-After": "Mon, 10 Aug 2026 02:00:00 GMT",
            },
            0,
        ),
    ],
)
def test_a_rate_limit_is_waited_for_as_long_as_it_asks_and_a_bit(
    ask, answers, stop, monkeypatch, headers, least
):
    monkeypatch.setattr("random.uniform", lambda _, most: most / 2)
    ask(answers(Response(429, headers), GOOD)).projects()
    assert stop.waits == [least + 0.5]


def test_a_date_is_held_against_this_clock_when_the_answer_has_none(
    ask, answers, stop, monkeypatch
):
    monkeypatch.setattr("random.uniform", lambda *_: 0)
    monkeypatch.setattr("time.time", lambda: 1_786_331_221.0)
    ask(answers(limited(formatdate(1_786_331_221 + 30, usegmt=True)), GOOD)).projects()
    assert stop.waits == [30]


def test_four_waits_for_a_limit_that_says_nothing_outlast_a_minute(ask, answers, stop, monkeypatch):
    monkeypatch.setattr("random.uniform", lambda *_: 0)
    with pytest.raises(Refused):
        ask(answers(LIMITED)).projects()
    assert sum(stop.waits) == 60


def test_a_failing_server_may_ask_for_a_wait_too(ask, answers, stop, monkeypatch):
    monkeypatch.setattr("random.uniform", lambda *_: 0)
    ask(answers(Response(503, {"Retry-After": "20"}), GOOD)).projects()
    assert stop.waits == [20]


@pytest.mark.parametrize("after", ["301", "999999999", "Fri, 31 Dec 9999 23:59:59 -1200"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_over_five_minutes_ends_the_run(ask, answers, stop, status, after):
    server = answers(Response(status, {"Retry-After": after}))
    with pytest.raises(Halted) as caught:
        ask(server).projects()
    assert len(server.requests) == 1
    assert stop.waits == []
    assert stop
    problem = caught.value.problem("listing the projects")
    assert (problem.code, problem.hint) == ("rate-limited", "run again after that time")
    assert problem.message.startswith("listing the projects: the API asks to wait ")


# -- Ending early ----------------------------------------------------------------------------------


def test_nothing_is_asked_once_the_run_is_ending(ask, answers, stop):
    server = answers(GOOD)
    stop.interrupt(15, "SIGTERM")
    with pytest.raises(Stopped, match="interrupted by SIGTERM"):
        ask(server).projects()
    assert server.requests == []


def test_a_wait_is_given_up_when_the_run_ends(ask, answers, stop):
    server = answers(GOOD)

    def handle(request):
        server(request)
        stop.interrupt(15, "SIGTERM")
        return LIMITED

    with pytest.raises(Stopped):
        ask(handle).projects()
    assert len(server.requests) == 1


# -- Many projects ---------------------------------------------------------------------------------


def refs(*names):
    return [ProjectRef(name, name) for name in names]


def test_every_project_is_given_with_what_was_read_or_why_not(ask, refuse, observe):
    def handle(request):
        return refuse(403, "ACCESS_FORBIDDEN") if "/b/" in request.path else good

    good = Response(200, {}, b'{"results": [], "totalCount": 0}')
    found = observe(ask(handle), refs("a", "b", "c"))
    told = {ref.id: type(live).__name__ for ref, live in found}
    assert told == {"a": "LiveProject", "b": "Refused", "c": "LiveProject"}


def test_progress_counts_every_project_once(ask, answers, observe):
    told = []
    projects = refs(*"abcdef")
    list(observe(ask(answers(GOOD)), projects, 3, lambda *counts: told.append(counts)))
    assert told == [(number, 6) for number in range(1, 7)]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_too_long_a_wait_ends_the_reading_of_all_projects(ask, stop, concurrency, observe):
    def handle(request):
        return limited("301") if "/b/" in request.path else LIMITED

    client = ask(handle)
    with pytest.raises(Halted, match="301 seconds"):
        list(observe(client, refs(*"abcdef"), concurrency))
    assert stop


def test_an_interrupted_reading_gives_what_it_has_and_says_so(ask, stop, answers, observe):
    server = answers(GOOD)

    def handle(request):
        if len(server.requests) == 2:
            stop.interrupt(2, "SIGINT")
        return server_answer(request)

    def server_answer(request):
        server.requests.append(request)
        return Response(200, {}, b'{"results": [], "totalCount": 0}')

    found = []
    with pytest.raises(Stopped, match="SIGINT"):
        found.extend(observe(ask(handle), refs(*"abcdef"), 1))
    assert len(server.requests) == 3


def test_an_answer_that_is_too_large_is_a_bad_answer(ask, answers):
    with pytest.raises(BadAnswer, match="larger than 10 MiB"):
        ask(answers(Response(200, {}, bytes(10 * 1024 * 1024 + 1)))).projects()
