"""Alerting never goes dark because of a plan, wherever it is cut off and whichever step fails."""

import json
import shlex
import sqlite3
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler import catalogue, simulator, workflow
from reconciler.api.stop import Stop
from reconciler.core.change import Action
from reconciler.core.diff import diff
from reconciler.core.guard import Overrides, refusals
from reconciler.core.plan import make_plan
from reconciler.core.secret import Secret, wrap_live
from reconciler.core.state import DesiredProject, Integration, LiveIntegration, LiveProject
from reconciler.core.state import ProjectRef as Ref
from reconciler.session import Target

KINDS = catalogue.kinds("atlas")
ALERTING = {"PAGER_DUTY", "SLACK", "OPS_GENIE"}
TYPES = sorted(ALERTING | {"DATADOG", "PROMETHEUS"})
REFS = [Ref("1" * 24, "payments"), Ref("2" * 24, "it's"), Ref("3" * 24, "payments")]
ALL = Overrides(deletes=99, updates=99, losses=99, empty=True)


def required(type_):
    return [field for field in KINDS[type_].fields.values() if field.required]


def shown(type_):
    """Show what is declared, which is then kept; what is not shown is updated."""
    if type_ not in KINDS:
        return {}
    return {f.name: wrap_live("******6789") if f.sensitive else "x" for f in required(type_)}


def declare(type_, *, absent):
    fields = [] if absent else required(type_)
    declared = {f.name: Secret("0123456789") if f.sensitive else "x" for f in fields}
    return Integration(type_, declared, absent, "state.yaml", 0, [0] * len(declared))


@st.composite
def projects(draw):
    """Give what a project declares of some types, and what is live of them."""
    ref = draw(st.sampled_from(REFS))
    declared = draw(st.dictionaries(st.sampled_from(TYPES), st.booleans(), max_size=3))
    live = draw(st.sets(st.sampled_from([*TYPES, "OF_TOMORROW"]), max_size=3))
    mine = tuple(declare(type_, absent=absent) for type_, absent in declared.items())
    theirs = {
        type_: LiveIntegration(type_, f"{n:024}", shown(type_) if draw(st.booleans()) else {})
        for n, type_ in enumerate(sorted(live))
    }
    wanted = DesiredProject(ref, draw(st.booleans()), mine, "state.yaml", 0)
    return wanted, LiveProject(ref, theirs)


fleets = st.lists(projects(), max_size=3, unique_by=lambda pair: pair[0].ref)
filters = st.sets(st.sampled_from(TYPES), min_size=1) | st.just({*TYPES, "OF_TOMORROW"})


def plan(fleet, covered, dark=()):
    """Plan for the types that are covered; give the operations, and the problems of the guard."""
    changes = [change for mine, live in fleet for change in diff(mine, live, KINDS)]
    changes.sort(key=lambda change: change.key)
    ours = [change for change in changes if change.type in covered]
    beyond = [change for change in changes if change.type not in covered]
    allowed = Overrides(99, 99, 99, empty=True, dark=frozenset(dark))
    found = refusals(ours, KINDS, allowed, desired_is_empty=False, beyond=beyond)
    made = make_plan(ours, "/{}/{}".format, found, {}, complete=True)
    return made.operations, [problem for problem in found if problem.code == "left-dark"]


def histories(fleet, operations):
    """Walk through a plan, cut off anywhere, with no step failing or any one; give what is live.

    A step that fails changes nothing, and holds the project's later deletes back.
    """
    for failing in (None, *operations):
        there = {mine.ref.id: set(live.integrations) for mine, live in fleet}
        yield there
        for operation in operations:
            project, type_ = operation.change.key
            held = failing and failing.change.project.id == project
            after = held and failing.number < operation.number
            if operation is failing or (after and operation.method == "DELETE"):
                continue
            if operation.method == "DELETE":
                there[project] -= {type_}
            else:
                there[project] |= {type_}
            yield there


def named_by(problem):
    """Read the option that a problem names as a shell would."""
    return shlex.split(problem.hint.partition("--allow-dark ")[2])[0]


@given(fleets, filters)
def test_no_cut_and_no_failure_leaves_a_project_dark_that_the_guard_lets_pass(fleet, covered):
    operations, refused = plan(fleet, covered)
    refs = {ref for ref in REFS if named_by_any(refused, ref)}
    lit = {live.ref for _, live in fleet if ALERTING & live.integrations.keys()}
    for there in histories(fleet, operations):
        for ref in lit - refs:
            assert ALERTING & there[ref.id], ref


def named_by_any(problems, ref):
    return any(named_by(problem) in (ref.id, ref.name) for problem in problems)


@given(fleets, filters)
def test_the_guard_refuses_only_what_would_go_dark(fleet, covered):
    operations, refused = plan(fleet, covered)
    *_, end = (dict(there) for there in histories(fleet, operations[:0]))
    for operation in operations:
        project, type_ = operation.change.key
        end[project] ^= {type_} if operation.change.action is not Action.UPDATE else set()
    dark = {live.ref.id for _, live in fleet if ALERTING & live.integrations.keys()}
    assert len(refused) == sum(not ALERTING & end[id_] for id_ in dark)


@settings(max_examples=300)
@given(fleets, filters)
def test_the_option_that_is_named_lets_that_one_project_pass(fleet, covered):
    _, refused = plan(fleet, covered)
    for problem in refused:
        left = plan(fleet, covered, {named_by(problem)})[1]
        assert left == [other for other in refused if other is not problem]


STATE = """\
version: 1
api: atlas
projects:
  - name: payments
    prune: true
    integrations:
      - {type: DATADOG, apiKey: {env: DD}, region: EU}
      - {type: OPS_GENIE, apiKey: {env: OG}}
"""
SEED = {
    "projects": [
        {
            "name": "payments",
            "integrations": [
                {"type": "DATADOG", "apiKey": "0123456789abcdef0123456789abcdef"},
                {"type": "PAGER_DUTY", "serviceKey": "00112233445566778899aabbccddeeff"},
                {"type": "SLACK", "apiToken": "xoxb-1", "channelName": "c", "teamName": "t"},
            ],
        }
    ]
}


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("DD", "0123456789abcdef0123456789abcdef")
    monkeypatch.setenv("OG", "11111111-2222-3333-4444-555555556666")
    (tmp_path / "desired.yaml").write_text(STATE)
    (tmp_path / "seed.json").write_text(json.dumps(SEED))
    target = Target(simulate=tmp_path / "state.db", seed=tmp_path / "seed.json")
    return workflow.Job([str(tmp_path / "desired.yaml")], Stop(), target, overrides=ALL)


def alerting(tmp_path):
    state = sqlite3.connect(tmp_path / "state.db")
    found = {type_ for (type_,) in state.execute("SELECT type FROM integrations")}
    state.close()
    return {type_ for type_ in found if KINDS[type_].alerting}


@pytest.mark.parametrize("failing", range(1, 5))
@pytest.mark.parametrize("onwards", [False, True], ids=["one fails", "all from there on fail"])
def test_carried_out_for_real_it_stays_lit_too(job, tmp_path, monkeypatch, failing, onwards):
    planned = workflow.plan(job).operations
    assert [len(list(group)) for _, group in groupby(planned, lambda o: o.method)] == [1, 1, 2]
    refused = planned[failing - 1 :] if onwards else planned[failing - 1 : failing]
    paths = {(operation.method, operation.path) for operation in refused}
    real = simulator.InProcess

    def in_process(handle):
        def answer(request):
            if (request.method, request.path) in paths:
                return simulator.Response(403, {}, b"{}")
            response = handle(request)
            assert alerting(tmp_path)
            return response

        return real(answer)

    monkeypatch.setattr(simulator, "InProcess", in_process)
    report = workflow.apply(job, lambda _: True)
    statuses = [outcome.status for outcome in report.outcomes]
    assert statuses[failing - 1] == "failed"
    assert set(statuses[failing:]) <= {"done", "failed", "skipped"}
    assert alerting(tmp_path)
