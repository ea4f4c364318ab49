"""Every case of one key, and every case of one setting."""

import pytest

from reconciler.core.assertion import Assertion
from reconciler.core.change import Action
from reconciler.core.diff import diff
from reconciler.core.secret import Literal, Reference, Verdict

KEY = "0123456789abcdef0123456789abcdef"
MASK = "*" * 28 + "cdef"
PAGER = {"type": "PAGER_DUTY", "id": "a" * 24, "serviceKey": MASK, "region": "US"}
DATADOG = {
    "type": "DATADOG",
    "id": "b" * 24,
    "apiKey": MASK,
    "region": "EU",
    "sendCollectionLatencyMetrics": False,
    "sendDatabaseMetrics": False,
    "sendQueryStatsMetrics": False,
    "sendUserProvidedResourceTags": False,
    "customEndpoint": None,
}
HOOK = {"type": "WEBHOOK", "id": "c" * 24, "url": "https://example.com/****2101"}
HOOK_URL = "https://example.com/hooks/2101"


@pytest.fixture
def change(build):
    """Compare one declaration, or none, with one live integration, or none."""

    def compare(declared, live, prune=False, **options):
        desired = build.project(*([declared] if declared else []), prune=prune)
        changes = diff(desired, build.live(*([live] if live else [])), build.kinds, **options)
        assert len(changes) == 1
        return changes[0]

    return compare


def fields(change):
    return {field.name: (field.before, field.after, field.verdict) for field in change.fields}


def codes(change):
    return [problem.code for problem in change.warnings]


def test_what_is_declared_and_not_live_is_created_with_its_defaults_stated(change, build):
    made = change(build.integration("PAGER_DUTY", serviceKey=KEY), None)
    assert made.action is Action.CREATE
    assert fields(made) == {
        "serviceKey": (None, "(masked)", Verdict.DIFFERENT),
        "region": (None, "US", Verdict.DIFFERENT),
    }


def test_what_fits_is_kept_and_says_what_it_could_not_prove(change, build):
    kept = change(build.integration("PAGER_DUTY", serviceKey=KEY), PAGER)
    assert kept.action is Action.KEEP
    assert fields(kept) == {"serviceKey": ("(masked)", "(masked)", Verdict.CONSISTENT)}


def test_a_plain_setting_that_differs_is_an_update(change, build):
    changed = change(build.integration("PAGER_DUTY", serviceKey=KEY, region="EU"), PAGER)
    assert (changed.action, changed.reason) == (Action.UPDATE, "region differs")
    assert fields(changed)["region"] == ("US", "EU", Verdict.DIFFERENT)
    assert changed.live_id == "a" * 24
    assert codes(changed) == []


def test_a_key_that_cannot_be_the_masked_one_is_an_update(change, build):
    changed = change(build.integration("PAGER_DUTY", serviceKey=KEY[::-1]), PAGER)
    assert (changed.action, changed.reason) == (Action.UPDATE, "serviceKey differs")
    assert fields(changed) == {"serviceKey": ("(masked)", "(masked)", Verdict.DIFFERENT)}


def test_an_update_from_a_default_alone_says_so_and_warns(change, build):
    changed = change(build.integration("PAGER_DUTY", serviceKey=KEY), PAGER | {"region": "EU"})
    assert changed.reason == "region differs from the default"
    assert codes(changed) == ["default-applied"]


def test_a_default_that_the_api_does_not_show_counts_as_shown(change, build):
    bare = {"type": "DATADOG", "id": "b" * 24, "apiKey": MASK, "region": "EU"}
    declared = build.integration("DATADOG", apiKey=KEY, region="EU", sendDatabaseMetrics=False)
    assert change(declared, bare).action is Action.KEEP


def test_a_number_is_not_a_boolean(change, build):
    live = DATADOG | {"sendDatabaseMetrics": 1}
    declared = build.integration("DATADOG", apiKey=KEY, region="EU", sendDatabaseMetrics=True)
    assert fields(change(declared, live))["sendDatabaseMetrics"] == (1, True, Verdict.DIFFERENT)


def test_false_and_empty_text_are_values(change, build):
    declared = build.integration("VICTOR_OPS", apiKey=KEY, routingKey="")
    live = {"type": "VICTOR_OPS", "id": "d" * 24, "apiKey": MASK, "routingKey": "team"}
    assert fields(change(declared, live))["routingKey"] == ("team", "", Verdict.DIFFERENT)


def test_a_setting_without_a_default_is_not_compared_and_is_listed_as_undeclared(change, build):
    kept = change(build.integration("DATADOG", apiKey=KEY), DATADOG)
    assert kept.action is Action.KEEP
    assert fields(kept)["region"] == ("EU", None, Verdict.UNDECLARED)
    assert codes(kept) == []


def test_an_update_that_drops_an_undeclared_setting_warns(change, build):
    declared = build.integration("DATADOG", apiKey=KEY, sendDatabaseMetrics=True)
    changed = change(declared, DATADOG)
    assert codes(changed) == ["setting-lost"]
    assert changed.losses == 0


def test_an_update_that_drops_an_undeclared_secret_counts_it_as_a_loss(change, build):
    live = HOOK | {"secret": "*" * 20 + "abcd"}
    changed = change(build.integration("WEBHOOK", url="https://other.example.com/x"), live)
    assert changed.losses == 1
    assert fields(changed)["secret"] == ("(masked)", None, Verdict.UNDECLARED)


def test_an_update_warns_of_an_undeclared_secret_that_the_api_never_shows(change, build):
    live = {"type": "PROMETHEUS", "id": "e" * 24, "username": "u", "enabled": True,
            "serviceDiscovery": "http"}  # fmt: skip
    declared = build.integration("PROMETHEUS", username="u", enabled=False, serviceDiscovery="http")
    changed = change(declared, live)
    assert codes(changed) == ["setting-lost"]


def test_null_means_that_live_must_not_have_it(change, build):
    live = HOOK | {"secret": "*" * 20 + "abcd"}
    declared = build.integration("WEBHOOK", url=HOOK_URL, secret=None)
    assert fields(change(declared, live))["secret"] == ("(masked)", None, Verdict.DIFFERENT)
    kept = change(declared, HOOK)
    assert kept.action is Action.KEEP
    assert "secret" not in fields(kept)


def test_a_secret_that_should_be_there_and_is_not_is_an_update(change, build):
    declared = build.integration("WEBHOOK", url=HOOK_URL, secret="signing-key")
    assert change(declared, HOOK).reason == "secret differs"


def test_a_secret_that_the_api_never_shows_is_unverifiable_and_no_reason_to_write(change, build):
    live = {"type": "PROMETHEUS", "id": "e" * 24, "username": "u", "enabled": True,
            "serviceDiscovery": "http"}  # fmt: skip
    declared = build.integration(
        "PROMETHEUS", username="u", enabled=True, serviceDiscovery="http", password="pw"
    )
    kept = change(declared, live)
    assert kept.action is Action.KEEP
    assert fields(kept) == {"password": (None, "(masked)", Verdict.UNVERIFIABLE)}


def test_a_secret_that_the_api_shows_in_full_is_compared_in_full(change, build):
    token = {name: f"{name}-value" for name in ("accountId", "licenseKey", "readToken")}
    live = {"type": "NEW_RELIC", "id": "f" * 24, **token, "writeToken": "old"}
    changed = change(build.integration("NEW_RELIC", **token, writeToken="new"), live)
    assert fields(changed) == {"writeToken": ("(masked)", "(masked)", Verdict.DIFFERENT)}


def test_an_unresolved_reference_is_unverifiable_and_named(change, build):
    declared = build.integration("PAGER_DUTY", serviceKey=Reference("env", "PD"))
    expected = {"serviceKey": ("(masked)", "env:PD", Verdict.UNVERIFIABLE)}
    assert fields(change(declared, PAGER)) == expected
    assert fields(change(declared, None))["serviceKey"] == (None, "env:PD", Verdict.UNVERIFIABLE)


def test_asserting_secrets_updates_what_could_not_be_proved(change, build):
    declared = build.integration("PAGER_DUTY", serviceKey=KEY)
    changed = change(declared, PAGER, assertion=Assertion("*"))
    assert (changed.action, changed.reason) == (Action.UPDATE, "serviceKey sent as asked")


def test_asserting_secrets_leaves_alone_what_is_proved(change, build):
    declared = build.integration("PAGER_DUTY", serviceKey=KEY)
    assert (
        change(declared, PAGER | {"serviceKey": KEY}, assertion=Assertion("*")).action
        is Action.KEEP
    )


def test_a_tombstone_deletes_what_is_there_and_keeps_what_is_not(change, build):
    gone = build.integration("PAGER_DUTY", absent=True)
    assert change(gone, PAGER).action is Action.DELETE
    assert change(gone, None).action is Action.KEEP


def test_what_is_not_declared_is_left_and_reported_or_pruned(change):
    assert change(None, PAGER).action is Action.LEAVE
    pruned = change(None, PAGER, prune=True)
    assert (pruned.action, pruned.desired) == (Action.DELETE, None)
    assert fields(pruned)["serviceKey"] == ("(masked)", None, Verdict.DIFFERENT)


def test_an_unknown_live_type_is_left_with_a_warning_even_when_pruning(change):
    left = change(None, {"type": "SMOKE_SIGNAL", "id": "1" * 24, "secret": "x"}, prune=True)
    assert left.action is Action.LEAVE
    assert codes(left) == ["unknown-type"]
    assert left.fields == ()


def test_an_unknown_live_setting_is_told_by_name_and_never_by_value(change, build):
    live = PAGER | {"customEndpoint": "https://secret.example.com"}
    kept = change(build.integration("PAGER_DUTY", serviceKey=KEY), live)
    assert codes(kept) == ["unknown-live-setting"]
    assert fields(kept)["customEndpoint"] == ("(masked)", None, Verdict.UNDECLARED)


def test_changes_come_sorted_by_type(build):
    desired = build.project(
        build.integration("WEBHOOK", url=HOOK_URL), build.integration("PAGER_DUTY", serviceKey=KEY)
    )
    live = build.live(DATADOG)
    types = [change.type for change in diff(desired, live, build.kinds)]
    assert types == ["DATADOG", "PAGER_DUTY", "WEBHOOK"]


def test_a_literal_url_is_compared_like_a_secret_and_shown_like_one(change, build):
    declared = build.integration("WEBHOOK", url="https://example.com/hooks/9999")
    assert isinstance(declared.settings["url"], Literal)
    assert fields(change(declared, HOOK)) == {"url": ("(masked)", "(masked)", Verdict.DIFFERENT)}
