"""What a rule covers is neither drift nor the cause of a write; all else is as without it."""

from dataclasses import replace
from datetime import date

import pytest

from reconciler.core.assertion import Assertion
from reconciler.core.change import Action
from reconciler.core.diff import diff
from reconciler.core.guard import Overrides, left_dark
from reconciler.core.ignore import expired, in_force, unused
from reconciler.core.plan import make_plan
from reconciler.core.problem import pack
from reconciler.core.secret import Verdict
from reconciler.core.state import Desired, Ignore

KEY = "0123456789abcdef0123456789abcdef"
MASK = "*" * 28 + "cdef"
PAGER = {"type": "PAGER_DUTY", "id": "a" * 24, "serviceKey": MASK, "region": "US"}
DATADOG = {"type": "DATADOG", "id": "b" * 24, "apiKey": MASK, "region": "EU"}
SLACK = {"type": "SLACK", "id": "c" * 24, "apiToken": "*" * 8, "channelName": "a"}
TODAY = date(2026, 11, 29)


def rule(type_, field=None, until=TODAY, line=6):
    return Ignore(type_, field, "moved by hand", until, "state.yaml", pack(line, 8))


@pytest.fixture
def changes(build):
    """Compare declarations with what is live, under rules."""

    def compare(declared, live, *rules, prune=False, **options):
        project = replace(build.project(*declared, prune=prune), ignore=rules)
        return diff(project, build.live(*live), build.kinds, **options)

    return compare


@pytest.fixture
def pager(build):
    return build.integration("PAGER_DUTY", serviceKey=KEY, region="EU")


def codes(change):
    return [problem.code for problem in change.warnings]


def test_a_covered_setting_is_kept_and_says_why_and_until_when(changes, pager):
    covering = rule("PAGER_DUTY", "region")
    [kept] = changes([pager], [PAGER], covering)
    assert (kept.action, kept.held, kept.ignored) == (Action.KEEP, Action.UPDATE, (covering,))
    assert kept.reason == "region differs, ignored until 2026-11-29: moved by hand"
    differing = [field for field in kept.fields if field.verdict is Verdict.DIFFERENT]
    assert [(field.name, field.ignored) for field in differing] == [("region", covering)]


def test_a_rule_covers_its_own_type_and_setting_alone(changes, pager):
    [change] = changes([pager], [PAGER], rule("SLACK"), rule("PAGER_DUTY", "serviceKey"))
    assert (change.action, change.reason, change.ignored) == (Action.UPDATE, "region differs", ())


def test_a_setting_that_is_the_same_makes_no_use_of_its_rule(changes, build):
    declared = build.integration("PAGER_DUTY", serviceKey=KEY, region="US")
    [kept] = changes([declared], [PAGER], rule("PAGER_DUTY", "region"))
    assert (kept.held, kept.ignored) == (None, ())


def test_an_update_for_another_reason_warns_at_the_rule_that_it_ends(changes, build):
    declared = build.integration("DATADOG", apiKey=KEY, region="US", sendDatabaseMetrics=True)
    [change] = changes([declared], [DATADOG], rule("DATADOG", "region", line=4))
    assert (change.action, change.held) == (Action.UPDATE, None)
    assert change.reason == "sendDatabaseMetrics differs"
    [told] = [told for told in change.warnings if told.code == "ignore-overwritten"]
    assert told.at.line == 5
    assert "sets region, which is ignored until 2026-11-29" in told.message


@pytest.mark.parametrize(
    ("declared", "live", "prune", "action", "held"),
    [
        ("PAGER_DUTY", [], False, Action.KEEP, Action.CREATE),
        ("PAGER_DUTY", [PAGER], False, Action.KEEP, Action.UPDATE),
        ("absent", [PAGER], False, Action.KEEP, Action.DELETE),
        ("absent", [], False, Action.KEEP, None),
        (None, [PAGER], True, Action.LEAVE, Action.DELETE),
        (None, [PAGER], False, Action.LEAVE, Action.LEAVE),
    ],
)
def test_an_integration_ignored_as_a_whole_is_let_be_there_or_not(
    changes, build, pager, declared, live, prune, action, held
):
    integrations = {
        "PAGER_DUTY": [pager],
        "absent": [build.integration("PAGER_DUTY", absent=True)],
        None: [],
    }[declared]
    [change] = changes(integrations, live, rule("PAGER_DUTY"), prune=prune)
    assert (change.action, change.held) == (action, held)
    assert bool(change.ignored) == (held is not None)
    assert change.is_live == bool(live)


def test_what_is_asserted_is_not_sent_to_what_is_ignored(changes, build):
    declared = build.integration("PAGER_DUTY", serviceKey=KEY, region="US")
    for covering in (rule("PAGER_DUTY"), rule("PAGER_DUTY", "serviceKey")):
        [kept] = changes([declared], [PAGER], covering, assertion=Assertion("*"))
        assert kept.action is Action.KEEP
    [sent] = changes([declared], [PAGER], rule("PAGER_DUTY", "region"), assertion=Assertion("*"))
    assert sent.action is Action.UPDATE


def test_the_digest_tells_a_plan_with_a_rule_from_one_without(changes, pager):
    def digest(*rules):
        found = changes([pager], [PAGER], *rules)
        return make_plan(found, "/{}/{}".format, (), {}, complete=True).digest

    assert digest() != digest(rule("PAGER_DUTY", "region"))


def test_an_ignored_create_keeps_no_project_from_going_dark(changes, build, pager):
    gone = build.integration("SLACK", absent=True)
    found = changes([pager, gone], [SLACK], rule("PAGER_DUTY"))
    assert [problem.code for problem in left_dark(found, build.kinds, Overrides())] == ["left-dark"]


def test_an_ignored_delete_keeps_a_project_lit(changes, build):
    gone = [build.integration(type_, absent=True) for type_ in ("PAGER_DUTY", "SLACK")]
    found = changes(gone, [PAGER, SLACK], rule("PAGER_DUTY"))
    assert left_dark(found, build.kinds, Overrides()) == []


def test_the_last_day_counts_and_the_day_after_tells(build):
    over, on = date(2026, 11, 28), TODAY
    rules = (rule("SLACK", until=over, line=3), rule("DATADOG", until=on, line=4))
    desired = Desired("atlas", (replace(build.project(), ignore=rules),) * 2)
    [told] = expired(desired, TODAY)
    assert (told.code, told.at.line, told.is_error) == ("ignore-expired", 4, False)
    assert [project.ignore for project in in_force(desired, TODAY).projects] == [rules[1:]] * 2


def test_a_rule_that_covers_nothing_in_any_project_is_told_once(changes, build, pager):
    used, idle = rule("PAGER_DUTY", "region", line=3), rule("SLACK", "channelName", line=4)
    project = replace(build.project(pager), ignore=(used, idle))
    found = changes([pager], [PAGER], used, idle)
    [told] = unused([project, replace(project, ref=None)], found)
    assert (told.code, told.at.line) == ("ignore-unused", 5)


def test_a_rule_for_a_secret_that_is_not_proved_may_be_of_use(changes, build, pager):
    idle = rule("PAGER_DUTY", "serviceKey")
    project = replace(build.project(pager), ignore=(idle,))
    assert list(unused([project], changes([pager], [PAGER], idle))) == []
