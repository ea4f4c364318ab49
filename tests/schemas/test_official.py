"""The schemas agree with the official specification of the Atlas API, where they mean to."""

import json

import pytest

from reconciler import catalogue

OBSERVED_DEFAULTS = {("PAGER_DUTY", "region")}
"""Not specified, but recorded: left out of a request, it reads back as this."""
NOT_SETTINGS = {"type", "id"}
NEWER = {("DATADOG", "sendShardingMetrics")}
"""Not in this document yet: documented for MongoDB's Terraform provider, and tested there."""


@pytest.fixture
def schemas(reference):
    file = reference / "openapi-atlas-v2-integrations.json"
    return json.loads(file.read_text())["components"]["schemas"]


@pytest.fixture
def official(schemas):
    """Give the specified types, each with its settings and with what it requires."""
    mapping = schemas["ThirdPartyIntegration"]["discriminator"]["mapping"]
    return {type_: schemas[ref.rpartition("/")[2]] for type_, ref in mapping.items()}


@pytest.fixture
def settings(official):
    """Pair every specified setting with ours."""
    return [
        (type_, name, theirs, catalogue.schema(f"integrations/{type_}")["properties"][name])
        for type_, document in official.items()
        for name, theirs in document["properties"].items()
        if name not in NOT_SETTINGS
    ]


def test_atlas_offers_the_specified_types(schemas):
    specified = schemas["ThirdPartyIntegration"]["properties"]["type"]["enum"]
    assert sorted(catalogue.kinds("atlas")) == sorted(specified)


def test_atlas_offers_the_specified_settings(official):
    for type_, document in official.items():
        offered = catalogue.kinds("atlas")[type_].fields
        newer = {name for type_of, name in NEWER if type_of == type_}
        assert offered.keys() - newer == document["properties"].keys() - NOT_SETTINGS, type_


def test_atlas_requires_the_specified_settings(official):
    for type_, document in official.items():
        fields = catalogue.kinds("atlas")[type_].fields
        required = {name for name, field in fields.items() if field.required}
        assert required == set(document["required"]), type_


def test_json_types_are_the_specified_ones(settings):
    for type_, name, theirs, ours in settings:
        if "type" in ours:
            assert ours["type"] == theirs["type"], (type_, name)
        else:
            assert theirs["type"] == "string", (type_, name)


def test_allowed_values_and_lengths_are_the_specified_ones(settings):
    for type_, name, theirs, ours in settings:
        for keyword in ("enum", "maxLength"):
            assert ours.get(keyword) == theirs.get(keyword), (type_, name)
        if "minLength" in theirs:
            assert ours["minLength"] == theirs["minLength"], (type_, name)


def test_defaults_are_the_specified_ones_save_for_the_observed(settings):
    for type_, name, theirs, ours in settings:
        if (type_, name) in OBSERVED_DEFAULTS:
            assert "default" not in theirs
            assert "default" in ours
        else:
            assert ours.get("default") == theirs.get("default"), (type_, name)


def test_what_is_specified_as_hidden_is_sensitive(settings):
    for type_, name, theirs, _ in settings:
        if theirs.get("format") == "password" or theirs.get("writeOnly"):
            assert catalogue.kinds("atlas")[type_].fields[name].sensitive


def test_what_is_specified_as_write_only_is_not_shown(settings):
    for type_, name, theirs, ours in settings:
        assert (ours["x-echo"] == "absent") == theirs.get("writeOnly", False), (type_, name)


def test_what_is_specified_with_a_masked_example_is_masked(settings):
    for type_, name, theirs, ours in settings:
        if "***" in theirs.get("example", ""):
            assert ours["x-echo"] == "masked", (type_, name)
