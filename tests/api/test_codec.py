"""From a declaration to a request's body, the one way out for a secret."""

import json

import pytest

from reconciler.api.codec import encode
from reconciler.core.secret import Reference

KEY = "00112233445566778899aabbccddeeff"


def body(build, type_, **settings):
    return json.loads(encode(build.kinds[type_], build.integration(type_, **settings)))


def test_a_body_holds_the_type_every_declared_setting_and_every_default(build):
    assert body(build, "DATADOG", apiKey=KEY, region="EU", sendDatabaseMetrics=True) == {
        "type": "DATADOG",
        "apiKey": KEY,
        "region": "EU",
        "sendDatabaseMetrics": True,
        "sendCollectionLatencyMetrics": False,
        "sendQueryStatsMetrics": False,
        "sendUserProvidedResourceTags": False,
    }


def test_null_is_left_out_and_false_and_empty_are_sent(build):
    sent = body(build, "SLACK", apiToken="xoxb-1", channelName="", teamName=None)
    assert sent == {"type": "SLACK", "apiToken": "xoxb-1", "channelName": ""}
    sent = body(
        build, "PROMETHEUS", enabled=False, serviceDiscovery="http", username="u", password="p"
    )
    assert sent["enabled"] is False


def test_any_secret_survives_the_way_through_json(build):
    secret = 'a"b\\c\x00\u2028ü€\U0001f511'
    sent = body(build, "WEBHOOK", url="https://hooks.example.com/ü?a=b&c", secret=secret)
    assert (sent["url"], sent["secret"]) == ("https://hooks.example.com/ü?a=b&c", secret)


def test_a_body_is_plain_ascii_whatever_it_holds(build):
    integration = build.integration("SLACK", apiToken="ü€", channelName="\U0001f511")
    assert encode(build.kinds["SLACK"], integration).isascii()


def test_a_reference_that_was_not_resolved_cannot_be_sent(build):
    integration = build.integration("PAGER_DUTY", serviceKey=Reference("env", "THE_KEY"))
    with pytest.raises(TypeError, match="env:THE_KEY was not resolved"):
        encode(build.kinds["PAGER_DUTY"], integration)


def test_what_the_api_showed_cannot_be_sent(build):
    shown = build.live({"type": "PAGER_DUTY", "serviceKey": "*" * 28 + "eeff"})
    mask = shown.integrations["PAGER_DUTY"].settings["serviceKey"]
    with pytest.raises(TypeError):
        encode(build.kinds["PAGER_DUTY"], build.integration("PAGER_DUTY", serviceKey=mask))
