"""The page for the browser: what its policy allows, and what its cells say."""

import base64
import hashlib
import re

import html5lib
import pytest

from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.plan import Operation, Outcome, Status
from reconciler.core.secret import Verdict
from reconciler.core.state import ProjectRef
from reconciler.report import FORMATS, Report, Style

REF = ProjectRef("5d791c84ff7a2522cc4f9aa1", "payments")


def render(report):
    return FORMATS["html"](report, Style())


def cells(text):
    return text.partition("</thead>")[2]


def change(action, *verdicts):
    fields = tuple(FieldChange("apiKey", "(masked)", "env:K", verdict) for verdict in verdicts)
    return Change(REF, "DATADOG", action, "apiKey differs", fields)


@pytest.mark.parametrize(
    ("state", "exit_code", "shown"),
    [
        ("= in sync", 0, change(Action.KEEP)),
        ("≈ consistent", 0, change(Action.KEEP, Verdict.CONSISTENT)),
        ("? unverifiable", 0, change(Action.KEEP, Verdict.CONSISTENT, Verdict.UNVERIFIABLE)),
        ("~ changed", 2, change(Action.UPDATE, Verdict.DIFFERENT)),
        ("+ missing", 2, change(Action.CREATE, Verdict.DIFFERENT)),
        ("○ undeclared", 0, change(Action.LEAVE)),
    ],
)
def test_a_cell_says_how_an_integration_stands(state, exit_code, shown):
    text = render(Report("plan", exit_code, changes=(shown,)))
    assert f">{state}</span>" in cells(text)


def test_a_refused_plan_says_what_it_would_do_and_is_searched_by_that():
    deleted = Change(REF, "SLACK", Action.DELETE, "pruned")
    created = change(Action.CREATE, Verdict.DIFFERENT)
    text = render(Report("plan", 4, changes=(created, deleted)))
    assert '<p class="lead">Refused: nothing was written.</p>' in text
    assert re.findall('type="checkbox" value="([a-z-]+)"', text) == ["missing", "unwanted"]
    chips = re.findall('<span class="chip [a-z-]+">([^<]+)</span>', cells(text))
    assert chips == ["+ missing", "⊘ refused", "− unwanted", "⊘ refused"]  # noqa: RUF001


def test_a_project_that_was_not_read_has_the_first_row_and_says_so_of_every_type():
    away = ProjectRef("7d791c84ff7a2522cc4f9aa1", "gone")
    text = render(Report("drift", 1, changes=(change(Action.KEEP),), unread=(away, REF)))
    rows = re.findall('<tr role="row" data-states="([a-z -]+)">\n<th[^>]*>([a-z]+)<br>', text)
    assert rows == [("not-read", "gone"), ("in-sync", "payments")]
    assert ">! not read</span>" in cells(text)
    assert '<input type="checkbox" value="not-read"> <b>1</b>' in text


def test_where_no_project_could_be_read_each_has_a_row():
    text = render(Report("plan", 1, unread=(REF,)))
    assert "payments" in cells(text)
    assert ">! not read</span>" in cells(text)


@pytest.mark.parametrize(("status", "state"), [("done", "✓ done"), ("unknown", "✗ not done")])
def test_after_an_apply_a_cell_says_what_became_of_it(status, state):
    pending = change(Action.UPDATE, Verdict.DIFFERENT)
    outcome = Outcome(Operation(1, "PUT", "/", pending), Status(status))
    report = Report("apply", 5, changes=(pending,), outcomes=(outcome,), performed=True)
    assert f">{state}</span>" in cells(render(report))


def test_the_policy_allows_the_one_script_and_the_one_style_and_nothing_else():
    text = render(Report("plan", 0, changes=(change(Action.KEEP),)))
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    policy = page.find(".//meta[@http-equiv]").get("content")
    for name in ("script", "style"):
        (element,) = page.iter(name)
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert not re.search(" (src|href|style|on[a-z]+)=", text)


def test_a_run_that_read_nothing_has_no_table():
    text = render(Report("drift", 1))
    assert "Failed." in text
    assert "<table>" not in text
