"""A whole plan: the order in a project, what waits for what, and projects side by side."""

import threading

import pytest

from reconciler import catalogue
from reconciler.api.perform import perform_all
from reconciler.api.stop import Stopped
from reconciler.core.diff import diff
from reconciler.core.plan import Status, make_plan
from reconciler.core.state import ProjectRef
from reconciler.simulator import Response

KEY = "00112233445566778899aabbccddeeff"
UUID = "11111111-2222-3333-4444-555555556666"

PAGER_DUTY = {"type": "PAGER_DUTY", "serviceKey": KEY, "region": "EU"}
OPS_GENIE = {"type": "OPS_GENIE", "apiKey": UUID, "region": "US"}
VICTOR_OPS = {"type": "VICTOR_OPS", "apiKey": UUID, "routingKey": "team"}
SLACK = {"type": "SLACK", "apiToken": "xoxb-123", "channelName": "alerts"}
DONE, FAILED, SKIPPED = Status.DONE, Status.FAILED, Status.SKIPPED
CONFLICT = Status.CONFLICT


@pytest.fixture
def work(build, api, ask, plan, carry):
    """Update PAGER_DUTY, create OPS_GENIE, delete VICTOR_OPS and SLACK; give the API and statuses.

    `keep` leaves some of that out of the plan.
    """

    def on(plant=None, *, wanted=(PAGER_DUTY, OPS_GENIE), live=(VICTOR_OPS, SLACK)):
        there = api(*([{**PAGER_DUTY, "region": "US"}] if PAGER_DUTY in wanted else []), *live)
        client = ask(there.handle)
        declared = [
            build.integration(each["type"], **{k: each[k] for k in each if k != "type"})
            for each in wanted
        ]
        operations = plan(client, *declared)
        there.calls.clear()
        there.plant = plant
        outcomes = carry(client, operations)
        there.plant = None
        return there, {type_: outcome.status for type_, outcome in outcomes.items()}, outcomes

    return on


def refusing(*types, status=400):
    def plant(api, process):
        return Response(status, {}) if api.calls[-1][1] in types else process()

    return plant


def test_updates_come_first_then_creates_then_a_look_and_then_deletes(work):
    there, statuses, _ = work()
    assert there.calls == [
        ("GET", ""),
        ("PUT", "PAGER_DUTY"),
        ("POST", "OPS_GENIE"),
        ("GET", ""),
        ("DELETE", "SLACK"),
        ("GET", ""),
        ("DELETE", "VICTOR_OPS"),
    ]
    assert set(statuses.values()) == {DONE}


def test_a_delete_shows_nothing_of_the_rest_so_the_next_one_is_looked_at_first(work):
    there, _, _ = work(wanted=())
    deletes = [("DELETE", "SLACK"), ("GET", ""), ("DELETE", "VICTOR_OPS")]
    assert there.calls == [("GET", ""), *deletes]


def test_what_is_written_while_something_else_is_deleted_is_not_deleted(work):
    def meddling(api, process):
        if api.calls[-1] == ("DELETE", "SLACK"):
            api.put({**VICTOR_OPS, "routingKey": "theirs"})
        return process()

    there, statuses, _ = work(meddling, wanted=())
    assert statuses == {"SLACK": DONE, "VICTOR_OPS": CONFLICT}
    assert there.live["VICTOR_OPS"]["routingKey"] == "theirs"


def test_what_is_written_while_something_else_is_refused_is_not_overwritten(work):
    def meddling(api, process):
        if api.calls[-1] == ("PUT", "PAGER_DUTY"):
            api.put(OPS_GENIE | {"apiKey": UUID[::-1]})
            return Response(400, {})
        return process()

    there, statuses, _ = work(meddling, live=())
    assert statuses == {"PAGER_DUTY": FAILED, "OPS_GENIE": CONFLICT}
    assert ("POST", "OPS_GENIE") not in there.calls


def test_what_others_take_away_during_the_write_before_is_not_brought_back(work):
    def plant(api, process):
        if api.calls[-1] == ("PUT", "PAGER_DUTY"):
            api.remove("SLACK")
        return process()

    wanted = (PAGER_DUTY, {**SLACK, "channelName": "other"})
    there, statuses, _ = work(plant, wanted=wanted, live=(SLACK,))
    assert there.calls == [("GET", ""), ("PUT", "PAGER_DUTY"), ("GET", "")]
    assert statuses == {"PAGER_DUTY": DONE, "SLACK": CONFLICT}


def test_what_is_gone_before_the_deletes_is_not_done(work):
    def plant(api, process):
        if api.calls[-1] == ("GET", "") and ("POST", "OPS_GENIE") in api.calls:
            api.live.pop("OPS_GENIE", None)
        return process()

    _, statuses, _ = work(plant)
    assert (statuses["PAGER_DUTY"], statuses["OPS_GENIE"]) == (DONE, FAILED)
    assert statuses["SLACK"] is statuses["VICTOR_OPS"] is SKIPPED


def test_a_failure_does_not_stop_other_updates_and_creates_but_every_delete(work):
    there, statuses, outcomes = work(refusing("PAGER_DUTY"))
    assert statuses == {
        "PAGER_DUTY": FAILED,
        "OPS_GENIE": DONE,
        "SLACK": SKIPPED,
        "VICTOR_OPS": SKIPPED,
    }
    assert outcomes["SLACK"].detail == ("not begun: something before it in the project is not done")
    assert ("DELETE", "SLACK") not in there.calls


def test_a_delete_that_fails_stops_the_next(work):
    _, statuses, _ = work(refusing("SLACK"))
    assert (statuses["SLACK"], statuses["VICTOR_OPS"]) == (FAILED, SKIPPED)


def test_a_delete_waits_until_what_was_written_is_seen(work):
    def vanishing(api, process):
        if len(api.calls) == 4:
            api.remove("OPS_GENIE")
        return process()

    there, statuses, outcomes = work(vanishing)
    assert statuses["SLACK"] is statuses["VICTOR_OPS"] is SKIPPED
    assert outcomes["SLACK"].detail == "not begun: OPS_GENIE is not there as written"
    assert there.effects == [("PUT", "PAGER_DUTY"), ("POST", "OPS_GENIE")]


def test_a_delete_does_not_trust_a_look_that_failed(work):
    def failing(api, process):
        return Response(403, {}) if len(api.calls) == 4 else process()

    _, statuses, outcomes = work(failing)
    assert statuses["SLACK"] is statuses["VICTOR_OPS"] is SKIPPED
    assert outcomes["SLACK"].detail == "not begun: the key may not do that"


def test_a_project_that_cannot_be_read_is_not_written_to(work):
    there, statuses, outcomes = work(lambda api, process: Response(503, {}))
    assert set(statuses.values()) == {SKIPPED}
    assert outcomes["PAGER_DUTY"].detail == "not begun: the API fails with status 503"
    assert there.effects == []


@pytest.mark.parametrize("call", [1, 3, 5])
def test_an_empty_list_where_several_were_known_is_read_once_more(work, call):
    def emptied(api, process):
        return api.list({}) if len(api.calls) == call else process()

    there, statuses, _ = work(emptied, wanted=(PAGER_DUTY,))
    assert set(statuses.values()) == {DONE}
    assert there.calls[call - 1 : call + 1] == [("GET", ""), ("GET", "")]


def test_and_believed_the_second_time(work):
    there, statuses, _ = work(lambda api, process: api.list({}), wanted=(PAGER_DUTY,))
    assert statuses == {"PAGER_DUTY": CONFLICT, "SLACK": SKIPPED, "VICTOR_OPS": SKIPPED}
    assert there.effects == []


def test_somebody_else_is_noticed_in_the_answer_to_the_write_before(work):
    """The list that answers the PUT shows the new id; no read comes in between."""

    def meddling(api, process):
        if len(api.calls) == 2:
            api.put(VICTOR_OPS)
            api.put(OPS_GENIE | {"apiKey": UUID[::-1]})
        return process()

    there, statuses, _ = work(meddling)
    assert statuses == {
        "PAGER_DUTY": DONE,
        "OPS_GENIE": CONFLICT,
        "SLACK": SKIPPED,
        "VICTOR_OPS": SKIPPED,
    }
    assert there.calls == [("GET", ""), ("PUT", "PAGER_DUTY")]


def test_what_an_answer_leaves_out_is_not_taken_for_gone(work):
    """Some APIs of the family may list less than everything."""

    def curt(api, process):
        real = process()
        method, type_ = api.calls[-1]
        return real if method == "GET" else api.list({type_: api.live.get(type_)})

    _, statuses, _ = work(curt, wanted=(PAGER_DUTY,), live=())
    assert statuses == {"PAGER_DUTY": DONE}


def test_whatever_is_written_before_a_delete_by_somebody_else_stops_that_delete(work):
    def meddling(api, process):
        if len(api.calls) == 4:
            api.put({**SLACK, "channelName": "new"})
        return process()

    there, statuses, _ = work(meddling)
    assert (statuses["SLACK"], statuses["VICTOR_OPS"]) == (CONFLICT, SKIPPED)
    assert there.live["SLACK"]["channelName"] == "new"


@pytest.mark.parametrize("call", range(1, 8))
def test_an_interrupted_run_finishes_what_is_in_flight_and_begins_nothing_more(work, stop, call):
    def interrupting(api, process):
        if len(api.calls) == call:
            stop.interrupt(2, "SIGINT")
        return process()

    there, _, outcomes = work(interrupting)
    assert len(there.calls) == call
    done = {type_ for type_, outcome in outcomes.items() if outcome.status is DONE}
    assert done == {type_ for _, type_ in there.effects}
    others = [outcome for outcome in outcomes.values() if outcome.status is not DONE]
    assert {(o.status, o.detail) for o in others} <= {(SKIPPED, "not begun: interrupted by SIGINT")}


# -- Many projects ---------------------------------------------------------------------------------

NAMES = ("a", "b", "c", "d")


class Projects:
    """An API of several projects, each a fake of its own; one may be made to fail."""

    def __init__(self, api, failing=None):
        self.each = {name: api() for name in NAMES}
        self.failing = failing

    def handle(self, request):
        name = request.path.split("/")[5]
        if name == self.failing and request.method != "GET":
            return Response(403, {})
        return self.each[name].handle(request)


@pytest.fixture
def operations(build):
    """Create two integrations in each of four projects."""
    kinds = catalogue.kinds("atlas")

    def path(project, type_):
        return f"/api/atlas/v2/groups/{project}/integrations/{type_}"

    changes = []
    for name in NAMES:
        ref = ProjectRef(name, name)
        wanted = [
            build.integration("OPS_GENIE", apiKey=UUID, region="US"),
            build.integration("PAGER_DUTY", serviceKey=KEY, region="EU"),
        ]
        changes += diff(build.project(*wanted, ref=ref), build.live(ref=ref), kinds)
    return make_plan(changes, path, (), {}, complete=True).operations


@pytest.mark.parametrize("concurrency", [1, 3, 8])
def test_outcomes_are_one_for_each_operation_in_the_order_of_the_plan(
    api, ask, stop, operations, concurrency
):
    told = []
    client = ask(Projects(api).handle)
    outcomes = perform_all(
        client, operations, catalogue.kinds("atlas"), stop, concurrency, lambda *n: told.append(n)
    )
    assert [outcome.operation for outcome in outcomes] == list(operations)
    assert {outcome.status for outcome in outcomes} == {DONE}
    assert told == [(2, 8), (4, 8), (6, 8), (8, 8)]


def test_one_projects_failure_stops_that_project_only(api, ask, stop, operations):
    projects = Projects(api, failing="b")
    outcomes = perform_all(
        ask(projects.handle), operations, catalogue.kinds("atlas"), stop, 2, lambda *_: None
    )
    failed = {o.operation.change.project.id for o in outcomes if o.status is not DONE}
    assert failed == {"b"}
    assert all(len(projects.each[name].effects) == 2 for name in NAMES if name != "b")


def test_projects_are_worked_on_at_once(api, ask, stop, operations):
    together = threading.Barrier(len(NAMES), timeout=30)
    projects = Projects(api)

    def handle(request):
        if request.method == "GET":
            together.wait()  # breaks, and fails the test, unless all four are here
        return projects.handle(request)

    outcomes = perform_all(
        ask(handle), operations, catalogue.kinds("atlas"), stop, len(NAMES), lambda *_: None
    )
    assert {outcome.status for outcome in outcomes} == {DONE}


def test_too_long_a_wait_in_one_project_ends_them_all(api, ask, stop, operations):
    projects = Projects(api)

    def handle(request):
        if request.method == "POST":
            return Response(429, {"Retry-After": "3600"})
        return projects.handle(request)

    outcomes = perform_all(
        ask(handle), operations, catalogue.kinds("atlas"), stop, 1, lambda *_: None
    )
    assert [outcome.status for outcome in outcomes] == [FAILED] + [SKIPPED] * 7
    assert stop.reason == "the API asks to wait 3600 seconds"
    assert outcomes[-1].detail == "not begun: the API asks to wait 3600 seconds"


def test_a_mistake_of_ours_in_one_project_hides_nothing_of_the_others(api, ask, stop, operations):
    def handle(request):
        if "/b/" in request.path:
            raise ZeroDivisionError("with a secret in its text")
        return projects.handle(request)

    projects = Projects(api)
    kinds = catalogue.kinds("atlas")
    outcomes = perform_all(ask(handle), operations, kinds, stop, 2, lambda *_: None)
    told = [(o.operation.change.project.id, o.status, o.detail) for o in outcomes]
    mistake = "this program made a mistake: ZeroDivisionError; please report it"
    own = [("b", Status.UNKNOWN, mistake), ("b", SKIPPED, "not begun: cut off")]
    assert told == [*[("a", DONE, "")] * 2, *own, *[("c", DONE, "")] * 2, *[("d", DONE, "")] * 2]
    assert [outcome.operation for outcome in outcomes] == list(operations)


def test_told_to_stop_at_once_it_leaves_what_is_in_flight_and_says_so(api, ask, stop, operations):
    projects, begun, released = Projects(api), threading.Event(), threading.Event()

    def handle(request):
        if "/b/" in request.path:
            begun.set()
            assert released.wait(30)
        return projects.handle(request)

    def progress(done, whole):
        assert begun.wait(30)
        raise Stopped("a second signal")

    kinds = catalogue.kinds("atlas")
    outcomes = perform_all(ask(handle), operations, kinds, stop, 1, progress)
    released.set()
    told = [(o.operation.change.project.id, o.status, o.detail) for o in outcomes]
    assert [outcome.operation for outcome in outcomes] == list(operations)
    assert told == [
        *[("a", DONE, "")] * 2,
        ("b", Status.UNKNOWN, "cut off while it was under way"),
        *[(project, SKIPPED, "not begun: cut off") for project in "bccdd"],
    ]


def test_a_first_signal_is_kept_from_cutting_off_a_write(api, ask, stop, operations):
    shields = []

    def handle(request):
        shields.append(stop.shielded and not stop.deaf)
        return projects.handle(request)

    projects = Projects(api)
    perform_all(ask(handle), operations, catalogue.kinds("atlas"), stop, 2, lambda *_: None)
    assert set(shields) == {True}
    assert stop.deaf
