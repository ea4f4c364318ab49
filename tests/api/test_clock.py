"""Two clocks: the API's own says when something was written, and that ours differs is told."""

import time
from email.utils import formatdate

import pytest

from reconciler.api.clock import Clock
from reconciler.api.ids import Ids
from reconciler.core.state import LiveIntegration
from reconciler.simulator import Response

MINUTE = 60


def answer(ahead):
    date = formatdate(time.time() + ahead, usegmt=True)
    return Response(200, {"Date": date}, b'{"results": [], "totalCount": 0}')


@pytest.mark.parametrize(
    ("ahead", "order"), [(10 * MINUTE, "10 minutes behind"), (-10 * MINUTE, "10 minutes ahead of")]
)
def test_clocks_that_differ_by_minutes_are_one_warning(ask, answers, ahead, order):
    client = ask(answers(answer(ahead)))
    client.projects()
    client.projects()
    (problem,) = client.warnings()
    assert not problem.is_error
    assert problem.code == "clock-skew"
    assert problem.message == f"this machine's clock is {order} the API's"
    assert "set the clock" in problem.hint


@pytest.mark.parametrize("ahead", [0, MINUTE, -MINUTE])
def test_clocks_that_are_near_enough_are_nothing_to_tell(ask, answers, ahead):
    client = ask(answers(answer(ahead)))
    client.projects()
    assert client.warnings() == []


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Dec 2026 23:59:59 GMT"])
def test_what_is_no_date_tells_nothing(date):
    clock = Clock()
    clock.note({"date": date})
    assert clock.problems() == []


def test_the_last_of_all_dates_can_be_told():
    clock = Clock()
    clock.note({"date": "Fri, 31 Dec 9999 23:59:59 -1200"})
    assert len(clock.problems()) == 1


def test_one_late_answer_does_not_count_against_the_others(ask, answers):
    client = ask(answers(answer(-5 * MINUTE), answer(0)))
    client.projects()
    client.projects()
    assert client.warnings() == []


def test_ids_are_held_against_the_clock_of_the_api():
    """Our own may be wrong by an hour, and what the ids tell is still right."""
    clock = Clock()
    clock.note({"date": formatdate(time.time() + 60 * MINUTE)})
    ids = Ids(clock)
    ids.watch(None, written(time.time() + 60 * MINUTE))
    assert ids.tell_time
    ids.watch(None, written(time.time()))
    assert not ids.tell_time


def written(moment):
    return LiveIntegration("PAGER_DUTY", f"{int(moment):08x}{'0' * 16}", {})
