"""Which projects come first, and when too much has gone wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.change import Action, Change
from reconciler.core.plan import Operation, Outcome, Status
from reconciler.core.state import ProjectRef
from reconciler.core.waves import Breaker, unverified, waves

DONE, FAILED, SKIPPED = Status.DONE, Status.FAILED, Status.SKIPPED


def fleet(projects, each=1):
    """Make operations of so many projects."""
    changes = [
        Change(ProjectRef(f"{project:02}", None), f"T{type_}", Action.CREATE, "")
        for project in range(projects)
        for type_ in range(each)
    ]
    return [Operation(number, "POST", "", change) for number, change in enumerate(changes, 1)]


def names(parts):
    return [
        list(dict.fromkeys(operation.change.project.id for operation in part)) for part in parts
    ]


def test_a_small_fleet_is_one_wave():
    assert len(waves(fleet(9, each=5), set())) == 1


def test_an_empty_plan_has_no_wave():
    assert waves([], {"00"}) == []


def test_a_large_one_begins_with_one_project_then_a_tenth_then_the_rest():
    first, second, third = names(waves(fleet(22), set()))
    assert (first, second, len(third)) == (["00"], ["01", "02", "03"], 18)


def test_canaries_come_first_in_a_small_fleet_too():
    assert names(waves(fleet(3), {"02"})) == [["02"], ["00"], ["01"]]


def test_canaries_that_the_plan_does_not_touch_do_not_count():
    assert len(waves(fleet(3), {"77"})) == 1


@given(st.integers(0, 40), st.integers(1, 3), st.sets(st.integers(0, 40)))
def test_nothing_is_lost_or_divided_and_every_wave_keeps_the_order(projects, each, marked):
    operations = fleet(projects, each)
    parts = waves(operations, {f"{one:02}" for one in marked})
    assert sorted((o for part in parts for o in part), key=lambda o: o.number) == operations
    assert all(part == sorted(part, key=lambda o: o.number) for part in parts)
    found = [name for part in names(parts) for name in part]
    assert len(found) == len(set(found))
    assert all(parts)


def outcomes(*fates):
    """Make outcomes of statuses, and of kinds of failures."""
    made = []
    for operation, fate in zip(fleet(len(fates)), fates, strict=True):
        status, kind = (fate, "") if isinstance(fate, Status) else (FAILED, fate)
        made.append(Outcome(operation, status, kind=kind))
    return made


@pytest.mark.parametrize(
    ("whole", "fates", "why"),
    [
        (100, ["a", "a"], ""),
        (100, ["a", "a", "a"], "3 failures of a kind in a row (a)"),
        (100, ["a", DONE, "a", "a"], ""),
        (100, ["a", SKIPPED, "a", "a"], "3 failures of a kind in a row (a)"),
        (100, ["a", "b", "a", "b", "c", "b"], ""),
        (40, ["a", DONE, "b", DONE, "c"], ""),
        (40, ["a", DONE, "b", DONE, "c", "d"], "4 of 40 operations failed"),
        (10, ["a", DONE, DONE, DONE], ""),
        (10, ["a", DONE, DONE, DONE, DONE], "1 of 10 operations failed"),
        (10, ["a", SKIPPED, SKIPPED, SKIPPED, SKIPPED], ""),
    ],
)
def test_the_breaker_trips_at_three_of_a_kind_or_a_tenth(whole, fates, why):
    assert Breaker(whole).take(outcomes(*fates)) == why


def test_a_wave_is_verified_when_all_of_it_is_done():
    assert unverified(outcomes(DONE, DONE)) == ""
    assert unverified(outcomes(DONE, SKIPPED)) == "1 of 2 operations not done"
