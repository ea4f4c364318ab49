"""What speaks for or against a secret that its mask does not prove."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.core.assertion import Assertion
from reconciler.core.change import Action
from reconciler.core.compare import is_alike
from reconciler.core.diff import diff
from reconciler.core.secret import Reference, Secret, Verdict
from reconciler.core.witness import SKEW, written_at

WRITTEN = datetime(2026, 8, 10, 12, 0, 0, tzinfo=UTC)
ID = f"{int(WRITTEN.timestamp()):08x}" + "0" * 16
KEY = "0123456789abcdef0123456789abcdef"
STORED = Reference("vault", "kv/prod/pagerduty#key")
PAGER = {"type": "PAGER_DUTY", "id": ID, "serviceKey": "*" * 28 + KEY[-4:], "region": "US"}
HOOK = {"type": "WEBHOOK", "id": ID, "url": "https://example.com/****"}
PASSWORD = {
    "type": "PROMETHEUS",
    "id": ID,
    "username": "u",
    "enabled": True,
    "serviceDiscovery": "http",
}


@pytest.fixture
def change(build):
    def compare(declared, live, **options):
        return diff(build.project(declared), build.live(live), build.kinds, **options)[0]

    return compare


@pytest.fixture
def seen(change):
    """Compare, and give the one setting that is told of."""

    def compare(declared, live):
        (field,) = change(declared, live).fields
        return field.verdict, field.evidence

    return compare


def secret(value, made):
    return Secret(value, STORED, made)


def test_the_chance_of_a_false_match_stands_beside_consistent(seen, build):
    declared = build.integration("PAGER_DUTY", serviceKey=Secret(KEY))
    assert seen(declared, PAGER) == (Verdict.CONSISTENT, "1 in 65,536")


def test_a_mask_that_shows_more_leaves_less_to_chance(seen, build):
    declared = build.integration("PAGER_DUTY", serviceKey=Secret(KEY))
    shows_six = PAGER | {"serviceKey": "*" * 26 + KEY[-6:]}
    assert seen(declared, shows_six) == (Verdict.CONSISTENT, "1 in 16,777,216")


def test_no_chance_is_told_of_values_that_people_choose(seen, build):
    hook = HOOK | {"url": "https://example.com/****2101"}
    declared = build.integration("WEBHOOK", url=Secret("https://example.com/a2101"))
    assert seen(declared, hook) == (Verdict.CONSISTENT, "")


@pytest.mark.parametrize(
    ("live", "settings"),
    [
        (PAGER, {"serviceKey": KEY}),
        (HOOK, {"url": "https://example.com/hook"}),
        (PASSWORD, {"password": "pass"}),
    ],
    ids=["the mask fits", "only the host is shown", "nothing is shown"],
)
def test_a_secret_younger_than_the_last_write_is_not_what_is_live(change, build, live, settings):
    made = WRITTEN + SKEW + timedelta(seconds=1)
    ((name, value),) = settings.items()
    rest = {n: v for n, v in live.items() if n in ("username", "enabled", "serviceDiscovery")}
    declared = build.integration(live["type"], **{name: secret(value, made)}, **rest)
    found = change(declared, live)
    assert found.action is Action.UPDATE
    assert found.reason == f"{name} written before the secret was made"


@pytest.mark.parametrize("made", [WRITTEN - timedelta(days=9), WRITTEN, WRITTEN + SKEW])
def test_a_secret_no_younger_than_clocks_may_differ_proves_nothing(seen, build, made):
    declared = build.integration("WEBHOOK", url=secret("https://example.com/hook", made))
    assert seen(declared, HOOK)[0] is Verdict.UNVERIFIABLE


@pytest.mark.parametrize("id_", [None, "", "no id", "z" * 24, ID + "0"])
def test_an_id_that_tells_no_time_says_nothing(change, build, id_):
    declared = build.integration(
        "WEBHOOK", url=secret("https://example.com/hook", datetime.now(UTC))
    )
    assert written_at(id_) is None
    assert change(declared, HOOK | {"id": id_}).action is Action.KEEP


def test_a_mask_that_cannot_fit_needs_no_witness(change, build):
    declared = build.integration("WEBHOOK", url=secret("https://example.org/hook", WRITTEN))
    assert change(declared, HOOK).reason == "url differs"


def test_what_the_witnesses_said_is_no_conflict_when_the_plan_is_carried_out(change, build):
    """A later look at the same live state goes by what is shown alone."""
    made = WRITTEN + timedelta(days=1)
    found = change(build.integration("PAGER_DUTY", serviceKey=secret(KEY, made)), PAGER)
    assert [field.verdict for field in found.fields] == [Verdict.DIFFERENT]
    again = build.live(PAGER).integrations["PAGER_DUTY"]
    assert found.seen is not again
    assert is_alike(found.seen, again)


@pytest.mark.parametrize(
    ("pattern", "action"),
    [
        ("*", Action.UPDATE),
        ("vault:kv/prod/*", Action.UPDATE),
        (str(STORED), Action.UPDATE),
        ("vault:kv/test/*", Action.KEEP),
        ("env:*", Action.KEEP),
        (None, Action.KEEP),
    ],
)
def test_only_secrets_whose_reference_fits_the_pattern_are_sent(change, build, pattern, action):
    declared = build.integration("PAGER_DUTY", serviceKey=secret(KEY, None))
    assert change(declared, PAGER, assertion=Assertion(pattern)).action is action


@pytest.mark.parametrize("verdict", [Verdict.CONSISTENT, Verdict.UNVERIFIABLE])
def test_secrets_may_be_sent_for_what_their_mask_shows(change, build, verdict):
    assertion = Assertion(verdicts=frozenset({verdict}))
    pager = build.integration("PAGER_DUTY", serviceKey=Secret(KEY))
    hook = build.integration("WEBHOOK", url=Secret("https://example.com/hook"))
    sent = {
        Verdict.CONSISTENT: change(pager, PAGER, assertion=assertion).action,
        Verdict.UNVERIFIABLE: change(hook, HOOK, assertion=assertion).action,
    }
    assert sent == {v: Action.UPDATE if v is verdict else Action.KEEP for v in sent}
