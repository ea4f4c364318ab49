"""What to do next about an operation, given what is live: the tables, row by row."""

import pytest

from reconciler.api.decide import Settled, contradictions, decide
from reconciler.core.assertion import Assertion
from reconciler.core.change import Action
from reconciler.core.diff import diff
from reconciler.core.plan import Status

KEY = "00112233445566778899aabbccddeeff"
OTHER = "ffeeddccbbaa99887766554433221100"
TWIN = "99999999999999999999999999994321"[:28] + KEY[-4:]

PLANNED, LATER = "0" * 23 + "1", "0" * 23 + "2"


def masked(key):
    return "*" * 28 + key[-4:]


def pager_duty(key, region="EU", id_=LATER):
    shown = {"type": "PAGER_DUTY", "serviceKey": key, "region": region}
    return shown | ({"id": id_} if id_ else {})


def prometheus(username="prom", id_=LATER):
    plain = {"enabled": True, "serviceDiscovery": "http", "username": username}
    return {"type": "PROMETHEUS", **plain, "id": id_}


@pytest.fixture
def desired(build):
    prom = {"enabled": True, "serviceDiscovery": "http", "username": "prom", "password": "word"}
    return {
        "PAGER_DUTY": build.integration("PAGER_DUTY", serviceKey=KEY, region="EU"),
        "PROMETHEUS": build.integration("PROMETHEUS", **prom),
    }


@pytest.fixture
def step(build, desired):
    """Plan on what was live, and decide on what is live; give a verb, or the status it came to."""

    def of(was, now, *, doubt, type_, action, declared=True, **options):
        declared = [desired[type_]] if declared else []
        project = build.project(*declared, prune=True)
        before = build.live(*([was] if was else []))
        (change,) = diff(project, before, build.kinds, **options)
        assert change.action is action
        live = build.live(*([now] if now else [])).integrations.get(type_)
        found = decide(change, build.kinds[type_], live, doubt=doubt)
        return found.status if isinstance(found, Settled) else found

    return of


SAME, CONSISTENT = pager_duty(KEY), pager_duty(masked(KEY))
DIFFERENT, UNVERIFIABLE = pager_duty(masked(OTHER)), prometheus()
DONE, CONFLICT = Status.DONE, Status.CONFLICT


@pytest.mark.parametrize(
    ("now", "sure", "unsure"),
    [
        (None, "POST", "POST"),
        (SAME, DONE, DONE),
        (CONSISTENT, DONE, DONE),
        (pager_duty(masked(TWIN)), DONE, DONE),
        (UNVERIFIABLE, CONFLICT, "PUT"),
        (DIFFERENT, CONFLICT, CONFLICT),
        (pager_duty(KEY, region="US"), CONFLICT, CONFLICT),
        (prometheus(username="somebody"), CONFLICT, CONFLICT),
    ],
)
def test_a_create(step, now, sure, unsure):
    type_ = now["type"] if now else "PAGER_DUTY"
    for doubt, expected in ((False, sure), (True, unsure)):
        assert step(None, now, doubt=doubt, type_=type_, action=Action.CREATE) == expected


WAS = pager_duty(masked(KEY), region="US", id_=PLANNED)


@pytest.mark.parametrize(
    ("now", "sure", "unsure"),
    [
        (None, CONFLICT, CONFLICT),
        (WAS, "PUT", "PUT"),
        (SAME, DONE, DONE),
        (CONSISTENT, CONFLICT, DONE),
        (DIFFERENT, CONFLICT, CONFLICT),
        ({**WAS, "id": LATER}, CONFLICT, CONFLICT),
        ({**CONSISTENT, "id": PLANNED}, CONFLICT, DONE),  # a server whose id stays
    ],
)
def test_an_update(step, now, sure, unsure):
    for doubt, expected in ((False, sure), (True, unsure)):
        found = step(WAS, now, doubt=doubt, type_="PAGER_DUTY", action=Action.UPDATE)
        assert found == expected


@pytest.mark.parametrize(
    ("now", "sure", "unsure"),
    [
        (prometheus("old", PLANNED), "PUT", "PUT"),
        (UNVERIFIABLE, CONFLICT, "PUT"),
        (prometheus("somebody"), CONFLICT, CONFLICT),
    ],
)
def test_an_update_whose_secret_is_never_shown(step, now, sure, unsure):
    was = prometheus("old", PLANNED)
    for doubt, expected in ((False, sure), (True, unsure)):
        found = step(was, now, doubt=doubt, type_="PROMETHEUS", action=Action.UPDATE)
        assert found == expected


@pytest.mark.parametrize(
    ("now", "sure", "unsure"),
    [
        ({**CONSISTENT, "id": PLANNED}, "PUT", "PUT"),
        (CONSISTENT, CONFLICT, DONE),
        (DIFFERENT, CONFLICT, CONFLICT),
    ],
)
def test_a_secret_that_is_sent_because_it_could_not_be_verified(step, now, sure, unsure):
    was = {**CONSISTENT, "id": PLANNED}
    options = {"type_": "PAGER_DUTY", "action": Action.UPDATE, "assertion": Assertion("*")}
    for doubt, expected in ((False, sure), (True, unsure)):
        assert step(was, now, doubt=doubt, **options) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [(None, DONE), (WAS, "DELETE"), ({**WAS, "id": LATER}, CONFLICT), (DIFFERENT, CONFLICT)],
)
@pytest.mark.parametrize("doubt", [False, True])
def test_a_delete(step, now, expected, doubt):
    options = {"type_": "PAGER_DUTY", "action": Action.DELETE, "declared": False}
    assert step(WAS, now, doubt=doubt, **options) == expected


@pytest.mark.parametrize("action", [Action.UPDATE, Action.DELETE])
def test_without_ids_what_can_be_seen_tells_whether_somebody_wrote(step, action):
    was = pager_duty(masked(OTHER), id_=None)
    verb = "PUT" if action is Action.UPDATE else "DELETE"
    options = {"type_": "PAGER_DUTY", "action": action, "declared": action is Action.UPDATE}
    options["doubt"] = False
    assert step(was, was, **options) == verb
    assert step(was, {**was, "region": "US"}, **options) is CONFLICT
    assert step({**was, "id": PLANNED}, was, **options) == verb
    assert step(was, {**was, "id": LATER}, **options) == verb


@pytest.mark.parametrize("action", [Action.UPDATE, Action.DELETE])
def test_a_wrong_secret_in_the_place_of_another_wrong_one_was_written_by_somebody(step, action):
    was, now = pager_duty(masked(OTHER), id_=None), pager_duty(masked("0" * 32), id_=None)
    declared = action is Action.UPDATE
    options = {"type_": "PAGER_DUTY", "action": action, "declared": declared, "doubt": False}
    assert step(was, now, **options) is CONFLICT


def test_contradictions_are_the_settings_that_the_api_shows_otherwise(build, desired):
    kind = build.kinds["PAGER_DUTY"]

    def of(shown):
        live = build.live(shown).integrations["PAGER_DUTY"]
        return contradictions(kind, desired["PAGER_DUTY"], live)

    assert of(SAME) == of(CONSISTENT) == of(CONSISTENT | {"unknown": 1}) == []
    assert of(DIFFERENT) == ["serviceKey"]
    assert of(pager_duty(masked(OTHER), region="US")) == ["serviceKey", "region"]
