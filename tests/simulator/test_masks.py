"""What is shown of an integration."""

from __future__ import annotations

import pytest

from reconciler.catalogue import kinds
from reconciler.core.kind import Echo
from reconciler.simulator import Switches
from reconciler.simulator.masks import mask_key, mask_url, show
from reconciler.simulator.state import Integration


def shown(type_, settings, **switches):
    members = show("atlas", Integration(type_, "1" * 24, settings), Switches(**switches))
    assert list(members)[-1] == "type"
    del members["type"], members["id"]
    return members


@pytest.mark.parametrize(
    ("value", "mask"),
    [
        ("0123456789abcdef", "************cdef"),
        ("00000000-aaaa-2222", "**************2222"),
        ("12345", "*2345"),
        ("1234", "****"),
        ("1", "*"),
        ("", ""),
    ],
)
def test_a_key_shows_its_last_four_and_its_length(value, mask):
    assert mask_key(value) == mask


@pytest.mark.parametrize(
    ("value", "mask"),
    [
        ("https://example.com/51c0ef87e9951c3e147accf0e12101", "https://example.com/****2101"),
        ("https://example.com/a/b/c?token=12345", "https://example.com/****2345"),
        ("http://example.com:8080/hooks/abc", "http://example.com:8080/****/abc"),
        ("https://example.com/abc", "https://example.com/****"),
        ("https://example.com/", "https://example.com/****"),
        ("https://example.com", "https://example.com/****"),
        ("https://example.com?token=12345", "https://example.com/****2345"),
    ],
)
def test_a_url_shows_scheme_and_host_and_its_last_four(value, mask):
    assert mask_url(value, tail=True) == mask
    assert mask_url(value, tail=False) == mask[: mask.index("****") + 4]


def test_templates_are_null_while_unset_and_masked_when_set():
    url = {"url": "https://example.com/hooks"}
    assert shown("WEBHOOK", url) == {
        "url": "https://example.com/****ooks",
        "bodyTemplate": None,
        "headersTemplate": None,
    }
    template = '{"id": "${id}"}'
    assert shown("WEBHOOK", url | {"bodyTemplate": template})["bodyTemplate"] == '***********d}"}'


def test_an_unset_setting_has_its_default_or_is_left_out():
    assert shown("PAGER_DUTY", {"serviceKey": "12345"}) == {"serviceKey": "*2345", "region": "US"}
    assert shown("DATADOG", {"apiKey": "12345"}) == {
        "apiKey": "*2345",
        "customEndpoint": None,
        "sendCollectionLatencyMetrics": False,
        "sendDatabaseMetrics": False,
        "sendQueryStatsMetrics": False,
        "sendUserProvidedResourceTags": False,
    }


def test_an_unset_setting_can_be_null():
    assert shown("DATADOG", {"apiKey": "12345"}, unset_as_null=True)["region"] is None
    assert (
        shown("WEBHOOK", {"url": "https://example.com/hook"}, unset_as_null=True)["secret"] is None
    )


@pytest.mark.parametrize("unset_as_null", [True, False])
def test_a_password_is_never_shown(unset_as_null):
    for settings in ({"password": "hush"}, {}):
        members = shown("PROMETHEUS", settings, unset_as_null=unset_as_null)
        assert "password" not in members
        assert "hush" not in str(members)


def test_what_the_catalogue_does_not_know_is_shown_as_it_is():
    assert shown("CARRIER_PIGEON", {"loft": "north", "birds": 3}) == {"loft": "north", "birds": 3}
    members = shown("PAGER_DUTY", {"serviceKey": "12345", "escalation": {"after": 5}})
    assert members["escalation"] == {"after": 5}


def test_no_masked_setting_of_any_type_is_shown_in_full():
    for type_, kind in kinds("atlas").items():
        for field in kind.fields.values():
            if field.echo is Echo.MASKED:
                members = shown(type_, {field.name: "https://example.com/planted-secret"})
                assert "planted" not in members[field.name], (type_, field.name)
                assert members[field.name].endswith("cret")
