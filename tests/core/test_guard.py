"""Each rule that refuses a plan: just below it, just above it, and with its option."""

import pytest

from reconciler.core.change import Action, Change
from reconciler.core.guard import Overrides, refusals
from reconciler.core.state import ProjectRef

ACTIONS = {"+": Action.CREATE, "~": Action.UPDATE, "-": Action.DELETE, "=": Action.KEEP,
           "?": Action.LEAVE}  # fmt: skip
PROJECT = ProjectRef("5d791c84ff7a2522cc4f9aa1", "payments")


@pytest.fixture
def refused(build):
    """Give the codes of the guards that refuse a project with the given signs of actions.

    The types carry no alerts, so that only counts matter.
    """

    def ask(signs, overrides=None, desired_is_empty=False):
        changes = [
            Change(PROJECT, f"TYPE_{number:02}", ACTIONS[sign], "", live_id=None)
            for number, sign in enumerate(signs)
        ]
        found = refusals(
            changes, build.kinds, overrides or Overrides(), desired_is_empty=desired_is_empty
        )
        return [problem.code for problem in found]

    return ask


@pytest.mark.parametrize(
    ("signs", "codes"),
    [
        ("---", []),
        ("----", ["too-many-deletes"]),
        ("--" + "=" * 7, []),
        ("--" + "=" * 8, []),
        ("---" + "=" * 7, ["too-many-deletes"]),
        ("---" + "=" * 12, []),
        ("---" + "=" * 11, ["too-many-deletes"]),
        ("---" + "=" * 6 + "?" * 20, []),
        ("~" * 9, []),
        ("~" * 5 + "=" * 5, []),
        ("~" * 6 + "=" * 4, ["too-many-updates"]),
        ("~" * 10 + "+" * 10, []),
        ("~" * 11 + "+" * 10, ["too-many-updates"]),
        ("+" * 100, []),
    ],
)
def test_too_much_at_once_is_refused(refused, signs, codes):
    assert refused(signs) == codes


@pytest.mark.parametrize("allowed", [None, 0, 3, 5])
def test_another_number_than_the_plans_own_does_not_disarm_the_guard(refused, allowed):
    assert refused("----", Overrides(deletes=allowed)) == ["too-many-deletes"]
    assert refused("~" * 20, Overrides(updates=allowed)) == ["too-many-updates"]


def test_the_plans_own_number_does(refused):
    assert refused("----", Overrides(deletes=4)) == []
    assert refused("~" * 20, Overrides(updates=20)) == []


def test_an_empty_desired_state_is_refused(refused):
    assert refused("", desired_is_empty=True) == ["empty-desired-state"]
    assert refused("", Overrides(empty=True), desired_is_empty=True) == []


def test_dropping_undeclared_secrets_is_refused(build):
    change = Change(PROJECT, "WEBHOOK", Action.UPDATE, "", live_id="a", losses=2)

    def ask(losses):
        found = refusals([change], build.kinds, Overrides(losses=losses), desired_is_empty=False)
        return [problem.code for problem in found]

    assert ask(None) == ask(1) == ["secrets-lost"]
    assert ask(2) == []


def _alerting(*signs, tombstone=None):
    types = ("PAGER_DUTY", "SLACK", "DATADOG")
    return [
        Change(PROJECT, type_, ACTIONS[sign], "", desired=tombstone)
        for type_, sign in zip(types, signs, strict=False)
    ]


@pytest.mark.parametrize(
    ("signs", "dark"),
    [
        ("-", True),
        ("--=", True),
        ("-=", False),
        ("-~", False),
        ("-+", False),
        ("-?", False),
        ("==-", False),
        ("+-", False),
    ],
)
def test_a_project_must_not_lose_its_last_alerting_integration(build, signs, dark):
    found = refusals(_alerting(*signs), build.kinds, Overrides(), desired_is_empty=False)
    assert [problem.code for problem in found] == (["left-dark"] if dark else [])


@pytest.mark.parametrize(("sign", "dark"), [("=", False), ("?", False), ("-", False), ("+", True)])
def test_what_filters_leave_out_stays_as_it_is_and_may_light_the_project(build, sign, dark):
    beyond = [Change(PROJECT, "OPS_GENIE", ACTIONS[sign], "")]
    found = refusals(
        _alerting("-"), build.kinds, Overrides(), desired_is_empty=False, beyond=beyond
    )
    assert [problem.code for problem in found] == (["left-dark"] if dark else [])


@pytest.mark.parametrize("name", [PROJECT.id, PROJECT.name])
def test_a_project_may_go_dark_by_id_or_name(build, name):
    overrides = Overrides(dark=frozenset({name}))
    assert refusals(_alerting("-"), build.kinds, overrides, desired_is_empty=False) == []


def test_a_name_that_two_projects_have_is_not_enough(build):
    twin = ProjectRef("6d791c84ff7a2522cc4f9aa1", PROJECT.name)
    changes = [Change(ref, "SLACK", Action.DELETE, "") for ref in (PROJECT, twin)]

    def ask(*dark):
        overrides = Overrides(dark=frozenset(dark))
        return refusals(changes, build.kinds, overrides, desired_is_empty=False)

    named = [problem.hint.rpartition(" ")[2] for problem in ask(PROJECT.name)]
    assert named == [f"'{PROJECT.id}'", f"'{twin.id}'"]
    assert ask(PROJECT.id, twin.id) == []


def test_a_project_that_had_none_is_not_left_dark(build):
    absent = build.integration("PAGER_DUTY", absent=True)
    changes = _alerting("=", tombstone=absent)
    assert refusals(changes, build.kinds, Overrides(), desired_is_empty=False) == []


def test_a_tombstone_that_is_already_gone_does_not_count_as_alerting(build):
    absent = build.integration("PAGER_DUTY", absent=True)
    changes = [_alerting("=", tombstone=absent)[0], Change(PROJECT, "SLACK", Action.DELETE, "")]
    found = refusals(changes, build.kinds, Overrides(), desired_is_empty=False)
    assert [problem.code for problem in found] == ["left-dark"]


def test_every_refusal_names_the_option_that_changes_it(build):
    changes = [
        *_alerting("-"),
        *[Change(PROJECT, f"T{n}", Action.DELETE, "") for n in range(9)],
        *[Change(PROJECT, f"U{n}", Action.UPDATE, "", losses=1) for n in range(30)],
    ]
    found = refusals(changes, build.kinds, Overrides(), desired_is_empty=True)
    hints = " ".join(problem.hint for problem in found)
    for option in ("deletes 10", "updates 30", "loss 30", "empty", "dark 'payments'"):
        assert f"--allow-{option}" in hints
