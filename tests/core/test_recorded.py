"""The recorded answers of the API, taken verbatim, give the right verdict for every field."""

import json

import pytest

from reconciler.api.codec import decode_integrations, decode_page
from reconciler.core.change import Action
from reconciler.core.diff import diff
from reconciler.core.secret import Verdict


def load(reference, name):
    return json.loads((reference / "recorded" / f"{name}.json").read_text())


def results(response):
    found, _, _ = decode_page(json.dumps(response["body"]).encode())
    return found


@pytest.fixture
def sent(reference):
    """Give the bodies that were posted before the list was recorded, by type."""
    types = ("pager_duty", "datadog", "ops_genie", "victor_ops", "webhook")
    bodies = [load(reference, f"v2-post-{type_}")["request"]["body"] for type_ in types]
    return {body["type"]: body for body in bodies}


@pytest.fixture
def compare(build, reference):
    def run(declared, response):
        items = results(response)
        live = build.live(*items)
        desired = build.project(*declared)
        return {change.type: change for change in diff(desired, live, build.kinds)}

    return run


def _settings(body):
    return {name: value for name, value in body.items() if name not in ("type", "id")}


def test_what_was_sent_is_kept_and_its_secrets_are_consistent(build, compare, sent, reference):
    declared = [build.integration(type_, **_settings(body)) for type_, body in sent.items()]
    changes = compare(declared, load(reference, "v2-get-all")["response"])
    assert {change.action for change in changes.values()} == {Action.KEEP}
    verdicts = {
        f"{type_}.{field.name}": field.verdict
        for type_, change in changes.items()
        for field in change.fields
    }
    assert verdicts == dict.fromkeys(
        (
            "PAGER_DUTY.serviceKey",
            "DATADOG.apiKey",
            "OPS_GENIE.apiKey",
            "VICTOR_OPS.apiKey",
            "WEBHOOK.url",
            "WEBHOOK.secret",
        ),
        Verdict.CONSISTENT,
    )


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("PAGER_DUTY", "serviceKey"),
        ("PAGER_DUTY", "region"),
        ("DATADOG", "apiKey"),
        ("DATADOG", "region"),
        ("OPS_GENIE", "apiKey"),
        ("OPS_GENIE", "region"),
        ("VICTOR_OPS", "apiKey"),
        ("VICTOR_OPS", "routingKey"),
        ("WEBHOOK", "url"),
        ("WEBHOOK", "secret"),
    ],
)
def test_another_last_character_is_different(build, compare, sent, reference, type_, name):
    body = _settings(sent[type_])
    body[name] = body.get(name, "US")[:-1] + "x"
    changes = compare([build.integration(type_, **body)], load(reference, "v2-get-all")["response"])
    assert changes[type_].action is Action.UPDATE
    differing = [f.name for f in changes[type_].fields if f.verdict is Verdict.DIFFERENT]
    assert differing == [name]


def test_every_shape_that_the_list_has_had_is_read(build, compare, reference):
    recordings = load(reference, "v2-get-all-history")["recordings"]
    assert len(recordings) == 8
    for recording in recordings:
        changes = compare([], recording["response"])
        assert {change.action for change in changes.values()} == {Action.LEAVE}
        assert len(changes) == len(recording["response"]["body"]["results"])


def test_a_url_mask_without_a_tail_leaves_the_url_unverifiable(build, compare, reference):
    first = load(reference, "v2-get-all-history")["recordings"][0]["response"]
    declared = build.integration("WEBHOOK", url="https://example.com/anything")
    (url,) = [f for f in compare([declared], first)["WEBHOOK"].fields if f.name == "url"]
    assert url.verdict is Verdict.UNVERIFIABLE


def test_the_documented_examples_of_every_type_are_read(build, reference):
    examples = load(reference, "v2-openapi-examples")["rendered_page_examples"]
    live = decode_integrations(examples, build.kinds)
    assert len(live) == 9
    assert all(not integration.unknown for integration in live.values())


def test_each_answer_to_a_post_shows_what_was_posted(build, compare, sent, reference):
    for type_, body in sent.items():
        response = load(reference, f"v2-post-{type_.lower()}")["response"]
        change = compare([build.integration(type_, **_settings(body))], response)[type_]
        assert change.action is Action.KEEP
