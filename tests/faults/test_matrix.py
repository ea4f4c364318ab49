"""The failure matrix, row by row: one thing goes wrong in an apply, and this is what comes of it.

The campaign beside it tries everything everywhere and asks for what always holds; here stands what
a single fault leads to. Killed processes, real signals and clocks have tests of their own.
"""

import json
from dataclasses import replace

import pytest

from reconciler.core.exits import Exit
from reconciler.core.guard import Overrides
from reconciler.core.plan import Status
from reconciler.journal import in_doubt, read
from reconciler.simulator import Response
from tests.faults.faults import FAULTS, before, error
from tests.faults.fleet import ANOTHER_ALERTS, ONE, THREE, TWO, Fleet, evidence, variable
from tests.faults.history import lasting
from tests.faults.ran import How, Runner, instantly

LOOK, LIST, LOOK_AGAIN, UPDATE, CREATE = 1, 2, 3, 4, 5
"""The calls of a run that nothing happens to, by their numbers."""
HOW = How(short=True)
STATUSES = {"PAGER_DUTY": "done", "OPS_GENIE": "done", "PROMETHEUS": "done", "VICTOR_OPS": "done"}


@pytest.fixture
def runner():
    """Run on one project: an update, two creates and a delete."""
    with instantly():
        yield Runner(evidence(ONE)[0], short=True)


@pytest.fixture
def apply(runner):
    """Run once, with faults at some calls: by name, or as functions."""

    def apply(calls=(), how=HOW):
        due = {number: _named(fault) for number, fault in dict(calls).items()}
        return runner.run(due.get, how)

    return apply


def _named(fault):
    return (fault, FAULTS[fault]) if isinstance(fault, str) else (fault.__name__, fault)


def _statuses(ran):
    return {o.operation.change.type: str(o.status) for o in ran.report.outcomes}


def _detail(ran, type_):
    return next(o.detail for o in ran.report.outcomes if o.operation.change.type == type_)


def _codes(ran):
    return [problem.code for problem in ran.report.problems]


def _effects(ran):
    return [(event.method, event.key[1]) for event in ran.writes if event.is_effect]


ALL = [("PUT", "PAGER_DUTY"), ("POST", "OPS_GENIE"), ("POST", "PROMETHEUS"),
       ("DELETE", "VICTOR_OPS")]  # fmt: skip


def test_when_nothing_goes_wrong_there_are_ten_calls(apply):
    ran = apply()
    assert [event.key[1] or event.method for event in ran.events] == [
        "GET", "GET", "GET", "PAGER_DUTY", "OPS_GENIE", "PROMETHEUS", "GET", "VICTOR_OPS", "GET",
        "GET",
    ]  # fmt: skip
    assert _effects(ran) == ALL
    assert ran.report.exit == Exit.OK


@pytest.mark.parametrize("fault", ["time-out after", "reset after", "500 after", "truncated JSON"])
@pytest.mark.parametrize("call", [UPDATE, CREATE])
def test_an_answer_that_is_lost_is_looked_for_and_nothing_is_done_twice(apply, fault, call):
    ran = apply({call: fault})
    assert _effects(ran) == ALL
    assert len(ran.writes) == len(ALL)
    assert _statuses(ran) == STATUSES
    assert _detail(ran, "PAGER_DUTY" if call == UPDATE else "OPS_GENIE") == (
        "found in place when read again"
    )
    assert ran.report.exit == Exit.OK


@pytest.mark.parametrize("fault", ["time-out before", "reset before", "500 before", "503"])
@pytest.mark.parametrize("call", [UPDATE, CREATE])
def test_what_never_arrived_is_looked_for_and_then_sent_again(apply, fault, call):
    ran = apply({call: fault})
    assert [event.method for event in ran.events[call - 1 : call + 2]] == [
        ran.events[call - 1].method, "GET", ran.events[call - 1].method
    ]  # fmt: skip
    assert _effects(ran) == ALL
    assert ran.report.exit == Exit.OK


def test_a_create_that_meets_another_of_its_type_is_a_conflict_and_overwrites_nothing(apply):
    ran = apply({CREATE: "put by others"})
    (theirs,) = ran.edits
    assert ran.end[theirs.key][1] == theirs.settings
    assert _statuses(ran)["OPS_GENIE"] == Status.CONFLICT
    assert _detail(ran, "OPS_GENIE") == "somebody else wrote it meanwhile"
    assert ran.report.exit == Exit.INCOMPLETE


def test_a_rate_limit_is_waited_for_as_long_as_it_says(apply):
    ran = apply({UPDATE: "429 with Retry-After"})
    first, second = [event for event in ran.events if event.key[1] == "PAGER_DUTY"]
    assert second.at - first.at >= 7
    assert _effects(ran) == ALL
    assert ran.report.exit == Exit.OK


def test_too_long_a_wait_ends_the_run_and_says_so(apply):
    ran = apply({UPDATE: before(error(429, "RATE_LIMITED", Retry_After="301"))})
    assert "rate-limited" in _codes(ran)
    assert _effects(ran) == []
    assert {*_statuses(ran).values()} == {"failed", "skipped"}
    assert ran.report.exit == Exit.FAILED


def test_a_token_that_ends_on_the_way_is_renewed_once_unseen(apply):
    ran = apply({UPDATE + 1: "401 expiry"}, replace(HOW, account=True))
    assert sum(event.status == 401 for event in ran.events) == 1
    assert _effects(ran) == ALL
    assert ran.report.exit == Exit.OK


def test_credentials_that_are_taken_back_end_the_run(runner):
    ran = runner.run(lambda number: ("401", before(error(401))) if number >= CREATE else None, HOW)
    assert _effects(ran) == ALL[:1]
    assert _statuses(ran) == {
        "PAGER_DUTY": "done", "OPS_GENIE": "failed", "PROMETHEUS": "skipped",
        "VICTOR_OPS": "skipped",
    }  # fmt: skip
    assert ran.report.exit == Exit.INCOMPLETE


@pytest.mark.parametrize("number", [2, 15])
def test_a_signal_lets_the_write_in_flight_end_and_no_other_begin(runner, number):
    def interrupt(api, request, process):
        api.stop.interrupt(number, "a signal")
        return process()

    ran = runner.run({UPDATE: ("signal", interrupt)}.get, HOW)
    assert _effects(ran) == ALL[:1]
    assert _statuses(ran) == {
        "PAGER_DUTY": "done", "OPS_GENIE": "skipped", "PROMETHEUS": "skipped",
        "VICTOR_OPS": "skipped",
    }  # fmt: skip
    assert ran.report.exit == 128 + number
    assert in_doubt(ran.entries) == []


@pytest.mark.parametrize(
    ("fault", "found"), [("down before", "as it was before"), ("down after", "in place")]
)
def test_after_a_crash_the_next_run_says_what_was_in_doubt_and_converges(apply, fault, found):
    assert [entry.type for entry in in_doubt(apply({UPDATE: fault}).entries)] == ["PAGER_DUTY"]
    ran = apply()
    (problem,) = ran.report.problems
    assert problem.code == "in-doubt"
    assert problem.message == (
        f"an earlier run was cut off at PUT PAGER_DUTY of p1; now it is {found}"
    )
    assert ran.report.exit == Exit.OK
    assert in_doubt(read(ran.journal.decode())) == []
    assert apply().writes == []


def test_a_stale_plan_writes_nothing(apply):
    ran = apply(how=replace(HOW, expect="sha256:" + "0" * 64))
    assert ran.writes == []
    assert ran.report.exit == Exit.REFUSED


def test_what_others_wrote_since_the_plan_is_a_conflict_and_the_rest_goes_on(runner):
    key = (runner.fleet.ids[0], "PAGER_DUTY")

    def edit(api, request, process):
        api.put(key, {**api.live[key][1], "region": "JP"})
        return process()

    ran = runner.run({LOOK_AGAIN: ("edit", edit)}.get, HOW)
    assert ran.end[key][1]["region"] == "JP"
    assert _statuses(ran) == {
        "PAGER_DUTY": "conflict", "OPS_GENIE": "done", "PROMETHEUS": "done", "VICTOR_OPS": "skipped"
    }  # fmt: skip
    assert ran.report.exit == Exit.INCOMPLETE


def test_a_short_list_is_read_again_and_then_believed(apply):
    ran = apply({LOOK: "short page"})
    assert _effects(ran) == ALL
    assert ran.report.exit == Exit.OK


def test_a_list_that_stays_short_proves_no_absence(runner):
    ran = lasting(1, "short page", HOW)(runner)
    assert ran.writes == []
    assert "bad-answer" in _codes(ran)
    assert ran.report.exit == Exit.FAILED


def test_an_empty_list_in_the_place_of_several_is_read_again(runner):
    runner.run(how=HOW)
    key = (runner.fleet.ids[0], "OPS_GENIE")
    runner.api.put(key, {**runner.api.live[key][1], "region": "US"})

    def empty(api, request, process):
        return Response(200, {}, json.dumps({"results": [], "totalCount": 0}).encode())

    ran = runner.run({LOOK_AGAIN: ("empty", empty)}.get, HOW)
    assert [event.is_list for event in ran.events[LOOK_AGAIN - 1 : LOOK_AGAIN + 1]] == [False, True]
    assert _effects(ran) == [("PUT", "OPS_GENIE")]
    assert ran.report.exit == Exit.OK


@pytest.mark.parametrize(
    ("fault", "code"), [("404 of a project", "no-such-project"), ("403 of a project", "no-access")]
)
def test_a_project_that_is_refused_is_an_error_and_never_an_empty_one(apply, fault, code):
    ran = apply({LOOK: fault})
    assert ran.writes == []
    assert code in _codes(ran)
    assert ran.report.exit == Exit.FAILED


def test_where_one_project_is_refused_the_others_go_on():
    with instantly():
        runner = Runner(evidence(TWO)[0], short=True)
        ran = runner.run({LOOK: ("403", FAULTS["403 of a project"])}.get, HOW)
    assert {event.key[0] for event in ran.writes} == {runner.fleet.ids[1]}
    assert {*_statuses(ran).values()} == {"done"}
    assert "no-access" in _codes(ran)
    assert ran.report.exit == Exit.INCOMPLETE


@pytest.mark.parametrize("allowed", [False, True])
def test_a_delete_that_would_leave_a_project_dark_by_now_is_not_begun(allowed):
    with instantly():
        runner = Runner(Fleet("another alerts", ANOTHER_ALERTS), short=True)
        project = runner.fleet.ids[0]

        def take(api, request, process):
            api.delete((project, "WEBHOOK"))
            return process()

        allows = Overrides(dark=frozenset({project} if allowed else ()))
        how = replace(HOW, overrides=allows)
        ran = runner.run({LOOK_AGAIN: ("take", take)}.get, how)
    assert ((project, "PAGER_DUTY") in ran.end) is not allowed
    dark = "not begun: p1 would be left without an alerting integration"
    assert _detail(ran, "PAGER_DUTY") == ("" if allowed else dark)
    assert ran.report.exit == Exit.INCOMPLETE


def test_several_projects_that_all_seem_empty_are_read_once_more():
    def empty(api, request, process):
        return Response(200, {}, json.dumps({"results": [], "totalCount": 0}).encode())

    with instantly():
        runner = Runner(evidence(THREE)[0], short=True)
        ran = runner.run(dict.fromkeys((1, 2, 3), ("empty", empty)).get, HOW)
    assert len(_effects(ran)) == 15
    assert ran.report.exit == Exit.OK


def test_what_is_not_known_stays_in_doubt_until_a_run_has_looked(apply):
    ran = apply({UPDATE: "time-out after", UPDATE + 1: "403 of a project"})
    assert _statuses(ran)["PAGER_DUTY"] == Status.UNKNOWN
    assert [entry.type for entry in in_doubt(ran.entries)] == ["PAGER_DUTY"]
    ran = apply()
    assert "now it is in place" in ran.report.problems[0].message
    assert in_doubt(read(ran.journal.decode())) == []


def test_a_secret_that_cannot_be_had_is_found_out_before_the_first_call(apply, runner, monkeypatch):
    key = (runner.fleet.ids[0], "OPS_GENIE")
    del runner.api.wanted[key]
    monkeypatch.delenv(variable(key), raising=False)
    ran = apply()
    assert ran.events == []
    assert ran.report.exit == Exit.INVALID


def test_a_journal_for_which_there_is_no_room_stops_the_run_before_the_first_call(runner):
    def fill(number):
        raise AssertionError(number)

    runner.api.disk.write = lambda handle, data: (_ for _ in ()).throw(OSError(28, "No space left"))
    ran = runner.run(fill, HOW)
    assert ran.events == []
    assert _codes(ran) == ["journal-unwritable"]
    assert ran.report.exit == Exit.FAILED


def test_a_journal_that_is_full_on_the_way_stops_before_the_next_write(apply):
    ran = apply({UPDATE: "disk full"})
    assert _effects(ran) == ALL[:1]
    assert "journal-unwritable" in _codes(ran)
    assert list(_statuses(ran).values()).count("skipped") == 3
    assert ran.report.exit == Exit.INCOMPLETE
