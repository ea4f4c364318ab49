"""What is declared of a live project, and what cannot be."""

import pytest

from reconciler.core.state import ProjectRef

KEY = "****************************2101"


def settings(declaration):
    (integration,) = declaration.integrations
    return {setting.name: setting.value for setting in integration.settings}


def left_out(declaration):
    (integration,) = declaration.integrations
    return {part.name: part.why for part in integration.left_out}


def test_integrations_come_sorted_by_type_and_settings_as_the_schema_has_them(exporter):
    found = exporter.declare(
        {"type": "VICTOR_OPS", "routingKey": "team", "apiKey": KEY},
        {"type": "DATADOG", "region": "EU", "apiKey": KEY},
    )
    assert [integration.type for integration in found.integrations] == ["DATADOG", "VICTOR_OPS"]
    assert [setting.name for setting in found.integrations[1].settings] == ["apiKey", "routingKey"]


@pytest.mark.parametrize(
    ("shown", "declared"),
    [
        ({"region": "US"}, {}),
        ({"region": "EU"}, {"region": "EU"}),
        ({"region": None}, {}),
        ({}, {}),
    ],
    ids=["the default", "another value", "null", "not shown"],
)
def test_a_setting_with_a_default_is_declared_where_it_is_another(exporter, shown, declared):
    found = exporter.declare({"type": "OPS_GENIE", "apiKey": KEY, **shown})
    assert settings(found) == {"apiKey": None, **declared}


def test_false_and_the_empty_string_are_values(exporter):
    prometheus = {"username": "u", "enabled": False, "serviceDiscovery": "file"}
    found = exporter.declare({"type": "PROMETHEUS", **prometheus})
    assert settings(found) == {"password": None, **prometheus}
    found = exporter.declare({"type": "VICTOR_OPS", "apiKey": KEY, "routingKey": ""})
    assert settings(found) == {"apiKey": None, "routingKey": ""}


@pytest.mark.parametrize("shown", [KEY, "shown in full", 42])
def test_a_secret_is_only_referred_to_however_it_is_shown(exporter, shown):
    found = exporter.declare({"type": "OPS_GENIE", "apiKey": shown})
    assert settings(found) == {"apiKey": None}


def test_a_secret_that_is_never_shown_is_declared_all_the_same(exporter):
    found = exporter.declare(
        {"type": "PROMETHEUS", "username": "u", "enabled": True, "serviceDiscovery": "http"}
    )
    (password, *_) = found.integrations[0].settings
    assert (password.name, password.value, password.shown) == ("password", None, False)


def test_a_required_secret_is_declared_though_it_is_not_shown(exporter):
    (setting,) = exporter.declare({"type": "OPS_GENIE"}).integrations[0].settings
    assert (setting.name, setting.value, setting.shown) == ("apiKey", None, False)


def test_an_optional_secret_is_declared_where_there_is_one(exporter):
    hook = {"type": "WEBHOOK", "url": "https://example.com/****"}
    assert settings(exporter.declare(hook)) == {"url": None}
    assert settings(exporter.declare({**hook, "secret": None})) == {"url": None}
    assert settings(exporter.declare({**hook, "secret": KEY})) == {"url": None, "secret": None}
    empty = exporter.declare({**hook, "secret": ""})
    assert settings(empty) == {"url": None}
    assert left_out(empty) == {"secret": "it is empty"}


def test_a_setting_that_nobody_knows_is_told(exporter):
    found = exporter.declare({"type": "OPS_GENIE", "apiKey": KEY, "future": "f", "id": "1"})
    assert settings(found) == {"apiKey": None}
    assert left_out(found) == {"future": "this tool does not know the setting"}


@pytest.mark.parametrize("value", ["AP9", 1, True, "US\ud800", "***US"])
def test_a_value_that_a_file_cannot_have_is_left_out(exporter, value):
    found = exporter.declare({"type": "DATADOG", "apiKey": KEY, "region": value})
    assert settings(found) == {"apiKey": None}
    assert list(left_out(found)) == ["region"]
    assert not found.left_out


def test_a_text_that_looks_masked_is_left_out_wherever_it_stands(exporter):
    found = exporter.declare({"type": "VICTOR_OPS", "apiKey": KEY, "routingKey": "team***2101"})
    assert settings(found) == {"apiKey": None}
    assert list(left_out(found)) == ["routingKey"]


@pytest.mark.parametrize(
    ("shown", "setting"),
    [
        ({"type": "OPS_GENIE", "apiKey": KEY, "region": "AP9"}, "region"),
        ({"type": "DATADOG", "apiKey": KEY, "sendDatabaseMetrics": 0}, "sendDatabaseMetrics"),
        ({"type": "SLACK", "apiToken": KEY, "channelName": ""}, "channelName"),
        ({"type": "SLACK", "apiToken": KEY}, "channelName"),
    ],
    ids=["a default would come", "0 is not false", "required, and empty", "required"],
)
def test_an_integration_that_a_file_would_change_is_left_out_whole(exporter, shown, setting):
    found = exporter.declare(shown, {"type": "FUTURE"})
    assert found.integrations == ()
    assert [part.name for part in found.left_out] == sorted([shown["type"], "FUTURE"])
    told = {problem.message for problem in found.warnings()}
    assert any(f"payments-prod is left out: {setting}: " in message for message in told)
    assert "FUTURE of payments-prod is left out: this tool does not know the type" in told


def test_a_type_of_another_dialect_is_an_unknown_one(exporter_of):
    found = exporter_of("cloud-manager").declare({"type": "DATADOG", "apiKey": KEY})
    assert [part.name for part in found.left_out] == ["DATADOG"]


@pytest.mark.parametrize("name", [None, "", "x" * 65, "half \ud800"])
def test_a_name_that_a_file_cannot_have_is_left_out(exporter, name):
    ref = ProjectRef("5d791c84ff7a2522cc4f9aa1", name)
    assert exporter.declare(ref=ref).ref == ProjectRef(ref.id, None)


def test_what_lacks_something_that_another_setting_makes_necessary_is_left_out(exporter_of):
    shown = {"type": "PROMETHEUS", "username": "u", "enabled": True, "serviceDiscovery": "http"}
    shown |= {"scheme": "https", "listenAddress": ":9216"}
    exporter = exporter_of("ops-manager")
    (left,) = exporter.declare(shown).left_out
    assert (left.name, left.why) == ("PROMETHEUS", "the API does not show all that it needs")
    assert exporter.declare({**shown, "tlsPemPath": "/etc/key.pem"}).left_out == ()
