"""A plan: ordered, frozen, and fixed by its digest."""

import random
from dataclasses import replace

import pytest

from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.plan import make_plan
from reconciler.core.problem import Problem
from reconciler.core.secret import Literal, Reference, Secret, Verdict
from reconciler.core.state import ProjectRef

A, B = ProjectRef("a" * 24, "zebra"), ProjectRef("b" * 24, "ant")
CONTEXT = {"api": "atlas", "baseUrl": "https://cloud.mongodb.com"}


def plan(changes, refusals=(), context=CONTEXT, complete=True):
    return make_plan(changes, "/{}/{}".format, refusals, context, complete=complete)


@pytest.fixture
def changes(build):
    hook = build.integration("WEBHOOK", url="https://example.com/x")
    region = FieldChange("region", "US", "EU", Verdict.DIFFERENT)
    return [
        Change(B, "DATADOG", Action.UPDATE, "", (region,), live_id="1"),
        Change(A, "WEBHOOK", Action.CREATE, "", desired=hook),
        Change(A, "SLACK", Action.DELETE, "", live_id="2"),
        Change(A, "PAGER_DUTY", Action.DELETE, "", live_id="3"),
        Change(A, "OPS_GENIE", Action.KEEP, "", live_id="4"),
        Change(A, "VICTOR_OPS", Action.UPDATE, "", (region,), live_id="5"),
        Change(A, "DATADOG", Action.LEAVE, "", live_id="6"),
    ]


def test_operations_are_ordered_by_project_id_then_update_create_delete_then_type(changes):
    operations = plan(changes).operations
    assert [(o.number, o.method, o.path) for o in operations] == [
        (1, "PUT", f"/{A.id}/VICTOR_OPS"),
        (2, "POST", f"/{A.id}/WEBHOOK"),
        (3, "DELETE", f"/{A.id}/PAGER_DUTY"),
        (4, "DELETE", f"/{A.id}/SLACK"),
        (5, "PUT", f"/{B.id}/DATADOG"),
    ]


def test_the_order_of_what_comes_in_does_not_matter(changes):
    expected = plan(changes)
    for seed in range(5):
        random.Random(seed).shuffle(changes)
        assert plan(changes) == expected


def test_a_plan_is_applyable_when_it_is_complete_and_not_refused(changes):
    assert plan(changes).applyable
    assert not plan(changes, complete=False).applyable
    assert not plan(changes, refusals=[Problem("x", "y")]).applyable


def _digest_of(build, **settings):
    change = Change(
        A, "WEBHOOK", Action.CREATE, "", desired=build.integration("WEBHOOK", **settings)
    )
    return plan([change]).digest


def test_the_digest_covers_what_is_written_in_the_file(build):
    digests = {
        _digest_of(build, url=Literal("https://example.com/1")),
        _digest_of(build, url=Literal("https://example.com/2")),
        _digest_of(build, url=Reference("env", "URL")),
        _digest_of(build, url=Reference("env", "URL2")),
        _digest_of(build, url=Reference("file", "URL")),
        _digest_of(build, url=Literal("https://example.com/1"), secret=None),
    }
    assert len(digests) == 6


def test_the_digest_covers_no_resolved_secret(build):
    reference = Reference("env", "URL")
    one, other = (_digest_of(build, url=Secret(value, reference)) for value in ("x1", "x2"))
    assert one == other == _digest_of(build, url=reference)


@pytest.mark.parametrize(
    "context",
    [
        CONTEXT | {"api": "atlas-v1"},
        CONTEXT | {"baseUrl": "https://cloud.mongodbgov.com"},
        CONTEXT | {"types": ["DATADOG"]},
    ],
)
def test_the_digest_covers_where_and_what_was_looked_at(changes, context):
    assert plan(changes, context=context).digest != plan(changes).digest


def test_the_digest_covers_the_live_id_of_each_operation_and_of_nothing_else(changes):
    digest = plan(changes).digest
    for number, change in enumerate(changes):
        moved = [*changes[:number], replace(change, live_id="moved"), *changes[number + 1 :]]
        writes = change.action in (Action.UPDATE, Action.DELETE, Action.CREATE)
        assert (plan(moved).digest != digest) is writes
