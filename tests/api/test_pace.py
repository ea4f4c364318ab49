"""Rate limits: slower before they are used up, in their scope alone, and never unseen."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.api.errors import Refused
from reconciler.api.pace import Pace
from reconciler.api.stop import Stop, Stopped
from reconciler.api.waits import Waits
from reconciler.core.plan import Status
from reconciler.core.state import ProjectRef
from reconciler.simulator import Response

LISTS = "/api/atlas/v2/groups"
A, B = (f"{LISTS}/{letter * 24}/integrations" for letter in "ab")
REF = ProjectRef("a" * 24, "payments")
EMPTY = b'{"results": [], "totalCount": 0}'


def left(remaining, limit=1200):
    return {"ratelimit-remaining": str(remaining), "ratelimit-limit": str(limit)}


@pytest.fixture
def told():
    return []


@pytest.fixture
def pace(stop, told):
    return Pace(Waits(stop, told.append))


# -- Before it fails -------------------------------------------------------------------------------


def test_with_enough_left_nobody_waits(pace, stop):
    for remaining in (1200, 600, 61):
        pace.note(A, left(remaining))
        pace.keep(A)
    assert stop.waits == []


def test_near_the_end_requests_go_out_no_faster_than_the_bucket_refills(pace, stop):
    pace.note(A, left(60))
    for _ in range(9):
        pace.keep(A)
    assert stop.waits == pytest.approx([0.125] * 8)  # of 1200, 500 come back in a minute


def test_at_the_very_end_even_the_first_waits(pace, stop):
    pace.note(A, left(0))
    pace.keep(A)
    assert stop.waits == pytest.approx([0.125])


def test_a_smaller_bucket_makes_for_longer_waits(pace, stop):
    pace.note(A, left(0, limit=100))
    pace.keep(A)
    assert stop.waits == pytest.approx([1.5])


def test_a_limit_that_is_not_told_is_taken_for_a_small_one(pace, stop):
    pace.note(A, {"ratelimit-remaining": "0"})
    pace.keep(A)
    assert stop.waits == pytest.approx([1.5])


@pytest.mark.parametrize("odd", ["", "soon", "-1", "1.5", "²", "9" * 5000])
def test_headers_that_are_no_numbers_slow_nothing_down(pace, stop, odd):
    pace.note(A, {"ratelimit-remaining": odd})
    pace.keep(A)
    pace.note(A, {"ratelimit-remaining": "900", "ratelimit-limit": odd})
    pace.keep(A)
    assert stop.waits == []


@pytest.mark.parametrize("other", [B, LISTS, "/api/atlas/v2/orgs/x/groups"])
def test_other_scopes_go_on_as_before(pace, stop, other):
    pace.note(A, left(0))
    pace.keep(other)
    assert stop.waits == []


def test_all_that_is_asked_of_one_projects_integrations_is_one_scope(pace, stop):
    pace.note(A + "/SLACK", left(0))
    pace.keep(A)
    pace.keep(A + "/DATADOG")
    assert stop.waits == pytest.approx([0.125, 0.125])


def test_once_the_bucket_has_refilled_nobody_waits_any_more(pace, stop):
    pace.note(A, left(0))
    pace.note(A, left(500))
    pace.keep(A)
    assert stop.waits == []


def test_threads_take_turns(pace, stop):
    pace.note(A, left(0))
    turns = []
    lock = threading.Lock()
    pace._waits.until = lambda turn, _: turns.append(turn)  # noqa: SLF001 - all at the same moment

    def work(_):
        with lock:
            pace.keep(A)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert turns == pytest.approx([0.125 * number for number in range(1, 9)])


def test_a_turn_is_given_up_when_the_run_ends(pace, stop):
    pace.note(A, left(0))
    stop.interrupt(2, "SIGINT")
    with pytest.raises(Stopped):
        pace.keep(A)


# -- When it has failed ----------------------------------------------------------------------------


def limited(after="12"):
    body = json.dumps({"error": 429, "errorCode": "RATE_LIMITED_TOKEN_BUCKET"}).encode()
    return Response(429, {"Retry-After": after, "RateLimit-Remaining": "0"}, body)


def test_who_is_refused_waits_as_asked_and_not_twice(ask, answers, stop, monkeypatch):
    monkeypatch.setattr("random.uniform", lambda *_: 0)
    ask(answers(limited(), Response(200, {}, EMPTY))).integrations(REF)
    assert stop.waits == [12]


def test_a_write_waits_its_turn_and_is_sent_once(ask, api, plan, carry, build, stop):
    there = api()

    def nearly_out(api, process):
        answer = process()
        return Response(answer.status, left(0, limit=100), answer.body)

    client = ask(there.handle)
    pager = build.integration("PAGER_DUTY", serviceKey="0123456789abcdef0123456789abcdef")
    operations = plan(client, pager)
    there.plant = nearly_out
    (outcome,) = carry(client, operations).values()
    assert outcome.status is Status.DONE
    assert there.effects == [("POST", "PAGER_DUTY")]
    assert stop.waits == pytest.approx([1.5])


# -- Shown -----------------------------------------------------------------------------------------


def test_a_wait_is_told_with_its_length_and_reason(ask_signed, answers, told, monkeypatch):
    monkeypatch.setattr("random.uniform", lambda *_: 0)
    token = Response(200, {}, b'{"access_token": "t"}')
    handle = answers(token, limited(), Response(200, {}, EMPTY))
    ask_signed(handle, told=told.append).integrations(REF)
    assert told == [
        "Slowing down: the API's rate limit is all but used up",
        "Waiting 12 s: the API's rate limit is used up",
    ]


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (ConnectionResetError(), "the connection broke before the answer was whole"),
        (Response(503, {}), "the API fails with status 503"),
    ],
)
def test_every_longer_wait_says_what_it_is_for(
    ask_signed, answers, told, monkeypatch, trouble, why
):
    monkeypatch.setattr("random.uniform", lambda _, most: most)
    token = Response(200, {}, b'{"access_token": "t"}')
    with pytest.raises(Exception, match=why):
        ask_signed(answers(token, trouble), told=told.append).integrations(REF)
    assert told == [f"Waiting {seconds} s: {why}" for seconds in (1, 2, 4, 8)]


def test_what_is_over_in_a_moment_is_not_worth_a_line(ask_signed, answers, told, monkeypatch):
    monkeypatch.setattr("random.uniform", lambda _, most: 0.9)
    token = Response(200, {}, b'{"access_token": "t"}')
    handle = answers(token, Response(503, {}), Response(200, {}, EMPTY))
    ask_signed(handle, told=told.append).integrations(REF)
    assert told == []


def test_waits_that_follow_one_another_are_told_each(told):
    class Clock(Stop):
        time = 100.0

        def now(self):
            return self.time

        def pause(self, seconds):
            self.time += seconds

    waits = Waits(Clock(), told.append)
    for asked in (12, 12, 4):
        waits.until(waits.now() + asked, "the limit")
    assert told == [f"Waiting {seconds} s: the limit" for seconds in (12, 12, 4)]


def test_waits_for_something_else_are_told_beside_it(told):
    still = Stop()
    still.now = lambda: 100.0
    still.pause = lambda seconds: None
    waits = Waits(still, told.append)
    for why in ("the limit", "the network", "the limit"):
        waits.until(112.0, why)
    assert told == ["Waiting 12 s: the limit", "Waiting 12 s: the network"]


def test_short_turns_that_add_up_are_told_once(pace, told):
    pace.note(A, left(0))
    for _ in range(7):
        pace.keep(A)
    assert told == []
    for _ in range(20):
        pace.keep(A)
    assert told == ["Slowing down: the API's rate limit is all but used up"]


def test_threads_that_wait_for_the_same_are_one_line(told):
    still = Stop()
    still.now = lambda: 100.0
    still.pause = lambda seconds: None
    waits = Waits(still, told.append)
    for seconds in (12, 12.9, 12.3, 16, 40):
        waits.until(100.0 + seconds, "the limit")
    assert told == ["Waiting 12 s: the limit", "Waiting 40 s: the limit"]


def test_slowing_down_is_told_once_in_a_run(pace, told):
    for path in (A, B, A):
        pace.note(path, left(0, limit=100))
    assert told == ["Slowing down: the API's rate limit is all but used up"]


def test_what_nobody_would_notice_is_not_told(pace, told):
    pace.note(A, left(0))
    assert told == []


# -- An unexpected success -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [202, 203, 206, 299])
def test_a_success_that_the_dialect_does_not_have_is_a_bad_answer(ask, answers, stop, status):
    handle = answers(Response(status, {}, EMPTY))
    with pytest.raises(Exception, match=f"the API answered {status}") as caught:
        ask(handle).projects()
    assert not isinstance(caught.value, Refused)
    assert caught.value.problem("listing").code == "bad-answer"
    assert len(handle.requests) == 1


def test_such_a_success_leaves_a_write_in_doubt_and_looks(ask, api, plan, carry, build):
    there = api()

    def accepted(api, process):
        answer = process()
        return Response(202, {}, b"") if api.calls[-1][0] == "POST" else answer

    client = ask(there.handle)
    pager = build.integration("PAGER_DUTY", serviceKey="0123456789abcdef0123456789abcdef")
    operations = plan(client, pager)
    there.plant = accepted
    (outcome,) = carry(client, operations).values()
    assert (outcome.status, outcome.detail) == (Status.DONE, "found in place when read again")
    assert there.effects == [("POST", "PAGER_DUTY")]
