"""One operation: what is reported as done is done, and nothing is repeated blindly."""

import json

import pytest
import requests

from reconciler.core.assertion import Assertion
from reconciler.core.plan import Status
from reconciler.simulator import Response

KEY = "00112233445566778899aabbccddeeff"
OTHER = "ffeeddccbbaa99887766554433221100"

PAGER_DUTY = {"type": "PAGER_DUTY", "serviceKey": KEY, "region": "EU"}
PROMETHEUS = {
    "type": "PROMETHEUS", "enabled": True, "serviceDiscovery": "http", "username": "prom",
    "password": "word-of-prom",
}  # fmt: skip
DONE, FAILED = Status.DONE, Status.FAILED
CONFLICT, UNKNOWN = Status.CONFLICT, Status.UNKNOWN

LOST = "no answer, though it was done"
CUT = "half an answer, though it was done"
GONE = ConnectionResetError()
NOT_CONNECTED = requests.ConnectTimeout()
FAILING = Response(503, {})
LIMITED = Response(429, {"Retry-After": "7"})


def answers(*given):
    """Answer the writes with what is given, in turn, and then as usual; None is as usual too."""
    left = list(given)

    def plant(api, process):
        answer = left.pop(0) if left and api.calls[-1][0] != "GET" else None
        if answer in (LOST, CUT):
            real = process()
            if answer == LOST:
                raise requests.ReadTimeout
            return Response(real.status, real.headers, real.body[:-9] or b"{")
        if isinstance(answer, Exception):
            raise answer
        return answer or process()

    return plant


@pytest.fixture
def work(build, api, ask, plan, carry):
    """Bring an API to what is declared, with a plant from the plan on; give both."""

    def on(live, *wanted, plant=None, **options):
        there = api(*live)
        client = ask(there.handle)
        declared = [
            build.integration(each["type"], **{k: each[k] for k in each if k != "type"})
            for each in wanted
        ]
        operations = plan(client, *declared, **options)
        there.calls.clear()
        there.plant = plant
        outcomes = carry(client, operations)
        there.plant = None
        return there, outcomes

    return on


@pytest.fixture
def create(work):
    def it(*given, wanted=PAGER_DUTY, plant=None):
        there, outcomes = work([], wanted, plant=plant or answers(*given))
        return there, outcomes[wanted["type"]]

    return it


@pytest.fixture
def update(work):
    def it(*given, wanted=PAGER_DUTY, was=None, plant=None, **options):
        was = was or {**wanted, "region": "US"}
        there, outcomes = work([was], wanted, plant=plant or answers(*given), **options)
        return there, outcomes[wanted["type"]]

    return it


@pytest.fixture
def delete(work):
    def it(*given, plant=None):
        there, outcomes = work([PAGER_DUTY], plant=plant or answers(*given))
        return there, outcomes["PAGER_DUTY"]

    return it


def verbs(there):
    return [method for method, _ in there.calls]


def is_live(there, wanted):
    return wanted.items() <= there.live.get(wanted["type"], {}).items()


# -- When all goes well ----------------------------------------------------------------------------


def test_a_create_is_one_post(create):
    there, outcome = create()
    assert (outcome.status, outcome.detail) == (DONE, "")
    assert verbs(there) == ["GET", "POST"]
    assert is_live(there, PAGER_DUTY)


def test_an_update_is_one_put_of_the_whole_declaration(update):
    there, outcome = update()
    assert (outcome.status, outcome.detail) == (DONE, "")
    assert verbs(there) == ["GET", "PUT"]
    assert [json.loads(body) for body in there.bodies] == [PAGER_DUTY]


def test_a_delete_is_one_delete_without_a_body(delete):
    there, outcome = delete()
    assert (outcome.status, outcome.detail) == (DONE, "")
    assert verbs(there) == ["GET", "DELETE"]
    assert (there.bodies, there.live) == ([], {})


def test_a_delete_may_be_answered_with_200_and_anything_empty(delete):
    for body in (b"", b" ", b"{}", b'{"results": [], "totalCount": 0}'):

        def plant(api, process, body=body):
            real = process()
            return Response(200, {}, body) if api.calls[-1][0] == "DELETE" else real

        assert delete(plant=plant)[1].status is DONE


# -- When the server has not acted -----------------------------------------------------------------


@pytest.mark.parametrize("trouble", [NOT_CONNECTED, LIMITED], ids=["not connected", "limited"])
def test_what_was_not_processed_is_tried_again(create, update, delete, trouble):
    for work, verb in ((create, "POST"), (update, "PUT"), (delete, "DELETE")):
        there, outcome = work(*[trouble] * 4)
        assert outcome.status is DONE
        assert verbs(there) == ["GET", verb] * 5
        assert len(there.effects) == 1


@pytest.mark.parametrize(
    ("trouble", "said", "advice"),
    [
        (NOT_CONNECTED, "no connection within the time-out", "check the network and --base-url"),
        (LIMITED, "the API's rate limit is used up", "run again later"),
    ],
)
def test_and_given_up_after_five_tries(create, update, delete, trouble, said, advice):
    for work in (create, update, delete):
        there, outcome = work(*[trouble] * 9)
        assert outcome.status is FAILED
        assert outcome.detail == f"{said}; gave up after 5 tries; {advice}"
        assert sum(verb != "GET" for verb in verbs(there)) == 5
        assert there.effects == []


def test_a_rate_limit_is_waited_for(create, stop, monkeypatch):
    monkeypatch.setattr("random.uniform", lambda *_: 0)
    create(LIMITED, Response(429, {}))
    assert stop.waits == [7, 15]


def test_no_time_is_lost_after_the_last_try(create, stop):
    create(*[LIMITED] * 9)
    assert len(stop.waits) == 4


def test_too_long_a_wait_ends_the_run(create, stop):
    there, outcome = create(Response(429, {"Retry-After": "301"}))
    assert outcome.status is FAILED
    assert outcome.detail.endswith("then the API asks to wait 301 seconds")
    assert stop.reason == "the API asks to wait 301 seconds"
    assert verbs(there) == ["GET", "POST"]


def test_what_is_refused_is_not_tried_again(create, update, delete, refuse):
    for work, verb in ((create, "POST"), (update, "PUT"), (delete, "DELETE")):
        for status in (302, 400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 422):
            there, outcome = work(refuse(status, "SOMETHING_ELSE"))
            assert outcome.status is FAILED
            assert verbs(there) == ["GET", verb]
            assert there.effects == []


# -- When the server may have acted ----------------------------------------------------------------


@pytest.mark.parametrize("trouble", [LOST, CUT])
def test_what_was_done_though_no_answer_came_is_found_done(create, update, delete, trouble):
    for work, verb in ((create, "POST"), (update, "PUT")):
        there, outcome = work(trouble)
        assert (outcome.status, outcome.detail) == (DONE, "found in place when read again")
        assert verbs(there) == ["GET", verb, "GET"]
    there, outcome = delete(LOST)
    assert (outcome.status, outcome.detail) == (DONE, "found gone when read again")
    assert verbs(there) == ["GET", "DELETE", "GET"]


@pytest.mark.parametrize(
    "trouble", [GONE, FAILING, Response(500, {}), Response(200, {}, b"<html>")]
)
def test_what_was_not_done_is_tried_again_after_looking(create, update, delete, trouble):
    for work, verb in ((create, "POST"), (update, "PUT"), (delete, "DELETE")):
        there, outcome = work(*[trouble] * 3)
        assert outcome.status is DONE
        assert verbs(there) == ["GET", verb] * 4
        assert len(there.effects) == 1


def test_doubt_is_given_up_after_five_tries_and_a_last_look(create, update, delete):
    for work, verb in ((create, "POST"), (update, "PUT"), (delete, "DELETE")):
        there, outcome = work(*[FAILING] * 9)
        assert outcome.status is FAILED
        assert outcome.detail == (
            "the API fails with status 503; gave up after 5 tries; run again later"
        )
        assert verbs(there) == ["GET", verb] * 5 + ["GET"]


def test_what_the_fifth_try_did_is_found_by_the_last_look(create, update):
    for work in (create, update):
        there, outcome = work(*[FAILING] * 4, LOST)
        assert outcome.status is DONE
        assert len(there.effects) == 1


def test_a_secret_that_is_never_shown_is_sent_again_rather_than_taken_for_sent(create, update):
    there, outcome = create(LOST, wanted=PROMETHEUS)
    assert outcome.status is DONE
    assert verbs(there) == ["GET", "POST", "GET", "PUT"]
    there, outcome = update(LOST, wanted=PROMETHEUS, was={**PROMETHEUS, "username": "old"})
    assert outcome.status is DONE
    assert verbs(there) == ["GET", "PUT", "GET", "PUT"]
    assert is_live(there, PROMETHEUS)


def test_an_asserted_secret_is_sent_again_rather_than_taken_for_sent(update):
    was = {**PAGER_DUTY, "serviceKey": "0" * 28 + KEY[-4:]}
    there, outcome = update(GONE, was=was, assertion=Assertion("*"))
    assert outcome.status is DONE
    assert verbs(there) == ["GET", "PUT", "GET", "PUT"]
    assert is_live(there, PAGER_DUTY)


def test_doubt_that_cannot_be_cleared_up_is_unknown(create, update, delete, refuse):
    for work in (create, update, delete):

        def plant(api, process):
            if api.calls[-1][0] != "GET":
                raise requests.ReadTimeout
            return process() if len(api.calls) == 1 else refuse(403, "ACCESS_FORBIDDEN")

        there, outcome = work(plant=plant)
        assert outcome.status is UNKNOWN
        assert outcome.detail.startswith("no whole answer within the time-out; then the key may")
        assert len(there.calls) == 3


def test_an_interrupted_doubt_is_unknown_and_an_interrupted_wait_is_not_done(create, stop):
    def interrupting(answer):
        def plant(api, process):
            if api.calls[-1][0] == "GET":
                return process()
            stop.interrupt(15, "SIGTERM")
            return answer

        return plant

    there, outcome = create(plant=interrupting(FAILING))
    assert outcome.status is UNKNOWN
    assert outcome.detail.endswith("then interrupted by SIGTERM")
    assert verbs(there) == ["GET", "POST"]


def test_an_interrupted_wait_for_a_limit_is_a_failure(create, stop):
    def plant(api, process):
        if api.calls[-1][0] == "GET":
            return process()
        stop.interrupt(15, "SIGTERM")
        return LIMITED

    _, outcome = create(plant=plant)
    assert outcome.status is FAILED


def test_nothing_is_tried_again_when_the_run_ends_during_the_look(create, stop):
    def plant(api, process):
        if len(api.calls) == 3:
            stop.interrupt(15, "SIGTERM")
        return LIMITED if len(api.calls) == 2 else process()

    there, outcome = create(plant=plant)
    assert outcome.status is FAILED
    assert verbs(there) == ["GET", "POST", "GET"]


def test_what_the_look_finds_done_counts_though_the_run_is_ending(create, stop):
    def plant(api, process):
        if len(api.calls) == 3:
            stop.interrupt(15, "SIGTERM")
        return answers(LOST)(api, process) if len(api.calls) == 2 else process()

    assert create(plant=plant)[1].status is DONE


# -- When somebody else writes ---------------------------------------------------------------------


def meddling(call, meddle):
    """Do something behind our back right before the call with a number, from 1."""

    def plant(api, process):
        if len(api.calls) == call:
            meddle(api)
        return process()

    return plant


def test_a_write_since_the_plan_is_seen_before_ours(create, update, delete):
    def write(api):
        api.put({**PAGER_DUTY, "serviceKey": OTHER})

    for work in (create, update, delete):
        there, outcome = work(plant=meddling(1, write))
        assert outcome.status is CONFLICT
        assert verbs(there) == ["GET"]


def test_a_delete_since_the_plan_is_a_conflict_for_an_update_and_all_that_a_delete_wants(
    update, delete
):
    def remove(api):
        api.remove("PAGER_DUTY")

    there, outcome = update(plant=meddling(1, remove))
    assert (outcome.status, outcome.detail) == (CONFLICT, "somebody else deleted it meanwhile")
    there, outcome = delete(plant=meddling(1, remove))
    assert (outcome.status, outcome.detail) == (DONE, "found gone when read again")
    assert verbs(there) == ["GET"]


def test_a_create_that_comes_second_is_decided_by_reading(create):
    for theirs, status in ((OTHER, CONFLICT), (KEY, DONE), ("0" * 28 + KEY[-4:], DONE)):
        there, outcome = create(
            plant=meddling(2, lambda api, key=theirs: api.put({**PAGER_DUTY, "serviceKey": key}))
        )
        assert outcome.status is status
        assert verbs(there) == ["GET", "POST", "GET"]
        assert there.live["PAGER_DUTY"]["serviceKey"] == theirs


def test_a_create_that_meets_what_may_be_its_own_late_effect_is_done(create):
    """The first POST got no answer, was not there when read, and landed before the second."""
    late = []

    def plant(api, process):
        if api.calls[-1][0] != "GET" and not late:
            late.append(process)
            raise requests.ReadTimeout
        if len(api.calls) == 4:
            late[0]()
        return process()

    there, outcome = create(plant=plant)
    assert outcome.status is DONE
    assert verbs(there) == ["GET", "POST", "GET", "POST", "GET"]
    assert there.effects == [("POST", "PAGER_DUTY")]


def test_an_update_of_what_was_deleted_meanwhile_is_decided_by_reading(update):
    there, outcome = update(plant=meddling(2, lambda api: api.remove("PAGER_DUTY")))
    assert (outcome.status, outcome.detail) == (CONFLICT, "somebody else deleted it meanwhile")
    assert verbs(there) == ["GET", "PUT", "GET"]
    assert there.live == {}


def test_a_delete_of_what_was_deleted_meanwhile_is_done(delete):
    there, outcome = delete(plant=meddling(2, lambda api: api.remove("PAGER_DUTY")))
    assert outcome.status is DONE
    assert verbs(there) == ["GET", "DELETE", "GET"]
    assert there.effects == []


def test_only_the_code_that_says_so_makes_a_refusal_a_matter_of_reading(update, delete, refuse):
    for work in (update, delete):
        there, outcome = work(refuse(404, "GROUP_NOT_FOUND", "No group with ID x exists."))
        assert outcome.status is FAILED
        assert outcome.detail.startswith("no such project (GROUP_NOT_FOUND: No group with ID x")
        assert len(there.calls) == 2


def test_a_write_between_a_lost_answer_and_the_look_is_a_conflict(create, update, delete):
    def write(api):
        api.put({**PAGER_DUTY, "serviceKey": OTHER})

    for work in (create, update, delete):

        def plant(api, process):
            if len(api.calls) == 3:
                write(api)
            return answers(LOST)(api, process) if len(api.calls) == 2 else process()

        there, outcome = work(plant=plant)
        assert outcome.status is CONFLICT
        assert there.live["PAGER_DUTY"]["serviceKey"] == OTHER


# -- When the answer is not what was sent ----------------------------------------------------------


def test_a_setting_that_stays_is_not_converged_and_not_tried_again(update):
    def stubborn(there, process):
        real = process()
        if there.calls[-1][0] == "GET":
            return real
        there.put({**PAGER_DUTY, "region": "US"})
        return there.list()

    there, outcome = update(plant=stubborn)
    assert (outcome.status, outcome.detail) == (
        FAILED,
        "not-converged: the API took the write and still shows another region",
    )
    assert verbs(there) == ["GET", "PUT", "GET"]


def test_a_null_that_the_api_does_not_take_is_not_converged(work):
    hook = {"type": "WEBHOOK", "url": "https://hooks.example.com/1", "secret": "the-old-secret"}

    def merges(there, process):
        old = there.live["WEBHOOK"]
        real = process()
        if there.calls[-1][0] != "PUT":
            return real
        there.live["WEBHOOK"] = {**old, "id": there.live["WEBHOOK"]["id"]}
        return there.list()

    there, outcomes = work([hook], {**hook, "secret": None}, plant=merges)
    assert "another secret" in outcomes["WEBHOOK"].detail
    assert outcomes["WEBHOOK"].status is FAILED
    assert verbs(there) == ["GET", "PUT", "GET"]


def test_an_answer_that_is_behind_is_looked_at_again(create, update):
    for work in (create, update):

        def behind(there, process):
            before = dict(there.live)
            real = process()
            return there.list(before) if there.calls[-1][0] != "GET" else real

        there, outcome = work(plant=behind)
        assert outcome.status is DONE
        assert len(there.effects) == 1


def test_an_answer_that_lacks_what_was_written_is_looked_at_again(create, update):
    for work in (create, update):

        def silent(there, process):
            real = process()
            return there.list({}) if there.calls[-1][0] != "GET" else real

        there, outcome = work(plant=silent)
        assert outcome.status is DONE
        assert len(there.effects) == 1


def test_a_delete_whose_answer_still_lists_it_is_looked_at_again(delete):
    def behind(there, process):
        before = dict(there.live)
        real = process()
        return there.list(before) if there.calls[-1][0] == "DELETE" else real

    there, outcome = delete(plant=behind)
    assert (outcome.status, outcome.detail) == (DONE, "found gone when read again")
    assert there.effects == [("DELETE", "PAGER_DUTY")]


def test_a_login_page_in_answer_to_a_delete_is_not_taken_for_success(delete):
    page = Response(200, {"Content-Type": "text/html"}, b"<html>Sign in</html>")
    there, outcome = delete(*[page] * 9)
    assert outcome.status is FAILED
    assert there.effects == []


# -- What is sent, and what is said ----------------------------------------------------------------


def test_no_mask_is_ever_sent_though_live_shows_one(work):
    there, outcomes = work([{**PAGER_DUTY, "region": "US"}, PROMETHEUS], PAGER_DUTY)
    assert outcomes["PAGER_DUTY"].status is DONE
    assert not any(b"*" in body for body in there.bodies)
    assert is_live(there, PAGER_DUTY)


def test_defaults_are_stated_and_null_is_left_out(work):
    hook = {"type": "WEBHOOK", "url": "https://hooks.example.com/1", "secret": None}
    key = {"type": "PAGER_DUTY", "serviceKey": KEY}
    there, _ = work([], key, hook)
    assert [json.loads(body) for body in there.bodies] == [
        {**key, "region": "US"},
        {"type": "WEBHOOK", "url": "https://hooks.example.com/1"},
    ]


@pytest.mark.parametrize(
    "echo",
    [
        f"serviceKey {KEY} is wrong",
        f"serviceKey {KEY.upper()} is wrong",
        f"serviceKey ending in {KEY[-4:]} is wrong",
        f"serviceKey starting with {KEY[:4]} is wrong",
        "serviceKey ****************************eeff is wrong",
        "serviceKey ****************************9999 is what it was",
    ],
)
def test_the_text_of_an_error_that_echoes_a_secret_is_not_shown(create, refuse, echo):
    for status in (400, 500, 429):
        _, outcome = create(*[refuse(status, "VALIDATION_ERROR", echo)] * 9)
        assert echo not in outcome.detail
        assert "(VALIDATION_ERROR)" in outcome.detail
        assert not any(part in outcome.detail for part in (KEY[:4], KEY[-4:], "***", "9999"))


def test_nor_is_one_that_echoes_a_url_that_is_written_out(work, refuse):
    hook = {"type": "WEBHOOK", "url": "https://hooks.example.com/T01/sEcReT"}
    echo = refuse(400, "INVALID_URL", "Invalid URL https://hooks.example.com/T01/sEcReT.")
    _, outcomes = work([], hook, plant=answers(echo))
    assert outcomes["WEBHOOK"].detail == (
        "the API does not accept the URL (INVALID_URL); "
        "correct the URL, or the secret that holds it"
    )


def test_other_text_of_an_error_is_shown_with_what_it_means_and_what_to_do(create, refuse):
    text = "PagerDuty service key must consist of 32 hexadecimal digits."
    _, outcome = create(refuse(400, "INVALID_PAGER_DUTY_SERVICE_KEY", text))
    assert outcome.detail == (
        "a PagerDuty key has 32 hexadecimal digits, and this one has not"
        f" (INVALID_PAGER_DUTY_SERVICE_KEY: {text}); correct the secret that serviceKey refers to"
    )
