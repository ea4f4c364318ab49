"""What differs from one API of the family to the next, as MongoDB's documents have it."""

import pytest

from reconciler import catalogue

ATLAS, ATLAS_V1, CLOUD, OPS = "atlas", "atlas-v1", "cloud-manager", "ops-manager"
EVERYWHERE = {
    "PAGER_DUTY", "SLACK", "NEW_RELIC", "OPS_GENIE", "VICTOR_OPS", "WEBHOOK", "MICROSOFT_TEAMS",
    "PROMETHEUS",
}  # fmt: skip
BEYOND = {
    ATLAS: {"DATADOG", "HIP_CHAT"},
    ATLAS_V1: {"DATADOG", "HIP_CHAT", "FLOWDOCK"},
    CLOUD: {"FLOWDOCK"},
    OPS: {"DATADOG", "HIP_CHAT", "FLOWDOCK"},
}
AGENTS = ("password", "username", "enabled", "serviceDiscovery", "scheme", "listenAddress")
REQUIRED = {
    "SLACK": {
        ATLAS: ("apiToken", "channelName"),
        **dict.fromkeys((ATLAS_V1, CLOUD, OPS), ("apiToken", "teamName")),
    },
    "PROMETHEUS": {
        **dict.fromkeys((ATLAS, ATLAS_V1), ("username", "enabled", "serviceDiscovery")),
        **dict.fromkeys((CLOUD, OPS), AGENTS),
    },
}
SOMEWHERE = {
    ("PAGER_DUTY", "region"): {ATLAS, ATLAS_V1},
    ("DATADOG", "region"): {ATLAS, ATLAS_V1, OPS},
    ("DATADOG", "sendCollectionLatencyMetrics"): {ATLAS},
    ("DATADOG", "sendDatabaseMetrics"): {ATLAS},
    ("DATADOG", "sendQueryStatsMetrics"): {ATLAS},
    ("DATADOG", "sendShardingMetrics"): {ATLAS},
    ("DATADOG", "sendUserProvidedResourceTags"): {ATLAS},
    ("WEBHOOK", "bodyTemplate"): {ATLAS},
    ("WEBHOOK", "headersTemplate"): {ATLAS},
    ("PROMETHEUS", "sendUserProvidedResourceTagsEnabled"): {ATLAS},
    ("PROMETHEUS", "scheme"): {CLOUD, OPS},
    ("PROMETHEUS", "listenAddress"): {CLOUD, OPS},
    ("PROMETHEUS", "tlsPemPath"): {CLOUD, OPS},
    ("PROMETHEUS", "tlsPemPassword"): {CLOUD, OPS},
}
OFFERS = [
    (dialect, type_, name)
    for dialect in BEYOND
    for type_, kind in catalogue.kinds(dialect).items()
    for name in kind.fields
]


@pytest.mark.parametrize("dialect", BEYOND)
def test_each_api_offers_the_types_that_its_documents_list(dialect):
    assert catalogue.kinds(dialect).keys() == EVERYWHERE | BEYOND[dialect]


@pytest.mark.parametrize(("type_", "name"), SOMEWHERE, ids="-".join)
def test_a_setting_that_not_all_offer_is_offered_by_these(type_, name):
    offering = {dialect for dialect, *offer in OFFERS if offer == [type_, name]}
    assert offering == SOMEWHERE[type_, name]


def test_every_other_setting_is_offered_with_its_type():
    for type_ in catalogue.types():
        names = {name for _, of, name in OFFERS if of == type_ and (of, name) not in SOMEWHERE}
        for dialect in catalogue.dialects_of(type_):
            assert names <= catalogue.kinds(dialect)[type_].fields.keys()


@pytest.mark.parametrize("type_", REQUIRED)
def test_what_is_required_differs_by_api(type_):
    for dialect, expected in REQUIRED[type_].items():
        fields = catalogue.kinds(dialect)[type_].fields.values()
        assert sorted(field.name for field in fields if field.required) == sorted(expected)


def test_the_length_of_a_mask_is_evidence_on_atlas_alone():
    for dialect in BEYOND:
        counts = {kind.length_counts for kind in catalogue.kinds(dialect).values()}
        assert counts == {dialect in (ATLAS, ATLAS_V1)}
