"""Every single fault at every call of a run that creates, updates and deletes.

What must hold whatever happens: nothing is done twice, what is reported as done was done, nobody
else's write is overwritten once it could be seen, nothing undeclared is touched, no mask is sent;
and when the trouble is over, one more run converges and the one after it finds nothing to do.
"""

import random

import pytest
import requests

from reconciler.api.errors import ApiError
from reconciler.api.stop import Stopped
from reconciler.core.plan import Status
from reconciler.simulator import Response

KEY = "00112233445566778899aabbccddeeff"
UUID = "11111111-2222-3333-4444-555555556666"
OTHER_UUID = "99999999-8888-7777-6666-555555550000"

PAGER_DUTY = {"type": "PAGER_DUTY", "serviceKey": KEY, "region": "EU"}
PROMETHEUS = {
    "type": "PROMETHEUS", "enabled": True, "serviceDiscovery": "http", "username": "prom",
    "password": "word-of-prom", "sendUserProvidedResourceTagsEnabled": False,
}  # fmt: skip
OPS_GENIE = {"type": "OPS_GENIE", "apiKey": UUID, "region": "US"}
VICTOR_OPS = {"type": "VICTOR_OPS", "apiKey": UUID, "routingKey": "team"}
SLACK = {"type": "SLACK", "apiToken": "xoxb-0123456789", "channelName": "alerts"}

WANTED = {each["type"]: each for each in (PAGER_DUTY, PROMETHEUS, OPS_GENIE)}
BEFORE = (
    {**PAGER_DUTY, "region": "US"},
    {**PROMETHEUS, "username": "old", "password": "old-word-of-prom"},
    VICTOR_OPS,
    SLACK,
)
FOREIGN = {
    "PAGER_DUTY": {**PAGER_DUTY, "serviceKey": "f" * 32, "region": "US"},
    "PROMETHEUS": {**PROMETHEUS, "username": "foreign", "password": "foreign-word"},
    "OPS_GENIE": {**OPS_GENIE, "apiKey": OTHER_UUID},
    "VICTOR_OPS": {**VICTOR_OPS, "routingKey": "foreign"},
}
CALLS_AT_BEST = [
    ("GET", ""),  # for the plan
    ("GET", ""),
    ("PUT", "PAGER_DUTY"),
    ("PUT", "PROMETHEUS"),
    ("POST", "OPS_GENIE"),
    ("GET", ""),
    ("DELETE", "VICTOR_OPS"),
]


# -- Faults: each takes the API and how it would answer --------------------------------------------


def before(answer):
    """Break or answer before anything is done."""
    return lambda api, process: _give(answer)


def after(answer):
    """Break or answer when all is done."""

    def fault(api, process):
        process()
        return _give(answer)

    return fault


def _give(answer):
    if isinstance(answer, Exception):
        raise answer
    return answer


def truncated(api, process):
    real = process()
    return Response(real.status, real.headers, real.body[: len(real.body) // 2])


def stale(api, process):
    """Answer with what was live before the last effect, or before this one."""
    process()
    now = dict(api.live)
    old = next((state for state in reversed(api.states) if state != now), now)
    return api.list(old)


def late(api, process):
    """Answer nothing, and do it only after one more call was answered."""

    def landing(later, process_later):
        if len(later.calls) == start + 2:
            later.plant = None
            process()
        return process_later()

    start = len(api.calls)
    if api.calls[-1][0] != "GET":
        api.plant = landing
    raise requests.ReadTimeout


def written_by_others(type_):
    def fault(api, process):
        api.put(FOREIGN[type_])
        api.foreign.append((len(api.calls), type_))
        return process()

    return fault


def deleted_by_others(type_):
    def fault(api, process):
        if api.live.pop(type_, None):
            api.taken.append(type_)
        return process()

    return fault


def interrupted(api, process):
    api.stop.interrupt(15, "SIGTERM")
    return process()


PAGE = {"Content-Type": "text/html"}
FAULTS = {
    "reset before": before(ConnectionResetError()),
    "reset after": after(ConnectionResetError()),
    "time-out before": before(requests.ReadTimeout()),
    "time-out after": after(requests.ReadTimeout()),
    "no connection": before(requests.ConnectTimeout()),
    "429 with Retry-After": before(Response(429, {"Retry-After": "7"})),
    "429 without": before(Response(429, {})),
    "429 for an hour": before(Response(429, {"Retry-After": "3600"})),
    "500 before": before(Response(500, {})),
    "500 after": after(Response(500, {})),
    "503 before": before(Response(503, {"Retry-After": "3"})),
    "504 after": after(Response(504, PAGE, b"<html>Gateway Timeout</html>")),
    "a login page": before(Response(200, PAGE, b"<html>Sign in</html>")),
    "a login page after": after(Response(200, PAGE, b"<html>Sign in</html>")),
    "truncated JSON": truncated,
    "nothing": after(Response(200, {})),
    "a redirect": before(Response(302, {"Location": "/there"})),
    "403": before(Response(403, {})),
    "a stale list": stale,
    "a late effect": late,
    "SIGTERM": interrupted,
    **{f"{type_} written": written_by_others(type_) for type_ in FOREIGN},
    **{f"{type_} deleted": deleted_by_others(type_) for type_ in FOREIGN},
}


# -- The campaign ----------------------------------------------------------------------------------


@pytest.fixture
def runs(build, api, ask, plan, carry, stop):
    """Make an API and run against it: plan, then carry out."""
    declared = [
        build.integration(type_, **{k: each[k] for k in each if k != "type"})
        for type_, each in WANTED.items()
    ]
    declared.append(build.integration("VICTOR_OPS", absent=True))

    class Runs:
        def __init__(self, **oddities):
            self.there = api(*BEFORE, **oddities)
            self.there.foreign, self.there.taken = [], []
            self.planned = 0
            self.there.stop = stop
            self.client = ask(self.there.handle)

        def run(self, faults=None):
            """Give the outcomes by type; none when not even a plan could be made."""
            self.there.plant = faults and planted(faults)
            try:
                operations = plan(self.client, *declared, prune=False)
            except (ApiError, Stopped):
                return {}
            self.planned = len(self.there.calls)
            outcomes = carry(self.client, operations)
            self.there.plant = None
            return outcomes

    return Runs


def planted(faults):
    """Put each fault into the call with its number."""

    def plant(api, process):
        fault = faults.get(len(api.calls))
        return fault(api, process) if fault else process()

    return plant


def effect(type_, state):
    """Tell whether a state holds what is wanted of a type."""
    if type_ not in WANTED:
        return type_ not in state
    return WANTED[type_].items() <= state.get(type_, {}).items()


def check(runs, outcomes):
    """Hold a run, in which anything may have happened, against what must be true of each."""
    there = runs.there
    for type_, outcome in outcomes.items():
        writes = [call for call in there.calls if call[1] == type_]
        assert len(writes) <= 5
        assert there.effects.count(("POST", type_)) <= 1 + there.taken.count(type_)
        assert there.effects.count(("DELETE", type_)) <= 1
        if outcome.status is Status.DONE:
            assert any(effect(type_, state) for state in there.states)
        if outcome.status is Status.SKIPPED:
            assert not writes
    assert {type_ for _, type_ in there.effects} <= {*WANTED, "VICTOR_OPS"}
    assert not any(b"**" in body for body in there.bodies)
    for number, type_ in there.foreign:
        planned_on, within_ours = number <= runs.planned, there.calls[number - 1][1] == type_
        assert planned_on or within_ours or type_ not in {t for _, t in there.calls[number:]}


def check_convergence(runs, stop):
    """Let the trouble be over: one run does the rest, and the next has nothing to do."""
    there = runs.there
    stop.__init__()
    assert {outcome.status for outcome in runs.run().values()} <= {Status.DONE}
    assert all(effect(type_, there.live) for type_ in (*WANTED, "VICTOR_OPS"))
    assert SLACK.items() <= there.live["SLACK"].items()
    del there.calls[:]
    assert runs.run() == {}
    assert there.calls == [("GET", "")]


def test_the_run_at_best(runs, stop):
    run = runs()
    outcomes = run.run()
    assert {outcome.status for outcome in outcomes.values()} == {Status.DONE}
    assert run.there.calls == CALLS_AT_BEST
    check(run, outcomes)
    check_convergence(run, stop)


@pytest.mark.parametrize("call", range(1, len(CALLS_AT_BEST) + 1))
@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_single_fault(runs, stop, fault, call):
    run = runs()
    check(run, run.run({call: FAULTS[fault]}))
    check_convergence(run, stop)


@pytest.mark.parametrize("oddities", [{"upserts": True}, {"ids": False}], ids=str)
@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_single_fault_of_an_api_of_another_kind(runs, stop, fault, oddities):
    for call in range(1, len(CALLS_AT_BEST) + 1):
        run = runs(**oddities)
        check(run, run.run({call: FAULTS[fault]}))
        check_convergence(run, stop)


@pytest.mark.parametrize("seed", range(20))
def test_after_several_faults(runs, stop, seed):
    chance = random.Random(seed)
    for _ in range(25):
        calls = chance.sample(range(1, 16), 3)
        run = runs()
        outcomes = run.run({call: FAULTS[chance.choice(list(FAULTS))] for call in calls})
        check(run, outcomes)
        check_convergence(run, stop)
