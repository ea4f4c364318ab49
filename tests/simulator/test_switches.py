"""Switches as they are written on the command line, and what each of the later ones changes."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from reconciler.simulator import LIKELIEST, list_switches, read_switches

PAGER = {"type": "PAGER_DUTY", "serviceKey": "0123456789abcdef0123456789abcdef"}
NEW_RELIC = {
    "type": "NEW_RELIC",
    "accountId": "1234567",
    "licenseKey": "a-license",
    "readToken": "read",
    "writeToken": "write-token",
}


def test_each_switch_can_be_written_as_it_is_and_as_it_is_not():
    for switch in list_switches():
        assert read_switches([f"{switch.name}={switch.default}"]) == LIKELIEST
        other = next((value for value in switch.choices if value != switch.default), "7")
        chosen = read_switches([f"{switch.name}={other}"])
        changed = {k: v for k, v in asdict(chosen).items() if v != asdict(LIKELIEST)[k]}
        assert list(changed) == [switch.name.replace("-", "_")]
        assert type(changed.popitem()[1]) is type(asdict(LIKELIEST)[switch.name.replace("-", "_")])


def test_the_last_of_a_name_counts():
    chosen = read_switches(["capacity=1", "put-merges=true", "capacity=2"])
    assert (chosen.capacity, chosen.put_merges) == (2, True)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("put-merge=true", 'there is no switch "put-merge"; did you mean "put-merges"?'),
        ("put_merges=true", 'there is no switch "put_merges"; did you mean "put-merges"?'),
        ("xyzzy=1", 'there is no switch "xyzzy"'),
        ("", 'there is no switch ""'),
        ("put-merges", "put-merges must be one of true, false"),
        ("put-merges=yes", "put-merges must be one of true, false"),
        ("delete-status=201", "delete-status must be one of 204, 200"),
        ("capacity=-1", "capacity must be a whole number, such as 1200"),
        ("capacity=1.5", "capacity must be a whole number, such as 1200"),
        ("capacity=１", "capacity must be a whole number, such as 1200"),  # noqa: RUF001 - a digit to Python
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(text, complaint):
    with pytest.raises(ValueError, match=r".") as error:
        read_switches([text])
    assert str(error.value) == complaint


def test_a_request_for_no_version_can_be_taken_for_the_only_one(make_service, call_of):
    call = call_of(make_service(missing_version_status=200))
    for accept in ("", "application/json"):
        answer = call("GET", "/groups", headers={"Accept": accept})
        assert answer.status_code == 200
        assert "vnd.atlas.2023-01-01+json" in answer.headers["Content-Type"]
    old = call("GET", "/groups", headers={"Accept": "application/vnd.atlas.2022-01-01+json"})
    assert old.json()["errorCode"] == "INVALID_VERSION_DATE"


@pytest.mark.parametrize(("masked", "shown"), [(False, "a-license"), (True, "*****ense")])
def test_what_is_shown_in_full_can_be_masked(make_service, call_of, masked, shown):
    call = call_of(make_service(masks_new_relic=masked))
    call("POST", call.integrations("/NEW_RELIC"), NEW_RELIC)
    assert call("GET", call.integrations("/NEW_RELIC")).json()["licenseKey"] == shown


@pytest.mark.parametrize(("masked", "shown"), [(True, "******late"), (False, "a-template")])
def test_texts_can_be_shown_in_full(make_service, call_of, masked, shown):
    call = call_of(make_service(masks_texts=masked))
    body = {"type": "WEBHOOK", "url": "https://example.com/hooks", "bodyTemplate": "a-template"}
    call("POST", call.integrations("/WEBHOOK"), body)
    answer = call("GET", call.integrations("/WEBHOOK")).json()
    assert answer["bodyTemplate"] == shown
    assert answer["url"] == "https://example.com/****ooks"


@pytest.mark.parametrize("said", [True, False])
def test_a_429_need_not_say_how_long_to_wait(make_service, call_of, said):
    call = call_of(make_service(capacity=3, retry_after=said))
    answers = [call("GET", call.integrations()) for _ in range(4)]
    left = [answer.headers["RateLimit-Remaining"] for answer in answers]
    assert left == ["2", "1", "0", "0"]
    assert answers[-1].status_code == 429
    assert ("Retry-After" in answers[-1].headers) == said
    assert answers[-1].json()["parameters"][1] == 1
